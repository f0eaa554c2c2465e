//! Sums of whole numbers, as lifetimes are written: `60 * 60 * 24`.

/// How deeply parentheses and signs may nest.
const MAX_NESTING: usize = 32;

/// The longest sum that is worked out.
const MAX_LENGTH: usize = 256;

/// The value of a sum of whole numbers with `+`, `-`, `*` and `//`; `None` where anything else is in it.
pub(super) fn fold(text: &str) -> Option<i128> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let mut sum = Sum { rest: text };
    let value = sum.terms(0)?;
    sum.blank();
    sum.rest.is_empty().then_some(value)
}

struct Sum<'t> {
    rest: &'t str,
}

impl Sum<'_> {
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', '\\']);
            match self.rest.strip_prefix('#') {
                Some(comment) => self.rest = comment.find('\n').map_or("", |end| &comment[end..]),
                None => return,
            }
        }
    }

    fn take(&mut self, operator: &str) -> bool {
        self.blank();
        // A power begins as a product does.
        if operator == "*" && self.rest.starts_with("**") {
            return false;
        }
        match self.rest.strip_prefix(operator) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn terms(&mut self, depth: usize) -> Option<i128> {
        let mut value = self.factors(depth)?;
        loop {
            if self.take("+") {
                value = value.checked_add(self.factors(depth)?)?;
            } else if self.take("-") {
                value = value.checked_sub(self.factors(depth)?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn factors(&mut self, depth: usize) -> Option<i128> {
        let mut value = self.number(depth)?;
        loop {
            if self.take("*") {
                value = value.checked_mul(self.number(depth)?)?;
            } else if self.take("//") {
                let by = self.number(depth)?;
                let quotient = value.checked_div(by)?;
                // Python rounds down where division here rounds to nought.
                let is_below = value.checked_rem(by)? != 0 && (value < 0) != (by < 0);
                value = if is_below { quotient - 1 } else { quotient };
            } else {
                return Some(value);
            }
        }
    }

    fn number(&mut self, depth: usize) -> Option<i128> {
        if depth > MAX_NESTING {
            return None;
        }
        if self.take("-") {
            return self.number(depth + 1)?.checked_neg();
        }
        if self.take("+") {
            return self.number(depth + 1);
        }
        if self.take("(") {
            let value = self.terms(depth + 1)?;
            return self.take(")").then_some(value);
        }
        let length = self.rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        let plain = digits.replace('_', "").to_ascii_lowercase();
        match plain.get(..2) {
            Some("0x") => i128::from_str_radix(&plain[2..], 16).ok(),
            Some("0o") => i128::from_str_radix(&plain[2..], 8).ok(),
            Some("0b") => i128::from_str_radix(&plain[2..], 2).ok(),
            _ => plain.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn sums() {
        for (text, value) in [
            ("60 * 60 * 24", 86_400),
            ("1 + 2 * 3 - 4", 3),
            ("(1 + 2) * -3", -9),
            ("-7 // 2", -4),
            ("7 // -2", -4),
            ("0x10 + 1_000", 1016),
            ("60 * # a minute\n 2", 120),
            ("8", 8),
        ] {
            assert_eq!(fold(text), Some(value), "{text}");
        }
        for text in ["", "1 +", "2 ** 8", "1 // 0", "1 / 2", "x * 2", "(1", "1.5 * 2", "é", "1 2"] {
            assert_eq!(fold(text), None, "{text}");
        }
        assert_eq!(fold(&"-".repeat(200)), None);
        assert_eq!(fold(&format!("{}1", "9999999999 * ".repeat(10))), None);
    }
}

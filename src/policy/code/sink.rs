//! Where a value goes: from a place in an expression outwards to the name that it is given.
//!
//! The way leads out of brackets only where what they belong to changes the form of a value and not the value (`floor`,
//! `join`, an element of a list), so that the delay of a call that fetches a token is not taken for the token.

use crate::document::code::{Dialect, Kind};

use super::{LONGEST, Source};

/// Calls whose result is as good as what they are given, in lower case.
const SHAPING: [&str; 76] = [
    "abs",
    "append",
    "array",
    "array_rand",
    "at",
    "b64encode",
    "base64_encode",
    "base64encode",
    "base_convert",
    "bin2hex",
    "btoa",
    "buffer",
    "bytearray",
    "bytes",
    "ceil",
    "charat",
    "chr",
    "collect",
    "concat",
    "convert",
    "crypt",
    "dechex",
    "digest",
    "encode",
    "encode64",
    "encodetostring",
    "fill",
    "floor",
    "format",
    "formatint",
    "from",
    "fromcharcode",
    "hash",
    "hex",
    "hexdigest",
    "implode",
    "int",
    "intval",
    "itoa",
    "join",
    "list",
    "map",
    "max",
    "md5",
    "min",
    "mt_rand",
    "number",
    "padend",
    "padstart",
    "parseint",
    "password_hash",
    "pow",
    "rand",
    "repeat",
    "replace",
    "round",
    "sha1",
    "sha256",
    "sha512",
    "slice",
    "sorted",
    "sprintf",
    "str",
    "str_shuffle",
    "string",
    "strtolower",
    "strtoupper",
    "strval",
    "substr",
    "substring",
    "times",
    "tochararray",
    "tostring",
    "trunc",
    "uniqid",
    "update",
];

/// Signs that give a value to what stands before them.
const GIVING: [&str; 7] = ["=", ":=", "+=", ".=", "||=", "&&=", "??="];

/// Signs of comparisons: what they make is no longer the value.
const COMPARING: [&str; 8] = ["==", "!=", "===", "!==", "<", ">", "<=", ">="];

/// The deepest indentation that is told from others, in bytes.
const DEEPEST: usize = 400;

/// Words at the beginning of a statement whose expression is a condition.
const CONDITIONS: [&str; 7] = ["if", "elif", "while", "until", "for", "switch", "assert"];

/// A name that is given a value.
pub(in crate::policy) struct Sink<'a> {
    /// The name.
    pub(in crate::policy) name: &'a str,
    /// The number of its token.
    pub(in crate::policy) at: usize,
}

impl<'a> Source<'a> {
    /// The name that is given what stands at a token; or that of the function that returns it.
    pub(in crate::policy) fn sink(&self, from: usize) -> Option<Sink<'a>> {
        let code = &self.code;
        let mut at = from;
        // Behind a comma: what stands before is an expression of its own.
        let mut is_other = false;
        for _ in 0..LONGEST {
            let before = at.checked_sub(1)?;
            let said = code.said(before);
            at = before;
            match code.tokens[before].kind {
                Kind::Line => return None,
                Kind::Close | Kind::HoleEnd => at = code.partner(before)?,
                Kind::Word if said == "return" => return self.function(before),
                Kind::Word if CONDITIONS.contains(&said) => return None,
                Kind::Sign if said == ";" || COMPARING.contains(&said) => return None,
                Kind::Sign if said == "," => is_other = true,
                Kind::Sign if !is_other && GIVING.contains(&said) => return self.target(before),
                Kind::Sign if !is_other && self.is_key(before) => return self.target(before),
                Kind::Open => {
                    if !self.leads_out(before) {
                        return None;
                    }
                    is_other = false;
                }
                _ => {}
            }
        }
        None
    }

    /// Whether the sign stands between the key and the value of a map.
    fn is_key(&self, sign: usize) -> bool {
        let code = &self.code;
        let is_begun =
            sign >= 2 && (matches!(code.said(sign - 2), "{" | "," | "[" | "(") || code.is_a(sign - 2, Kind::Line));
        match code.grammar.dialect {
            Dialect::Php => code.is(sign, "=>"),
            Dialect::Ruby => code.is(sign, "=>") || (code.is(sign, ":") && is_begun),
            _ => code.is(sign, ":") && is_begun,
        }
    }

    /// Whether what is in the bracket goes on outside as it is.
    fn leads_out(&self, open: usize) -> bool {
        let code = &self.code;
        let Some(owner) = open.checked_sub(1) else { return true };
        let said = code.said(owner);
        let is_shaping = SHAPING.binary_search(&said.to_ascii_lowercase().as_str()).is_ok();
        match code.said(open) {
            "(" => !code.is_a(owner, Kind::Word) || is_shaping || is_operator(said),
            // An element of a list of secrets is one that was there.
            "[" => {
                !(code.is_a(owner, Kind::Word) && said.ends_with(['s', 'S']) && super::is_made(&said[..said.len() - 1]))
            }
            "{" => matches!(code.grammar.dialect, Dialect::Ruby | Dialect::Kotlin) && is_shaping,
            _ => true,
        }
    }

    /// What stands before a sign that gives a value.
    fn target(&self, sign: usize) -> Option<Sink<'a>> {
        let code = &self.code;
        let mut at = sign.checked_sub(1)?;
        let is = |at: usize, kind| code.is_a(at, kind);
        // `name: type =`.
        if is(at, Kind::Word) && at >= 2 && (code.is(at - 1, ":") && is(at - 2, Kind::Word)) {
            at -= 2;
        }
        if code.is(at, "]") {
            let key = code.partner(at)? + 1;
            return (key + 1 == at && is(key, Kind::Text)).then(|| Sink { name: code.said(key), at: key });
        }
        (is(at, Kind::Word) || is(at, Kind::Text)).then(|| Sink { name: code.said(at), at })
    }

    /// The function that ends with the statement at a token.
    fn function(&self, statement: usize) -> Option<Sink<'a>> {
        match self.code.grammar.dialect {
            Dialect::Python | Dialect::Ruby => self.function_by_indentation(statement),
            _ => self.function_by_braces(statement),
        }
    }

    fn function_by_indentation(&self, statement: usize) -> Option<Sink<'a>> {
        let code = &self.code;
        let column = |at: usize| {
            let end = code.span(at).start;
            let start = end.saturating_sub(DEEPEST);
            memchr::memrchr(b'\n', &code.text.as_bytes()[start..end]).map_or(end - start, |line| end - start - line - 1)
        };
        let (first, own) = (statement.saturating_sub(LONGEST), column(statement));
        let def = (first..statement).rev().find(|at| code.is(*at, "def") && column(*at) < own)?;
        let name = def + 1 + 2 * usize::from(code.are(def + 1, &["self", "."]));
        Some(Sink { name: code.said(name), at: name })
    }

    fn function_by_braces(&self, statement: usize) -> Option<Sink<'a>> {
        let code = &self.code;
        let mut at = statement;
        for _ in 0..LONGEST {
            at = at.checked_sub(1)?;
            match code.tokens[at].kind {
                Kind::Close | Kind::HoleEnd => at = code.partner(at)?,
                Kind::Open if code.is(at, "{") => {
                    let name = self.header(at)?;
                    if !CONDITIONS.contains(&code.said(name))
                        && !matches!(code.said(name), "catch" | "else" | "try" | "do")
                    {
                        return Some(Sink { name: code.said(name), at: name });
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The name before the parameters of the function whose body this brace opens; a keyword if it is no function's.
    fn header(&self, brace: usize) -> Option<usize> {
        let code = &self.code;
        let mut at = brace.checked_sub(1)?;
        if code.is_a(at, Kind::Word) && matches!(code.said(at), "else" | "try" | "do") {
            return Some(at);
        }
        // The type of what it returns stands between its parameters and its body.
        let close = (at.saturating_sub(6)..=at).rev().find(|at| code.is(*at, ")"))?;
        let is_arrow = (close..=at).any(|at| code.is(at, "=>"));
        at = code.partner(close)?.checked_sub(1)?;
        if code.is(at, ")") {
            at = code.partner(at)?.checked_sub(1)?;
        }
        if is_arrow {
            at -= usize::from(code.is(at, "async"));
            return (code.is(at, "=") && at > 0).then(|| at - 1);
        }
        code.is_a(at, Kind::Word).then_some(at)
    }
}

/// Whether the word before a bracket calls nothing.
fn is_operator(word: &str) -> bool {
    matches!(word, "return" | "in" | "and" | "or" | "not" | "echo" | "await" | "yield" | "lambda" | "function")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_calls_are_sorted() {
        assert!(super::SHAPING.is_sorted());
    }
}

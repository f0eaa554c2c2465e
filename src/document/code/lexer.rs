//! From bytes to tokens.

use std::ops::Range;

use memchr::memmem;

use super::grammar::{Dialect, FORMATTED, Grammar, Hole, Lines, Quote};
use super::{Kind, Token};

/// How many brackets a closing one looks through for its partner.
const LOOK_BACK: usize = 16;

/// The longest regular expression, in bytes.
const LONGEST_REGEX: usize = 1024;

/// Operators of several characters that must not be taken for shorter ones, the longest first.
const SIGNS: [&str; 36] = [
    "===", "!==", "**=", "<<=", ">>=", "...", "||=", "&&=", "??=", "?->", "<=>", "==", "!=", "<=", ">=", "=>", "->",
    "::", ":=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", ".=", "=~", "&&", "||", "??", "?.", "<<", "++", "--",
];

/// Words behind which a slash begins a regular expression.
const BEFORE_REGEX: [&str; 14] =
    ["return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "if", "unless", "when", "and"];

/// Reads a part of a file.
pub(super) fn read(grammar: &'static Grammar, text: &str, part: Range<usize>, tokens: &mut Vec<Token>) {
    let bytes = &text.as_bytes()[..part.end];
    Lexer { grammar, text, bytes, at: part.start, tokens, open: Vec::new(), here: None }.read();
}

/// A bracket that is open.
struct Bracket {
    /// The number of its token.
    number: usize,
    byte: u8,
    /// The string that goes on behind it.
    quote: Option<&'static Quote>,
}

struct Lexer<'t, 'o> {
    grammar: &'static Grammar,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: &'o mut Vec<Token>,
    open: Vec<Bracket>,
    /// The last line of the text that begins with the next line.
    here: Option<&'t str>,
}

impl<'t> Lexer<'t, '_> {
    fn read(mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.line(),
                byte if byte.is_ascii_whitespace() => self.at += 1,
                b'\\' => self.continuation(),
                _ if self.comment() => {}
                b'\'' if self.grammar.dialect == Dialect::Rust => self.tick(),
                _ if self.string() => {}
                b'0'..=b'9' => self.number(),
                byte if self.is_word(byte) => self.word(),
                b'(' | b'[' | b'{' => {
                    self.open.push(Bracket { number: self.tokens.len(), byte, quote: None });
                    self.push(Kind::Open, 1);
                }
                b')' | b']' | b'}' => self.close(byte),
                b'/' if self.regex() => {}
                _ => self.sign(),
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Adds the token of the next `length` bytes, and passes over them.
    fn push(&mut self, kind: Kind, length: usize) {
        self.add(kind, self.at..self.at + length);
        self.at += length;
    }

    fn add(&mut self, kind: Kind, span: Range<usize>) {
        // A file is no longer than 8 MiB.
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let partner = number(self.tokens.len());
        self.tokens.push(Token { kind, start: number(span.start), end: number(span.end), partner });
    }

    fn last(&self) -> Option<Kind> {
        self.tokens.last().map(|token| token.kind)
    }

    fn last_said(&self) -> &'t str {
        let span = self.tokens.last().map_or(0..0, |token| token.start as usize..token.end as usize);
        self.text.get(span).unwrap_or_default()
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', self.rest()).map_or(self.bytes.len(), |found| self.at + found)
    }

    fn line(&mut self) {
        // No part of a string of one line goes over its end, whatever stands in it.
        while self.open.last().is_some_and(|bracket| bracket.quote.is_some_and(|quote| !quote.is_long)) {
            self.end_hole();
            self.add(Kind::Text, self.at..self.at);
        }
        let blanks = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if self.ends_statement(self.rest().get(blanks).copied()) {
            self.add(Kind::Line, self.at..self.at + 1);
        }
        match self.here.take() {
            Some(end) => {
                self.at += 1;
                self.skip_here(end);
            }
            None => self.at += blanks,
        }
    }

    /// Whether the statement at hand may end with the line, where this byte is the next.
    fn ends_statement(&self, next: Option<u8>) -> bool {
        let inner = self.open.last().map(|bracket| bracket.byte);
        let counts = match self.grammar.lines {
            Lines::Blank => false,
            Lines::Outside => inner.is_none(),
            Lines::InBraces => inner.is_none_or(|byte| byte == b'{'),
        };
        let is_empty = matches!(self.last(), None | Some(Kind::Line | Kind::Open));
        if !counts || is_empty || self.grammar.lines == Lines::Outside {
            return counts && !is_empty;
        }
        let goes_on = self.last() == Some(Kind::Sign) && !matches!(self.last_said(), "++" | "--");
        !goes_on && !next.is_some_and(|next| b".?:+&|*=<>%".contains(&next))
    }

    /// Passes over a backslash; before the end of a line it takes the meaning from that.
    fn continuation(&mut self) {
        self.at += match self.rest() {
            [_, b'\n', ..] => 2,
            [_, b'\r', b'\n', ..] => 3,
            _ => 1,
        };
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        if self.grammar.has_block_comments && rest.starts_with(b"/*") {
            self.at = memmem::find(&rest[2..], b"*/").map_or(self.bytes.len(), |found| self.at + found + 4);
            return true;
        }
        let is_comment = self.grammar.line_comments.iter().any(|mark| rest.starts_with(mark.as_bytes()));
        // `#[` begins an attribute of PHP.
        if is_comment && !(rest.starts_with(b"#[") && self.grammar.dialect == Dialect::Php) {
            self.at = self.line_end();
            return true;
        }
        false
    }

    /// A string, if one begins here.
    fn string(&mut self) -> bool {
        let rest = self.rest();
        let (prefix, quotes) = match self.grammar.dialect {
            Dialect::Python => {
                let length = rest.iter().take(2).take_while(|byte| b"rRbBuUfFtT".contains(byte)).count();
                let is_formatted = rest[..length].iter().any(|byte| b"fFtT".contains(byte));
                (length, if is_formatted { &FORMATTED } else { self.grammar.quotes })
            }
            _ => (0, self.grammar.quotes),
        };
        let Some(quote) = quotes.iter().find(|quote| rest[prefix..].starts_with(quote.open.as_bytes())) else {
            return false;
        };
        self.at += prefix + quote.open.len();
        self.content(quote);
        true
    }

    /// What stands in a string, up to its end or to a part that is worked out.
    fn content(&mut self, quote: &'static Quote) {
        let mut start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            let rest = self.rest();
            if byte == b'\\' && quote.escapes {
                self.at = (self.at + 2).min(self.bytes.len());
            } else if byte == b'\n' && !quote.is_long {
                break;
            } else if rest.starts_with(quote.close.as_bytes()) {
                self.add(Kind::Text, start..self.at);
                self.at += quote.close.len();
                return;
            } else if matches!(quote.hole, Hole::Brace | Hole::Named)
                && (rest.starts_with(b"{{") || rest.starts_with(b"}}"))
            {
                self.at += 2;
            } else if let Some((before, name)) = hole(quote.hole, rest) {
                self.add(Kind::Text, start..self.at);
                self.hole(before, name, quote);
                if name == 0 {
                    return;
                }
                start = self.at;
            } else {
                self.at += 1;
            }
        }
        self.add(Kind::Text, start..self.at);
    }

    /// A part of a string that is worked out: it begins with `before` bytes, and is a name of `name` bytes or goes on to the
    /// bracket that closes it.
    fn hole(&mut self, before: usize, name: usize, quote: &'static Quote) {
        let number = self.tokens.len();
        self.open.push(Bracket { number, byte: b'{', quote: Some(quote) });
        self.push(Kind::Hole, before);
        if name > 0 {
            let path = &self.text[self.at..self.at + name];
            for (index, part) in path.split("->").enumerate() {
                if index > 0 {
                    self.push(Kind::Sign, 2);
                }
                self.push(Kind::Word, part.len());
            }
            self.end_hole();
            if quote.hole == Hole::Named {
                self.at = memchr::memchr(b'}', self.rest()).map_or(self.bytes.len(), |found| self.at + found + 1);
            }
        }
    }

    fn end_hole(&mut self) {
        if let Some(bracket) = self.open.pop() {
            self.pair(bracket.number);
            self.add(Kind::HoleEnd, self.at..self.at);
            self.pair_last(bracket.number);
        }
    }

    /// Makes the next token the partner of the one with this number.
    fn pair(&mut self, number: usize) {
        let next = self.tokens.len();
        self.tokens[number].partner = u32::try_from(next).unwrap_or(u32::MAX);
    }

    /// Makes the token with this number the partner of the last.
    fn pair_last(&mut self, number: usize) {
        if let Some(last) = self.tokens.last_mut() {
            last.partner = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }

    fn close(&mut self, byte: u8) {
        let wanted = match byte {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        let recent = self.open.len().saturating_sub(LOOK_BACK);
        let found = self.open[recent..].iter().rposition(|bracket| bracket.byte == wanted);
        // Out of a part of a string leads its own bracket alone.
        let hole = self.open[recent..].iter().rposition(|bracket| bracket.quote.is_some());
        let Some(found) = found.filter(|found| hole.is_none_or(|hole| *found >= hole)) else {
            self.push(Kind::Close, 1);
            return;
        };
        self.open.truncate(recent + found + 1);
        let Some(bracket) = self.open.last() else { return };
        if let Some(quote) = bracket.quote {
            self.end_hole();
            self.at += 1;
            self.content(quote);
            return;
        }
        let number = bracket.number;
        self.open.pop();
        self.pair(number);
        self.push(Kind::Close, 1);
        self.pair_last(number);
    }

    fn is_word(&self, byte: u8) -> bool {
        is_name(byte) || (byte == b'$' && self.grammar.has_dollar_names)
    }

    fn word(&mut self) {
        let length = self.rest().iter().take_while(|byte| self.is_word(**byte)).count();
        self.push(Kind::Word, length);
    }

    fn number(&mut self) {
        let rest = self.rest();
        let is_part = |index: usize| match rest[index] {
            b'.' => rest.get(index + 1).is_some_and(u8::is_ascii_digit),
            b'\'' => self.grammar.dialect == Dialect::C && rest.get(index + 1).is_some_and(u8::is_ascii_hexdigit),
            byte => is_name(byte),
        };
        let length = (0..rest.len()).take_while(|index| is_part(*index)).count();
        self.push(Kind::Literal, length);
    }

    /// A character of Rust, or a lifetime.
    fn tick(&mut self) {
        let rest = self.rest();
        let width = self.text[self.at + 1..].chars().next().map_or(0, char::len_utf8);
        let length = match rest {
            [_, b'\\', _, more @ ..] => more.iter().take(10).position(|byte| *byte == b'\'').map(|found| found + 4),
            _ => (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2),
        };
        match length {
            Some(length) => self.push(Kind::Literal, length),
            None => self.at += 1,
        }
    }

    /// A regular expression, where a value may begin; what no slash closes in the line is a division.
    fn regex(&mut self) -> bool {
        let may_begin = match self.last() {
            None | Some(Kind::Line | Kind::Open | Kind::Hole) => true,
            // `</b>` is the end of an element.
            Some(Kind::Sign) => self.last_said() != "<",
            Some(Kind::Word) => BEFORE_REGEX.contains(&self.last_said()),
            _ => false,
        };
        if !self.grammar.has_regex || !may_begin {
            return false;
        }
        let rest = self.rest();
        let rest = &rest[..rest.len().min(LONGEST_REGEX)];
        let (mut at, mut in_class) = (1, false);
        while let Some(byte) = rest.get(at) {
            match byte {
                b'\n' => return false,
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.push(Kind::Literal, at + 1);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }

    fn sign(&mut self) {
        let rest = self.rest();
        if let Some(mark) = self.grammar.here.iter().find(|mark| rest.starts_with(mark.as_bytes())) {
            let behind = &self.text[self.at + mark.len()..self.bytes.len()];
            let behind = behind.trim_start_matches([' ', '"', '\'']);
            let length = behind.bytes().take_while(|byte| is_name(*byte)).count();
            if length > 0 && self.here.is_none() {
                self.here = Some(&behind[..length]);
                let end = self.bytes.len() - behind.len() + length;
                self.add(Kind::Text, end..end);
                self.at = (end + usize::from(matches!(self.bytes.get(end), Some(b'"' | b'\'')))).min(self.bytes.len());
                return;
            }
        }
        let is_long = rest.get(1).is_some_and(|byte| b"=>&|?.*+-~<:".contains(byte));
        let sign = SIGNS.iter().find(|sign| is_long && rest.starts_with(sign.as_bytes()));
        let length = sign.map_or(1, |sign| sign.len());
        self.push(Kind::Sign, length);
    }

    /// Passes over the lines of a text up to the one that begins with `end`, and over that word.
    fn skip_here(&mut self, end: &str) {
        while self.at < self.bytes.len() {
            let rest = self.rest();
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let is_end = rest[blanks..].starts_with(end.as_bytes())
                && !rest.get(blanks + end.len()).is_some_and(|byte| is_name(*byte));
            if is_end {
                self.at += blanks + end.len();
                return;
            }
            self.at = (self.line_end() + 1).min(self.bytes.len());
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The part that is worked out which begins here: how many bytes stand before it, and how long the name is that it is; 0 if
/// it is an expression in brackets.
fn hole(kind: Hole, rest: &[u8]) -> Option<(usize, usize)> {
    let name = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        let begins = rest.first().is_some_and(|byte| is_name(*byte) && !byte.is_ascii_digit());
        if begins { rest.iter().take_while(|byte| is_name(**byte)).count() } else { 0 }
    };
    match (kind, rest) {
        (Hole::Dollar | Hole::DollarName, [b'$', b'{', ..]) | (Hole::Hash, [b'#', b'{', ..]) => Some((2, 0)),
        (Hole::Php, [b'{', b'$', ..]) | (Hole::Brace, [b'{', ..]) => Some((1, 0)),
        (Hole::DollarName | Hole::Php, [b'$', ..]) => {
            let length = Some(name(1)).filter(|length| *length > 0)?;
            let field = if rest[1 + length..].starts_with(b"->") { name(1 + length + 2) } else { 0 };
            let field = if kind == Hole::Php && field > 0 { 2 + field } else { 0 };
            Some((1, length + field))
        }
        (Hole::Named, [b'{', ..]) => {
            let length = Some(name(1)).filter(|length| *length > 0)?;
            let behind = &rest[1 + length..];
            let close = behind.iter().take(40).position(|byte| *byte == b'}')?;
            (close == 0 || behind.starts_with(b":")).then_some((1, length))
        }
        _ => None,
    }
}

//! The text that a page draws (ISO 32000-2, section 9.4).

use super::font::Font;
use super::object::{Object, parse};

/// A gap between pieces of a line, in thousandths of the font's size, from which on it is a blank: kerning is less, the
/// blanks of all fonts are more.
const BLANK: f64 = 180.0;

/// Operators have six operands at most; a list is one.
const OPERANDS: usize = 8;

/// Joins the pieces that the operators of `content` draw, line by line. `font` gives the characters of a font by its name.
pub(super) fn text<'f>(content: &[u8], font: &dyn Fn(&[u8]) -> Option<&'f Font>) -> Vec<u8> {
    let mut page = Page { out: Vec::new(), font: None, height: None };
    let mut operands: Vec<Object<'_>> = Vec::new();
    let mut at = 0;
    while at < content.len() {
        let (object, end) = match parse(content, at, 0) {
            Ok(parsed) => parsed,
            // What is not closed reaches to the end.
            Err(end) => {
                at = end.max(at + 1);
                continue;
            }
        };
        at = end;
        let Object::Word(operator) = object else {
            if operands.len() == OPERANDS {
                operands.remove(0);
            }
            operands.push(object);
            continue;
        };
        match operator {
            b"Tf" => {
                if let [.., Object::Name(name), _] = operands.as_slice() {
                    page.font = font(name);
                }
            }
            b"Tj" | b"TJ" => page.draw(operands.last()),
            b"'" | b"\"" => {
                page.end_line();
                page.draw(operands.last());
            }
            b"Td" | b"TD" => match operands.as_slice() {
                [.., Object::Number(_), Object::Number(down)] if *down == 0.0 => page.blank(),
                _ => page.end_line(),
            },
            b"Tm" => {
                let height = match operands.last() {
                    Some(Object::Number(height)) => Some(*height),
                    _ => None,
                };
                if height.is_some() && height == page.height {
                    page.blank()
                } else {
                    page.end_line()
                }
                page.height = height;
            }
            b"T*" | b"ET" => page.end_line(),
            // The bytes of a picture in the page.
            b"ID" => at = picture_end(content, at),
            _ => {}
        }
        operands.clear();
    }
    page.out
}

struct Page<'f> {
    out: Vec<u8>,
    font: Option<&'f Font>,
    /// Where on the page the line is.
    height: Option<f64>,
}

impl Page<'_> {
    fn draw(&mut self, operand: Option<&Object<'_>>) {
        match operand {
            Some(Object::Text(text)) => self.piece(text),
            Some(Object::Array(pieces)) => {
                for piece in pieces {
                    match piece {
                        Object::Text(text) => self.piece(text),
                        Object::Number(gap) if -gap >= BLANK => self.blank(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn piece(&mut self, codes: &[u8]) {
        match self.font {
            Some(font) => self.out.extend(font.text(codes)),
            // Codes of two bytes whose high one is zero.
            None if codes.len() >= 2
                && codes.len().is_multiple_of(2)
                && codes.iter().step_by(2).all(|&high| high == 0) =>
            {
                self.out.extend(codes.iter().skip(1).step_by(2));
            }
            None => self.out.extend_from_slice(codes),
        }
    }

    fn blank(&mut self) {
        if self.out.last().is_some_and(|last| !last.is_ascii_whitespace()) {
            self.out.push(b' ');
        }
    }

    fn end_line(&mut self) {
        if self.out.last().is_some_and(|last| *last != b'\n') {
            self.out.push(b'\n');
        }
    }
}

fn picture_end(content: &[u8], at: usize) -> usize {
    let rest = &content[at..];
    let end = memchr::memmem::find_iter(rest, b"EI").find(|&end| {
        let is_blank = |at: Option<&u8>| at.is_none_or(u8::is_ascii_whitespace);
        end > 0 && is_blank(rest.get(end - 1)) && is_blank(rest.get(end + 2))
    });
    end.map_or(content.len(), |end| at + end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_line_are_joined() {
        let content = b"BT /F1 12 Tf (a) Tj [(b) -20 (c) -300 (d)] TJ 0 -14 Td (e) Tj <66> Tj T* (g) ' ET";
        assert_eq!(text(content, &|_| None), b"abc d\nef\ng\n");
        assert_eq!(text(b"BI /W 1 ID (x) Tj EI (y) Tj", &|_| None), b"y");
    }

    #[test]
    fn codes_of_a_font_become_characters() {
        let table = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0003> <0041> endbfchar \
            1 beginbfrange <0010> <0012> <0061> endbfrange";
        let font = Font::new(table, &mut 100);
        assert_eq!(text(b"/F 1 Tf <000300110012> Tj", &|_| Some(&font)), b"Abc");
    }
}

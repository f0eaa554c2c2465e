//! Exact positions: bytes, lines, columns in characters and in UTF-16 units, counted here by other means.

use std::fmt::Write as _;

use crate::scripted::Scratch;
use crate::support::{github, keysieve, list, position, position_of};

/// Scans a text in a file; the place of `secret` must be where it stands.
#[track_caller]
fn check(name: &str, text: &str, secret: &str) {
    let scratch = Scratch::new();
    scratch.write("file", text);
    let report = keysieve(&scratch, ".", &["scan", "file", "--format", "json", "--show-secrets"]).exits(1).json();
    let [place] = list(&report.of(secret)["places"]) else { panic!("{name}") };
    let (byte, line, column, units) = position(text, secret);
    assert_eq!(position_of(place), (byte, line, column, units), "{name}");
    let length = secret.len() as u64;
    assert_eq!(place["bytes"]["end"], byte + length, "{name}");
    assert_eq!((&place["end"]["line"], &place["end"]["column"]), (&line.into(), &(column + length).into()), "{name}");
    assert_eq!(place["end"]["column_utf16"], units + length, "{name}");
}

#[test]
fn wherever_a_secret_stands() {
    let secret = github("position");
    let other = github("other");
    let s = &secret;
    let long = format!("{}'{s}'{}", "a = 1; ".repeat(26_985), ";b()".repeat(47_000));
    for (name, text) in [
        ("first byte", format!("{s}\nmore\n")),
        ("all there is", s.clone()),
        ("last byte", format!("more\n{s}")),
        ("behind a CRLF", format!("a\r\nb\r\nkey: {s}\r\nc\r\n")),
        ("a lone CR is no line end", format!("a\rb\rkey: {s}\rc\n")),
        ("tabs are one column each", format!("\t\tkey:\t{s}\n")),
        ("behind characters of four bytes", format!("\u{1F511}\u{1F511} {s}\n")),
        ("behind combining characters", format!("e\u{301} 密钥 {s}\n")),
        ("second on its line", format!("'{other}', '{s}'\n")),
        ("quoted", format!("x\n  key = \"{s}\" # y\n")),
        ("behind a byte order mark, on the second line", format!("\u{feff}a\nb {s}")),
        ("behind bytes that are empty lines", format!("\n\n\n\n{s}\n\n")),
        ("far out on a long line", long),
    ] {
        check(name, &text, s);
    }
}

/// Texts over 8 MiB are read in parts: a secret at every place around the seam is found once, where it stands.
#[test]
fn around_the_seam_of_two_parts() {
    const PART: usize = 8 * 1024 * 1024;
    let secret = github("seam");
    for before in [PART - 100, PART - 40, PART - 39, PART - 20, PART - 1, PART, PART + 1, PART + 8192] {
        let mut text = String::with_capacity(PART + 20_000);
        let mut number = 0;
        while text.len() + 100 < before {
            number += 1;
            let _ = writeln!(text, "line {number} é");
        }
        while text.len() + 1 < before {
            text.push('x');
        }
        text.push(' ');
        text.push_str(&secret);
        text.push_str("\nmore\n");
        text.push_str(&"tail\n".repeat(2_000));
        check(&format!("at {before}"), &text, &secret);
    }
}

#[test]
fn on_standard_input() {
    let secret = github("stdin");
    let text = format!("a\né {secret}\n");
    let directory = Scratch::new();
    let mut command = crate::support::command(&directory.path("."));
    command.args(["scan", "-", "--format", "json"]);
    let report = crate::support::feed(&mut command, text.as_bytes()).exits(1).json();
    let place = &report.findings()[0]["places"][0];
    assert_eq!((&place["origin"], position_of(place)), (&"stdin".into(), position(&text, &secret)));
}

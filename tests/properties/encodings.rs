//! What is found as it stands is found in every encoding, at the bytes that it is encoded in, whole and in parts.

use std::io::Write as _;
use std::ops::Range;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use keysieve::finding::Confidence;
use keysieve::place::Origin;
use keysieve::rule::model::{Form, Near};
use keysieve::run::inspect::inspect;
use keysieve::source::Item;

use super::support::{Seen, detector, hits, in_parts, misses, whole};

/// An encoding: its name, how it writes a text, and where in that the bytes of a range stand.
struct Way {
    name: &'static str,
    write: fn(&[u8]) -> Vec<u8>,
    place: fn(&[u8], Range<usize>) -> Range<usize>,
}

fn base64_place(_: &[u8], range: Range<usize>) -> Range<usize> {
    range.start * 4 / 3..(range.end * 4).div_ceil(3)
}

fn wide<const N: usize>(_: &[u8], range: Range<usize>) -> Range<usize> {
    range.start * N..range.end * N
}

/// Where a range stands in a text whose bytes are written one by one.
fn by_bytes(write: fn(u8) -> String) -> impl Fn(&[u8], Range<usize>) -> Range<usize> {
    move |text, range| {
        let length = |text: &[u8]| text.iter().map(|&byte| write(byte).len()).sum::<usize>();
        length(&text[..range.start])..length(&text[..range.end])
    }
}

fn reference(byte: u8) -> String {
    format!("&#{byte};")
}

fn some_percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }
}

fn bytes(text: &[u8], write: fn(u8) -> String) -> Vec<u8> {
    text.iter().map(|&byte| write(byte)).collect::<String>().into_bytes()
}

const WAYS: [Way; 11] = [
    Way { name: "base64", write: |text| BASE64.encode(text).into_bytes(), place: base64_place },
    Way { name: "base64", write: |text| BASE64_NOPAD.encode(text).into_bytes(), place: base64_place },
    Way { name: "base64", write: |text| BASE64URL.encode(text).into_bytes(), place: base64_place },
    Way { name: "base64", write: |text| BASE64URL_NOPAD.encode(text).into_bytes(), place: base64_place },
    Way { name: "hex", write: |text| HEXLOWER.encode(text).into_bytes(), place: wide::<2> },
    Way { name: "hex", write: |text| HEXUPPER.encode(text).into_bytes(), place: wide::<2> },
    Way { name: "percent", write: |text| bytes(text, |byte| format!("%{byte:02x}")), place: wide::<3> },
    Way {
        name: "percent",
        write: |text| bytes(text, some_percent),
        place: |text, range| by_bytes(some_percent)(text, range),
    },
    Way { name: "escape", write: |text| bytes(text, |byte| format!("\\u{byte:04x}")), place: wide::<6> },
    Way { name: "escape", write: |text| bytes(text, |byte| format!("\\x{byte:02X}")), place: wide::<4> },
    Way { name: "entity", write: |text| bytes(text, reference), place: |text, range| by_bytes(reference)(text, range) },
];

/// The longest encoded text that is decoded as one; see `decode/scope.rs`.
const CAP: usize = 4096;
/// How far behind a percent sign a text is still read as one that is spelt so; see `decode/in_place.rs`.
const IN_PLACE: usize = 2048;

/// Rule and secret: an encoded text has no path and no lines of its own.
fn secrets(seen: &[Seen]) -> Vec<(u32, Vec<u8>)> {
    seen.iter().map(|it| (it.rule.0, it.secret.clone())).collect()
}

/// Whether the rule finds its secrets in any text: one for certain files reads their lines, and one for commands and
/// statements their words, which nobody encodes one by one.
fn is_of_any_text(seen: &Seen) -> bool {
    let rule = detector().rules().get(seen.rule);
    !rule.is_of_files() && !matches!(rule.form, Form::Reader(_))
}

fn is_ascii(text: &str) -> bool {
    text.is_ascii()
}

#[test]
fn every_example_is_found_in_every_encoding_at_its_bytes() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for example in hits().iter().filter(|example| is_ascii(&example.text) && example.text.len() >= 20) {
        let text = format!("{}\n", example.text.trim());
        let plain = whole(text.as_bytes());
        let line = whole(format!("text: '{}'\n", example.text.trim()).as_bytes());
        let in_line: Vec<_> = line.iter().map(|it| (it.rule, &it.secret)).collect();
        for way in &WAYS {
            let encoded = (way.write)(text.as_bytes());
            if encoded.len() > CAP || (text.len() > IN_PLACE && way.name == "percent") {
                continue;
            }
            // Spaces alone are no reason to decode.
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" -._~\n".contains(&byte);
            if way.name == "percent" && text.bytes().all(is_plain) {
                continue;
            }
            tried += 1;
            let outer = [b"text: '", encoded.as_slice(), b"'\n"].concat();
            let found = whole(&outer);
            for expected in plain.iter().filter(|it| is_of_any_text(it)) {
                // Outside of a URL a percent sign may be one, so a key's value is left as it is written; and some keys count
                // only at the beginning of a line. What the value of a name is, which a rule asks for, depends on the same.
                let rule = detector().rules().get(expected.rule);
                let is_key = matches!(rule.form, Form::Assignment(_));
                let in_line = in_line.contains(&(expected.rule, &expected.secret));
                if is_key && (way.name == "percent" || !in_line) || rule.near == Near::Name && !in_line {
                    continue;
                }
                let inner = expected.span.start as usize..expected.span.end as usize;
                let place = (way.place)(text.as_bytes(), inner);
                let place = place.start as u64 + 7..place.end as u64 + 7;
                let is = found.iter().any(|it| {
                    it.rule == expected.rule
                        && it.secret == expected.secret
                        && (it.span.start..it.span.end) == place
                        && (it.decoding == [way.name] || it.decoding.is_empty())
                });
                if !is {
                    wrong.push(format!(
                        "{} in {}: expected {place:?}, found {:?}\n  {text}",
                        example.rule,
                        way.name,
                        found.iter().map(|it| (it.rule, it.span, it.decoding.clone())).collect::<Vec<_>>()
                    ));
                }
            }
        }
    }
    assert!(tried > 1000, "{tried}");
    let some: Vec<&str> = wrong.iter().map(String::as_str).take(12).collect();
    assert!(wrong.is_empty(), "{} of {tried} go wrong, the first:\n{}", wrong.len(), some.join("\n"));
}

#[test]
fn encodings_within_each_other_are_followed_three_deep() {
    let mut wrong = Vec::new();
    for (index, example) in hits().iter().enumerate().filter(|(_, it)| is_ascii(&it.text) && it.text.len() >= 20) {
        let text = format!("{}\n", example.text.trim());
        let plain: Vec<Seen> = whole(text.as_bytes()).into_iter().filter(is_of_any_text).collect();
        let plain = secrets(&plain);
        let chain = [&WAYS[index % 11], &WAYS[(index * 7 + 3) % 11], &WAYS[(index * 3 + 1) % 6]];
        let mut encoded = text.clone().into_bytes();
        for way in chain {
            encoded = (way.write)(&encoded);
        }
        let outer = [b"text: '", encoded.as_slice(), b"'\n"].concat();
        if outer.len() > CAP {
            continue;
        }
        let found = secrets(&whole(&outer));
        for it in plain.iter().filter(|it| !found.contains(it)) {
            let names: Vec<_> = chain.iter().map(|way| way.name).collect();
            wrong.push(format!("{} in {names:?}: {}", example.rule, String::from_utf8_lossy(&it.1)));
        }
    }
    let some: Vec<&str> = wrong.iter().map(String::as_str).take(12).collect();
    assert!(wrong.is_empty(), "{} go wrong, the first:\n{}", wrong.len(), some.join("\n"));
}

#[test]
fn misses_are_none_in_any_encoding() {
    for example in misses() {
        let before = secrets(&whole(example.text.as_bytes()));
        for way in &WAYS {
            let outer = [b"text: '", (way.write)(example.text.as_bytes()).as_slice(), b"'\n"].concat();
            let more: Vec<_> = whole(&outer)
                .into_iter()
                .filter(|it| !it.decoding.is_empty() && !before.contains(&(it.rule.0, it.secret.clone())))
                // Between other quotes a value may end earlier, and be a weak one.
                .filter(|it| it.verdict.confidence > Some(Confidence::Low))
                .map(|it| (it.rule, it.decoding))
                .collect();
            assert!(more.is_empty(), "{} in {}: {more:?}\n{}", example.rule, way.name, example.text);
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn lines(text: &str, length: usize, indent: &str) -> String {
    text.as_bytes().chunks(length).map(|line| format!("{indent}{}\n", String::from_utf8_lossy(line))).collect()
}

/// Texts around one secret, by name, with the chain that must be told.
fn shapes(token: &str) -> Vec<(&'static str, String, Vec<&'static str>)> {
    let file = format!("# settings of the service\nexport SERVICE_NAME=payments\nACME_TOKEN={token}\n");
    let (head, tail) = token.split_at(token.len() / 2);
    let utf16: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("{}{file}{}", "a line of no note\n".repeat(300), "and more of it\n".repeat(300));
    vec![
        ("gzip", format!("user_data = \"{}\"", BASE64.encode(&gzip(file.as_bytes()))), vec!["base64", "gzip"]),
        (
            "Helm",
            format!("data:\n  release: {}\n", BASE64.encode(BASE64.encode(&gzip(long.as_bytes())).as_bytes())),
            vec!["base64", "base64", "gzip"],
        ),
        ("UTF-16", format!("powershell -enc {}", BASE64.encode(&utf16)), vec!["base64", "utf-16"]),
        ("lines", format!("content: |\n{}", lines(&BASE64.encode(file.as_bytes()), 76, "  ")), vec!["base64"]),
        ("long", format!("x={}\n", BASE64.encode(long.as_bytes())), vec!["base64"]),
        ("long lines", format!("x:\n{}", lines(&BASE64.encode(long.as_bytes()), 64, "\t")), vec!["base64"]),
        ("long hex", format!("x={}\n", HEXLOWER.encode(long.as_bytes())), vec!["hex"]),
        ("path", format!("GET /v1/callback/{}", BASE64URL_NOPAD.encode(file.as_bytes())), vec!["base64"]),
        ("plus", format!("t = \"{head}\" + \"{tail}\";"), vec!["joined"]),
        ("dot", format!("$t = '{head}' . '{tail}';"), vec!["joined"]),
        ("lua", format!("t = \"{head}\" .. \"{tail}\""), vec!["joined"]),
        ("beside", format!("t = (\"{head}\"\n     \"{tail}\")"), vec!["joined"]),
        ("backslash", format!("t = \"{head}\" \\\n    \"{tail}\""), vec!["joined"]),
        ("shell", format!("echo {head}\\\n{tail}\n"), vec!["joined"]),
        ("sql", format!("select '{head}' || '{tail}'"), vec!["joined"]),
        ("basic", format!("t = \"{head}\" & _\n"), vec![]),
        ("visual basic", format!("t = \"{head}\" & \"{tail}\""), vec!["joined"]),
        ("elixir", format!("t = \"{head}\" <> \"{tail}\""), vec!["joined"]),
        ("haskell", format!("t = \"{head}\" ++ \"{tail}\""), vec!["joined"]),
        ("three", format!("t = \"{}\" +\n  \"{}\" +\n  \"{tail}\"", &head[..9], &head[9..]), vec!["joined"]),
        (
            "joined base64",
            {
                let text = BASE64.encode(file.as_bytes());
                let (head, tail) = text.split_at(61);
                format!("t = \"{head}\" +\n  \"{tail}\"")
            },
            vec!["joined", "base64"],
        ),
        ("joined escape", format!("t = \"{}\" + \"{tail}\"", head.replace('_', "\\u005f")), vec!["joined", "escape"]),
        (
            "mail",
            format!("Your token is=20here, please keep it there: TOKEN=3D{head}=\n{tail}"),
            vec!["quoted-printable"],
        ),
        ("twice", format!("?next=%252Fx%253Ftoken%253D{}", token.replace('_', "%255F")), vec!["percent", "percent"]),
    ]
}

fn token() -> String {
    let github = |it: &&super::support::Example| it.rule == "github-personal-access-token";
    let example = hits().iter().find(github).unwrap();
    String::from_utf8(whole(example.text.as_bytes())[0].secret.clone()).unwrap()
}

#[test]
fn every_shape_is_found_with_its_chain() {
    let token = token();
    for (name, text, chain) in shapes(&token) {
        let found = whole(text.as_bytes());
        let hit = found.iter().find(|it| it.secret == token.as_bytes());
        match hit {
            None => assert!(chain.is_empty(), "{name}: not found in {text}\n{found:?}"),
            Some(hit) => {
                assert_eq!(hit.decoding, chain, "{name}");
                let excerpt = &hit.excerpt.text;
                assert!(!excerpt.contains(&token[4..12]), "{name}: {excerpt}");
                let encoded = &text[hit.span.start as usize..hit.span.end as usize];
                let shown = encoded
                    .as_bytes()
                    .windows(8)
                    .any(|piece| memchr::memmem::find(excerpt.as_bytes(), piece).is_some());
                assert!(!shown, "{name}: {excerpt}");
            }
        }
    }
}

#[test]
fn no_cut_near_an_encoded_secret_changes_it() {
    let token = token();
    let filler = "words and more words, line after line\n".repeat(700);
    let mut wrong = Vec::new();
    for (name, text, chain) in shapes(&token) {
        // What is compressed is decoded as far as a part shows it.
        if chain.contains(&"gzip") {
            continue;
        }
        let whole_text = format!("{filler}{text}\n{filler}");
        let expected = whole(whole_text.as_bytes());
        for (from, to, step) in [(-200_isize, text.len() as isize + 60, 7.max(text.len() / 40)), (-9000, 9000, 1733)] {
            for distance in (from..to).step_by(step) {
                let cut = filler.len().saturating_add_signed(distance);
                let found = in_parts(whole_text.as_bytes(), &[cut]);
                if found != expected {
                    wrong.push(format!("{name}, cut at {distance}: {} and {}", expected.len(), found.len()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cuts go wrong:\n{}",
        wrong.len(),
        wrong.iter().take(9).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn keys_outside_judge_values_inside() {
    let password = ["tr0ub4", "dor&3"].concat();
    let encoded = BASE64.encode(password.as_bytes());
    let secret = |text: &str| -> Vec<(Vec<u8>, Vec<&str>)> {
        whole(text.as_bytes()).into_iter().map(|it| (it.secret, it.decoding)).collect()
    };
    let decoded = vec![(password.clone().into_bytes(), vec!["base64"])];
    for text in [
        format!("kind: Secret\ndata:\n  password: {encoded}\n"),
        format!("data:\n  db-password: \"{encoded}\"\n  user: YWRtaW4=\nkind: Secret\n"),
        format!("{{\"kind\":\"Secret\",\"data\":{{\"password\":\"{encoded}\"}}}}"),
    ] {
        assert_eq!(secret(&text), decoded, "{text}");
    }
    // A placeholder in base64 is one all the same.
    let placeholder = BASE64.encode(b"insert_here");
    assert_eq!(secret(&format!("kind: Secret\ndata:\n  password: {placeholder}\n")), []);
    let long = ["q7Xk2vR9", "mW4tZc8L"].concat();
    let outside = format!("password: {}\n", BASE64.encode(long.as_bytes()));
    assert_eq!(secret(&outside), [(long.clone().into_bytes(), vec!["base64"])]);
    let docker = format!("{{\"auths\":{{\"r.example.org\":{{\"username\":\"u\",\"password\":\"{long}\"}}}}}}");
    let text = format!("kind: Secret\ndata:\n  .dockerconfigjson: {}\n", BASE64.encode(docker.as_bytes()));
    assert_eq!(secret(&text), [(long.clone().into_bytes(), vec!["base64"])]);
    for (text, chain) in [
        // The reader of keys reads the first line of a block, and quotes written as references, itself.
        (format!("password: |-\n  {long}\nuser: x\n"), vec![]),
        (format!("password = <<EOT\n{long}\nEOT\n"), vec!["block"]),
        (format!("password = \"{}\" + \"{}\"", &long[..7], &long[7..]), vec!["joined"]),
        (format!("run --password \\\n  {long}\n"), vec!["joined"]),
        (format!("<x y=\"password=&quot;{long}&quot;\">"), vec![]),
    ] {
        assert_eq!(secret(&text), [(long.clone().into_bytes(), chain)], "{text}");
    }
}

#[test]
fn decoding_ends() {
    let mut text = "a secret that nobody will ever see, over and over\n".repeat(20_000).into_bytes();
    for _ in 0..5 {
        text = BASE64.encode(&text).into_bytes();
    }
    let inspection = inspect(detector(), &Item::whole(Origin::Stdin, &text));
    assert!(inspection.undecoded && inspection.hits.is_empty());
    // A compressed text that is a thousand times as long.
    let bomb = BASE64.encode(&gzip(&vec![b'a'; 40 << 20]));
    let inspection = inspect(detector(), &Item::whole(Origin::Stdin, format!("x={bomb}").as_bytes()));
    assert!(inspection.undecoded);
    assert!(!inspect(detector(), &Item::whole(Origin::Stdin, b"x = \"aGVsbG8gd29ybGQhIGhlbGxv\"")).undecoded);
}

#[test]
fn tokens_are_found_in_every_charset() {
    let token = token();
    let text = format!("key = {token}\n");
    let fours = |big: bool, mark: &str| -> Vec<u8> {
        let four = |it: char| if big { (it as u32).to_be_bytes() } else { (it as u32).to_le_bytes() };
        format!("{mark}\u{1F511} {text}").chars().flat_map(four).collect()
    };
    for (name, bytes) in [
        ("UTF-8 with a mark", format!("\u{FEFF}{token}").into_bytes()),
        ("Latin-1", [b"cl\xE9 d'acc\xE8s \xE9: ", token.as_bytes(), b"\xE9"].concat()),
        ("Shift-JIS", [b"\x83\x67\x81\x5B\x83\x4E\x83\x93\x83\x41", token.as_bytes(), b"\x82\xC5\x82\xB7"].concat()),
        ("UTF-32, low byte first", fours(false, "")),
        ("UTF-32, high byte first", fours(true, "")),
        ("UTF-32, low byte first, with a mark", fours(false, "\u{FEFF}")),
        ("UTF-32, high byte first, with a mark", fours(true, "\u{FEFF}")),
    ] {
        let found = whole(&bytes);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].secret, token.as_bytes(), "{name}");
        let at = found[0].span.start as usize;
        assert_eq!(bytes[at..at + 4].iter().filter(|&&byte| byte == b'g').count(), 1, "{name}");
    }
}

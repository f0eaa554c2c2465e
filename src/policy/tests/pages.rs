//! Runs the fenced blocks of every page, as they are, with other line ends, and with more text before them.

use regex::Regex;

use super::super::page;
use super::*;

struct Block {
    language: String,
    file: String,
    finds: Vec<String>,
    is_tracked: bool,
    text: String,
}

/// A token with the given payload, or random characters: what a page may not hold as it is.
pub(super) fn expand(text: &str) -> String {
    let jwt = Regex::new(r"@jwt\((\{[^)]*\})\)").unwrap();
    let text = jwt.replace_all(text, |found: &regex::Captures<'_>| {
        let part = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let signature: Vec<u8> = (0..32u8).map(|n| n.wrapping_mul(73) ^ 0x5a).collect();
        format!("{}.{}.{}", part(br#"{"alg":"HS256","typ":"JWT"}"#), part(found[1].as_bytes()), part(&signature))
    });
    let random = Regex::new(r"@random\((\d+)\)").unwrap();
    let replaced = random.replace_all(&text, |found: &regex::Captures<'_>| {
        let alphabet = b"k7QzR2mXw9LpT4vBn6HsYc3Jd8FgA5eU";
        let length: usize = found[1].parse().unwrap();
        (0..length).map(|n| alphabet[(n * 11 + length * 5 + n * n * 3) % alphabet.len()] as char).collect::<String>()
    });
    replaced.into_owned()
}

fn blocks(section: &str) -> Vec<Block> {
    let attribute = Regex::new(r#"(\w+)(?:=(?:'([^']*)'|"([^"]*)"|(\S+)))?"#).unwrap();
    let mut blocks = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut block = Block {
            language: language.to_owned(),
            file: String::new(),
            finds: Vec::new(),
            is_tracked: false,
            text: expand(&(body.join("\n") + "\n")),
        };
        for found in attribute.captures_iter(rest) {
            let value = found.get(2).or(found.get(3)).or(found.get(4)).map_or("", |value| value.as_str());
            match &found[1] {
                "file" => block.file = value.to_owned(),
                "finds" => block.finds.push(expand(value)),
                "tracked" => block.is_tracked = true,
                "policy" => {}
                other => panic!("a fence says {other}"),
            }
        }
        blocks.push(block);
    }
    blocks
}

/// The text of every finding of the check in the block.
fn found(meta: &Meta, block: &Block, text: &str, settings: &PolicySettings) -> Vec<String> {
    let subject = Subject { path: block.file.as_bytes(), bytes: text.as_bytes(), tracked: Some(block.is_tracked) };
    let lint = lint(&subject, settings, now());
    assert!(lint.parsed && lint.notices.is_empty(), "{}: {}: {:?}", meta.id, block.file, lint.notices);
    let own = lint.breaches.into_iter().filter(|breach| breach.check.id == meta.id);
    own.map(|breach| {
        assert!(!breach.route.is_empty() && !breach.message.is_empty(), "{}: {breach:?}", meta.id);
        assert!(breach.related.iter().all(|(label, span)| !label.is_empty() && !text[span.clone()].is_empty()));
        text[breach.span].to_owned()
    })
    .collect()
}

/// The same file with text before it that no parser minds.
fn pushed_down(block: &Block) -> Option<String> {
    let comment = match block.language.as_str() {
        "yaml" | "hcl" | "toml" | "dotenv" => "# \u{1F600} é\tü\n",
        "json" => "// \u{1F600} é\tü\n",
        _ => return None,
    };
    Some(format!("\u{FEFF}{comment}{}", block.text))
}

#[test]
fn every_block_finds_what_it_says() {
    for check in check::ALL {
        let meta = check.meta();
        let bad = blocks(page::section(meta.page, "Bad"));
        let good = blocks(page::section(meta.page, "Good"));
        let policy: String =
            bad.iter().filter(|block| block.file.is_empty()).map(|block| block.text.as_str()).collect();
        let mut settings = settings(&policy);
        settings.set_preset(Preset::Strict, "default");
        let is_file = |block: &&Block| !block.file.is_empty();
        assert!(bad.iter().filter(is_file).count() > 0, "{}: no bad example", meta.id);
        assert!(good.iter().filter(is_file).count() > 0, "{}: no good example", meta.id);
        for (block, is_bad) in
            bad.iter().filter(is_file).map(|b| (b, true)).chain(good.iter().filter(is_file).map(|b| (b, false)))
        {
            assert_eq!(is_bad, !block.finds.is_empty(), "{}: {}", meta.id, block.file);
            let mut variants = vec![block.text.clone(), block.text.replace('\n', "\r\n")];
            variants.extend(pushed_down(block));
            for text in variants {
                assert_eq!(found(meta, block, &text, &settings), block.finds, "{}: {}\n{text}", meta.id, block.file);
            }
        }
    }
}

#[test]
fn every_page_has_its_parts() {
    for check in check::ALL {
        let meta = check.meta();
        assert_eq!(meta.page.lines().next(), Some(format!("# {}", meta.title).as_str()), "{}", meta.id);
        for title in ["What", "Why", "Bad", "Good", "How to fix", "References"] {
            assert!(!page::section(meta.page, title).is_empty(), "{}: {title}", meta.id);
        }
        assert!(!page::description(meta.page).is_empty() && page::steps(meta.page).iter().all(|step| !step.is_empty()));
        assert!(page::section(meta.page, "References").contains("https://"), "{}", meta.id);
        let shown = page::help(meta.page);
        assert!(!shown.contains("finds=") && shown.contains("```"), "{}", meta.id);
        assert!(meta.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()));
    }
}

#[test]
fn the_checks_serve_many_families() {
    let families: std::collections::BTreeSet<&str> = check::ALL.iter().map(|check| check.meta().family.id()).collect();
    assert!(families.len() >= 6, "{families:?}");
}

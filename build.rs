//! Turns `rules/*.toml` and `rules/words/*.toml` into static tables.
//!
//! A rule that is wrong is a compile error that names the file, the line, the rule and the reason; at run time there is
//! nothing left to read or to check.

#![allow(dead_code, unused_imports)]

#[path = "src/class.rs"]
mod class;
#[path = "src/detect"]
mod detect {
    pub mod anchors;
    // The search itself is none of the build's.
    mod prefilter {
        mod gram;
        pub mod tables;
    }

    use std::fmt::Write as _;
    use std::path::Path;

    use crate::rule::model::{Rule, RuleIndex};

    /// Writes what the search for the literals of `rules` needs: the long table beside the program text `detect.rs`, which
    /// holds the rest.
    pub fn write<'a>(rules: impl Iterator<Item = &'a Rule>, target: &Path) -> Result<(), String> {
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", target.display());
        let anchors = anchors::Anchors::of(rules.enumerate().map(|(index, rule)| (RuleIndex(index as u32), rule)));
        let prefilter = prefilter::tables::Prefilter::new(&anchors.literals).map_err(|error| fault(&error))?;
        let mut out = String::new();
        let literals: Vec<String> = anchors.literals.iter().map(super::text).collect();
        let _ = writeln!(out, "pub(super) const ANCHORS: Anchors = Anchors {{");
        let _ = writeln!(out, "literals: List::Borrowed(&[{}]),", literals.join(", "));
        let _ = writeln!(out, "targets: List::Borrowed(&{:?}),", anchors.targets);
        let _ = writeln!(out, "ends: List::Borrowed(&{:?}),", anchors.ends);
        let _ = writeln!(out, "stances: List::Borrowed(&{:?}),", anchors.stances);
        let _ = writeln!(out, "urls: List::Borrowed(&{:?}),", anchors.urls);
        let _ = writeln!(out, "pems: List::Borrowed(&{:?}),", anchors.pems);
        let _ = writeln!(out, "lines: List::Borrowed(&{:?}),\n}};", anchors.lines);
        let _ = writeln!(out, "pub(super) const PREFILTER: Prefilter = Prefilter {{");
        let _ = writeln!(out, "cells: List::Borrowed(CELLS),");
        let _ = writeln!(out, "bits: List::Borrowed(&{:?}),", prefilter.bits);
        let _ = writeln!(out, "groups: List::Borrowed(&{:?}),", prefilter.groups);
        let _ = writeln!(out, "entries: List::Borrowed(&{:?}),", prefilter.entries);
        let _ = writeln!(out, "texts: {},", super::text(&prefilter.texts));
        let _ = writeln!(out, "before: {:?},\nprinted: {:?},\n}};", prefilter.before, prefilter.printed);
        std::fs::write(target.with_file_name("cells"), prefilter.cells.as_flattened())
            .map_err(|error| fault(&error))?;
        std::fs::write(target, out).map_err(|error| fault(&error))
    }
}
#[path = "src/document"]
mod document {
    pub mod line {
        pub mod anchors;
    }
}
#[path = "src/scale.rs"]
mod scale;

#[path = "src/rule"]
mod rule {
    pub mod format;
    pub mod model;
    pub mod schema;
    pub mod search;
    pub mod validate;
}

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rule::format::{Format, List, Piece, Text};
use rule::model::{Anchor, Example, Form, Rule};
use rule::validate::{WayOutClasses, check_set, parse_pack};
use sha2::{Digest as _, Sha256};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=KEYSIEVE_SOURCE={}", source_digest());
    // A table of a thousand rules is full of addresses. Where the program may lie anywhere, the loader writes each of them
    // anew at every start, which takes longer than all the rest of it.
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    if let Err(errors) = generate().and_then(|()| checks()) {
        for error in errors {
            println!("cargo::error={error}");
        }
    }
}

/// A digest of the program's own text: what one build says of a blob holds for another of the same text.
fn source_digest() -> String {
    let mut files = vec![PathBuf::from("Cargo.lock")];
    let mut directories = vec![PathBuf::from("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { directories.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        digest.update(file.to_string_lossy().replace('\\', "/"));
        digest.update([0]);
        digest.update(text.replace("\r\n", "\n"));
        digest.update([0]);
    }
    data_encoding::HEXLOWER.encode(&digest.finalize()[..16])
}

fn generate() -> Result<(), Vec<String>> {
    let mut digest = Sha256::new();
    let mut read = |path: &Path| -> Result<String, Vec<String>> {
        let text = fs::read_to_string(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
        digest.update(path.to_string_lossy().replace('\\', "/").as_bytes());
        digest.update([0]);
        digest.update(text.replace("\r\n", "\n").as_bytes());
        digest.update([0]);
        Ok(text)
    };
    let words = Path::new("rules/words");
    let classes = way_out_classes(&read(&words.join("way-out.toml"))?)?;
    let mut out = String::new();
    for file in ["placeholders", "identifiers", "key-names"] {
        let path = words.join(format!("{file}.toml"));
        word_lists(&path, &read(&path)?, &mut out)?;
    }
    let path = Path::new("rules/model/key-value.toml");
    model(path, &read(path)?, &mut out)?;
    read(Path::new("rules/model/grams.txt"))?;
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for path in packs()? {
        match parse_pack(&read(&path)?, &classes) {
            Ok(pack) => rules.extend(pack.into_iter().map(|rule| (path.clone(), rule))),
            Err(faults) => errors.extend(faults.into_iter().map(|fault| {
                let rule = fault.rule.map(|id| format!("rule `{id}`: ")).unwrap_or_default();
                format!("{}:{}: {rule}{}", path.display(), fault.line, fault.reason)
            })),
        }
    }
    rules.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    if let Err(faults) = check_set(rules.iter().map(|(_, rule)| rule)) {
        errors.extend(faults.into_iter().map(|(id, reason)| {
            let path = rules.iter().find(|(_, rule)| rule.id == id).map(|(path, _)| path.display().to_string());
            format!("{}: rule `{id}`: {reason}", path.unwrap_or_default())
        }));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    // One static for each: a single table of them all takes the compiler gigabytes.
    for (index, (_, rule)) in rules.iter().enumerate() {
        let _ = writeln!(out, "static RULE_{index}: Rule = {};", rule_literal(rule));
    }
    let _ = writeln!(out, "/// The built-in rules, sorted by id.\npub static RULES: &[&Rule] = &[");
    (0..rules.len()).for_each(|index| {
        let _ = writeln!(out, "&RULE_{index},");
    });
    let _ = writeln!(out, "];");
    let path = Path::new("rules/kinds.tsv");
    let kinds = count_kinds(path, &read(path)?, rules.iter().map(|(_, rule)| rule.id.as_ref()).collect())?;
    let _ = writeln!(out, "/// How many kinds of tokens the rules find.\npub const KINDS: usize = {kinds};");
    let _ = writeln!(out, "/// The texts of the classes of ways out.");
    let _ = writeln!(out, "pub static WAY_OUT_CLASSES: &[(&str, &[&str])] = &{:?};", Slices(&classes));
    let hex = digest.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let _ = writeln!(out, "/// The first 12 hexadecimal digits of the SHA-256 over all packs and word lists.");
    let _ = writeln!(out, "pub const DIGEST: &str = {hex:?};");
    let directory = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    detect::write(rules.iter().map(|(_, rule)| rule), &directory.join("detect.rs")).map_err(|error| vec![error])?;
    let target = directory.join("rules.rs");
    fs::write(&target, out).map_err(|error| vec![format!("{}: {error}", target.display())])
}

/// Writes the names and pages of the declared checks. They are read at run time: few runs need them.
fn checks() -> Result<(), Vec<String>> {
    let fault = |error: std::io::Error| vec![format!("rules/policy: {error}")];
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir("rules/policy").map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".md")) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut out = "/// The declared checks: id and page.\nstatic PAGES: &[(&str, &str)] = &[\n".to_owned();
    for name in names {
        let path = format!("/rules/policy/{name}.md");
        let _ = writeln!(out, "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),");
    }
    out.push_str("];\n");
    let target = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("checks.rs");
    fs::write(&target, out).map_err(|error| vec![format!("{}: {error}", target.display())])
}

fn packs() -> Result<Vec<PathBuf>, Vec<String>> {
    let entries = fs::read_dir("rules").map_err(|error| vec![format!("rules: {error}")])?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    Ok(paths)
}

fn way_out_classes(source: &str) -> Result<WayOutClasses, Vec<String>> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Class {
        text: Vec<String>,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        class: std::collections::BTreeMap<String, Class>,
    }
    let file: File = toml::from_str(source).map_err(|error| vec![format!("rules/words/way-out.toml: {error}")])?;
    Ok(file.class.into_iter().map(|(name, class)| (name, class.text)).collect())
}

/// Writes each list of a word file as a sorted static slice, named after file and key.
fn word_lists(path: &Path, source: &str, out: &mut String) -> Result<(), Vec<String>> {
    let lists: std::collections::BTreeMap<String, Vec<String>> =
        toml::from_str(source).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_string()).unwrap_or_default();
    for (key, mut list) in lists {
        list.sort();
        list.dedup();
        let name = format!("{stem}_{key}").to_uppercase().replace('-', "_");
        let _ = writeln!(out, "/// `{key}` of `{}`, sorted.", path.display());
        let _ = writeln!(out, "pub static {name}: &[&str] = &{list:?};");
    }
    Ok(())
}

/// Writes the weights of a model as a static slice, in the order of the file.
fn model(path: &Path, source: &str, out: &mut String) -> Result<(), Vec<String>> {
    let fault = |reason: &str| vec![format!("{}: {reason}", path.display())];
    let file: toml::Table = toml::from_str(source).map_err(|error| fault(&error.to_string()))?;
    let bias = file.get("bias").and_then(toml::Value::as_float).ok_or_else(|| fault("`bias` is a number"))?;
    let weights = file.get("weights").and_then(toml::Value::as_table).ok_or_else(|| fault("`[weights]` is missing"))?;
    // A table is sorted by name: the order of the file is that of the features, and part of what a test compares.
    let place = |name: &str| source.find(&format!("\n{name} ="));
    let mut weights: Vec<(&String, f64)> = weights
        .iter()
        .map(|(name, weight)| weight.as_float().map(|weight| (name, weight)).ok_or_else(|| fault(name)))
        .collect::<Result<_, _>>()?;
    weights.sort_by_key(|(name, _)| place(name));
    let _ = writeln!(out, "/// `bias` of `{}`.\npub const KEY_VALUE_BIAS: f32 = {bias:?};", path.display());
    let _ = writeln!(out, "/// `[weights]` of `{}`, in its order.", path.display());
    let _ = writeln!(out, "pub static KEY_VALUE_WEIGHTS: &[(&str, f32)] = &{weights:?};");
    Ok(())
}

/// How many kinds have a rule; a rule that the list does not name is for one kind more.
fn count_kinds(path: &Path, source: &str, ids: BTreeSet<&str>) -> Result<usize, Vec<String>> {
    let (mut kinds, mut listed, mut errors) = (0, BTreeSet::new(), Vec::new());
    for (index, line) in source.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let rules = line.split('\t').nth(2).unwrap_or_default();
        for id in rules.split(',').filter(|id| *id != "-" && !ids.contains(id)) {
            errors.push(format!("{}:{}: there is no rule `{id}`", path.display(), index + 1));
        }
        kinds += usize::from(rules != "-");
        listed.extend(rules.split(','));
    }
    if errors.is_empty() { Ok(kinds + ids.difference(&listed).count()) } else { Err(errors) }
}

/// Prints the classes as nested slices.
struct Slices<'a>(&'a WayOutClasses);

impl std::fmt::Debug for Slices<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (name, steps) in self.0 {
            write!(f, "({name:?}, &{steps:?}),")?;
        }
        f.write_str("]")
    }
}

fn rule_literal(rule: &Rule) -> String {
    format!(
        "Rule {{ id: {}, provider: {}, family: {}, replaces: {}, title: {}, what: {}, severity: Severity::{:?}, form: {}, \
         anchor: {}, context: {}, near: Near::{:?}, long: {}, files: {}, entropy: {:?}, not_placeholder: {:?}, charset: {}, \
         decodes_to: {}, check: {}, companion: {}, lifetime: Lifetime::{:?}, scope: {}, \
         environment: {}, publishable: {}, way_out: WayOut {{ written: {}, steps: {}, url: {} }}, docs: {}, hit: {}, miss: {} }}",
        text(&rule.id),
        text(&rule.provider),
        text(&rule.family),
        list(&rule.replaces, text),
        text(&rule.title),
        text(&rule.what),
        rule.severity,
        form(&rule.form),
        anchor(&rule.anchor),
        list(&rule.context, text),
        rule.near,
        rule.long,
        list(&rule.files, text),
        rule.entropy,
        rule.not_placeholder,
        option(rule.charset.as_ref(), |class| format!("Class({:#x})", class.0)),
        option(rule.decodes_to.as_ref(), |it| {
            format!(
                "DecodesTo {{ encoding: Encoding::{:?}, begins: {}, holds: {} }}",
                it.encoding,
                text(&it.begins),
                text(&it.holds)
            )
        }),
        option(rule.check.as_ref(), |check| format!("Check::{check:?}")),
        option(rule.companion.as_ref(), |it| {
            format!(
                "Companion {{ rule: {}, label: {}, within: Within::{:?} }}",
                text(&it.rule),
                text(&it.label),
                it.within
            )
        }),
        rule.lifetime,
        text(&rule.scope),
        option(rule.environment.as_ref(), text),
        rule.publishable,
        rule.way_out.written,
        list(&rule.way_out.steps, text),
        option(rule.way_out.url.as_ref(), text),
        option(rule.docs.as_ref(), text),
        list(&rule.hit, example),
        list(&rule.miss, example),
    )
}

fn text(text: &Text) -> String {
    format!("Text::Borrowed({:?})", text.as_ref())
}

fn list<T: Clone>(items: &List<T>, item: impl Fn(&T) -> String) -> String {
    format!("List::Borrowed(&[{}])", items.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn option<T>(value: Option<&T>, write: impl Fn(&T) -> String) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({})", write(value)))
}

fn example(example: &Example) -> String {
    format!("Example {{ file: {}, text: {} }}", text(&example.file), text(&example.text))
}

fn anchor(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Literal { texts, offset } => {
            format!("Anchor::Literal {{ texts: {}, offset: {offset} }}", list(texts, text))
        }
        Anchor::Context => "Anchor::Context".to_owned(),
        Anchor::Own => "Anchor::Own".to_owned(),
    }
}

fn form(form: &Form) -> String {
    match form {
        Form::Format(it) => format!("Form::Format({})", format_literal(it)),
        Form::Line(it) => format!("Form::Line({})", format_literal(it)),
        Form::Search(_) => unreachable!("no pack can ask for it"),
        Form::Pattern(pattern) => format!("Form::Pattern({})", text(pattern)),
        Form::Url(schemes) => format!("Form::Url({})", list(schemes, text)),
        Form::Pem(labels) => format!("Form::Pem({})", list(labels, text)),
        Form::Assignment(words) => format!("Form::Assignment({})", list(words, text)),
        Form::Reader(reader) => format!("Form::Reader(Reader::{reader:?})"),
    }
}

fn format_literal(format: &Format) -> String {
    format!("Format {{ pieces: {}, secret: {:?} }}", list(&format.pieces, piece), format.secret)
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Literal(literal) => format!("Piece::Literal({})", text(literal)),
        Piece::Choice(texts) => format!("Piece::Choice({})", list(texts, text)),
        Piece::Run { class, counts } => {
            format!("Piece::Run {{ class: Class({:#x}), counts: {} }}", class.0, list(counts, |it| format!("{it:?}")))
        }
    }
}

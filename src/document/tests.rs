#![allow(clippy::unwrap_used)]

use super::*;

/// Every scalar and key of the document as `route = text under the span`, for comparison with what the values say.
fn spans(kind: FileKind, text: &str) -> Vec<(String, String, Value)> {
    let document = read(kind, text.as_bytes()).unwrap().unwrap();
    let mut found = Vec::new();
    for root in &document.roots {
        walk(root, &mut |trail, node| {
            for entry in node.entries() {
                assert_eq!(&text[entry.key_span.clone()], entry.key, "the key {:?}", entry.key);
            }
            if !matches!(node.value, Value::Map(_) | Value::Sequence(_)) {
                found.push((trail.route(), text[node.span.clone()].to_owned(), node.value.clone()));
            }
        });
    }
    found
}

fn assert_spans(kind: FileKind, text: &str, expected: &[(&str, &str)]) {
    let variants = [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{FEFF}{text}")];
    for variant in variants {
        let found = spans(kind, &variant);
        let found: Vec<(&str, String)> = found.iter().map(|(r, t, _)| (r.as_str(), t.replace('\r', ""))).collect();
        let expected: Vec<(&str, String)> = expected.iter().map(|(r, t)| (*r, (*t).to_owned())).collect();
        assert_eq!(found, expected, "in {variant:?}");
    }
}

#[test]
fn yaml_spans_cover_the_very_value() {
    let text = "# é\u{1F600}\nplain: some words  # ünd\n\"quoted\": 'it''s' # é 'x'\ndouble: \"a\\tb\" # \"é\"\nempty: '' # é\nbool: true\nnull_: ~\nlist:\n- é\n- {a: [1, 2], b: x }\nblock: |\n  first\n  second\n\nfolded: >-\n  more\nanchored: &b |\n  &c d\nmarked: |\n  !e f\ntagged: !Sub \"${x}\"\nref: !Ref name\n";
    assert_spans(
        FileKind::Yaml,
        text,
        &[
            ("plain", "some words"),
            ("quoted", "it''s"),
            ("double", "a\\tb"),
            ("empty", ""),
            ("bool", "true"),
            ("null_", "~"),
            ("list[0]", "é"),
            ("list[1].a[0]", "1"),
            ("list[1].a[1]", "2"),
            ("list[1].b", "x"),
            ("block", "first\n  second"),
            ("folded", "more"),
            ("anchored", "&c d"),
            ("marked", "!e f"),
            ("tagged", "${x}"),
            ("tagged", "${x}"),
            ("ref", "name"),
            ("ref", "name"),
        ],
    );
}

#[test]
fn yaml_values_by_the_core_schema() {
    let found = spans(FileKind::Yaml, "a: 010\nb: 0x1F\nc: '1'\nd: yes\ne: !!str 5\nf: 1.5e3\ng: !vault x\nh:\n");
    let values: Vec<Value> = found.into_iter().map(|(_, _, value)| value).collect();
    let string = |text: &str| Value::String(text.to_owned());
    let number = |text: &str| Value::Number(text.to_owned());
    assert_eq!(values[..6], [number("010"), number("0x1F"), string("1"), string("yes"), string("5"), number("1.5e3")]);
    assert!(matches!(&values[6], Value::Call { name, .. } if name == "vault"));
    assert_eq!(values[8], Value::Null);
}

#[test]
fn yaml_streams_aliases_and_merge_keys() {
    let text = "base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\nmany:\n  <<: [{a: 9}, *base]\n---\nsecond: x\n";
    let document = read(FileKind::Yaml, text.as_bytes()).unwrap().unwrap();
    assert_eq!(document.roots.len(), 2);
    let root = &document.roots[0];
    assert_eq!(root.path(&["use", "a"]).unwrap().as_text(), Some("1"));
    assert_eq!(root.path(&["use", "b"]).unwrap().as_text(), Some("3"));
    assert_eq!(root.path(&["many", "a"]).unwrap().as_text(), Some("9"));
    assert!(root.path(&["use", "<<"]).is_none());
    assert_eq!(document.roots[1].get("second").unwrap().as_str(), Some("x"));
}

#[test]
fn yaml_keeps_duplicate_keys_in_order() {
    let document = read(FileKind::Yaml, b"a: 1\na: 2\n");
    if let Some(Ok(document)) = document {
        assert_eq!(document.roots[0].all("a").count(), 2);
        assert_eq!(document.roots[0].get("a").unwrap().as_text(), Some("2"));
    } else {
        panic!("duplicate keys are read: {document:?}");
    }
}

#[test]
fn json_spans_cover_the_very_value() {
    let text = "{ // é\n\t\"é\": \"a\\\"b\", \"n\": -1.5, \"list\": [true, null, {\"x\": \"\"},],\n}";
    assert_spans(
        FileKind::Json,
        text,
        &[("é", "a\\\"b"), ("n", "-1.5"), ("list[0]", "true"), ("list[1]", "null"), ("list[2].x", "")],
    );
}

#[test]
fn toml_spans_cover_the_very_value() {
    let text = "# é\na = \"x\"\nb.c = 'lit'\n[t.\"q k\"]\nn = 1_000\nm = \"\"\"\nmany\n\"\"\"\nd = 2026-01-02\n[[arr]]\nv = [1, {k = true}]\n";
    assert_spans(
        FileKind::Toml,
        text,
        &[
            ("a", "x"),
            ("b.c", "lit"),
            ("t.\"q k\".n", "1_000"),
            ("t.\"q k\".m", "many\n"),
            ("t.\"q k\".d", "2026-01-02"),
            ("arr[0].v[0]", "1"),
            ("arr[0].v[1].k", "true"),
        ],
    );
}

#[test]
fn hcl_spans_cover_the_very_value() {
    let text = "# é\nresource \"aws_x\" \"née\" {\n  a = \"v\\\"w\"\n  b = true\n  c = -5\n  d = var.x\n  e = \"p${var.y}\"\n  f = [1, \"two\"]\n  g = { k = \"v\", \"q\" = 2 }\n  h = jsonencode({ z = \"zz\" })\n  inner {\n    x = 1\n  }\n  one { y = 2 }\n  doc = <<-EOT\n    {\"a\": 1}\n  EOT\n}\n";
    let at = |key: &str| format!("resource.aws_x.née.{key}");
    let expected: Vec<(String, &str)> = vec![
        (at("a"), "v\\\"w"),
        (at("b"), "true"),
        (at("c"), "-5"),
        (at("d"), "var.x"),
        (at("e"), "p${var.y}"),
        (at("f[0]"), "1"),
        (at("f[1]"), "two"),
        (at("g.k"), "v"),
        (at("g.q"), "2"),
        (at("h"), "jsonencode({ z = \"zz\" })"),
        (at("h.z"), "zz"),
        (at("inner.x"), "1"),
        (at("one.y"), "2"),
        (at("doc"), "    {\"a\": 1}\n"),
    ];
    let expected: Vec<(&str, &str)> = expected.iter().map(|(route, text)| (route.as_str(), *text)).collect();
    assert_spans(FileKind::Hcl, text, &expected);
}

#[test]
fn hcl_tells_values_from_expressions() {
    let text = "a = \"x\"\nb = \"${y}\"\nc = local.z\nd = f(1)\ne = <<E\nplain\nE\ng = <<E\n${y}\nE\nh = 1 + 2\n";
    let document = read(FileKind::Hcl, text.as_bytes()).unwrap().unwrap();
    let literal: Vec<bool> = document.roots[0].entries().iter().map(|entry| entry.value.is_literal()).collect();
    assert_eq!(literal, [true, false, false, false, true, false, false]);
}

#[test]
fn dotenv_spans_and_interpolation() {
    let text =
        "# é\nexport A=plain # note\nB = \"two words\"\nC='$lit'\nD=$OTHER\nE=\"a\nb\"\nF=pa#ss\nnot a line\nG=\n";
    assert_spans(
        FileKind::Dotenv,
        text,
        &[("A", "plain"), ("B", "two words"), ("C", "$lit"), ("D", "$OTHER"), ("E", "a\nb"), ("F", "pa#ss"), ("G", "")],
    );
    let found = spans(FileKind::Dotenv, text);
    assert_eq!(found[3].2, Value::Expression("$OTHER".to_owned()));
    assert_eq!(found[2].2, Value::String("$lit".to_owned()));
}

#[test]
fn routes_name_items_where_they_have_a_name() {
    let found = spans(FileKind::Yaml, "c:\n- name: app\n  image: x\n- 1\n");
    assert_eq!(found[1].0, "c[name=app].image");
    assert_eq!(found[2].0, "c[1]");
}

#[test]
fn a_template_is_read_and_called_one() {
    for (text, is_whole) in [
        ("{{- if .Values.x }}\na: b\n{{- end }}\n", true),
        ("a: {{ .Values.x }}\n", true),
        ("a: [\n{% for x in y %}\n{% endfor %}\n", false),
    ] {
        let document = read(FileKind::Yaml, text.as_bytes()).unwrap().unwrap();
        assert!(document.is_template && document.partial.is_none() == is_whole, "{text:?}: {document:?}");
    }
    assert!(!read(FileKind::Yaml, b"a: \"{{ x }}\"\n").unwrap().unwrap().is_template);
    let error = read(FileKind::Json, b"{\"a\": {{ x }}}").unwrap().unwrap_err();
    assert!(matches!(error, ReadError::Template { .. }), "{error}");
}

#[test]
fn errors_name_the_place() {
    let cases: [(FileKind, &[u8], u64); 5] = [
        (FileKind::Yaml, b"a: b\nc: [1\n", 3),
        (FileKind::Json, b"{\n\"a\" 1}", 2),
        (FileKind::Toml, b"a = 1\nb = \n", 2),
        (FileKind::Hcl, b"a = 1\nb {\n", 2),
        (FileKind::Yaml, b"a: b\nc: \xff\n", 2),
    ];
    for (kind, text, expected) in cases {
        match read(kind, text).unwrap().unwrap_err() {
            ReadError::Syntax { line, column, message } => {
                assert_eq!(line, expected, "{kind:?}: {line}:{column}: {message}");
                assert!(!message.is_empty());
            }
            other => panic!("{kind:?}: {other}"),
        }
    }
}

#[test]
fn nothing_is_a_document_too() {
    for kind in [FileKind::Yaml, FileKind::Json, FileKind::Toml, FileKind::Hcl, FileKind::Dotenv] {
        for text in ["", "\u{FEFF}", "\n\n"] {
            assert!(read(kind, text.as_bytes()).unwrap().is_ok(), "{kind:?} of {text:?}");
        }
    }
    assert!(read(FileKind::Shell, b"").is_none());
}

mod hostile {
    //! Input that is meant to hurt ends in an error, within work that a debug build does at once.

    use super::*;
    use std::time::{Duration, Instant};

    /// Reads within a time that only runaway work exceeds.
    fn bounded(kind: FileKind, text: &[u8]) -> Result<Document, ReadError> {
        let start = Instant::now();
        let result = read(kind, text).unwrap();
        let shown = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        assert!(start.elapsed() < Duration::from_secs(20), "{kind:?} {shown:?} took {:?}", start.elapsed());
        result
    }

    #[test]
    fn deep_nesting() {
        for count in [200, 100_000] {
            for opening in ["[", "{\"a\":", "{a: ", "a = [", "(", "{", "- ", "? ", "a {\n", "a = {\n"] {
                let text = opening.repeat(count);
                for kind in [FileKind::Yaml, FileKind::Json, FileKind::Toml, FileKind::Hcl] {
                    // To YAML `a = [` is plain text; whatever is nested is refused.
                    let plain =
                        kind == FileKind::Yaml && (opening.contains('=') || opening == "(" || opening == "a {\n");
                    assert!(bounded(kind, text.as_bytes()).is_err() || plain, "{kind:?} of {opening:?}");
                }
            }
        }
        let indented: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(matches!(bounded(FileKind::Yaml, indented.as_bytes()), Err(ReadError::TooDeep { .. })));
    }

    #[test]
    fn nesting_below_the_limit_that_tempts_a_parser_to_backtrack() {
        for depth in [20, 60] {
            for (open, close) in
                [("(", ")"), ("[", "]"), ("{a=", "}"), ("f(", ")"), ("\"${", "}\""), ("x ? (", ") : y")]
            {
                for tail in ["1", "", "!"] {
                    let text = format!("a = {}{tail}{}\n", open.repeat(depth), close.repeat(depth));
                    let _ = bounded(FileKind::Hcl, text.as_bytes());
                    let _ = bounded(FileKind::Hcl, format!("a = {}{tail}\n", open.repeat(depth)).as_bytes());
                }
            }
        }
    }

    #[test]
    fn alias_bombs() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let alias = format!("*a{},", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
        }
        assert_eq!(bounded(FileKind::Yaml, bomb.as_bytes()).unwrap_err(), ReadError::TooManyNodes);

        let mut deep = "a0: &a0 [x]\n".to_owned();
        for level in 1..5000 {
            deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(matches!(bounded(FileKind::Yaml, deep.as_bytes()), Err(ReadError::TooDeep { .. })));

        let keys: String = (0..2000).map(|n| format!("k{n}: 1, ")).collect();
        let mut merges = format!("a: &a {{{keys}}}\n");
        for n in 0..1000 {
            merges.push_str(&format!("b{n}: {{<<: *a}}\n"));
        }
        assert_eq!(bounded(FileKind::Yaml, merges.as_bytes()).unwrap_err(), ReadError::TooManyNodes);

        assert!(bounded(FileKind::Yaml, b"a: &a [*a]\n").is_err());
        assert!(bounded(FileKind::Yaml, b"a: *nobody\n").is_err());
    }

    #[test]
    fn unclosed_things() {
        for text in [
            "\"",
            "'",
            "a: \"x",
            "a: 'x",
            "a: |",
            "a = <<EOT\nx",
            "a = \"",
            "/*",
            "[",
            "a: [",
            "{",
            "%TAG",
            "!",
            "&",
            "*",
            "<<",
            "a=\"\"\"",
            "\\",
        ] {
            for kind in [FileKind::Yaml, FileKind::Json, FileKind::Toml, FileKind::Hcl, FileKind::Dotenv] {
                let _ = bounded(kind, text.as_bytes());
            }
        }
    }

    #[test]
    fn large_documents() {
        let json = format!("[{}1]", "{\"key\": \"value\", \"n\": [1, 2]},\n".repeat(150_000));
        assert!(json.len() > 4_500_000);
        assert!(bounded(FileKind::Json, json.as_bytes()).is_ok());
        let numbers = format!("[{}1]", "1,".repeat(3_000_000));
        assert_eq!(bounded(FileKind::Json, numbers.as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        assert_eq!(bounded(FileKind::Yaml, numbers.as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        let dotenv = "A='\n".repeat(1_000_000);
        assert!(bounded(FileKind::Dotenv, dotenv.as_bytes()).is_ok());
        let attributes: String = (0..30_000).map(|n| format!("a{n} = 1\n")).collect();
        let _ = bounded(FileKind::Hcl, attributes.as_bytes());
        let _ = bounded(FileKind::Toml, attributes.as_bytes());
        let too_large = vec![b' '; MAX_BYTES + 1];
        assert!(bounded(FileKind::Yaml, &too_large).unwrap_err().is_limit());
    }
}

/// Documents with random edits: nothing panics, and every span of what still parses is a piece of the text.
#[test]
fn edited_documents_never_panic() {
    let samples: [(FileKind, &str); 5] = [
        (
            FileKind::Yaml,
            "a: &x {b: [1, 'é', \"c\\n\"]}\n? k\n: |-\n  é text\n\nm: {<<: *x}\n---\n- !Ref \"y\" # é\n- >\n  z\n...\n",
        ),
        (FileKind::Json, "{\"a\": [1, -2.5e3, true, null, 'x'], /* é */ \"b\\u00e9\": {\"c\": \"\\\"\"}, // z\n}"),
        (FileKind::Toml, "a = 'x'\n[b.\"é\"]\nc = [1, {d = \"\"\"é\"\"\"}]\n[[e]]\nf = 1979-05-27\n"),
        (
            FileKind::Hcl,
            "r \"é\" b {\n  a = \"x${f(1)}\"\n  c = <<-E\n    é ${d}\n  E\n  g { h = [for i in j : i] }\n  k = { \"l\" = -1 }\n}\n",
        ),
        (FileKind::Dotenv, "export A=\"é${B}\"\n# c\nD='x\ny' # z\nE=\\\"\n"),
    ];
    let pieces = [
        "é", "\"", "'", "{", "}", "[", "]", "\n", "\r\n", ":", "*x", "&x", "!t ", "|", ">", "#", "\t", "  ", "${",
        "<<E\n", "\u{FEFF}", "\\", "-", "---\n", "%", "=", "\0", "\u{2028}", "?", ",",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut parsed = 0;
    for round in 0..30_000 {
        let (kind, sample) = samples[round % samples.len()];
        let mut chars: Vec<char> = sample.chars().collect();
        for _ in 0..1 + random(4) {
            let at = random(chars.len());
            match random(3) {
                0 => drop(chars.remove(at)),
                1 => drop(chars.drain(at..(at + random(8)).min(chars.len()))),
                _ => drop(chars.splice(at..at, pieces[random(pieces.len())].chars())),
            }
        }
        let text: String = chars.into_iter().collect();
        let Some(Ok(document)) = read(kind, text.as_bytes()) else { continue };
        parsed += 1;
        for root in &document.roots {
            walk(root, &mut |_, node| {
                assert!(text.get(node.span.clone()).is_some(), "{kind:?} {:?} in {text:?}", node.span);
                for entry in node.entries() {
                    assert!(text.get(entry.key_span.clone()).is_some(), "{kind:?} {:?} in {text:?}", entry.key_span);
                }
            });
        }
    }
    assert!(parsed > 3_000, "only {parsed} of the edited documents parse");
}

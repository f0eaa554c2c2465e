#![allow(clippy::unwrap_used)]

use super::*;

/// Every scalar and key of the document as `route = text under the span`, for comparison with what the values say.
pub(super) fn spans(syntax: Syntax, text: &str) -> Vec<(String, String, Value)> {
    let document = match read(syntax, text.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("{syntax:?}: {error} in {text:?}"),
    };
    let mut found = Vec::new();
    for root in &document.roots {
        walk(root, &mut |trail, node| {
            for entry in node.entries() {
                assert_key(&entry.key, &text[entry.key_span.clone()]);
            }
            if !matches!(node.value, Value::Map(_) | Value::Sequence(_)) {
                found.push((trail.route(), text[node.span.clone()].to_owned(), node.value.clone()));
            }
        });
    }
    found
}

/// A key says what stands there; but instructions are lowered, escapes resolved, and some keys have no bytes of their own.
fn assert_key(key: &str, shown: &str) {
    let is_shown = key.eq_ignore_ascii_case(shown) || key.strip_prefix('@') == Some(shown);
    let has_none = ["#text", "sources", "destination", "image"].contains(&key) && shown.is_empty();
    assert!(is_shown || has_none || shown.contains('\\'), "the key {key:?} at {shown:?}");
}

/// A comment to put before a document, where the syntax has comments.
fn comment(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Json | Syntax::JsonLines | Syntax::Jenkinsfile => "// é\u{1F600}\n",
        Syntax::Xml => "<!-- é\u{1F600} -->\n",
        _ => "# é\u{1F600}\n",
    }
}

pub(super) fn assert_spans(syntax: Syntax, text: &str, expected: &[(&str, &str)]) {
    let marked = format!("\u{FEFF}{text}");
    let commented = format!("\u{FEFF}{}{text}", comment(syntax));
    let variants = [text.to_owned(), text.replace('\n', "\r\n"), marked, commented.replace('\n', "\r\n"), commented];
    for variant in variants {
        let found = spans(syntax, &variant);
        let found: Vec<(&str, String)> = found.iter().map(|(r, t, _)| (r.as_str(), t.replace('\r', ""))).collect();
        let expected: Vec<(&str, String)> = expected.iter().map(|(r, t)| (*r, (*t).to_owned())).collect();
        assert_eq!(found, expected, "in {variant:?}");
    }
}

#[test]
fn yaml_spans_cover_the_very_value() {
    let text = "# é\u{1F600}\nplain: some words  # ünd\n\"quoted\": 'it''s' # é 'x'\ndouble: \"a\\tb\" # \"é\"\nempty: '' # é\nbool: true\nnull_: ~\nlist:\n- é\n- {a: [1, 2], b: x }\nblock: |\n  first\n  second\n\nfolded: >-\n  more\nanchored: &b |\n  &c d\nmarked: |\n  !e f\ntagged: !Sub \"${x}\"\nref: !Ref name\n";
    assert_spans(
        Syntax::Yaml,
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
    let found = spans(Syntax::Yaml, "a: 010\nb: 0x1F\nc: '1'\nd: yes\ne: !!str 5\nf: 1.5e3\ng: !vault x\nh:\n");
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
    let document = read(Syntax::Yaml, text.as_bytes()).unwrap();
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
    let document = read(Syntax::Yaml, b"a: 1\na: 2\n");
    if let Ok(document) = document {
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
        Syntax::Json,
        text,
        &[("é", "a\\\"b"), ("n", "-1.5"), ("list[0]", "true"), ("list[1]", "null"), ("list[2].x", "")],
    );
}

#[test]
fn json_takes_the_liberties_of_json5() {
    let text = "{ /* é */ unquoted: 'single \"é\"', $k_1: 0x1F, 'quoted': +1, half: .5, dot: 5., far: -Infinity,\n\
                none: NaN, long: 'a\\\nb', hex: '\\x41', deep: [1, 2,], }";
    assert_spans(
        Syntax::Json,
        text,
        &[
            ("unquoted", "single \"é\""),
            ("$k_1", "0x1F"),
            ("quoted", "+1"),
            ("half", ".5"),
            ("dot", "5."),
            ("far", "-Infinity"),
            ("none", "NaN"),
            ("long", "a\\\nb"),
            ("hex", "\\x41"),
            ("deep[0]", "1"),
            ("deep[1]", "2"),
        ],
    );
}

#[test]
fn toml_spans_cover_the_very_value() {
    let text = "# é\na = \"x\"\nb.c = 'lit'\n[t.\"q k\"]\nn = 1_000\nm = \"\"\"\nmany\n\"\"\"\nd = 2026-01-02\n[[arr]]\nv = [1, {k = true}]\n";
    assert_spans(
        Syntax::Toml,
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
    assert_spans(Syntax::Hcl, text, &expected);
}

#[test]
fn hcl_tells_values_from_expressions() {
    let text = "a = \"x\"\nb = \"${y}\"\nc = local.z\nd = f(1)\ne = <<E\nplain\nE\ng = <<E\n${y}\nE\nh = 1 + 2\n";
    let document = read(Syntax::Hcl, text.as_bytes()).unwrap();
    let literal: Vec<bool> = document.roots[0].entries().iter().map(|entry| entry.value.is_literal()).collect();
    assert_eq!(literal, [true, false, false, false, true, false, false]);
}

#[test]
fn dotenv_spans_and_interpolation() {
    let text =
        "# é\nexport A=plain # note\nB = \"two words\"\nC='$lit'\nD=$OTHER\nE=\"a\nb\"\nF=pa#ss\nnot a line\nG=\n";
    assert_spans(
        Syntax::Dotenv,
        text,
        &[("A", "plain"), ("B", "two words"), ("C", "$lit"), ("D", "$OTHER"), ("E", "a\nb"), ("F", "pa#ss"), ("G", "")],
    );
    let found = spans(Syntax::Dotenv, text);
    assert_eq!(found[3].2, Value::Expression("$OTHER".to_owned()));
    assert_eq!(found[2].2, Value::String("$lit".to_owned()));
}

#[test]
fn routes_name_items_where_they_have_a_name() {
    let found = spans(Syntax::Yaml, "c:\n- name: app\n  image: x\n- 1\n");
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
        let document = read(Syntax::Yaml, text.as_bytes()).unwrap();
        assert!(document.is_template && document.partial.is_none() == is_whole, "{text:?}: {document:?}");
    }
    assert!(!read(Syntax::Yaml, b"a: \"{{ x }}\"\n").unwrap().is_template);
    let error = read(Syntax::Json, b"{\"a\": {{ x }}}").unwrap_err();
    assert!(matches!(error, ReadError::Template { .. }), "{error}");
}

#[test]
fn errors_name_the_place() {
    let cases: [(Syntax, &[u8], u64); 5] = [
        (Syntax::Yaml, b"a: b\nc: [1\n", 3),
        (Syntax::Json, b"{\n\"a\" 1}", 2),
        (Syntax::Toml, b"a = 1\nb = \n", 2),
        (Syntax::Hcl, b"a = 1\nb {\n", 2),
        (Syntax::Yaml, b"a: b\nc: \xff\n", 2),
    ];
    for (syntax, text, expected) in cases {
        match read(syntax, text).unwrap_err() {
            ReadError::Syntax { line, column, message } => {
                assert_eq!(line, expected, "{syntax:?}: {line}:{column}: {message}");
                assert!(!message.is_empty());
            }
            other => panic!("{syntax:?}: {other}"),
        }
    }
}

#[test]
fn nothing_is_a_document_too() {
    for syntax in Syntax::ALL {
        for text in ["", "\u{FEFF}", "\n\n"] {
            assert!(read(syntax, text.as_bytes()).is_ok(), "{syntax:?} of {text:?}");
        }
    }
}

mod hostile {
    //! Input that is meant to hurt ends in an error, within work that a debug build does at once.

    use super::*;
    use std::time::{Duration, Instant};

    /// Reads within a time that only runaway work exceeds.
    fn bounded(syntax: Syntax, text: &[u8]) -> Result<Document, ReadError> {
        let start = Instant::now();
        let result = read(syntax, text);
        let shown = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        assert!(start.elapsed() < Duration::from_secs(20), "{syntax:?} {shown:?} took {:?}", start.elapsed());
        result
    }

    #[test]
    fn deep_nesting() {
        for count in [200, 100_000] {
            for opening in ["[", "{\"a\":", "{a: ", "a = [", "(", "{", "- ", "? ", "a {\n", "a = {\n"] {
                let text = opening.repeat(count);
                for syntax in [Syntax::Yaml, Syntax::Json, Syntax::Toml, Syntax::Hcl] {
                    // To YAML `a = [` is plain text; whatever is nested is refused.
                    let plain =
                        syntax == Syntax::Yaml && (opening.contains('=') || opening == "(" || opening == "a {\n");
                    assert!(bounded(syntax, text.as_bytes()).is_err() || plain, "{syntax:?} of {opening:?}");
                }
            }
        }
        let indented: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(matches!(bounded(Syntax::Yaml, indented.as_bytes()), Err(ReadError::TooDeep { .. })));
    }

    #[test]
    fn nesting_in_every_syntax() {
        const COUNT: usize = 200_000;
        let openings = [
            "<a>",
            "<a b=\"",
            "[",
            "{\"a\":",
            "'\"',[",
            "/*\"*/[",
            "a.",
            "a[0].",
            "[a ",
            "a = [",
            "a {\n",
            "onbuild ",
            "ENV a=\"",
            "\\\n",
            "RUN <<a\n",
            "machine ",
            "macdef ",
            "a\n ",
            "a =\n b\n",
            "[\"",
            "&a [",
            "\u{FEFF}",
            "é",
            "\0",
            "<![CDATA[",
            "<!--",
            "<?",
            "<!DOCTYPE",
            "]",
            "</a>",
        ];
        for opening in openings {
            let text = opening.repeat(COUNT);
            for syntax in Syntax::ALL {
                let _ = bounded(syntax, text.as_bytes());
            }
        }
        assert!(matches!(bounded(Syntax::Xml, "<a>".repeat(COUNT).as_bytes()), Err(ReadError::TooDeep { .. })));
        let parts = format!("{}=1", "a.".repeat(COUNT));
        assert!(bounded(Syntax::Properties, parts.as_bytes()).is_ok(), "a key with an empty part is a word");
        let parts = format!("{}b=1", "a.".repeat(COUNT));
        assert!(matches!(bounded(Syntax::Properties, parts.as_bytes()), Err(ReadError::TooDeep { .. })));
        let line = format!("{{}}\n{}", "[".repeat(COUNT));
        assert!(matches!(bounded(Syntax::JsonLines, line.as_bytes()), Err(ReadError::TooDeep { line: 2, .. })));
        for hidden in ["{a: '\"', b: ", "/* \" */"] {
            let text = format!("{hidden}{}", "[".repeat(COUNT));
            assert!(matches!(bounded(Syntax::Json, text.as_bytes()), Err(ReadError::TooDeep { .. })), "{hidden}");
        }
    }

    #[test]
    fn bytes_of_no_text() {
        for bytes in [&b"a = \xff"[..], b"\xfe\xff\0a", b"\xed\xa0\x80", b"a: \xc3"] {
            for syntax in Syntax::ALL {
                assert!(matches!(bounded(syntax, bytes), Err(ReadError::Syntax { line: 1, .. })), "{syntax:?}");
            }
        }
        let too_large = vec![b'a'; 9 * 1024 * 1024];
        for syntax in Syntax::ALL {
            assert!(matches!(bounded(syntax, &too_large), Err(ReadError::TooLarge { .. })), "{syntax:?}");
        }
    }

    #[test]
    fn work_grows_with_the_length() {
        // What is most for the bytes: short keys, words, lines, quotes, and what makes a reader look ahead.
        let units = [
            "a\n",
            "a=\n",
            "[a]\n",
            "a:\n b\n",
            "a.b=1\n",
            "a[0]=1\n",
            "<a/>",
            "ENV a b\n",
            "COPY a b\n",
            "\"",
            "'",
            "\\",
            "\\\n",
            "[]\n",
            "{}\n",
            "login \"",
            "\"\\",
            "A='\n",
            "a = \"\n",
            " #",
            "RUN <<a\na\n",
            "[a] ",
            "]",
            "<<a ",
            "a \\\n",
            "[\"\"]\n",
            "[[",
            "\0",
            "\t",
            "\r",
            "<a b='c' d=\"",
            "&amp;",
            "<a xmlns:b='c'>",
        ];
        let heads = [
            (Syntax::JsonLines, "[\""),
            (Syntax::Dotenv, "A='"),
            (Syntax::Ini, "[a]\nb =\n"),
            (Syntax::Properties, "a[0]."),
            (Syntax::Xml, "<a>"),
            (Syntax::Dockerfile, "COPY "),
            (Syntax::Netrc, "machine a password "),
            (Syntax::Requirements, "-i "),
        ];
        for unit in units {
            let text = unit.repeat(512 * 1024 / unit.len());
            for (syntax, head) in heads {
                for text in [text.clone(), format!("{head}{text}")] {
                    let start = Instant::now();
                    let _ = read(syntax, text.as_bytes());
                    // What grows with the square takes minutes at the largest size that is read.
                    let elapsed = start.elapsed();
                    assert!(elapsed < Duration::from_secs(2), "{syntax:?} {head:?} {unit:?} took {elapsed:?}");
                }
            }
        }
    }

    #[test]
    fn nesting_below_the_limit_that_tempts_a_parser_to_backtrack() {
        for depth in [20, 60] {
            for (open, close) in
                [("(", ")"), ("[", "]"), ("{a=", "}"), ("f(", ")"), ("\"${", "}\""), ("x ? (", ") : y")]
            {
                for tail in ["1", "", "!"] {
                    let text = format!("a = {}{tail}{}\n", open.repeat(depth), close.repeat(depth));
                    let _ = bounded(Syntax::Hcl, text.as_bytes());
                    let _ = bounded(Syntax::Hcl, format!("a = {}{tail}\n", open.repeat(depth)).as_bytes());
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
        assert_eq!(bounded(Syntax::Yaml, bomb.as_bytes()).unwrap_err(), ReadError::TooManyNodes);

        let mut deep = "a0: &a0 [x]\n".to_owned();
        for level in 1..5000 {
            deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(matches!(bounded(Syntax::Yaml, deep.as_bytes()), Err(ReadError::TooDeep { .. })));

        let keys: String = (0..2000).map(|n| format!("k{n}: 1, ")).collect();
        let mut merges = format!("a: &a {{{keys}}}\n");
        for n in 0..1000 {
            merges.push_str(&format!("b{n}: {{<<: *a}}\n"));
        }
        assert_eq!(bounded(Syntax::Yaml, merges.as_bytes()).unwrap_err(), ReadError::TooManyNodes);

        assert!(bounded(Syntax::Yaml, b"a: &a [*a]\n").is_err());
        assert!(bounded(Syntax::Yaml, b"a: *nobody\n").is_err());
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
            "a=\0",
            "[a",
            "[a \"",
            "a\\u00",
            "a[",
            "a[0",
            "<a",
            "<a b=\"",
            "<a>&#",
            "<!DOCTYPE [",
            "<![CDATA[",
            "RUN [\"",
            "RUN <<E",
            "ENV a=\"",
            "COPY --",
            "FROM",
            "ONBUILD",
            "machine",
            "machine a login \"",
            "macdef",
        ] {
            for syntax in Syntax::ALL {
                let _ = bounded(syntax, text.as_bytes());
            }
        }
    }

    #[test]
    fn large_documents() {
        let json = format!("[{}1]", "{\"key\": \"value\", \"n\": [1, 2]},\n".repeat(150_000));
        assert!(json.len() > 4_500_000);
        assert!(bounded(Syntax::Json, json.as_bytes()).is_ok());
        let numbers = format!("[{}1]", "1,".repeat(3_000_000));
        assert_eq!(bounded(Syntax::Json, numbers.as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        assert_eq!(bounded(Syntax::Yaml, numbers.as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        let dotenv = "A='\n".repeat(1_000_000);
        assert!(bounded(Syntax::Dotenv, dotenv.as_bytes()).is_ok());
        let attributes: String = (0..30_000).map(|n| format!("a{n} = 1\n")).collect();
        let _ = bounded(Syntax::Hcl, attributes.as_bytes());
        let _ = bounded(Syntax::Toml, attributes.as_bytes());
        let too_large = vec![b' '; MAX_BYTES + 1];
        assert!(bounded(Syntax::Yaml, &too_large).unwrap_err().is_limit());
    }
}

/// Documents with random edits: nothing panics, and every span of what still parses is a piece of the text.
#[test]
fn edited_documents_never_panic() {
    let samples: [(Syntax, &str); 12] = [
        (
            Syntax::Yaml,
            "a: &x {b: [1, 'é', \"c\\n\"]}\n? k\n: |-\n  é text\n\nm: {<<: *x}\n---\n- !Ref \"y\" # é\n- >\n  z\n...\n",
        ),
        (Syntax::Json, "{\"a\": [1, -2.5e3, true, null, 'x'], /* é */ \"b\\u00e9\": {\"c\": \"\\\"\"}, // z\n}"),
        (Syntax::Toml, "a = 'x'\n[b.\"é\"]\nc = [1, {d = \"\"\"é\"\"\"}]\n[[e]]\nf = 1979-05-27\n"),
        (
            Syntax::Hcl,
            "r \"é\" b {\n  a = \"x${f(1)}\"\n  c = <<-E\n    é ${d}\n  E\n  g { h = [for i in j : i] }\n  k = { \"l\" = -1 }\n}\n",
        ),
        (Syntax::Dotenv, "export A=\"é${B}\"\n# c\nD='x\ny' # z\nE=\\\"\n"),
        (Syntax::JsonLines, "{\"a\": [1, 'é']}\n\n[null] // c\n\"\\u00e9\"\n"),
        (Syntax::Ini, "a: 'é' ; c\n[b \"é\\\"\"] c = \"d\\\"\" # e\n\tf =\n\t\tg\n\t\té\nh = i\n  j \\\n  k=l\n"),
        (Syntax::Properties, "a.b[0].c = \\u00e9\\ud83d\\ude00\n! é\na.b[1][\"k\"] : x\\\n   y\\ \nd\\ e f\n"),
        (Syntax::Xml, "<?xml?><!DOCTYPE a><a b='é' x:c=\"&lt;\" xmlns:x='y'>z<!-- é --><![CDATA[<]]> é<d/></a>"),
        (
            Syntax::Dockerfile,
            "# escape=\\\nFROM --a=b é AS c\nENV A=\"é b\" C=d\\ e \\\n # f\n G='h'\nRUN <<-E <<'F' x\n\té\n\tE\nF\nCOPY [\"é\", \"b\"]\n",
        ),
        (Syntax::Requirements, "-i https://é # b\nc @ https://d ; e\n--f=g \\\n"),
        (Syntax::Netrc, "machine é login \"a \\\" b\" password c # d\nmacdef e\nf\n\ndefault account g\n"),
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
        let (syntax, sample) = samples[round % samples.len()];
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
        let Ok(document) = read(syntax, text.as_bytes()) else { continue };
        parsed += 1;
        for root in &document.roots {
            walk(root, &mut |_, node| {
                assert!(text.get(node.span.clone()).is_some(), "{syntax:?} {:?} in {text:?}", node.span);
                for entry in node.entries() {
                    assert!(text.get(entry.key_span.clone()).is_some(), "{syntax:?} {:?} in {text:?}", entry.key_span);
                }
            });
        }
    }
    assert!(parsed > 3_000, "only {parsed} of the edited documents parse");
}

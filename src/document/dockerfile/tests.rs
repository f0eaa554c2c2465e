#![allow(clippy::unwrap_used)]

use super::super::tests::{assert_spans, spans};
use super::super::{ReadError, Syntax, Value, read};

fn strings(text: &str) -> Vec<String> {
    let found = spans(Syntax::Dockerfile, text).into_iter();
    found
        .filter_map(|(_, _, value)| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
        .collect()
}

#[test]
fn names_and_values() {
    assert_spans(
        Syntax::Dockerfile,
        "ARG VERSION=1 OTHER\nFROM --platform=linux/amd64 alpine:$VERSION AS née\nENV A=plain B=\"two words\" C='$D' \\\n\
         \x20   # note\n\n    E=a\\ b\nenv OLDER  some words \nLABEL \"com.example\"=\"é\" x=\nUSER $A:b\nSTOPSIGNAL\n",
        &[
            ("arg.VERSION", "1"),
            ("arg.OTHER", ""),
            ("from.platform", "linux/amd64"),
            ("from.image", "alpine:$VERSION"),
            ("from.as", "née"),
            ("env.A", "plain"),
            ("env.B", "two words"),
            ("env.C", "$D"),
            ("env.E", "a\\ b"),
            ("env.OLDER", "some words"),
            ("label.\"com.example\"", "é"),
            ("label.x", ""),
            ("user", "$A:b"),
            ("stopsignal", ""),
        ],
    );
    assert_eq!(strings("ENV A=a\\ b C=\"d\\\"e\" F=g\\\nh\n"), ["a b", "d\"e", "gh"]);
}

#[test]
fn commands() {
    let text = "RUN --mount=type=secret,id=x  make é && \\\n  # note\n  make install  \nCMD [\"a\", \"b\\\"\"]\n\
                ENTRYPOINT [\"unclosed\", \nSHELL [ ]\nHEALTHCHECK --interval=5m CMD curl x\nONBUILD RUN y\nEXPOSE 80 443\n\
                VOLUME [\"/a\"]\n";
    assert_spans(
        Syntax::Dockerfile,
        text,
        &[
            ("run", "--mount=type=secret,id=x  make é && \\\n  # note\n  make install"),
            ("cmd[0]", "a"),
            ("cmd[1]", "b\\\""),
            ("entrypoint", "[\"unclosed\","),
            ("healthcheck", "--interval=5m CMD curl x"),
            ("onbuild.run", "y"),
            ("expose[0]", "80"),
            ("expose[1]", "443"),
            ("volume[0]", "/a"),
        ],
    );
    assert_eq!(strings(text)[0], "--mount=type=secret,id=x  make é &&   make install");
}

#[test]
fn paths_and_here_documents() {
    let text = "COPY --from=née --link a b /c/\nADD [\"d e\", \"/f\"]\nCOPY lone\nRUN <<-EOF cat <<'X Y' 3<<\"B\"\n\té\n\tEOF\n\
                b\nB\nCOPY <<one.txt <<two.txt /d\nfirst\none.txt\ntwo.txt\nRUN echo \"<<EOF\" $((1 << 2))\n";
    assert_spans(
        Syntax::Dockerfile,
        text,
        &[
            ("copy.from", "née"),
            ("copy.link", "link"),
            ("copy.sources[0]", "a"),
            ("copy.sources[1]", "b"),
            ("copy.destination", "/c/"),
            ("add.sources[0]", "d e"),
            ("add.destination", "/f"),
            ("copy.sources[0]", "lone"),
            ("run", "<<-EOF cat <<'X Y' 3<<\"B\"\n\té\n\tEOF\nb\nB"),
            ("copy.sources[0]", "first\n"),
            ("copy.sources[1]", ""),
            ("copy.destination", "/d"),
            ("run", "echo \"<<EOF\" $((1 << 2))"),
        ],
    );
}

#[test]
fn the_escape_character_can_be_changed() {
    let text = "# syntax=x\n# escape=`\nRUN a `\n  b\nENV A=C:\\ B=\"c`\"d\"\n";
    let found: Vec<String> = spans(Syntax::Dockerfile, text).into_iter().map(|(_, text, _)| text).collect();
    assert_eq!(found, ["a `\n  b", "C:\\", "c`\"d"]);
    assert_eq!(strings(text), ["a   b", "C:\\", "c\"d"]);
    // Behind a comment that is no directive it is a comment itself.
    assert_eq!(strings("# é\n# escape=`\nRUN a \\\nb\n"), ["a b"]);
}

#[test]
fn what_is_no_instruction_is_named() {
    for (text, expected) in [
        ("FROM a\n  && b\n", (2, 3)),
        ("FROM a\nRUN <<E\nx\n", (2, 5)),
        ("FROM a\n[\"x\"]\n", (2, 1)),
        ("é a\n", (1, 1)),
    ] {
        match read(Syntax::Dockerfile, text.as_bytes()).unwrap_err() {
            ReadError::Syntax { line, column, .. } => assert_eq!((line, column), expected, "{text:?}"),
            other => panic!("{other}"),
        }
    }
    let template = read(Syntax::Dockerfile, b"FROM a\n{% if x %}\n").unwrap_err();
    assert!(matches!(template, ReadError::Template { line: 2, .. }));
    assert_eq!(strings("UNKNOWN a b\n"), ["a b"]);
}

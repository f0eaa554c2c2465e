#![allow(clippy::unwrap_used)]

use super::super::walk;
use super::*;

/// Every scalar as `route = text under the span`; the keys are compared with the text on the way.
fn spans(text: &str) -> Vec<(String, String)> {
    let roots = read(text).unwrap();
    let mut found = Vec::new();
    walk(&roots[0], &mut |trail, node| {
        for entry in node.entries().iter().filter(|entry| entry.key != Node::REST) {
            assert_eq!(&text[entry.key_span.clone()], entry.key, "the key {:?}", entry.key);
        }
        if !matches!(node.value, Value::Map(_) | Value::Sequence(_) | Value::Call { .. }) {
            found.push((trail.route(), text[node.span.clone()].replace('\r', "")));
        }
    });
    found
}

fn assert_spans(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected.iter().map(|(r, t)| ((*r).to_owned(), (*t).to_owned())).collect();
    let unix = format!("# é\u{1F600}\n{text}");
    for variant in [unix.replace('\n', "\r\n"), format!("\u{FEFF}{unix}"), unix] {
        assert_eq!(spans(&variant), expected, "in {variant:?}");
    }
}

fn values(text: &str) -> Vec<Value> {
    read(text).unwrap()[0].entries().iter().map(|entry| entry.value.value.clone()).collect()
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn number(text: &str) -> Value {
    Value::Number(text.to_owned())
}

fn expression(text: &str) -> Value {
    Value::Expression(text.to_owned())
}

#[test]
fn spans_cover_the_very_value() {
    assert_spans(
        "import os\nSECRET = 'é' # note\nDEBUG: bool = True\nDATABASES = {\n\t'default': {\n        \"HOST\": 'h', # c\n        'PORT': 5432,\n    },\n}\nHOSTS = ['a', \"b\",]\nEMPTY = ''\nAGE = 60 * 60 * 24\nLONG = \"\"\"one\ntwo\"\"\"\nKEY = os.environ['KEY']\nJOINED = (\n    'a'  # first\n    'b'\n)\nPAIR = 'x', 'y'\nT = timedelta(minutes=5)\nA = B = 1; C = None\n",
        &[
            ("SECRET", "é"),
            ("DEBUG", "True"),
            ("DATABASES.default.HOST", "h"),
            ("DATABASES.default.PORT", "5432"),
            ("HOSTS[0]", "a"),
            ("HOSTS[1]", "b"),
            ("EMPTY", ""),
            ("AGE", "60 * 60 * 24"),
            ("LONG", "one\ntwo"),
            ("KEY", "os.environ['KEY']"),
            ("JOINED", "a'  # first\n    'b"),
            ("PAIR[0]", "x"),
            ("PAIR[1]", "y"),
            ("T.minutes", "5"),
            ("A", "1"),
            ("B", "1"),
            ("C", "None"),
        ],
    );
}

#[test]
fn values_of_every_shape() {
    let text = "A = -5\nB = +1.5e-3\nC = r'a\\n'\nD = 'a\\n\\x41\\u00e9\\101\\q'\nE = f'{x}'\nF = b'x' 'y'\nG = 2 * (3 + 4)\nH = 'a' if x else 'b'\nI = x.y\nJ = not True\nK = 'a'.join(x)\nL = 7 // 2\nM = 'a' % b\nN = 0x10\nO = (1)\n";
    assert_eq!(
        values(text),
        [
            number("-5"),
            number("1.5e-3"),
            string("a\\n"),
            string("a\nAéA\\q"),
            expression("{x}"),
            string("xy"),
            number("14"),
            expression("'a' if x else 'b'"),
            expression("x.y"),
            expression("not True"),
            expression("'a'.join(x)"),
            number("3"),
            expression("'a' % b"),
            number("0x10"),
            number("1"),
        ]
    );
}

#[test]
fn containers_and_calls() {
    let text = "A = ()\nB = (1,)\nC = {1, 2}\nD = {}\nE = {**X, 'a': 1}\nF = [x for x in y]\nG = env('NAME', default='d', *more)\nH = dict(a=1, **rest)\nI = {'k': lambda x, y: x, 'l': 2}\nJ = {k: v for k, v in z}\nK = f(x for x in y)\nL = [*BASE, 'z']\n";
    let roots = read(text).unwrap();
    let get = |key: &str| roots[0].get(key).unwrap();
    assert_eq!(get("A").value, Value::Sequence(Vec::new()));
    assert_eq!((get("B").items().len(), get("C").items().len()), (1, 2));
    assert!(get("D").is_map() && get("D").entries().is_empty());
    assert!(get("E").is_open() && !get("D").is_open());
    assert_eq!(get("E").get("a").unwrap().as_text(), Some("1"));
    assert_eq!(get("F").value, expression("[x for x in y]"));
    assert_eq!(get("J").value, expression("{k: v for k, v in z}"));
    assert_eq!(get("I").get("k").unwrap().value, expression("lambda x, y: x"));
    assert_eq!(get("I").get("l").unwrap().as_text(), Some("2"));
    assert_eq!(get("L").items()[0].value, expression("*BASE"));
    let Value::Call { name, arguments } = &get("G").value else { panic!() };
    assert_eq!((name.as_str(), arguments.len()), ("env", 3));
    assert_eq!(arguments[0].as_str(), Some("NAME"));
    assert_eq!(arguments[2].get("default").unwrap().as_str(), Some("d"));
    assert!(get("H").is_open());
    assert_eq!(get("H").get("a").unwrap().as_text(), Some("1"));
}

#[test]
fn blocks() {
    let text = "class Base(object):\n    'doc'\n    A = 1\n    class Inner:\n        B = 2\n    def f(self):\n        C = 3\n        if x:\n            D = 4\n    E = 5\nclass Short: F = 6\ntry:\n    G = 7\nexcept ImportError:\n    G = 8\nif DEBUG: H = 9\nelse:\n    H = 10\nfor i in x:\n  I = i\n@decorated\ndef g():\n  J = 1\n\nK = 11\n";
    assert_spans(
        text,
        &[
            ("Base.A", "1"),
            ("Base.Inner.B", "2"),
            ("Base.E", "5"),
            ("Short.F", "6"),
            ("G", "7"),
            ("G", "8"),
            ("H", "9"),
            ("H", "10"),
            ("I", "i"),
            ("K", "11"),
        ],
    );
}

#[test]
fn other_targets_and_what_is_no_assignment() {
    assert_spans(
        "app.config['SECRET_KEY'] = 'a'\napp.secret_key = 'b'\nAPPS += ['c']\nX: int\nprint(a == 1)\nassert y == 2\nfoo(bar=3)\nx, y = 1, 2\nZ = 1 \\\n  + 2\n'a string = 1'\nprint('''\nNOT = 1\n''')\nconf[name] = 4\n",
        &[("SECRET_KEY", "a"), ("secret_key", "b"), ("APPS", "['c']"), ("Z", "1 \\\n  + 2")],
    );
}

#[test]
fn a_star_import_opens_the_module() {
    assert!(read("from .base import *\nA = 1\n").unwrap()[0].is_open());
    assert!(!read("from .base import a\nA = 1\n").unwrap()[0].is_open());
}

#[test]
fn what_does_not_close_ends_where_reading_can_go_on() {
    assert_spans("A = 'open\nB = 1\n", &[("A", "open"), ("B", "1")]);
    assert_spans("A = [1, 2\nB = 3\n", &[("A[0]", "1"), ("A[1]", "2"), ("B", "3")]);
    assert_spans("A = f(x=1,\nimport os\nB = 3\n", &[("A.x", "1"), ("B", "3")]);
    assert_spans("A = '''open\nB = 1\n", &[("A", "open"), ("B", "1")]);
    // Keyword arguments at the margin are none of this.
    assert_spans("A = f(\nx=1,\ny=2)\nB = 3\n", &[("A.x", "1"), ("A.y", "2"), ("B", "3")]);
    assert_spans("A = [1)\nB = ]\nC = 2\n", &[("A[0]", "1"), ("C", "2")]);
}

#[test]
fn hostile_modules_end() {
    let start = std::time::Instant::now();
    for text in [
        "A = [",
        "A = (",
        "{",
        "A = {",
        "A = f(",
        "'''",
        "A = \"\"\"\\",
        "A = '",
        "\0",
        "A = -",
        "if x:",
        "class A: ",
        "A = lambda ",
        "A[",
        "A.",
        "A = \\",
        "A: [",
        "\\",
        "A = [\n",
        "A = '''\\\n",
        "é = ",
        "A = f'",
        ";",
        "A = **",
        "class A:\n",
        "A = x[",
        "A = 'é\\",
    ] {
        for count in [1, 3, 200_000] {
            let _ = read(&text.repeat(count));
        }
    }
    assert!(matches!(read(&format!("A = {}", "[".repeat(200_000))), Err(ReadError::TooDeep { .. })));
    let indented: String = (0..3000).map(|depth| format!("{}class A:\n", " ".repeat(depth))).collect();
    assert!(matches!(read(&indented), Err(ReadError::TooDeep { .. })));
    assert_eq!(read(&format!("A = [{}]", "1,".repeat(1_100_000))), Err(ReadError::TooManyNodes));
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

/// Modules cut and spliced at random: every span is a piece of the text.
#[test]
fn edited_modules_never_panic() {
    let sample = "class A(B):\n  X: str = f'é{a}' 'b'\n  Y = {'k': [1, -2.5e3, (x,)], **z}\nif a: C = d(1, e='f')\nG = '''é\n''' # h\nI = \\\n 1\n";
    let pieces = [
        "é", "'", "\"\"\"", "(", "]", "}", "\n", "\r\n", "=", ":", "\\", "\t", "#", ",", "\0", "\u{2028}", "for ", ";",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    for _ in 0..5_000 {
        let mut chars: Vec<char> = sample.chars().collect();
        for _ in 0..1 + random(4) {
            let at = random(chars.len());
            match random(2) {
                0 => drop(chars.drain(at..(at + random(8)).min(chars.len()))),
                _ => drop(chars.splice(at..at, pieces[random(pieces.len())].chars())),
            }
        }
        let text: String = chars.into_iter().collect();
        for root in read(&text).unwrap() {
            walk(&root, &mut |_, node| {
                assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
                assert!(node.entries().iter().all(|entry| text.get(entry.key_span.clone()).is_some()), "in {text:?}");
            });
        }
    }
}

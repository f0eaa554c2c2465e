//! What the fuzz targets do with their bytes, and what must hold. Included by the targets and by `tests/fuzz.rs`, which runs
//! each on a fixed series of inputs.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::OnceLock;

use keysieve::config::policy::PolicySettings;
use keysieve::decode::container::{self, Gate, Memory, Problem, Visit};
use keysieve::decode::{Charset, View};
use keysieve::detect::Detector;
use keysieve::document::code::Code;
use keysieve::document::kind::{FileKind, PlaceFacts};
use keysieve::document::{self, Syntax};
use keysieve::judge::{placeholder, reference, shape};
use keysieve::place::Origin;
use keysieve::policy::{self, Subject};
use keysieve::rule::foreign;
use keysieve::rule::format::Format;
use keysieve::rule::model::Check;
use keysieve::rule::pack;
use keysieve::rule::set::RuleSet;
use keysieve::run::inspect::{inspect, inspect_all};
use keysieve::source::Item;
use keysieve::source::known;

/// A target's name and body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. A file of the same name stands in `fuzz/fuzz_targets`.
pub const TARGETS: [Target; 9] = [
    ("charset", charset),
    ("checks", checks),
    ("containers", containers),
    ("documents", documents),
    ("formats", formats),
    ("inspect", inspection),
    ("judge", judge),
    ("known", known),
    ("packs", packs),
];

fn detector() -> &'static Detector {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    DETECTOR.get_or_init(|| Detector::new(RuleSet::builtin()).expect("the built-in rules compile"))
}

/// Charsets: each offset of the text leads back into the file, and never backwards.
pub fn charset(data: &[u8]) {
    let view = View::new(data, Charset::of(data));
    let mut before = 0;
    for offset in 0..=view.text.len() {
        let original = view.original(offset);
        assert!(before <= original && original <= data.len());
        before = original;
    }
}

/// Offline checks say something of any bytes, and say it again.
pub fn checks(data: &[u8]) {
    let (prefix, token) = data.split_first().map_or((0, data), |(&first, rest)| (usize::from(first % 16), rest));
    for (check, _) in Check::ALL {
        assert_eq!(check.verify(token, prefix), check.verify(token, prefix));
    }
}

/// Reads members, as much as a container gives, up to a limit.
struct Reader {
    left: u64,
}

impl Visit for Reader {
    fn member(&mut self, _name: &[u8], body: &mut dyn Read) -> ControlFlow<()> {
        let read = io::copy(&mut body.take(self.left), &mut io::sink()).unwrap_or(0);
        self.left = self.left.saturating_sub(read.max(1));
        if self.left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn problem(&mut self, _name: &[u8], _problem: Problem) {}
}

/// Containers of any format end, whatever they say of themselves.
pub fn containers(data: &[u8]) {
    let gate = Gate::default();
    if let Some(format) = container::Format::of(data) {
        let head = &data[..data.len().min(1024)];
        container::read(format, head, &mut Cursor::new(data), &Memory::new(&gate), &mut Reader { left: 1 << 22 });
    }
    let _ = container::notebook::texts(data);
}

/// Documents: every reader ends in a tree or an error.
pub fn documents(data: &[u8]) {
    for syntax in Syntax::ALL {
        let _ = document::read(syntax, data);
    }
    let _ = (FileKind::of(data, data), Syntax::of(data, data), PlaceFacts::of(data));
    code(data);
}

/// Code in every language: tokens stand one behind the other, and the checks end.
fn code(data: &[u8]) {
    static SETTINGS: OnceLock<PolicySettings> = OnceLock::new();
    let settings = SETTINGS.get_or_init(|| PolicySettings::default().with_every_check());
    for path in ["a.js", "a.html", "a.py", "a.php", "a.rb", "a.java", "a.kt", "a.go", "a.cs", "a.c", "a.rs", "a.dart"] {
        if let Some(code) = std::str::from_utf8(data).ok().and_then(|text| Code::read(path.as_bytes(), text)) {
            let spans: Vec<_> = (0..code.tokens.len()).map(|number| code.span(number)).collect();
            assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
        let subject = Subject { path: path.as_bytes(), bytes: data, tracked: None };
        let lint = policy::lint(&subject, settings, jiff::Timestamp::UNIX_EPOCH);
        assert!(lint.breaches.iter().all(|breach| breach.span.end <= data.len()));
    }
}

/// The format language and the patterns of other tools.
pub fn formats(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Format::parse(text);
    let _ = foreign::regex::compile(text);
}

/// A whole inspection: hits lie in the text, and who asks why gets the same ones.
pub fn inspection(data: &[u8]) {
    let item = Item::whole(Origin::Stdin, data);
    let plain = inspect(detector(), &item).hits;
    let told = inspect_all(detector(), &item).hits;
    assert_eq!(plain.len(), told.len());
    for (hit, same) in plain.iter().zip(&told) {
        assert!(hit.span.start <= hit.span.end && hit.span.end <= data.len() as u64);
        assert!(hit.rule == same.rule && hit.span == same.span && hit.verdict == same.verdict);
    }
}

/// The cache of a history, where whoever wrote it had the key: it is read or refused, and what is read is written as it was.
pub fn known(data: &[u8]) {
    let (context, seal) = ([0; 32], |_: &[u8]| [0; 32]);
    let empty = known::bytes(&context, &seal, &known::Known::default()).expect("it is written to memory");
    let (head, empty) = empty.split_at(empty.len() - known_length(&empty));
    for body in [data.to_vec(), [&empty[..data.len() % empty.len()], data].concat()] {
        if let Ok(known) = known::read(&[head, &body].concat(), &context, &seal) {
            let written = known::bytes(&context, &seal, &known).expect("it is written to memory");
            assert_eq!(known::read(&written, &context, &seal).ok(), Some(known));
        }
    }
}

/// How long the part of an empty cache is that stands behind its seal and its context.
fn known_length(empty: &[u8]) -> usize {
    let line = empty.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    empty.len() - line - 64
}

/// The tests of values.
pub fn judge(data: &[u8]) {
    let _ = reference::reference(data);
    let _ = shape::ordinary(data);
    let _ = placeholder::placeholder(data, data, data.len().is_multiple_of(2));
}

/// Packs of rules, our own and other tools'.
pub fn packs(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = pack::load(&mut RuleSet::builtin(), text);
}

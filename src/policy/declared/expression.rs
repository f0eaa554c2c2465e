//! Conditions that are written as expressions, in CEL.
//!
//! An expression sees the node that it is asked of as `self`: maps, lists, texts, numbers and booleans. Lengths of time are
//! whole seconds. A value that has to be looked up or worked out is there (`has(self.a)` is true) and nothing more is known
//! of it: whatever compares it or takes it apart is an error, and so is taking from a map what it lacks. CEL passes errors on
//! where the rest does not decide, as in `true || error`, and what is an error in the end is unknown.
//!
//! The library would take a value for unequal to everything of another kind, and what a map may have without showing it for
//! absent. So comparisons, `in` and `has` are rewritten, when an expression is read, into functions of ours that know better.
//! What an expression calls and names is looked at then, too, so that a slip is a fault of the check and not silence.
//!
//! Work is bounded by the length of the expression, the depth of its loops and the number of nodes that it sees. Nothing
//! outside this file knows the library.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::extractors::This;
use cel::objects::{Key, Opaque};
use cel::{Context, Env, ExecutionError};
use jiff::Timestamp;

use crate::document::{Node, Value};
use crate::policy::literal::{is_placeholder, is_reference};
use crate::policy::{View, date};

use super::condition::{Bound, Truth, length_of_text};
use super::lazy::Pattern;
use super::schema;

/// The longest expression, in bytes.
const LONGEST: usize = 1_000;
/// The most nodes of a value that an expression is asked of.
const MOST_NODES: usize = 1_000;
/// How deep loops (`exists`, `all`, `map`, `filter`) may stand in one another.
const DEEPEST: usize = 2;

/// A condition that is an expression.
pub(crate) trait Expression: Debug + Send + Sync {
    /// Whether it holds of a node.
    fn ask(&self, node: &Node, view: &View<'_>) -> Truth;

    /// The limits of the policy that it names.
    fn bounds(&self) -> &[Bound];

    /// Whether it asks for secrets: a report then does not show the value that it is asked of.
    fn asks_for_secrets(&self) -> bool;
}

/// Reads an expression.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn compile(text: &str) -> Result<Arc<dyn Expression>, String> {
    if text.len() > LONGEST {
        return Err(format!("an expression of more than {LONGEST} bytes: write several conditions"));
    }
    let mut root = ENVIRONMENT.parser().parse(text).map_err(|faults| {
        let first = faults.errors.first();
        first.map_or_else(String::new, |fault| format!("{} (at column {})", fault.msg, fault.pos.1))
    })?;
    let mut reading = Reading { names: vec!["self".to_owned()], ..Reading::default() };
    reading.read(&mut root)?;
    let Reading { patterns, limits, bounds, is_exhaustive, asks_for_secrets, .. } = reading;
    Ok(Arc::new(Cel { root, patterns: Arc::new(patterns), limits, bounds, is_exhaustive, asks_for_secrets }))
}

/// What the library brings: its standard functions, without those of optional values.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// The functions that an expression may call, and how many arguments ours have.
const FUNCTIONS: [(&str, Option<usize>); 18] = [
    ("bool", None),
    ("bytes", None),
    ("contains", None),
    ("days_until", Some(1)),
    ("double", None),
    ("duration", Some(1)),
    ("endsWith", None),
    ("int", None),
    ("is_ref", Some(1)),
    ("is_secret", Some(1)),
    ("matches", Some(2)),
    ("policy_lifetime", Some(1)),
    ("policy_rotation", Some(1)),
    ("size", None),
    ("startsWith", None),
    ("string", None),
    ("type", None),
    ("uint", None),
];

/// The names of types, which are values.
const TYPES: [&str; 9] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "uint"];

// Names that nobody can write: expressions are rewritten to them.
const SAME: &str = "@same";
const DIFFERENT: &str = "@different";
const WITHIN: &str = "@within";
const PRESENT: &str = "@present";

/// What is found out of an expression while it is rewritten.
#[derive(Default)]
struct Reading {
    names: Vec<String>,
    loops: usize,
    patterns: BTreeMap<String, Pattern>,
    limits: Vec<(&'static str, String)>,
    bounds: Vec<Bound>,
    is_exhaustive: bool,
    asks_for_secrets: bool,
}

impl Reading {
    fn read(&mut self, node: &mut IdedExpr) -> Result<(), String> {
        match &mut node.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => {
                let is_known = TYPES.contains(&name.as_str()) || self.names.contains(name);
                return is_known.then_some(()).ok_or_else(|| format!("there is no `{name}`: the node is `self`"));
            }
            Expr::Select(select) => {
                self.read(&mut select.operand)?;
                if select.test {
                    let field = Expr::Literal(LiteralValue::String(std::mem::take(&mut select.field).into()));
                    let operand = std::mem::take(&mut *select.operand);
                    let args = vec![operand, IdedExpr { id: node.id, expr: field }];
                    node.expr = Expr::Call(CallExpr { func_name: PRESENT.to_owned(), target: None, args });
                }
            }
            Expr::Call(call) => {
                self.call(call)?;
                let mut arguments = call.target.as_deref_mut().into_iter().chain(&mut call.args);
                arguments.try_for_each(|argument| self.read(argument))?;
            }
            Expr::List(list) => list.elements.iter_mut().try_for_each(|element| self.read(element))?,
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.read(&mut entry.key)?;
                        self.read(&mut entry.value)?;
                    }
                }
            }
            Expr::Struct(made) => return Err(format!("there is no type `{}`", made.type_name)),
            Expr::Comprehension(each) => {
                self.is_exhaustive = true;
                self.read(&mut each.iter_range)?;
                self.read(&mut each.accu_init)?;
                self.loops += 1;
                if self.loops > DEEPEST {
                    return Err(format!("loops stand in one another more than {DEEPEST} deep"));
                }
                let outside = self.names.len();
                self.names.extend([each.iter_var.clone(), each.accu_var.clone()]);
                self.names.extend(each.iter_var2.clone());
                self.read(&mut each.loop_cond)?;
                self.read(&mut each.loop_step)?;
                self.read(&mut each.result)?;
                self.names.truncate(outside);
                self.loops -= 1;
            }
        }
        Ok(())
    }

    fn call(&mut self, call: &mut CallExpr) -> Result<(), String> {
        let name = call.func_name.as_str();
        let renamed = match name {
            operators::EQUALS => SAME,
            operators::NOT_EQUALS => DIFFERENT,
            operators::IN => WITHIN,
            _ if !name.starts_with(|c: char| c.is_ascii_alphabetic()) => return Ok(()),
            _ => {
                let Some((_, wanted)) = FUNCTIONS.iter().find(|(function, _)| *function == name) else {
                    let known: Vec<&str> = FUNCTIONS.iter().map(|(function, _)| *function).collect();
                    return Err(format!("there is no function `{name}`; there are {}", known.join(", ")));
                };
                let given = call.args.len() + usize::from(call.target.is_some());
                if let Some(wanted) = wanted.filter(|wanted| *wanted != given) {
                    return Err(format!("`{name}` takes {wanted} arguments, not {given}"));
                }
                return self.own_call(call);
            }
        };
        call.func_name = renamed.to_owned();
        Ok(())
    }

    /// What has to be known of a call before it is made.
    fn own_call(&mut self, call: &CallExpr) -> Result<(), String> {
        let literal = || match &call.args.last().or(call.target.as_deref()).map(|argument| &argument.expr) {
            Some(Expr::Literal(LiteralValue::String(text))) => Ok(text.inner().to_owned()),
            _ => Err(format!("`{}` needs its text written out in quotes", call.func_name)),
        };
        match call.func_name.as_str() {
            "size" => self.is_exhaustive = true,
            "is_secret" => self.asks_for_secrets = true,
            "matches" => {
                let text = literal()?;
                let pattern = Pattern::new(&text).map_err(|fault| format!("matches: {fault}"))?;
                self.patterns.insert(text, pattern);
            }
            "policy_rotation" => {
                let kinds = literal()?;
                self.bounds.push(Bound::Rotation(kinds.split('|').map(str::to_owned).collect()));
                self.limits.push(("policy_rotation", kinds));
            }
            "policy_lifetime" => {
                let kind = literal()?;
                self.bounds.push(schema::lifetime(&kind)?);
                self.limits.push(("policy_lifetime", kind));
            }
            _ => {}
        }
        Ok(())
    }
}

/// An expression of CEL, rewritten.
#[derive(Debug)]
struct Cel {
    root: IdedExpr,
    patterns: Arc<BTreeMap<String, Pattern>>,
    /// The limits that it names: the function and what it is called with, one for each of `bounds`.
    limits: Vec<(&'static str, String)>,
    bounds: Vec<Bound>,
    /// Whether it looks at all that a map has: a map that may have more then makes it unknown.
    is_exhaustive: bool,
    asks_for_secrets: bool,
}

impl Expression for Cel {
    fn ask(&self, node: &Node, view: &View<'_>) -> Truth {
        let mut given = Given { nodes: 0, has_open: false };
        let Some(value) = given.value(node) else { return Truth::Unknown };
        if given.has_open && self.is_exhaustive {
            return Truth::Unknown;
        }
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_from_value("self", value);
        if self.add_functions(&mut context, view).is_err() {
            return Truth::Unknown;
        }
        match cel::Value::resolve(&self.root, &context) {
            Ok(cel::Value::Bool(true)) => Truth::Yes,
            Ok(cel::Value::Bool(false)) => Truth::No,
            Ok(_) | Err(_) => Truth::Unknown,
        }
    }

    fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    fn asks_for_secrets(&self) -> bool {
        self.asks_for_secrets
    }
}

impl Cel {
    fn add_functions(&self, context: &mut Context<'_, '_>, view: &View<'_>) -> Result<(), cel::DeclarationError> {
        let now = view.now;
        let patterns = Arc::clone(&self.patterns);
        let seconds = |bound: &Bound| bound.limit(view).and_then(|(length, _)| i64::try_from(length.as_secs()).ok());
        let limits: BTreeMap<(&str, String), i64> = self
            .limits
            .iter()
            .cloned()
            .zip(&self.bounds)
            .filter_map(|(key, bound)| Some((key, seconds(bound)?)))
            .collect();
        let limits = Arc::new(limits);
        let limit = |function: &'static str| {
            let limits = Arc::clone(&limits);
            move |kind: Arc<String>| limits.get(&(function, (*kind).clone())).copied().ok_or_else(|| unknown(function))
        };
        context.add_function(SAME, |a: cel::Value, b: cel::Value| same(&a, &b))?;
        context.add_function(DIFFERENT, |a: cel::Value, b: cel::Value| same(&a, &b).map(|same| !same))?;
        context.add_function(WITHIN, |item: cel::Value, all: cel::Value| within(&item, &all))?;
        context.add_function(PRESENT, |map: cel::Value, key: Arc<String>| present(&map, &Key::String(key)))?;
        context.add_function("matches", move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            patterns.get(&*pattern).map(|it| it.is_match(text.as_bytes())).ok_or_else(|| unknown("matches"))
        })?;
        context.add_function("duration", |This(text): This<Arc<String>>| {
            let length = length_of_text(&text).and_then(|length| i64::try_from(length.as_secs()).ok());
            length.ok_or_else(|| unknown("duration"))
        })?;
        context.add_function("days_until", move |This(text): This<Arc<String>>| {
            date::parse(&text).map(|end| days(now, end)).ok_or_else(|| unknown("days_until"))
        })?;
        context.add_function("is_ref", |This(value): This<cel::Value>| matches!(value, cel::Value::Opaque(_)))?;
        context.add_function("is_secret", |This(value): This<cel::Value>| match value {
            cel::Value::String(text) => Ok(text.len() >= 6 && !is_placeholder(&text)),
            cel::Value::Opaque(_) => Err(unknown("is_secret")),
            _ => Ok(false),
        })?;
        context.add_function("policy_rotation", limit("policy_rotation"))?;
        context.add_function("policy_lifetime", limit("policy_lifetime"))
    }
}

/// Whole days from `now` to `end`; less than zero if it is past.
fn days(now: Timestamp, end: Timestamp) -> i64 {
    end.duration_since(now).as_secs().div_euclid(86_400)
}

/// A value that has to be looked up or worked out.
#[derive(Debug, PartialEq, Eq)]
struct Unknown;

impl Opaque for Unknown {
    fn runtime_type_name(&self) -> &'static str {
        "unknown"
    }
}

fn unknown(function: &str) -> ExecutionError {
    ExecutionError::function_error(function, "it cannot be told")
}

/// A node on its way into an expression.
struct Given {
    nodes: usize,
    has_open: bool,
}

impl Given {
    /// The value of a node; none if there are too many nodes.
    fn value(&mut self, node: &Node) -> Option<cel::Value> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return None;
        }
        let opaque = || cel::Value::Opaque(Arc::new(Unknown));
        Some(match &node.value {
            Value::Null => cel::Value::Null,
            Value::Bool(value) => cel::Value::Bool(*value),
            Value::Number(text) => match (text.replace('_', "").parse(), node.as_number()) {
                (Ok(number), _) => cel::Value::Int(number),
                (Err(_), Some(number)) => cel::Value::Float(number),
                (Err(_), None) => opaque(),
            },
            Value::String(text) if is_reference(text) => opaque(),
            Value::String(text) => cel::Value::String(Arc::new(text.clone())),
            Value::Call { .. } | Value::Expression(_) => opaque(),
            Value::Sequence(items) => {
                let items: Option<Vec<cel::Value>> = items.iter().map(|item| self.value(item)).collect();
                cel::Value::List(Arc::new(items?))
            }
            Value::Map(_) => self.map(node)?,
        })
    }

    /// A map: what is null is not there, and what is there several times, as the blocks of HCL are, is a list.
    fn map(&mut self, node: &Node) -> Option<cel::Value> {
        let mut values: HashMap<String, Vec<cel::Value>> = HashMap::new();
        for entry in node.entries().iter().filter(|entry| entry.value.value != Value::Null) {
            let value = self.value(&entry.value)?;
            values.entry(entry.key.clone()).or_default().push(value);
        }
        if node.is_open() || node.entry("dynamic").is_some() {
            self.has_open = true;
            values.insert(Node::REST.to_owned(), vec![cel::Value::Opaque(Arc::new(Unknown))]);
        }
        let single = |mut values: Vec<cel::Value>| match values.len() {
            1 => values.remove(0),
            _ => cel::Value::List(Arc::new(values)),
        };
        let values: HashMap<String, cel::Value> = values.into_iter().map(|(key, all)| (key, single(all))).collect();
        Some(values.into())
    }
}

/// Whether something in a value is unknown.
fn has_unknown(value: &cel::Value) -> bool {
    match value {
        cel::Value::Opaque(_) => true,
        cel::Value::List(items) => items.iter().any(has_unknown),
        cel::Value::Map(map) => map.map.values().any(has_unknown),
        _ => false,
    }
}

fn same(a: &cel::Value, b: &cel::Value) -> Result<bool, ExecutionError> {
    if has_unknown(a) || has_unknown(b) { Err(unknown("==")) } else { Ok(a == b) }
}

fn within(item: &cel::Value, all: &cel::Value) -> Result<bool, ExecutionError> {
    match all {
        _ if has_unknown(item) => Err(unknown("in")),
        cel::Value::List(items) if items.contains(item) => Ok(true),
        cel::Value::List(items) if items.iter().any(has_unknown) => Err(unknown("in")),
        cel::Value::List(_) => Ok(false),
        cel::Value::Map(_) => match item {
            cel::Value::String(key) => present(all, &Key::String(Arc::clone(key))),
            _ => Ok(false),
        },
        _ => Err(unknown("in")),
    }
}

fn present(map: &cel::Value, key: &Key) -> Result<bool, ExecutionError> {
    let cel::Value::Map(map) = map else { return Err(unknown("has")) };
    let rest = Key::String(Arc::new(Node::REST.to_owned()));
    match map.map.contains_key(key) {
        true => Ok(true),
        false if map.map.contains_key(&rest) => Err(unknown("has")),
        false => Ok(false),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::policy::PolicySettings;
    use crate::document::{self, Document, Syntax};
    use crate::policy::Subject;

    const TEXT: &str = r#"
a "x" {
  known   = "text"
  number  = 5
  share   = 1.5
  on      = true
  off     = null
  looked  = var.looked
  quoted  = "${var.quoted}"
  ttl     = "40d"
  end     = "2026-12-03T12:00:00Z"
  sealed  = "q8Zr1vTn4w"
  list    = ["u", "v"]
  partly  = ["u", var.v]
  nested  = { inside = "text", looked = var.looked }
  block { name = "one" }
  block { name = "two" }
}
b "x" {
  known = 1
  dynamic "block" { for_each = [] }
}
"#;

    fn document() -> Document {
        document::read(Syntax::Hcl, TEXT.as_bytes()).unwrap()
    }

    fn ask(kind: &str, text: &str) -> Truth {
        let document = document();
        let subject = Subject { path: b"a.tf", bytes: TEXT.as_bytes(), tracked: None };
        let settings = PolicySettings::default();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let view = View::new(&subject, TEXT, &document, true, &settings, now);
        let node = document.roots[0].path(&[kind, "x"]).unwrap();
        compile(text).unwrap_or_else(|reason| panic!("{text}: {reason}")).ask(node, &view)
    }

    #[test]
    fn what_is_known_is_decided() {
        for (text, expected) in [
            ("self.known == 'text'", true),
            ("self.known != 'text'", false),
            ("self.number * 2 >= 10 && self.on", true),
            ("self.share < 2", true),
            ("has(self.known) && !has(self.nothing) && !has(self.off)", true),
            ("'u' in self.list && !('w' in self.list)", true),
            ("'known' in self", true),
            ("self.list.exists(it, it == 'v')", true),
            ("self.list.all(it, it.startsWith('u'))", false),
            ("self.list == ['u', 'v']", true),
            ("self.block.map(it, it.name) == ['one', 'two']", true),
            ("size(self.list) == 2 && size(self.known) == 4", true),
            ("self.known.matches('^te.t$') && matches(self.known, 'x')", true),
            ("duration(self.ttl) > duration('30d')", true),
            ("duration(self.ttl) <= policy_rotation('default')", true),
            ("duration(self.ttl) <= policy_lifetime('jwt')", false),
            ("days_until(self.end) == 10", true),
            ("is_secret(self.sealed) && !is_secret(self.known)", true),
            ("is_ref(self.looked) && is_ref(self.quoted) && !is_ref(self.known)", true),
            ("string(self.number) == '5' && int('7') == 7 && double(self.number) == 5.0", true),
            ("type(self.known) == string ? self.on : false", true),
            ("self.list.exists_one(it, it == 'u') && self.list.filter(it, it != 'u') == ['v']", true),
        ] {
            let expected = if expected { Truth::Yes } else { Truth::No };
            assert_eq!(ask("a", text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_unknown_stays_so_unless_the_rest_decides() {
        for text in [
            "self.looked == 'text'",
            "'text' == self.looked",
            "self.looked != 'text'",
            "!(self.quoted == 'text')",
            "self.looked > 5",
            "self.looked.matches('x')",
            "'w' in self.partly",
            "self.partly.all(it, it == 'u')",
            "self.partly == ['u', 'v']",
            "self.nested == {'inside': 'text', 'looked': 'x'}",
            "self.nested.looked == self.looked",
            "self.nothing == 1",
            "self.known > 5",
            "size(self.looked) == 1",
            "duration(self.known) > 1",
            "is_secret(self.looked)",
            "self.number",
            "self.number / 0 == 1",
        ] {
            assert_eq!(ask("a", text), Truth::Unknown, "{text}");
        }
        assert!(compile("is_secret(self)").unwrap().asks_for_secrets() && !compile("true").unwrap().asks_for_secrets());
        assert_eq!(ask("a", "has(self.looked)"), Truth::Yes);
        assert_eq!(ask("a", "self.looked == 'x' || self.on"), Truth::Yes);
        assert_eq!(ask("a", "self.looked == 'x' && !self.on"), Truth::No);
        assert_eq!(ask("a", "'u' in self.partly"), Truth::Yes);
        assert_eq!(ask("a", "self.partly.exists(it, it == 'u')"), Truth::Yes);
    }

    #[test]
    fn what_may_have_more_lacks_nothing() {
        for text in ["has(self.block)", "'block' in self", "size(self) == 2", "self.all(key, key == 'known')"] {
            assert_eq!(ask("b", text), Truth::Unknown, "{text}");
        }
        assert_eq!(ask("b", "self.known == 1 && has(self.known)"), Truth::Yes);
    }

    #[test]
    fn a_slip_is_a_fault() {
        for (text, part) in [
            ("self ==", "column"),
            ("slef.a == 1", "there is no `slef`"),
            ("self.a.exist(it, it == 1)", "no function `exist`"),
            ("self.a.exists(it, its == 1)", "there is no `its`"),
            ("self.a.matches(self.b)", "in quotes"),
            ("self.a.matches('(')", "matches:"),
            ("duration(self.a) < policy_rotation(self.kind)", "in quotes"),
            ("duration(self.a) < policy_lifetime('nothing')", "no lifetime of `nothing`"),
            ("duration() == 1", "takes 1 arguments, not 0"),
            ("Thing{a: 1} == self", "no type `Thing`"),
            ("self.?a == 1", ""),
            ("self.exists(a, a.exists(b, b.exists(c, c == 1)))", "2 deep"),
            (&format!("self == '{}'", "x".repeat(1000)), "1000 bytes"),
        ] {
            let said = compile(text).map(|_| ()).unwrap_err();
            assert!(said.contains(part) && !said.is_empty(), "{text}: {said}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let items: String = (0..999).map(|number| format!("{number}, ")).collect();
        for (more, expected) in [("", Truth::Yes), ("0, 0", Truth::Unknown)] {
            let text = format!("[{items}{more}]");
            let text = text.replace(", ]", "]");
            let document = document::read(Syntax::Json, text.as_bytes()).unwrap();
            let subject = Subject { path: b"a.json", bytes: text.as_bytes(), tracked: None };
            let settings = PolicySettings::default();
            let view = View::new(&subject, &text, &document, true, &settings, Timestamp::UNIX_EPOCH);
            let start = std::time::Instant::now();
            let deep = compile("self.all(a, self.exists(b, a == b))").unwrap();
            assert_eq!(deep.ask(&document.roots[0], &view), expected);
            assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        }
    }
}

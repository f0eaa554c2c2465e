//! Declared checks as they are written in TOML, and how they become conditions.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use crate::config::policy::{PolicySettings, duration};
use crate::document::{Node, Value};
use crate::finding::Severity;
use crate::policy::Preset;

use super::condition::{Bound, Condition, Measure, Mode, Test};
use super::expression;
use super::lazy::{Files, Pattern};
use super::path::Path;
use super::{Case, Subjects};

/// What is wrong with a declared check: where in its TOML, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which bytes of the TOML.
    pub span: Range<usize>,
    /// What is wrong.
    pub reason: String,
}

/// The front matter of a check's page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CheckTable {
    /// The part of the craft it serves.
    pub family: Spanned<String>,
    /// How bad a finding is.
    pub severity: Severity,
    /// The smallest preset in which it runs.
    pub preset: Option<Preset>,
    /// CWE numbers.
    #[serde(default)]
    pub cwe: Vec<u32>,
    /// The nearest checks of other tools.
    #[serde(default)]
    pub nearest: Vec<String>,
    /// Numbers of the catalogue.
    #[serde(default)]
    pub catalogue: Vec<String>,
    /// What a finding says, unless its case says it better.
    pub message: Option<String>,
    /// What is read, and what is asked of it.
    pub case: Vec<Spanned<CaseTable>>,
}

/// One reader of a check.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CaseTable {
    /// The dialects.
    #[serde(rename = "in")]
    dialect: Spanned<OneOrMore<String>>,
    /// The kinds of resources; all of the dialect if none is named.
    of: Option<OneOrMore<String>>,
    /// Globs of the files; all if none is given.
    files: Option<Spanned<OneOrMore<String>>>,
    /// Globs of files that are left out.
    except_files: Option<Spanned<OneOrMore<String>>>,
    /// Only files that git tracks.
    #[serde(default)]
    tracked: bool,
    /// Not in tests and examples, as far as the path tells.
    #[serde(default)]
    outside_examples: bool,
    /// Words of which the file must hold one, so that a walk over all of it can be saved.
    mentions: Option<OneOrMore<String>>,
    /// The value that is shown is a secret.
    #[serde(default)]
    value_is_secret: bool,
    /// From the resource to the nodes in question; the resource itself if it is left out.
    select: Option<Spanned<String>>,
    /// Preconditions.
    #[serde(default)]
    when: Vec<Spanned<ConditionTable>>,
    /// Requirements. Without any, a node in question is a finding by itself.
    #[serde(default)]
    require: Vec<Spanned<ConditionTable>>,
    /// From the node in question to what is shown, where that is not what decided.
    locate: Option<Spanned<String>>,
    /// What a finding says.
    pub(super) message: Option<String>,
    /// How bad it is.
    severity: Option<Severity>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T: Clone> OneOrMore<T> {
    fn list(&self) -> Vec<T> {
        match self {
            OneOrMore::One(one) => vec![one.clone()],
            OneOrMore::More(more) => more.clone(),
        }
    }
}

/// A condition: `any`, `all` or `not` of others, or one test of the nodes at a path.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct ConditionTable {
    any: Option<Vec<Spanned<ConditionTable>>>,
    all: Option<Vec<Spanned<ConditionTable>>>,
    not: Option<Box<Spanned<ConditionTable>>>,
    some: Option<Box<Spanned<ConditionTable>>>,
    each: Option<Box<Spanned<ConditionTable>>>,
    cel: Option<String>,
    at: Option<String>,
    default: Option<toml::Value>,
    exists: Option<bool>,
    filled: Option<bool>,
    equals: Option<toml::Value>,
    one_of: Option<Vec<toml::Value>>,
    matches: Option<String>,
    written: Option<String>,
    at_least: Option<NumberOrName>,
    at_most: Option<NumberOrName>,
    length_at_least: Option<NumberOrName>,
    duration_at_most: Option<String>,
    unit: Option<String>,
    unit_at: Option<String>,
    never: Option<Vec<toml::Value>>,
    ends_within: Option<String>,
    ends_after: Option<String>,
    age_at_most: Option<String>,
    scopes: Option<String>,
    literal: Option<bool>,
    reference: Option<bool>,
    secret: Option<bool>,
    secret_in_base64: Option<bool>,
    plain_http: Option<bool>,
    secret_name: Option<bool>,
    is_name: Option<bool>,
    named: Option<String>,
    key: Option<String>,
    under: Option<String>,
    required_tags: Option<bool>,
    refers_to: Option<OneOrMore<String>>,
    referred_by: Option<OneOrMore<String>>,
    field: Option<String>,
    beside: Option<OneOrMore<String>>,
    ip_not_required: Option<OneOrMore<String>>,
    quota_not_required: Option<OneOrMore<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum NumberOrName {
    Number(f64),
    Name(String),
}

impl CaseTable {
    /// The case, or what is wrong with it.
    pub(super) fn case(&self) -> Result<Case, Fault> {
        let path = |text: &Spanned<String>| Path::parse(text.get_ref()).map_err(|reason| fault(text, reason));
        let conditions = |tables: &[Spanned<ConditionTable>]| -> Result<Vec<Condition>, Fault> {
            tables.iter().map(condition).collect()
        };
        let mut subjects = Vec::new();
        for dialect in self.dialect.get_ref().list() {
            let dialect = crate::policy::dialect::find(&dialect).ok_or_else(|| {
                let known: Vec<&str> = crate::policy::dialect::names().collect();
                let reason = format!("in: there is no dialect `{dialect}`; there are {}", known.join(", "));
                fault(&self.dialect, reason)
            })?;
            subjects.push(Subjects { dialect, kinds: self.of.as_ref().map(OneOrMore::list) });
        }
        let set = |globs: &Spanned<OneOrMore<String>>| {
            let list = globs.get_ref().list();
            Files::new(list.iter().map(String::as_str)).map_err(|reason| fault(globs, format!("files: {reason}")))
        };
        Ok(Case {
            subjects,
            files: self.files.as_ref().map(set).transpose()?,
            except_files: self.except_files.as_ref().map(set).transpose()?,
            tracked: self.tracked,
            outside_examples: self.outside_examples,
            mentions: self.mentions.as_ref().map(OneOrMore::list),
            value_is_secret: self.value_is_secret,
            select: self.select.as_ref().map_or(Ok(Path::here()), path)?,
            when: conditions(&self.when)?,
            require: conditions(&self.require)?,
            locate: self.locate.as_ref().map(path).transpose()?,
            message: self.message.clone(),
            severity: self.severity,
        })
    }
}

impl CaseTable {
    /// What is wrong if a condition asks for scopes of which the policy has no list.
    pub(super) fn without_scopes(&self, policy: &PolicySettings) -> Option<Fault> {
        self.when.iter().chain(&self.require).find_map(|table| without_scopes(table, policy))
    }
}

fn without_scopes(table: &Spanned<ConditionTable>, policy: &PolicySettings) -> Option<Fault> {
    let inner = table.get_ref();
    if let Some(provider) = inner.scopes.as_deref().filter(|provider| policy.scopes(provider).is_none()) {
        return Some(fault(
            table,
            format!("the policy has no list of scopes `{provider}`: add `[policy.scopes.{provider}]`"),
        ));
    }
    let several = [&inner.any, &inner.all].into_iter().flatten().flatten();
    let alone = [&inner.not, &inner.some, &inner.each].into_iter().flatten().map(|table| &**table);
    several.chain(alone).find_map(|table| without_scopes(table, policy))
}

/// What is wrong with something that stands in the TOML.
pub(super) fn fault<T>(at: &Spanned<T>, reason: impl Into<String>) -> Fault {
    Fault { span: at.span(), reason: reason.into() }
}

/// The condition that a table states; what is wrong is said of the innermost table that is at fault.
fn condition(table: &Spanned<ConditionTable>) -> Result<Condition, Fault> {
    let all = |tables: &[Spanned<ConditionTable>]| -> Result<Vec<Condition>, Fault> {
        tables.iter().map(condition).collect()
    };
    let one = |table: &Spanned<ConditionTable>| condition(table).map(Box::new);
    let inner = table.get_ref();
    let mut joints = Vec::new();
    joints.extend(inner.any.as_deref().map(|any| all(any).map(Condition::Any)));
    joints.extend(inner.all.as_deref().map(|every| all(every).map(Condition::All)));
    joints.extend(inner.not.as_deref().map(|not| one(not).map(Condition::Not)));
    joints.extend(inner.some.as_deref().map(|some| one(some).map(|it| Condition::Within(Mode::When, it))));
    joints.extend(inner.each.as_deref().map(|each| one(each).map(|it| Condition::Within(Mode::Require, it))));
    let mut joints = joints.into_iter();
    match (joints.next(), joints.next()) {
        (None, _) => inner.test().map_err(|reason| fault(table, reason)),
        (Some(joint), None) => joint,
        _ => Err(fault(table, "a condition is one of `any`, `all`, `not`, `some`, `each`, or a test")),
    }
}

impl ConditionTable {
    fn test(&self) -> Result<Condition, String> {
        let mut tests = Vec::new();
        tests.extend(self.exists.map(Test::Exists));
        tests.extend(self.filled.map(Test::Filled));
        tests.extend(self.literal.map(Test::Literal));
        tests.extend(self.reference.map(Test::Reference));
        tests.extend(self.secret.map(Test::Secret));
        tests.extend(self.secret_in_base64.map(Test::SecretInBase64));
        tests.extend(self.plain_http.map(Test::PlainHttp));
        tests.extend(self.secret_name.map(Test::SecretName));
        tests.extend(self.is_name.map(Test::IsName));
        tests.extend(self.scopes.clone().map(Test::Scopes));
        tests.extend(self.refers_to.as_ref().map(|kinds| Test::RefersTo(kinds.list())));
        tests.extend(self.beside.as_ref().map(|kinds| Test::Beside(kinds.list())));
        if let Some(value) = &self.equals {
            tests.push(Test::OneOf(vec![scalar(value)?]));
        }
        if let Some(values) = &self.one_of {
            tests.push(Test::OneOf(values.iter().map(scalar).collect::<Result<_, _>>()?));
        }
        if let Some(pattern) = &self.matches {
            tests.push(Test::Matches(Pattern::new(pattern).map_err(|fault| format!("matches: {fault}"))?));
        }
        if let Some(pattern) = &self.written {
            tests.push(Test::Written(Pattern::new(pattern).map_err(|fault| format!("written: {fault}"))?));
        }
        if let Some(pattern) = &self.named {
            tests.push(Test::Named(Pattern::new(pattern).map_err(|fault| format!("named: {fault}"))?));
        }
        if let Some(pattern) = &self.key {
            tests.push(Test::Key(Pattern::new(pattern).map_err(|fault| format!("key: {fault}"))?));
        }
        if let Some(pattern) = &self.under {
            tests.push(Test::Under(Pattern::new(pattern).map_err(|fault| format!("under: {fault}"))?));
        }
        tests.extend(self.ip_not_required.as_ref().map(|kinds| Test::IpNotRequired(kinds.list())));
        tests.extend(self.quota_not_required.as_ref().map(|kinds| Test::QuotaNotRequired(kinds.list())));
        if self.required_tags == Some(true) {
            tests.push(Test::RequiredTags);
        }
        if let Some(bound) = &self.at_least {
            tests.push(Test::AtLeast(bound.bound()?));
        }
        if let Some(bound) = &self.at_most {
            tests.push(Test::AtMost(bound.bound()?));
        }
        if let Some(bound) = &self.length_at_least {
            tests.push(Test::LengthAtLeast(bound.bound()?));
        }
        if let Some(text) = &self.duration_at_most {
            tests.push(Test::DurationAtMost(bound(text)?, self.measure()?));
        }
        if let Some(text) = &self.ends_within {
            tests.push(Test::EndsWithin(bound(text)?));
        }
        if let Some(text) = &self.ends_after {
            tests.push(Test::EndsAfter(bound(text)?));
        }
        if let Some(text) = &self.age_at_most {
            tests.push(Test::AgeAtMost(bound(text)?));
        }
        if let Some(text) = &self.cel {
            tests.push(Test::Holds(expression::compile(text).map_err(|fault| format!("cel: {fault}"))?));
        }
        if let Some(kinds) = &self.referred_by {
            let field = self.field.as_deref().ok_or("`referred-by` needs `field`, the field that refers")?;
            tests.push(Test::ReferredBy(kinds.list(), Path::parse(field)?));
        }
        let mut tests = tests.into_iter();
        match (tests.next(), tests.next()) {
            (Some(test), None) => {
                let at = self.at.as_deref().map_or(Ok(Path::here()), Path::parse)?;
                Ok(Condition::Test { at, test, default: self.default.as_ref().map(node).transpose()? })
            }
            (None, _) => Err("a condition without a test".to_owned()),
            (Some(_), Some(_)) => Err("a condition with two tests: write two conditions".to_owned()),
        }
    }

    fn measure(&self) -> Result<Measure, String> {
        let unit = match &self.unit {
            None => None,
            Some(unit) => Some(duration::unit(unit).ok_or_else(|| format!("unit: `{unit}` is no unit of time"))?),
        };
        let unit_at = self.unit_at.as_deref().map(Path::parse).transpose()?;
        let never = self.never.iter().flatten().map(scalar).collect::<Result<_, _>>()?;
        Ok(Measure { unit, unit_at, never })
    }
}

impl NumberOrName {
    fn bound(&self) -> Result<Bound, String> {
        match self {
            NumberOrName::Number(number) => Ok(Bound::Number(*number)),
            NumberOrName::Name(text) => bound(text),
        }
    }
}

/// `lifetime.access-token`, `rotation.aws-kms-key|kms-key`, `length.signing-secret`, or a length of time.
fn bound(text: &str) -> Result<Bound, String> {
    if let Some(kinds) = text.strip_prefix("rotation.") {
        return Ok(Bound::Rotation(kinds.split('|').map(str::to_owned).collect()));
    }
    if let Some(kind) = text.strip_prefix("lifetime.") {
        return lifetime(kind);
    }
    if let Some(kind) = text.strip_prefix("length.") {
        let known = BUILT_IN_POLICY.length(kind).is_some();
        return known.then(|| Bound::Length(kind.to_owned())).ok_or_else(|| {
            format!("there is no least length of `{kind}`; the schema of keysieve.toml names those of `policy.length`")
        });
    }
    let length = duration::parse(text).ok_or_else(|| {
        format!("`{text}` is no limit: write `lifetime.…`, `rotation.…`, `length.…` or a length of time")
    })?;
    Ok(Bound::Stated(text.to_owned(), length))
}

/// The built-in policy, which knows every kind of limit.
static BUILT_IN_POLICY: LazyLock<PolicySettings> = LazyLock::new(PolicySettings::default);

/// The policy's lifetime of a kind that it knows.
pub(super) fn lifetime(kind: &str) -> Result<Bound, String> {
    let known = BUILT_IN_POLICY.lifetime(kind).is_some();
    known.then(|| Bound::Lifetime(kind.to_owned())).ok_or_else(|| {
        format!("there is no lifetime of `{kind}`; the schema of keysieve.toml names those of `policy.lifetime`")
    })
}

fn scalar(value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        toml::Value::Boolean(value) => Ok(value.to_string()),
        other => Err(format!("`{other}` is no text, number or boolean")),
    }
}

fn node(value: &toml::Value) -> Result<Node, String> {
    let text = scalar(value)?;
    let value = match value {
        toml::Value::Boolean(value) => Value::Bool(*value),
        toml::Value::String(_) => Value::String(text),
        _ => Value::Number(text),
    };
    Ok(Node { span: 0..0, value })
}

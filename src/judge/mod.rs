//! From a candidate to a verdict, with reasons that the user can read. Pure: no file, no clock, no position.
//!
//! Two classes of candidate need different tests. What a distinctive *format* found may be rejected only by what no random
//! token looks like (a failed checksum, a mask, a known sample): with three hundred words in a list, one random token in a
//! hundred holds one of them. What only the name of a *key* found must pass every test there is.
//!
//! The value is judged where it is found ([`judge`]); what the path says is judged for each path apart ([`judge_place`]),
//! because a blob of the history may have had several names.

mod basic;
pub mod entropy;
pub mod features;
mod file;
pub mod job;
pub mod key;
pub mod language;
pub mod model;
pub mod placeholder;
mod public;
pub mod reference;
pub mod rejected;
pub mod shape;
pub mod token;

use std::borrow::Cow;

use crate::document::kind::{FileKind, PlaceFacts};
use crate::finding::{Confidence, Fact, FactName, Reason, Score, Severity, Shared, Weight};
use crate::rule::check::Outcome;
use crate::rule::model::{Check, Near, Rule};
use features::Look;

/// What is to be judged.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// The rule that found it.
    pub rule: &'a Rule,
    /// The secret part.
    pub value: &'a [u8],
    /// The whole match: the secret part, and what it is written down in.
    pub whole: &'a [u8],
    /// How many of its first bytes belong to the public format.
    pub prefix: usize,
    /// How it was given.
    pub given: Given<'a>,
    /// What stands before the value on its line (the last bytes of it are enough).
    pub before: &'a [u8],
    /// Whether the line is so long that people did not write it.
    pub in_long_line: bool,
}

impl Claim<'_> {
    /// What the rule's offline check says, where it has one.
    fn checked(&self) -> Option<(Check, Outcome)> {
        let check = self.rule.check?;
        let (token, prefix) = self.asked();
        Some((check, check.verify(token, prefix)))
    }

    /// What a check is asked about, and the length of its public prefix.
    fn asked(&self) -> (&[u8], usize) {
        match self.rule.check {
            Some(check) if check.is_of_whole() => (self.whole, 0),
            _ => (self.value, self.prefix),
        }
    }
}

/// How a value was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// By its own format.
    Format,
    /// As a PEM block.
    Pem,
    /// In the userinfo of a URL.
    Url {
        /// The user's name.
        user: &'a [u8],
        /// Host and port.
        host: &'a [u8],
    },
    /// As the base64 of a user and a password.
    Basic,
    /// As the value of a key.
    Key {
        /// The key's name.
        name: &'a [u8],
        /// Between quotes.
        quoted: bool,
        /// In a comparison rather than an assignment.
        compared: bool,
    },
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How sure; none if it is not a secret.
    pub confidence: Option<Confidence>,
    /// How bad.
    pub severity: Severity,
    /// Why, in the order of the tests.
    pub reasons: Shared<Reason>,
    /// What the model says, where it was asked.
    pub score: Option<Box<Score>>,
    /// What the token says of itself, where it is one; of a password in a URL, which host it is for.
    pub facts: Shared<Fact>,
}

impl Verdict {
    /// One of which nothing is decided.
    fn open(severity: Severity) -> Self {
        Self {
            confidence: Some(Confidence::Low),
            severity,
            reasons: Shared::default(),
            score: None,
            facts: Shared::default(),
        }
    }

    /// It is no secret, and why.
    pub fn reject(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        self.confidence = None;
        self.reasons.push(Reason::new(code, Weight::Rejects, text));
    }

    /// The verdict itself, of which only how sure and how bad is left.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let left = Self { confidence: self.confidence, ..Self::open(self.severity) };
        std::mem::replace(self, left)
    }

    /// Leaves out what only those want who ask why.
    pub fn forget_score(&mut self) {
        self.score = None;
    }

    /// One step less sure, for however many reasons of the same sort.
    fn doubt(&mut self, texts: &[&'static str]) {
        if texts.is_empty() {
            return;
        }
        self.confidence = self.confidence.map(|it| match it {
            Confidence::Certain | Confidence::High => Confidence::Medium,
            Confidence::Medium | Confidence::Low => Confidence::Low,
        });
        self.reasons.extend(texts.iter().map(|&text| Reason::new("place", Weight::Weakens, text)));
    }

    fn limit(&mut self, most: Confidence, code: &'static str, text: &'static str) {
        self.confidence = self.confidence.map(|confidence| confidence.min(most));
        self.reasons.push(Reason::new(code, Weight::Weakens, text));
    }
}

/// Judges the value itself.
#[must_use]
pub fn judge(claim: &Claim<'_>) -> Verdict {
    let mut verdict = Verdict::open(claim.rule.severity);
    match claim.given {
        Given::Format if !claim.rule.files.is_empty() => file::by_file(claim, &mut verdict),
        Given::Format | Given::Pem => by_format(claim, &mut verdict),
        Given::Url { user, host } => in_url(claim, user, host, &mut verdict),
        Given::Basic => basic::judge(claim, &mut verdict),
        Given::Key { name, quoted, .. } => by_key(claim, name, quoted, &mut verdict),
    }
    if verdict.confidence.is_some() {
        let (token, prefix) = claim.asked();
        verdict.facts.extend(token::facts(claim.rule, token, prefix));
    }
    verdict
}

fn by_format(claim: &Claim<'_>, verdict: &mut Verdict) {
    let own = &claim.value[claim.prefix.min(claim.value.len())..];
    let distinctive = claim.rule.is_distinctive();
    let outcome = claim.checked();
    if let Some((_, Outcome::Fails)) = outcome {
        return verdict.reject("check", "malformed or dummy: the offline check fails");
    }
    if claim.given == Given::Format {
        let strict = claim.rule.not_placeholder;
        let what = || placeholder::placeholder(claim.value, own, !strict.unwrap_or(!distinctive));
        if let Some(what) = (strict != Some(false)).then(what).flatten() {
            return verdict.reject("placeholder", what);
        }
        let too_plain = match claim.rule.entropy {
            Some(least) => entropy::shannon(own) < least,
            // Arithmetic that holds says more than how often a character occurs: base64 of words is no random text.
            None => !distinctive && !matches!(outcome, Some((_, Outcome::Holds))) && entropy::falls_short(own),
        };
        if too_plain {
            return verdict.reject("entropy", "less random than a token of this alphabet and length is");
        }
    }
    if let Some((check, Outcome::Holds)) = outcome {
        verdict.confidence = Some(Confidence::Certain);
        verdict.reasons.push(Reason::new("check", Weight::Proves, format!("the offline check `{}` holds", check.id())));
        return;
    }
    // `STS.AssumeRoleWithWebIdentity` has the form of a token and is none.
    let is_name = || !own.iter().any(u8::is_ascii_digit) && shape::is_identifier(&String::from_utf8_lossy(own));
    if distinctive && claim.given == Given::Format && claim.rule.not_placeholder != Some(false) && is_name() {
        return verdict.reject("shape", "a name made of words");
    }
    if distinctive {
        verdict.confidence = Some(Confidence::High);
        verdict.reasons.push(Reason::new("format", Weight::Supports, "the format is the provider's own"));
        return weaken(outcome, verdict);
    }
    let text = String::from_utf8_lossy(own);
    if shape::is_identifier(&text) {
        return verdict.reject("shape", "an identifier");
    }
    // Where the word stands in the name of the value, or a credential's, that name has said what it is.
    if claim.rule.near != Near::Name && shape::is_digest(claim.value, claim.before) {
        return verdict.reject("digest", "the line calls it a digest or a revision");
    }
    let text = match claim.rule.near {
        Near::Name => "the format fits, and it is given to a name that says whose it is",
        _ => "the format fits, and a word of the provider stands near",
    };
    verdict.confidence = Some(Confidence::Medium);
    verdict.reasons.push(Reason::new("context", Weight::Supports, text));
    weaken(outcome, verdict);
}

/// Says so where the check does not hold, and is not known well enough to reject.
fn weaken(outcome: Option<(Check, Outcome)>, verdict: &mut Verdict) {
    if let Some((check, Outcome::Doubtful)) = outcome {
        verdict.limit(Confidence::Medium, "check", check.doubt());
    }
}

fn in_url(claim: &Claim<'_>, user: &[u8], host: &[u8], verdict: &mut Verdict) {
    if let Some(what) = reference::reference(claim.value) {
        return verdict.reject("reference", what);
    }
    if let Some(what) = placeholder::placeholder(claim.value, claim.value, false) {
        return verdict.reject("placeholder", what);
    }
    if claim.value.iter().all(|&byte| !byte.is_ascii_alphanumeric()) {
        return verdict.reject("shape", "no letter and no digit");
    }
    verdict.confidence = Some(Confidence::Medium);
    verdict.reasons.push(Reason::new("userinfo", Weight::Supports, "a password in the userinfo of a URL"));
    if claim.value.len() >= 12
        && entropy::shannon(claim.value) >= entropy::floor(claim.value)
        && classes(claim.value) >= 2
    {
        verdict.confidence = Some(Confidence::High);
        verdict.reasons.push(Reason::new("entropy", Weight::Supports, "as random as a generated password"));
    }
    if user.eq_ignore_ascii_case(claim.value) {
        verdict.limit(Confidence::Low, "weak", "the same as the user's name");
    }
    if is_local_host(host) {
        verdict.limit(Confidence::Low, "host", "the host is local, reserved or a placeholder");
    } else {
        verdict.facts.push(Fact::new(FactName::Issuer, String::from_utf8_lossy(host)));
    }
    if shape::is_identifier(&String::from_utf8_lossy(claim.value)) {
        verdict.limit(Confidence::Low, "shape", "made of ordinary words");
    }
}

/// Hosts that are nobody's: loopback, names reserved for documentation and tests (RFC 2606, RFC 6761), single labels as
/// compose services have them, and templates.
fn is_local_host(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    if host.starts_with('[') || host.contains(['{', '$', '<', '%', '*']) || host.contains("...") {
        return true;
    }
    let name = host.split(':').next().unwrap_or("");
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    let top = labels.last().copied().unwrap_or("");
    name.starts_with("127.")
        || name == "0.0.0.0"
        || labels.len() == 1
        || matches!(top, "local" | "localhost" | "test" | "invalid" | "example" | "internal" | "localdomain" | "lan")
        || (labels.len() >= 2
            && matches!(labels[labels.len() - 2], "example" | "domain" | "yourdomain" | "host" | "server"))
}

/// How many of lower case, upper case, digits and punctuation occur.
fn classes(value: &[u8]) -> usize {
    [u8::is_ascii_lowercase as fn(&u8) -> bool, u8::is_ascii_uppercase, u8::is_ascii_digit, u8::is_ascii_punctuation]
        .iter()
        .filter(|class| value.iter().any(class))
        .count()
}

fn by_key(claim: &Claim<'_>, name: &[u8], quoted: bool, verdict: &mut Verdict) {
    let value = claim.value;
    let words = key::words(name);
    let password = key::is_of_password(&words);
    if let Some(what) = key::is_about_a_secret(name) {
        return verdict.reject("key", what);
    }
    if let Some(what) = reference::reference(value).or_else(|| formatted(claim)) {
        return verdict.reject("reference", what);
    }
    if value.len() < if password { 4 } else { 8 } {
        return verdict.reject("length", "too short");
    }
    if let Some(what) = public::public(&words, value) {
        return verdict.reject("public", what);
    }
    if password && placeholder::is_default_password(value) && !is_same_name(name, value) {
        verdict.reasons.push(Reason::new("default-password", Weight::Weakens, "a password that everybody tries first"));
        return;
    }
    if let Some(what) = placeholder::placeholder(value, value, false) {
        return verdict.reject("placeholder", what);
    }
    if is_same_name(name, value) {
        return verdict.reject("key", "the value repeats the key's name");
    }
    if shape::is_digest(value, claim.before) {
        return verdict.reject("digest", "the line calls it a digest or a revision");
    }
    if is_of_badge(claim.before) {
        return verdict.reject("badge", "shows a badge, to everybody who reads the page");
    }
    if let Some(what) = shape::ordinary(value).filter(|what| !is_for_the_model(what, value, quoted, password)) {
        return verdict.reject("shape", what);
    }
    let has_marks = || value.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{' | b'|' | b'*' | b'?'));
    if !quoted && !password && has_marks() && (has_brackets(value) || !is_generated(value)) {
        return verdict.reject("shape", "an expression");
    }
    let Some(score) = Look::at(claim).map(|look| model::score(&look)) else { return };
    verdict.confidence = model::confidence(score.probability);
    verdict.reasons.push(Reason::new("key", Weight::Supports, "the key names a secret"));
    for share in score.shares.iter().take(SHARES) {
        let weight = if share.weight > 0.0 { Weight::Supports } else { Weight::Weakens };
        verdict.reasons.push(Reason::new("model", weight, share.text));
    }
    if verdict.confidence.is_none() {
        // A password may be weak; whoever wants to hear of weak ones asks for low confidence.
        if password && quoted && !value.contains(&b' ') {
            verdict.confidence = Some(Confidence::Low);
        } else {
            verdict.reject("model", "all in all too unlikely");
        }
    }
    if claim.in_long_line {
        verdict.limit(Confidence::Low, "minified", "in a line that no person wrote");
    }
    if placeholder::is_password_hash(value) {
        verdict.limit(Confidence::Low, "hash", "a hash of a password, which still has to be guessed");
    }
    verdict.score = Some(Box::new(score));
}

/// Whether a value stands in the address of a badge, as services put it into what everybody reads.
fn is_of_badge(before: &[u8]) -> bool {
    let address = before.rsplit(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'(' | b'<')).next().unwrap_or(before);
    let holds = |part: &&[u8]| memchr::memmem::find(address, part).is_some();
    holds(&b"://".as_slice()) && BADGES.iter().any(holds)
}

/// What the address of a badge has, by the service that draws it.
const BADGES: [&[u8]; 4] = [b"badge.svg?", b"/badge?", b"/badges/", b"://img.shields.io/"];

/// How many of the model's shares become reasons: the strongest ones.
const SHARES: usize = 4;

/// Whether what a value looks like does not settle the matter: people choose words and numbers as passwords, so the model
/// weighs them; the name of a secret stays a name. Of prose only a few words between quotes can be a pass phrase. What
/// generators make of all that is printed holds the marks of code by chance.
fn is_for_the_model(what: &str, value: &[u8], quoted: bool, password: bool) -> bool {
    match what {
        shape::IDENTIFIER => std::str::from_utf8(value).is_ok_and(|text| !shape::is_name_of_a_secret(text)),
        shape::NUMBER => value.iter().all(u8::is_ascii_digit),
        shape::PROSE => quoted && password && value.is_ascii() && value.split(|&byte| byte == b' ').count() <= 3,
        shape::CODE | shape::PATTERN => is_generated(value) && (quoted || !has_brackets(value)),
        // One slash in base64 makes two parts.
        shape::PATH => {
            is_generated(value) && !value.contains(&b'.') && value.iter().filter(|byte| **byte == b'/').count() <= 2
        }
        _ => false,
    }
}

/// Whether a value has a pair of brackets, which chance seldom makes and code always.
fn has_brackets(value: &[u8]) -> bool {
    [(b'(', b')'), (b'[', b']'), (b'{', b'}')].iter().any(|&(open, close)| {
        value.iter().position(|&byte| byte == open).is_some_and(|at| value[at..].contains(&close))
    })
}

/// Whether a value is as random as a generated one, of several kinds of characters and not made of words.
fn is_generated(value: &[u8]) -> bool {
    let kinds = if value.len() < 16 { 4 } else { 3 };
    value.len() >= 12
        && value.iter().all(u8::is_ascii_graphic)
        && value.iter().any(u8::is_ascii_digit)
        && classes(value) >= kinds
        && !entropy::falls_short(value)
        && shape::dictionary_share(&String::from_utf8_lossy(value)) < 0.4
}

/// What is filled in at run time where the letters before the quote say so: `f"a{b}c"`, `$"a{b}c"`.
fn formatted(claim: &Claim<'_>) -> Option<&'static str> {
    let [before @ .., b'"' | b'\''] = claim.before else { return None };
    let letters = before.iter().rev().take_while(|byte| matches!(byte, b'f' | b'F' | b'r' | b'R' | b'$' | b'@' | b's'));
    let start = before.len() - letters.count();
    let stands_alone = start.checked_sub(1).is_none_or(|at| !before[at].is_ascii_alphanumeric());
    let formats = before[start..].iter().any(|byte| matches!(byte, b'f' | b'F' | b'$' | b's'));
    (stands_alone && formats && reference::may_be_filled_in(claim.value)).then_some("filled in at run time")
}

/// Whether the value is the key's name in another spelling, or a part of it.
fn is_same_name(name: &[u8], value: &[u8]) -> bool {
    let joined = |text: &[u8]| key::words(text).concat();
    let (name, value) = (joined(name), joined(value));
    !value.is_empty()
        && (name.ends_with(&value)
            || name.len() >= 5 && value.contains(&name) && !value.bytes().any(|byte| byte.is_ascii_digit()))
}

/// What a verdict needs to know of its claim when a path is judged later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Found by its key alone.
    pub generic: bool,
    /// Without quotes.
    pub bare: bool,
    /// What kind of file the content looks like, for names that say nothing.
    pub content: FileKind,
    /// In a text that is encoded in the file: the file's name says nothing of its kind.
    pub decoded: bool,
    /// Holds what is filled in at run time where the dialect expands what stands between such quotes.
    pub filled: bool,
    /// Which lists of a rule of another tool let it go at paths of theirs.
    pub excuses: u64,
}

impl Ground {
    /// The ground of a claim about a text that begins with `head`.
    #[must_use]
    pub fn of(claim: &Claim<'_>, head: &[u8]) -> Ground {
        let content = FileKind::of(b"", head);
        let of_text = matches!(claim.given, Given::Key { .. } | Given::Url { .. });
        Ground {
            generic: matches!(claim.given, Given::Key { .. } | Given::Basic),
            bare: matches!(claim.given, Given::Key { quoted: false, .. }),
            content,
            decoded: false,
            filled: of_text && claim.before.last() != Some(&b'\'') && reference::may_be_filled_in(claim.value),
            excuses: 0,
        }
    }
}

/// Judges what the path of the file says of `value`: `None` for bytes that have no name. Call it on a copy for each path.
pub fn judge_place(ground: Ground, path: Option<&[u8]>, value: &[u8], verdict: &mut Verdict) {
    if verdict.confidence.is_none() {
        return;
    }
    let kind = match FileKind::of(path.unwrap_or_default(), b"") {
        _ if ground.decoded => ground.content,
        FileKind::Unknown => ground.content,
        kind => kind,
    };
    if ground.filled && kind.expands() {
        return verdict.reject("reference", "filled in at run time");
    }
    let facts = path.map(PlaceFacts::of).unwrap_or_default();
    if ground.generic {
        if facts.is_lockfile || kind == FileKind::Lockfile {
            return verdict.reject("place", "lock files hold digests");
        }
        let random = verdict.confidence >= Some(Confidence::High) && !value.contains(&b' ');
        if facts.is_locale && (!random || entropy::falls_short(value)) {
            return verdict.reject("place", "a catalogue of translations");
        }
        if facts.is_minified {
            return verdict.reject("place", "a minified or generated file");
        }
        if ground.bare && !kind.has_bare_literals() {
            return verdict.reject("place", "in this kind of file a value without quotes is an expression");
        }
        let running_text = ground.bare && matches!(kind, FileKind::Markdown | FileKind::Plain | FileKind::Unknown);
        let in_path = path.is_some_and(|path| memchr::memmem::find(path, value).is_some());
        let doubts: Vec<&'static str> = [
            (running_text, "a value without quotes in running text"),
            (in_path, "the same as a part of the file's path"),
            (facts.is_test_or_example, "in a test, an example or a template"),
            (facts.is_docs, "in documentation"),
            (facts.is_locale, "in a catalogue of translations"),
            (facts.is_vendored, "in somebody else's code"),
        ]
        .into_iter()
        .filter_map(|(is, text)| is.then_some(text))
        .collect();
        verdict.doubt(&doubts);
    }
    if facts.is_test_or_example && verdict.reasons.iter().any(|reason| reason.code == "default-password") {
        return verdict.reject("place", "a password that everybody tries first, in a test or an example");
    }
    if facts.is_recording {
        let told = "a recording of real requests: what it holds was sent";
        verdict.reasons.push(Reason::new("place", Weight::Supports, told));
    }
    if facts.is_test_or_example {
        verdict.severity = verdict.severity.milder();
        verdict.reasons.push(Reason::new("place", Weight::Weakens, "in a test or an example: one severity milder"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    fn by_key_name(name: &str, value: &str) -> Verdict {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.iter().find(|(_, rule)| rule.is_generic()).expect("a generic rule");
        judge(&Claim {
            rule,
            value: value.as_bytes(),
            whole: value.as_bytes(),
            prefix: 0,
            given: Given::Key { name: name.as_bytes(), quoted: true, compared: false },
            before: name.as_bytes(),
            in_long_line: false,
        })
    }

    #[test]
    fn values_of_keys_must_pass_every_test() {
        let random = ["q7Xk2vR9", "mW4tZc8L"].concat();
        assert_eq!(by_key_name("api_key", &random).confidence, Some(Confidence::High));
        assert!(by_key_name("db_password", &["tr0ub4", "dor&3"].concat()).confidence >= Some(Confidence::Medium));
        for (name, value, code) in [
            ("password_url", random.as_str(), "key"),
            ("password", "abc", "length"),
            ("password", "${DB_PASSWORD}", "reference"),
            ("password", "your-password", "placeholder"),
            ("auth_token", "authToken", "key"),
            ("commit_hash_token", &"0123456789abcdef9876".repeat(2), "key"),
            ("api_token", "user_access_token", "shape"),
        ] {
            let verdict = by_key_name(name, value);
            assert_eq!(verdict.confidence, None, "{name} = {value}: {verdict:?}");
            let last = verdict.reasons.last().map(|reason| reason.code);
            assert!(last == Some(code) || name.contains("hash"), "{name} = {value}: {verdict:?}");
        }
    }

    #[test]
    fn a_default_password_is_a_weak_one_but_in_tests() {
        let verdict = by_key_name("db_password", "letmein");
        assert_eq!(verdict.confidence, Some(Confidence::Low), "{verdict:?}");
        assert_eq!(by_key_name("api_token", "letmein").confidence, None);
        let at = |path: &str| {
            let (mut verdict, content) = (verdict.clone(), FileKind::Unknown);
            let ground = Ground { generic: true, bare: false, content, decoded: false, filled: false, excuses: 0 };
            judge_place(ground, Some(path.as_bytes()), b"letmein", &mut verdict);
            verdict.confidence
        };
        assert_eq!((at("app/settings.py"), at("tests/settings.py")), (Some(Confidence::Low), None));
    }

    #[test]
    fn the_token_of_a_badge_is_for_everybody() {
        assert!(is_of_badge(b"[x](https://codecov.example.com/a/graph/badge.svg?token="));
        assert!(!is_of_badge(b"![badge](badge.svg?x) https://api.example.com/v1?token="));
        assert!(is_of_badge(b"<img src=\"https://img.shields.io/codecov/c/gh/a/b?style=flat&token="));
        assert!(!is_of_badge(b"badge.svg?token="));
    }

    #[test]
    fn words_behind_a_prefix_are_no_token() {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.by_id("alibaba-cloud-temporary-access-key-id").expect("the rule");
        let judged = |own: &str| {
            let value = format!("STS.{own}");
            let (value, given) = (value.as_bytes(), Given::Format);
            judge(&Claim { rule, value, whole: value, prefix: 4, given, before: b"", in_long_line: false }).confidence
        };
        assert_eq!(judged("AssumeRoleWithWebIdentity"), None);
        assert_eq!(judged(&["NUq7Xk2v", "R9mW4tZc8L"].concat()), Some(Confidence::High));
    }

    #[test]
    fn a_check_of_the_whole_match_is_asked_about_it() {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.by_id("putty-private-key").expect("the rule");
        let judged = |template: &str| {
            let whole = crate::rule::example::expand(&rules, rule, template).expect("a template");
            let value = whole.lines().nth_back(1).expect("the private half").as_bytes();
            let (whole, given) = (whole.as_bytes(), Given::Format);
            let verdict = judge(&Claim { rule, value, whole, prefix: 0, given, before: b"", in_long_line: false });
            (verdict.confidence, verdict.facts)
        };
        let facts = vec![Fact::new(FactName::Key, "Ed25519")];
        assert_eq!(judged("{token}"), (Some(Confidence::Certain), facts.clone().into()));
        assert_eq!(judged("{token!}"), (Some(Confidence::Medium), facts.into()));
    }

    #[test]
    fn marks_of_code_in_what_is_random_settle_nothing() {
        for middle in ["->", "&&", "::", "(", "%%", ".*"] {
            let value = ["q7Xk2vR9", middle, "mW4tZc8L"].concat();
            assert!(by_key_name("db_password", &value).confidence.is_some(), "{value}");
        }
        for value in ["getToken1(user)", "^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d@$!%*?&]{8,}$", "Foo2::Bar", "+q7X(k2)+vR9mW4"]
        {
            assert_eq!(by_key_name("db_password", value).confidence, None, "{value}");
        }
    }

    #[test]
    fn what_some_dialects_fill_in_is_a_matter_of_the_path() {
        let value = ["q7xk2", "$mw4tzc8l"].concat();
        let rules = RuleSet::builtin();
        let (_, rule) = rules.iter().find(|(_, rule)| rule.is_generic()).expect("a generic rule");
        let claim = |value: &'static [u8], before: &'static str| Claim {
            rule,
            value,
            whole: value,
            prefix: 0,
            given: Given::Key { name: b"password", quoted: true, compared: false },
            before: before.as_bytes(),
            in_long_line: false,
        };
        let value: &'static [u8] = Box::leak(value.into_bytes().into_boxed_slice());
        let at = |path: &str, before: &'static str| {
            let claim = claim(value, before);
            let mut verdict = judge(&claim);
            judge_place(Ground::of(&claim, b""), Some(path.as_bytes()), value, &mut verdict);
            verdict.confidence.is_some()
        };
        assert!(at("a.py", "password = \""));
        assert!(at("a.sh", "password='"));
        assert!(!at("a.php", "$password = \""));
        assert_eq!(formatted(&claim(b"ab{cd}e", "password = \"")), None);
        assert!(formatted(&claim(b"ab{cd}e", "password = f\"")).is_some());
    }

    #[test]
    fn the_place_speaks_for_each_path_apart() {
        let value = ["q7Xk2vR9", "mW4tZc8L"].concat();
        let verdict = by_key_name("api_key", &value);
        let at = |path: &str, bare: bool| {
            let mut verdict = verdict.clone();
            let ground =
                Ground { generic: true, bare, content: FileKind::Unknown, decoded: false, filled: false, excuses: 0 };
            judge_place(ground, Some(path.as_bytes()), value.as_bytes(), &mut verdict);
            verdict.confidence
        };
        assert_eq!(at("config/app.yml", true), Some(Confidence::High));
        assert_eq!(at("src/main.c", true), None);
        assert_eq!(at("src/main.c", false), Some(Confidence::High));
        assert_eq!(at("Cargo.lock", false), None);
        assert_eq!(at("tests/main.c", false), Some(Confidence::Medium));
        assert_eq!(at("tests/cassettes/login.yml", false), Some(Confidence::High));
        assert_eq!(at("app/res/values/strings.xml", false), Some(Confidence::Medium));
    }
}

//! The keys of `keysieve.toml`.

use std::borrow::Cow;

use serde_json::Value;

use crate::config::policy::{InventoryMode, LENGTH, LIFETIME, Preset, Store};
use crate::config::show::Plain;
use crate::finding::{Confidence, Severity};

/// What a value looks like.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Text,
    /// A text that a regular expression describes.
    Pattern(&'static str),
    /// `90d`.
    Duration,
    /// `2026-12-31`.
    Day,
    Number,
    Flag,
    /// One of some words.
    Word(Vec<&'static str>),
    List(Box<Form>),
    /// A table that is described elsewhere.
    Table,
}

/// One key: `[]` stands for each of several tables, `*` for any name.
pub(super) struct Field {
    pub(super) path: Cow<'static, str>,
    pub(super) form: Form,
    pub(super) is_required: bool,
    pub(super) what: &'static str,
    /// A value as TOML writes it.
    pub(super) example: &'static str,
}

impl Field {
    /// The example as JSON.
    pub(super) fn example(&self) -> Option<Value> {
        let table: toml::Table = toml::from_str(&format!("example = {}", self.example)).ok()?;
        serde_json::to_value(Plain(table.get("example")?)).ok()
    }
}

/// Every key.
pub(super) fn fields() -> Vec<Field> {
    use Form::{Day, Duration, Flag, List, Number, Pattern, Table, Text, Word};
    let texts = || List(Box::new(Text));
    let severities = || Severity::ALL.map(Severity::id).to_vec();
    let stores = || Store::ALL.map(Store::id).to_vec();
    let mut fields = Vec::new();
    let mut field = |path: &'static str, form: Form, example: &'static str, what: &'static str| {
        let (path, is_required) = path.strip_suffix('!').map_or((path, false), |path| (path, true));
        fields.push(Field { path: Cow::Borrowed(path), form, is_required, what, example });
    };
    field(
        "extends",
        texts(),
        "[]",
        "Files laid under this one, the first one lowest: a path relative to this file, or git:REVISION:PATH.",
    );
    field(
        "preset",
        Word(Preset::ALL.map(Preset::id).to_vec()),
        "\"strict\"",
        "Which checks run; each preset holds those of the smaller ones.",
    );
    field(
        "min-confidence",
        Word(Confidence::ALL.map(Confidence::id).to_vec()),
        "\"low\"",
        "Findings below this confidence are counted, not shown.",
    );
    field("fail-on", Word(severities()), "\"high\"", "A finding of this severity or worse makes the exit code 1.");
    field("exclude", texts(), "[\"vendor/**\"]", "Globs of paths that are not scanned.");
    field(
        "suppression.baseline",
        Text,
        "\".keysieve-baseline.jsonl\"",
        "A baseline, relative to this file: what it lists is not reported.",
    );
    field("suppression.comments", Flag, "true", "Whether comments keysieve:allow hide what stands beside them.");
    field(
        "suppression.comments-of-changes",
        Flag,
        "false",
        "Whether such comments count where a change is judged against its base (--base), which may bring them itself.",
    );
    field("suppression.foreign-comments", Flag, "true", "Whether comments of other tools count.");
    field(
        "suppression.foreign-files",
        Flag,
        "true",
        "Whether .gitleaksignore, .gitleaks.toml and .secrets.baseline beside this file count.",
    );
    field("rules", texts(), "[]", "Packs of rules, relative to this file.");
    field("disable", texts(), "[\"json-web-token\"]", "Ids of rules that do not count.");
    field("fingerprint-key", Pattern("^[0-9a-fA-F]{64}$"), "", "The key of the fingerprints: 64 hexadecimal digits.");
    field("provider", Text, "\"local\"", "The provider of the rules in this file.");
    field("rule[]", Table, "", "A rule of the scanner: see `keysieve rules new`.");
    field(
        "policy.rotation.*",
        Duration,
        "\"30d\"",
        "The longest time one value may be used, by rule id, provider or kind; `default` for the rest.",
    );
    field(
        "policy.rotation.warn-before",
        Duration,
        "\"7d\"",
        "How long before the end of its window a value is announced.",
    );
    field(
        "policy.scopes.*.allow",
        texts(),
        "[\"contents:*\"]",
        "The only scopes that may be granted; `*` stands for anything.",
    );
    field(
        "policy.scopes.*.deny",
        texts(),
        "[\"write-all\"]",
        "Scopes that may not be granted, also where `allow` names them.",
    );
    field(
        "policy.storage.*",
        List(Box::new(Word(stores()))),
        "[\"vault\"]",
        "The only places where such secrets may be kept; `default` for the rest.",
    );
    field(
        "policy.restriction.require-ip",
        texts(),
        "[\"gcp-api-key\"]",
        "Kinds of credentials that must be bound to addresses.",
    );
    field(
        "policy.restriction.require-quota",
        texts(),
        "[\"gateway-key\"]",
        "Kinds of credentials that must have a quota.",
    );
    field(
        "policy.restriction.allowed-hosts",
        texts(),
        "[\"*.example.com\"]",
        "The only hosts that credentials may be sent to.",
    );
    field(
        "policy.inventory.mode",
        Word(vec![InventoryMode::Off.id(), InventoryMode::Strict.id()]),
        "\"strict\"",
        "Whether a credential must be in the inventory.",
    );
    field(
        "policy.inventory.required-tags",
        texts(),
        "[\"owner\"]",
        "Tags that every resource which holds a credential must have.",
    );
    field("check[].id!", Text, "\"workflow-write-all\"", "Id of the check.");
    field("check[].severity!", Word([severities(), vec!["off"]].concat()), "\"off\"", "Its severity, or off.");
    field("check[].case[]", Table, "", "What a check of your own reads, and what it asks: see docs/checks.md.");
    field("check[].title", Text, "", "The short name of a check of your own.");
    field("check[].family", Text, "", "The part of the craft that it serves, such as rotation, lifetime or scope.");
    field(
        "check[].preset",
        Word(Preset::ALL.map(Preset::id).to_vec()),
        "",
        "The smallest preset in which it runs; minimal if it is left out.",
    );
    field("check[].message", Text, "", "What a finding says, unless its case says it better.");
    field("check[].what", Text, "", "What it is about, in Markdown.");
    field("check[].why", Text, "", "Why it matters, in Markdown.");
    field("check[].fix", texts(), "", "What to do, step by step.");
    field("check[].references", texts(), "", "Where more is written.");
    field("check[].cwe", List(Box::new(Number)), "", "CWE numbers.");
    field("check[].nearest", texts(), "", "The nearest checks of other tools.");
    field("check[].bad[].file!", Text, "", "The path of a file in which it must find something.");
    field("check[].bad[].text!", Text, "", "What is in the file.");
    field("check[].bad[].finds!", texts(), "", "The bytes that it finds, once for each finding.");
    field("check[].bad[].tracked", Flag, "", "Whether git tracks the file.");
    field("check[].good[].file!", Text, "", "The path of a file in which it must find nothing.");
    field("check[].good[].text!", Text, "", "What is in the file.");
    field("check[].good[].tracked", Flag, "", "Whether git tracks the file.");
    field(
        "rego[].files!",
        texts(),
        "[\"policy/*.rego\"]",
        "Files of Rego, relative to this file, that are one program: see docs/rego.md.",
    );
    field("rego[].on", texts(), "[\"deploy/**\"]", "Globs of the files that it is for; all if it is left out.");
    field("environments.shared-ok", texts(), "[\"sentry-dsn\"]", "Kinds of secrets that may be the same everywhere.");
    field("environments.*.paths", texts(), "[\"prod/**\"]", "Globs of its files.");
    field("environments.*.branches", texts(), "[\"main\"]", "Globs of its branches.");
    field("environments.*.live-keys", Flag, "true", "Whether live credentials belong here.");
    field("environments.*.policy.rotation.*", Duration, "\"30d\"", "As in policy.rotation, for this environment.");
    field(
        "owners.*",
        Text,
        "\"@org/team\"",
        "Who answers for the files that the pattern matches; the last pattern counts.",
    );
    field(
        "owners.source",
        List(Box::new(Word(vec!["CODEOWNERS", "toml"]))),
        "[\"toml\"]",
        "Which lists of owners are asked, in this order.",
    );
    field("inventory[].name!", Text, "\"STRIPE_SECRET_KEY\"", "The name under which programs know the credential.");
    field("inventory[].kind", Text, "\"stripe-live-key\"", "Rule id of the secret, or kind.");
    field("inventory[].owner", Text, "\"@org/team\"", "Who answers for it.");
    field("inventory[].environments", texts(), "[\"prod\"]", "The environments that it is used in.");
    field("inventory[].issued", Day, "2026-09-01", "The day on which it was issued.");
    field("inventory[].store", Word(stores()), "\"vault\"", "Where it is kept.");
    field("inventory[].project", Text, "\"payments\"", "The account, project or repository that it belongs to.");
    field(
        "rotated[].fingerprint!",
        Pattern("^ks1:[0-9a-f]{32}$"),
        "\"ks1:00000000000000000000000000000000\"",
        "Fingerprint of the value that was replaced.",
    );
    field("rotated[].at!", Day, "2026-11-02", "The day.");
    field("rotated[].by", Text, "\"@alice\"", "Who did it.");
    field("exception[].check", Text, "\"workflow-write-all\"", "Id of the check whose findings it hides; or `rule`.");
    field("exception[].rule", Text, "", "Id of the rule whose findings it hides; or `check`.");
    field("exception[].path!", Text, "\"infra/*.tf\"", "Glob of the paths it holds for.");
    field(
        "exception[].resource",
        Text,
        "\"aws_iam_role.a\"",
        "The resource or key path it holds for, with all that is under it.",
    );
    field("exception[].reason", Text, "\"moves in spring\"", "Why. Without it, the exception hides nothing.");
    field("exception[].owner", Text, "\"@org/team\"", "Who answers for it.");
    field(
        "exception[].until",
        Day,
        "2026-12-31",
        "Its last day, at most 180 days ahead. Without it, the exception hides nothing.",
    );
    for (kind, _) in LIFETIME {
        for (before, what) in [
            ("policy.lifetime", "The longest life an issuer may give."),
            ("environments.*.policy.lifetime", "As in policy.lifetime, for this environment."),
        ] {
            let path = Cow::Owned(format!("{before}.{kind}"));
            fields.push(Field { path, form: Duration, is_required: false, what, example: "\"1h\"" });
        }
    }
    for (kind, ..) in LENGTH {
        let path = Cow::Owned(format!("policy.length.{kind}"));
        fields.push(Field { path, form: Number, is_required: false, what: "The least size.", example: "32" });
    }
    fields
}

//! A run with one of everything.

use std::collections::BTreeMap;

use keysieve::finding::{
    Confidence, Event, Excerpt, Fact, FactName, Finding, Introduction, Kind, Life, Means, Place, Reason, Related,
    Severity, Shared, Suppressed, Suppression, Threshold, Weight,
};
use keysieve::notice::{Cause, Coverage, Notice};
use keysieve::place::{FilePath, LineState, Origin, Position, Positions, Span};
use keysieve::report::{Checkout, Descriptor, Formats, Report, Show};
use keysieve::secret::{Fingerprint, FingerprintKey, Secret};

/// Everything that a [`Report`] borrows.
pub struct Run {
    pub findings: Vec<Finding>,
    pub descriptors: Vec<Descriptor>,
    pub coverage: Coverage,
    pub notices: Vec<Notice>,
    pub suppressed: Vec<Suppressed>,
    pub notes: Vec<String>,
    pub show_secrets: bool,
    pub show_suppressed: bool,
    pub time: Option<jiff::Timestamp>,
    pub has_baseline: bool,
    pub checkout: Checkout,
    pub owners: BTreeMap<FilePath, String>,
}

pub fn incomplete_causes() -> Vec<Cause> {
    Cause::ALL.into_iter().filter(|cause| cause.is_incomplete()).collect()
}

impl Run {
    /// A run with these findings, of rules of their own, that covered everything.
    pub fn of(findings: Vec<Finding>) -> Self {
        let mut ids: Vec<&str> = findings.iter().map(|finding| finding.rule.as_ref()).collect();
        ids.sort_unstable();
        ids.dedup();
        let descriptors = ids.into_iter().map(|id| descriptor(id, Kind::Secret, Severity::High)).collect();
        let coverage = Coverage { files: 1, file_bytes: 10, ..Coverage::default() };
        Self {
            findings,
            descriptors,
            coverage,
            notices: Vec::new(),
            suppressed: Vec::new(),
            notes: Vec::new(),
            show_secrets: false,
            show_suppressed: false,
            time: None,
            has_baseline: false,
            checkout: Checkout::default(),
            owners: BTreeMap::new(),
        }
    }

    pub fn written(&self, format: Formats, colour: bool) -> Vec<u8> {
        let mut out = Vec::new();
        self.with_report(|report| format.writer(colour).write(report, &mut out)).unwrap();
        out
    }

    pub fn text(&self, format: Formats) -> String {
        String::from_utf8(self.written(format, false)).unwrap()
    }

    pub fn sarif(&self) -> serde_json::Value {
        serde_json::from_slice(&self.written(Formats::Sarif, false)).unwrap()
    }

    pub fn with_report<T>(&self, use_it: impl FnOnce(&Report<'_>) -> T) -> T {
        let failing = self.findings.iter().filter(|finding| finding.severity >= Severity::Medium).count() as u64;
        let incomplete_causes = incomplete_causes();
        let complete = !self.notices.iter().any(|notice| incomplete_causes.contains(&notice.cause));
        use_it(&Report {
            version: "1.2.3",
            pack: "0123456789abcdef",
            fingerprint_key: "unkeyed",
            findings: &self.findings,
            explained: &[],
            min_confidence: Confidence::Medium,
            below_confidence: 7,
            masked: &[],
            suppressed: &self.suppressed,
            hidden_remarks: 2,
            notes: &self.notes,
            fail_on: Severity::Medium,
            failing,
            descriptors: &self.descriptors,
            coverage: &self.coverage,
            notices: &self.notices,
            incomplete_causes: &incomplete_causes,
            complete,
            exit_code: if failing > 0 {
                1
            } else if complete {
                0
            } else {
                3
            },
            has_baseline: self.has_baseline,
            checkout: &self.checkout,
            owners: &self.owners,
            show: Show { secrets: self.show_secrets, suppressed: self.show_suppressed },
            time: self.time,
        })
    }
}

/// Letters and digits that look random, the same for the same seed.
pub fn made_up(seed: u64, length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ALPHABET[(state >> 33) as usize % ALPHABET.len()] as char
        })
        .collect()
}

/// An object id that looks real.
pub fn object_id(seed: u64) -> String {
    made_up(seed, 40).bytes().map(|byte| char::from_digit(u32::from(byte) % 16, 16).unwrap()).collect()
}

pub fn fingerprint(family: &str, value: &str) -> Fingerprint {
    FingerprintKey::unkeyed().fingerprint(family, value.as_bytes())
}

/// The place of `needle` in a text with `before` lines before it.
pub fn place(origin: Origin, before: usize, line: &str, needle: &str) -> Place {
    let text = format!("{}{line}\n", "x\n".repeat(before));
    let start = text.find(needle).unwrap();
    let end = start + needle.len();
    let mut positions = Positions::new(text.as_bytes(), LineState::default());
    let (at, behind): (Position, Position) = (positions.at(start), positions.at(end));
    let shown = format!("{}…({} bytes)", &needle[..4.min(needle.len())], needle.len());
    let column = line.find(needle).unwrap();
    let excerpt = Excerpt { text: line.replace(needle, &shown).into(), start: column, end: column + shown.len() };
    Place {
        origin,
        span: Span::new(start as u64, end as u64),
        start: at,
        end: behind,
        excerpt: Some(excerpt),
        decoding: Vec::new(),
        introduced: None,
    }
}

pub fn introduced(seed: u64, day: u32, in_head: bool) -> Option<Box<Introduction>> {
    Some(Box::new(Introduction {
        commit: object_id(seed),
        author: "Ada Example <ada@example.com>".to_owned(),
        date: format!("2024-03-{day:02}T10:00:00Z"),
        in_head,
        at_end: None,
        reachable: true,
    }))
}

pub fn blob(seed: u64, path: Option<&str>) -> Origin {
    Origin::Blob { id: object_id(seed), path: path.map(FilePath::from) }
}

pub fn file(path: &str) -> Origin {
    Origin::File(FilePath::from(path))
}

pub fn finding(rule: &str, severity: Severity, secret: &str, places: Vec<Place>) -> Finding {
    Finding {
        kind: Kind::Secret,
        rule: rule.to_owned().into(),
        title: format!("Title of {rule}").into(),
        message: "A service token is hard-coded.".to_owned(),
        severity,
        confidence: Confidence::High,
        fingerprint: fingerprint(rule, secret),
        secret: Some(Secret::new(secret.as_bytes(), 4)),
        reasons: vec![Reason::new("format", Weight::Supports, "the form is distinctive")].into(),
        facts: Shared::default(),
        places,
        related: Vec::new(),
        threshold: None,
        life: None,
    }
}

pub fn descriptor(id: &str, kind: Kind, severity: Severity) -> Descriptor {
    Descriptor {
        id: id.to_owned(),
        kind,
        title: format!("Title of {id}"),
        description: "Whoever holds it can act in your name. It stays valid until it is revoked.".to_owned(),
        help: "# What it is\n\nWhoever holds it can act in your name.\n\n## The way out\n\n1. Revoke it.\n".to_owned(),
        steps: vec![
            "Revoke the token on the page of the service that lists all tokens of your account, and make a new one only if something still needs it.".to_owned(),
            "Read the service's log for uses that are not yours.".to_owned(),
            "Put the new token into the secret store of your platform.".to_owned(),
            "Rewrite the history only if the repository is private and small.".to_owned(),
            "Tell those who depend on it.".to_owned(),
        ],
        severity,
        precision: Confidence::High,
        group: "example".to_owned(),
        docs: Some("https://docs.example.com/tokens".to_owned()),
        cwe: vec![798],
        lifetime: if kind == Kind::Secret { "long-lived".to_owned() } else { String::new() },
    }
}

/// One of everything.
pub fn sample() -> Run {
    let token = |seed| format!("exa_{}", made_up(seed, 36));
    let quoted = |token: &str| format!("  token: \"{token}\"  # for the deployment");

    // In the tree and in the history, at many places, with a companion, on a long line.
    let first = token(1);
    let wide = format!("{} key = '{first}'; {}", "const 密 = 1;".repeat(9), "call(); ".repeat(20));
    let mut everywhere = finding("example-token", Severity::Critical, &first, vec![]);
    everywhere.confidence = Confidence::Certain;
    everywhere.reasons.list().insert(0, Reason::new("checksum", Weight::Proves, "the checksum at its end holds"));
    everywhere.reasons.push(Reason::new(
        "path",
        Weight::Weakens,
        "the file looks like an example, which made it less sure at first",
    ));
    everywhere.facts = vec![
        Fact::new(FactName::Account, "123456789012"),
        Fact::new(FactName::Environment, "live"),
        Fact::new(FactName::Expires, "2026-01-01T00:00:00Z"),
    ]
    .into();
    everywhere.places.push(place(file("deploy/config.yml"), 11, &wide, &first));
    everywhere.places.push(place(file("deploy/settings with space#1.yml"), 3, &quoted(&first), &first));
    everywhere.places[1].decoding = vec!["base64", "percent"];
    for (seed, day) in (20..27).zip(1..) {
        let mut old = place(blob(seed, Some("deploy/config.yml")), 4, &quoted(&first), &first);
        old.introduced = introduced(seed + 100, day, true);
        everywhere.places.push(old);
    }
    everywhere.related.push(Related {
        label: "account id".to_owned(),
        place: place(file("deploy/config.yml"), 10, "account: 12345", "12345"),
    });

    // Only in the history.
    let second = token(2);
    let mut gone = finding("example-token", Severity::High, &second, vec![]);
    gone.places.push(place(blob(30, Some("src/größe.rs")), 6, &quoted(&second), &second));
    gone.places[0].introduced = introduced(130, 9, false);
    gone.places[0].introduced.as_mut().unwrap().reachable = false;
    let event = |seed: u64, day: u32| {
        introduced(seed, day, false).map(|it| Event { commit: it.commit, author: it.author, date: it.date })
    };
    gone.life = Some(Box::new(Life {
        first: event(130, 9).unwrap(),
        at_least: true,
        last: event(140, 12),
        removed: event(141, 13),
        ended: event(141, 13),
        returns: 2,
        branch: Some("refs/heads/main".to_owned()),
        in_head: false,
        holding: vec!["refs/heads/old".to_owned(), format!("refs/tags/{}", token(2))],
        holding_count: 7,
        reaching: vec!["refs/heads/main".to_owned()],
        reaching_count: 1,
        only_reflog: false,
        objects: vec![object_id(30)],
        exposed_days: Some(4),
    }));

    // In a message, in a blob without a path, in a file's name, in the index.
    let third = token(3);
    let mut message = finding("example-webhook", Severity::High, &third, vec![]);
    message.places.push(place(blob(31, None), 0, &quoted(&third), &third));
    message.places.push(place(Origin::CommitMessage { id: object_id(131) }, 2, &third, &third));
    message.places[1].introduced = introduced(131, 10, false);
    let fourth = token(4);
    let path = format!("backup/{fourth}.txt");
    let name = finding(
        "example-webhook",
        Severity::High,
        &fourth,
        vec![place(Origin::FileName(FilePath::from(path.as_str())), 0, &path, &fourth)],
    );
    let fifth = token(5);
    let staged = finding(
        "example-webhook",
        Severity::Low,
        &fifth,
        vec![place(Origin::Staged(FilePath::from("a.env")), 0, &quoted(&fifth), &fifth)],
    );

    // Policy.
    let mut policy = finding("key-without-rotation", Severity::Medium, "-", vec![]);
    policy.kind = Kind::Policy;
    policy.secret = None;
    policy.confidence = Confidence::Certain;
    policy.fingerprint = fingerprint("key-without-rotation", "aws_kms_key.main");
    policy.message = "The key aws_kms_key.main has no rotation, while the policy asks for one every 90 days".to_owned();
    policy.reasons = vec![Reason::new("setting", Weight::Proves, "enable_key_rotation is not set")].into();
    policy.places.push(place(file("infra/main.tf"), 6, "resource \"aws_kms_key\" \"main\" {", "resource"));
    policy.places[0].excerpt = Some(Excerpt { text: "resource \"aws_kms_key\" \"main\" {".into(), start: 0, end: 31 });
    policy.threshold = Some(Box::new(Threshold { limit: "90d".to_owned(), source: "keysieve.toml:7".to_owned() }));

    let mut findings = vec![everywhere, gone, message, name, staged, policy];
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let descriptors = vec![
        descriptor("example-token", Kind::Secret, Severity::Critical),
        descriptor("example-webhook", Kind::Secret, Severity::High),
        Descriptor {
            cwe: vec![],
            docs: None,
            steps: vec!["Set enable_key_rotation = true.".to_owned()],
            ..descriptor("key-without-rotation", Kind::Policy, Severity::Medium)
        },
    ];

    let mut notices = vec![
        Notice::new(
            Cause::Unparsed,
            "infra/broken.yml",
            "line 3: a mapping key is given twice; it was scanned for secrets all the same",
        ),
        Notice::new(
            Cause::Unreadable,
            "private/a.txt",
            "permission denied: run as a user who may read it, or exclude it",
        ),
        Notice::new(
            Cause::Unreadable,
            "private/b.txt",
            "permission denied: run as a user who may read it, or exclude it",
        ),
    ];
    notices.extend((0..23).map(|n| Notice::new(Cause::LfsPointer, format!("media/{n:02}.bin"), "")));
    notices.sort();
    let mut coverage = Coverage {
        files: 123,
        file_bytes: 4_500_000,
        commits: 40,
        tags: 2,
        blobs: 500,
        history_bytes: 80_000_000,
        documents: 12,
        ..Coverage::default()
    };
    coverage.skipped.extend([
        (Cause::Binary, 3),
        (Cause::Ignored, 2),
        (Cause::LfsPointer, 30),
        (Cause::Unparsed, 1),
        (Cause::Unreadable, 2),
    ]);
    let hidden = |finding: &Finding, means: Means, source: &str, stated: &str, until: Option<&str>| Suppressed {
        finding: Finding { places: finding.places[..1].to_vec(), ..finding.clone() },
        by: Suppression {
            means,
            source: source.to_owned(),
            stated: stated.to_owned(),
            reason: "read by the tests".to_owned(),
            owner: until.map(|_| "@org/core".to_owned()),
            until: until.map(|day| day.parse().unwrap()),
        },
    };
    let suppressed = vec![
        hidden(&findings[0], Means::Comment, "deploy/config.yml:12", "keysieve:allow", Some("2026-12-31")),
        hidden(&findings[1], Means::Baseline, ".keysieve-baseline.jsonl", "accepted", None),
    ];
    let notes = vec![".gitleaksignore: 1 entry counts, as that tool means them".to_owned()];
    let checkout = Checkout {
        remote: Some("https://example.com/example/deploy.git".to_owned()),
        commit: Some(object_id(1000)),
        branch: Some("main".to_owned()),
        whole_history: true,
        is_change: false,
        from_top: BTreeMap::new(),
        prefix: String::new(),
        scanned: String::new(),
        head: [("deploy/config.yml", 20), ("README.md", 500)]
            .into_iter()
            .map(|(path, seed)| (FilePath::from(path), object_id(seed)))
            .collect(),
        anchor: Some(FilePath::from("README.md")),
    };
    let owners = [("deploy/config.yml", "@example/platform"), ("infra/main.tf", "@ada @grace")]
        .into_iter()
        .map(|(path, names)| (FilePath::from(path), names.to_owned()))
        .collect();
    Run {
        findings,
        descriptors,
        coverage,
        notices,
        suppressed,
        notes,
        show_secrets: false,
        show_suppressed: false,
        time: None,
        has_baseline: false,
        checkout,
        owners,
    }
}

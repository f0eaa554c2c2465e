//! Runs the examples of a check's page: as they are, with other line ends, and with more text before them.
//!
//! Those of a user's check stand in its entry, see [`own`](super::declared::own), and are tried on the user's policy.
//!
//! Blocks under Bad must be found where they say and nowhere else, blocks under Good not at all. A block without a file is
//! policy, in TOML, for all blocks of the page. What stands for a secret is made by [`fixture`](super::fixture).

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;

use crate::config;
use crate::config::policy::PolicySettings;
use crate::place::{FilePath, Origin, Position, Span};

use super::declared::Declared;
use super::fixture::expand;
use super::inventory::{Declaration, Identity, Sighting, Spot, Tree, check_tree, join};
use super::{Breach, Check, Lint, Subject, Task, page, study};

/// What "now" is in examples: 2026-11-23.
pub(super) const NOW: &str = "2026-11-23T00:00:00Z";

/// What the examples of a page came to.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// How many examples there are.
    pub examples: usize,
    /// What goes wrong, one sentence each.
    pub wrong: Vec<String>,
}

/// One file that is tried.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    language: String,
    file: String,
    finds: Vec<String>,
    is_tracked: bool,
    text: String,
}

impl Block {
    /// A file of a user's check.
    pub(crate) fn new(file: &str, finds: &[String], is_tracked: bool, text: &str) -> Self {
        let name = file.rsplit('/').next().unwrap_or(file);
        let language = match name.rsplit('.').next().unwrap_or_default() {
            "yaml" | "yml" => "yaml",
            "tf" | "hcl" | "tofu" | "tfvars" => "hcl",
            "json" => "json",
            "toml" => "toml",
            "ini" => "ini",
            "properties" => "properties",
            "py" => "python",
            _ if name.to_ascii_lowercase().contains("jenkinsfile") => "groovy",
            _ if name.starts_with(".env") => "dotenv",
            _ => "text",
        };
        Self {
            language: language.to_owned(),
            file: file.to_owned(),
            finds: finds.iter().map(|text| expand(text)).collect(),
            is_tracked,
            text: text.to_owned(),
        }
    }

    /// The block as a page has it; what stands for a secret is not made out.
    pub(crate) fn fenced(&self) -> String {
        let longest = self.text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        format!("{fence}{} file={}\n{}\n{fence}\n", self.language, self.file, self.text.trim_end())
    }
}

/// Tries every example of the check's page on the check.
#[must_use]
pub fn trial(check: &dyn Check) -> Trial {
    let meta = check.meta();
    let mut trial = Trial::default();
    let (bad, good) = match (blocks(page::section(meta.page, "Bad")), blocks(page::section(meta.page, "Good"))) {
        (Ok(bad), Ok(good)) => (bad, good),
        (bad, good) => {
            trial.wrong.extend([bad.err(), good.err()].into_iter().flatten());
            return trial;
        }
    };
    let policy: String = bad.iter().filter(|block| block.file.is_empty()).map(|block| block.text.as_str()).collect();
    let settings = match settings(&policy) {
        Ok(settings) => settings,
        Err(reason) => {
            trial.wrong.push(format!("the policy of the page: {reason}"));
            return trial;
        }
    };
    for (blocks, section) in [(&bad, "Bad"), (&good, "Good")] {
        if blocks.iter().all(|block| block.file.is_empty()) {
            trial.wrong.push(format!("no example under {section}"));
        }
    }
    trial.run(check, [(&bad, "Bad"), (&good, "Good")], &settings);
    trial
}

/// Tries every example of a user's check, under the user's policy. One without examples is none that goes wrong.
#[must_use]
pub fn trial_own(check: &Declared, settings: &PolicySettings) -> Trial {
    let mut trial = Trial::default();
    if let Some(own) = check.own() {
        let settings = settings.clone().with_every_check();
        trial.run(check, [(&own.bad, "[[check.bad]]"), (&own.good, "[[check.good]]")], &settings);
    }
    trial
}

impl Trial {
    /// Tries the bad blocks and the good ones; each come with the words for where they stand.
    fn run(&mut self, check: &dyn Check, [bad, good]: [(&[Block], &str); 2], settings: &PolicySettings) {
        let all = bad.0.iter().map(|block| (block, true)).chain(good.0.iter().map(|block| (block, false)));
        for (block, is_bad) in all.filter(|(block, _)| !block.file.is_empty()) {
            let section = if is_bad { bad.1 } else { good.1 };
            self.examples += 1;
            if is_bad == block.finds.is_empty() {
                let says = if is_bad { "does not say what it finds" } else { "says that it finds something" };
                self.wrong.push(format!("{}: the example under {section} {says}", block.file));
            }
            let made = expand(&block.text);
            let mut variants = vec![made.clone(), made.replace('\n', "\r\n")];
            variants.extend(pushed_down(block, &made));
            for text in variants {
                let fault = try_block(check, block, &text, settings);
                if let Some(fault) = fault {
                    self.wrong.push(format!("{} under {section}: {fault}", block.file));
                    break;
                }
            }
        }
    }
}

/// What the page states, over the built-in policy and with every check.
fn settings(text: &str) -> Result<PolicySettings, String> {
    let ids = super::check::ids();
    let stated = config::policy_of(text, "keysieve.toml", &ids);
    stated
        .map(PolicySettings::with_every_check)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// What goes wrong with one block, if anything does.
fn try_block(check: &dyn Check, block: &Block, text: &str, settings: &PolicySettings) -> Option<String> {
    let now: Timestamp = NOW.parse().ok()?;
    let subject = Subject { path: block.file.as_bytes(), bytes: text.as_bytes(), tracked: Some(block.is_tracked) };
    let task = Task { checks: &[check], references: check.reads_tree(settings) };
    let mut lint = study(&[subject], true, settings, now, task);
    if task.references {
        of_tree(check, &subject, &mut lint, settings);
    }
    if let Some(notice) = lint.notices.first() {
        return Some(format!("it is not read: {}", notice.detail));
    }
    if lint.documents + lint.sources == 0 {
        return Some("no reader for a file of this name".to_owned());
    }
    let mut found = Vec::new();
    for breach in &lint.breaches {
        let value = &text[breach.span.clone()];
        if breach.route.is_empty() || breach.message.is_empty() {
            return Some("a finding without a route or a message".to_owned());
        }
        if breach.is_secret && breach.message.contains(value) {
            return Some("a message that holds the secret".to_owned());
        }
        if breach.message.contains('{') && breach.message.contains('}') {
            return Some(format!("a message with something left to fill in: {}", breach.message));
        }
        if breach.related.iter().any(|mark| mark.label.is_empty() || mark.span.is_empty()) {
            return Some("a related place without a label or a span".to_owned());
        }
        found.push(value.to_owned());
    }
    (found != block.finds).then(|| format!("found {found:?}, the page says {:?}", block.finds))
}

/// Adds what a check over the whole tree finds where the file at hand is the tree.
fn of_tree(check: &dyn Check, subject: &Subject<'_>, lint: &mut Lint, settings: &PolicySettings) {
    let position = Position { line: 1, column: 1, column_utf16: 1 };
    let spot = |span: (usize, usize)| Spot {
        origin: Origin::File(FilePath::new(subject.path)),
        span: Span::new(span.0 as u64, span.1 as u64),
        start: position,
        end: position,
    };
    let sightings = lint.references.iter().map(|reference| Sighting {
        identity: Identity::Reference(reference.kind),
        name: reference.name.clone(),
        store: reference.store,
        service: reference.service.clone(),
        spots: vec![spot(reference.span)],
    });
    let holdings = join(sightings.collect(), settings);
    let declarations: Vec<Declaration> = lint
        .declared
        .iter()
        .map(|entry| Declaration { name: entry.name.clone(), spot: spot((entry.span.start, entry.span.end)) })
        .collect();
    let tree = Tree { holdings: &holdings, declarations: &declarations, settings, is_whole: true };
    lint.breaches.extend(check_tree(&tree, &[check]).into_iter().map(|breach| Breach {
        check: breach.check,
        file: 0,
        span: breach.spot.span.start as usize..breach.spot.span.end as usize,
        route: breach.route,
        message: breach.message,
        severity: breach.severity,
        threshold: breach.threshold,
        related: Vec::new(),
        is_secret: false,
    }));
}

/// The same file with text before it that no parser minds.
fn pushed_down(block: &Block, text: &str) -> Option<String> {
    let comment = match block.language.as_str() {
        "yaml" | "hcl" | "toml" | "dotenv" | "ini" | "properties" | "python" | "nginx" | "ruby" => "# \u{1F600} é\tü\n",
        "json" | "groovy" | "javascript" | "typescript" | "java" | "kotlin" | "go" | "csharp" | "rust" | "c"
        | "dart" => "// \u{1F600} é\tü\n",
        _ => return None,
    };
    Some(format!("\u{FEFF}{comment}{text}"))
}

/// The fenced blocks of a section.
fn blocks(section: &str) -> Result<Vec<Block>, String> {
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"([a-z]+)(?:=(?:'([^']*)'|"([^"]*)"|([^ ]+)))?"#).expect("a pattern of our own is valid")
    });
    let mut blocks = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut block = Block {
            language: language.to_owned(),
            file: String::new(),
            finds: Vec::new(),
            is_tracked: false,
            text: body.join("\n") + "\n",
        };
        for found in ATTRIBUTE.captures_iter(rest) {
            let value = found.get(2).or(found.get(3)).or(found.get(4)).map_or("", |value| value.as_str());
            match &found[1] {
                "file" => block.file = value.to_owned(),
                "finds" => block.finds.push(expand(value)),
                "tracked" => block.is_tracked = true,
                "policy" => {}
                other => return Err(format!("a fence says `{other}`; there are `file`, `finds`, `tracked`, `policy`")),
            }
        }
        blocks.push(block);
    }
    Ok(blocks)
}

//! What a rewrite of the history needs: a plan for people, and a file of replacements for the tool that rewrites.
//!
//! The plan names no secret. The file of replacements is nothing but secrets: whoever writes it sees to it that nobody else
//! can read it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Report;
use super::mask::Mask;
use super::verdict;
use crate::finding::{Finding, Kind, Place};
use crate::place::{Origin, sanitize};

const ROTATE_FIRST: &str = "\
# Cleaning up the history

**Rotate first.** A secret that was committed is known to whoever fetched it, and to every fork, mirror, cache and
backup of the repository. Taking it out of the history does not take it back: revoke each of these, put new ones
where they were used, and look at what was done with them. Only then is a rewrite worth its cost, and it is often
not needed any more.

";

const REWRITE: &str = "\
## The rewrite

1. Tell everybody who has a clone: all commits behind the first change get new ids, and nobody may push old ones.
2. Work on a fresh mirror (`git clone --mirror`), and keep a copy of it where nobody else can read it.
3. `keysieve history --replace-text FILE` writes the secrets to replace, readable by you alone; then
   `git filter-repo --replace-text FILE --replace-message FILE`, and remove FILE.
";

const WHOLE_FILES: &str = "\
4. These hold a secret that is encoded, packed or longer than a line: no replacement of text reaches it. Take the
   files out (`git filter-repo --invert-paths --path PATH`), or mend them by hand:
";

const HEADERS: &str = "\
No replacement of text reaches the names and addresses of authors, committers and taggers: `git filter-repo --mailmap FILE`
gives them others, and a tag can be made anew.
";

const REFS: &str = "\
Nor the names of branches and tags: give them others (`git branch -m`, a new tag in place of the old one), on the server, too.
";

const AFTERWARDS: &str = "
Then force-push all refs, delete what the server keeps beside them (refs of pull requests, forks, caches: ask its
support), expire the reflogs and prune (`git reflog expire --expire=now --all`, `git gc --prune=now`), and run
`keysieve history` once more.
";

/// What a secret becomes.
const REPLACEMENT: &str = "***REMOVED***";

/// Whether a finding is a secret that a rewrite of the history could take out.
fn concerns(finding: &&Finding) -> bool {
    finding.kind == Kind::Secret && in_history(finding).next().is_some()
}

fn in_history(finding: &Finding) -> impl Iterator<Item = &Place> {
    finding.places.iter().filter(|place| place.origin.outermost().is_history())
}

/// Whether the secret stands at the place as it is, in one line, so that its text can be replaced.
fn is_plain(place: &Place) -> bool {
    let is_text = matches!(
        place.origin,
        Origin::Blob { .. } | Origin::CommitMessage { .. } | Origin::TagMessage { .. } | Origin::Note { .. }
    );
    is_text && place.decoding.is_empty() && place.start.line == place.end.line
}

/// The text that is replaced: none for a secret of several lines, or one that the file cannot say.
fn replaced(finding: &Finding) -> Option<&[u8]> {
    let secret = finding.secret.as_ref()?.expose();
    let fits = !secret.is_empty() && !secret.contains(&b'\n') && memchr::memmem::find(secret, b"==>").is_none();
    let is_plain = in_history(finding).any(is_plain);
    (fits && is_plain).then_some(secret)
}

/// Writes the plan.
///
/// # Errors
/// Those of `out`.
pub fn plan(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mask = Mask::of(report);
    let findings: Vec<&Finding> = report.findings.iter().filter(concerns).collect();
    out.write_all(ROTATE_FIRST.as_bytes())?;
    let causes: Vec<&str> = verdict::missed(report).into_iter().map(|(cause, _)| cause.id()).collect();
    if !causes.is_empty() {
        writeln!(
            out,
            "**This plan is not whole.** The scan was incomplete ({}), so there may be more.\n",
            causes.join(", ")
        )?;
    }
    if findings.is_empty() {
        return writeln!(out, "Nothing was found in the history that a rewrite could take out.");
    }
    writeln!(out, "## What to revoke\n")?;
    for (number, finding) in findings.iter().enumerate() {
        entry(number + 1, finding, &mask, out)?;
    }
    out.write_all(REWRITE.as_bytes())?;
    let paths = whole_files(&findings);
    if !paths.is_empty() {
        out.write_all(WHOLE_FILES.as_bytes())?;
        for path in &paths {
            writeln!(out, "   - `{}`", mask.text(path))?;
        }
    }
    for (places, words) in [
        (of(&findings, |it| matches!(it, Origin::CommitHeader { .. } | Origin::TagHeader { .. })), HEADERS),
        (of(&findings, |it| matches!(it, Origin::RefName(_))), REFS),
    ] {
        if !places.is_empty() {
            writeln!(out, "\n{words}")?;
            for place in &places {
                writeln!(out, "- {}", mask.text(place))?;
            }
        }
    }
    out.write_all(AFTERWARDS.as_bytes())
}

/// The outermost places of a sort, in words.
fn of(findings: &[&Finding], is: fn(&Origin) -> bool) -> BTreeSet<String> {
    let places = findings.iter().flat_map(|finding| in_history(finding));
    places.map(|place| place.origin.outermost()).filter(|origin| is(origin)).map(Origin::display).collect()
}

fn entry(number: usize, finding: &Finding, mask: &Mask, out: &mut dyn Write) -> io::Result<()> {
    let redacted = finding.secret.as_ref().map(crate::secret::Secret::redacted).unwrap_or_default();
    writeln!(out, "### {number}. {} (`{}`)\n", mask.text(&finding.title), sanitize(&finding.rule))?;
    writeln!(out, "- secret: `{redacted}`, fingerprint `{}`", finding.fingerprint.as_str())?;
    let places: BTreeSet<String> = in_history(finding).map(|place| mask.origin(&place.origin)).collect();
    writeln!(out, "- at: {}", quoted(places))?;
    if let Some(life) = &finding.life {
        let of = |names: &[String], count: u64| {
            let shown = quoted(names.iter().map(|name| mask.text(name)));
            let more = count - names.len() as u64;
            if more > 0 { format!("{shown} and {more} more") } else { shown }
        };
        writeln!(out, "- objects: {}", quoted(&life.objects))?;
        if life.holding_count > 0 {
            writeln!(out, "- held by: {}", of(&life.holding, life.holding_count))?;
        }
        if life.reaching_count > 0 {
            writeln!(out, "- reached by: {}", of(&life.reaching, life.reaching_count))?;
        }
        if life.holding_count + life.reaching_count == 0 {
            writeln!(out, "- no ref reaches it: pruning is enough here, and the server may still serve it")?;
        }
    }
    writeln!(out)
}

fn quoted(words: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The files in which no replacement of text reaches the secret.
fn whole_files(findings: &[&Finding]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for finding in findings {
        for place in in_history(finding) {
            if (replaced(finding).is_none() || !is_plain(place))
                && let Some(path) = place.origin.outermost().path()
            {
                paths.insert(path.display());
            }
        }
    }
    paths
}

/// The replacements, as `git filter-repo --replace-text` reads them: a secret in each line.
#[must_use]
pub fn replacements(findings: &[Finding]) -> Vec<u8> {
    let secrets: BTreeSet<&[u8]> = findings.iter().filter(concerns).filter_map(replaced).collect();
    let mut text = Vec::new();
    for secret in secrets {
        text.extend_from_slice(b"literal:");
        text.extend_from_slice(secret);
        text.extend_from_slice(format!("==>{REPLACEMENT}\n").as_bytes());
    }
    text
}

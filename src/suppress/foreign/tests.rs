use super::*;
use crate::finding::Confidence;
use crate::suppress::sample;

fn finding(value: &str, line: u64, commit: Option<&str>) -> Finding {
    sample::finding(value, Confidence::High, line, commit)
}

/// Whether a file hides this at `path`.
fn hides(name: &'static str, text: &str, finding: &Finding, path: &str) -> bool {
    Foreign::read(&[(name, text.to_owned())]).hides(finding, &finding.places[0], path).is_some()
}

#[test]
fn places_of_gitleaksignore_hide() {
    let commit = "a".repeat(40);
    let text = format!("# why\nsrc/a.env:generic-api-key:3\n{commit}:b\\c.txt:jwt:7\nnonsense\n");
    let hides = |line, commit: Option<&str>, path: &str| {
        hides(".gitleaksignore", &text, &finding("some value", line, commit), path)
    };
    assert!(hides(3, None, "src/a.env") && !hides(4, None, "src/a.env") && !hides(3, None, "a.env"));
    assert!(hides(7, Some(&commit), "b/c.txt") && !hides(7, None, "b/c.txt"));
    let notes = Foreign::read(&[(".gitleaksignore", text.clone())]).notes();
    assert!(notes[0].contains("2 entries count") && notes[1].starts_with(".gitleaksignore:4: is not"), "{notes:?}");
}

#[test]
fn hashes_of_secrets_baseline_hide_the_value_at_the_path() {
    use sha1::{Digest as _, Sha1};
    let hash = data_encoding::HEXLOWER.encode(&Sha1::digest(b"some value"));
    let text = format!(r#"{{"version":"1.4.0","results":{{"a\\b.env":[{{"type":"x","hashed_secret":"{hash}"}}]}}}}"#);
    let hides = |value: &str, path: &str| hides(".secrets.baseline", &text, &finding(value, 1, None), path);
    assert!(hides("some value", "a/b.env") && !hides("other value", "a/b.env") && !hides("some value", "b.env"));
    let notes = Foreign::read(&[(".secrets.baseline", "{".to_owned())]).notes();
    assert!(notes[0].contains("hides nothing"), "{notes:?}");
}

#[test]
fn allowlists_of_gitleaks_hide_by_path_and_secret() {
    let text = "[allowlist]\npaths = ['''^docs/''']\nstopwords = [\"EXAMPLE\"]\n[[allowlists]]\ncondition = \"AND\"\n\
                paths = ['''^lib/''']\nregexes = ['''^some''']\n[[allowlists]]\nregexTarget = \"line\"\nregexes = ['''x''']\n\
                [[rules]]\nid = \"a\"\n";
    let hides = |value: &str, path: &str| hides(".gitleaks.toml", text, &finding(value, 1, None), path);
    assert!(hides("any", "docs/a") && hides("an example value", "src/a") && hides("some value", "lib/a"));
    assert!(!hides("any", "lib/a") && !hides("some value", "src/a"));
    let notes = Foreign::read(&[(".gitleaks.toml", text.to_owned())]).notes().join("\n");
    assert!(
        notes.contains("3 entries count") && notes.contains("`rules`") && notes.contains("of a match or a line"),
        "{notes}"
    );
}

#[test]
fn what_of_gitleaks_allowlists_does_not_count_is_named_with_its_line() {
    let text = "title = \"a\"\n[extend]\npath = \"../base.toml\"\nuseDefault = true\n[[allowlists]]\ncondition = \"AND\"\n\
                regexTarget = \"match\"\nregexes = ['x']\nstopwords = [\"one\"]\n[[allowlists]]\nregexTarget = \"line\"\n\
                regexes = ['y']\nstopwords = [\"two\"]\n";
    let notes = Foreign::read(&[(".gitleaks.toml", text.to_owned())]).notes();
    let said = |part: &str| notes.iter().any(|note| note.contains(part));
    assert!(said(".gitleaks.toml:3: `path`: the other file is not read"), "{notes:?}");
    assert!(said(".gitleaks.toml:5: ") && said("nor do the stop words"), "{notes:?}");
    assert!(said(".gitleaks.toml:10: patterns of a match or a line do not count: "), "{notes:?}");
    assert!(!said("useDefault") && !said("title"), "{notes:?}");
    // With OR the stop words count by themselves.
    assert!(hides(".gitleaks.toml", text, &finding("a two b", 1, None), "a"));
    assert!(!hides(".gitleaks.toml", text, &finding("a one b", 1, None), "a"));
}

//! What is there when keysieve is set up: CI, hooks, and the files of other scanners.

use std::fs;
use std::path::Path;

use super::ci::Ci;
use crate::suppress::foreign;

/// Files of other scanners, and whose they are. Those of [`foreign::FILES`] are read in every run.
const FILES: [(&str, &str); 13] = [
    (".gitleaks.toml", "gitleaks"),
    (".gitleaksignore", "gitleaks"),
    (".betterleaks.toml", "betterleaks"),
    (".betterleaksignore", "betterleaks"),
    (".secrets.baseline", "detect-secrets"),
    (".secretsignore", "ripsecrets"),
    (".secretlintrc", "secretlint"),
    (".secretlintrc.json", "secretlint"),
    (".secretlintrc.yml", "secretlint"),
    (".secretlintignore", "secretlint"),
    (".gitguardian.yaml", "ggshield"),
    (".talismanrc", "talisman"),
    (".gitallowed", "git-secrets"),
];

/// How the hooks of other scanners for pre-commit begin.
const HOOKS: [&str; 9] = [
    "gitleaks",
    "betterleaks",
    "trufflehog",
    "kingfisher",
    "detect-secrets",
    "ripsecrets",
    "ggshield",
    "talisman",
    "git-secrets",
];

const PRE_COMMIT: &str = ".pre-commit-config.yaml";

/// The lines that say what is there.
pub(super) fn described(home: &Path, services: &[Ci], hook: Option<&str>) -> String {
    let mut found: Vec<(String, String)> = Vec::new();
    found.extend(services.iter().map(|ci| (ci.sign().to_owned(), ci.name().to_owned())));
    found.extend(hook.map(|hook| ("pre-commit hook".to_owned(), hook.to_owned())));
    for (name, tool) in FILES.into_iter().filter(|(name, _)| home.join(name).symlink_metadata().is_ok()) {
        let what = match foreign::FILES.contains(&name) {
            true => format!("of {tool}; what it hides stays hidden, and every report says so"),
            false => format!("of {tool}; keysieve does not read it"),
        };
        found.push((name.to_owned(), what));
    }
    let text = fs::read_to_string(home.join(PRE_COMMIT)).unwrap_or_default();
    let scanners = scanners(&text);
    if !scanners.is_empty() {
        found.push((PRE_COMMIT.to_owned(), format!("runs {}", scanners.join(", "))));
    }
    let width = found.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
    let lines: Vec<String> = found.iter().map(|(what, words)| format!("  {what:width$}  {words}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("found:\n{}", lines.concat()) }
}

/// The ids of hooks of other scanners that a configuration of pre-commit names.
fn scanners(configuration: &str) -> Vec<&str> {
    let ids = configuration.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("- ").trim_start();
        let id = line.strip_prefix("id:")?.split('#').next()?;
        Some(id.trim().trim_matches(['"', '\'']))
    });
    ids.filter(|id| HOOKS.iter().any(|hook| id.starts_with(hook))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_of_other_scanners_are_known_by_their_ids() {
        let text = "repos:\n  - repo: x\n    hooks:\n      - id: gitleaks-system # ours\n      - name: y\n        id: \
                    'detect-secrets'\n      - id: black\n      # - id: talisman-commit\n";
        assert_eq!(scanners(text), ["gitleaks-system", "detect-secrets"]);
    }
}

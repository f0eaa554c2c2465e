//! What the policy says of the secrets of the whole scan, put on their findings.

use crate::finding::{Finding, Kind, Reason, Severity, Weight};
use crate::policy::estate::{Estate, Held, Remark, remarks};
use crate::rule::model::Rule;
use crate::rule::set::RuleSet;
use crate::suppress::Suppressions;

use super::Settings;

/// Remarks on the secrets of a scan, or of what a range of commits brings: each becomes a reason of its finding, which is as severe as the worst of them.
pub fn remark(
    findings: &mut [Finding],
    rules: &RuleSet,
    suppressions: &mut Suppressions<'_>,
    settings: &Settings,
    is_range: bool,
) {
    // What is public by design need neither be young nor stay in one place.
    let is_secret = |it: &Finding| it.kind == Kind::Secret && !rule_of(it, rules).is_some_and(|rule| rule.publishable);
    let numbers: Vec<usize> = (0..findings.len()).filter(|&number| is_secret(&findings[number])).collect();
    let held: Vec<Held<'_>> = numbers.iter().map(|&number| held(&findings[number], rules)).collect();
    let estate = Estate { held: &held, settings: &settings.config.policy, now: settings.now, is_range };
    let remarks = remarks(&estate);
    drop(held);
    for Remark { check, held, message, severity, threshold } in remarks {
        let finding = &mut findings[numbers[held]];
        let route = finding.fingerprint.to_string();
        if finding.path().is_some_and(|path| suppressions.hides_remark(check.id, path, &route)) {
            continue;
        }
        let is_test = rule_of(finding, rules).is_some_and(|rule| rule.environment.as_deref() == Some("test"));
        finding.severity = finding.severity.max(fitting(severity, is_test, &finding.reasons));
        finding.reasons.push(Reason::new("policy", Weight::Supports, format!("`{}`: {message}", check.id)));
        finding.threshold = finding.threshold.take().or(threshold.map(Box::new));
    }
    findings.iter_mut().for_each(|finding| close(finding, settings));
}

/// How bad a remark makes a secret: one severity milder where the secret opens nothing but a test environment, or was itself judged
/// milder for its place, in a test or an example.
fn fitting(severity: Severity, is_test: bool, reasons: &[Reason]) -> Severity {
    let is_milder = || reasons.iter().any(|reason| reason.code == "place" && reason.weight == Weight::Weakens);
    if is_test || is_milder() { severity.milder() } else { severity }
}

fn rule_of<'r>(finding: &Finding, rules: &'r RuleSet) -> Option<&'r Rule> {
    rules.by_id(&finding.rule).map(|(_, rule)| rule)
}

fn held<'f>(finding: &'f Finding, rules: &'f RuleSet) -> Held<'f> {
    let rule = rule_of(finding, rules);
    Held {
        finding,
        provider: rule.map(|rule| rule.provider.as_ref()),
        environment: rule.and_then(|rule| rule.environment.as_deref()),
    }
}

/// A secret of which only the history tells, and whose rotation is recorded for the day on which it left or later, opens
/// nothing any more: it is told of, and fails nothing.
fn close(finding: &mut Finding, settings: &Settings) {
    let Some(rotated) = settings.config.policy.rotated(&finding.fingerprint.to_string()) else { return };
    let Some(life) = finding.life.as_ref().filter(|_| !finding.is_live()) else { return };
    let left = life.removed.as_ref().or(life.last.as_ref()).unwrap_or(&life.first);
    if rotated.at.to_string().as_str() >= left.date.get(..10).unwrap_or_default() {
        finding.severity = Severity::Info;
        let text = format!("recorded as rotated on {} ({})", rotated.at, rotated.source);
        finding.reasons.push(Reason::new("rotated", Weight::Weakens, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_on_an_example_is_milder() {
        let place = Reason::new("place", Weight::Weakens, "in a test or an example");
        assert_eq!(fitting(Severity::High, false, &[place]), Severity::Medium);
        assert_eq!(fitting(Severity::High, true, &[]), Severity::Medium);
        assert_eq!(fitting(Severity::High, false, &[]), Severity::High);
    }
}

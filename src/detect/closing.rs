//! The closing step: what can only be said when all candidates of a text are known.
//!
//! Two halves of a credential are joined, and of rules that claim the same bytes the most specific one keeps them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::{Candidate, Found, Operator};
use crate::rule::model::{Anchor, Form, Within};
use crate::rule::set::{RuleIndex, RuleSet};

/// How far apart in bytes the two halves of a credential may stand that must stand within so many lines.
const LINES_WITHIN: usize = 1024;

/// Joins companions and resolves overlaps in the candidates of `text`. Leaves the winners, sorted by place; returns the
/// losers, each with the rule that claims its bytes.
///
/// A rule that counts in certain files alone takes nothing from others here, where the path is not known: its candidates
/// are left beside the winners, unless a token's own form claims the same bytes. Whoever knows the path settles the rest.
pub fn close(rules: &RuleSet, text: &[u8], candidates: &mut Vec<Candidate>) -> Vec<(Candidate, RuleIndex)> {
    candidates.sort_by_cached_key(|candidate| (rank(rules, candidate), candidate.value.start));
    // The values of the winners, which do not overlap, by their beginnings.
    let mut taken: BTreeMap<usize, (usize, RuleIndex)> = BTreeMap::new();
    let mut lost = Vec::new();
    candidates.retain(|candidate| {
        let Range { start, end } = candidate.value;
        match taken.range(..end).next_back() {
            Some((&taken_start, &(taken_end, winner))) if taken_end > start => {
                // Two words of one rule that lead to the same value are no rivals.
                if (taken_start, taken_end, winner) != (start, end, candidate.rule) {
                    lost.push((candidate.clone(), winner));
                }
                false
            }
            _ => {
                // The rank puts them between those that go before them and those that they leave alone.
                if !rules.get(candidate.rule).is_of_files() {
                    taken.insert(start, (end, candidate.rule));
                }
                true
            }
        }
    });
    candidates.sort_by_key(|candidate| (candidate.value.start, candidate.value.end, candidate.rule));
    candidates.dedup_by_key(|candidate| (candidate.value.start, candidate.value.end, candidate.rule));
    join(rules, text, candidates);
    lost
}

/// Most specific first: PEM blocks, formats that tell by themselves, longer anchors, longer values; then formats with
/// context, of two alike without a text of their own the one whose characters are fewer; then rules for certain files, URLs,
/// and last the key=value reader.
fn rank(rules: &RuleSet, candidate: &Candidate) -> (u8, Reverse<usize>, Reverse<usize>, u32, u32) {
    let rule = rules.get(candidate.rule);
    let class = match (&candidate.found, rule.context.is_empty()) {
        _ if rule.is_of_files() => 3,
        (Found::Pem, _) => 0,
        (Found::Token | Found::Search { .. }, true) => 1,
        (Found::Token | Found::Search { .. }, false) => 2,
        (Found::Url { .. }, _) => 4,
        // What the name of an entry says of it is more than where it stands.
        (Found::Assignment { operator: Operator::Entry, .. }, _) => 6,
        (Found::Assignment { .. }, _) => 5,
    };
    let anchor = match &rule.anchor {
        Anchor::Literal { texts, .. } => texts.iter().map(|text| text.len()).max().unwrap_or(0),
        Anchor::Context | Anchor::Own => 0,
    };
    // Thirty-two hexadecimal digits are as many letters and digits, too.
    let alphabet = match &rule.form {
        Form::Format(format) if anchor == 0 => format.alphabet(),
        _ => 0,
    };
    (class, Reverse(anchor.max(candidate.prefix)), Reverse(candidate.value.len()), alphabet, candidate.rule.0)
}

/// Gives each candidate whose rule has a companion the nearest one, the earlier of two at the same distance. The candidates
/// are sorted by place, so only the neighbours within reach are looked at.
fn join(rules: &RuleSet, text: &[u8], candidates: &mut [Candidate]) {
    let mut wanted: BTreeMap<RuleIndex, Option<(RuleIndex, Within)>> = BTreeMap::new();
    for index in 0..candidates.len() {
        let rule = candidates[index].rule;
        let companion = *wanted.entry(rule).or_insert_with(|| {
            let companion = rules.get(rule).companion.as_ref()?;
            let (index, _) = rules.by_id(&companion.rule)?;
            Some((index, companion.within))
        });
        let Some((companion, within)) = companion else { continue };
        let most = match within {
            Within::Bytes(bytes) => usize::from(bytes),
            Within::Lines(_) => LINES_WITHIN,
        };
        let value = candidates[index].value.clone();
        let fits = |other: &&Candidate, between: Range<usize>| {
            let lines = |most| text.get(between).is_none_or(|it| memchr::memchr_iter(b'\n', it).count() <= most);
            other.rule == companion
                && match within {
                    Within::Bytes(_) => true,
                    Within::Lines(most) => lines(usize::from(most)),
                }
        };
        let before = candidates[..index]
            .iter()
            .rev()
            .take_while(|other| value.start.saturating_sub(other.value.end) <= most)
            .find(|other| fits(other, other.value.end..value.start));
        let behind = candidates[index + 1..]
            .iter()
            .take_while(|other| other.value.start.saturating_sub(value.end) <= most)
            .find(|other| fits(other, value.end..other.value.start));
        let distance = |one: &Range<usize>, other: &Range<usize>| other.start.saturating_sub(one.end);
        let nearest = match (before, behind) {
            (Some(before), Some(behind)) if distance(&value, &behind.value) < distance(&before.value, &value) => behind,
            (Some(before), _) => before,
            (None, Some(behind)) => behind,
            (None, None) => continue,
        };
        candidates[index].companion = Some(nearest.value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detector;
    use crate::rule::pack;

    const PACK: &str = r#"
provider = "Acme"

[[rule]]
id = "acme-id"
family = "acme-id"
title = "Acme id"
what = "Names a key."
severity = "low"
format = "acid_{hex:8}"
lifetime = "long-lived"
hit = ["{token}"]
miss = ["acid_"]
way_out = { class = "identifier" }

[[rule]]
id = "acme-secret"
family = "acme-secret"
title = "Acme secret"
what = "Opens what the id names."
severity = "high"
format = "acse_{hex:8}"
companion = { rule = "acme-id", label = "id", within = { lines = 1 } }
lifetime = "long-lived"
hit = ["{token}"]
miss = ["acse_"]
way_out = { class = "api-token" }

[[rule]]
id = "acme-file"
family = "acme-file"
title = "Acme file"
what = "Opens the same."
severity = "high"
format = "acme-key={secret printable:4-40}"
files = ["acme.conf"]
lifetime = "long-lived"
hit = [{ file = "acme.conf", text = "{token}" }]
miss = ["acme-key="]
way_out = { class = "api-token" }
"#;

    /// The rules and values that are left, each with its companion.
    fn closed(text: &str) -> Vec<(String, String, Option<String>)> {
        let mut rules = RuleSet::builtin();
        pack::load(&mut rules, PACK).expect("a good pack");
        let detector = Detector::new(rules).expect("they compile");
        let mut candidates = Vec::new();
        detector.detect(text.as_bytes(), 0..text.len(), false, &mut candidates);
        close(detector.rules(), text.as_bytes(), &mut candidates);
        let part = |range: Range<usize>| text[range].to_owned();
        candidates
            .into_iter()
            .map(|it| (detector.rules().get(it.rule).id.to_string(), part(it.value), it.companion.map(part)))
            .collect()
    }

    #[test]
    fn a_secret_is_joined_to_the_nearest_id_within_its_lines() {
        let ids = ["acid_", "0123abcd"].concat();
        let secret = ["acse_", "89ef4567"].concat();
        let companion = |text: String| closed(&text).into_iter().find(|it| it.0 == "acme-secret").and_then(|it| it.2);
        assert_eq!(companion(format!("{ids}\n{secret}")), Some(ids.clone()));
        assert_eq!(companion(format!("{secret} {ids}")), Some(ids.clone()));
        assert_eq!(companion(format!("{ids}\n\n{secret}")), None);
        let nearer = ids.replace("0123", "4567");
        assert_eq!(companion(format!("{ids}    {secret} {nearer}")), Some(nearer.clone()));
        assert_eq!(companion(format!("{ids} {secret} {nearer}")), Some(ids));
    }

    #[test]
    fn a_rule_for_certain_files_takes_nothing_and_yields_to_tokens() {
        let secret = ["acse_", "89ef4567"].concat();
        let rules = |text: String| closed(&text).into_iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(rules(format!("acme-key={secret}")), ["acme-secret"]);
        let value = ["q7Xk2vR9", "mW4tZc8L"].concat();
        assert_eq!(rules(format!("password = acme-key={value}")), ["generic-password", "acme-file"]);
    }
}

//! What code scanning demands of a SARIF file, beyond the schema.

use std::collections::BTreeSet;

use serde_json::Value;

/// Panics at the first thing that the schema or code scanning would not take.
pub fn lint(sarif: &Value) {
    let errors = schema_errors(sarif);
    assert!(errors.is_empty(), "{errors:#?}");
    let problems = problems(sarif);
    assert!(problems.is_empty(), "{problems:#?}");
}

pub fn schema_errors(sarif: &Value) -> Vec<String> {
    let schema = include_str!("../../fixtures/sarif-2.1.0.schema.json");
    // The official pattern of a language has a lone `]`, which a strict reader of regular expressions refuses.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    validator.iter_errors(sarif).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

pub fn problems(sarif: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            problems.push(what);
        }
    };
    let runs = list(&sarif["runs"]);
    // What files hold, and what only the history does, each with a category of its own.
    let categories: Vec<&str> = runs.iter().map(|run| text(&run["automationDetails"]["id"])).collect();
    let known = ["keysieve/", "keysieve-history/"];
    let is_change = categories == ["keysieve-change/"];
    demand(is_change || !runs.is_empty() && known.starts_with(&categories), format!("categories {categories:?}"));
    for run in runs {
        let taxa = list(&run["taxonomies"][0]["taxa"]);
        for provenance in list(&run["versionControlProvenance"]) {
            let uri = text(&provenance["repositoryUri"]);
            demand(uri.contains("://") && !uri.contains(['@', ' ']), format!("repositoryUri {uri:?}"));
        }
        let rules = list(&run["tool"]["driver"]["rules"]);
        let mut ids = BTreeSet::new();
        for rule in rules {
            let id = text(&rule["id"]);
            demand(!id.is_empty() && ids.insert(id), format!("rule {id:?} is there twice"));
            for path in [
                "/name",
                "/shortDescription/text",
                "/fullDescription/text",
                "/help/text",
                "/help/markdown",
                "/properties/precision",
                "/properties/problem.severity",
            ] {
                demand(!text(rule.pointer(path).unwrap_or(&Value::Null)).is_empty(), format!("{id}: no {path}"));
            }
            let level = text(&rule["defaultConfiguration"]["level"]);
            demand(["error", "warning", "note"].contains(&level), format!("{id}: level {level:?}"));
            let score: f64 = text(&rule["properties"]["security-severity"]).parse().unwrap_or(-1.0);
            demand((0.1..=10.0).contains(&score), format!("{id}: security-severity"));
            let tags = list(&rule["properties"]["tags"]);
            demand(tags.len() <= 20 && tags.iter().any(|tag| tag == "security"), format!("{id}: tags {tags:?}"));
            demand(text(&rule["shortDescription"]["text"]).len() <= 4096, format!("{id}: description"));
            for target in list(&rule["relationships"]).iter().map(|it| &it["target"]) {
                let index = target["index"].as_u64().map_or(usize::MAX, |index| index as usize);
                let number = text(&target["id"]);
                let tag = format!("external/cwe/cwe-{number:0>3}");
                demand(taxa.get(index).is_some_and(|taxon| taxon["id"] == number), format!("{id}: CWE {number}"));
                demand(tags.iter().any(|it| it.as_str() == Some(&tag)), format!("{id}: no tag {tag}"));
            }
        }
        let results = list(&run["results"]);
        demand(results.len() <= 5_000, format!("{} results", results.len()));
        for (number, result) in results.iter().enumerate() {
            let id = text(&result["ruleId"]);
            let index = result["ruleIndex"].as_u64().map_or(usize::MAX, |index| index as usize);
            let rule = rules.get(index).unwrap_or(&Value::Null);
            demand(rule["id"] == id, format!("result {number}: ruleIndex {index} is not {id:?}"));
            demand(result["level"] == rule["defaultConfiguration"]["level"], format!("result {number}: level"));
            demand(!text(&result["message"]["text"]).is_empty(), format!("result {number}: no message"));
            let hash = text(&result["partialFingerprints"]["primaryLocationLineHash"]);
            demand(!hash.is_empty(), format!("result {number}: no primaryLocationLineHash"));
            let locations = list(&result["locations"]);
            demand((1..=100).contains(&locations.len()), format!("result {number}: {} places", locations.len()));
            for suppression in list(&result["suppressions"]) {
                let kind = text(&suppression["kind"]);
                let is_known = ["inSource", "external"].contains(&kind) && suppression["status"] == "accepted";
                demand(is_known, format!("result {number}: {suppression}"));
            }
            let state = result.get("baselineState").map_or("new", text);
            demand(["new", "unchanged"].contains(&state), format!("result {number}: {state}"));
            let steps = list(&result["codeFlows"]).iter().flat_map(|flow| list(&flow["threadFlows"]));
            let steps: Vec<&Value> =
                steps.flat_map(|flow| list(&flow["locations"])).map(|it| &it["location"]).collect();
            demand(steps.len() <= 1_000, format!("result {number}: {} steps", steps.len()));
            for location in locations.iter().chain(list(&result["relatedLocations"])).chain(steps) {
                if let Some(problem) = location_problem(location) {
                    demand(false, format!("result {number}: {problem}"));
                }
            }
        }
        for invocation in list(&run["invocations"]) {
            for notification in list(&invocation["toolExecutionNotifications"]) {
                let id = &notification["descriptor"]["id"];
                let index = notification["descriptor"]["index"].as_u64().unwrap() as usize;
                let known = &run["tool"]["driver"]["notifications"][index]["id"];
                demand(known == id, format!("notification {id}: descriptor"));
            }
        }
    }
    problems
}

fn location_problem(location: &Value) -> Option<String> {
    let physical = &location["physicalLocation"];
    let uri = text(&physical["artifactLocation"]["uri"]);
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
    let escapes_whole = uri
        .split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
    if uri.is_empty() || uri.starts_with('/') || !uri.bytes().all(legal) || !escapes_whole {
        return Some(format!("URI {uri:?}"));
    }
    for region in [&physical["region"], &physical["contextRegion"]] {
        let number = |name: &str| region[name].as_u64();
        if region.is_null() {
            continue;
        }
        let Some(start) = number("startLine").filter(|line| *line >= 1) else {
            return Some("no startLine".to_owned());
        };
        let end = number("endLine").unwrap_or(start);
        let columns_ascend = number("endColumn").unwrap_or(u64::MAX) >= number("startColumn").unwrap_or(1).max(1);
        if end < start || number("startColumn") == Some(0) || (end == start && !columns_ascend) {
            return Some(format!("region {region}"));
        }
    }
    if physical["region"].is_null() { Some("no region".to_owned()) } else { None }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn the_linter_finds_what_is_wrong() {
    let good = crate::sample::sample().sarif();
    let broken = |path: &str, value: Value| {
        let mut sarif = good.clone();
        *sarif.pointer_mut(path).unwrap() = value;
        sarif
    };
    assert!(!schema_errors(&broken("/version", "2.0.0".into())).is_empty());
    assert!(!schema_errors(&broken("/runs/0/results/0/message", Value::Null)).is_empty());
    let place = "/runs/0/results/0/locations/0/physicalLocation";
    for (path, value) in [
        ("/runs/0/tool/driver/rules/1/id", good["runs"][0]["tool"]["driver"]["rules"][0]["id"].clone()),
        ("/runs/0/tool/driver/rules/0/properties/security-severity", "".into()),
        ("/runs/0/automationDetails/id", "keysieve-history/".into()),
        ("/runs/0/versionControlProvenance/0/repositoryUri", "https://a@example.com/b".into()),
        ("/runs/0/tool/driver/rules/0/relationships/0/target/index", 1.into()),
        ("/runs/0/taxonomies/0/taxa/0/id", "1".into()),
        ("/runs/0/results/0/ruleIndex", 1.into()),
        ("/runs/0/results/0/locations", Value::Array(vec![])),
        (&format!("{place}/artifactLocation/uri"), "/abs".into()),
        (&format!("{place}/artifactLocation/uri"), "a b".into()),
        (&format!("{place}/artifactLocation/uri"), "a%2".into()),
        (&format!("{place}/region/startLine"), 0.into()),
        (&format!("{place}/region/endColumn"), 0.into()),
    ] {
        assert!(!problems(&broken(path, value)).is_empty(), "{path}");
    }
}

//! The clock that only git has: age, removal without rotation, return, environments, releases.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{Report, github, keysieve, list, text};

const DAY: i64 = 86_400;
/// 1_700_000_000 is 2023-11-14T22:13:20Z.
const NOW: &str = "2024-02-22T22:13:20Z";

/// What the policy says of the one secret, and how bad it makes it.
fn said(report: &Report, salt: &str) -> (String, Vec<String>) {
    let finding = report.of(&github(salt));
    let of_policy = |reason: &&Value| text(&reason["code"]) == "policy";
    let said = list(&finding["reasons"]).iter().filter(of_policy).map(|reason| text(&reason["text"]).to_owned());
    (text(&finding["severity"]).to_owned(), said.collect())
}

fn check(scratch: &Scratch, arguments: &[&str]) -> Report {
    let base = ["check", "--format", "json", "--show-secrets", "--now", NOW];
    keysieve(scratch, "repo", &[&base[..], arguments].concat()).json()
}

fn token(salt: &str) -> String {
    format!("token = {}\n", github(salt))
}

#[test]
fn a_value_ages_until_it_is_overdue() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", token("old"));
    scratch.commit(0, "Add");
    scratch.write("repo/b.txt", "nothing\n");
    scratch.commit(DAY, "Other");
    let (_, said_of_it) = said(&check(&scratch, &[]), "old");
    assert_eq!(said_of_it, ["`rotation-overdue`: in use for 100 days"]);
    let report = check(&scratch, &[]);
    assert_eq!(report.of(&github("old"))["threshold"]["limit"], "90d");
    let (_, relaxed) = said(&check(&scratch, &["--set", "policy.rotation.default=120d"]), "old");
    assert_eq!(relaxed, Vec::<String>::new());
    let (_, warned) = said(&check(&scratch, &["--set", "policy.rotation.default=110d"]), "old");
    assert_eq!(warned, ["`rotation-overdue`: in use for 100 days: due in 10 days"]);
}

#[test]
fn a_shallow_clone_gives_a_least_age() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", token("old"));
    scratch.commit(0, "Add");
    scratch.write("repo/b.txt", "nothing\n");
    scratch.commit(DAY, "Other");
    let from = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--depth=1", &from, "shallow"]);
    let base = ["check", "--format", "json", "--show-secrets", "--now", NOW, "--accept", "shallow"];
    let (_, said) = said(&keysieve(&scratch, "shallow", &base).json(), "old");
    assert_eq!(said, ["`rotation-overdue`: in use for at least 99 days"]);
}

#[test]
fn removal_is_not_rotation_until_it_is_recorded() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", token("gone"));
    scratch.commit(0, "Add");
    scratch.write("repo/a.txt", "token = ${TOKEN}\n");
    scratch.commit(10 * DAY, "Replace by a reference");
    let report = check(&scratch, &[]);
    let (severity, told) = said(&report, "gone");
    assert_eq!(told, ["`removed-never-rotated`: left the files on 2023-11-24, and nothing says that it was rotated"]);
    assert_eq!(severity, "critical");
    let fingerprint = text(&report.of(&github("gone"))["fingerprint"]).to_owned();
    keysieve(&scratch, "repo", &["rotated", &fingerprint, "--at", "2023-11-25"]).exits(0);
    let run = keysieve(&scratch, "repo", &["check", "--format", "json", "--show-secrets", "--now", NOW]).exits(0);
    let (severity, told) = said(&run.json(), "gone");
    assert_eq!((severity.as_str(), told), ("info", Vec::new()));
    // What is recorded and comes back is worse than what nobody knew of.
    scratch.write("repo/a.txt", token("gone"));
    scratch.commit(20 * DAY, "Revert");
    let (severity, told) = said(&check(&scratch, &[]), "gone");
    assert_eq!(severity, "critical");
    assert!(told.iter().any(|it| it.starts_with("`reappeared-secret`: recorded as rotated on 2023-11-25")), "{told:?}");
}

#[test]
fn environments_and_releases() {
    let scratch = Scratch::repository();
    scratch.write("repo/deploy/dev/app.txt", token("both"));
    scratch.write("repo/deploy/prod/app.txt", token("both"));
    scratch.commit(99 * DAY, "Add");
    scratch.git("repo", &["tag", "v1.2.0"]);
    let (_, told) = said(&check(&scratch, &[]), "both");
    assert_eq!(
        told,
        [
            "`same-value-in-environments`: stands in files of dev and prod",
            "`secret-in-release`: shipped in v1.2.0; exposed for 1 days"
        ]
    );
    let (_, told) = said(&check(&scratch, &["--preset", "minimal"]), "both");
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn what_hides_for_long_is_said_where_the_policy_is_strict() {
    let scratch = Scratch::repository();
    let allow = |reason: &str| format!("token = {} # keysieve{}allow {reason}\n", github("old"), ":");
    let told = |arguments: &[&str]| {
        let report = check(&scratch, &[&["--preset", "strict"], arguments].concat());
        let of_check = |finding: &&Value| text(&finding["rule"]) == "old-suppression";
        list(&report.0["findings"])
            .iter()
            .filter(of_check)
            .map(|it| text(&it["message"]).to_owned())
            .collect::<Vec<_>>()
    };
    scratch.write("repo/a.txt", token("old"));
    scratch.commit(0, "Add");
    scratch.write("repo/a.txt", allow("github-personal-access-token rotated soon"));
    scratch.commit(DAY, "Allow");
    // What stands above it, and how far it is indented, is not its age.
    scratch.write("repo/a.txt", format!("first\n  {}", allow("github-personal-access-token rotated soon")));
    scratch.commit(2 * DAY, "More");
    assert_eq!(told(&[]), Vec::<String>::new());
    let old = told(&["--set", "policy.lifetime.suppression=60d"]);
    assert_eq!(
        old,
        [format!(
            "the comment `keysieve{}allow` on line 2 has hidden a finding for 99 days: is its reason still true?",
            ":"
        )]
    );
    // Another reason renews it, and a last day is an age of its own.
    scratch.write("repo/a.txt", allow("github-personal-access-token a test account"));
    scratch.commit(98 * DAY, "Renew");
    assert_eq!(told(&["--set", "policy.lifetime.suppression=60d"]), Vec::<String>::new());
    scratch.write("repo/a.txt", allow("github-personal-access-token until=2030-01-01 a test account"));
    scratch.commit(98 * DAY, "Bound");
    assert_eq!(told(&["--set", "policy.lifetime.suppression=1d"]), Vec::<String>::new());
}

#[test]
fn what_hides_and_came_with_the_secret_is_said() {
    let scratch = Scratch::repository();
    let text_of = format!("token = {} # gitleaks{}allow\n", github("both"), ":");
    scratch.write("repo/a.txt", text_of);
    scratch.commit(50 * DAY, "Add both");
    let report = check(&scratch, &["--preset", "strict"]);
    let finding = report.findings().iter().find(|it| text(&it["rule"]) == "old-suppression").unwrap();
    assert!(text(&finding["message"]).contains("together with the secret that it hides"), "{finding}");
    assert_eq!(finding["severity"], "low");
}

#[test]
fn an_entry_of_the_baseline_ages() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", token("known"));
    scratch.commit(0, "Add");
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(0);
    scratch.commit(DAY, "Baseline");
    let report = check(&scratch, &["--preset", "strict", "--set", "policy.lifetime.suppression=60d"]);
    let finding = report.findings().iter().find(|it| text(&it["rule"]) == "old-suppression").unwrap();
    assert!(
        text(&finding["message"]).ends_with("has hidden a finding for 99 days: is its reason still true?"),
        "{finding}"
    );
}

#[test]
fn a_password_for_a_host_that_is_not_allowed_is_said() {
    let scratch = Scratch::repository();
    let url = |host: &str| format!("git clone https://build:{}@{host}/shop.git\n", "Xk7vQ2mZp9Rt4LwB");
    scratch.write("repo/a.sh", url("git.elsewhere.dev"));
    scratch.write("repo/keysieve.toml", "[policy.restriction]\nallowed-hosts = [\"*.shop.dev\"]\n");
    let told = |report: &Report| {
        let finding = report.findings().iter().find(|it| text(&it["places"][0]["path"]).ends_with("a.sh")).unwrap();
        let of_policy = |reason: &&Value| text(&reason["code"]) == "policy";
        let said = list(&finding["reasons"]).iter().filter(of_policy).map(|it| text(&it["text"]).to_owned());
        (finding["threshold"]["source"].clone(), said.collect::<Vec<_>>())
    };
    let (source, said) = told(&check(&scratch, &[]));
    assert_eq!(said, ["`credential-to-other-host`: is sent to git.elsewhere.dev, which is none of the allowed hosts"]);
    assert_eq!(source, "keysieve.toml:2");
    scratch.write("repo/a.sh", url("git.shop.dev:8443"));
    assert_eq!(told(&check(&scratch, &[])).1, Vec::<String>::new());
}

#[test]
fn what_a_branch_adds_and_removes_is_said() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "nothing\n");
    scratch.commit(0, "Begin");
    scratch.git("repo", &["checkout", "-q", "-b", "topic"]);
    scratch.write("repo/a.txt", token("brief"));
    scratch.commit(DAY, "Add");
    scratch.write("repo/a.txt", "nothing\n");
    scratch.commit(2 * DAY, "Remove");
    let base = ["history", "--base", "main", "--format", "json", "--show-secrets", "--now", NOW];
    let (_, told) = said(&keysieve(&scratch, "repo", &base).exits(1).json(), "brief");
    assert_eq!(
        told,
        [
            "`secret-removed-in-branch`: added and removed in the same range: a squash hides it, a push shows it all the same"
        ]
    );
}

#[test]
fn ciphertexts_pins_and_ends_have_ages() {
    let scratch = Scratch::repository();
    let sops =
        |data: &str| format!("password: ENC[AES256_GCM,data:{data},type:str]\nsops:\n  version: 3.9.0\n  mac: m\n");
    let pinned = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  refreshInterval: 1h\n  data:\n    - secretKey: k\n      remoteRef: {key: db, version: \"3\"}\n";
    let expiry = |day: &str| {
        format!(
            "resource \"azurerm_key_vault_secret\" \"a\" {{\n  value           = var.v\n  expiration_date = \"{day}T00:00:00Z\"\n}}\n"
        )
    };
    scratch.write("repo/old.enc.yaml", sops("abc"));
    scratch.write("repo/moved.enc.yaml", sops("abc"));
    scratch.write("repo/pinned.yaml", pinned);
    scratch.write("repo/main.tf", expiry("2024-01-01"));
    scratch.commit(0, "Begin");
    scratch.write("repo/moved.enc.yaml", sops("def"));
    scratch.write("repo/main.tf", expiry("2024-04-01"));
    scratch.commit(80 * DAY, "Rotate one, put off");
    scratch.write("repo/main.tf", expiry("2024-08-01"));
    scratch.commit(90 * DAY, "Put off again");
    let report = check(&scratch, &["--preset", "strict"]);
    let mut told: Vec<(String, String, String)> = report
        .findings()
        .iter()
        .map(|it| {
            (text(&it["rule"]).to_owned(), text(&it["places"][0]["path"]).to_owned(), text(&it["message"]).to_owned())
        })
        .filter(|(rule, _, _)| {
            ["encrypted-secret-not-renewed", "pinned-secret-version", "expiry-moved"].contains(&rule.as_str())
        })
        .collect();
    told.sort();
    let wanted = [
        (
            "encrypted-secret-not-renewed",
            "old.enc.yaml",
            "the ciphertext has not changed for 100 days, so neither has the secret",
        ),
        ("expiry-moved", "main.tf", "put off 2 times while everything beside it stayed as it was"),
        (
            "pinned-secret-version",
            "pinned.yaml",
            "pinned to the same version for 100 days: a rotated secret does not arrive",
        ),
    ];
    let wanted: Vec<(String, String, String)> =
        wanted.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect();
    assert_eq!(told, wanted);
}

#[test]
fn fingerprints_are_joined_over_repositories() {
    let key = format!("fingerprint-key = \"{}\"\n", "0a".repeat(32));
    let scratch = Scratch::new();
    for (name, salt) in [("one", "shared"), ("two", "shared"), ("three", "other")] {
        scratch.write(&format!("{name}/a.txt"), token(salt));
        scratch.write(&format!("{name}/keysieve.toml"), &key);
        keysieve(&scratch, ".", &["fingerprints", "export", name, "--output", &format!("{name}.jsonl")]).exits(0);
    }
    let export = std::fs::read_to_string(scratch.path("one.jsonl")).unwrap();
    assert!(!export.contains(&github("shared")) && export.contains("\"fingerprint\":\"ks1:"), "{export}");
    let joined = keysieve(&scratch, ".", &["fingerprints", "join", "one.jsonl", "two.jsonl", "three.jsonl"]).exits(1);
    joined.says("the same secret in one, two").says("1 of 3 secrets in 3 exports");
    keysieve(&scratch, ".", &["fingerprints", "join", "one.jsonl", "three.jsonl"]).exits(0);
    // Without a key of one's own a short secret could be guessed from the export.
    scratch.write("four/a.txt", token("shared"));
    keysieve(&scratch, ".", &["fingerprints", "export", "four"]).exits(2).says("fingerprint-key");
    scratch.write("four/keysieve.toml", format!("fingerprint-key = \"{}\"\n", "0b".repeat(32)));
    keysieve(&scratch, ".", &["fingerprints", "export", "four", "--output", "four.jsonl"]).exits(0);
    keysieve(&scratch, ".", &["fingerprints", "join", "one.jsonl", "four.jsonl"])
        .exits(2)
        .says("another fingerprint key");
    scratch.write("bad.jsonl", "{}\n");
    keysieve(&scratch, ".", &["fingerprints", "join", "bad.jsonl"]).exits(2).says("bad.jsonl:1");
}

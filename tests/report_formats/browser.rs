//! The page in a browser. `KEYSIEVE_BROWSER` names it (`chromium` if it says nothing); the gate installs it where it is missing.

use std::path::PathBuf;
use std::process::Command;

use keysieve::finding::Severity;
use keysieve::report::Formats;

use crate::sample::{Run, file, finding, made_up, place, sample};
use crate::{hostile, html};

/// A directory that goes when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the browser made of a page.
struct Seen {
    dom: String,
    console: Vec<String>,
}

fn open(name: &str, page: &str, hash: &str) -> Seen {
    let scratch = Scratch(std::env::temp_dir().join(format!("keysieve-browser-{name}-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0).unwrap();
    let file = scratch.0.join("page.html");
    std::fs::write(&file, page).unwrap();
    let browser = std::env::var("KEYSIEVE_BROWSER").unwrap_or_else(|_| "chromium".to_owned());
    let output = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"])
        .args(["--enable-logging=stderr", "--v=0", "--virtual-time-budget=4000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", scratch.0.join("profile").display()))
        .arg(format!("file://{}{hash}", file.display()))
        .output()
        .unwrap_or_else(|error| panic!("{browser}: {error}"));
    let log = String::from_utf8_lossy(&output.stderr);
    let console = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(dom.contains("<h1>keysieve report</h1>"), "{browser} shows nothing: {log}");
    Seen { dom, console }
}

impl Seen {
    /// The start tags of the findings that can be seen.
    fn shown(&self) -> Vec<&str> {
        let tags = self.dom.split("<details class=\"finding\"").skip(1).map(|rest| rest.split_once('>').unwrap().0);
        tags.filter(|tag| !tag.contains(" hidden=\"\"")).collect()
    }

    fn words(&self) -> &str {
        self.dom.split_once("<output id=\"shown\">").unwrap().1.split_once('<').unwrap().0
    }
}

#[test]
#[ignore = "needs a browser"]
fn the_page_says_nothing_on_the_console() {
    for (name, run) in [("sample", sample()), ("hidden", html::with_hidden()), ("clean", Run::of(vec![]))] {
        let seen = open(name, &run.text(Formats::Html), "");
        assert_eq!(seen.console, Vec::<String>::new(), "{name}");
        assert_eq!(seen.shown().len(), run.findings.len() + run.suppressed.len());
        assert!(seen.dom.contains("<form id=\"filter\">"), "the script did not run");
        assert_eq!(seen.words(), format!("{} shown", seen.shown().len()));
    }
}

#[test]
#[ignore = "needs a browser"]
fn the_filter_shows_what_was_asked_for() {
    let run = html::with_hidden();
    let page = run.text(Formats::Html);
    let fits = |field: &'static str| move |tag: &&str| tag.contains(field);
    let all = run.findings.len() + 1;
    for (name, hash, number, field) in [
        ("severity", "#severity=high", 3, "data-severity=\"high\""),
        ("rule", "#rule=key-without-rotation", 1, "data-rule=\"key-without-rotation\""),
        ("state", "#state=hidden", 1, "data-state=\"hidden\""),
        ("history", "#state=history", 2, "data-state=\"history\""),
        ("path", "#path=DEPLOY%2F", 1, "data-path=\"deploy/config.yml\""),
        ("search", "#search=checksum+end", 1, "data-severity=\"critical\""),
        ("both", "#severity=high&search=revoke-nothing", 0, ""),
    ] {
        let seen = open(name, &page, hash);
        assert_eq!(seen.console, Vec::<String>::new(), "{name}");
        let shown = seen.shown();
        assert_eq!((shown.len(), shown.iter().filter(|tag| fits(field)(tag)).count()), (number, number), "{hash}");
        assert_eq!(seen.words(), format!("{number} of {all} shown"));
    }
    // An address of one finding unfolds it.
    let seen = open("target", &page, "#f2");
    assert!(seen.dom.split_once("id=\"f2\"").unwrap().1.split_once('>').unwrap().0.contains("open=\"\""));
}

#[test]
#[ignore = "needs a browser"]
fn hostile_texts_are_texts() {
    let mut run = hostile::run();
    let bad = "</style></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">";
    run.findings[0].title = bad.to_owned().into();
    run.findings[1].message = bad.to_owned();
    run.descriptors[0].description = bad.to_owned();
    run.notes = vec![bad.to_owned()];
    let seen = open("hostile", &run.text(Formats::Html), "");
    assert_eq!(seen.console, Vec::<String>::new());
    assert!(seen.dom.contains("<title>keysieve report</title>"));
    assert!(!seen.dom.contains("<img"));
    assert_eq!(seen.shown().len(), 2);
}

#[test]
#[ignore = "needs a browser"]
fn what_is_not_ours_does_not_run() {
    let page = sample().text(Formats::Html);
    let own = "<script>document.title='ran'</script>";
    for (name, bad) in
        [("script", own), ("handler", "<p onclick=\"x\">x</p><img src=\"data:,\" onerror=\"document.title='ran'\">")]
    {
        let seen = open(name, &page.replacen("<h1>", &format!("{bad}<h1>"), 1), "");
        assert!(seen.dom.contains("<title>keysieve report</title>"), "{name} ran");
        assert!(!seen.console.is_empty(), "{name}: nobody refused it");
    }
    // The test can fail: without the policy it runs.
    let without = page.replacen("Content-Security-Policy", "X-Nothing", 1).replacen("<h1>", &format!("{own}<h1>"), 1);
    assert!(open("without", &without, "").dom.contains("<title>ran</title>"));
}

#[test]
#[ignore = "needs a browser"]
fn ten_thousand_findings_can_be_filtered() {
    let findings = (0..10_000).map(|n| {
        let secret = format!("exa_{}", made_up(n as u64, 30));
        let at = place(file(&format!("services/{n:05}/config.yml")), 7, &format!("key: {secret}"), &secret);
        finding("example-token", Severity::ALL[n % 5], &secret, vec![at])
    });
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let page = Run::of(findings).text(Formats::Html);
    let began = std::time::Instant::now();
    let seen = open("many", &page, "#path=services/0123&severity=critical");
    assert_eq!(seen.words(), "2 of 10000 shown");
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

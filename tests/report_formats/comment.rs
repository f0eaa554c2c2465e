//! The report as a comment on a pull request.

use keysieve::finding::Severity;
use keysieve::notice::{Cause, Notice};
use keysieve::report::Formats;

use crate::hostile::{self, is_hidden, without_code_spans};
use crate::sample::{Run, file, finding, made_up, place, sample};

fn many(number: usize) -> Run {
    let findings = (0..number).map(|n| {
        let secret = format!("exa_{}", made_up(n as u64, 30));
        let rule = format!("example-{}", n % 7);
        finding(&rule, Severity::ALL[n % 5], &secret, vec![place(file(&format!("{n}.txt")), 0, &secret, &secret)])
    });
    Run::of(findings.collect())
}

#[test]
fn a_comment_holds_the_report_and_says_what_it_does_not_hold() {
    let text = many(10_000).text(Formats::Markdown);
    assert!(text.len() <= 65_536 && text.len() > 60_000, "{}", text.len());
    let shown = text.matches("| `ks1:").count();
    assert!(text.contains(&format!("**{} more findings did not fit**", 10_000 - shown)), "{shown}");
    assert!(text.contains("| critical | 2000 |"));
    assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
    // The worst come first.
    let worst = text.find("<b>critical</b>").unwrap();
    assert!(text.find("<b>high</b>").is_none_or(|at| at > worst));
    // A few fit whole.
    let text = many(50).text(Formats::Markdown);
    assert_eq!((text.matches("| `ks1:").count(), text.contains("did not fit")), (50, false));
}

#[test]
fn neither_long_names_nor_many_gaps_leave_no_room() {
    let mut run = many(200);
    for (number, finding) in run.findings.iter_mut().enumerate() {
        finding.places[0].origin = file(&format!("{number}{}", "/long".repeat(1_000)));
        finding.title = "word ".repeat(1_000).into();
    }
    let names = (0..500).map(|number| format!("{number}{}", "/密".repeat(300)));
    run.notices = names
        .map(|name| Notice::new(Cause::ALL[name.bytes().map(usize::from).sum::<usize>() % 24], name.clone(), name))
        .collect();
    let text = run.text(Formats::Markdown);
    assert!(text.len() <= 65_536, "{}", text.len());
    assert!(text.matches("| `ks1:").count() > 50, "{text}");
}

#[test]
fn what_was_not_scanned_stands_in_the_open_where_it_counts() {
    let text = sample().text(Formats::Markdown);
    let open = text.find("<details open><summary>Not scanned, which makes the scan incomplete").unwrap();
    assert!(text[open..].contains("| unreadable | `private/a.txt` |"), "{text}");
    assert!(text.contains("| lfs-pointer | and 20 more | |"), "{text}");
    assert!(text.starts_with("<!-- keysieve -->\n### ❌ keysieve: 5 findings at or above medium"), "{text}");
    assert!(text.contains("**What to do next**\n\n1. Revoke the token"), "{text}");
    let clean = Run::of(vec![]).text(Formats::Markdown);
    assert!(clean.starts_with("<!-- keysieve -->\n### ✅ keysieve: no findings"), "{clean}");
}

/// The cells of a row as GitHub cuts them: at bars without a backslash, in code spans as well.
fn cells(row: &str) -> usize {
    let bars = row.char_indices().filter(|(at, c)| *c == '|' && !row[..*at].ends_with('\\'));
    bars.count() - 1
}

#[test]
fn nobody_gets_out_of_the_table_or_calls_anybody() {
    let mut run = hostile::run();
    run.findings[0].message = format!("@org/team see #1, GH-1, https://a.example www.b.example {}", hostile::EVIL);
    run.findings[1].message = "</details><img src=x onerror=alert(1)> 0123456789abcdef `a`` | b".to_owned();
    run.findings[0].title = "</summary><script>@me".into();
    let text = run.text(Formats::Markdown);
    assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'));
    for line in text.lines() {
        if line.starts_with("| ") {
            assert!([2, 3].contains(&cells(line)), "{} cells: {line}", cells(line));
        }
        if let Some(summary) = line.strip_prefix("<details") {
            // HTML: only our own elements, and what is not plain within `code`.
            let own = ["summary", "/summary", "b", "/b", "code", "/code"];
            for tag in summary.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
                assert!(own.contains(&tag), "{tag} in {line}");
            }
            let prose: String = summary.split("<code>").map(|part| part.rsplit("</code>").next().unwrap()).collect();
            assert!(!prose.contains('@') && !prose.contains('#'), "{line}");
        } else if !line.starts_with("<") {
            let prose = without_code_spans(line);
            assert!(!prose.contains(['<', '@', '[', '&']) && !prose.contains("://"), "{line}");
            assert!(!prose.contains("www.") && !prose.contains("GH-") && !prose.contains("0123456789"), "{line}");
            assert!(!prose.trim_start_matches('#').contains('#'), "{line}");
        }
    }
    assert_eq!(text.matches("<details").count(), text.matches("</details>\n").count());
}

//! More secrets than are kept.

use crate::scripted::Scratch;
use crate::support::{github, keysieve};

/// What is kept does not depend on the threads, and what is not is said.
#[test]
fn of_too_many_places_those_of_the_first_files_are_told() {
    let scratch = Scratch::new();
    for file in 0..40 {
        let lines = (0..5).map(|line| format!("token = {}\n", github(&format!("{file}-{line}"))));
        scratch.write(&format!("tree/{file:02}.txt"), lines.collect::<String>());
    }
    let told = |flags: &[&str]| {
        let run = keysieve(&scratch, "", &[&["scan", "tree", "--format", "csv"], flags].concat()).exits(1);
        (run.out().to_owned(), run.said("--max-places 0"))
    };
    let count = |report: &str| report.lines().filter(|row| row.contains("github")).count();
    let (all, is_cut) = told(&[]);
    assert_eq!((count(&all), is_cut), (200, false));
    let paths = |report: &str| (0..40).filter(|file| report.contains(&format!("{file:02}.txt"))).collect::<Vec<_>>();
    let (first, is_cut) = told(&["--max-places", "23", "--threads", "1"]);
    assert_eq!((count(&first), paths(&first), is_cut), (23, vec![0, 1, 2, 3, 4], true));
    for threads in ["2", "4"] {
        assert_eq!(told(&["--max-places", "23", "--threads", threads]).0, first);
    }
    for most in ["0", "200"] {
        assert_eq!(told(&["--max-places", most]), (all.clone(), false));
    }
    keysieve(&scratch, "", &["scan", "tree", "--max-places", "23", "--exit-zero"]).exits(3);
}

/// A long secret counts for more than one place: what is bounded is memory.
#[test]
fn long_secrets_fill_the_bound_sooner() {
    let scratch = Scratch::new();
    for key in 0..6 {
        scratch.write(&format!("tree/{key}.pem"), format!("{}\n", crate::support::pem(&key.to_string())));
    }
    let run = keysieve(&scratch, "", &["scan", "tree", "--max-places", "6", "--format", "csv"]).exits(1);
    let count = run.out().lines().filter(|row| row.contains(".pem")).count();
    assert!((1..6).contains(&count) && run.said("--max-places 0"), "{count}");
}

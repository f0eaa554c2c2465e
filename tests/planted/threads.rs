//! The number of threads is not to be seen in any report.

use crate::repository::Planted;
use crate::support::{FORMATS, command, github, run, token};

/// Dozens of findings in many files and versions of files, some of them large enough to be read in parts, and things
/// that cannot be scanned.
fn busy() -> Planted {
    let planted = Planted::new();
    let scratch = &planted.scratch;
    for version in 0..4 {
        for file in 0..12 {
            let secret = github(&format!("{file}-{}", version / 2));
            let npm = token("npm-access-token", &format!("{file}-{version}"));
            scratch.write(&format!("repo/d{}/f{file}.txt", file % 5), format!("v{version}\n{secret} {npm}\n{secret}"));
        }
        scratch
            .commit(1_000 + version, &format!("Version {version}, {}", token("slack-bot-token", &version.to_string())));
    }
    let long: String = (0..9)
        .map(|part| format!("{}\n{}\n", "a line of text\n".repeat(70_000), github(&format!("long{part}"))))
        .collect();
    scratch.write("repo/long.txt", long);
    scratch.write(
        "repo/.github/workflows/ci.yml",
        "on: push\npermissions: write-all\njobs:\n  a:\n    runs-on: x\n    steps: []\n",
    );
    scratch.write("repo/broken.tf", "resource \"a\" {\n");
    planted
}

#[test]
fn reports_are_the_same_bytes_for_any_number_of_threads() {
    let planted = busy();
    for format in FORMATS {
        let of = |threads: &str| {
            run(command(&planted.scratch.path("repo")).args([
                "check",
                "--format",
                format,
                "--threads",
                threads,
                "--min-confidence",
                "low",
            ]))
            .exits(1)
        };
        let one = of("1");
        if format == "json" {
            assert!(one.json().findings().len() > 80, "{}", one.json().findings().len());
        }
        for threads in ["2", "8", "2", "8"] {
            let other = of(threads);
            assert!(other.stdout == one.stdout && other.stderr == one.stderr, "{format}, {threads} threads");
        }
    }
}

#[test]
fn reports_do_not_depend_on_where_the_repository_lies() {
    let planted = Planted::new();
    planted.scratch.git(".", &["clone", "-q", "--mirror", "repo", "mirror.git"]);
    let from = |at: &str, path: &str| {
        let directory = planted.scratch.path(at);
        run(command(&directory).args(["history", path, "--format", "json"])).exits(1).stdout
    };
    assert_eq!(from("mirror.git", "."), from(".", "mirror.git"));
    let check = |at: &str, path: &str| {
        run(command(&planted.scratch.path(at)).args(["check", path, "--format", "sarif"])).stdout
    };
    assert_eq!(check("repo", "."), check(".", "repo"));
}

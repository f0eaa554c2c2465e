//! The number of threads is not to be seen in any report.

use crate::repository::Planted;
use crate::support::{FORMATS, command, expanded, github, run, token};

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

/// The planted repository, a finding that needs to know what git tracks, and notices that name the repository.
fn elsewhere() -> Planted {
    let planted = Planted::new();
    let password = expanded("github-oauth-token", "{base62:20}");
    planted.scratch.write("repo/.env", format!("MODE=production\nDATABASE_PASSWORD={password}\n"));
    planted.scratch.git("repo", &["add", ".env"]);
    planted.scratch.git(".", &["clone", "-q", "--mirror", "repo", "mirror.git"]);
    planted.scratch.git("repo", &["worktree", "add", "-q", "--detach", "../linked"]);
    planted.scratch.write("repo/.git/objects/pack/pack-0.idx", "damaged");
    planted.scratch.write("repo/.git/shallow", format!("{}\n", planted.scratch.git("repo", &["rev-parse", "HEAD"])));
    planted
}

#[test]
fn reports_do_not_depend_on_where_the_repository_lies() {
    let (here, there) = (elsewhere(), elsewhere());
    let cases: [(&str, &[&str]); 7] = [
        ("repo", &["check"]),
        ("repo/src", &["check", ".."]),
        ("repo/src", &["history"]),
        ("repo/src", &["scan", "--staged"]),
        (".", &["check", "repo"]),
        ("mirror.git", &["history", "../repo"]),
        ("linked", &["check"]),
    ];
    for (at, arguments) in cases {
        for format in FORMATS {
            let arguments = [arguments, &["--format", format]].concat();
            let one = run(command(&here.scratch.path(at)).args(&arguments)).exits(1);
            let other = run(command(&there.scratch.path(at)).args(&arguments)).exits(1);
            assert_eq!(one.out(), other.out(), "{at}: {arguments:?}");
        }
    }
    let findings = |at: &str, path: &str| {
        let arguments = ["check", path, "--format", "json"];
        run(command(&here.scratch.path(at)).args(arguments)).exits(1).json().findings().to_vec()
    };
    let inside = findings("repo", ".");
    assert!(inside.iter().any(|finding| finding.to_string().contains("tracked-env-file")));
    assert_eq!(findings(".", "repo"), inside);
    assert_eq!(findings("repo/src", ".."), inside);
    let absolute = here.scratch.path("repo");
    assert_eq!(findings("mirror.git", absolute.to_str().unwrap()), inside);
}

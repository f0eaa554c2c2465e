//! The release that `.github/workflows/release.yml` makes is the one that `action/get.sh` looks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{of_this_repository, run, text};
use crate::yaml::yaml;

/// The targets that the workflow builds.
fn built() -> BTreeSet<String> {
    let workflow = yaml(".github/workflows/release.yml");
    let matrix = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    matrix.iter().map(|entry| text(&entry["target"]).to_owned()).collect()
}

#[test]
fn every_target_that_the_action_asks_for_is_built() {
    let script = of_this_repository("action/get.sh");
    let body = script.split("\ntarget() {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
    let asked: BTreeSet<String> = body
        .split_whitespace()
        .filter(|word| {
            word.matches('-').count() >= 2 && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        })
        .map(str::to_owned)
        .collect();
    assert!(asked.len() >= 5, "{asked:?}");
    let built = built();
    assert!(asked.is_subset(&built), "{asked:?} {built:?}");
    let all = ["linux-gnu", "linux-musl", "apple-darwin"].map(|os| ["x86_64", "aarch64"].map(|cpu| (cpu, os)));
    for (cpu, os) in all.as_flattened() {
        assert!(built.iter().any(|target| target.starts_with(cpu) && target.ends_with(os)), "{cpu} {os}");
    }
}

/// In place of the program: says what it was asked.
const PROGRAM: &str = "#!/bin/sh\n\
    if [ \"$1\" = man ]; then mkdir -p \"$3\" && echo page > \"$3/keysieve.1\"; else echo \"$*\"; fi\n";

#[test]
fn an_archive_is_named_and_filled_as_the_action_and_people_need_it() {
    let version = env!("CARGO_PKG_VERSION");
    for target in built() {
        let scratch = Scratch::new();
        scratch.write("program", PROGRAM);
        run(Command::new("chmod").args(["+x", "program"]).current_dir(scratch.path("."))).exits(0);
        let (program, assets) = (scratch.path("program"), scratch.path("assets"));
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/package");
        run(Command::new(package).arg(&target).arg(program).arg(&assets)).exits(0);
        let is_windows = target.contains("windows");
        let name = format!("keysieve-{version}-{target}");
        let mut written: Vec<String> =
            fs::read_dir(&assets).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        written.sort();
        let archives = if is_windows { vec!["tar.gz", "zip"] } else { vec!["tar.gz"] };
        assert_eq!(written, archives.iter().map(|archive| format!("{name}.{archive}")).collect::<Vec<_>>());
        let listed = |archive: &str| {
            let (tool, flags) =
                if archive == "zip" { ("python3", vec!["-m", "zipfile", "-l"]) } else { ("tar", vec!["-tzf"]) };
            run(Command::new(tool).args(flags).arg(assets.join(format!("{name}.{archive}")))).exits(0).out()
        };
        let suffix = if is_windows { ".exe" } else { "" };
        for archive in archives {
            let list = listed(archive);
            let files = [
                &format!("keysieve{suffix}"),
                "README.md",
                "LICENSE-MIT",
                "man/keysieve.1",
                "completions/keysieve.zsh",
            ];
            for file in files {
                assert!(list.contains(&format!("{name}/{file}")), "{file}: {list}");
            }
        }
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/package");
    run(&mut Command::new(package)).exits(2).says("usage");
}

/// What is compiled into the program must change the name under which the action keeps it.
#[test]
fn everything_that_is_compiled_is_in_the_digest() {
    let script = of_this_repository("action/get.sh");
    let found = script.lines().find(|line| line.contains("find Cargo.toml")).unwrap();
    let digested: Vec<&str> = found.split_whitespace().collect();
    let mut directories = vec![Path::new("src").to_owned()];
    let mut outside = 0;
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let Ok(source) = fs::read_to_string(&path) else { continue };
            for name in source.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let included = fs::canonicalize(path.parent().unwrap().join(name)).unwrap();
                let included = included.strip_prefix(fs::canonicalize(".").unwrap()).unwrap().to_owned();
                outside += usize::from(!included.starts_with("src"));
                let is_digested = digested.iter().any(|directory| included.starts_with(directory));
                assert!(is_digested, "{}: {}", path.display(), included.display());
            }
        }
    }
    assert!(outside > 0);
}

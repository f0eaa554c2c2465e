//! Working trees and streams, and the contract that every source keeps.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Cursor;

use globset::{Glob, GlobSetBuilder};
use keysieve::notice::Cause;
use keysieve::place::{FilePath, Origin};
use keysieve::source::{
    GitEnvironment, History, OVERLAP, PART, Repository, Source, SourceError, Staged, Stdin, Stop, Tree,
};

mod scripted;

use scripted::{Scratch, Seen};

fn names(seen: &Seen) -> Vec<String> {
    let files = seen.texts.keys().filter(|origin| matches!(origin, Origin::File(_)));
    files.map(Origin::display).collect()
}

/// A text whose every place is told apart, with characters of several lengths and long lines.
fn long_text(length: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(length + 32);
    let mut number = 0_u64;
    while text.len() < length {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.extend(format!("{number:x} é €\u{1F511}").bytes());
        if number >> 40 & 0xFFF == 0 {
            text.push(b'\n');
        }
    }
    text
}

#[test]
fn parts_are_the_whole_whatever_the_source() {
    for length in [PART - 20, PART + 1, PART + OVERLAP, 2 * PART + OVERLAP + 7] {
        let text = long_text(length);
        let scratch = Scratch::repository();
        scratch.write("repo/long", &text);
        scratch.git("repo", &["add", "long"]);
        let repository = scratch.open("repo");
        for threads in [1, 3] {
            let tree = Seen::run(&Tree::new([scratch.path("repo")], threads));
            assert!(tree.texts[&Origin::File("long".into())] == [text.clone()]);
            let stdin = Seen::run(&Stdin::new(Cursor::new(&text), threads));
            assert!(stdin.texts[&Origin::Stdin] == [text.clone()]);
            let staged = Seen::run(&Staged::new(&repository, threads));
            assert!(staged.texts[&Origin::Staged("long".into())] == [text.clone()]);
            for seen in [&tree, &stdin, &staged] {
                assert_eq!((seen.tally.coverage.files, seen.tally.coverage.file_bytes), (1, text.len() as u64));
            }
            let history = Seen::run(&History::new(&repository, threads));
            assert!(history.texts.values().any(|texts| *texts == [text.clone()]));
            assert_eq!(history.tally.coverage.history_bytes, text.len() as u64);
        }
    }
}

#[test]
fn long_blobs_in_packs_are_cut_alike_as_deltas_and_as_wholes() {
    let scratch = Scratch::repository();
    let text = long_text(PART + 3 * OVERLAP);
    scratch.write("repo/one", &text);
    scratch.commit(0, "one");
    scratch.write("repo/one", [b"first line\n", &text[..]].concat());
    scratch.commit(1, "two");
    scratch.git("repo", &["repack", "-adfq"]);
    let seen = Seen::run(&History::new(&scratch.open("repo"), 2));
    assert!(seen.texts.values().flatten().any(|found| *found == text));
    assert_eq!(seen.tally.coverage.blobs, 2);
    assert!(seen.is_complete());
}

#[test]
fn every_source_stops_when_asked() {
    let scratch = Scratch::repository();
    for number in 0..50 {
        scratch.write(&format!("repo/file-{number}"), format!("text {number}"));
    }
    scratch.git("repo", &["add", "-A"]);
    let repository = scratch.open("repo");
    let sources: [Box<dyn Source + '_>; 4] = [
        Box::new(Tree::new([scratch.path("repo")], 2)),
        Box::new(Stdin::new(Cursor::new(long_text(3 * PART)), 2)),
        Box::new(Staged::new(&repository, 2)),
        Box::new(History::new(&repository, 2)),
    ];
    for source in sources {
        let stop = Stop::default();
        let items = std::sync::atomic::AtomicUsize::new(0);
        let sink = |_: keysieve::source::Item<'_>| {
            items.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            stop.request();
        };
        let tally = source.each(&sink, &stop).unwrap();
        assert_eq!(tally.coverage.skipped.get(&Cause::Interrupted), Some(&1));
        assert!(items.into_inner() <= 8, "each thread ends after the item at hand");
    }
}

#[test]
fn ignore_files_count_with_and_without_a_repository() {
    for with_git in [true, false] {
        let scratch = Scratch::new();
        if with_git {
            scratch.git(".", &["init", "-q", "repo"]);
        }
        scratch.write("repo/.gitignore", "*.log\n/build/\n!keep.log\n");
        scratch.write("repo/.ignore", "secretly\n");
        for path in ["a.log", "keep.log", "build/x", "build/y", "src/build/z", "src/b.log", "secretly", ".env"] {
            scratch.write(&format!("repo/{path}"), path);
        }
        scratch.write("repo/src/.gitignore", "!b.log\n");
        let mut tree = Tree::new([scratch.path("repo")], 2);
        let seen = Seen::run(&tree);
        let expected = [".env", ".gitignore", ".ignore", "keep.log", "src/.gitignore", "src/b.log", "src/build/z"];
        assert_eq!(names(&seen), expected);
        assert_eq!(seen.skipped(Cause::Ignored), 3, "a.log, build, secretly");
        assert!(seen.is_complete());
        tree.no_ignore = true;
        assert_eq!(names(&Seen::run(&tree)).len(), 11);
    }
}

#[test]
fn rules_reach_from_the_repository_root_to_a_named_directory_and_not_from_beyond() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", "*\n");
    scratch.write(".ignore", "*\n");
    scratch.write("repo/.gitignore", "*.tmp\nsub/deep/hidden\n");
    scratch.write("repo/.git/info/exclude", "*\n");
    for path in ["a.tmp", "b", "hidden"] {
        scratch.write(&format!("repo/sub/deep/{path}"), path);
    }
    assert_eq!(names(&Seen::run(&Tree::new([scratch.path("repo/sub/deep")], 1))), ["b"]);
    scratch.git("repo/sub", &["init", "-q", "nested"]);
    scratch.write("repo/sub/nested/c.tmp", "not ours to ignore");
    let seen = Seen::run(&Tree::new([scratch.path("repo/sub")], 1));
    assert_eq!(names(&seen), ["deep/b", "nested/c.tmp"]);
}

#[test]
fn what_is_named_is_scanned_and_shown_as_it_was_named() {
    let scratch = Scratch::repository();
    scratch.write("repo/.gitignore", "*.tmp\nout/\n");
    scratch.write("repo/a.tmp", "a");
    scratch.write("repo/out/b", "b");
    let root = scratch.path("repo").display().to_string();
    let seen = Seen::run(&Tree::new([format!("{root}/a.tmp"), format!("{root}/out"), root.clone(), root.clone()], 2));
    let mut expected = [format!("{root}/.gitignore"), format!("{root}/a.tmp"), format!("{root}/out/b")];
    expected.sort();
    assert_eq!(names(&seen), expected, "each once");
    let nothing = Tree::new([scratch.path("repo/none")], 1).each(&|_| {}, &Stop::default());
    assert!(matches!(nothing, Err(SourceError::NoSuchPath { .. })));
}

#[test]
fn what_the_configuration_excludes_is_counted() {
    let scratch = Scratch::new();
    scratch.write("tree/vendor/a/b", "");
    scratch.write("tree/src/x.min.js", "");
    scratch.write("tree/src/x.js", "");
    let mut tree = Tree::new([scratch.path("tree")], 1);
    let mut globs = GlobSetBuilder::new();
    globs.add(Glob::new("vendor").unwrap()).add(Glob::new("**/*.min.js").unwrap());
    tree.exclude = globs.build().unwrap();
    let seen = Seen::run(&tree);
    assert_eq!(names(&seen), ["src/x.js"]);
    assert_eq!(seen.skipped(Cause::Excluded), 2);
}

#[test]
fn an_empty_directory_is_not_a_clean_one() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path("tree/below/.git")).unwrap();
    scratch.write("tree/below/.git/config", "x");
    scratch.write("tree/worktree/.git", "gitdir: elsewhere");
    let seen = Seen::run(&Tree::new([scratch.path("tree")], 1));
    assert_eq!(names(&seen), Vec::<String>::new());
    assert_eq!(seen.notices(Cause::NothingFound).len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_counted_and_pipes_are_never_opened() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.write("tree/real/file", "text");
    symlink(scratch.path("tree/real"), scratch.path("tree/directory-link")).unwrap();
    symlink("real/file", scratch.path("tree/file-link")).unwrap();
    symlink("nowhere", scratch.path("tree/broken-link")).unwrap();
    for pipe in ["tree/pipe", "tree/real/.gitignore"] {
        assert!(std::process::Command::new("mkfifo").arg(scratch.path(pipe)).status().unwrap().success());
    }
    let _socket = std::os::unix::net::UnixListener::bind(scratch.path("tree/socket")).unwrap();
    let seen = Seen::run(&Tree::new([scratch.path("tree")], 2));
    assert_eq!(names(&seen), ["real/file"]);
    assert_eq!((seen.skipped(Cause::Symlink), seen.skipped(Cause::SpecialFile)), (3, 3));
    let named = Seen::run(&Tree::new([scratch.path("tree/directory-link"), scratch.path("tree/broken-link")], 2));
    assert_eq!(names(&named), ["file"], "a link that is named is followed");
    assert_eq!(named.skipped(Cause::Symlink), 1);
}

#[cfg(unix)]
#[test]
fn odd_names_are_kept_and_each_part_of_a_path_is_judged_once() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    let directory = scratch.path("tree/dir");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join(OsStr::from_bytes(b"a\xFF\n")), "1").unwrap();
    fs::write(directory.join("b"), "2").unwrap();
    let mut own: Vec<Vec<u8>> = Vec::new();
    let collected = std::sync::Mutex::new(&mut own);
    let sink = |item: keysieve::source::Item<'_>| {
        if matches!(item.origin, Origin::FileName(_)) {
            collected.lock().unwrap().push(item.bytes[item.own].to_vec());
        }
    };
    Tree::new([scratch.path("tree")], 2).each(&sink, &Stop::default()).unwrap();
    own.sort();
    assert_eq!(own, [b"a\xFF\n".to_vec(), b"b".to_vec(), b"dir".to_vec()]);
    let seen = Seen::run(&Tree::new([scratch.path("tree")], 1));
    assert!(seen.texts.contains_key(&Origin::File(FilePath::new(&b"dir/a\xFF\n"[..]))));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.write("tree/closed/file", "");
    scratch.write("tree/file", "");
    scratch.write("tree/open", "");
    for path in ["tree/closed", "tree/file"] {
        fs::set_permissions(scratch.path(path), fs::Permissions::from_mode(0)).unwrap();
    }
    let is_superuser = fs::read_dir(scratch.path("tree/closed")).is_ok();
    let seen = Seen::run(&Tree::new([scratch.path("tree")], 1));
    fs::set_permissions(scratch.path("tree/closed"), fs::Permissions::from_mode(0o700)).unwrap();
    if !is_superuser {
        let mut notices = seen.notices(Cause::Unreadable);
        notices.sort();
        assert_eq!(notices.len(), 2);
        assert!(notices[0].starts_with("closed") && notices[0].contains("ermission"), "{notices:?}");
    }
    assert!(names(&seen).contains(&"open".to_owned()));
}

#[test]
fn a_stream_that_breaks_off_is_scanned_as_far_as_it_came() {
    struct Breaks(Vec<u8>);
    impl std::io::Read for Breaks {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::Error::other("the other end hung up"));
            }
            let count = out.len().min(self.0.len()).min(70_000);
            out[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }
    for length in [5, PART + 5, 2 * PART] {
        let text = long_text(length);
        let seen = Seen::run(&Stdin::new(Breaks(text.clone()), 2));
        assert!(seen.texts[&Origin::Stdin] == [text]);
        assert!(seen.notices(Cause::Unreadable)[0].contains("hung up"));
    }
    let nothing = Seen::try_run(&Stdin::new(Breaks(Vec::new()), 1));
    assert!(matches!(nothing, Err(SourceError::Unreadable { .. })));
}

#[test]
fn a_path_outside_any_repository_is_told_apart() {
    let scratch = Scratch::new();
    scratch.write("plain/file", "");
    let open = |path| Repository::open(&scratch.path(path), &GitEnvironment::default()).map(|_| ());
    assert!(matches!(open("plain"), Err(SourceError::NotARepository { .. })));
    assert!(matches!(open("none"), Err(SourceError::NoSuchPath { .. })));
}

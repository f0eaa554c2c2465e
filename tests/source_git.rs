//! Repositories of all sorts and conditions: what the history, the index and provenance make of them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use keysieve::notice::Cause;
use keysieve::place::{FilePath, Origin};
use keysieve::provenance::{Lineage, Sightings, Timeline, trace, versions};
use keysieve::source::{
    End, GitEnvironment, Graph, History, Id, Range, Repository, Selection, Source, SourceError, Staged, Stop,
};

mod scripted;

use scripted::{Scratch, Seen, overwrite};

/// Text that stands for a secret. It is only looked for; nothing about its shape matters.
fn marker(name: &str) -> String {
    format!("marker<{name}>")
}

fn history(repository: &Repository) -> Seen {
    Seen::run(&History::new(repository, 2))
}

fn graph(repository: &Repository) -> Graph {
    let history = History::new(repository, 2);
    assert!(history.take_graph().is_none());
    history.each(&|_| {}, &Stop::default()).unwrap();
    history.take_graph().unwrap()
}

fn traced(repository: &Repository, graph: &Graph, ids: &[&str]) -> Sightings {
    let wanted: Vec<Id> = ids.iter().map(|id| Id::from_hex(id).unwrap()).collect();
    trace(repository, &Lineage::new(graph.clone()), &graph.nesting, (&wanted, &[]), None, 2, &Stop::default())
}

/// `path commit-of-introduction in-head reachable`, in order.
fn lines(sightings: &Sightings, id: &str) -> Vec<String> {
    let of = sightings.of(Id::from_hex(id).unwrap()).iter();
    of.map(|s| format!("{} {} {} {}", s.path.display(), s.first.id, s.in_head, s.first.reachable)).collect()
}

#[test]
fn nothing_escapes_wherever_it_was_put() {
    let scratch = Scratch::repository();
    let repo = |arguments: &[&str]| scratch.git("repo", arguments);
    scratch.write("repo/kept", marker("kept"));
    scratch.write("repo/removed", marker("removed"));
    let first = scratch.commit(0, "first");
    let removed = repo(&["rev-parse", "HEAD:removed"]);
    let kept = repo(&["rev-parse", "HEAD:kept"]);
    fs::remove_file(scratch.path("repo/removed")).unwrap();
    let second = scratch.commit(10, &format!("second, with {}", marker("message")));

    repo(&["checkout", "-q", "-b", "side"]);
    scratch.write("repo/side", "side");
    scratch.commit(20, "side");
    repo(&["checkout", "-q", "main"]);
    scratch.write("repo/main", "main");
    scratch.commit(30, "main");
    repo(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    scratch.write("repo/resolution", marker("resolution"));
    let merge = scratch.commit(40, "merge");
    let resolution = repo(&["rev-parse", "HEAD:resolution"]);

    scratch.write("repo/kept", marker("stashed"));
    repo(&["stash", "push", "-q", "-m", "put away"]);
    let stash = repo(&["rev-parse", "refs/stash"]);
    let stashed = repo(&["rev-parse", "refs/stash:kept"]);

    repo(&["tag", "-a", "-m", &format!("tag with {}", marker("tag")), "v1"]);
    let tag = repo(&["rev-parse", "v1"]);

    scratch.write("loose", marker("dangling"));
    let dangling = repo(&["hash-object", "-w", "../loose"]);

    scratch.write("repo/amended", marker("amended"));
    let amended = scratch.commit(50, "amended away");
    let amended_blob = repo(&["rev-parse", "HEAD:amended"]);
    repo(&["reset", "-q", "--hard", "HEAD~1"]);
    repo(&["reflog", "expire", "--expire=now", "--expire-unreachable=now", "main"]);

    for repacked in [false, true] {
        if repacked {
            repo(&["repack", "-adfkq"]);
            assert_eq!(scratch.packs("repo/.git", "pack").len(), 1);
        }
        let repository = scratch.open("repo");
        let seen = history(&repository);
        for name in ["kept", "removed", "message", "resolution", "stashed", "tag", "dangling", "amended"] {
            assert_eq!(seen.count(&marker(name)), 1, "{name}, repacked: {repacked}");
        }
        assert!(seen.is_complete(), "{:?}", seen.tally);
        assert!(seen.texts[&Origin::TagMessage { id: tag.clone() }][0].starts_with(b"tag with"), "message only");
        let objects = repo(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]);
        let count = |kind: &str| objects.lines().filter(|line| line.starts_with(kind)).count() as u64;
        let coverage = &seen.tally.coverage;
        assert_eq!((coverage.blobs, coverage.commits, coverage.tags), (count("blob"), count("commit"), count("tag")));

        let graph = graph(&repository);
        let ids = [&kept, &removed, &resolution, &stashed, &dangling, &amended_blob].map(String::as_str);
        let sightings = traced(&repository, &graph, &ids);
        assert_eq!(lines(&sightings, &kept), [format!("kept {first} true true")]);
        assert_eq!(lines(&sightings, &removed), [format!("removed {first} false true")]);
        assert_eq!(lines(&sightings, &resolution), [format!("resolution {merge} true true")]);
        assert_eq!(lines(&sightings, &stashed), [format!("kept {stash} false true")]);
        assert_eq!(lines(&sightings, &dangling), Vec::<String>::new());
        assert_eq!(lines(&sightings, &amended_blob), [format!("amended {amended} false false")]);
        assert!(sightings.tally.notices.is_empty());
        let lineage = Lineage::new(graph.clone());
        let introduction = lineage.introduction(Id::from_hex(&second).unwrap()).unwrap();
        assert_eq!(introduction.author, "Ann Author <ann@example.com>");
        assert_eq!(introduction.date, "2023-11-14T22:13:30Z");
        assert!(introduction.reachable);
        let introduction = lineage.introduction(Id::from_hex(&tag).unwrap()).unwrap();
        assert!(introduction.reachable && introduction.author.starts_with("Carl"));
        assert!(lineage.introduction(Id::from_hex(&kept).unwrap()).is_none());
    }
}

#[test]
fn every_path_of_a_blob_is_found_with_its_own_first_commit() {
    let scratch = Scratch::repository();
    scratch.write("repo/a/b/c/deep", marker("same"));
    let first = scratch.commit(100, "first");
    scratch.git("repo", &["mv", "a", "z"]);
    // A clock that went backwards does not make the child the first.
    let second = scratch.commit(-100, "renamed");
    scratch.write("repo/copy", marker("same"));
    let third = scratch.commit(200, "copied");
    let id = scratch.git("repo", &["rev-parse", "HEAD:copy"]);
    let repository = scratch.open("repo");
    let sightings = traced(&repository, &graph(&repository), &[&id]);
    assert_eq!(
        lines(&sightings, &id),
        [
            format!("a/b/c/deep {first} false true"),
            format!("z/b/c/deep {second} true true"),
            format!("copy {third} true true"),
        ]
    );
}

#[test]
fn the_versions_of_a_file_are_told_across_moves_and_merges() {
    let scratch = Scratch::repository();
    let git = |arguments: &[&str]| scratch.git("repo", arguments);
    scratch.write("repo/old/key.txt", "one\n");
    scratch.write("repo/other.txt", "other\n");
    scratch.commit(0, "One");
    scratch.write("repo/other.txt", "another\n");
    scratch.commit(10, "Unrelated");
    git(&["tag", "first"]);
    fs::create_dir(scratch.path("repo/new")).unwrap();
    git(&["mv", "old/key.txt", "new/key.txt"]);
    scratch.commit(20, "Move");
    git(&["checkout", "-q", "-b", "side"]);
    scratch.write("repo/new/key.txt", "two\n");
    scratch.commit(30, "Two");
    git(&["checkout", "-q", "main"]);
    scratch.write("repo/other.txt", "main\n");
    scratch.commit(40, "Main");
    git(&["merge", "-q", "--no-edit", "side"]);
    git(&["mv", "new/key.txt", "new/renamed.txt"]);
    scratch.write("repo/new/renamed.txt", "two\n");
    scratch.commit(50, "Rename");
    let repository = scratch.open("repo");
    let graph = graph(&repository);
    let path = |path: &str| FilePath::from(path);
    let paths = [path("new/renamed.txt"), path("gone.txt"), path("other.txt")];
    let timelines = versions(&repository, &Lineage::new(graph.clone()), graph.head.unwrap(), &paths, &Stop::default());
    let told = |timeline: &Timeline| -> Vec<String> {
        let of = timeline.versions.iter().map(|version| {
            let subject = git(&["log", "-1", "--format=%s", &version.commit.to_string()]);
            let content = git(&["cat-file", "-p", &version.blob.to_string()]);
            format!("{} {content} {subject} {}", version.path.display(), version.refs.join(" "))
        });
        of.collect()
    };
    assert_eq!(
        told(&timelines[0]),
        [
            "old/key.txt one One refs/tags/first",
            "new/key.txt one Move ",
            "new/key.txt two Merge branch 'side' refs/heads/side",
            "new/renamed.txt two Rename refs/heads/main",
        ]
    );
    assert_eq!(told(&timelines[1]), [] as [&str; 0]);
    assert_eq!(told(&timelines[2]).len(), 3);
    assert!(timelines.iter().all(|timeline| !timeline.at_least));
}

#[test]
fn one_object_in_many_places_is_lent_once() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("twice"));
    scratch.commit(0, "one");
    scratch.git("repo", &["repack", "-q"]);
    let id = scratch.git("repo", &["rev-parse", "HEAD:file"]);
    scratch.write("repo/other", "other");
    scratch.commit(1, "two");
    // Without -d, the first pack and the loose objects stay beside the pack of everything.
    scratch.git("repo", &["repack", "-aq"]);
    assert_eq!(scratch.packs("repo/.git", "pack").len(), 2);
    assert!(scratch.object_file("repo/.git", &id).exists());
    scratch.git("repo", &["multi-pack-index", "write"]);
    let seen = history(&scratch.open("repo"));
    assert_eq!(seen.count(&marker("twice")), 1);
    assert_eq!((seen.tally.coverage.blobs, seen.tally.coverage.commits), (2, 2));
    assert!(seen.is_complete());

    // A damaged copy costs nothing while another is whole.
    let damaged = &scratch.packs("repo/.git", "pack")[0];
    let bytes = fs::read(damaged).unwrap();
    overwrite(damaged, &bytes[..14]);
    let first_pack_lost = history(&scratch.open("repo"));
    assert_eq!(first_pack_lost.count(&marker("twice")), 1);
}

/// As git has it, which writes others than `pack-…` where it is told to.
#[test]
fn a_pack_may_have_any_name() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("reached"));
    scratch.commit(0, "one");
    scratch.write("dangling", marker("dangling"));
    scratch.git("repo", &["hash-object", "-w", "../dangling"]);
    scratch.git("repo", &["repack", "-adkq"]);
    for data in scratch.packs("repo/.git", "pack") {
        fs::rename(&data, data.with_file_name("foo.pack")).unwrap();
        fs::rename(data.with_extension("idx"), data.with_file_name("foo.idx")).unwrap();
    }
    let unfinished = scratch.path("repo/.git/objects/pack/tmp_pack_1.pack");
    fs::write(unfinished, "git was stopped").unwrap();
    let seen = history(&scratch.open("repo"));
    assert_eq!((seen.count(&marker("reached")), seen.count(&marker("dangling"))), (1, 1));
    assert!(seen.is_complete() && seen.tally.coverage.packs == 1, "{:?}", seen.tally);
}

#[test]
fn alternates_are_part_of_the_repository_and_a_missing_one_is_named() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("lent"));
    scratch.commit(0, "lent");
    scratch.git(".", &["clone", "-q", "--shared", "repo", "borrower"]);
    scratch.write("borrower/own", marker("own"));
    scratch.git("borrower", &["add", "-A"]);
    let seen = history(&scratch.open("borrower"));
    assert_eq!((seen.count(&marker("lent")), seen.count(&marker("own"))), (1, 1));
    assert!(seen.is_complete());
    fs::rename(scratch.path("repo"), scratch.path("moved")).unwrap();
    let seen = history(&scratch.open("borrower"));
    assert_eq!(seen.count(&marker("own")), 1);
    assert!(seen.notices(Cause::MissingObject).iter().any(|notice| notice.contains("objects")), "{:?}", seen.tally);
}

/// As git reads them: each directory once.
#[test]
fn alternates_may_form_a_circle() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("lent"));
    let commit = scratch.commit(0, "lent");
    scratch.git(".", &["clone", "-q", "--shared", "repo", "borrower"]);
    scratch.write("borrower/own", marker("own"));
    scratch.git("borrower", &["add", "-A"]);
    scratch.write("repo/.git/objects/info/alternates", "../../../borrower/.git/objects\n");
    for at in ["repo", "borrower"] {
        let repository = scratch.open(at);
        let seen = history(&repository);
        assert_eq!((seen.count(&marker("lent")), seen.count(&marker("own"))), (1, 1), "{at}");
        assert!(seen.is_complete(), "{at}: {:?}", seen.tally);
        assert_eq!(graph(&repository).head.unwrap().to_string(), commit);
    }
}

#[test]
fn sha256_repositories_are_read_like_any_other() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "--object-format=sha256", "repo"]);
    scratch.write("repo/dir/file", marker("long names"));
    let commit = scratch.commit(0, "one");
    assert_eq!(commit.len(), 64);
    scratch.write("repo/staged", marker("staged"));
    scratch.git("repo", &["add", "-A"]);
    let id = scratch.git("repo", &["rev-parse", "HEAD:dir/file"]);
    for repacked in [false, true] {
        if repacked {
            scratch.git("repo", &["repack", "-adq"]);
        }
        let repository = scratch.open("repo");
        let seen = history(&repository);
        assert_eq!(seen.count(&marker("long names")), 1);
        assert!(seen.is_complete(), "{:?}", seen.tally);
        assert_eq!(
            lines(&traced(&repository, &graph(&repository), &[&id]), &id),
            [format!("dir/file {commit} true true")]
        );
        let staged = Seen::run(&Staged::new(&repository, 1));
        assert_eq!(staged.holding(&marker("staged")), ["staged (staged)"]);
        assert_eq!(staged.tally.coverage.files, 1);
    }
}

#[test]
fn a_shallow_clone_says_what_is_missing_and_how_to_get_it() {
    let scratch = Scratch::repository();
    for number in 0..3 {
        scratch.write("repo/file", marker(&number.to_string()));
        scratch.commit(number, "commit");
    }
    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--depth", "1", &url, "clone"]);
    let seen = history(&scratch.open("clone"));
    assert_eq!((seen.count(&marker("2")), seen.count(&marker("1"))), (1, 0));
    let [notice] = &seen.notices(Cause::Shallow)[..] else { panic!("{:?}", seen.tally) };
    assert!(seen.notices(Cause::MissingObject).is_empty(), "the cut explains what is missing");
    let command = notice.split('`').nth(1).unwrap();
    let command: Vec<&str> = command.split_whitespace().skip(1).collect();
    scratch.git(".", &command);
    let seen = history(&scratch.open("clone"));
    assert_eq!(seen.count(&marker("1")), 1);
    assert!(seen.is_complete());
}

#[test]
fn a_partial_clone_says_how_much_was_left_and_how_to_get_it() {
    let scratch = Scratch::repository();
    for number in 0..3 {
        scratch.write("repo/file", marker(&number.to_string()));
        scratch.commit(number, "commit");
    }
    scratch.git("repo", &["config", "uploadpack.allowFilter", "true"]);
    scratch.git("repo", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--filter=blob:none", &url, "clone"]);
    let seen = history(&scratch.open("clone"));
    assert_eq!((seen.count(&marker("2")), seen.count(&marker("1"))), (1, 0));
    assert_eq!(seen.skipped(Cause::Partial), 2);
    assert!(seen.notices(Cause::MissingObject).is_empty());
    let [notice] = &seen.notices(Cause::Partial)[..] else { panic!("{:?}", seen.tally) };
    let command: Vec<&str> = notice.split('`').nth(1).unwrap().split_whitespace().skip(1).collect();
    scratch.git(".", &command);
    let seen = history(&scratch.open("clone"));
    assert_eq!(seen.count(&marker("1")), 1);
    assert!(seen.is_complete(), "a partial clone that lacks nothing is whole: {:?}", seen.tally);
}

#[test]
fn what_is_removed_is_missing_by_name() {
    let scratch = Scratch::repository();
    scratch.write("repo/a", marker("packed"));
    scratch.commit(0, "packed");
    scratch.git("repo", &["repack", "-adq"]);
    scratch.write("repo/b", marker("loose"));
    scratch.commit(1, "loose");
    let pack = scratch.packs("repo/.git", "pack").remove(0);
    fs::rename(&pack, scratch.path("aside")).unwrap();
    let seen = history(&scratch.open("repo"));
    assert_eq!((seen.count(&marker("loose")), seen.count(&marker("packed"))), (1, 0));
    let name = pack.file_name().unwrap().to_str().unwrap();
    let missing = seen.notices(Cause::MissingObject);
    assert!(missing.iter().any(|notice| notice.contains(name)), "{missing:?}");
    assert!(missing.iter().any(|notice| notice.contains("parent of a commit")), "{missing:?}");
    assert!(missing.iter().any(|notice| notice.contains("named as a file")), "{missing:?}");

    fs::rename(scratch.path("aside"), &pack).unwrap();
    fs::remove_file(pack.with_extension("idx")).unwrap();
    let seen = history(&scratch.open("repo"));
    assert!(seen.notices(Cause::CorruptObject)[0].contains(name));

    let blob = scratch.git("repo", &["hash-object", "b"]);
    fs::remove_file(scratch.object_file("repo/.git", &blob)).unwrap();
    let seen = history(&scratch.open("repo"));
    assert!(seen.notices(Cause::MissingObject).iter().any(|notice| notice.contains(&blob)));
}

/// A repository with one pack, in which many blobs are deltas of each other.
fn packed() -> (Scratch, PathBuf, usize) {
    let scratch = Scratch::repository();
    let mut text = String::new();
    for number in 0..40 {
        text.push_str(&format!("line {number} of a file that grows, {}\n", marker(&number.to_string())));
        scratch.write("repo/file", &text);
        scratch.write(&format!("repo/file-{number}"), format!("{number} {}", number * 7919));
        scratch.commit(number, "more");
    }
    scratch.git("repo", &["repack", "-adfq", "--depth=50"]);
    let pack = scratch.packs("repo/.git", "pack").remove(0);
    (scratch, pack, 80)
}

#[test]
fn a_truncated_pack_gives_what_is_left_of_it() {
    let (scratch, pack, blobs) = packed();
    let whole = history(&scratch.open("repo"));
    assert_eq!(whole.tally.coverage.blobs, blobs as u64);
    let bytes = fs::read(&pack).unwrap();
    for length in [bytes.len() * 3 / 4, bytes.len() / 2, 40, 10, 0] {
        overwrite(&pack, &bytes[..length]);
        let seen = history(&scratch.open("repo"));
        assert!(!seen.is_complete(), "{length}");
        let named = seen.notices(Cause::CorruptObject);
        assert!(named.iter().any(|notice| notice.contains("pack-")), "{named:?}");
        let found = seen.tally.coverage.blobs + seen.tally.coverage.commits;
        if length > 40 {
            let lost = seen.skipped(Cause::CorruptObject);
            assert!(found > 0 && lost > 0);
            // Trees are neither blobs nor commits: 40 of them are lent or lost as well.
            assert!(found + lost >= 120 && found + lost <= 160, "{found} found, {lost} lost");
        }
    }
}

#[test]
fn no_damage_to_a_pack_or_index_goes_unnoticed_or_panics() {
    let (scratch, pack, _) = packed();
    let whole = history(&scratch.open("repo"));
    for path in [pack.clone(), pack.with_extension("idx")] {
        let bytes = fs::read(&path).unwrap();
        // The trailing checksums cover what the entries' own checksums cover already.
        for place in (12..bytes.len() - 40).step_by(bytes.len() / 60) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x5A;
            overwrite(&path, &damaged);
            let seen = history(&scratch.open("repo"));
            let same = seen.texts == whole.texts;
            assert!(same || !seen.is_complete(), "{} at {place}", path.display());
        }
        overwrite(&path, &bytes);
    }
}

#[test]
fn a_truncated_loose_object_is_named_and_the_rest_is_read() {
    let scratch = Scratch::repository();
    let text: String = (0..2000).map(|number| format!("{} ", number * 7919)).collect();
    scratch.write("repo/long", format!("{}{text}", marker("cut")));
    scratch.write("repo/short", marker("short"));
    scratch.commit(0, "one");
    let id = scratch.git("repo", &["rev-parse", "HEAD:long"]);
    let file = scratch.object_file("repo/.git", &id);
    let bytes = fs::read(&file).unwrap();
    for length in [bytes.len() - 3, bytes.len() / 2, 1, 0] {
        overwrite(&file, &bytes[..length]);
        let seen = history(&scratch.open("repo"));
        assert_eq!(seen.count(&marker("short")), 1);
        let notices = seen.notices(Cause::CorruptObject);
        assert!(notices.len() == 1 && notices[0].contains(&id), "{length}: {notices:?}");
    }
}

#[test]
fn a_loose_object_that_is_another_one_is_named() {
    let scratch = Scratch::repository();
    scratch.write("repo/one", marker("one"));
    scratch.write("repo/other", marker("other"));
    scratch.commit(0, "two");
    let file =
        |name: &str| scratch.object_file("repo/.git", &scratch.git("repo", &["rev-parse", &format!("HEAD:{name}")]));
    overwrite(&file("one"), &fs::read(file("other")).unwrap());
    let seen = history(&scratch.open("repo"));
    let notices = seen.notices(Cause::CorruptObject);
    assert!(notices.len() == 1 && notices[0].contains("another object than its name says"), "{notices:?}");
}

#[test]
fn replace_refs_and_user_configuration_change_nothing() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("replaced"));
    scratch.commit(0, "one");
    let id = scratch.git("repo", &["rev-parse", "HEAD:file"]);
    scratch.write("harmless", "harmless");
    let harmless = scratch.git("repo", &["hash-object", "-w", "../harmless"]);
    scratch.git("repo", &["replace", &id, &harmless]);
    assert_eq!(scratch.git("repo", &["cat-file", "blob", &id]), "harmless");
    scratch.git("repo", &["config", "core.useReplaceRefs", "true"]);
    let repository = scratch.open("repo");
    assert_eq!(history(&repository).count(&marker("replaced")), 1);
    scratch.git("repo", &["rm", "-q", "--cached", "file"]);
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("100644,{id},copy")]);
    assert_eq!(Seen::run(&Staged::new(&repository, 1)).holding(&marker("replaced")), ["copy (staged)"]);
}

#[test]
fn bare_repositories_and_linked_worktrees_are_opened() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("one"));
    scratch.commit(0, "one");
    scratch.git(".", &["clone", "-q", "--bare", "repo", "bare.git"]);
    let bare = scratch.open("bare.git");
    assert!(bare.work_dir().is_none());
    assert_eq!(history(&bare).count(&marker("one")), 1);

    scratch.git("repo", &["worktree", "add", "-q", "-b", "side", "../linked"]);
    scratch.write("linked/sub/new", marker("new"));
    scratch.git("linked", &["add", "-A"]);
    let linked = scratch.open("linked/sub");
    assert_eq!(
        linked.work_dir().map(fs::canonicalize).unwrap().unwrap(),
        fs::canonicalize(scratch.path("linked")).unwrap()
    );
    assert_eq!(history(&linked).count(&marker("one")), 1);
    assert_eq!(Seen::run(&Staged::new(&linked, 1)).holding(&marker("new")), ["sub/new (staged)"]);
    assert!(Seen::run(&Staged::new(&scratch.open("repo"), 1)).holding(&marker("new")).is_empty());
}

#[test]
fn a_reftable_is_refused_by_name() {
    let scratch = Scratch::repository();
    scratch.write("repo/.git/config", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n");
    let Err(SourceError::Unsupported { detail, .. }) = scratch.try_open("repo") else { panic!("opened") };
    assert!(detail.contains("reftable"));
}

#[test]
fn lfs_pointers_and_submodules_are_counted() {
    let scratch = Scratch::repository();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n", "0".repeat(64));
    scratch.write("repo/big", &pointer);
    scratch.git("repo", &["add", "big"]);
    let elsewhere = "1".repeat(40);
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("160000,{elsewhere},module")]);
    let staged = Seen::run(&Staged::new(&scratch.open("repo"), 1));
    assert_eq!((staged.skipped(Cause::LfsPointer), staged.skipped(Cause::Submodule)), (1, 1));
    scratch.commit_staged(0, "one");
    let seen = history(&scratch.open("repo"));
    assert_eq!((seen.skipped(Cause::LfsPointer), seen.skipped(Cause::Submodule)), (1, 1));
    assert!(seen.is_complete(), "{:?}", seen.tally);
    let [pointer] = &seen.notices(Cause::LfsPointer)[..] else { panic!("{:?}", seen.tally) };
    assert!(pointer.contains(&"0".repeat(64)) && pointer.contains("lfs fetch --all"), "{pointer}");
    let [module] = &seen.notices(Cause::Submodule)[..] else { panic!("{:?}", seen.tally) };
    assert!(module.contains("module") && module.contains("--submodules"), "{module}");
    // What only older trees name is told by its commit.
    scratch.git("repo", &["rm", "-q", "--cached", "module"]);
    scratch.commit_staged(1, "two");
    let seen = history(&scratch.open("repo"));
    assert_eq!(seen.skipped(Cause::Submodule), 1);
    assert!(seen.notices(Cause::Submodule)[0].contains(&elsewhere), "{:?}", seen.tally);
}

fn staged(seen: &Seen) -> Vec<String> {
    let files = seen.texts.iter().filter(|(origin, _)| matches!(origin, Origin::Staged(_)));
    files.map(|(origin, texts)| format!("{}={}", origin.path().unwrap().display(), texts.len())).collect()
}

#[test]
fn the_index_is_read_and_not_the_working_tree() {
    let scratch = Scratch::repository();
    for path in ["same", "deep/er/same", "deep/er/changed", "deep/gone", "deeper", "changed"] {
        scratch.write(&format!("repo/{path}"), path);
    }
    let repository = scratch.open("repo");
    scratch.git("repo", &["add", "-A"]);
    assert_eq!(Seen::run(&Staged::new(&repository, 2)).tally.coverage.files, 6, "before the first commit, everything");
    scratch.commit(0, "one");
    assert_eq!(staged(&Seen::run(&Staged::new(&repository, 2))), Vec::<String>::new());

    scratch.write("repo/deep/er/changed", marker("staged"));
    scratch.write("repo/added", "added");
    scratch.write("repo/deep-est", "sorts between the files and the directory of that name");
    fs::remove_file(scratch.path("repo/deep/gone")).unwrap();
    fs::remove_file(scratch.path("repo/deeper")).unwrap();
    scratch.write("repo/deeper/now-a-directory", "x");
    scratch.git("repo", &["add", "-A"]);
    scratch.write("repo/deep/er/changed", marker("edited since"));
    scratch.write("repo/changed", marker("not staged"));
    scratch.write("repo/promised", "");
    scratch.git("repo", &["add", "-N", "promised"]);
    for cached in [false, true] {
        if cached {
            // Fills the index's tree cache for what is unchanged and what is changed alike.
            scratch.git("repo", &["rm", "-q", "--cached", "promised"]);
            scratch.git("repo", &["write-tree"]);
        }
        let seen = Seen::run(&Staged::new(&repository, 2));
        assert_eq!(staged(&seen), ["added=1", "deep-est=1", "deep/er/changed=1", "deeper/now-a-directory=1"]);
        assert_eq!(seen.holding("marker"), ["deep/er/changed (staged)"]);
        assert_eq!(seen.count(&marker("staged")), 1);
        assert!(seen.is_complete());
    }
    let tracked = Staged::new(&repository, 1).tracked().unwrap();
    assert!(tracked.contains(&FilePath::from("same")) && !tracked.contains(&FilePath::from("deep/gone")));
}

#[cfg(unix)]
#[test]
fn all_sides_of_a_conflict_are_staged_and_the_targets_of_links() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", "base");
    scratch.commit(0, "base");
    scratch.git("repo", &["checkout", "-q", "-b", "side"]);
    scratch.write("repo/file", marker("theirs"));
    scratch.commit(1, "theirs");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/file", "ours");
    scratch.commit(2, "ours");
    assert!(!scratch.try_git("repo", &["merge", "side"]).status.success());
    std::os::unix::fs::symlink("some/target", scratch.path("repo/link")).unwrap();
    scratch.git("repo", &["add", "link"]);
    let seen = Seen::run(&Staged::new(&scratch.open("repo"), 1));
    assert_eq!(staged(&seen), ["file=2", "link=1"], "base and theirs; ours is what HEAD has");
    assert_eq!(seen.count(&marker("theirs")), 1);
    assert_eq!(seen.count("some/target"), 1, "where the link leads");
    assert_eq!(seen.skipped(Cause::Symlink), 0);
}

#[cfg(unix)]
#[test]
fn what_alone_is_staged_is_named_if_it_is_a_submodule() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", "one");
    scratch.commit(0, "one");
    let head = scratch.git("repo", &["rev-parse", "HEAD"]);
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("160000,{},inside", head.trim())]);
    let seen = Seen::run(&Staged::new(&scratch.open("repo"), 1));
    assert_eq!((staged(&seen), seen.skipped(Cause::Submodule)), (Vec::new(), 1));
    let said = seen.notices(Cause::NothingStaged);
    assert!(said.len() == 1 && said[0].contains("nothing but submodules"), "{said:?}");
}

#[test]
fn a_sparse_index_hides_nothing() {
    let scratch = Scratch::repository();
    for path in ["in/a", "out/b", "out/deep/c"] {
        scratch.write(&format!("repo/{path}"), path);
    }
    scratch.commit(0, "one");
    scratch.write("repo/out/deep/c", marker("sparse"));
    scratch.commit(1, "two");
    scratch.git("repo", &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    scratch.git("repo", &["sparse-checkout", "set", "in"]);
    let repository = scratch.open("repo");
    assert_eq!(staged(&Seen::run(&Staged::new(&repository, 1))), Vec::<String>::new());
    scratch.git("repo", &["reset", "-q", "--soft", "HEAD~1"]);
    assert_eq!(staged(&Seen::run(&Staged::new(&repository, 1))), ["out/deep/c=1"]);
}

#[test]
fn the_variables_that_git_sets_for_hooks_are_honoured_for_their_repository_only() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", "one");
    scratch.commit(0, "one");
    scratch.write("repo/partial", marker("partial"));
    let index = scratch.path("next-index").display().to_string();
    scratch.git_with("repo", &["read-tree", "HEAD"], &[("GIT_INDEX_FILE", &index)]);
    scratch.git_with("repo", &["add", "partial"], &[("GIT_INDEX_FILE", &index)]);
    let environment = GitEnvironment {
        current_dir: scratch.path("repo"),
        index_file: Some(PathBuf::from("../next-index")),
        ..GitEnvironment::default()
    };
    let open = |path: &str, environment: &GitEnvironment| Repository::open(&scratch.path(path), environment).unwrap();
    let with = Seen::run(&Staged::new(&open("repo", &environment), 1));
    assert_eq!(with.holding(&marker("partial")), ["partial (staged)"]);
    scratch.git(".", &["clone", "-q", "repo", "other"]);
    let other = Seen::run(&Staged::new(&open("other", &environment), 1));
    assert_eq!(staged(&other), Vec::<String>::new(), "another repository has an index of its own");

    // A push in quarantine: new objects lie apart, and the repository's own are alternates.
    let quarantine = scratch.path("quarantine");
    fs::create_dir_all(&quarantine).unwrap();
    let objects = scratch.path("repo/.git/objects");
    let variables = [
        ("GIT_OBJECT_DIRECTORY", quarantine.to_str().unwrap()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.to_str().unwrap()),
    ];
    scratch.write("pushed", marker("pushed"));
    scratch.git_with("repo", &["hash-object", "-w", "../pushed"], &variables);
    let environment = GitEnvironment {
        current_dir: scratch.path("repo"),
        git_dir: Some(PathBuf::from(".git")),
        object_directory: Some(quarantine.clone()),
        alternates: vec![objects.clone()],
        ..GitEnvironment::default()
    };
    let seen = history(&open("repo", &environment));
    assert_eq!((seen.count(&marker("pushed")), seen.count("one")), (1, 2), "a blob and a commit message say one");
    assert_eq!(history(&open("repo", &GitEnvironment::default())).count(&marker("pushed")), 0);
}

#[test]
fn an_empty_repository_and_odd_objects_are_no_trouble() {
    let scratch = Scratch::repository();
    assert!(history(&scratch.open("repo")).is_complete());
    scratch.write("repo/empty", "");
    scratch.commit(0, "one");
    let empty_message = scratch.git("repo", &["commit-tree", "-m", "", "HEAD^{tree}"]);
    scratch.git("repo", &["gc", "-q", "--prune=never"]);
    let seen = history(&scratch.open("repo"));
    assert!(seen.is_complete(), "{:?}", seen.tally);
    assert_eq!(seen.texts[&Origin::CommitMessage { id: empty_message }].len(), 1);
}

#[test]
fn no_damage_to_the_index_panics_or_goes_on_for_ever() {
    let scratch = Scratch::repository();
    for path in ["a/b/c", "a/d", "e", "f/g/h", "f/i"] {
        scratch.write(&format!("repo/{path}"), path);
    }
    scratch.commit(0, "one");
    scratch.git("repo", &["write-tree"]);
    let repository = scratch.open("repo");
    let file = scratch.path("repo/.git/index");
    let bytes = fs::read(&file).unwrap();
    for place in 0..bytes.len() {
        for bits in [0xFF, 0x01, b'/'] {
            let mut damaged = bytes.clone();
            damaged[place] ^= bits;
            overwrite(&file, &damaged);
            let _ = Seen::try_run(&Staged::new(&repository, 1));
        }
    }
    overwrite(&file, &bytes[..20]);
    assert!(matches!(Seen::try_run(&Staged::new(&repository, 1)), Err(SourceError::Repository { .. })));
}

#[test]
fn a_tree_of_countless_paths_is_a_notice() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("everywhere"));
    let blob = scratch.git("repo", &["hash-object", "-w", "file"]);
    let index = scratch.path("bomb-index").display().to_string();
    let index = [("GIT_INDEX_FILE", index.as_str())];
    scratch.git_with("repo", &["read-tree", "--empty"], &index);
    for name in 0..10 {
        let entry = format!("100644,{blob},{name}");
        scratch.git_with("repo", &["update-index", "--add", "--cacheinfo", &entry], &index);
    }
    let mut tree = scratch.git_with("repo", &["write-tree"], &index);
    for level in 0..9 {
        scratch.git_with("repo", &["read-tree", "--empty"], &index);
        let mut bytes = Vec::new();
        for name in 0..10 {
            bytes.extend(format!("40000 {name}\0").bytes());
            bytes.extend((0..20).map(|byte| u8::from_str_radix(&tree[2 * byte..2 * byte + 2], 16).unwrap()));
        }
        scratch.write(&format!("level-{level}"), bytes);
        tree = scratch.git("repo", &["hash-object", "-w", "-t", "tree", &format!("../level-{level}")]);
    }
    let commit = scratch.git("repo", &["commit-tree", "-m", "bomb", &tree]);
    scratch.git("repo", &["update-ref", "HEAD", &commit]);
    let repository = scratch.open("repo");
    assert_eq!(history(&repository).count(&marker("everywhere")), 1);
    let sightings = traced(&repository, &graph(&repository), &[&blob]);
    assert!(sightings.tally.notices.iter().any(|notice| notice.cause == Cause::Budget));
    assert!(!lines(&sightings, &blob).is_empty());
    let selection = Selection { wanted: vec![End::Revision("HEAD".to_owned())], ..Selection::default() };
    let seen = Seen::run(&Range::new(&repository, selection, 2));
    assert_eq!(seen.count(&marker("everywhere")), 1);
    assert_eq!(seen.skipped(Cause::Budget), 1);
}

#[cfg(unix)]
#[test]
fn the_repository_of_another_user_is_opened_all_the_same() {
    let scratch = Scratch::repository();
    scratch.write("repo/file", marker("theirs"));
    scratch.commit(0, "one");
    // Only a superuser can give files away; for anybody else there is nothing to be tried.
    if std::os::unix::fs::chown(scratch.path("repo/.git"), Some(12345), Some(12345)).is_ok() {
        std::os::unix::fs::chown(scratch.path("repo"), Some(12345), Some(12345)).unwrap();
        assert!(!scratch.try_git("repo", &["status"]).status.success(), "git refuses it");
        let repository = scratch.open("repo");
        assert_eq!(history(&repository).count(&marker("theirs")), 1);
        assert_eq!(Seen::run(&Staged::new(&repository, 1)).tally.coverage.files, 0);
    }
}

/// Trees that are stored as differences to others lead to every file, and to none that only the others have.
#[test]
fn along_deltas_of_trees_each_file_is_seen_where_git_lists_it() {
    let scratch = Scratch::repository();
    let mut seed = 11_u64;
    let mut below = |most: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    let path = |number: u64| format!("{}/{}/file-{number}.txt", ["one", "two"][number as usize % 2], number % 5);
    for number in 0..40 {
        scratch.write(&format!("repo/{}", path(number)), format!("{number}\n"));
    }
    let mut commits = vec![scratch.commit(0, "begin")];
    for step in 1..40 {
        for _ in 0..=below(2) {
            let path = format!("repo/{}", path(below(44)));
            match below(5) {
                0 => _ = fs::remove_file(scratch.path(&path)),
                // Now and then what stood somewhere before.
                1 => scratch.write(&path, format!("{}\n", below(40))),
                _ => scratch.write(&path, format!("step {step}\n")),
            }
        }
        commits.push(scratch.commit(step * 10, &format!("step {step}")));
    }
    scratch.git("repo", &["repack", "-adfq", "--depth=50", "--window=100"]);
    let mut expected: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for commit in &commits {
        for line in scratch.git("repo", &["ls-tree", "-r", commit]).lines() {
            let (entry, path) = line.split_once('\t').unwrap();
            let at = expected.entry(entry.split(' ').nth(2).unwrap().to_owned()).or_default();
            if at.iter().all(|(known, _)| known != path) {
                at.push((path.to_owned(), commit.clone()));
            }
        }
    }
    let repository = scratch.open("repo");
    let graph = graph(&repository);
    // Each by itself, so that no tree is looked into for the sake of another.
    for (id, at) in &mut expected {
        let sightings = traced(&repository, &graph, &[id]);
        let of = sightings.of(Id::from_hex(id).unwrap()).iter();
        let mut seen: Vec<_> = of.map(|it| (it.path.display(), it.first.id.to_string())).collect();
        seen.sort();
        at.sort();
        assert_eq!(&seen, at, "{id}");
    }
}

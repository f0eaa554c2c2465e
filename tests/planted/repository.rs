//! The repository, and what is planted in it where.

use std::collections::BTreeMap;

use crate::scripted::Scratch;
use crate::support::{position, token};

/// Rules with a distinctive format, of many providers.
const RULES: [&str; 8] = [
    "github-personal-access-token",
    "gitlab-access-token",
    "npm-access-token",
    "slack-bot-token",
    "stripe-live-secret-key",
    "sendgrid-api-key",
    "digitalocean-personal-token",
    "huggingface-access-token",
];

/// The places, each with a secret of its own.
const PLACES: [&str; 32] = [
    "tree",
    "history only",
    "merge resolution",
    "stash",
    "untracked part of a stash",
    "tag message",
    "commit message",
    "utf-16le with mark",
    "utf-16be with mark",
    "utf-16le without mark",
    "utf-16be without mark",
    "binary by attribute",
    "behind a zero byte",
    "staged only",
    "untracked",
    "hidden directory",
    "file name",
    "unreachable commit",
    "dropped branch",
    "everywhere",
    "author",
    "committer",
    "tag name in its object",
    "tagger",
    "note",
    "branch name",
    "tag name",
    "removed file name",
    "removed directory name",
    "remote URL",
    "extra header",
    "large file",
];

/// What must be said of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub origin: &'static str,
    pub path: Option<String>,
    pub object: Option<String>,
    /// Byte, line, column, column in UTF-16 units; not told for file names that hold the secret.
    pub position: (u64, u64, u64, u64),
    /// Commit (or tag), whether HEAD holds it, whether a ref reaches it.
    pub introduced: Option<(String, bool, bool)>,
}

pub struct Planted {
    pub scratch: Scratch,
    /// By place: the rule that must find it.
    pub rules: BTreeMap<&'static str, &'static str>,
    /// By place: the secret.
    pub secrets: BTreeMap<&'static str, String>,
    /// By place of [`PLACES`]: everything that must be said.
    pub expected: BTreeMap<&'static str, Vec<Expected>>,
}

/// What a text becomes in a file.
type Encoding = fn(&str) -> Vec<u8>;

impl Planted {
    /// With the secrets.
    pub fn new() -> Self {
        Self::build(true, "sha1")
    }

    /// With the secrets, in a repository with ids of SHA-256.
    pub fn sha256() -> Self {
        Self::build(true, "sha256")
    }

    /// The same without them.
    pub fn bare() -> Self {
        Self::build(false, "sha1")
    }

    fn build(with: bool, hash: &str) -> Self {
        let mut rules = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        for (number, place) in PLACES.into_iter().enumerate() {
            let rule = RULES[number % RULES.len()];
            let secret = if with { token(rule, &place.replace(' ', "-")) } else { "nothing-here".to_owned() };
            rules.insert(place, rule);
            secrets.insert(place, secret);
        }
        let mut planted = Self { scratch: Scratch::repository_of(hash), rules, secrets, expected: BTreeMap::new() };
        planted.commits();
        planted.side_branches();
        planted.odd_places();
        planted.leftovers();
        planted
    }

    pub fn secret(&self, place: &str) -> &str {
        &self.secrets[place]
    }

    /// A text with the secret somewhere in its third line, behind characters of two and four bytes.
    fn text(&self, place: &str) -> String {
        format!("first\nsecond\n\t é🔑 '{}' behind\nlast", self.secret(place))
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        self.scratch.write(&format!("repo/{path}"), text);
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.scratch.git("repo", arguments)
    }

    fn expect(&mut self, place: &'static str, expected: Expected) {
        self.expected.entry(place).or_default().push(expected);
    }

    /// The file in the tree.
    fn expect_file(&mut self, place: &'static str, origin: &'static str, path: &'static str, encoding: Encoding) {
        let position = encoded_position(&self.text(place), self.secret(place), encoding);
        self.expect(place, Expected { origin, path: Some(path.to_owned()), object: None, position, introduced: None });
    }

    /// The blob of a commit, at the path, with the text of the place.
    fn expect_blob(
        &mut self,
        place: &'static str,
        path: &'static str,
        commit: &str,
        (in_head, reachable): (bool, bool),
        encoding: Encoding,
    ) {
        let object = self.git(&["rev-parse", &format!("{commit}:{path}")]);
        let position = encoded_position(&self.text(place), self.secret(place), encoding);
        let introduced = Some((commit.to_owned(), in_head, reachable));
        self.expect(
            place,
            Expected { origin: "blob", path: Some(path.to_owned()), object: Some(object), position, introduced },
        );
    }

    /// What the main branch holds, and what it held.
    fn commits(&mut self) {
        self.write(".gitattributes", "*.dat binary\n");
        self.write("plain.txt", "nothing here\n");
        self.scratch.commit(0, "Begin");

        let files: [(&'static str, &'static str, Encoding); 8] = [
            ("tree", "src/größe.txt", plain),
            ("history only", "removed.txt", plain),
            ("utf-16le with mark", "le-mark.txt", |text| utf16(text, u16::to_le_bytes, true)),
            ("utf-16be with mark", "be-mark.txt", |text| utf16(text, u16::to_be_bytes, true)),
            ("utf-16le without mark", "le.txt", |text| utf16(text, u16::to_le_bytes, false)),
            ("utf-16be without mark", "be.txt", |text| utf16(text, u16::to_be_bytes, false)),
            ("binary by attribute", "table.dat", plain),
            ("behind a zero byte", "image.bin", behind_zeros),
        ];
        for (place, path, encoding) in files {
            self.write(path, encoding(&self.text(place)));
        }
        let everywhere = self.text("everywhere");
        self.write("one.txt", &everywhere);
        self.write("two.txt", &everywhere);
        let plants = self.scratch.commit(10, "Plant");

        self.git(&["rm", "-q", "removed.txt", "one.txt"]);
        self.write("three.txt", &everywhere);
        let moved = self.scratch.commit(20, "Remove and move");
        for (place, path, encoding) in files {
            if place == "history only" {
                self.expect_blob(place, path, &plants, (false, true), encoding);
            } else {
                self.expect_file(place, "file", path, encoding);
                self.expect_blob(place, path, &plants, (true, true), encoding);
            }
        }
        self.expect_file("everywhere", "file", "three.txt", plain);
        self.expect_file("everywhere", "file", "two.txt", plain);
        // HEAD still holds the secret, if not at this path.
        self.expect_blob("everywhere", "one.txt", &plants, (true, true), plain);
        self.expect_blob("everywhere", "two.txt", &plants, (true, true), plain);
        self.expect_blob("everywhere", "three.txt", &moved, (true, true), plain);

        let message = format!("Subject\n\nFor é: {}\n", self.secret("commit message"));
        let commit = self.scratch.commit(30, &message);
        // The message stands behind the header of the object.
        let (byte, line, column, units) = position(&message, self.secret("commit message"));
        let introduced = Some((commit.clone(), false, true));
        let position = (byte, line, column, units);
        self.expect(
            "commit message",
            Expected { origin: "commit-message", path: None, object: Some(commit), position, introduced },
        );
    }

    /// What branches hold, or held.
    fn side_branches(&mut self) {
        self.git(&["checkout", "-q", "-b", "side"]);
        self.write("merged.txt", "side\n");
        self.scratch.commit(40, "Side");
        self.git(&["checkout", "-q", "main"]);
        self.write("merged.txt", "main\n");
        self.scratch.commit(50, "Main");
        // Both sides added the file: the resolution is in neither.
        self.scratch.try_git("repo", &["merge", "-q", "--no-commit", "side"]);
        self.write("merged.txt", self.text("merge resolution"));
        let merge = self.scratch.commit(60, "Merge side");
        assert_eq!(self.git(&["rev-list", "--parents", "-n1", &merge]).split(' ').count(), 3);
        self.write("merged.txt", "resolved otherwise\n");
        self.scratch.commit(70, "Clean up");
        self.expect_blob("merge resolution", "merged.txt", &merge, (false, true), plain);

        self.write("pushed.txt", self.text("unreachable commit"));
        let lost = self.scratch.commit(80, "Force-pushed away later");
        self.git(&["reset", "-q", "--hard", "HEAD~1"]);
        self.expect_blob("unreachable commit", "pushed.txt", &lost, (false, false), plain);

        self.git(&["checkout", "-q", "--orphan", "lonely"]);
        self.write("lonely.txt", self.text("dropped branch"));
        let lonely = self.scratch.commit(90, "Lonely");
        self.git(&["checkout", "-q", "main"]);
        self.git(&["tag", "kept", "lonely"]);
        self.git(&["branch", "-q", "-D", "lonely"]);
        self.expect_blob("dropped branch", "lonely.txt", &lonely, (false, true), plain);

        let message = format!("Release\n\nwith 🔑 {}\n", self.secret("tag message"));
        self.scratch.git_with(
            "repo",
            &["tag", "-a", "v1", "-m", &message],
            &[("GIT_COMMITTER_DATE", "1700000100 +0000")],
        );
        let tag = self.git(&["rev-parse", "v1"]);
        let position = position(&message, self.secret("tag message"));
        let introduced = Some((tag.clone(), false, true));
        self.expect(
            "tag message",
            Expected { origin: "tag-message", path: None, object: Some(tag), position, introduced },
        );
    }

    /// What stands in no file: names, notes, headers, configuration.
    fn odd_places(&mut self) {
        self.git(&["checkout", "-q", "-b", "odd"]);
        let person = |name: &str, place: &str| format!("{name} {}", self.secret(place));
        let (author, committer) = (person("é🔑", "author"), person("Committer", "committer"));
        self.write("odd.txt", "odd\n");
        self.git(&["add", "odd.txt"]);
        let dates = [("GIT_AUTHOR_DATE", "1700000101 +0000"), ("GIT_COMMITTER_DATE", "1700000101 +0000")];
        let people = [("GIT_AUTHOR_NAME", author.as_str()), ("GIT_COMMITTER_NAME", committer.as_str())];
        self.scratch.git_with("repo", &["commit", "-q", "-m", "Odd people"], &[&dates[..], &people[..]].concat());
        let odd = self.git(&["rev-parse", "HEAD"]);
        self.expect_object("author", "commit-header", &odd);
        self.expect_object("committer", "commit-header", &odd);

        let tagger = [("GIT_COMMITTER_NAME", self.secret("tagger")), dates[1]];
        let name = self.secret("tag name in its object").to_owned();
        self.scratch.git_with("repo", &["tag", "-a", &name, "-m", "Odd"], &tagger);
        let tag = self.git(&["rev-parse", &format!("refs/tags/{name}")]);
        self.git(&["update-ref", "refs/tags/plain", &tag]);
        self.git(&["update-ref", "-d", &format!("refs/tags/{name}")]);
        self.expect_object("tag name in its object", "tag-header", &tag);
        self.expect_object("tagger", "tag-header", &tag);

        let note = self.text("note");
        self.scratch.git_with("repo", &["notes", "add", "-m", &note, "HEAD"], &dates);
        let branch = format!("feature/{}", self.secret("branch name"));
        self.git(&["branch", "-q", &branch]);
        let tag = self.secret("tag name").to_owned();
        self.git(&["tag", &tag]);

        self.write(&format!("old/{}.txt", self.secret("removed file name")), "same\n");
        self.write(&format!("old/{}/a", self.secret("removed directory name")), "same\n");
        self.scratch.commit(102, "Names");
        self.git(&["rm", "-q", "-r", "old"]);
        self.scratch.commit(103, "No names");

        let content = self.text("large file");
        let digest = sha256(content.as_bytes());
        let size = content.len();
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n");
        self.write("large.bin", pointer);
        let object = format!(".git/lfs/objects/{}/{}/{digest}", &digest[..2], &digest[2..4]);
        self.write(&object, &content);
        let large = self.scratch.commit(104, "Large");
        self.git(&["rm", "-q", "large.bin"]);
        self.scratch.commit(105, "Not so large");
        self.git(&["checkout", "-q", "main"]);
        let object = self.git(&["rev-parse", &format!("{large}:large.bin")]);
        let at = position(&content, self.secret("large file"));
        let introduced = Some((large, false, true));
        let path = Some("large.bin".to_owned());
        let expected = Expected { origin: "lfs-object", path, object: Some(object), position: at, introduced };
        self.expect("large file", expected);

        let url = format!("https://build:{}@git.example.com/acme/site.git", self.secret("remote URL"));
        // A word in this place would be a password, if a weak one.
        self.git(&["config", "remote.origin.url", &url.replace(":nothing-here@", "@")]);
        let header = format!("Authorization: Bearer {}", self.secret("extra header"));
        self.git(&["config", "http.https://git.example.com/.extraheader", &header]);
        for place in ["remote URL", "extra header"] {
            let config = std::fs::read_to_string(self.scratch.path("repo/.git/config")).unwrap();
            let position = position(&config, self.secret(place));
            let path = Some(".git/config".to_owned());
            let expected = Expected { origin: "repository-config", path, object: None, position, introduced: None };
            self.expect(place, expected);
        }
    }

    /// The header of a commit or tag.
    fn expect_object(&mut self, place: &'static str, origin: &'static str, id: &str) {
        let object = self.git(&["cat-file", "-p", id]);
        let first = if origin == "tag-header" { "\ntag " } else { "\nauthor " };
        let header = &object[object.find(first).unwrap() + 1..object.find("\n\n").unwrap()];
        let position = position(header, self.secret(place));
        let introduced = Some((id.to_owned(), false, true));
        self.expect(place, Expected { origin, path: None, object: Some(id.to_owned()), position, introduced });
    }

    /// What no commit of a branch holds.
    fn leftovers(&mut self) {
        let dates = [("GIT_AUTHOR_DATE", "1700000110 +0000"), ("GIT_COMMITTER_DATE", "1700000110 +0000")];
        self.write("plain.txt", self.text("stash"));
        self.write("new.txt", self.text("untracked part of a stash"));
        self.scratch.git_with("repo", &["stash", "push", "-q", "-u"], &dates);
        let stash = self.git(&["rev-parse", "stash@{0}"]);
        let untracked = self.git(&["rev-parse", "stash@{0}^3"]);
        self.expect_blob("stash", "plain.txt", &stash, (false, true), plain);
        self.expect_blob("untracked part of a stash", "new.txt", &untracked, (false, true), plain);

        self.write("staged.txt", self.text("staged only"));
        self.git(&["add", "staged.txt"]);
        self.write("staged.txt", "nothing any more\n");
        self.expect_file("staged only", "staged", "staged.txt", plain);

        self.write("untracked.txt", self.text("untracked"));
        self.expect_file("untracked", "file", "untracked.txt", plain);
        self.write(".config/tool/settings", self.text("hidden directory"));
        self.expect_file("hidden directory", "file", ".config/tool/settings", plain);
        self.write(&format!("notes/{}.txt", self.secret("file name")), "nothing here\n");
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn plain(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = if mark { Some(0xFEFF) } else { None };
    mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// With what makes a file binary before and behind.
fn behind_zeros(text: &str) -> Vec<u8> {
    [b"\x7FELF\0\x01\0\0", text.as_bytes(), b"\0\xFF\xFE\0"].concat()
}

/// The position of the secret: lines and columns are those of the text, the byte is the file's own.
fn encoded_position(text: &str, secret: &str, encoding: Encoding) -> (u64, u64, u64, u64) {
    let (_, line, column, units) = position(text, secret);
    let (file, needle) = (encoding(text), encoding(secret));
    // Without what the encoding puts before and behind.
    let needle = match needle.as_slice() {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] => rest,
        [0x7F, b'E', b'L', b'F', 0, 1, 0, 0, rest @ ..] => &rest[..secret.len()],
        whole => whole,
    };
    let byte = file.windows(needle.len()).position(|window| window == needle).unwrap();
    (byte as u64, line, column, units)
}

//! What kind of file this is, from its path and its first bytes; and what its path says of its role.
//!
//! Pure functions of bytes: they open nothing. Names decide first, because a name is what the author meant; content only
//! where the name says nothing.

mod content;
mod names;
mod place;

pub use place::PlaceFacts;

/// The syntax of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// YAML.
    Yaml,
    /// JSON, with or without comments.
    Json,
    /// One JSON value a line.
    JsonLines,
    /// TOML.
    Toml,
    /// HCL: Terraform, OpenTofu, Packer, Vault, Nomad.
    Hcl,
    /// `KEY=value` lines for the environment.
    Dotenv,
    /// Sections with `key = value` lines.
    Ini,
    /// Java properties.
    Properties,
    /// XML and what is written in it.
    Xml,
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// A shell script, or PowerShell, or batch file.
    Shell,
    /// Markdown and other prose markup.
    Markdown,
    /// Source code.
    Code(Language),
    /// A lock file or checksum list: digests and URLs, written by a tool.
    Lockfile,
    /// Text without a syntax of its own.
    Plain,
    /// Nothing is known of it.
    Unknown,
}

/// Languages, grouped by how they write literals and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// C, C++, Objective-C.
    C,
    /// Java, Kotlin, Scala, Groovy, Clojure.
    Jvm,
    /// C#, F#, Visual Basic.
    DotNet,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// Swift.
    Swift,
    /// Dart.
    Dart,
    /// JavaScript, TypeScript, Vue, Svelte.
    JavaScript,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Perl.
    Perl,
    /// Lua.
    Lua,
    /// Elixir and Erlang.
    Beam,
    /// Haskell, OCaml, Elm, Lisp.
    Functional,
    /// R and Julia.
    Statistics,
    /// SQL.
    Sql,
    /// CSS and its relatives.
    Stylesheet,
    /// HTML and templates of it.
    Html,
    /// Make, CMake, Bazel and other build scripts.
    Build,
    /// Solidity and other contract languages.
    Contract,
    /// Any other.
    Other,
}

impl FileKind {
    /// The kind of the file at `path`, whose content begins with `head` (the first few hundred bytes are enough; none is
    /// allowed). `/` separates the parts of the path.
    #[must_use]
    pub fn of(path: &[u8], head: &[u8]) -> FileKind {
        names::kind(path).unwrap_or_else(|| content::kind(head))
    }

    /// Whether the file at `path` is a template that makes a file of another name: of its kind, but not yet in its syntax.
    #[must_use]
    pub fn is_of_template(path: &[u8]) -> bool {
        let name = String::from_utf8_lossy(file_name(path)).to_ascii_lowercase();
        names::made_by_template(&name).is_some()
    }

    /// Whether variables within a text are filled in, as shells do it. Configuration that is read by programs of all sorts is not
    /// taken for such.
    #[must_use]
    pub fn expands(self) -> bool {
        use Language::{Build, Dart, Html, Jvm, Other, Perl, Php, Statistics};
        matches!(
            self,
            FileKind::Shell
                | FileKind::Dockerfile
                | FileKind::Code(Build | Dart | Html | Jvm | Other | Perl | Php | Statistics)
        )
    }

    /// Whether a value without quotes can be a literal in this kind of file, as in YAML and `.env`. In code, what has no
    /// quotes is a name or a number.
    #[must_use]
    pub fn has_bare_literals(self) -> bool {
        !matches!(self, FileKind::Code(_) | FileKind::Json | FileKind::JsonLines | FileKind::Toml | FileKind::Hcl)
    }
}

/// The part of a path behind the last `/` or `\`.
fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(path)
}

/// What stands behind the last dot of the name of the file at `path`, in lower case.
pub(super) fn extension<'b>(path: &[u8], buffer: &'b mut [u8; 64]) -> Option<&'b str> {
    let name = file_name(path);
    lower(&name[memchr::memrchr(b'.', name)? + 1..], buffer)
}

/// Lower-cases a short name into `buffer`; `None` for a longer one, which is none that has a meaning here.
fn lower<'b>(name: &[u8], buffer: &'b mut [u8; 64]) -> Option<&'b str> {
    let part = buffer.get_mut(..name.len())?;
    part.copy_from_slice(name);
    part.make_ascii_lowercase();
    std::str::from_utf8(part).ok()
}

#[cfg(test)]
mod tests;

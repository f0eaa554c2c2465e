//! Kinds by file name.

use super::{FileKind, Language, file_name, lower};

pub(super) fn kind(path: &[u8]) -> Option<FileKind> {
    let name = file_name(path);
    let mut buffer = [0u8; 64];
    // Of a very long name only the ending can say something.
    let tail = &name[name.len().saturating_sub(64)..];
    let name = lower(tail, &mut buffer)?;
    of_template(name).or_else(|| whole_name(name)).or_else(|| extension(name))
}

/// The kind of what a template of Jinja or ERB makes: that of `app.yml` for `app.yml.j2`.
fn of_template(name: &str) -> Option<FileKind> {
    match made_by_template(name)? {
        "env" => Some(FileKind::Dotenv),
        made => whole_name(made).or_else(|| extension(made)),
    }
}

/// The name of what the template of this name makes, if it is one.
pub(super) fn made_by_template(name: &str) -> Option<&str> {
    [".j2", ".jinja", ".jinja2", ".erb"].iter().find_map(|ending| name.strip_suffix(ending))
}

/// Whether the name is a lock file's or a checksum list's.
pub(super) fn is_lockfile(name: &str) -> bool {
    matches!(
        name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | ".package-lock.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "deno.lock"
            | "cargo.lock"
            | "go.sum"
            | "go.work.sum"
            | "gemfile.lock"
            | "composer.lock"
            | "poetry.lock"
            | "pipfile.lock"
            | "uv.lock"
            | "pdm.lock"
            | "pixi.lock"
            | "mix.lock"
            | "pubspec.lock"
            | "podfile.lock"
            | "cartfile.resolved"
            | "package.resolved"
            | "flake.lock"
            | "gradle.lockfile"
            | "verification-metadata.xml"
            | "paket.lock"
            | "packages.lock.json"
            | "conan.lock"
            | "conda-lock.yml"
            | ".terraform.lock.hcl"
            | "chart.lock"
            | "requirements.lock"
            | "module.bazel.lock"
            | "cabal.project.freeze"
            | "stack.yaml.lock"
            | "checksums"
            | "checksums.txt"
            | "shasums256.txt"
            | "sha256sums"
            | "sha256sums.txt"
    ) || [".sha256", ".sha512", ".sha1", ".md5", ".lock", ".lockfile"].iter().any(|ending| name.ends_with(ending))
}

fn whole_name(name: &str) -> Option<FileKind> {
    if is_lockfile(name) {
        return Some(FileKind::Lockfile);
    }
    let kind = match name {
        ".npmrc" | ".pypirc" | "pip.conf" | ".gitconfig" | ".editorconfig" | ".s3cfg" | ".pylintrc" | ".flake8"
        | ".my.cnf" | ".hgrc" | ".boto" | ".coveragerc" => FileKind::Ini,
        ".babelrc" | ".eslintrc" | ".prettierrc" | ".swcrc" | ".jshintrc" | ".bowerrc" | "composer.lock.json" => {
            FileKind::Json
        }
        ".clang-format" | ".clang-tidy" | ".yamllint" => FileKind::Yaml,
        "pipfile" => FileKind::Toml,
        "dockerfile" | "containerfile" => FileKind::Dockerfile,
        ".bashrc" | ".bash_profile" | ".zshrc" | ".zshenv" | ".profile" | ".bash_aliases" | "pkgbuild" | "apkbuild"
        | ".bash_history" | ".zsh_history" => FileKind::Shell,
        // What is assigned in them needs no quotes, as in a shell.
        "makefile" | "gnumakefile" => FileKind::Shell,
        "cmakelists.txt" | "build.bazel" | "build" | "workspace" | "justfile" | "rakefile" | "meson.build" => {
            FileKind::Code(Language::Build)
        }
        "gemfile" | "vagrantfile" | "podfile" | "fastfile" | "brewfile" | "berksfile" | "guardfile" => {
            FileKind::Code(Language::Ruby)
        }
        "jenkinsfile" => FileKind::Code(Language::Jvm),
        "readme" | "changelog" | "contributing" => FileKind::Markdown,
        "license" | "licence" | "authors" | "notice" | "copying" | "codeowners" => FileKind::Plain,
        _ => return prefixed_name(name),
    };
    Some(kind)
}

fn prefixed_name(name: &str) -> Option<FileKind> {
    let is_dotenv = name == ".env" || name == ".envrc" || name.starts_with(".env.") || name.ends_with(".env");
    if is_dotenv {
        // `.envrc` is a script that direnv runs.
        return Some(if name == ".envrc" { FileKind::Shell } else { FileKind::Dotenv });
    }
    let is_docker =
        name.starts_with("dockerfile.") || name.ends_with(".dockerfile") || name.starts_with("containerfile.");
    is_docker.then_some(FileKind::Dockerfile)
}

fn extension(name: &str) -> Option<FileKind> {
    let (_, extension) = name.rsplit_once('.')?;
    let code = |language| Some(FileKind::Code(language));
    match extension {
        "yaml" | "yml" => Some(FileKind::Yaml),
        "jsonl" | "ndjson" => Some(FileKind::JsonLines),
        "json" | "jsonc" | "json5" | "tfstate" | "webmanifest" | "geojson" | "code-workspace" => Some(FileKind::Json),
        "toml" => Some(FileKind::Toml),
        "tf" | "hcl" | "tfvars" | "nomad" | "tofu" => Some(FileKind::Hcl),
        "ini" | "cfg" | "conf" | "cnf" | "desktop" | "service" | "gitconfig" | "inf" => Some(FileKind::Ini),
        "properties" => Some(FileKind::Properties),
        "xml" | "xsd" | "xsl" | "xslt" | "pom" | "config" | "csproj" | "vbproj" | "fsproj" | "props" | "targets"
        | "plist" | "resx" | "xlf" | "svg" | "nuspec" | "storyboard" | "xib" | "wsdl" => Some(FileKind::Xml),
        "sh" | "bash" | "zsh" | "fish" | "ksh" | "ps1" | "psm1" | "psd1" | "bat" | "cmd" | "mk" => {
            Some(FileKind::Shell)
        }
        "md" | "markdown" | "mdx" | "rst" | "adoc" | "asciidoc" | "org" | "textile" => Some(FileKind::Markdown),
        "txt" | "text" | "log" | "csv" | "tsv" | "po" | "pot" | "strings" => Some(FileKind::Plain),
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hxx" | "hh" | "m" | "mm" | "inl" | "cu" => code(Language::C),
        "java" | "kt" | "kts" | "scala" | "groovy" | "jenkinsfile" | "gradle" | "clj" | "cljs" | "sbt" => {
            code(Language::Jvm)
        }
        "cs" | "fs" | "vb" | "fsx" | "cshtml" | "razor" => code(Language::DotNet),
        "go" => code(Language::Go),
        "rs" => code(Language::Rust),
        "swift" => code(Language::Swift),
        "dart" => code(Language::Dart),
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" | "astro" | "coffee" => {
            code(Language::JavaScript)
        }
        "py" | "pyi" | "pyw" | "ipynb" | "pyx" => code(Language::Python),
        "rb" | "erb" | "gemspec" | "rake" => code(Language::Ruby),
        "php" | "phtml" | "php5" | "inc" => code(Language::Php),
        "pl" | "pm" | "t" => code(Language::Perl),
        "lua" => code(Language::Lua),
        "ex" | "exs" | "erl" | "hrl" | "eex" | "heex" => code(Language::Beam),
        "hs" | "ml" | "mli" | "elm" | "lisp" | "el" | "scm" | "rkt" | "nix" => code(Language::Functional),
        "r" | "jl" | "rmd" => code(Language::Statistics),
        "sql" | "ddl" | "dml" | "psql" | "plsql" => code(Language::Sql),
        "css" | "scss" | "sass" | "less" | "styl" => code(Language::Stylesheet),
        "html" | "htm" | "xhtml" | "hbs" | "ejs" | "njk" | "jinja" | "j2" | "twig" | "liquid" => code(Language::Html),
        "cmake" | "bzl" | "bazel" | "ninja" => code(Language::Build),
        "sol" | "vy" | "cairo" | "move" => code(Language::Contract),
        "zig" | "nim" | "d" | "pas" | "f90" | "asm" | "s" | "v" | "vhd" | "proto" | "thrift" | "graphql" | "gql"
        | "awk" | "tcl" | "bicep" | "rego" | "cue" | "jsonnet" | "libsonnet" | "vim" | "hx" | "cr" => {
            code(Language::Other)
        }
        _ => None,
    }
}

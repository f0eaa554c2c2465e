//! Which reader reads a file.
//!
//! [`FileKind`] serves detection, which has to say something of every file; a reader is asked for configuration alone. So
//! this narrows the kinds down (drawings and schemas are XML, but nobody configures anything in them), and tells files
//! apart whose kind is only roughly known: `.conf` is INI for some programs and a language of their own for others.

use super::kind::{FileKind, Language};

/// The syntaxes that there is a reader for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// YAML.
    Yaml,
    /// JSON, with comments and the liberties of JSON5.
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
    /// XML.
    Xml,
    /// Instructions of a Dockerfile or Containerfile.
    Dockerfile,
    /// `.netrc`: words in pairs.
    Netrc,
    /// Directives of a web server or proxy: nginx, Apache, HAProxy.
    Server,
    /// Assignments of Python that are meant as settings.
    PythonSettings,
    /// A pipeline of Jenkins, in Groovy.
    Jenkinsfile,
    /// Certificates and keys between lines of dashes: one text.
    Pem,
    /// pip's lists of requirements: options and packages.
    Requirements,
}

impl Syntax {
    /// All of them.
    pub const ALL: [Syntax; 16] = [
        Syntax::Yaml,
        Syntax::Json,
        Syntax::JsonLines,
        Syntax::Toml,
        Syntax::Hcl,
        Syntax::Dotenv,
        Syntax::Ini,
        Syntax::Properties,
        Syntax::Xml,
        Syntax::Dockerfile,
        Syntax::Netrc,
        Syntax::Server,
        Syntax::PythonSettings,
        Syntax::Jenkinsfile,
        Syntax::Pem,
        Syntax::Requirements,
    ];

    /// The syntax of the file at `path`, whose content begins with `head` (the first few hundred bytes are enough; none is
    /// allowed, and the name decides alone). `None` where the file is none that is read as configuration.
    #[must_use]
    pub fn of(path: &[u8], head: &[u8]) -> Option<Syntax> {
        if FileKind::is_of_template(path) {
            return None;
        }
        let kind = FileKind::of(path, head);
        let path = String::from_utf8_lossy(path).to_ascii_lowercase().replace('\\', "/");
        let (directories, name) = path.rsplit_once('/').unwrap_or(("", &path));
        by_name(directories, name, kind, head).unwrap_or_else(|| by_kind(name, kind, head))
    }

    /// The kind of the files that are written in it.
    #[must_use]
    pub fn kind(self) -> FileKind {
        match self {
            Syntax::Yaml => FileKind::Yaml,
            Syntax::Json => FileKind::Json,
            Syntax::JsonLines => FileKind::JsonLines,
            Syntax::Toml => FileKind::Toml,
            Syntax::Hcl => FileKind::Hcl,
            Syntax::Dotenv => FileKind::Dotenv,
            Syntax::Ini => FileKind::Ini,
            Syntax::Properties => FileKind::Properties,
            Syntax::Xml => FileKind::Xml,
            Syntax::Dockerfile => FileKind::Dockerfile,
            Syntax::Netrc | Syntax::Server | Syntax::Pem | Syntax::Requirements => FileKind::Plain,
            Syntax::PythonSettings => FileKind::Code(Language::Python),
            Syntax::Jenkinsfile => FileKind::Code(Language::Jvm),
        }
    }
}

/// What the name says, where it says more than the kind does: a syntax, or that there is none.
fn by_name(directories: &str, name: &str, kind: FileKind, head: &[u8]) -> Option<Option<Syntax>> {
    let parent = directories.rsplit('/').next().unwrap_or_default();
    let is_pem = [".pem", ".crt", ".cer", ".cert", ".key"].iter().any(|ending| name.ends_with(ending));
    let is_below = |wanted: &str| directories.split('/').any(|part| part == wanted);
    let known = match name {
        _ if kind == FileKind::Lockfile => return Some(None),
        ".netrc" | "_netrc" | "netrc" => Syntax::Netrc,
        ".gitmodules" | "gitconfig" | "config.worktree" => Syntax::Ini,
        ".dockercfg" | ".dockerconfigjson" => Syntax::Json,
        ".condarc" | "kubeconfig" => Syntax::Yaml,
        // Both are JSON or YAML, whatever was written.
        ".eslintrc" | ".prettierrc" if !head.is_empty() && !first_content(head).starts_with(['{', '[', '/']) => {
            Syntax::Yaml
        }
        // Velocity, which may begin as JSON does, and templates of pages, which may begin as YAML does.
        _ if name.ends_with(".vtl") || is_template_of_page(name) => return Some(None),
        ".terraformrc" | "terraform.rc" => Syntax::Hcl,
        "nginx.conf" | ".htaccess" | "httpd.conf" | "apache2.conf" | "haproxy.cfg" => Syntax::Server,
        // HOCON, which is none of these.
        "application.conf" | "reference.conf" => return Some(None),
        "settings.py" | "config.py" => Syntax::PythonSettings,
        "credentials" | "config" => match parent {
            ".aws" | ".git" => Syntax::Ini,
            ".cargo" => Syntax::Toml,
            ".kube" | ".gem" => Syntax::Yaml,
            _ if name == "credentials" && first_content(head).starts_with('[') => Syntax::Ini,
            _ => return None,
        },
        // The same endings stand for DER, which is no text, and for key files of other formats.
        _ if is_pem => return Some(memchr::memmem::find(head, b"-----BEGIN ").map(|_| Syntax::Pem)),
        _ if name.ends_with(".tfstate") || name.ends_with(".tfstate.backup") => Syntax::Json,
        "constraints.txt" => Syntax::Requirements,
        _ if name.ends_with(".txt") && (name.starts_with("requirements") || parent == "requirements") => {
            Syntax::Requirements
        }
        _ if name.ends_with("_settings.py") => Syntax::PythonSettings,
        _ if name.ends_with(".py") && parent == "settings" => Syntax::PythonSettings,
        _ if parent.starts_with("sites-") && matches!(kind, FileKind::Ini | FileKind::Plain | FileKind::Unknown) => {
            Syntax::Server
        }
        _ if name.ends_with(".conf") && ["nginx", "apache2", "httpd", "haproxy"].into_iter().any(is_below) => {
            Syntax::Server
        }
        // `#!groovy` is of a language that has no kind of its own.
        _ if name.starts_with("jenkinsfile") || name.ends_with(".jenkinsfile") => match kind {
            FileKind::Code(Language::Jvm | Language::Other) | FileKind::Plain | FileKind::Unknown
                if !name.ends_with(".txt") =>
            {
                Syntax::Jenkinsfile
            }
            _ => return None,
        },
        _ if name.starts_with("dockerfile") || name.starts_with("containerfile") => {
            let is_other = [".dockerignore", ".md", ".txt"].iter().any(|ending| name.ends_with(ending));
            match kind {
                FileKind::Dockerfile | FileKind::Plain | FileKind::Unknown if !is_other => Syntax::Dockerfile,
                FileKind::Dockerfile => return Some(None),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Some(known))
}

fn by_kind(name: &str, kind: FileKind, head: &[u8]) -> Option<Syntax> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Some(match kind {
        FileKind::Yaml => Syntax::Yaml,
        FileKind::Json => Syntax::Json,
        FileKind::JsonLines => Syntax::JsonLines,
        FileKind::Toml => Syntax::Toml,
        FileKind::Hcl => Syntax::Hcl,
        FileKind::Dotenv => Syntax::Dotenv,
        FileKind::Ini if matches!(extension, "conf" | "cfg") && is_directive(first_content(head)) => Syntax::Server,
        FileKind::Ini => Syntax::Ini,
        FileKind::Properties => Syntax::Properties,
        FileKind::Xml => {
            let is_configuration =
                !matches!(extension, "svg" | "xsd" | "xsl" | "xslt" | "xlf" | "storyboard" | "xib" | "wsdl");
            // `.config` is many things, and what is not UTF-8 has no reader.
            let is_xml = head.is_empty() || first_content(head).starts_with('<');
            (is_configuration && is_xml).then_some(Syntax::Xml)?
        }
        FileKind::Dockerfile => Syntax::Dockerfile,
        _ => return None,
    })
}

/// Whether a template makes a page of text: `guide.md.tmpl`.
fn is_template_of_page(name: &str) -> bool {
    let made = [".tmpl", ".tpl", ".gotmpl", ".mustache"].iter().find_map(|ending| name.strip_suffix(ending));
    made.is_some_and(|made| [".md", ".mdx", ".rst", ".html", ".txt"].iter().any(|ending| made.ends_with(ending)))
}

/// The first line that is neither blank nor a comment; empty if `head` has none or is not UTF-8 before it.
fn first_content(head: &[u8]) -> &str {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut content = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b";"));
    content.next().and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default()
}

/// Whether a line is a directive or the beginning of a block, as servers have them and INI has not.
fn is_directive(line: &str) -> bool {
    let is_assignment = line.contains('=') && !line.ends_with('{');
    line.starts_with('<')
        || ((line.ends_with('{') || line.ends_with(';')) && !is_assignment && !line.starts_with('['))
        || matches!(line, "global" | "defaults")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_lines_decide() {
        let cases: &[(&str, &str, Option<Syntax>)] = &[
            ("a.yaml", "", Some(Syntax::Yaml)),
            (".yarnrc.yml", "", Some(Syntax::Yaml)),
            (".kube/config", "", Some(Syntax::Yaml)),
            ("home/.gem/credentials", "", Some(Syntax::Yaml)),
            ("a.json", "", Some(Syntax::Json)),
            ("auth.json", "", Some(Syntax::Json)),
            ("terraform.tfstate", "", Some(Syntax::Json)),
            ("terraform.tfstate.backup", "", Some(Syntax::Json)),
            ("anything", "{\"a\": 1}", Some(Syntax::Json)),
            (".docker/config.json", "", Some(Syntax::Json)),
            ("a.jsonl", "", Some(Syntax::JsonLines)),
            ("a.ndjson", "", Some(Syntax::JsonLines)),
            ("Pipfile", "", Some(Syntax::Toml)),
            (".cargo/credentials", "", Some(Syntax::Toml)),
            (".cargo/credentials.toml", "", Some(Syntax::Toml)),
            (".cargo/config", "", Some(Syntax::Toml)),
            ("main.tf", "", Some(Syntax::Hcl)),
            (".terraformrc", "", Some(Syntax::Hcl)),
            (".env.local", "", Some(Syntax::Dotenv)),
            (".npmrc", "", Some(Syntax::Ini)),
            (".pypirc", "", Some(Syntax::Ini)),
            ("pip.conf", "", Some(Syntax::Ini)),
            (".gitconfig", "", Some(Syntax::Ini)),
            (".gitmodules", "[submodule \"a\"]\n", Some(Syntax::Ini)),
            ("a/.git/config", "[core]\n", Some(Syntax::Ini)),
            (".aws/credentials", "", Some(Syntax::Ini)),
            ("aws/credentials", "# x\n\n[default]\n", Some(Syntax::Ini)),
            ("aws/credentials", "none", None),
            ("setup.cfg", "[metadata]\n", Some(Syntax::Ini)),
            ("php.ini", "", Some(Syntax::Ini)),
            (".editorconfig", "", Some(Syntax::Ini)),
            ("a.conf", "a = b;\n", Some(Syntax::Ini)),
            ("application.properties", "", Some(Syntax::Properties)),
            ("web.config", "", Some(Syntax::Xml)),
            ("Web.config", "\u{FEFF}<?xml?>", Some(Syntax::Xml)),
            ("sys.config", "[{a, b}].", None),
            ("settings.xml", "<settings/>", Some(Syntax::Xml)),
            ("pom.xml", "", Some(Syntax::Xml)),
            ("logo.svg", "", None),
            ("Dockerfile", "", Some(Syntax::Dockerfile)),
            ("Dockerfile.prod", "", Some(Syntax::Dockerfile)),
            ("Dockerfile-prod", "FROM a\n", Some(Syntax::Dockerfile)),
            ("api.Dockerfile", "", Some(Syntax::Dockerfile)),
            ("Containerfile", "", Some(Syntax::Dockerfile)),
            ("Dockerfile.dockerignore", "", None),
            ("dockerfile_parser.rs", "", None),
            (".netrc", "", Some(Syntax::Netrc)),
            ("_netrc", "", Some(Syntax::Netrc)),
            ("package-lock.json", "", None),
            ("Cargo.lock", "", None),
            ("verification-metadata.xml", "", None),
            ("main.rs", "", None),
            ("notes.txt", "", None),
            ("requirements.txt", "", Some(Syntax::Requirements)),
            ("requirements/prod.txt", "", Some(Syntax::Requirements)),
            ("config", "", None),
            ("a.sh", "", None),
            ("application.conf", "a {\n", None),
            ("models.py", "", None),
            ("Jenkinsfile", "", Some(Syntax::Jenkinsfile)),
            ("ci/release.jenkinsfile", "pipeline {\n", Some(Syntax::Jenkinsfile)),
            ("JenkinsFile-prod", "pipeline {\n", Some(Syntax::Jenkinsfile)),
            ("Jenkinsfile.groovy", "", Some(Syntax::Jenkinsfile)),
            ("jenkinsfile.yaml", "", Some(Syntax::Yaml)),
            ("jenkinsfile.md", "", None),
            ("C:\\x\\.aws\\credentials", "", Some(Syntax::Ini)),
            (".s3cfg", "", Some(Syntax::Ini)),
            ("tls/server.crt", "Certificate:\n-----BEGIN CERTIFICATE-----\n", Some(Syntax::Pem)),
            ("server.pem", "", None),
            ("slides.key", "PK", None),
            ("README.md", "", None),
            ("app.yml.j2", "", None),
            (".prettierrc", "# a\nsemi: false\n", Some(Syntax::Yaml)),
            (".eslintrc", "---\nroot: true\n", Some(Syntax::Yaml)),
            (".eslintrc", "// a\n{\n", Some(Syntax::Json)),
            (".prettierrc", "", Some(Syntax::Json)),
            ("add.vtl", "{\"a\": 1}", None),
            ("guide.md.tmpl", "---\ntitle: a\n", None),
            ("values.yaml.tmpl", "---\na: b\n", Some(Syntax::Yaml)),
        ];
        for (path, head, expected) in cases {
            assert_eq!(Syntax::of(path.as_bytes(), head.as_bytes()), *expected, "{path} {head:?}");
        }
    }

    #[test]
    fn settings_and_servers_are_known_by_name() {
        let of = |path: &str, head: &str| {
            let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
            let kind = FileKind::of(path.as_bytes(), head.as_bytes());
            by_name(directories, name, kind, head.as_bytes()).unwrap_or_else(|| by_kind(name, kind, head.as_bytes()))
        };
        for (path, head) in [
            ("nginx.conf", ""),
            ("etc/nginx/conf.d/a.conf", ""),
            ("etc/apache2/sites-enabled/000-default", "<VirtualHost *:80>\n"),
            ("sites-available/a.conf", ""),
            (".htaccess", ""),
            ("httpd.conf", ""),
            ("haproxy.cfg", ""),
            ("a.conf", "# é\nserver {\n"),
            ("a.conf", "worker_processes 4;\n"),
            ("a.conf", "<IfModule x>\n"),
            ("a.cfg", "global\n  daemon\n"),
        ] {
            assert_eq!(of(path, head), Some(Syntax::Server), "{path} {head:?}");
        }
        for path in ["settings.py", "a/settings/base.py", "local_settings.py", "config.py"] {
            assert_eq!(of(path, ""), Some(Syntax::PythonSettings), "{path}");
        }
        assert_eq!(of("a/settings.pyc", ""), None);
    }

    #[test]
    fn every_syntax_is_listed_once() {
        let mut all = Syntax::ALL.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, Syntax::ALL);
    }
}

//! Dialects of files that a tool reads as a whole: told by their name, by the keys at their top, or both.
//!
//! The kind of what they find is `document`; a declared check selects from there.

use std::sync::LazyLock;

use crate::config::policy::matches_wildcard;
use crate::document::kind::FileKind;
use crate::document::{Document, Node};

use super::{Dialect, Face, Resource, whole};

/// A dialect of whole documents.
pub(super) struct Plain {
    pub(super) dialect: Dialect,
    /// Globs of its files' paths, letters without case; any file if there is none.
    files: &'static [&'static str],
    /// Whether the top of the document is one of its own; asked after the name.
    is_own: fn(&Document, &Node) -> bool,
}

impl Plain {
    pub(super) fn read<'d>(&self, number: usize, face: &Face<'d>) -> Vec<Resource<'d>> {
        if !self.files.is_empty() && !face.plain.contains(&number) {
            return Vec::new();
        }
        let roots = face.document.roots.iter().filter(|root| (self.is_own)(face.document, root));
        roots.map(|root| whole(root, "document")).collect()
    }
}

const fn plain(
    id: &'static str,
    about: &'static str,
    files: &'static [&'static str],
    is_own: fn(&Document, &Node) -> bool,
) -> Plain {
    Plain { dialect: Dialect { id, about, read: |_| Vec::new() }, files, is_own }
}

fn any(_: &Document, _: &Node) -> bool {
    true
}

fn has(root: &Node, keys: &[&str]) -> bool {
    keys.iter().any(|key| root.entry(key).is_some())
}

/// Every one of them, in the order of their ids.
pub(super) static DIALECTS: &[Plain] = &[
    plain("appsettings", ".NET's appsettings.json", &["**/appsettings*.json"], any),
    plain("auth0", "exports of Auth0 tenants", &["**/auth0/**", "**/tenant.{yaml,yml,json}"], any),
    plain("aws-credentials", "the credentials file of the AWS command line", &["**/.aws/{credentials,config}"], any),
    plain(
        "cargo",
        "Cargo's credentials and configuration",
        &["**/.cargo/{credentials,config}{,.toml}", "**/credentials.toml"],
        any,
    ),
    plain("composer", "Composer's auth.json", &["**/auth.json"], any),
    plain("config-map-file", "files within a ConfigMap of Kubernetes", &["**/configmap:*/**"], any),
    plain("django", "Django's settings", &["**/settings.py", "**/settings/*.py", "**/*_settings.py"], any),
    plain(
        "docker-config",
        "the configuration of the Docker client",
        &["**/{config,.dockercfg,.dockerconfigjson}{,.json}"],
        |_, root| has(root, &["auths"]),
    ),
    plain("dockerfile", "Dockerfiles and Containerfiles", &[], |document, _| document.kind == FileKind::Dockerfile),
    plain("document", "any document", &[], any),
    plain("dotenv", "environment files", &[], |document, _| document.kind == FileKind::Dotenv),
    plain("envoy", "Envoy's bootstrap configuration", &[], |_, root| {
        has(root, &["static_resources", "dynamic_resources"])
    }),
    plain("express", "JSON configuration of Node.js services", &["**/config/*.json", "**/config.json"], any),
    plain("flask", "Flask's configuration", &["**/config.py", "**/config/*.py"], any),
    plain("gcp-key", "key files of Google service accounts", &[], |_, root| {
        root.get("type").and_then(Node::as_str) == Some("service_account") && has(root, &["private_key"])
    }),
    plain("gem", "RubyGems' credentials", &["**/.gem/credentials"], any),
    plain("git-config", "git's configuration", &["**/.gitconfig", "**/.git/config", "**/gitconfig"], any),
    plain("git-modules", "git's list of submodules", &["**/.gitmodules"], any),
    plain("gradle", "Gradle's properties", &["**/gradle.properties"], any),
    plain("helm-values", "values of Helm charts", &["**/values*.{yaml,yml}", "**/*values.{yaml,yml}"], any),
    plain("keycloak", "exports of Keycloak realms", &[], |_, root| {
        has(root, &["realm"]) && has(root, &["clients", "accessTokenLifespan", "enabled", "sslRequired", "components"])
    }),
    plain("kubeconfig", "configuration of Kubernetes clients", &[], |_, root| {
        root.get("kind").and_then(Node::as_str) == Some("Config") && has(root, &["users", "clusters"])
    }),
    plain("kustomize", "kustomizations", &["**/kustomization.{yaml,yml}"], any),
    plain("litellm", "LiteLLM's proxy configuration", &[], |_, root| has(root, &["model_list", "litellm_settings"])),
    plain("maven", "Maven's settings", &["**/settings.xml", "**/*settings*.xml"], |_, root| has(root, &["settings"])),
    plain("mcp", "configuration of servers for agents (MCP)", &[], |_, root| {
        has(root, &["mcpServers", "context_servers"]) || has(root, &["servers"]) && has(root, &["inputs"])
    }),
    plain("netrc", ".netrc", &["**/.netrc", "**/_netrc"], any),
    plain("npmrc", ".npmrc", &["**/.npmrc", "**/npmrc"], any),
    plain("nuget", "NuGet's configuration", &["**/nuget.config", "**/nuget*.config"], any),
    plain("openapi", "OpenAPI descriptions", &[], |_, root| has(root, &["openapi", "swagger"])),
    plain("package-json", "npm's package.json", &["**/package.json"], any),
    plain("pip", "pip's configuration", &["**/pip.conf", "**/pip.ini"], any),
    plain(
        "pip-requirements",
        "pip's lists of requirements",
        &["**/requirements*.txt", "**/constraints.txt", "**/requirements/*.txt"],
        any,
    ),
    plain("pypirc", ".pypirc", &["**/.pypirc"], any),
    plain(
        "pyproject",
        "pyproject.toml, uv.toml, poetry's auth.toml",
        &["**/pyproject.toml", "**/uv.toml", "**/auth.toml"],
        any,
    ),
    plain("rails-secrets", "Rails' secrets.yml", &["**/config/secrets.{yml,yaml}"], any),
    plain(
        "server",
        "directives of nginx, Apache and HAProxy",
        &[
            "**/*nginx*.conf",
            "**/nginx/**",
            "**/sites-*/**",
            "**/.htaccess",
            "**/httpd*.conf",
            "**/apache*.conf",
            "**/haproxy.cfg",
        ],
        any,
    ),
    plain("serverless", "the Serverless framework", &["**/serverless.{yml,yaml,json}"], any),
    plain("slack-manifest", "manifests of Slack apps", &["**/*manifest*.{json,yml,yaml}"], |_, root| {
        has(root, &["display_information"]) || has(root, &["oauth_config"])
    }),
    plain("sops", "files encrypted with SOPS", &[], |_, root| {
        root.get("sops").is_some_and(|sops| has(sops, &["mac", "lastmodified", "version"]))
    }),
    plain(
        "spring",
        "Spring's application and bootstrap properties",
        &["**/{application,bootstrap}*.{yml,yaml,properties}"],
        any,
    ),
    plain("tfstate", "Terraform's state", &["**/*.tfstate", "**/*.tfstate.backup"], |_, root| {
        has(root, &["terraform_version", "serial"])
    }),
    plain("traefik", "Traefik's static configuration", &["**/traefik*.{yml,yaml,toml}"], any),
    plain("vault", "Vault's server configuration", &["**/*.{hcl,json}"], |_, root| {
        has(root, &["listener", "storage", "seal"])
    }),
    plain("vault-policy", "Vault's policies", &["**/*.{hcl,json}"], |_, root| {
        root.maps("path")
            .any(|paths| paths.entries().iter().any(|entry| has(&entry.value, &["capabilities", "policy"])))
    }),
    plain("web-config", "web.config and app.config of .NET", &["**/{web,app}*.config"], any),
    plain("web-xml", "web.xml of Java servlets", &["**/web.xml"], any),
    plain("yarnrc", ".yarnrc.yml", &["**/.yarnrc.{yml,yaml}"], any),
];

/// The globs of all dialects, in parts, and whose each is.
static NAMES: LazyLock<Vec<(Name, usize)>> = LazyLock::new(|| {
    let globs = DIALECTS.iter().enumerate().flat_map(|(number, plain)| plain.files.iter().map(move |it| (*it, number)));
    globs.flat_map(|(glob, number)| alternatives(glob).into_iter().map(move |it| (Name::new(&it), number))).collect()
});

/// A glob of a path's last parts, or of a directory. A set of globs as a library compiles it took a quarter of the time of a
/// run that lints one file.
struct Name {
    /// The parts, in small letters; `*` stands for any characters.
    parts: Vec<String>,
    /// Whether files below it count, not itself.
    is_directory: bool,
}

impl Name {
    /// `**/parts` or `**/parts/**`.
    fn new(glob: &str) -> Self {
        let rest = glob.strip_prefix("**/").unwrap_or(glob);
        let (rest, is_directory) = rest.strip_suffix("/**").map_or((rest, false), |rest| (rest, true));
        Self { parts: rest.split('/').map(str::to_owned).collect(), is_directory }
    }

    fn fits(&self, path: &[&str]) -> bool {
        let fits = |window: &[&str]| self.parts.iter().zip(window).all(|(part, text)| matches_wildcard(part, text));
        let length = self.parts.len();
        if self.is_directory {
            let directories = &path[..path.len().saturating_sub(1)];
            return directories.windows(length).any(fits);
        }
        path.len().checked_sub(length).is_some_and(|start| fits(&path[start..]))
    }
}

/// The globs that one with alternatives in braces stands for.
fn alternatives(glob: &str) -> Vec<String> {
    let Some((before, rest)) = glob.split_once('{') else { return vec![glob.to_owned()] };
    let Some((inside, behind)) = rest.split_once('}') else { return vec![glob.to_owned()] };
    inside.split(',').flat_map(|part| alternatives(&format!("{before}{part}{behind}"))).collect()
}

/// Whether a file of this path belongs by its name to the dialect.
pub(super) fn is_of(path: &[u8], id: &str) -> bool {
    named(path).into_iter().any(|number| DIALECTS[number].dialect.id == id)
}

/// The dialects, by number, to which a file of this path belongs by its name.
pub(super) fn named(path: &[u8]) -> Vec<usize> {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').collect();
    let mut numbers: Vec<usize> =
        NAMES.iter().filter(|(name, _)| name.fits(&parts)).map(|(_, number)| *number).collect();
    numbers.dedup();
    numbers
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn they_are_sorted_and_their_globs_are_read() {
        assert!(DIALECTS.is_sorted_by_key(|plain| plain.dialect.id));
        let globs = DIALECTS.iter().flat_map(|plain| plain.files);
        assert!(globs.clone().all(|glob| glob.starts_with("**/") && !glob.contains(['?', '['])));
        assert_eq!(alternatives("**/{a,b}{,.c}"), ["**/a", "**/a.c", "**/b", "**/b.c"]);
    }

    #[test]
    fn names() {
        let named = |path: &str| {
            named(path.as_bytes()).into_iter().map(|number| DIALECTS[number].dialect.id).collect::<Vec<_>>()
        };
        assert_eq!(named("src/main/resources/application-prod.yml"), ["spring"]);
        assert_eq!(named("application.properties"), ["spring"]);
        assert_eq!(named("a/.npmrc"), ["npmrc"]);
        assert_eq!(named("etc/NGINX/conf.d/a.conf"), ["server"]);
        assert_eq!(named("nginx"), Vec::<&str>::new());
        assert_eq!(named(".aws/credentials"), ["aws-credentials"]);
        assert_eq!(named("credentials"), Vec::<&str>::new());
        assert_eq!(named("site/settings.py"), ["django"]);
        assert_eq!(named(".cargo/credentials"), ["cargo"]);
        assert_eq!(named("main.c"), Vec::<&str>::new());
    }
}

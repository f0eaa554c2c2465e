//! What documents mean to the tools that read them.
//!
//! A dialect finds in a document the things that checks are about: Terraform's resources, Kubernetes' objects, the jobs and
//! steps of a workflow, or just the document itself where a tool reads it whole. A new dialect is a file here (or an entry
//! in [`plain`]) and a line in [`ALL`].

pub(crate) mod azure;
mod azure_pipelines;
mod bitbucket;
mod circleci;
pub(crate) mod cloudformation;
pub(crate) mod compose;
mod gitlab;
pub(crate) mod iam;
pub(crate) mod jenkins;
pub(crate) mod kubernetes;
mod parts;
mod plain;
pub(crate) mod spring;
pub(crate) mod terraform;
pub(crate) mod workflow;

use std::borrow::Cow;
use std::ops::Range;

use crate::document::{Document, Node};

/// A tool's way to read documents.
pub(crate) struct Dialect {
    /// The word that declared checks use.
    pub id: &'static str,
    /// What it reads, and what kinds of things it finds there, in words.
    pub about: &'static str,
    read: for<'d> fn(&Face<'d>) -> Vec<Resource<'d>>,
}

impl std::fmt::Debug for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// A document as a dialect sees it.
pub(crate) struct Face<'d> {
    /// The path of the file; of several, the first's.
    pub path: &'d [u8],
    /// The document.
    pub document: &'d Document,
    /// The plain dialects that its name belongs to, by number.
    pub plain: Vec<usize>,
}

/// Something that a document declares: a resource, an object, a job, a step, a service, the document as a whole.
#[derive(Debug)]
pub(crate) struct Resource<'d> {
    /// `aws_kms_key`, `data.aws_kms_key`, `AWS::KMS::Key`, `Deployment`, `step`.
    pub kind: Cow<'d, str>,
    /// Where its name stands; for a whole document, its first key.
    pub name_span: Range<usize>,
    /// The body, or the properties; none if it has none or they are unknown.
    pub body: Option<&'d Node>,
    /// `aws_kms_key.main`, the logical id, `Deployment/default/web`, `jobs.build`; empty for a whole document.
    pub address: String,
}

impl Resource<'_> {
    /// Whether it is of one of these kinds.
    pub(crate) fn is_one_of(&self, kinds: &[String]) -> bool {
        kinds.iter().any(|kind| *kind == self.kind)
    }

    /// Its own name: the last part of the address.
    pub(crate) fn name(&self) -> &str {
        self.base().rsplit(['.', '/']).next().unwrap_or_default()
    }

    /// The address without the key of the instance, by which others refer to it: `aws_x.y` of `aws_x.y["a"]`.
    pub(crate) fn base(&self) -> &str {
        self.address.split_once("[\"").map_or(&self.address, |(base, _)| base)
    }

    /// The route of a field.
    pub(crate) fn route(&self, field: &str) -> String {
        let dot = if field.starts_with('[') || self.address.is_empty() { "" } else { "." };
        format!("{}{dot}{field}", self.address)
    }
}

/// Every dialect with resources of its own kinds; the plain ones are beside them.
static OWN: &[Dialect] = &[
    Dialect {
        id: "terraform",
        about: "HCL, its JSON syntax, plans: resources by type, `data.TYPE`, `provider.NAME`, `variable`, `output`, `module`",
        read: |face| terraform::resources(face.document),
    },
    Dialect {
        id: "cloudformation",
        about: "templates in YAML or JSON: resources by type, `Parameter`",
        read: |face| cloudformation::resources(face.document),
    },
    Dialect {
        id: "kubernetes",
        about: "objects by kind, and `PodSpec` wherever there is one",
        read: |face| kubernetes::resources(face.document),
    },
    Dialect {
        id: "workflow",
        about: "GitHub Actions and what reads the same files: `workflow`, `job`, `step`, `action`",
        read: |face| workflow::resources(face.path, face.document),
    },
    Dialect { id: "gitlab", about: "GitLab CI: `pipeline`, `job`", read: |face| gitlab::resources(face) },
    Dialect {
        id: "azure-pipelines",
        about: "Azure Pipelines: `pipeline`, `stage`, `job`, `step`, `script`, `variable`, `parameter`",
        read: |face| azure_pipelines::resources(face),
    },
    Dialect {
        id: "bitbucket",
        about: "Bitbucket Pipelines: `pipeline`, `step`, `pipe`, `service`, `script`, `variable`, `service-variable`",
        read: |face| bitbucket::resources(face),
    },
    Dialect {
        id: "circleci",
        about: "CircleCI: `pipeline`, `job`, `command`, `executor`, `step`, `script`, `variable`, `service-variable`, `parameter`",
        read: |face| circleci::resources(face),
    },
    Dialect {
        id: "jenkins",
        about: "Jenkinsfiles: `pipeline`, `script`, `message`, `variable`, `parameter`, `password`",
        read: |face| jenkins::resources(face),
    },
    Dialect { id: "compose", about: "Docker Compose: `project`, `service`", read: |face| compose::resources(face) },
    Dialect { id: "azure", about: "ARM templates: resources by type", read: |face| azure::resources(face.document) },
];

/// Every dialect.
pub(crate) fn all() -> impl Iterator<Item = &'static Dialect> {
    OWN.iter().chain(plain::DIALECTS.iter().map(|plain| &plain.dialect))
}

/// The dialect of this name.
pub(crate) fn find(id: &str) -> Option<&'static Dialect> {
    all().find(|dialect| dialect.id == id)
}

/// The names of all dialects.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|dialect| dialect.id)
}

/// What each dialect finds in a document; those that find nothing are left out.
pub(crate) fn spoken<'d>(path: &'d [u8], document: &'d Document) -> Vec<(&'static Dialect, Vec<Resource<'d>>)> {
    let face = Face { path, document, plain: plain::named(path) };
    let own = OWN.iter().map(|dialect| (dialect, (dialect.read)(&face)));
    let plain = plain::DIALECTS.iter().enumerate().map(|(number, plain)| (&plain.dialect, plain.read(number, &face)));
    own.chain(plain).filter(|(_, resources)| !resources.is_empty()).collect()
}

/// What a field says.
pub(crate) enum Field<'d> {
    /// It is not there.
    Absent,
    /// It is there and stands as it is.
    Literal(&'d Node),
    /// It is a reference or an expression.
    Unknown,
}

/// What a field of a body says. `null` counts as absent, as it does for the providers; in a map to which a template may add, nothing is.
pub(crate) fn field<'d>(body: &'d Node, key: &str) -> Field<'d> {
    match body.get(key) {
        None if body.is_open() => Field::Unknown,
        None => Field::Absent,
        Some(node) if node.value == crate::document::Value::Null => Field::Absent,
        Some(node) if is_known(node) => Field::Literal(node),
        Some(_) => Field::Unknown,
    }
}

/// Whether a node is a scalar that stands as it is: no expression, and no reference in a string.
pub(crate) fn is_known(node: &Node) -> bool {
    node.is_literal() && !node.as_str().is_some_and(super::literal::is_reference)
}

/// The root as one thing: its first key stands for its name.
fn whole<'d>(root: &'d Node, kind: &'static str) -> Resource<'d> {
    let name_span = root.entries().first().map_or(root.span.start..root.span.start, |entry| entry.key_span.clone());
    Resource { kind: Cow::Borrowed(kind), name_span, body: Some(root), address: String::new() }
}

/// The name of a file: what stands behind the last `/`.
pub(crate) fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

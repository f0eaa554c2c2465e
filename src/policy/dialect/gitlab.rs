//! GitLab CI pipelines.

use crate::document::Node;

use super::{Face, Resource, file_name, whole};

/// Keys at the top that are no jobs.
const RESERVED: [&str; 13] = [
    "image",
    "services",
    "stages",
    "types",
    "before_script",
    "after_script",
    "variables",
    "cache",
    "include",
    "workflow",
    "spec",
    "pages",
    "default",
];

/// The pipeline as a whole (`pipeline`), and each `job`.
pub(crate) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let name = file_name(face.path);
    let in_directory = memchr::memmem::find(face.path, b".gitlab/ci/").is_some()
        || memchr::memmem::find(face.path, b".gitlab-ci/").is_some();
    let is_own = name.ends_with(b".gitlab-ci.yml") || name.ends_with(b".gitlab-ci.yaml") || in_directory;
    if !is_own {
        return Vec::new();
    }
    let mut found = Vec::new();
    for root in face.document.roots.iter().filter(|root| root.is_map()) {
        found.push(whole(root, "pipeline"));
        let is_job = |node: &Node| ["script", "extends", "trigger", "run"].iter().any(|key| node.entry(key).is_some());
        for job in root.entries() {
            if (job.key == "pages" || !RESERVED.contains(&job.key.as_str())) && is_job(&job.value) {
                found.push(Resource {
                    kind: "job".into(),
                    name_span: job.key_span.clone(),
                    body: Some(&job.value),
                    address: job.key.clone(),
                });
            }
        }
    }
    found
}

//! Docker Compose files.

use crate::document::Node;

use super::{Face, Resource, file_name, whole};

/// The project as a whole (`project`), and each `service`.
pub(crate) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let name = String::from_utf8_lossy(file_name(face.path)).to_ascii_lowercase();
    let is_named = name.starts_with("docker-compose") || name.starts_with("compose");
    let mut found = Vec::new();
    for root in face.document.roots.iter() {
        let Some(services) = root.get("services").filter(|services| services.is_map()) else { continue };
        let has_image = |service: &Node| service.entry("image").is_some() || service.entry("build").is_some();
        if !is_named && !services.entries().iter().all(|service| has_image(&service.value)) {
            continue;
        }
        found.push(whole(root, "project"));
        for service in services.entries() {
            found.push(Resource {
                kind: "service".into(),
                name_span: service.key_span.clone(),
                body: service.value.is_map().then_some(&*service.value),
                address: format!("services.{}", service.key),
            });
        }
    }
    found
}

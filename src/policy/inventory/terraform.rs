//! Terraform: secrets that it makes, and those that it reads from stores by name.
//!
//! What is made or read in a store has the kind and the name of that store's secrets, so that it is one with the places that
//! use it. What has no name of its own (a random password) goes by its address, with the directory of its module before it.

use super::{Finder, ReferenceKind, aws};
use crate::document::Node;
use crate::policy::View;
use crate::policy::dialect::{Resource, is_known};

/// Resources whose value is in the state and nowhere else.
const MADE: [&str; 16] = [
    "random_password",
    "tls_private_key",
    "aws_iam_access_key",
    "aws_iam_service_specific_credential",
    "google_service_account_key",
    "google_storage_hmac_key",
    "azuread_application_password",
    "azuread_service_principal_password",
    "cloudflare_api_token",
    "datadog_api_key",
    "datadog_application_key",
    "github_repository_deploy_key",
    "gitlab_deploy_token",
    "gitlab_personal_access_token",
    "gitlab_project_access_token",
    "tfe_team_token",
];

/// Every resource and data source that is a secret.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    for resource in view.terraform() {
        let is_data = resource.address.starts_with("data.") || resource.address.starts_with("ephemeral.");
        if MADE.contains(&kind(resource)) && !is_data {
            let name = addressed(view, &resource.address);
            finder.add(ReferenceKind::TerraformResource, &name, &resource.name_span);
        } else if let Some(kept) = kept(resource) {
            let (kind, keys) = kept;
            match resource.body.and_then(|body| known(body, keys)) {
                Some(node) => {
                    let name = name(kind, resource.body, node.as_str().unwrap_or_default());
                    finder.add(kind, &name, &node.span);
                }
                // The name is worked out: its address tells it apart all the same.
                None if !is_data => {
                    let name = addressed(view, &resource.address);
                    finder.add_in(ReferenceKind::TerraformResource, &name, &resource.name_span, kind.store(), None);
                }
                None => {}
            }
        }
    }
}

/// What a resource of a store is, and the field with its name. Versions of a secret are not secrets beside it.
fn kept(resource: &Resource<'_>) -> Option<(ReferenceKind, &'static [&'static str])> {
    Some(match kind(resource) {
        "aws_secretsmanager_secret" => (ReferenceKind::AwsSecret, &["name", "arn"]),
        "aws_secretsmanager_secret_version" if resource.address.starts_with("data.") => {
            (ReferenceKind::AwsSecret, &["secret_id"])
        }
        "aws_ssm_parameter" if is_secure(resource) => (ReferenceKind::AwsParameter, &["name"]),
        "google_secret_manager_secret" => (ReferenceKind::GcpSecret, &["secret_id"]),
        "google_secret_manager_secret_version" if resource.address.starts_with("data.") => {
            (ReferenceKind::GcpSecret, &["secret"])
        }
        "azurerm_key_vault_secret" => (ReferenceKind::KeyVaultSecret, &["name"]),
        "github_actions_secret" | "github_actions_organization_secret" | "github_actions_environment_secret" => {
            (ReferenceKind::GithubSecret, &["secret_name"])
        }
        "gitlab_project_variable" | "gitlab_group_variable" => (ReferenceKind::GitlabVariable, &["key"]),
        "kubernetes_secret" | "kubernetes_secret_v1" => (ReferenceKind::KubernetesSecret, &["metadata"]),
        _ => return None,
    })
}

/// The type of a resource or data source.
pub(super) fn kind<'r>(resource: &'r Resource<'_>) -> &'r str {
    let kind = &*resource.kind;
    kind.strip_prefix("data.").or_else(|| kind.strip_prefix("ephemeral.")).unwrap_or(kind)
}

/// Whether a parameter holds a secret; a data source does not say.
fn is_secure(resource: &Resource<'_>) -> bool {
    let kind = resource.body.and_then(|body| body.get("type")).and_then(Node::as_str);
    kind == Some("SecureString") || (kind.is_none() && resource.address.starts_with("data."))
}

/// The node with the name, if it stands there as it is.
fn known<'d>(body: &'d Node, keys: &[&'static str]) -> Option<&'d Node> {
    let node = keys.iter().find_map(|key| match *key {
        "metadata" => body.maps(key).find_map(|metadata| metadata.get("name")),
        key => body.get(key),
    })?;
    (is_known_or_arn(node) && node.as_str().is_some()).then_some(node)
}

/// An ARN counts as a reference elsewhere; here it is the name itself.
fn is_known_or_arn(node: &Node) -> bool {
    is_known(node) || node.as_str().is_some_and(|text| text.starts_with("arn:aws") && !text.contains("${"))
}

/// The name as the other references of the kind have it.
fn name(kind: ReferenceKind, body: Option<&Node>, text: &str) -> String {
    let stated = |node: Option<&Node>| node.filter(|it| is_known(it)).and_then(Node::as_str).map(str::to_owned);
    match kind {
        ReferenceKind::AwsSecret => aws::secret(text),
        ReferenceKind::AwsParameter => aws::parameter(text),
        ReferenceKind::GithubSecret => text.to_ascii_uppercase(),
        ReferenceKind::GcpSecret => match stated(body.and_then(|body| body.get("project"))) {
            Some(project) if !text.contains('/') => format!("projects/{project}/secrets/{text}"),
            _ => text.to_owned(),
        },
        ReferenceKind::KubernetesSecret => {
            let metadata = body.and_then(|body| body.maps("metadata").find_map(|it| it.get("namespace")));
            match stated(metadata) {
                Some(namespace) => format!("{namespace}/{text}"),
                None => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    }
}

/// An address with the directory of its module.
pub(super) fn addressed(view: &View<'_>, address: &str) -> String {
    let path = String::from_utf8_lossy(view.subject.path);
    match path.rsplit_once('/') {
        Some((directory, _)) => format!("{directory}/{address}"),
        None => address.to_owned(),
    }
}

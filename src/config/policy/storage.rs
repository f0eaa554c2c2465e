//! Where secrets may be kept: `[policy.storage]`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::text::Text;
use crate::finding::Threshold;

/// A place where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// HashiCorp Vault or OpenBao.
    Vault,
    /// AWS Secrets Manager.
    AwsSecretsmanager,
    /// AWS Systems Manager Parameter Store.
    AwsParameterStore,
    /// Google Secret Manager.
    GcpSecretManager,
    /// Azure Key Vault.
    AzureKeyVault,
    /// A secret of GitHub Actions.
    GithubSecret,
    /// A CI/CD variable of GitLab.
    GitlabVariable,
    /// A secret variable of Azure Pipelines, or one of a variable group.
    AzurePipelinesVariable,
    /// A secured variable of Bitbucket Pipelines.
    BitbucketVariable,
    /// A variable of a context or project of CircleCI.
    CircleciVariable,
    /// A credential of Jenkins.
    JenkinsCredential,
    /// A Kubernetes secret.
    KubernetesSecret,
    /// A file under SOPS.
    Sops,
    /// A sealed secret.
    SealedSecret,
    /// A variable that is put in when the program starts.
    Environment,
    /// A file that is not in the repository.
    File,
}

impl Store {
    /// Every store.
    pub const ALL: [Store; 16] = [
        Store::Vault,
        Store::AwsSecretsmanager,
        Store::AwsParameterStore,
        Store::GcpSecretManager,
        Store::AzureKeyVault,
        Store::GithubSecret,
        Store::GitlabVariable,
        Store::AzurePipelinesVariable,
        Store::BitbucketVariable,
        Store::CircleciVariable,
        Store::JenkinsCredential,
        Store::KubernetesSecret,
        Store::Sops,
        Store::SealedSecret,
        Store::Environment,
        Store::File,
    ];

    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Store::Vault => "vault",
            Store::AwsSecretsmanager => "aws-secretsmanager",
            Store::AwsParameterStore => "aws-parameter-store",
            Store::GcpSecretManager => "gcp-secret-manager",
            Store::AzureKeyVault => "azure-key-vault",
            Store::GithubSecret => "github-secret",
            Store::GitlabVariable => "gitlab-variable",
            Store::AzurePipelinesVariable => "azure-pipelines-variable",
            Store::BitbucketVariable => "bitbucket-variable",
            Store::CircleciVariable => "circleci-variable",
            Store::JenkinsCredential => "jenkins-credential",
            Store::KubernetesSecret => "kubernetes-secret",
            Store::Sops => "sops",
            Store::SealedSecret => "sealed-secret",
            Store::Environment => "environment",
            Store::File => "file",
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// `[policy.storage]` as it is written: `default`, and kinds of secrets.
pub type StorageTable = BTreeMap<String, Spanned<Vec<Store>>>;

/// The stores that one kind of secret may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stores {
    /// The only ones.
    pub allowed: Vec<Store>,
    /// `keysieve.toml:7`.
    pub source: String,
}

impl Stores {
    /// What speaks against keeping the secret in `store`.
    #[must_use]
    pub fn objection(&self, store: Store) -> Option<Threshold> {
        if self.allowed.contains(&store) {
            return None;
        }
        let listed: Vec<&str> = self.allowed.iter().map(|store| store.id()).collect();
        Some(Threshold { limit: listed.join(", "), source: self.source.clone() })
    }
}

pub(super) fn read(table: &StorageTable, text: Text<'_>) -> BTreeMap<String, Stores> {
    let stores = |entry: &Spanned<Vec<Store>>| Stores {
        allowed: entry.get_ref().clone(),
        source: text.place(entry.span().start),
    };
    table.iter().map(|(kind, entry)| (kind.clone(), stores(entry))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_read_as_they_are_written() {
        for store in Store::ALL {
            let table: BTreeMap<String, Store> = toml::from_str(&format!("a = {:?}", store.id())).expect("a store");
            assert_eq!(table["a"], store);
        }
    }
}

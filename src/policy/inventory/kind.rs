//! The kinds of references.

use crate::config::policy::Store;

/// What a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A secret of AWS Secrets Manager.
    AwsSecret,
    /// A parameter of AWS Systems Manager.
    AwsParameter,
    /// A secret variable of Azure Pipelines.
    AzurePipelinesVariable,
    /// A secret of Azure Key Vault.
    KeyVaultSecret,
    /// A secured variable of Bitbucket Pipelines.
    BitbucketVariable,
    /// A variable of a context or project of CircleCI.
    CircleciVariable,
    /// A secret of a Compose file.
    ComposeSecret,
    /// A variable of the environment.
    EnvironmentVariable,
    /// What the External Secrets operator fetches.
    ExternalSecret,
    /// A secret of Google Secret Manager.
    GcpSecret,
    /// A secret of GitHub Actions.
    GithubSecret,
    /// A CI/CD variable of GitLab.
    GitlabVariable,
    /// A credential of Jenkins.
    JenkinsCredential,
    /// A Kubernetes secret, or one of its keys.
    KubernetesSecret,
    /// A field of an item in 1Password.
    OnePasswordItem,
    /// A sealed secret.
    SealedSecret,
    /// The place that the External Secrets operator fetches from.
    SecretStore,
    /// An encrypted value in a file under SOPS.
    SopsValue,
    /// What Terraform makes and keeps in its state.
    TerraformResource,
    /// A path in HashiCorp Vault or OpenBao.
    VaultPath,
}

impl ReferenceKind {
    /// Every kind.
    pub const ALL: [ReferenceKind; 20] = [
        ReferenceKind::AwsSecret,
        ReferenceKind::AwsParameter,
        ReferenceKind::AzurePipelinesVariable,
        ReferenceKind::KeyVaultSecret,
        ReferenceKind::BitbucketVariable,
        ReferenceKind::CircleciVariable,
        ReferenceKind::ComposeSecret,
        ReferenceKind::EnvironmentVariable,
        ReferenceKind::ExternalSecret,
        ReferenceKind::GcpSecret,
        ReferenceKind::GithubSecret,
        ReferenceKind::GitlabVariable,
        ReferenceKind::JenkinsCredential,
        ReferenceKind::KubernetesSecret,
        ReferenceKind::OnePasswordItem,
        ReferenceKind::SealedSecret,
        ReferenceKind::SecretStore,
        ReferenceKind::SopsValue,
        ReferenceKind::TerraformResource,
        ReferenceKind::VaultPath,
    ];

    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            ReferenceKind::AwsSecret => "aws-secret",
            ReferenceKind::AwsParameter => "aws-parameter",
            ReferenceKind::AzurePipelinesVariable => "azure-pipelines-variable",
            ReferenceKind::KeyVaultSecret => "key-vault-secret",
            ReferenceKind::BitbucketVariable => "bitbucket-variable",
            ReferenceKind::CircleciVariable => "circleci-variable",
            ReferenceKind::ComposeSecret => "compose-secret",
            ReferenceKind::EnvironmentVariable => "environment-variable",
            ReferenceKind::ExternalSecret => "external-secret",
            ReferenceKind::GcpSecret => "gcp-secret",
            ReferenceKind::GithubSecret => "github-secret",
            ReferenceKind::GitlabVariable => "gitlab-variable",
            ReferenceKind::JenkinsCredential => "jenkins-credential",
            ReferenceKind::KubernetesSecret => "kubernetes-secret",
            ReferenceKind::OnePasswordItem => "one-password-item",
            ReferenceKind::SealedSecret => "sealed-secret",
            ReferenceKind::SecretStore => "secret-store",
            ReferenceKind::SopsValue => "sops-value",
            ReferenceKind::TerraformResource => "terraform-resource",
            ReferenceKind::VaultPath => "vault-path",
        }
    }

    /// Where what it refers to is kept; none where the kind alone does not tell.
    #[must_use]
    pub fn store(self) -> Option<Store> {
        Some(match self {
            ReferenceKind::AwsSecret => Store::AwsSecretsmanager,
            ReferenceKind::AwsParameter => Store::AwsParameterStore,
            ReferenceKind::AzurePipelinesVariable => Store::AzurePipelinesVariable,
            ReferenceKind::KeyVaultSecret => Store::AzureKeyVault,
            ReferenceKind::BitbucketVariable => Store::BitbucketVariable,
            ReferenceKind::CircleciVariable => Store::CircleciVariable,
            ReferenceKind::EnvironmentVariable => Store::Environment,
            ReferenceKind::GcpSecret => Store::GcpSecretManager,
            ReferenceKind::GithubSecret => Store::GithubSecret,
            ReferenceKind::GitlabVariable => Store::GitlabVariable,
            ReferenceKind::JenkinsCredential => Store::JenkinsCredential,
            ReferenceKind::KubernetesSecret => Store::KubernetesSecret,
            ReferenceKind::SealedSecret => Store::SealedSecret,
            ReferenceKind::SopsValue => Store::Sops,
            ReferenceKind::VaultPath => Store::Vault,
            ReferenceKind::ComposeSecret
            | ReferenceKind::ExternalSecret
            | ReferenceKind::OnePasswordItem
            | ReferenceKind::SecretStore
            | ReferenceKind::TerraformResource => return None,
        })
    }

    /// Who runs the place that it refers to, as rules name providers; none where the kind alone does not tell.
    #[must_use]
    pub fn provider(self) -> Option<&'static str> {
        Some(match self {
            ReferenceKind::AwsSecret | ReferenceKind::AwsParameter => "AWS",
            ReferenceKind::AzurePipelinesVariable | ReferenceKind::KeyVaultSecret => "Microsoft Azure",
            ReferenceKind::BitbucketVariable => "Atlassian",
            ReferenceKind::CircleciVariable => "CircleCI",
            ReferenceKind::GcpSecret => "Google",
            ReferenceKind::GithubSecret => "GitHub",
            ReferenceKind::GitlabVariable => "GitLab",
            ReferenceKind::JenkinsCredential => "Jenkins",
            ReferenceKind::KubernetesSecret | ReferenceKind::SealedSecret => "Kubernetes",
            ReferenceKind::OnePasswordItem => "1Password",
            ReferenceKind::VaultPath => "HashiCorp Vault",
            ReferenceKind::ComposeSecret
            | ReferenceKind::EnvironmentVariable
            | ReferenceKind::ExternalSecret
            | ReferenceKind::SecretStore
            | ReferenceKind::SopsValue
            | ReferenceKind::TerraformResource => return None,
        })
    }

    /// Whether it is a credential itself, which can have an owner and be rotated, and not the place where some are kept.
    #[must_use]
    pub fn is_credential(self) -> bool {
        self != ReferenceKind::SecretStore
    }
}

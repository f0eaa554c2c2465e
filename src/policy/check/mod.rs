//! The checks: one file each, with its page beside it.
//!
//! A new check is a file here, a page of the same name, and a line in each of the two lists below; a test compares the
//! lists with the directory.

mod cluster_wide_sealed_secret;
mod exception_expired;
mod exception_without_reason;
mod external_secret_without_refresh;
mod gcp_api_key_without_restriction;
mod iam_wildcard;
mod jwt_validation_off;
mod jwt_without_expiry;
mod key_vault_secret_without_expiry;
mod key_without_rotation;
mod literal_provider_credential;
mod long_lived_jwt;
mod long_token_lifetime;
mod open_cluster_secret_store;
mod permanent_service_account_token;
mod scope_outside_policy;
mod secret_without_rotation;
mod secrets_inherit;
mod service_account_token_automount;
mod slow_rotation;
mod token_in_url;
mod token_revocation_off;
mod tracked_env_file;
mod vault_listener_without_tls;
mod workflow_without_permissions;
mod workflow_write_all;

use super::{Check, Meta};

/// Every check, sorted by id.
pub static ALL: &[&dyn Check] = &[
    &cluster_wide_sealed_secret::ClusterWideSealedSecret,
    &exception_expired::ExceptionExpired,
    &exception_without_reason::ExceptionWithoutReason,
    &external_secret_without_refresh::ExternalSecretWithoutRefresh,
    &gcp_api_key_without_restriction::GcpApiKeyWithoutRestriction,
    &iam_wildcard::IamWildcard,
    &jwt_validation_off::JwtValidationOff,
    &jwt_without_expiry::JwtWithoutExpiry,
    &key_vault_secret_without_expiry::KeyVaultSecretWithoutExpiry,
    &key_without_rotation::KeyWithoutRotation,
    &literal_provider_credential::LiteralProviderCredential,
    &long_lived_jwt::LongLivedJwt,
    &long_token_lifetime::LongTokenLifetime,
    &open_cluster_secret_store::OpenClusterSecretStore,
    &permanent_service_account_token::PermanentServiceAccountToken,
    &scope_outside_policy::ScopeOutsidePolicy,
    &secret_without_rotation::SecretWithoutRotation,
    &secrets_inherit::SecretsInherit,
    &service_account_token_automount::ServiceAccountTokenAutomount,
    &slow_rotation::SlowRotation,
    &token_in_url::TokenInUrl,
    &token_revocation_off::TokenRevocationOff,
    &tracked_env_file::TrackedEnvFile,
    &vault_listener_without_tls::VaultListenerWithoutTls,
    &workflow_without_permissions::WorkflowWithoutPermissions,
    &workflow_write_all::WorkflowWriteAll,
];

/// What is known of the check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Meta> {
    ALL.binary_search_by(|check| check.meta().id.cmp(id)).ok().map(|index| ALL[index].meta())
}

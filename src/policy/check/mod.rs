//! The checks that are programmed: one file each, with its page beside it.
//!
//! A new check is a file here, a page of the same name, and a line in each of the two lists below; a test compares the
//! lists with the directory. Most checks need no program: they are [declared](super::declared).

mod ci_trust_without_subject;
mod cluster_wide_sealed_secret;
mod credential_of_many_owners;
mod credential_outside_inventory;
mod exception_expired;
mod exception_without_reason;
mod expired_certificate;
mod external_secret_without_refresh;
mod gcp_api_key_without_restriction;
mod iam_credentials_exposed;
mod iam_every_secret;
mod iam_privilege_escalation;
mod iam_service_wildcard;
mod iam_wildcard;
mod iam_write_everywhere;
mod interpolated_credential;
mod jwt_for_any_audience;
mod jwt_validation_off;
mod jwt_without_expiry;
mod key_policy_open;
mod key_vault_secret_without_expiry;
mod key_without_rotation;
mod literal_provider_credential;
mod long_lived_certificate;
mod long_lived_jwt;
mod long_token_lifetime;
mod mesh_without_required_token;
mod open_cluster_secret_store;
mod permanent_service_account_token;
mod rails_token_lifetime;
mod role_trust_open;
mod same_reference_in_environments;
mod sas_url_too_long;
mod scope_outside_policy;
mod secret_from_weak_generator;
mod secret_in_built_url;
mod secret_in_other_store;
mod secret_in_user_data;
mod secret_without_owner;
mod secret_without_rotation;
mod secret_written_to_log;
mod secrets_inherit;
mod service_account_token_automount;
mod slow_rotation;
mod stated_issue_date_overdue;
mod token_in_browser_storage;
mod token_in_url;
mod token_revocation_off;
mod tracked_env_file;
mod unsigned_jwt;
mod vault_listener_without_tls;
mod workflow_without_permissions;
mod workflow_write_all;

use std::sync::LazyLock;

use super::declared::{self, BUILT_IN};
use super::{Check, Meta, comments, estate, slots};

/// Every check that is programmed, sorted by id.
pub(super) static PROGRAMMED: &[&dyn Check] = &[
    &ci_trust_without_subject::CiTrustWithoutSubject,
    &cluster_wide_sealed_secret::ClusterWideSealedSecret,
    &credential_of_many_owners::CredentialOfManyOwners,
    &credential_outside_inventory::CredentialOutsideInventory,
    &exception_expired::ExceptionExpired,
    &exception_without_reason::ExceptionWithoutReason,
    &expired_certificate::ExpiredCertificate,
    &external_secret_without_refresh::ExternalSecretWithoutRefresh,
    &gcp_api_key_without_restriction::GcpApiKeyWithoutRestriction,
    &iam_credentials_exposed::IamCredentialsExposed,
    &iam_every_secret::IamEverySecret,
    &iam_privilege_escalation::IamPrivilegeEscalation,
    &iam_service_wildcard::IamServiceWildcard,
    &iam_wildcard::IamWildcard,
    &iam_write_everywhere::IamWriteEverywhere,
    &interpolated_credential::InterpolatedCredential,
    &jwt_for_any_audience::JwtForAnyAudience,
    &jwt_validation_off::JwtValidationOff,
    &jwt_without_expiry::JwtWithoutExpiry,
    &key_policy_open::KeyPolicyOpen,
    &key_vault_secret_without_expiry::KeyVaultSecretWithoutExpiry,
    &key_without_rotation::KeyWithoutRotation,
    &literal_provider_credential::LiteralProviderCredential,
    &long_lived_certificate::LongLivedCertificate,
    &long_lived_jwt::LongLivedJwt,
    &long_token_lifetime::LongTokenLifetime,
    &mesh_without_required_token::MeshWithoutRequiredToken,
    &open_cluster_secret_store::OpenClusterSecretStore,
    &permanent_service_account_token::PermanentServiceAccountToken,
    &rails_token_lifetime::RailsTokenLifetime,
    &role_trust_open::RoleTrustOpen,
    &same_reference_in_environments::SameReferenceInEnvironments,
    &sas_url_too_long::SasUrlTooLong,
    &scope_outside_policy::ScopeOutsidePolicy,
    &secret_from_weak_generator::SecretFromWeakGenerator,
    &secret_in_built_url::SecretInBuiltUrl,
    &secret_in_other_store::SecretInOtherStore,
    &secret_in_user_data::SecretInUserData,
    &secret_without_owner::SecretWithoutOwner,
    &secret_without_rotation::SecretWithoutRotation,
    &secret_written_to_log::SecretWrittenToLog,
    &secrets_inherit::SecretsInherit,
    &service_account_token_automount::ServiceAccountTokenAutomount,
    &slow_rotation::SlowRotation,
    &stated_issue_date_overdue::StatedIssueDateOverdue,
    &token_in_browser_storage::TokenInBrowserStorage,
    &token_in_url::TokenInUrl,
    &token_revocation_off::TokenRevocationOff,
    &tracked_env_file::TrackedEnvFile,
    &unsigned_jwt::UnsignedJwt,
    &vault_listener_without_tls::VaultListenerWithoutTls,
    &workflow_without_permissions::WorkflowWithoutPermissions,
    &workflow_write_all::WorkflowWriteAll,
];

/// Every check, sorted by id.
static ALL: LazyLock<Vec<&'static dyn Check>> = LazyLock::new(|| {
    let declared = BUILT_IN.iter().map(|check| check as &dyn Check);
    let mut all: Vec<&dyn Check> = PROGRAMMED.iter().copied().chain(declared).collect();
    all.sort_by_key(|check| check.meta().id);
    all
});

/// Every check, sorted by id.
#[must_use]
pub fn all() -> &'static [&'static dyn Check] {
    &ALL
}

/// What is known of every check, also of those that see all secrets, sorted by id.
#[must_use]
pub fn metas() -> Vec<&'static Meta> {
    let secrets = estate::ALL.iter().map(|check| check.meta()).chain(slots::METAS).chain(comments::METAS);
    let mut metas: Vec<&Meta> = ALL.iter().map(|check| check.meta()).chain(secrets).collect();
    metas.sort_by_key(|meta| meta.id);
    metas
}

/// The ids of all checks, sorted. Unlike [`metas`] it reads no page, so that a run that lints nothing does not either.
#[must_use]
pub fn ids() -> Vec<&'static str> {
    let programmed = PROGRAMMED.iter().map(|check| check.meta().id);
    let told = slots::METAS.into_iter().chain(comments::METAS);
    let secrets = estate::ALL.iter().map(|check| check.meta().id).chain(told.map(|meta| meta.id));
    let mut ids: Vec<&str> = programmed.chain(secrets).chain(declared::ids()).collect();
    ids.sort_unstable();
    ids
}

/// What is known of the check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Meta> {
    let shown = ALL.binary_search_by(|check| check.meta().id.cmp(id)).ok().map(|index| ALL[index].meta());
    let secrets = || {
        estate::ALL
            .iter()
            .map(|check| check.meta())
            .chain(slots::METAS)
            .chain(comments::METAS)
            .find(|meta| meta.id == id)
    };
    shown.or_else(secrets)
}

//! Whether a name is that of a secret.
//!
//! In `db_password` and `DB_PASSWORD_PROD` the word for a secret is the thing itself; in `password_encoder`, `secret_tags` and
//! `wait_before_secret_operations` it only says what something else is about. So the word has to be the last, or be followed by
//! nothing but words for the form of the value, or for which of several it is. A list of what else may follow would never end.

use crate::judge::key;

/// Words that mean a secret by themselves.
const SINGLE: [&str; 10] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "credentials", "pwd", "passcode"];

/// Words that mean one with `key` behind them.
const BEFORE_KEY: [&str; 7] = ["api", "access", "private", "secret", "encryption", "signing", "auth"];

/// What may follow: the form that the value has, and which of several secrets it is.
const BEHIND: [&str; 56] = [
    "acc",
    "b64",
    "backup",
    "base64",
    "binary",
    "bytes",
    "ci",
    "content",
    "data",
    "demo",
    "dev",
    "devel",
    "development",
    "digits",
    "encoded",
    "hex",
    "int",
    "json",
    "key",
    "live",
    "local",
    "main",
    "new",
    "nonprod",
    "old",
    "override",
    "payload",
    "pem",
    "pepper",
    "plain",
    "plaintext",
    "preprod",
    "previous",
    "primary",
    "prod",
    "production",
    "qa",
    "raw",
    "salt",
    "sandbox",
    "secondary",
    "stage",
    "staging",
    "stg",
    "str",
    "string",
    "test",
    "testing",
    "tmp",
    "uat",
    "v1",
    "v2",
    "v3",
    "value",
    "values",
    "wo",
];

/// First words of names that tell what is done with a secret.
const NOT_FIRST: [&str; 3] = ["manage", "rotate", "wait"];

/// Whether a key with this name usually holds a secret itself, not the name, place or age of one.
#[must_use]
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = key::words(name.as_bytes());
    let ends = |end: &[&str]| words.len() >= end.len() && words[words.len() - end.len()..].iter().eq(end);
    // Half of AppRole's credential is called an id, and Rails and Phoenix call the key of their sessions a base.
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if ends(&["secret", "key", "base"]) || ends(&["secret", "id"]) && has(&["approle", "role", "vault"]) {
        return true;
    }
    // Those that encrypt by a service are named, and etcd's token names a cluster.
    // Of a pair as Amazon's storage has it, the access key is who asks.
    let is_id = ["aws", "minio", "s3"].iter().any(|of| ends(&[of, "access", "key"]));
    let is_name = is_id || ends(&["kms", "key"]) || ends(&["initial", "cluster", "token"]);
    let is_not_first = words.len() > 1 && NOT_FIRST.contains(&words[0].as_str());
    if key::is_about_a_secret(name.as_bytes()).is_some() || is_name || is_not_first || has(&["public", "publishable"]) {
        return false;
    }
    let is_secret = |index: usize| {
        SINGLE.contains(&words[index].as_str())
            || index > 0 && words[index] == "key" && BEFORE_KEY.contains(&words[index - 1].as_str())
    };
    let may_follow = |word: &String| BEHIND.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit());
    let last = (0..words.len()).rev().find(|index| is_secret(*index));
    last.is_some_and(|index| words[index + 1..].iter().all(may_follow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "DB_PASSWORD",
            "apiKey",
            "AWS_SECRET_ACCESS_KEY",
            "github_token",
            "clientSecret",
            "DB_PASSWORD_PROD",
            "secret_string",
            "password_base64",
            "API_KEY_2",
            "SECRET_KEY_BASE",
            "vault.secret_id",
            "spring.datasource.password",
            "db-credentials",
            "tokenValue",
            "accessKey",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_about_secrets() {
        for name in ["TOKEN_URL", "secret_name", "public_key", "passwordPolicy", "KEY", "tokenizer", "SESSION_TTL"] {
            assert!(!is_secret_name(name), "{name}");
        }
        for name in [
            "user_password_rotation_schedule_expression",
            "rotate_password_schedule",
            "SecretsManagerSecretsKMSKey",
            "initialClusterToken",
            "tokenReview",
            "storageSecretNameAnnotation",
            "wait_for_rbac_before_secret_operations",
            "random_password_override_special",
            "credentialSpecs",
            "SecretsManagerSecretForMQ",
            "secret_recovery_window",
            "token_validity_units",
            "secret_tags",
            "manage_master_user_password",
            "secret_manager_project",
            "vault_secret_mount",
            "password_special_characters",
            "secret_id",
            "SECRET_BACKEND",
            "passwordUpdateJob",
            "app.password-encoder",
            "passwordHash",
            "AWS_ACCESS_KEY",
            "s3.access-key",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}

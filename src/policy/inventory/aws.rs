//! Amazon's stores: ARNs of Secrets Manager and Parameter Store, and CloudFormation's dynamic references to them.

use super::scan::{ahead, beginnings, parts, token};
use super::{Mention, ReferenceKind};

/// `arn:aws:secretsmanager:…:secret:NAME`, `arn:aws:ssm:…:parameter/NAME`, `{{resolve:secretsmanager:NAME:…}}`,
/// `{{resolve:ssm-secure:NAME}}`.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    for at in beginnings(text, "arn:aws") {
        let range = token(text, at);
        if let Some((kind, name)) = arn(&text[range.clone()]) {
            out.push(Mention::new(kind, name, range));
        }
    }
    for at in memchr::memmem::find_iter(text.as_bytes(), b"{{resolve:") {
        let behind = at + "{{resolve:".len();
        let Some(length) = ahead(text, behind).find("}}") else { continue };
        let inner = &text[behind..behind + length];
        let range = at..behind + length + 2;
        if let Some(name) = inner.strip_prefix("ssm-secure:") {
            let name = parameter(parts(name, ':')[0]);
            out.push(Mention::new(ReferenceKind::AwsParameter, name, range));
        } else if let Some(name) = inner.strip_prefix("secretsmanager:").filter(|name| !name.starts_with("arn:")) {
            // An ARN in its place was found as one.
            out.push(Mention::new(ReferenceKind::AwsSecret, parts(name, ':')[0], range));
        }
    }
}

/// The secret or parameter of an ARN.
fn arn(arn: &str) -> Option<(ReferenceKind, String)> {
    let parts = parts(arn, ':');
    let resource = parts.get(5)?;
    match *parts.get(2)? {
        "secretsmanager" if *resource == "secret" => {
            Some((ReferenceKind::AwsSecret, without_suffix(parts.get(6)?).to_owned()))
        }
        "ssm" => {
            let name = resource.strip_prefix("parameter/")?;
            Some((ReferenceKind::AwsParameter, parameter(name)))
        }
        _ => None,
    }
}

/// The name without the six random characters that Secrets Manager puts behind it in an ARN, or what stands for them. A word
/// of six small letters is more likely the name's own.
fn without_suffix(name: &str) -> &str {
    let Some((own, suffix)) = name.rsplit_once('-') else { return name };
    let is_random = suffix.len() == 6
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && suffix.bytes().any(|byte| !byte.is_ascii_lowercase());
    let is_pattern = matches!(suffix, "??????" | "*");
    if (is_random || is_pattern) && !own.is_empty() { own } else { name }
}

/// A parameter's name: in an ARN, one with a path lacks its first slash.
pub(super) fn parameter(name: &str) -> String {
    let name = name.trim_start_matches('/');
    if name.contains('/') { format!("/{name}") } else { name.to_owned() }
}

/// The name of a secret that is given by its name or by its ARN.
pub(super) fn secret(name: &str) -> String {
    match arn(name) {
        Some((ReferenceKind::AwsSecret, name)) => name,
        _ => name.to_owned(),
    }
}

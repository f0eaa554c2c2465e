//! The token with which a CI job checked the repository out, as the configuration of its clone has it.
//!
//! It is new in each job and ends with it, and no baseline could know it. Where it stands is nothing that a change brings.

use data_encoding::BASE64;

use super::Verdict;
use crate::finding::{Reason, Severity, Weight};

/// What GitHub's checkout action writes before the token of the job, an installation's, into an extra header
/// (<https://github.com/actions/checkout>, `git-auth-helper`).
const GITHUB: &[u8] = b"x-access-token:ghs_";

/// Judges what stands in the configuration of a repository.
pub fn judge(rule: &str, value: &[u8], verdict: &mut Verdict) {
    let is_of_job = match rule {
        "gitlab-job-token" | "gitlab-job-token-signed" => true,
        "generic-basic-authorization" => BASE64.decode(value).is_ok_and(|decoded| decoded.starts_with(GITHUB)),
        _ => false,
    };
    if is_of_job {
        verdict.severity = Severity::Info;
        let words =
            "the token that a CI job checked out with, which ends with it; `persist-credentials: false` keeps it out";
        verdict.reasons.push(Reason::new("place", Weight::Weakens, words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Shared};

    #[test]
    fn tokens_of_jobs_are_told_from_those_of_people() {
        let after = |rule: &str, value: &[u8]| {
            let (confidence, severity) = (Some(Confidence::High), Severity::High);
            let mut verdict =
                Verdict { confidence, severity, reasons: Shared::default(), score: None, facts: Shared::default() };
            judge(rule, value, &mut verdict);
            verdict.severity
        };
        let header = |user: &str, start: &str| BASE64.encode(format!("{user}:{start}x").as_bytes());
        let basic = "generic-basic-authorization";
        assert_eq!(after(basic, header("x-access-token", "ghs_").as_bytes()), Severity::Info);
        assert_eq!(after(basic, header("x-access-token", "ghp_").as_bytes()), Severity::High);
        assert_eq!(after("gitlab-job-token", b"x"), Severity::Info);
        assert_eq!(after("gitlab-personal-access-token", b"x"), Severity::High);
    }
}

//! Actions that change or destroy what a service keeps, on every resource.

use crate::finding::Severity;
use crate::policy::dialect::iam;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_write_everywhere.md`.
pub(super) struct IamWriteEverywhere;

static META: Meta = Meta {
    id: "iam-write-everywhere",
    title: "IAM policy that changes everything of a kind",
    family: Family::Scope,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[732],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_111", "CKV_AWS_290", "CKV_AWS_356"],
    page: include_str!("iam_write_everywhere.md"),
};

/// Actions that overwrite, delete, open or run what is there already, and can be limited to resources: what must name its resource
/// by the service authorization reference. Those of IAM itself and of STS have checks of their own.
const ACTIONS: [&str; 61] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:PutResourcePolicy",
    "dynamodb:UpdateItem",
    "dynamodb:UpdateTable",
    "ecr:BatchDeleteImage",
    "ecr:DeleteRepository",
    "ecr:PutImage",
    "ecr:SetRepositoryPolicy",
    "ecs:ExecuteCommand",
    "kinesis:DeleteStream",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
    "kms:CreateGrant",
    "kms:DisableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "lambda:AddPermission",
    "lambda:DeleteFunction",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "rds:DeleteDBCluster",
    "rds:DeleteDBInstance",
    "rds:ModifyDBCluster",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBInstance",
    "rds:ModifyDBSnapshotAttribute",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutLifecycleConfiguration",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutReplicationConfiguration",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:SetTopicAttributes",
    "sqs:AddPermission",
    "sqs:DeleteQueue",
    "sqs:PurgeQueue",
    "sqs:SendMessage",
    "sqs:SetQueueAttributes",
    "ssm:PutParameter",
    "ssm:SendCommand",
    "states:UpdateStateMachine",
];

impl Check for IamWriteEverywhere {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for (statement, action, resource) in iam::granted_everywhere(view.statements(), &ACTIONS) {
            let action_text = action.as_str().unwrap_or_default();
            let service = action_text.split(':').next().unwrap_or_default();
            let message = format!("{action_text} on every resource {} in {service}", does(action_text));
            let breach = view.breach(&META, action.span.clone(), statement.route.clone(), message);
            out.push(breach.related("on every resource", resource.span.clone()));
        }
    }
}

/// What an action does to others: some run what is theirs, or hand something to it, and change nothing that they keep.
fn does(action: &str) -> &'static str {
    let verb = action.split_once(':').map_or("", |(_, verb)| verb);
    let is_one = |verbs: &[&str]| verbs.iter().any(|it| verb.starts_with(it));
    if is_one(&["Execute", "Invoke", "SendCommand"]) {
        "runs whatever all others have"
    } else if is_one(&["PutRecord", "SendMessage"]) {
        "puts something in what all others read"
    } else {
        "changes what all others keep"
    }
}

#[cfg(test)]
mod tests {
    use super::does;

    #[test]
    fn what_an_action_does_is_told() {
        assert_eq!(does("lambda:InvokeFunction"), "runs whatever all others have");
        assert_eq!(does("sqs:SendMessage"), "puts something in what all others read");
        assert_eq!(does("s3:PutObject"), "changes what all others keep");
    }
}

//! What documents mean to the tools that read them.

pub(crate) mod cloudformation;
pub(crate) mod iam;
pub(crate) mod kubernetes;
pub(crate) mod terraform;
pub(crate) mod workflow;

use std::ops::Range;

use crate::document::Node;

/// A resource of Terraform or CloudFormation.
pub(crate) struct Resource<'d> {
    /// `aws_kms_key`, `AWS::KMS::Key`.
    pub kind: &'d str,
    /// Where its name stands.
    pub name_span: Range<usize>,
    /// The body, or the properties; none if the resource has none or they are unknown.
    pub body: Option<&'d Node>,
    /// `aws_kms_key.main`; the logical id.
    pub address: String,
}

impl Resource<'_> {
    /// The route of a field.
    pub(crate) fn route(&self, field: &str) -> String {
        format!("{}.{field}", self.address)
    }
}

/// What a field says.
pub(crate) enum Field<'d> {
    /// It is not there.
    Absent,
    /// It is there and stands as it is.
    Literal(&'d Node),
    /// It is a reference or an expression.
    Unknown,
}

/// What a field of a body says. `null` counts as absent, as it does for the providers; in a template nothing is.
pub(crate) fn field<'d>(body: &'d Node, key: &str) -> Field<'d> {
    match body.get(key) {
        None if body.is_open() => Field::Unknown,
        None => Field::Absent,
        Some(node) if node.value == crate::document::Value::Null => Field::Absent,
        Some(node) if is_known(node) => Field::Literal(node),
        Some(_) => Field::Unknown,
    }
}

/// Whether a node is a scalar that stands as it is: no expression, and no reference in a string.
pub(crate) fn is_known(node: &Node) -> bool {
    node.is_literal() && !node.as_str().is_some_and(super::literal::is_reference)
}

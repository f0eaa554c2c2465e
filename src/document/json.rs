//! JSON with comments and trailing commas.

use std::sync::Arc;

use jsonc_parser::ast;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length, nesting};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let offset = mark_length(text);
    let roots = read_at(&text[offset..], offset);
    match roots {
        Ok(root) => Ok(root.into_iter().collect()),
        Err(ReadError::Syntax { .. }) if template_marker(text).is_some() => {
            Err(ReadError::template(text, template_marker(text).unwrap_or_default()))
        }
        Err(error) => Err(error),
    }
}

/// Where a template's own line begins (`{{#if x}}`, `{% for %}`): JSON itself never has two braces before a word.
fn template_marker(text: &str) -> Option<usize> {
    ["{{", "{%", "<%"].into_iter().filter_map(|marker| text.find(marker)).min()
}

pub(super) fn read_at(text: &str, offset: usize) -> Result<Option<Arc<Node>>, ReadError> {
    if let Some(at) = nesting::deeper_than(text, MAX_DEPTH, &nesting::JSON) {
        return Err(ReadError::too_deep(text, at));
    }
    // Every value but the first stands behind one of these, so this bounds the tree before it is built.
    let values = memchr::memchr3_iter(b',', b'[', b'{', text.as_bytes()).count();
    if values > MAX_NODES {
        return Err(ReadError::TooManyNodes);
    }
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: true,
        allow_single_quoted_strings: true,
        allow_missing_commas: false,
        allow_hexadecimal_numbers: true,
        allow_unary_plus_numbers: true,
        allow_bare_decimal_point_numbers: true,
        allow_non_finite_numbers: true,
        allow_extended_string_escapes: true,
    };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(result) => Ok(result.value.map(|value| convert(value, offset))),
        Err(error) if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) => {
            Err(ReadError::too_deep(text, error.range().start))
        }
        Err(error) => Err(ReadError::syntax(text.as_bytes(), error.range().start, error.kind().to_string())),
    }
}

fn convert(value: ast::Value<'_>, offset: usize) -> Arc<Node> {
    match value {
        ast::Value::StringLit(lit) => Node::new(
            lit.range.start + 1 + offset..(lit.range.end - 1).max(lit.range.start + 1) + offset,
            Value::String(lit.value.into_owned()),
        ),
        ast::Value::NumberLit(lit) => {
            Node::new(lit.range.start + offset..lit.range.end + offset, Value::Number(lit.value.to_owned()))
        }
        ast::Value::BooleanLit(lit) => {
            Node::new(lit.range.start + offset..lit.range.end + offset, Value::Bool(lit.value))
        }
        ast::Value::NullKeyword(lit) => Node::new(lit.range.start + offset..lit.range.end + offset, Value::Null),
        ast::Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| convert(item, offset)).collect();
            Node::new(array.range.start + offset..array.range.end + offset, Value::Sequence(items))
        }
        ast::Value::Object(object) => {
            let entries = object
                .properties
                .into_iter()
                .map(|property| {
                    let key_span = match &property.name {
                        ast::ObjectPropName::String(lit) => lit.range.start + 1 + offset..lit.range.end - 1 + offset,
                        ast::ObjectPropName::Word(lit) => lit.range.start + offset..lit.range.end + offset,
                    };
                    Entry { key: property.name.into_string(), key_span, value: convert(property.value, offset) }
                })
                .collect();
            Node::new(object.range.start + offset..object.range.end + offset, Value::Map(entries))
        }
    }
}

//! The JSON Schema of `keysieve.toml`, for editors: what `keysieve config schema` prints.
//!
//! One table describes every key: its path, its form, what it means, and an example. The schema is made from it. It is not
//! derived from the types, because these hold places beside the values, and rules are read by the build script as well; tests
//! hold the table and the types together from both sides.

mod field;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use field::{Field, Form, fields};

/// A table of the schema, or a value.
#[derive(Default)]
struct Node {
    leaf: Option<(Form, &'static str, Option<Value>)>,
    names: BTreeMap<String, Node>,
    any: Option<Box<Node>>,
    required: Vec<String>,
    is_list: bool,
}

impl Node {
    fn add(&mut self, path: &str, field: &Field) {
        let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
        let (name, is_list) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
        let next = match name {
            "*" => &mut **self.any.get_or_insert_default(),
            name => self.names.entry(name.to_owned()).or_default(),
        };
        next.is_list |= is_list;
        match rest {
            Some(rest) => next.add(rest, field),
            None => next.leaf = Some((field.form.clone(), field.what, field.example())),
        }
        if rest.is_none() && field.is_required {
            self.required.push(name.to_owned());
        }
    }

    /// Keywords are put in by the alphabet, so that the text is the same whether or not a map keeps the order of its keys.
    fn schema(&self) -> Value {
        let inner = match &self.leaf {
            Some((form, what, example)) => form.described(what, example.clone()),
            None => {
                let mut object = Map::new();
                let additional = self.any.as_ref().map_or(Value::Bool(false), |any| any.schema());
                object.insert("additionalProperties".to_owned(), additional);
                let properties: Map<String, Value> =
                    self.names.iter().map(|(name, node)| (name.clone(), node.schema())).collect();
                object.insert("properties".to_owned(), Value::Object(properties));
                if !self.required.is_empty() {
                    object.insert("required".to_owned(), self.required.clone().into());
                }
                object.insert("type".to_owned(), "object".into());
                Value::Object(object)
            }
        };
        if self.is_list { json!({ "items": inner, "type": "array" }) } else { inner }
    }
}

impl Form {
    fn schema(&self) -> Value {
        match self {
            Form::Text => json!({ "type": "string" }),
            Form::Pattern(pattern) => json!({ "pattern": pattern, "type": "string" }),
            Form::Duration => json!({ "type": "string" }),
            // Editors give a date of TOML to the schema as text.
            Form::Day => json!({ "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "type": "string" }),
            Form::Number => json!({ "minimum": 0, "type": "integer" }),
            Form::Flag => json!({ "type": "boolean" }),
            Form::Word(words) => json!({ "enum": words }),
            Form::List(form) => json!({ "items": form.schema(), "type": "array" }),
            Form::Table => json!({ "type": "object" }),
        }
    }

    /// The same with what it means, and an example.
    fn described(&self, what: &str, example: Option<Value>) -> Value {
        let mut object = Map::new();
        object.insert("description".to_owned(), what.into());
        let Value::Object(form) = self.schema() else { return Value::Object(object) };
        // `enum` stands before `examples` in the alphabet, and has no need of one.
        if let Some(example) = example.filter(|_| !form.contains_key("enum")) {
            object.insert("examples".to_owned(), Value::Array(vec![example]));
        }
        object.extend(form);
        Value::Object(object)
    }
}

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut root = Node::default();
    for field in fields() {
        root.add(&field.path, &field);
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    if let Value::Object(object) = root.schema() {
        schema.extend(object);
    }
    schema.insert("title".to_owned(), "keysieve.toml".into());
    // `title` stands before `type` in the alphabet.
    if let Some(kind) = schema.remove("type") {
        schema.insert("type".to_owned(), kind);
    }
    Value::Object(schema)
}

/// The schema as a file holds it.
#[must_use]
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::policy_of;
    use super::super::show::Plain;
    use super::*;

    /// A document as an editor gives it to a schema.
    fn json(text: &str) -> Value {
        serde_json::to_value(Plain(&toml::from_str(text).unwrap())).unwrap()
    }

    /// A document in which every key of the table is stated.
    fn document() -> String {
        let mut tables: BTreeMap<String, String> = BTreeMap::new();
        for field in fields().iter().filter(|field| !field.example.is_empty()) {
            let path = field.path.replace('*', "some");
            let (table, key) = path.rsplit_once('.').unwrap_or(("", &path));
            let line = format!("{key} = {}\n", field.example);
            tables.entry(table.to_owned()).or_default().push_str(&line);
        }
        let mut text = tables.remove("").unwrap();
        for (table, lines) in tables {
            let header = match table.strip_suffix("[]") {
                Some(name) => format!("[[{name}]]"),
                None => format!("[{table}]"),
            };
            text.push_str(&format!("{header}\n{lines}"));
        }
        text
    }

    #[test]
    fn the_types_take_every_key_of_the_table() {
        let text = document();
        let known = ["workflow-write-all"];
        policy_of(&text, "keysieve.toml", &known).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
        let schema = schema();
        let instance = json(&text);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_table_has_every_key_of_the_types() {
        for (before, path) in [
            ("", ""),
            ("[policy]\n", "policy."),
            ("[policy.scopes.some]\n", "policy.scopes.*."),
            ("[policy.restriction]\n", "policy.restriction."),
            ("[policy.inventory]\n", "policy.inventory."),
            ("[environments.some]\n", "environments.*."),
            ("[environments.some.policy]\n", "environments.*.policy."),
            ("[suppression]\n", "suppression."),
            ("[[check]]\n", "check[]."),
            ("[[rego]]\n", "rego[]."),
            ("[[inventory]]\n", "inventory[]."),
            ("[[rotated]]\n", "rotated[]."),
            ("[[exception]]\n", "exception[]."),
        ] {
            let error = &policy_of(&format!("{before}no-such-key = 1\n"), "a", &[]).unwrap_err()[0].reason;
            let expected: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
            let step = |rest: &str| rest.split(['.', '[']).next().unwrap_or_default().to_owned();
            let described: BTreeSet<String> =
                fields().iter().filter_map(|field| Some(step(field.path.strip_prefix(path)?))).collect();
            assert_eq!(expected, described.iter().map(String::as_str).collect(), "{before}{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for text in ["preset = \"all\"", "presets = 1", "[policy.storage]\na = [\"drawer\"]", "[[check]]\nid = \"a\""] {
            assert!(!validator.is_valid(&json(text)), "{text}");
        }
    }
}

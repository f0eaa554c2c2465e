//! A YAML file as JSON, read by keysieve's own reader.

use keysieve::document::{Node, Syntax, Value, read};
use serde_json::{Map, json};

use crate::support::of_this_repository;

/// A YAML file of this repository.
pub fn yaml(path: &str) -> serde_json::Value {
    let document = read(Syntax::Yaml, of_this_repository(path).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(document.roots.len(), 1, "{path}");
    json(&document.roots[0])
}

fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => json!(value),
        Value::Number(text) => text.parse::<i64>().map_or_else(|_| json!(text.parse::<f64>().unwrap()), |n| json!(n)),
        Value::String(text) | Value::Expression(text) => json!(text),
        Value::Sequence(items) => items.iter().map(|item| json(item)).collect(),
        Value::Map(entries) => {
            let mut map = Map::new();
            for entry in entries {
                assert!(map.insert(entry.key.clone(), json(&entry.value)).is_none(), "`{}` twice", entry.key);
            }
            map.into()
        }
        Value::Call { name, .. } => panic!("a tag: {name}"),
    }
}

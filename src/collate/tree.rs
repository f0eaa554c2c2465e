//! A JSON value whose objects keep the order of their fields.
//!
//! `serde_json::Value` has two orders, depending on a feature that any crate of a build can switch on; what is written from it
//! would differ from build to build, and would not be in the order in which the report had it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Number;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object: its fields in their order, each name once.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// The field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tree> {
        match self {
            Tree::Object(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What stands behind names of fields, one in the other.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// The field of an object, to be changed; put behind the others where it is not there.
    pub(super) fn slot(&mut self, name: &str) -> Option<&mut Tree> {
        let Tree::Object(fields) = self else { return None };
        let at = fields.iter().position(|(own, _)| own == name).unwrap_or_else(|| {
            fields.push((name.to_owned(), Tree::Null));
            fields.len() - 1
        });
        Some(&mut fields[at].1)
    }

    /// Sets a field of an object; of anything else nothing.
    pub(super) fn set(&mut self, name: &str, value: Tree) {
        if let Some(slot) = self.slot(name) {
            *slot = value;
        }
    }

    /// The text, of a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, of a whole number that is not negative.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Tree::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Tree] {
        match self {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// The value as JSON without white space: equal texts are equal values with fields in the same order.
    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers, lists and objects with text keys are always JSON")
    }
}

impl From<u64> for Tree {
    fn from(number: u64) -> Self {
        Tree::Number(number.into())
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Tree::Text(text.to_owned())
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(value) => serializer.serialize_bool(*value),
            Tree::Number(number) => number.serialize(serializer),
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(items) => serializer.collect_seq(items),
            Tree::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        Number::from_f64(value).map(Tree::Number).ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields: Vec<(String, Tree)> = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, Tree>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("the field `{name}` stands there twice")));
            }
            fields.push((name, value));
        }
        Ok(Tree::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_in_comes_out() {
        for text in [r#"{"z":1,"a":[null,true,-3,1.5,"é\n"],"m":{}}"#, "18446744073709551615", "[]"] {
            assert_eq!(serde_json::from_str::<Tree>(text).expect("JSON").written(), text);
        }
    }

    #[test]
    fn a_field_that_stands_there_twice_is_refused() {
        let error = serde_json::from_str::<Tree>("{\"a\":1,\n\"a\":2}").expect_err("twice").to_string();
        assert!(error.contains("`a` stands there twice"), "{error}");
    }
}

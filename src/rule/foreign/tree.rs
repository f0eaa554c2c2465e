//! A TOML tree with places, and what was said of it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rule::validate::PackError;

/// A key and its value.
#[derive(Clone, Copy)]
pub struct Field<'d> {
    /// The key.
    pub key: &'d str,
    /// Where the key stands.
    pub at: usize,
    /// The value.
    pub value: &'d DeValue<'d>,
}

/// A table, and where it begins.
#[derive(Clone, Copy)]
pub struct Table<'d> {
    /// Its offset.
    pub at: usize,
    /// Its fields.
    pub table: &'d DeTable<'d>,
}

/// The fields of a table, in the order of the file.
pub fn fields<'d>(table: &'d DeTable<'d>) -> Vec<Field<'d>> {
    let mut fields: Vec<Field<'d>> = table
        .iter()
        .map(|(key, value)| Field { key: key.get_ref(), at: key.span().start, value: value.get_ref() })
        .collect();
    fields.sort_by_key(|field| field.at);
    fields
}

/// A file that is being read: its errors and warnings, with the rule they are about.
pub struct Reading<'s> {
    source: &'s str,
    /// The rule that is being read.
    pub rule: Option<String>,
    errors: Vec<PackError>,
    warnings: Vec<PackError>,
}

impl<'s> Reading<'s> {
    pub fn new(source: &'s str) -> Self {
        Self { source, rule: None, errors: Vec::new(), warnings: Vec::new() }
    }

    fn note(&self, at: usize, reason: String) -> PackError {
        let line = self.source[..at.min(self.source.len())].matches('\n').count() + 1;
        PackError { rule: self.rule.clone(), line, reason }
    }

    /// Something is not carried over, and the rule finds less for it or says less.
    pub fn warn(&mut self, field: &Field<'_>, reason: &str) {
        self.warn_at(field.at, format!("`{}`: {reason}", field.key));
    }

    /// The same about a place.
    pub fn warn_at(&mut self, at: usize, reason: String) {
        let note = self.note(at, reason);
        self.warnings.push(note);
    }

    /// Something cannot be carried over, and the rule would be wrong without it.
    pub fn error(&mut self, field: &Field<'_>, reason: &str) {
        self.error_at(field.at, format!("`{}`: {reason}", field.key));
    }

    /// The same about a place.
    pub fn error_at(&mut self, at: usize, reason: String) {
        let note = self.note(at, reason);
        self.errors.push(note);
    }

    /// The warnings, by line; or the errors, if there are any.
    pub fn finish(mut self) -> Result<Vec<PackError>, Vec<PackError>> {
        self.warnings.sort_by_key(|note| note.line);
        self.errors.sort_by_key(|note| note.line);
        if self.errors.is_empty() { Ok(self.warnings) } else { Err(self.errors) }
    }

    /// The text of a field.
    pub fn text(&mut self, field: &Field<'_>) -> Option<String> {
        let text = field.value.as_str().map(str::to_owned);
        if text.is_none() {
            self.error(field, "is not a text");
        }
        text
    }

    /// The texts of a field, each with its place.
    pub fn texts(&mut self, field: &Field<'_>) -> Vec<(String, usize)> {
        let Some(array) = field.value.as_array() else {
            self.error(field, "is not a list of texts");
            return Vec::new();
        };
        let text = |item: &Spanned<DeValue<'_>>| {
            let Range { start, .. } = item.span();
            item.get_ref().as_str().map(|text| (text.to_owned(), start))
        };
        let texts: Vec<_> = array.iter().filter_map(text).collect();
        if texts.len() < array.len() {
            self.error(field, "is not a list of texts");
        }
        texts
    }

    /// The number of a field.
    pub fn number(&mut self, field: &Field<'_>) -> Option<f64> {
        let number = match field.value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.error(field, "is not a number");
        }
        number
    }

    /// The tables of a field: one, or a list of them.
    pub fn tables<'d>(&mut self, field: &Field<'d>) -> Vec<Table<'d>> {
        if let Some(table) = field.value.as_table() {
            return vec![Table { at: field.at, table }];
        }
        let tables: Option<Vec<Table<'d>>> = field.value.as_array().and_then(|array| {
            array
                .iter()
                .map(|item| item.get_ref().as_table().map(|table| Table { at: item.span().start, table }))
                .collect()
        });
        tables.unwrap_or_else(|| {
            self.error(field, "is not a list of tables");
            Vec::new()
        })
    }
}

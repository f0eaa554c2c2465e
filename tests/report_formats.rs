//! The report formats, from findings that are built here to bytes.
//!
//! `golden` compares whole reports with `fixtures/report/`; after a change that is meant, `KEYSIEVE_BLESS=1 cargo test --test
//! report_formats` writes the files anew, and the difference is to be read before it is committed. Values that look random
//! are made while the tests run.
#![allow(clippy::unwrap_used)]

#[path = "report_formats/brief.rs"]
mod brief;
/// The page in a browser.
#[path = "report_formats/browser.rs"]
mod browser;
#[path = "report_formats/comment.rs"]
mod comment;
#[path = "report_formats/forges.rs"]
mod forges;
#[path = "report_formats/golden.rs"]
mod golden;
#[path = "report_formats/hostile.rs"]
mod hostile;
#[path = "report_formats/html.rs"]
mod html;
#[path = "report_formats/limits.rs"]
mod limits;
#[path = "report_formats/linter.rs"]
mod linter;
#[path = "report_formats/redaction.rs"]
mod redaction;
#[path = "report_formats/sample.rs"]
mod sample;
#[path = "report_formats/sarif.rs"]
mod sarif;
#[path = "report_formats/tables.rs"]
mod tables;
#[path = "report_formats/text.rs"]
mod text;

//! The inventory: every credential and every reference to one, a row each.
//!
//! Rows hold names, places and days, and no byte of a secret; what comes from the repository goes through the [`Mask`] all the
//! same, because a path or a name may hold a secret that another row is about. The order of the rows is that of
//! [`Row::order`], the same in every format.

mod cells;
mod csv;
mod html;
mod json;
mod markdown;
mod summary;
mod table;

use std::fmt;
use std::io;
use std::str::FromStr;

use super::mask::Mask;
use super::verdict;
use crate::finding::Finding;
use crate::notice::{Cause, Coverage, Notice};
use crate::place::{Origin, Span};

pub use summary::Summary;

/// Where a credential stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its value stands in the files, or in HEAD.
    Live,
    /// Its value stands in the history alone.
    HistoryOnly,
    /// Only its name stands here.
    ReferenceOnly,
    /// Only the inventory knows of it.
    DeclaredOnly,
}

impl State {
    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            State::Live => "live",
            State::HistoryOnly => "history-only",
            State::ReferenceOnly => "reference-only",
            State::DeclaredOnly => "declared-only",
        }
    }
}

/// What the rotation window says of an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The window has ended.
    Overdue,
    /// It ends within the time of `warn-before`.
    Soon,
    /// It has not ended.
    Within,
    /// Nothing says how old it is.
    Unknown,
}

impl Due {
    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Due::Overdue => "overdue",
            Due::Soon => "due-soon",
            Due::Within => "within",
            Due::Unknown => "unknown",
        }
    }
}

/// How old a credential is, and how old it may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age {
    /// Days since the last rotation, or else since it was first seen; it may be older than that.
    pub days: Option<u64>,
    /// The window as it is stated: `90d`; none for what is not rotated.
    pub limit: Option<String>,
    /// `default`, or `keysieve.toml:7`.
    pub source: Option<String>,
    /// What the one says of the other.
    pub due: Due,
}

/// A place of a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// What it stands in.
    pub origin: Origin,
    /// Which bytes of it.
    pub span: Span,
    /// The line.
    pub line: u64,
}

/// A credential, or a reference to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Rule id of a value, or the kind of a reference.
    pub kind: String,
    /// The provider; empty where it is not known.
    pub provider: String,
    /// Variable, path or key; empty for a value that stands under none.
    pub name: String,
    /// `short-lived`, `long-lived`, `configurable` or `unknown`.
    pub lifetime: &'static str,
    /// Environments, sorted.
    pub environments: Vec<String>,
    /// Where it is kept, in the words of `[policy.storage]`; none where that is not known.
    pub store: Option<&'static str>,
    /// Its places, sorted.
    pub uses: Vec<Use>,
    /// Who answers for it, sorted.
    pub owners: Vec<String>,
    /// What it belongs to, sorted.
    pub projects: Vec<String>,
    /// The day of the first commit that holds it, or says it.
    pub first_seen: Option<String>,
    /// The day on which the value in use began.
    pub last_rotation: Option<String>,
    /// Its age, against the policy.
    pub age: Age,
    /// Where it stands now.
    pub state: State,
    /// Fingerprint of a value.
    pub fingerprint: Option<String>,
}

impl Row {
    /// The key of the documented total order: state (live, history-only, reference-only, declared-only), kind, name,
    /// fingerprint, first place.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        (self.state, self.kind.as_str(), self.name.as_str(), &self.fingerprint, self.uses.first())
    }
}

/// Everything that an inventory is made of.
pub struct Inventory<'a> {
    /// Version of keysieve.
    pub version: &'a str,
    /// Digest of the rule pack.
    pub pack: &'a str,
    /// Id of the fingerprint key, or `unkeyed`.
    pub fingerprint_key: &'a str,
    /// The rows, in their order.
    pub rows: &'a [Row],
    /// The findings of the values: what must not be shown.
    pub findings: &'a [Finding],
    /// What must not be shown beside it.
    pub masked: &'a [Vec<u8>],
    /// What was covered.
    pub coverage: &'a Coverage,
    /// What was not, sorted.
    pub notices: &'a [Notice],
    /// The causes that make this run incomplete.
    pub incomplete_causes: &'a [Cause],
    /// Whether nothing was left out that should have been read.
    pub complete: bool,
}

impl Inventory<'_> {
    /// The exit code: 0, or 3 for an incomplete one.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.complete { 0 } else { 3 }
    }

    fn mask(&self) -> Mask<'_> {
        Mask::hiding(self.findings, self.masked)
    }

    /// `the inventory is incomplete (1 unreadable)`; none for a complete one.
    #[must_use]
    pub fn gap(&self) -> Option<String> {
        let count = |cause: &Cause| {
            let listed = self.notices.iter().filter(|notice| notice.cause == *cause).count() as u64;
            self.coverage.skipped.get(cause).copied().unwrap_or(0).max(listed)
        };
        let causes = self.incomplete_causes.iter().map(|cause| (count(cause), cause.id()));
        let causes: Vec<String> =
            causes.filter(|(number, _)| *number > 0).map(|(number, id)| format!("{number} {id}")).collect();
        (!self.complete).then(|| format!("the inventory is incomplete ({})", causes.join(", ")))
    }
}

/// The formats by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InventoryFormat {
    /// For people, in a terminal of 80 columns.
    Table,
    /// One JSON object.
    Json,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A table of Markdown.
    Markdown,
    /// A page that needs nothing else.
    Html,
}

impl InventoryFormat {
    /// Every format, in the order of the help.
    pub const ALL: [InventoryFormat; 5] = [
        InventoryFormat::Table,
        InventoryFormat::Json,
        InventoryFormat::Csv,
        InventoryFormat::Markdown,
        InventoryFormat::Html,
    ];

    /// The name that `--format` takes.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            InventoryFormat::Table => "table",
            InventoryFormat::Json => "json",
            InventoryFormat::Csv => "csv",
            InventoryFormat::Markdown => "markdown",
            InventoryFormat::Html => "html",
        }
    }

    /// Writes the inventory. `colour` says whether the output may carry terminal colours; only the table has any.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write(self, inventory: &Inventory<'_>, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            InventoryFormat::Table => table::write(inventory, colour, out),
            InventoryFormat::Json => json::write(inventory, out),
            InventoryFormat::Csv => csv::write(inventory, out),
            InventoryFormat::Markdown => markdown::write(inventory, out),
            InventoryFormat::Html => html::write(inventory, out),
        }
    }
}

impl fmt::Display for InventoryFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for InventoryFormat {
    type Err = UnknownInventoryFormat;

    fn from_str(name: &str) -> Result<Self, UnknownInventoryFormat> {
        let mut all = InventoryFormat::ALL.into_iter();
        all.find(|format| format.id() == name).ok_or_else(|| UnknownInventoryFormat { name: name.to_owned() })
    }
}

/// There is no format of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {name:?}; the formats are table, json, csv, markdown and html")]
pub struct UnknownInventoryFormat {
    /// What the user wrote.
    pub name: String,
}

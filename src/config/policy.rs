//! The policy that a user states in `keysieve.toml`: one table a file.
//!
//! The tables are deserialised with their offsets and then [laid](PolicySettings::lay) over the built-in settings, layer after
//! layer; each limit remembers where it was stated, because every finding prints it. A list replaces the one below it,
//! entries of a table replace those of their name, and tables in brackets of two (`[[exception]]`) add up.

mod check;
mod day;
pub mod duration;
mod environments;
mod exception;
mod inventory;
mod length;
mod limit;
mod preset;
mod restriction;
mod rotated;
mod scopes;
mod settings;
mod storage;
mod text;

pub use check::{CheckEntry, Switch};
pub use day::{end as day_end, parse as parse_day};
pub use environments::{Environment, EnvironmentPolicy, EnvironmentTable, EnvironmentsTable};
pub use exception::{Exception, ExceptionEntry, FARTHEST, Flaw, Known, flaw};
pub use inventory::{InventoryEntry, InventoryMode, InventoryTable, KnownCredential};
pub use length::Minimum;
pub use limit::{Limit, LimitTable};
pub use preset::Preset;
pub use restriction::RestrictionTable;
pub use rotated::{Rotated, RotatedEntry, is_fingerprint};
pub use scopes::{ScopeTable, Scopes};
pub use settings::{PolicyLayer, PolicySettings, PolicyTable};
pub use storage::{StorageTable, Store, Stores};
pub use text::{PolicyError, Stated, Text, matches_wildcard};

pub(super) use length::LENGTH;
pub(super) use limit::LIFETIME;

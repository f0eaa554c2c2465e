//! Objects that others name and the repository does not hold.

use gix::ObjectId;

use super::Repository;
use super::remedy::git;
use crate::notice::{Cause, Notice, Tally};

/// How many ids notices name.
const NAMED: usize = 5;

impl Repository {
    /// Says what is missing, each with the words for what names it. Of a partial clone that is one thing: it was left at the
    /// server on purpose.
    pub(super) fn tell_missing(&self, mut missing: Vec<(ObjectId, &'static str)>) -> Tally {
        let mut tally = Tally::default();
        missing.sort_unstable();
        missing.dedup_by_key(|(id, _)| *id);
        if missing.is_empty() {
            return tally;
        }
        let repository = self.shown();
        if self.is_partial() {
            let named: Vec<String> = missing.iter().take(NAMED).map(|(id, words)| format!("{id} ({words})")).collect();
            let more = if missing.len() > NAMED { " and others" } else { "" };
            let detail = format!(
                "a partial clone: {} left at the server: {}{more}; {}",
                if missing.len() == 1 { "1 object was".into() } else { format!("{} objects were", missing.len()) },
                named.join(", "),
                self.refetch()
            );
            tally.notice(Notice::new(Cause::Partial, repository, detail));
            *tally.coverage.skipped.entry(Cause::Partial).or_default() += missing.len() as u64 - 1;
            return tally;
        }
        for (id, words) in missing.iter().take(NAMED) {
            let detail = format!("{words}, but not in the repository");
            tally.notice(Notice::new(Cause::MissingObject, format!("object {id}"), detail));
        }
        if missing.len() > NAMED {
            let more = missing.len() - NAMED;
            let detail = format!("{} more; `{} fsck` lists them all", several(more, "object"), git(&repository));
            tally.notice(Notice::new(Cause::MissingObject, repository, detail));
            *tally.coverage.skipped.entry(Cause::MissingObject).or_default() += more as u64 - 1;
        }
        tally
    }

    /// Says that so many former versions are not here, so that nobody knows what was in them.
    pub(crate) fn tell_former(&self, missing: usize) -> Option<Notice> {
        if missing == 0 {
            return None;
        }
        let (cause, fetch) = match self.is_partial() {
            true => (Cause::Partial, self.refetch()),
            false => (Cause::MissingObject, self.fetching()),
        };
        let detail = format!(
            "{} of the versions before cannot be read, so what is reported may have been known; {fetch}",
            several(missing, "object")
        );
        Some(Notice::new(cause, self.shown(), detail))
    }
}

/// So many things.
pub(super) fn several(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

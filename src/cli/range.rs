//! How ranges of the history are written on the command line.

use anyhow::bail;

use crate::source::{End, Purpose, Selection};

/// What `HEAD` brings compared with a base.
pub fn since_base(base: &str) -> anyhow::Result<Selection> {
    // An empty variable of a job is no base, and a comparison with HEAD would say that all is well.
    if base.trim().is_empty() {
        bail!("--base: it is empty; name the revision to compare HEAD with");
    }
    Ok(Selection { left_out: vec![revision(base)], purpose: Purpose::Base, ..reaching("HEAD") })
}

/// What `A..B` means, or a revision alone: all that leads to it.
pub fn written(range: &str) -> anyhow::Result<Selection> {
    if range.contains("...") {
        bail!("--range {range}: write A..B; --base REF reports what HEAD brings since it left REF");
    }
    Ok(match range.split_once("..") {
        _ if matches!(range.trim(), "" | "..") => bail!("--range {range:?}: it names no revision; write A..B"),
        Some((from, to)) => Selection { left_out: vec![revision(from)], ..reaching(to) },
        None => reaching(range),
    })
}

fn reaching(name: &str) -> Selection {
    Selection { wanted: vec![revision(name)], ..Selection::default() }
}

/// As git has it, nothing before or behind the dots is `HEAD`.
fn revision(name: &str) -> End {
    End::Revision(if name.is_empty() { "HEAD" } else { name }.to_owned())
}

//! `.secrets.baseline` of detect-secrets: by path, the SHA-1 of each value that is known there
//! (<https://github.com/Yelp/detect-secrets>). Where it hashed something else than the value (of a private key its header),
//! the finding stays.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::{Hiding, Read};
use crate::finding::{Finding, Place};

#[derive(Deserialize)]
struct File {
    results: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    hashed_secret: String,
    is_secret: Option<bool>,
}

/// By path and hash: what an audit says.
struct Known(HashMap<(String, String), &'static str>);

pub(super) fn read(text: &str) -> Result<Read, String> {
    let file: File = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    let mut known = HashMap::new();
    let mut entries = 0;
    for (path, found) in file.results {
        let path = path.replace('\\', "/");
        let path = path.strip_prefix("./").unwrap_or(&path);
        for entry in found {
            entries += 1;
            let said = match entry.is_secret {
                Some(true) => "detect-secrets: a secret",
                Some(false) => "detect-secrets: no secret",
                None => "detect-secrets",
            };
            known.insert((path.to_owned(), entry.hashed_secret.to_ascii_lowercase()), said);
        }
    }
    Ok(Read { hiding: Box::new(Known(known)), entries, dropped: Vec::new() })
}

impl Hiding for Known {
    fn hides(&self, finding: &Finding, _place: &Place, address: &str) -> Option<String> {
        let secret = finding.secret.as_ref()?;
        let hash = data_encoding::HEXLOWER.encode(&Sha1::digest(secret.expose()));
        self.0.get(&(address.to_owned(), hash)).map(|said| (*said).to_owned())
    }
}

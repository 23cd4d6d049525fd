//! Documents that are named instead of sent: Apollo's automatic persisted queries, and trusted documents.
//!
//! Source: *Automatic persisted queries* of Apollo's documentation; the `persistedDocuments` of graphql-codegen's
//! client preset.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
};

use lru::LruCache;
use sha2::{Digest, Sha256};

use super::{Fault, MAX_CACHED_BYTES, lock};
use crate::{code, options::Options, params::Params};

/// A document's text, and under which hash it is to be kept when it has been parsed.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) learn: Option<Hash>,
}

type Hash = [u8; 32];

pub(super) enum Persisted {
    /// Clients teach documents; the latest are kept. Without a cache they are told that it is of no use.
    Learned(Option<Mutex<LruCache<Hash, Arc<str>>>>),
    /// Nothing else is executed.
    Trusted {
        by_id: Arc<HashMap<String, String>>,
        /// Who sends a trusted document as it is may do so.
        hashes: HashSet<Hash>,
    },
}

impl Persisted {
    pub(super) fn new(options: &Options) -> Self {
        if let Some(trusted) = &options.trusted_documents {
            return Self::Trusted {
                by_id: Arc::clone(trusted),
                hashes: trusted.values().map(|text| hash(text)).collect(),
            };
        }
        let capacity = NonZeroUsize::new(options.persisted_queries);
        Self::Learned(capacity.map(|n| Mutex::new(LruCache::new(n))))
    }

    pub(super) fn find(&self, params: &Params) -> Result<Found, Fault> {
        match self {
            Self::Learned(cache) => learned(cache.as_ref(), params),
            Self::Trusted { by_id, hashes } => trusted(by_id, hashes, params),
        }
    }

    pub(super) fn keep(&self, hash: Hash, text: &str) {
        if let Self::Learned(Some(cache)) = self
            && text.len() <= MAX_CACHED_BYTES
        {
            lock(cache).put(hash, text.into());
        }
    }
}

fn learned(
    cache: Option<&Mutex<LruCache<Hash, Arc<str>>>>,
    params: &Params,
) -> Result<Found, Fault> {
    let Some((version, named)) = params.persisted() else {
        return match &params.query {
            Some(text) => Ok(found(text)),
            None => Err(not_trusted("this server has no documents by id")),
        };
    };
    let cache = cache.filter(|_| version == 1).ok_or_else(|| {
        // Apollo's clients go by these texts.
        let code = code::PERSISTED_QUERY_NOT_SUPPORTED;
        Fault::Refused(code, "PersistedQueryNotSupported".to_owned())
    })?;
    if let Some(text) = &params.query {
        let hash = hash(text);
        // SECURITY: else anybody could put a document of their own under another's name.
        if hex(&hash) != named.to_ascii_lowercase() {
            let code = code::PERSISTED_QUERY_HASH_MISMATCH;
            let text = "the hash is not that of the query".to_owned();
            return Err(Fault::Refused(code, text));
        }
        return Ok(Found {
            learn: Some(hash),
            ..found(text)
        });
    }
    let kept = unhex(named).and_then(|hash| lock(cache).get(&hash).cloned());
    kept.map(|text| found(&text)).ok_or_else(|| {
        let code = code::PERSISTED_QUERY_NOT_FOUND;
        Fault::Refused(code, "PersistedQueryNotFound".to_owned())
    })
}

fn trusted(
    by_id: &HashMap<String, String>,
    hashes: &HashSet<Hash>,
    params: &Params,
) -> Result<Found, Fault> {
    if let Some(text) = &params.query {
        return if hashes.contains(&hash(text)) {
            Ok(found(text))
        } else {
            Err(not_trusted(
                "the document is not one of those that this server trusts",
            ))
        };
    }
    let id = params.document_id.as_deref();
    let id = id.or(params.persisted().map(|(_, hash)| hash));
    let id = id.map(|id| id.rsplit_once(':').map_or(id, |(_, id)| id));
    id.and_then(|id| by_id.get(id))
        .map(|text| found(text))
        .ok_or_else(|| not_trusted("there is no trusted document of this id"))
}

fn found(text: &str) -> Found {
    Found {
        text: text.to_owned(),
        learn: None,
    }
}

fn not_trusted(text: &str) -> Fault {
    Fault::Refused(code::DOCUMENT_NOT_TRUSTED, text.to_owned())
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

fn hex(hash: &Hash) -> String {
    hash.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _never_fails = write!(text, "{byte:02x}");
            text
        })
}

fn unhex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_and_read_as_hex() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&hash("")), empty);
        assert_eq!(unhex(empty), Some(hash("")));
        assert_eq!(unhex(&empty.to_uppercase()), Some(hash("")));
        for wrong in ["", "e3b0", &empty.replace('e', "x"), &"ö".repeat(32)] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}

//! The source's ids, and what they stand for.

use std::collections::HashMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tidings_domain::{AgencyId, ExternalKind};
use tidings_store::ExternalIdRow;
use uuid::Uuid;

use crate::context::hex;
use crate::error::Result;

/// A row that the source has an id for.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) row: Uuid,
    /// What the source said of it last.
    pub(super) digest: String,
    /// Whether it was added by this import.
    pub(super) new: bool,
}

impl Known {
    /// Whether it has ended, by what the source said last.
    pub(super) fn ended(&self) -> bool {
        self.digest.starts_with(ENDED)
    }
}

/// How the digest of something that has ended begins.
const ENDED: char = '-';
/// The digest of something that the source does not name any more.
pub(super) const GONE: &str = "-";

/// What the source says of a record: a sign, then a hash.
pub(super) fn digest(said: &impl Serialize, ended: bool) -> Result<String> {
    let text = serde_json::to_vec(said)
        .map_err(|_| tidings_store::StoreError::Corrupt("record of an import"))?;
    let hash = hex(&Sha256::digest(&text)[..12]);
    Ok(format!("{}{hash}", if ended { ENDED } else { '+' }))
}

/// What came from the source before and since.
#[derive(Default)]
pub(super) struct Index {
    rows: HashMap<(ExternalKind, AgencyId), HashMap<String, Known>>,
    /// In which agencies an id is known.
    agencies: HashMap<(ExternalKind, String), Vec<AgencyId>>,
    /// The memberships of an origin.
    origins: HashMap<(AgencyId, String), Vec<String>>,
}

impl Index {
    pub(super) fn of(known: Vec<ExternalIdRow>) -> Self {
        let mut index = Self::default();
        for row in known {
            let known = Known {
                row: row.row_id,
                digest: row.digest,
                new: false,
            };
            index.add(row.kind, row.agency_id, &row.external_id, known);
            if let Some(origin) = row.origin {
                index.add_origin(row.agency_id, &origin, row.external_id);
            }
        }
        index
    }

    pub(super) fn get(&self, kind: ExternalKind, agency: AgencyId, id: &str) -> Option<&Known> {
        self.rows.get(&(kind, agency))?.get(id)
    }

    pub(super) fn add(&mut self, kind: ExternalKind, agency: AgencyId, id: &str, known: Known) {
        let rows = self.rows.entry((kind, agency)).or_default();
        rows.insert(id.to_owned(), known);
        let agencies = self.agencies.entry((kind, id.to_owned())).or_default();
        if !agencies.contains(&agency) {
            agencies.push(agency);
        }
    }

    pub(super) fn say(&mut self, kind: ExternalKind, agency: AgencyId, id: &str, digest: &str) {
        let known = self.rows.get_mut(&(kind, agency));
        if let Some(known) = known.and_then(|rows| rows.get_mut(id)) {
            digest.clone_into(&mut known.digest);
        }
    }

    pub(super) fn forget(&mut self, kind: ExternalKind, agency: AgencyId, id: &str) {
        if let Some(rows) = self.rows.get_mut(&(kind, agency)) {
            rows.remove(id);
        }
    }

    /// The agencies in which an id is known.
    pub(super) fn agencies(&self, kind: ExternalKind, id: &str) -> &[AgencyId] {
        let agencies = self.agencies.get(&(kind, id.to_owned()));
        agencies.map_or(&[], Vec::as_slice)
    }

    pub(super) fn add_origin(&mut self, agency: AgencyId, origin: &str, id: String) {
        let members = self.origins.entry((agency, origin.to_owned())).or_default();
        members.push(id);
    }

    /// The memberships that came from an origin, now and ever.
    pub(super) fn of_origin(&self, agency: AgencyId, origin: &str) -> Vec<String> {
        let members = self.origins.get(&(agency, origin.to_owned()));
        members.cloned().unwrap_or_default()
    }
}

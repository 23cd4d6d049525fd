//! Cursors: opaque, bound to the viewer who got them, checked against damage.
//!
//! A cursor is no secret and opens nothing: it only says where to go on. It carries a tag of its
//! viewer so that one that was taken from somebody else is refused rather than silently misread.

use std::sync::Arc;

use async_graphql::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use sha2::{Digest, Sha256};
use tidings_domain::{ClientId, ErrorCode, Position, Principal, ThreadId};
use tidings_store::{DocumentPlace, GroupPlace, InboxPlace, NamePlace, RecordPlace, SearchPlace};
use uuid::Uuid;

use crate::error::coded;

/// Bytes of the viewer's tag and of the checksum.
const TAG: usize = 6;

/// What a cursor points into; a cursor of one list is not good for another.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Kind {
    Event = 1,
    Inbox = 2,
    Message = 3,
    Client = 4,
    Staff = 5,
    ThreadClient = 6,
    Document = 7,
    Audit = 8,
    Request = 9,
    Location = 10,
    Release = 11,
    Notification = 12,
    SharedClient = 13,
    Group = 14,
    Policy = 15,
    RecordDocument = 16,
    Assessment = 17,
    Search = 20,
}

fn invalid() -> Error {
    coded(ErrorCode::CursorInvalid, "The cursor is not one of yours.")
}

/// The checksum covers the viewer, so that one tag does for both.
fn tag(viewer: Principal, payload: &[u8]) -> [u8; TAG] {
    let mut hash = Sha256::new();
    hash.update(b"tidings cursor");
    hash.update(viewer.uuid());
    hash.update(payload);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&hash.finalize()[..TAG]);
    tag
}

fn seal(viewer: Principal, kind: Kind, payload: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(1 + payload.len() + TAG);
    bytes.push(kind as u8);
    bytes.extend_from_slice(payload);
    let tag = tag(viewer, &bytes);
    bytes.extend_from_slice(&tag);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(viewer: Principal, kind: Kind, cursor: &str) -> Result<Vec<u8>, Error> {
    // The longest cursors hold a name, or a number for each write that was under way on a busy
    // PostgreSQL; nothing honest comes near this.
    if cursor.len() > 8_192 {
        return Err(invalid());
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let at = bytes
        .len()
        .checked_sub(TAG)
        .filter(|at| *at > 0)
        .ok_or_else(invalid)?;
    let found = bytes.split_off(at);
    if found != tag(viewer, &bytes) || bytes.first() != Some(&(kind as u8)) {
        return Err(invalid());
    }
    bytes.remove(0);
    Ok(bytes)
}

fn number(bytes: &[u8], at: usize) -> Result<i64, Error> {
    let bytes = bytes
        .get(at..at + 8)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.map(i64::from_be_bytes).ok_or_else(invalid)
}

fn uuid(bytes: &[u8], at: usize) -> Result<Uuid, Error> {
    let bytes = bytes
        .get(at..at + 16)
        .and_then(|bytes| Uuid::from_slice(bytes).ok());
    bytes.ok_or_else(invalid)
}

pub(crate) fn of_event(viewer: Principal, position: Position) -> String {
    let mut payload = Vec::with_capacity(16);
    payload.extend_from_slice(&position.transaction.to_be_bytes());
    payload.extend_from_slice(&position.seq.to_be_bytes());
    seal(viewer, Kind::Event, &payload)
}

pub(crate) fn to_event(viewer: Principal, cursor: &str) -> Result<Position, Error> {
    let bytes = open(viewer, Kind::Event, cursor)?;
    Ok(Position {
        transaction: number(&bytes, 0)?,
        seq: number(&bytes, 8)?,
    })
}

pub(crate) fn of_inbox(viewer: Principal, place: &InboxPlace) -> String {
    let mut payload = Vec::with_capacity(64);
    payload.push(u8::from(place.pinned));
    payload.extend_from_slice(&place.key.timestamp_micros().to_be_bytes());
    payload.extend_from_slice(&place.as_of.timestamp_micros().to_be_bytes());
    payload.extend_from_slice(place.thread.0.as_bytes());
    if let Some(snapshot) = &place.snapshot {
        payload.extend_from_slice(snapshot.as_bytes());
    }
    seal(viewer, Kind::Inbox, &payload)
}

pub(crate) fn to_inbox(viewer: Principal, cursor: &str) -> Result<InboxPlace, Error> {
    let bytes = open(viewer, Kind::Inbox, cursor)?;
    let time = |at| DateTime::from_timestamp_micros(number(&bytes, at)?).ok_or_else(invalid);
    let pinned = bytes.first().ok_or_else(invalid)? == &1;
    let thread = ThreadId(uuid(&bytes, 17)?);
    let snapshot = match bytes.get(33..) {
        Some(text) if !text.is_empty() => Some(snapshot(text)?),
        _ => None,
    };
    Ok(InboxPlace {
        pinned,
        key: time(1)?,
        as_of: time(9)?,
        thread,
        snapshot,
    })
}

/// A snapshot as PostgreSQL writes it, `xmin:xmax:` and the numbers of what was under way: checked
/// here, since the database would fail on anything else.
fn snapshot(text: &[u8]) -> Result<Arc<str>, Error> {
    let text = std::str::from_utf8(text).map_err(|_| invalid())?;
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let [begin, end, between] = parts.as_slice() else {
        return Err(invalid());
    };
    let (begin, end) = (number(begin), number(end));
    let (Some(begin), Some(end)) = (begin, end) else {
        return Err(invalid());
    };
    let mut last = begin.saturating_sub(1);
    for part in between.split(',').filter(|_| !between.is_empty()) {
        let next = number(part).filter(|next| *next > last && *next < end);
        last = next.ok_or_else(invalid)?;
    }
    if begin > end {
        return Err(invalid());
    }
    Ok(Arc::from(text))
}

pub(crate) fn of_message(viewer: Principal, thread: ThreadId, seq: i64) -> String {
    let mut payload = Vec::with_capacity(24);
    payload.extend_from_slice(thread.0.as_bytes());
    payload.extend_from_slice(&seq.to_be_bytes());
    seal(viewer, Kind::Message, &payload)
}

/// The number of the message; the cursor must be one of the same thread.
pub(crate) fn to_message(viewer: Principal, thread: ThreadId, cursor: &str) -> Result<i64, Error> {
    let bytes = open(viewer, Kind::Message, cursor)?;
    if uuid(&bytes, 0)? != thread.0 {
        return Err(invalid());
    }
    number(&bytes, 16)
}

/// A place among the groups of the viewer's contacts.
pub(crate) fn of_group(viewer: Principal, place: GroupPlace) -> String {
    let mut payload = place.at.timestamp_micros().to_be_bytes().to_vec();
    payload.extend_from_slice(place.thread.0.as_bytes());
    seal(viewer, Kind::Group, &payload)
}

pub(crate) fn to_group(viewer: Principal, cursor: &str) -> Result<GroupPlace, Error> {
    let bytes = open(viewer, Kind::Group, cursor)?;
    let at = DateTime::from_timestamp_micros(number(&bytes, 0)?);
    Ok(GroupPlace {
        at: at.ok_or_else(invalid)?,
        thread: ThreadId(uuid(&bytes, 8)?),
    })
}

/// A version of the policy of the viewer's agency.
pub(crate) fn of_policy(viewer: Principal, version: i32) -> String {
    seal(viewer, Kind::Policy, &i64::from(version).to_be_bytes())
}

pub(crate) fn to_policy(viewer: Principal, cursor: &str) -> Result<i32, Error> {
    let bytes = open(viewer, Kind::Policy, cursor)?;
    i32::try_from(number(&bytes, 0)?).map_err(|_| invalid())
}

/// A place among the clients of a thread, by number.
pub(crate) fn of_thread_client(viewer: Principal, thread: ThreadId, number: i32) -> String {
    let mut payload = thread.0.as_bytes().to_vec();
    payload.extend_from_slice(&i64::from(number).to_be_bytes());
    seal(viewer, Kind::ThreadClient, &payload)
}

/// The number; the cursor must be one of the same thread.
pub(crate) fn to_thread_client(
    viewer: Principal,
    thread: ThreadId,
    cursor: &str,
) -> Result<i32, Error> {
    let bytes = open(viewer, Kind::ThreadClient, cursor)?;
    if uuid(&bytes, 0)? != thread.0 {
        return Err(invalid());
    }
    i32::try_from(number(&bytes, 16)?).map_err(|_| invalid())
}

pub(crate) fn of_document(viewer: Principal, place: DocumentPlace) -> String {
    let mut payload = place.sent_at.timestamp_micros().to_be_bytes().to_vec();
    payload.extend_from_slice(place.id.0.as_bytes());
    seal(viewer, Kind::Document, &payload)
}

pub(crate) fn to_document(viewer: Principal, cursor: &str) -> Result<DocumentPlace, Error> {
    let bytes = open(viewer, Kind::Document, cursor)?;
    let sent_at = DateTime::from_timestamp_micros(number(&bytes, 0)?);
    Ok(DocumentPlace {
        sent_at: sent_at.ok_or_else(invalid)?,
        id: uuid(&bytes, 8)?.into(),
    })
}

pub(crate) fn of_audit(viewer: Principal, entry: i64) -> String {
    seal(viewer, Kind::Audit, &entry.to_be_bytes())
}

/// The number of the entry.
pub(crate) fn to_audit(viewer: Principal, cursor: &str) -> Result<i64, Error> {
    number(&open(viewer, Kind::Audit, cursor)?, 0)
}

/// A list that goes from the newest to the oldest.
#[derive(Clone, Copy)]
pub(crate) enum Newest {
    /// A client's portal requests.
    Requests(ClientId),
    /// A client's locations.
    Locations(ClientId),
    /// A client's documents.
    Documents(ClientId),
    /// A client's assessments.
    Assessments(ClientId),
    /// A client's releases.
    Releases(ClientId),
    /// The viewer's notifications.
    Notifications,
    /// The clients that other agencies share with the viewer's.
    SharedClients,
}

impl Newest {
    fn kind(self) -> (Kind, Uuid) {
        match self {
            Self::Requests(client) => (Kind::Request, client.0),
            Self::Locations(client) => (Kind::Location, client.0),
            Self::Documents(client) => (Kind::RecordDocument, client.0),
            Self::Assessments(client) => (Kind::Assessment, client.0),
            Self::Releases(client) => (Kind::Release, client.0),
            Self::Notifications => (Kind::Notification, Uuid::nil()),
            Self::SharedClients => (Kind::SharedClient, Uuid::nil()),
        }
    }
}

pub(crate) fn of_newest(viewer: Principal, list: Newest, place: RecordPlace) -> String {
    let (kind, of) = list.kind();
    let mut payload = of.as_bytes().to_vec();
    payload.extend_from_slice(&place.created_at.timestamp_micros().to_be_bytes());
    payload.extend_from_slice(place.id.as_bytes());
    seal(viewer, kind, &payload)
}

/// The place; the cursor must be one of the same list, of the same client.
pub(crate) fn to_newest(
    viewer: Principal,
    list: Newest,
    cursor: &str,
) -> Result<RecordPlace, Error> {
    let (kind, of) = list.kind();
    let bytes = open(viewer, kind, cursor)?;
    if uuid(&bytes, 0)? != of {
        return Err(invalid());
    }
    let created_at = DateTime::from_timestamp_micros(number(&bytes, 16)?);
    Ok(RecordPlace {
        created_at: created_at.ok_or_else(invalid)?,
        id: uuid(&bytes, 24)?,
    })
}

pub(crate) fn of_search(viewer: Principal, place: SearchPlace) -> String {
    let mut payload = place.key.to_be_bytes().to_vec();
    payload.extend_from_slice(place.id.as_bytes());
    seal(viewer, Kind::Search, &payload)
}

pub(crate) fn to_search(viewer: Principal, cursor: &str) -> Result<SearchPlace, Error> {
    let bytes = open(viewer, Kind::Search, cursor)?;
    Ok(SearchPlace {
        key: number(&bytes, 0)?,
        id: uuid(&bytes, 8)?,
    })
}

/// A list of people that is sorted by name.
#[derive(Clone, Copy)]
pub(crate) enum People {
    Clients,
    Staff,
}

impl People {
    fn kind(self) -> Kind {
        match self {
            Self::Clients => Kind::Client,
            Self::Staff => Kind::Staff,
        }
    }
}

pub(crate) fn of_name(viewer: Principal, list: People, name: &str, id: Uuid) -> String {
    let mut payload = id.as_bytes().to_vec();
    payload.extend_from_slice(name.as_bytes());
    seal(viewer, list.kind(), &payload)
}

pub(crate) fn to_name(viewer: Principal, list: People, cursor: &str) -> Result<NamePlace, Error> {
    let bytes = open(viewer, list.kind(), cursor)?;
    let id = uuid(&bytes, 0)?;
    let name = bytes
        .get(16..)
        .and_then(|name| std::str::from_utf8(name).ok());
    Ok(NamePlace {
        name: name.ok_or_else(invalid)?.to_owned(),
        id,
    })
}

#[cfg(test)]
mod tests {
    use tidings_domain::StaffId;

    use super::*;

    fn viewer(n: u128) -> Principal {
        Principal::Staff(StaffId(Uuid::from_u128(n)))
    }

    #[test]
    fn g3_a_cursor_is_good_for_its_viewer_and_kind_only() {
        let position = Position {
            transaction: 7,
            seq: i64::MAX,
        };
        let cursor = of_event(viewer(1), position);
        assert_eq!(to_event(viewer(1), &cursor).unwrap(), position);
        assert!(to_event(viewer(2), &cursor).is_err());
        assert!(to_inbox(viewer(1), &cursor).is_err());
        assert!(to_message(viewer(1), ThreadId(Uuid::nil()), &cursor).is_err());
    }

    #[test]
    fn g3_every_damaged_cursor_is_refused() {
        let cursor = of_event(
            viewer(1),
            Position {
                transaction: 1,
                seq: 2,
            },
        );
        for cut in 0..cursor.len() {
            assert!(to_event(viewer(1), &cursor[..cut]).is_err());
        }
        for at in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(bytes).unwrap();
            if damaged != cursor {
                assert!(to_event(viewer(1), &damaged).is_err(), "{damaged}");
            }
        }
        for junk in ["", "=", "not a cursor", &"A".repeat(5_000), "ü"] {
            assert!(to_event(viewer(1), junk).is_err());
        }
    }

    #[test]
    fn p16_a_snapshot_survives_and_what_is_none_is_refused() {
        let place = |snapshot: &str| InboxPlace {
            pinned: false,
            key: DateTime::UNIX_EPOCH,
            thread: ThreadId(Uuid::from_u128(3)),
            as_of: DateTime::UNIX_EPOCH,
            snapshot: (!snapshot.is_empty()).then(|| Arc::from(snapshot)),
        };
        for text in ["", "7:7:", "7:9:7", "7:12:8,10,11"] {
            let cursor = of_inbox(viewer(1), &place(text));
            assert_eq!(to_inbox(viewer(1), &cursor).unwrap(), place(text), "{text}");
        }
        for text in [
            "7", "7:9", "9:7:", "0:7:", "7:9:8,", "7:9:9", "7:9:8,8", "7:9:6", "a:9:", "7:9:8'",
        ] {
            let cursor = of_inbox(viewer(1), &place(text));
            assert!(to_inbox(viewer(1), &cursor).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_survives() {
        let cursor = of_name(
            viewer(1),
            People::Clients,
            "müller, ana",
            Uuid::from_u128(9),
        );
        let place = to_name(viewer(1), People::Clients, &cursor).unwrap();
        assert!(to_name(viewer(1), People::Staff, &cursor).is_err());
        assert_eq!(
            (place.name.as_str(), place.id),
            ("müller, ana", Uuid::from_u128(9))
        );
    }
}

//! What every use case stands on, and the frame of an idempotent write.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tidings_domain::{
    AgencyId, AuditSubject, Clock, Deed, ErrorCode, Event, IdSource, IdempotencyKey, Principal,
};
use tidings_effects::Bus;
use tidings_policy::Viewer;
use tidings_store::{Claim, Store, StoreError, Subject, Tx};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::files::Files;
use crate::import::Imports;
use crate::link::LinkKey;
use crate::live::Hub;
use crate::password::Passwords;
use crate::session::Watches;
use crate::sign_in::SignInOptions;

/// The use cases of one running Tidings. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    /// The rows.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    pub(crate) bus: Bus,
    pub(crate) hub: Hub,
    pub(crate) files: Files,
    pub(crate) imports: Arc<Imports>,
    pub(crate) passwords: Passwords,
    pub(crate) watches: Watches,
    /// None where an identity provider signs people in.
    pub(crate) sign_in: Option<SignInOptions>,
    /// Microseconds of the last [`Write::stamp`].
    stamped: Arc<AtomicI64>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// What an idempotent write begins with.
pub enum Begin<'a, O> {
    /// It is new: do it, then [`Write::commit`].
    New(Write<'a>),
    /// It was done before: this was its outcome.
    Done(O),
}

/// A write in progress. Dropped without a commit, nothing of it is stored.
pub struct Write<'a> {
    /// The transaction.
    pub tx: Tx,
    /// The moment of the write.
    pub now: DateTime<Utc>,
    service: &'a Service,
    viewer: Principal,
    key: IdempotencyKey,
    /// From the claim of the key to the commit, for traces.
    span: tracing::Span,
}

impl Service {
    /// A service on these foundations. The relay ([`Service::relay`]) must run beside it for streams to
    /// move.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        bus: Bus,
        files: Files,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            bus,
            hub: Hub::default(),
            files,
            imports: Arc::default(),
            passwords: Passwords::default(),
            watches: Watches::default(),
            sign_in: None,
            stamped: Arc::default(),
        }
    }

    /// Begins a write that is done once for each (viewer, key) (G4).
    ///
    /// The claim of the key is part of the transaction: of many equal requests at once one writes
    /// and the others get its outcome; a refused write leaves the key free. Fails with
    /// `BAD_USER_INPUT` for a malformed key and `IDEMPOTENCY_KEY_REUSED` for another input.
    pub async fn begin<O: DeserializeOwned>(
        &self,
        viewer: &Viewer,
        key: &str,
        operation: &'static str,
        input: &impl Serialize,
    ) -> Result<Begin<'_, O>> {
        let key = parse_key(key)?;
        let fingerprint = fingerprint(operation, input)?;
        let viewer = viewer.principal();
        let now = self.clock.now();
        let span = tracing::debug_span!("write", operation);
        let tx = self.store.begin().await?;
        match tx.claim(viewer, &key, &fingerprint, now).await? {
            Claim::New => Ok(Begin::New(Write {
                tx,
                now,
                service: self,
                viewer,
                key,
                span,
            })),
            Claim::Done {
                fingerprint: first,
                outcome,
            } if first == fingerprint => {
                let outcome = serde_json::from_str(&outcome)
                    .map_err(|_| StoreError::Corrupt("outcome of a write"))?;
                // Writes of one group on SQLite see each other before they are on disk: answer
                // only when the first one is.
                tx.commit().await?;
                Ok(Begin::Done(outcome))
            }
            Claim::Done { .. } => {
                let text = "This idempotency key was used with another input.";
                Err(Error::Code(ErrorCode::IdempotencyKeyReused, text))
            }
        }
    }
}

/// The key of a write.
pub(crate) fn parse_key(key: &str) -> Result<IdempotencyKey> {
    IdempotencyKey::parse(key)
        .ok_or_else(|| Error::bad_input("An idempotency key is 1 to 128 visible ASCII characters."))
}

/// A new id for something that is no row.
pub(crate) fn new_id(service: &Service) -> Uuid {
    service.ids.next(service.clock.now())
}

/// A hash of an operation and its input: what tells a repeat from another write.
fn fingerprint(operation: &str, input: &impl Serialize) -> Result<String> {
    let input = serde_json::to_vec(input).map_err(|_| StoreError::Corrupt("input of a write"))?;
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update([0]);
    hash.update(&input);
    Ok(hex(&hash.finalize()))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let text = String::with_capacity(2 * bytes.len());
    bytes.iter().fold(text, |mut text, byte| {
        use std::fmt::Write as _;
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl Write<'_> {
    /// A new id for a row of this write.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.service.ids.next(self.now).into()
    }

    /// The moment of a message: asked for under the lock of its thread, and later than every one
    /// before it in this process. An inbox is paged by these moments; one that was taken before
    /// the wait for the lock would lie behind pages that were read meanwhile (P-16).
    #[must_use]
    pub fn stamp(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        let now = self.service.clock.now().max(after).timestamp_micros();
        let last = self.service.stamped.fetch_max(now, Ordering::SeqCst);
        let stamp = if last < now {
            now
        } else {
            self.service.stamped.fetch_add(1, Ordering::SeqCst) + 1
        };
        DateTime::from_timestamp_micros(stamp).unwrap_or(self.now)
    }

    /// What signs permits: the server's own key.
    pub(crate) fn link_key(&self) -> &LinkKey {
        &self.service.files.key
    }

    /// Tells of the write, in the same transaction.
    pub async fn emit(&self, subject: Subject, event: Event) -> Result<()> {
        Ok(self.tx.emit(subject, &event, self.now).await?)
    }

    /// Writes into the agency's audit log what the viewer does, in the same transaction. The detail is
    /// switches and numbers, never what a person wrote. Entries of an agency are written in turns: the
    /// last thing before the commit.
    pub async fn audit(
        &self,
        agency: AgencyId,
        deed: Deed,
        subject: impl Into<AuditSubject>,
        detail: impl Into<String>,
    ) -> Result<()> {
        let (actor, detail) = (Some(self.viewer), detail.into());
        let entry = self
            .tx
            .audit(agency, actor, deed, subject.into(), detail, self.now);
        Ok(entry.await?)
    }

    /// Stores the write with its outcome, and wakes the readers of the log. When this answers, it
    /// is on disk.
    pub async fn commit<O: Serialize>(self, outcome: O) -> Result<O> {
        let text = serde_json::to_string(&outcome)
            .map_err(|_| StoreError::Corrupt("outcome of a write"))?;
        self.tx.settle(self.viewer, &self.key, &text).await?;
        let commit = tracing::debug_span!(parent: &self.span, "commit");
        self.tx.commit().instrument(commit).await?;
        self.service.bus.wake();
        Ok(outcome)
    }
}

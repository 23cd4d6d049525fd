//! Drafts: texts that were not sent yet. Each is its writer's alone, and gone when it is sent.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AttachmentId, AttachmentPurpose, AudienceKind, Body, BodyFormat, BodyProblem, BodyRules,
    ClientId, DraftId, Event, Lifecycle, MessageId, RichBody, ThreadId, TopicId, UserErrorCode,
    limits,
};
use tidings_policy::Viewer;
use tidings_store::{DraftRow, StoreError, Subject};

use crate::attachment::waiting;
use crate::body::BodyInput;
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::fields;
use crate::thread::{Recipient, people};

/// A draft to keep, in the place of what it was before.
#[derive(Clone, Debug, Serialize)]
pub struct SaveDraft {
    /// Which one; none for a new one, or for that of the thread.
    pub draft: Option<DraftId>,
    /// The thread that it answers in; none for a thread to start.
    pub thread: Option<ThreadId>,
    /// The message that it answers, of that thread.
    pub reply_to: Option<MessageId>,
    /// For whom a portal account writes.
    pub acting_for: Option<ClientId>,
    /// To whom a new thread goes.
    pub to: Vec<Recipient>,
    /// Whether its clients are to see each other.
    pub group: bool,
    /// The audience of a new thread.
    pub audience: Option<AudienceKind>,
    /// The topic of a new thread.
    pub topic: Option<TopicId>,
    /// The subject of a new thread.
    pub subject: Option<String>,
    /// Its text, which may be empty, and its attachments.
    pub body: BodyInput,
}

/// A draft to take away.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteDraft {
    /// Which.
    pub draft: DraftId,
}

/// A draft that was saved or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSaved {
    /// Which.
    pub draft: DraftId,
}

/// To whom a draft of a new thread goes.
pub fn draft_recipients(draft: &DraftRow) -> Result<Vec<Recipient>> {
    serde_json::from_str(&draft.recipients)
        .map_err(|_| Error::Store(StoreError::Corrupt("recipients of a draft")))
}

impl Service {
    /// Keeps a draft (SX-03): that of the id, that of the thread, or a new one. What is named must be
    /// there for the viewer, or it is `NOT_FOUND`; nothing is asked that sending asks.
    ///
    /// Refused with `TOO_MANY_DRAFTS` behind [`limits::MAX_DRAFTS`], and for texts, subjects and
    /// numbers of attachments that no message could have.
    pub async fn save_draft(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SaveDraft,
    ) -> Result<DraftSaved> {
        let body = draft_body(&input.body).await;
        let write = match self.begin(viewer, key, "saveDraft", &input).await? {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let before = before(&write, viewer, &input).await?;
        let thread = before
            .as_ref()
            .map_or(input.thread, |draft| draft.thread_id);
        named(&write, viewer, &input, thread).await?;
        if before.is_none() && write.tx.draft_count(viewer).await? >= limits::MAX_DRAFTS {
            return Err(Error::refused(UserErrorCode::TooManyDrafts, &[]));
        }
        let body = body?;
        let attachments = attachments(&write, viewer, &input.body).await?;
        let subject = fields::subject(input.subject.as_deref())?;
        let owner = viewer.principal();
        let draft = DraftRow {
            id: before.as_ref().map_or_else(|| write.id(), |draft| draft.id),
            agency_id: viewer.agency(),
            owner_kind: owner.kind(),
            owner_id: owner.uuid(),
            thread_id: thread,
            client_id: input.acting_for,
            recipients: serde_json::to_string(&input.to)
                .map_err(|_| StoreError::Corrupt("recipients of a draft"))?,
            as_group: input.group,
            audience: input.audience,
            topic_id: input.topic,
            subject: subject.map_or_else(String::new, |subject| subject.as_str().to_owned()),
            reply_to_id: input.reply_to,
            body_format: input.body.format,
            body,
            updated_at: write.now,
        };
        write.tx.put_draft(&draft, &attachments).await?;
        changed(&write, viewer, &draft).await?;
        write.commit(DraftSaved { draft: draft.id }).await
    }

    /// Takes a draft of the viewer's away.
    pub async fn delete_draft(
        &self,
        viewer: &Viewer,
        key: &str,
        input: DeleteDraft,
    ) -> Result<DraftSaved> {
        let write = match self.begin(viewer, key, "deleteDraft", &input).await? {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let draft = write.tx.lock_draft(viewer, input.draft).await?;
        let draft = draft.ok_or_else(Error::not_found)?;
        write.tx.drop_draft(draft.id).await?;
        changed(&write, viewer, &draft).await?;
        write.commit(DraftSaved { draft: draft.id }).await
    }
}

/// Takes the draft away from which a message was sent, in the same write (SX-03): it must be the
/// viewer's, of this thread or, for a thread that was started, of none.
pub(crate) async fn consume(
    write: &Write<'_>,
    viewer: &Viewer,
    id: Option<DraftId>,
    thread: Option<ThreadId>,
) -> Result<()> {
    let Some(id) = id else {
        return Ok(());
    };
    let draft = write.tx.lock_draft(viewer, id).await?;
    let draft = draft.ok_or_else(Error::not_found)?;
    if draft.thread_id != thread {
        return Err(Error::bad_input("This draft is for another thread."));
    }
    write.tx.drop_draft(draft.id).await?;
    changed(write, viewer, &draft).await
}

/// Emits `DRAFT_CHANGED`.
async fn changed(write: &Write<'_>, viewer: &Viewer, draft: &DraftRow) -> Result<()> {
    let subject = Subject {
        agency: draft.agency_id,
        thread: draft.thread_id,
        client: None,
    };
    let event = Event::DraftChanged {
        viewer: viewer.principal(),
        draft: draft.id,
    };
    write.emit(subject, event).await
}

/// The draft that is replaced, under a lock.
async fn before(write: &Write<'_>, viewer: &Viewer, input: &SaveDraft) -> Result<Option<DraftRow>> {
    let Some(id) = input.draft else {
        let Some(thread) = input.thread else {
            return Ok(None);
        };
        // Two sessions that begin an answer at once make one draft.
        lock_thread(write, viewer, thread).await?;
        return Ok(write.tx.lock_draft_in(viewer, thread).await?);
    };
    let found = write.tx.draft(viewer, id).await?;
    let found = found.ok_or_else(Error::not_found)?;
    if input.thread.is_some() && input.thread != found.thread_id {
        return Err(Error::bad_input("This draft is for another thread."));
    }
    if let Some(thread) = found.thread_id {
        lock_thread(write, viewer, thread).await?;
    }
    // Meanwhile it may have been sent, or taken away.
    let draft = write.tx.lock_draft(viewer, id).await?;
    draft.map(Some).ok_or_else(Error::not_found)
}

/// Locks the thread of an answer: whoever erases its content waits, and leaves no draft behind.
async fn lock_thread(write: &Write<'_>, viewer: &Viewer, thread: ThreadId) -> Result<()> {
    let seen = write.tx.lock_thread(viewer, thread).await?;
    let thread = seen.ok_or_else(Error::not_found)?.thread;
    if thread.lifecycle == Lifecycle::Deleted {
        return Err(Error::not_found());
    }
    Ok(())
}

/// Whether everything that the draft names is there for the viewer.
async fn named(
    write: &Write<'_>,
    viewer: &Viewer,
    input: &SaveDraft,
    thread: Option<ThreadId>,
) -> Result<()> {
    let heads = !input.to.is_empty()
        || input.group
        || input.audience.is_some()
        || input.topic.is_some()
        || input.subject.is_some();
    if thread.is_some() && heads {
        let text = "A draft of an answer has no recipients, audience, topic or subject.";
        return Err(Error::bad_input(text));
    }
    if let Some(client) = input.acting_for {
        let account = viewer
            .account()
            .ok_or_else(|| Error::bad_input("Staff act for nobody but themselves."))?;
        // SECURITY: an account acts for its own clients and for nobody else (P-48).
        account.own(client).ok_or_else(Error::not_found)?;
    }
    if let Some(id) = input.reply_to {
        let message = write.tx.message(viewer, id).await?;
        let message = message.filter(|message| Some(message.thread_id) == thread);
        message.ok_or_else(Error::not_found)?;
    }
    if let Some(id) = input.topic {
        let topic = write.tx.topic(viewer, id).await?;
        topic.ok_or_else(Error::not_found)?;
    }
    if !input.to.is_empty() {
        people(write, viewer, &input.to).await?;
    }
    Ok(())
}

/// The viewer's own attachments that a draft holds: not sent, and in time or kept by a draft.
async fn attachments(
    write: &Write<'_>,
    viewer: &Viewer,
    input: &BodyInput,
) -> Result<Vec<AttachmentId>> {
    let mut ids: Vec<AttachmentId> = Vec::new();
    for named in &input.attachments {
        if !ids.contains(&named.id) {
            ids.push(named.id);
        }
    }
    if ids.is_empty() {
        return Ok(ids);
    }
    if ids.len() > viewer.policy().most_attachments() {
        let code = UserErrorCode::TooManyAttachments;
        return Err(Error::refused(code, &["attachmentIds"]));
    }
    let rows = write.tx.attachments(viewer, &ids).await?;
    let kept = write.tx.kept_by_drafts(viewer, &ids).await?;
    for id in &ids {
        let row = rows.iter().find(|row| row.id == *id);
        waiting(write, row, AttachmentPurpose::Message, kept.contains(id))?;
    }
    Ok(ids)
}

/// The text of a draft as it is stored: sanitised, within the bounds of every message, perhaps
/// empty. Images name the draft's own attachments.
async fn draft_body(input: &BodyInput) -> Result<String> {
    let too_long = || Error::refused(UserErrorCode::MessageTooLong, &["body"]);
    match input.format {
        BodyFormat::Plain => {
            let rules = BodyRules {
                min: 1,
                max: limits::MAX_BODY_CHARS,
            };
            match Body::parse(&input.text, rules) {
                Ok(body) => Ok(body.as_str().to_owned()),
                Err(BodyProblem::Blank | BodyProblem::TooShort { .. }) => Ok(String::new()),
                Err(BodyProblem::TooLong { .. }) => Err(too_long()),
            }
        }
        BodyFormat::Rich => {
            let (html, names) = (input.text.clone(), input.attachments.clone());
            let known = move |name: &str| names.iter().any(|named| named.name == name);
            let sanitising = tokio::task::spawn_blocking(move || RichBody::sanitise(&html, known));
            match sanitising.await {
                Ok(made) => made.map_err(|_| too_long()),
                Err(ended) => std::panic::resume_unwind(ended.into_panic()),
            }
        }
    }
}

//! Attachments: uploaded with an operation or to an announced address, and sent with a message.
//! How they are read again stands in `address.rs`.

use std::fs::File;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use tidings_domain::{
    AttachmentId, AttachmentPurpose, ClientId, FileName, FilePurpose, UserErrorCode, file_type,
    limits,
};
use tidings_policy::{Viewer, may_upload};
use tidings_store::{AttachmentRow, MessageModel, ThreadRow, UploadRow};

use crate::context::{Begin, Service, Write, hex, new_id, parse_key};
use crate::error::{Error, Result};
use crate::files::{Incoming, Kept, refused};
use crate::link::LinkUse;

/// What is said of a file that comes with an operation.
#[derive(Clone, Debug, Serialize)]
pub struct UploadAttachment {
    /// What it is for.
    pub purpose: AttachmentPurpose,
    /// For whom a portal account uploads it; a staff member leaves it out.
    pub acting_for: Option<ClientId>,
    /// What it is called.
    pub file_name: String,
    /// Of which type it is said to be; may be empty.
    pub content_type: String,
}

/// A file that is announced.
#[derive(Clone, Debug, Serialize)]
pub struct CreateUpload {
    /// What is said of it.
    pub file: UploadAttachment,
    /// Its size, in bytes.
    pub size: u64,
}

/// An attachment that was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    /// The attachment.
    pub attachment: AttachmentId,
}

/// An upload that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The attachment to be.
    pub attachment: AttachmentId,
    /// Until when its content can come.
    pub expires_at: DateTime<Utc>,
}

/// An announced upload whose content comes.
#[derive(Clone, Debug)]
pub struct ExpectedUpload {
    viewer: Viewer,
    upload: UploadRow,
}

impl ExpectedUpload {
    /// The most bytes that are taken, by the policy of now.
    #[must_use]
    pub fn most(&self) -> u64 {
        purpose(&self.viewer, self.upload.purpose).largest()
    }

    /// As many bytes as were announced.
    #[must_use]
    pub fn announced(&self) -> u64 {
        u64::try_from(self.upload.bytes).unwrap_or_default()
    }
}

/// What becomes a row.
struct Row<'a> {
    id: AttachmentId,
    name: &'a FileName,
    purpose: AttachmentPurpose,
    client: Option<ClientId>,
}

impl Service {
    /// Stores a file that came with an operation, for a message to come (P-27). Refused by
    /// [`may_upload`], and with the codes of S-13 and S-14.
    pub async fn upload_attachment(
        &self,
        viewer: &Viewer,
        key: &str,
        input: UploadAttachment,
        content: File,
    ) -> Result<Uploaded> {
        parse_key(key)?;
        permitted(viewer, input.acting_for)?;
        let name = FileName::parse(&input.file_name);
        let incoming = Incoming {
            name: name.clone(),
            declared: input.content_type.clone(),
            purpose: purpose(viewer, input.purpose),
            content,
        };
        // The file first, the row after: whoever finds the row finds the file.
        let kept = self.files.keep(new_id(self), incoming, "file").await?;
        let stored = async {
            let told = (&input, hex(&kept.seen.came_as));
            let write = match self.begin(viewer, key, "uploadAttachment", &told).await? {
                Begin::Done(uploaded) => return Ok((uploaded, false)),
                Begin::New(write) => write,
            };
            room(&write, viewer, "file").await?;
            let row = Row {
                id: write.id(),
                name: &name,
                purpose: input.purpose,
                client: input.acting_for,
            };
            let uploaded = insert(&write, viewer, row, &kept).await?;
            Ok((write.commit(uploaded).await?, true))
        };
        self.settled(&kept, stored.await).await
    }

    /// Announces a file, whose name, type and size are judged before a byte of it flows, and
    /// answers where it can be put, once.
    pub async fn create_upload(
        &self,
        viewer: &Viewer,
        key: &str,
        input: CreateUpload,
    ) -> Result<Announced> {
        let write = match self.begin(viewer, key, "createUpload", &input).await? {
            Begin::Done(announced) => return Ok(announced),
            Begin::New(write) => write,
        };
        let file = &input.file;
        permitted(viewer, file.acting_for)?;
        let name = FileName::parse(&file.file_name);
        let purpose = purpose(viewer, file.purpose);
        let fits = file_type::announced(&name, &file.content_type, input.size, purpose);
        fits.map_err(|problem| match problem {
            file_type::FileProblem::TypeNotAllowed => refused(problem, purpose, "fileName"),
            _ => refused(problem, purpose, "size"),
        })?;
        room(&write, viewer, "fileName").await?;
        let uploader = viewer.principal();
        let upload = UploadRow {
            id: write.id(),
            agency_id: viewer.agency(),
            uploader_kind: uploader.kind(),
            uploader_id: uploader.uuid(),
            client_id: file.acting_for,
            purpose: file.purpose,
            file_name: name.as_str().to_owned(),
            media_type: file.content_type.clone(),
            bytes: i64::try_from(input.size).unwrap_or(i64::MAX),
            created_at: write.now,
            expires_at: write.now + Duration::minutes(limits::UPLOAD_MINUTES),
        };
        write.tx.insert_upload(&upload).await?;
        write
            .commit(Announced {
                attachment: upload.id,
                expires_at: upload.expires_at,
            })
            .await
    }

    /// The announced upload of an address, if its content can come now: the address is genuine,
    /// good and unused, and whoever it was made for may still upload. Else `NOT_FOUND`, or the
    /// refusal of [`may_upload`].
    pub async fn expected_upload(&self, token: &str) -> Result<ExpectedUpload> {
        let now = self.clock.now();
        let (link, viewer) = self.opened(LinkUse::Upload, token, now).await?;
        let upload = self.store.upload(&viewer, link.id.into(), now).await?;
        let upload = upload.ok_or_else(Error::not_found)?;
        permitted(&viewer, upload.client_id)?;
        Ok(ExpectedUpload { viewer, upload })
    }

    /// Stores the content of an announced upload. Of several contents for one address the first
    /// that is whole is stored; `NOT_FOUND` for the others.
    pub async fn receive_upload(
        &self,
        expected: ExpectedUpload,
        content: File,
    ) -> Result<Uploaded> {
        let ExpectedUpload { viewer, upload } = expected;
        // Made safe once already: applied to its own answer it answers the same.
        let name = FileName::parse(&upload.file_name);
        let incoming = Incoming {
            name: name.clone(),
            declared: upload.media_type,
            purpose: purpose(&viewer, upload.purpose),
            content,
        };
        let kept = self.files.keep(new_id(self), incoming, "file").await?;
        let stored = async {
            // The upload's row is what is done once; its id is a key that nobody else has.
            let key = format!("upload-{}", upload.id);
            let write = match self
                .begin(&viewer, &key, "receiveUpload", &upload.id)
                .await?
            {
                Begin::Done::<Uploaded>(_) => return Err(Error::not_found()),
                Begin::New(write) => write,
            };
            if !write.tx.take_upload(&viewer, upload.id, write.now).await? {
                return Err(Error::not_found());
            }
            let row = Row {
                id: upload.id,
                name: &name,
                purpose: upload.purpose,
                client: upload.client_id,
            };
            let uploaded = insert(&write, &viewer, row, &kept).await?;
            Ok((write.commit(uploaded).await?, true))
        };
        self.settled(&kept, stored.await).await
    }

    /// Takes the file away again if no row came to name it.
    async fn settled(&self, kept: &Kept, stored: Result<(Uploaded, bool)>) -> Result<Uploaded> {
        // Where the database did not say whether it stored the row, the sweep finds out.
        if !matches!(stored, Ok((_, true)) | Err(Error::Store(_))) {
            self.files.forget(kept.key.id()).await;
        }
        stored.map(|(uploaded, _)| uploaded)
    }
}

/// What comes in for this purpose, by the policy of now.
fn purpose(viewer: &Viewer, purpose: AttachmentPurpose) -> FilePurpose {
    match purpose {
        AttachmentPurpose::Message => viewer.policy().attachments(),
        AttachmentPurpose::RequestDocument => FilePurpose::RequestDocument,
    }
}

/// Asks the law whether the viewer may upload.
fn permitted(viewer: &Viewer, acting_for: Option<ClientId>) -> Result<()> {
    match (viewer, acting_for) {
        (Viewer::Staff(_), Some(_)) => {
            let text = "Staff act for nobody but themselves.";
            Err(Error::bad_input(text))
        }
        (Viewer::Account(_), None) => {
            let text = "A portal account names the client for whom it acts: clientId.";
            Err(Error::bad_input(text))
        }
        _ => Ok(may_upload(viewer, acting_for)?),
    }
}

/// Refuses one more attachment than can wait.
async fn room(write: &Write<'_>, viewer: &Viewer, field: &'static str) -> Result<()> {
    let waiting = write.tx.unsent_attachments(viewer, write.now).await?;
    if waiting >= limits::MAX_UNSENT_ATTACHMENTS {
        return Err(Error::refused(UserErrorCode::TooManyAttachments, &[field]));
    }
    Ok(())
}

async fn insert(write: &Write<'_>, viewer: &Viewer, row: Row<'_>, kept: &Kept) -> Result<Uploaded> {
    let uploader = viewer.principal();
    let side = |n: u32| i32::try_from(n).ok();
    let pixels = kept.seen.pixels;
    let duration = kept.seen.duration.map(|duration| duration.as_millis());
    let attachment = AttachmentRow {
        id: row.id,
        agency_id: viewer.agency(),
        uploader_kind: uploader.kind(),
        uploader_id: uploader.uuid(),
        client_id: row.client,
        purpose: row.purpose,
        file_name: row.name.as_str().to_owned(),
        media_type: kept.seen.kind.media_type().to_owned(),
        kind: kept.seen.kind.group(),
        bytes: i64::try_from(kept.stored.size).unwrap_or(i64::MAX),
        sha256: hex(&kept.stored.sha256),
        width: pixels.and_then(|pixels| side(pixels.width)),
        height: pixels.and_then(|pixels| side(pixels.height)),
        duration_ms: duration.and_then(|ms| i64::try_from(ms).ok()),
        file_id: kept.key.id(),
        created_at: write.now,
        expires_at: write.now + Duration::hours(limits::UNSENT_HOURS),
        message_id: None,
        thread_id: None,
        rank: None,
        sent_at: None,
    };
    write.tx.insert_attachment(&attachment).await?;
    Ok(Uploaded {
        attachment: attachment.id,
    })
}

/// Sends attachments with a message, in this order: the viewer's own, not sent yet, in time, and
/// of the client for whom an account writes. Else `NOT_FOUND`, as for one that is not there; one
/// that the viewer sees since it was sent is refused with `ATTACHMENT_ALREADY_SENT`.
pub(crate) async fn attach(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    message: &MessageModel,
    ids: &[AttachmentId],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = write.tx.attachments(viewer, ids).await?;
    // What a draft holds waits with it (SX-03).
    let kept = if rows.iter().any(|row| row.expires_at <= write.now) {
        write.tx.kept_by_drafts(viewer, ids).await?
    } else {
        Vec::new()
    };
    let purpose = AttachmentPurpose::Message;
    for (rank, id) in (0..).zip(ids) {
        let row = rows.iter().find(|row| row.id == *id);
        let row = waiting(write, row, purpose, kept.contains(id))?;
        // An account writes as one of its clients.
        let uploaded_for = row.client_id.map(|client| client.0);
        if viewer.account().is_some() && uploaded_for != Some(message.author_id) {
            return Err(Error::not_found());
        }
        if !write
            .tx
            .attach(*id, message, thread.client_id, rank)
            .await?
        {
            return Err(sent());
        }
    }
    Ok(())
}

/// The refusal of an attachment that has gone already.
pub(crate) fn sent() -> Error {
    Error::refused(UserErrorCode::AttachmentAlreadySent, &["attachmentIds"])
}

/// An attachment that the viewer sees, if it waits to go where it was uploaded for: not sent, and in
/// time or kept by a draft.
pub(crate) fn waiting<'a>(
    write: &Write<'_>,
    row: Option<&'a AttachmentRow>,
    purpose: AttachmentPurpose,
    kept: bool,
) -> Result<&'a AttachmentRow> {
    let row = row.ok_or_else(Error::not_found)?;
    if row.message_id.is_some() {
        return Err(sent());
    }
    if row.purpose != purpose {
        let code = UserErrorCode::AttachmentTypeNotAllowed;
        return Err(Error::refused(code, &["attachmentIds"]));
    }
    if row.expires_at <= write.now && !kept {
        return Err(Error::not_found());
    }
    Ok(row)
}

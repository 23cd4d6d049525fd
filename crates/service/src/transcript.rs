//! Exports of threads: `exportThread` gives an address, and whoever opens it gets the thread as a file
//! that was made for one viewer (P-26, T-35).
//!
//! A staff member's copy is complete, whatever it took out of its own view: it is a record. A client's
//! has what the client sees: nobody else who got a broadcast, other members of a group by the names
//! that the policy gives, no receipts (P-08, S-26). Internal notes and the content of deleted messages
//! are in neither.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use tidings_domain::{
    ClientId, Deed, ExportFormat, Lifecycle, MessageId, PrincipalKind, ThreadId, limits,
};
use tidings_effects::files::FileError;
use tidings_effects::transcript::{Head, Line, Transcript};
use tidings_policy::Viewer;
use tidings_store::{MessageRow, StoreError, ThreadRow};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::address::Address;
use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::link::LinkUse;

/// Messages that are read at once.
const PAGE: i64 = 200;
/// Pages that wait while those before them are written.
const WAITING: usize = 2;

/// A thread to export.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExportThread {
    /// Which.
    pub thread: ThreadId,
    /// As what.
    pub format: ExportFormat,
}

/// An export that was asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Exported {
    /// Of which thread.
    pub thread: ThreadId,
    /// As what.
    pub format: ExportFormat,
    /// Until when its address is good.
    pub expires_at: DateTime<Utc>,
}

/// A thread as a file.
#[derive(Debug)]
pub struct ExportFile {
    /// Its bytes, from the beginning. It has no name on disk and is gone when it is closed.
    pub file: File,
    /// What to call it where it is saved: no content.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
}

impl Service {
    /// Asks for a thread as a file. `NOT_FOUND` if the viewer does not see the thread, or it was deleted.
    pub async fn export_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ExportThread,
    ) -> Result<Exported> {
        let write = match self.begin(viewer, key, "exportThread", &input).await? {
            Begin::Done(exported) => return Ok(exported),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        exportable(seen.map(|seen| seen.thread))?;
        let exported = Exported {
            thread: input.thread,
            format: input.format,
            expires_at: write.now + Duration::minutes(limits::FILE_LINK_MINUTES),
        };
        let format = input.format.as_str();
        write
            .audit(viewer.agency(), Deed::ThreadExported, input.thread, format)
            .await?;
        write.commit(exported).await
    }

    /// The address of an export: for this viewer, good for a few minutes.
    #[must_use]
    pub fn export_address(&self, viewer: &Viewer, exported: &Exported) -> Address {
        let purpose = LinkUse::of_export(exported.format);
        let path = format!("exports/{}", exported.format.as_str().to_ascii_lowercase());
        self.address(
            purpose,
            &path,
            viewer,
            exported.thread.0,
            exported.expires_at,
        )
    }

    /// The file of an address, made now, as whoever the address was made for sees the thread at this
    /// moment. `asker` is who asks, if the request says so. One `NOT_FOUND` for a forged address, an
    /// expired one, and one whose viewer does not see the thread any more, or whose thread was deleted. The
    /// file waits in this folder, without a name.
    pub async fn export(
        &self,
        format: ExportFormat,
        token: &str,
        asker: Option<Uuid>,
        folder: &Path,
    ) -> Result<ExportFile> {
        let now = self.clock.now();
        let (link, viewer) = self.opened(LinkUse::of_export(format), token, now).await?;
        if asker.is_some_and(|asker| asker != link.viewer) {
            return Err(Error::not_found());
        }
        // It is never closed.
        let _turn = self.files.exports.acquire().await;
        // SECURITY: the address says for whom it was made; the law is asked now.
        let mut threads = self.store.threads(&viewer, &[ThreadId(link.id)]).await?;
        let thread = exportable(threads.pop().map(|seen| seen.thread))?;
        let head = self.head(&viewer, &thread, now).await?;
        let day = now.with_timezone(&head.zone).date_naive();
        let file = self.written(&viewer, &thread, format, head, folder).await?;
        Ok(ExportFile {
            file,
            name: format!("thread-{day}.{}", format.as_str().to_ascii_lowercase()),
            media_type: media_type(format),
        })
    }

    async fn head(&self, viewer: &Viewer, thread: &ThreadRow, now: DateTime<Utc>) -> Result<Head> {
        let agency = self.store.agency(viewer).await?;
        let agency = agency.ok_or_else(Error::not_found)?;
        let zone = agency.time_zone.parse();
        let client = match thread.client_id {
            Some(id) => self.store.clients(viewer, &[id]).await?.pop(),
            None => None,
        };
        let made_for = match viewer {
            Viewer::Staff(me) => {
                let row = self.store.staff(viewer, &[me.id]).await?.pop();
                row.map(|row| row.display_name)
            }
            Viewer::Account(me) => {
                let row = self.store.accounts(viewer, &[me.id]).await?.pop();
                row.map(|row| row.display_name)
            }
        };
        Ok(Head {
            agency: agency.name,
            subject: thread.subject.clone(),
            client: client.map(|client| client.display_name),
            zone: zone.map_err(|_| StoreError::Corrupt("time zone"))?,
            made_for: made_for.unwrap_or_default(),
            made_at: now,
            // SECURITY: what staff and other clients have read is not for clients (P-08).
            receipts: viewer.staff().is_some(),
        })
    }

    /// Reads the messages page by page and writes them beside. What is sent meanwhile is not in it.
    async fn written(
        &self,
        viewer: &Viewer,
        thread: &ThreadRow,
        format: ExportFormat,
        head: Head,
        folder: &Path,
    ) -> Result<File> {
        let (pages, mut waiting) = mpsc::channel::<Vec<Line>>(WAITING);
        let folder = folder.to_owned();
        let writer = tokio::task::spawn_blocking(move || {
            let mut transcript = Transcript::begin(format, head, &folder)?;
            while let Some(lines) = waiting.blocking_recv() {
                for line in &lines {
                    transcript.line(line)?;
                }
            }
            transcript.end()
        });
        let numbers = match viewer {
            Viewer::Account(_) => self.store.member_numbers(viewer, &[thread.id]).await?,
            Viewer::Staff(_) => HashMap::new(),
        };
        let mut from = 1;
        while from <= thread.last_seq {
            let lines = self.lines(viewer, thread, &numbers, from).await?;
            if pages.send(lines).await.is_err() {
                // The writer has failed, and says why below.
                break;
            }
            from += PAGE;
        }
        drop(pages);
        match writer.await {
            Ok(file) => Ok(file.map_err(FileError::Broken)?),
            // It ends early by a panic only: who waits for it ends with the runtime, too.
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        }
    }

    async fn lines(
        &self,
        viewer: &Viewer,
        thread: &ThreadRow,
        numbers: &HashMap<(ThreadId, ClientId), i32>,
        from: i64,
    ) -> Result<Vec<Line>> {
        let to = thread.last_seq.min(from + PAGE - 1);
        let rows = self.store.messages_to_export(viewer, thread.id, from, to);
        let rows = rows.await?;
        let ids: Vec<MessageId> = rows.iter().map(|row| row.message.id).collect();
        let mut files = self.store.attachments_to_export(viewer, &ids).await?;
        let mut line = |row: &MessageRow| {
            let message = &row.message;
            let number = row
                .client
                .as_ref()
                .and_then(|client| numbers.get(&(thread.id, client.id)).copied());
            Line {
                number: message.seq,
                sent_at: message.created_at,
                sender: sender(viewer, row, number),
                by_staff: message.author_kind == PrincipalKind::Staff,
                text: message.body.clone(),
                attachments: files.remove(&message.id).unwrap_or_default(),
                deleted_at: message.deleted_at,
                seen_by_client_at: message.seen_by_client_at,
            }
        };
        Ok(rows.iter().map(&mut line).collect())
    }
}

/// A thread that the viewer sees, unless it was deleted.
fn exportable(seen: Option<ThreadRow>) -> Result<ThreadRow> {
    // SECURITY: staff still see that a deleted thread was there. Its content is in no file (P-20).
    seen.filter(|thread| thread.lifecycle != Lifecycle::Deleted)
        .ok_or_else(Error::not_found)
}

/// The author's name, as the viewer may read it.
fn sender(viewer: &Viewer, row: &MessageRow, number: Option<i32>) -> String {
    if let Some(staff) = &row.staff {
        return match &staff.title {
            Some(title) => format!("{}, {title}", staff.display_name),
            None => staff.display_name.clone(),
        };
    }
    let Some(client) = &row.client else {
        return String::new();
    };
    let foreign = viewer
        .account()
        .is_some_and(|account| account.own(client.id).is_none());
    if !foreign {
        return client.display_name.clone();
    }
    // SECURITY: to an account the clients of others are a name by the policy, and a number.
    let name = viewer.policy().group_client_names.of(&client.display_name);
    match number {
        Some(number) => format!("{name} ({number})"),
        None => name,
    }
}

const fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat::Pdf => "application/pdf",
        ExportFormat::Json => "application/json",
    }
}

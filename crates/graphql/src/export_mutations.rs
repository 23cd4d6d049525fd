//! `exportThread`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::ThreadId;
use tidings_service::ExportThread;

use crate::error::{UserError, outcome};
use crate::node::Global;
use crate::request::Ask;

/// As what a thread is exported.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ExportFormat")]
pub(crate) enum ExportFormat {
    /// Comma-separated values in UTF-8, for spreadsheet programs and others.
    Csv,
    /// A spreadsheet (Office Open XML).
    Xlsx,
    /// Pages to print. Letters that its font lacks show as a replacement; the other formats have
    /// every letter.
    Pdf,
    /// For programs.
    Json,
}

/// A thread to export.
#[derive(InputObject)]
pub(crate) struct ExportThreadInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// As what.
    format: ExportFormat,
}

/// A thread as a file to save.
#[derive(SimpleObject)]
pub(crate) struct ThreadExport {
    /// Where the viewer gets it: made for the viewer, good until `expiresAt`, without a header. A path
    /// on this server, unless it knows its own address. Opened, it is asked again whether the viewer
    /// still sees the thread, and the file is made of what is there then.
    url: String,
    /// Until when `url` is good: 15 minutes from when it was asked for.
    expires_at: DateTime<Utc>,
    /// As what.
    format: ExportFormat,
}

/// What came of an export.
#[derive(SimpleObject)]
pub(crate) struct ExportThreadPayload {
    /// The file.
    export: Option<ThreadExport>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ExportMutation;

#[Object]
impl ExportMutation {
    /// Gives a thread as a file: every message in order, with its sender, when it was sent, in the
    /// agency's time zone and in UTC, its text, the names of its files, and when it was deleted.
    /// Whoever sees the thread may. A staff member's copy is complete, and tells when the client
    /// first saw each message; a client's has what the client sees.
    #[graphql(complexity = "500 + child_complexity")]
    async fn export_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and as what.")] input: ExportThreadInput,
    ) -> Result<ExportThreadPayload> {
        let export = ExportThread {
            thread: ThreadId::parse(&input.thread_id)?,
            format: input.format.into(),
        };
        let (viewer, service) = (ctx.viewer()?, ctx.service()?);
        let answer = service
            .export_thread(&viewer, &input.idempotency_key, export)
            .await;
        Ok(match outcome(answer)? {
            Ok(exported) => {
                let address = service.export_address(&viewer, &exported);
                let export = ThreadExport {
                    url: address.url,
                    expires_at: address.expires_at,
                    format: exported.format.into(),
                };
                ExportThreadPayload {
                    export: Some(export),
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => ExportThreadPayload {
                export: None,
                user_errors,
            },
        })
    }
}

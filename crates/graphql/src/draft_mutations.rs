//! Mutations of drafts: save, delete.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{ClientId, DraftId, MessageId, ThreadId, TopicId};
use tidings_service::{BodyInput, DeleteDraft, DraftSaved, SaveDraft};

use crate::attachment_mutations::named;
use crate::draft::Draft;
use crate::enums::{AudienceKind, BodyFormat};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::thread_mutations::{RecipientInput, recipient};

/// A draft to keep, in the place of what it was before: what is left out is gone from it.
#[derive(InputObject)]
pub(crate) struct SaveDraftInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which draft. Left out, it is that of the thread or, without a thread, a new one.
    draft_id: Option<ID>,
    /// The thread that it answers in: a viewer has one draft there. Left out, it starts a thread.
    thread_id: Option<ID>,
    /// The message that it answers, of the same thread.
    reply_to_id: Option<ID>,
    /// The client for whom a portal account writes. Staff leave it out.
    acting_for: Option<ID>,
    /// To whom a new thread goes.
    to: Option<Vec<RecipientInput>>,
    /// Whether the clients of a new thread are to see each other.
    #[graphql(default)]
    group: bool,
    /// The audience of a new thread.
    audience: Option<AudienceKind>,
    /// The topic of a new thread.
    topic_id: Option<ID>,
    /// The subject of a new thread, at most 255 characters.
    subject: Option<String>,
    /// Its text, as `bodyFormat` says, of at most 65,536 characters or 524,288 bytes of HTML, before
    /// and after it is sanitised; may be empty.
    #[graphql(default)]
    body: String,
    /// How the text is written.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The viewer's own attachments that are to go with it, in this order; not sent yet. They wait as
    /// long as the draft does.
    attachment_ids: Option<Vec<ID>>,
}

/// A draft to take away.
#[derive(InputObject)]
pub(crate) struct DeleteDraftInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which draft.
    draft_id: ID,
}

/// What came of saving a draft.
#[derive(SimpleObject)]
pub(crate) struct SaveDraftPayload {
    /// The draft.
    draft: Option<Draft>,
    /// Why it was not saved. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// What came of taking a draft away.
#[derive(SimpleObject)]
pub(crate) struct DeleteDraftPayload {
    /// The id that it had.
    deleted_draft_id: Option<ID>,
    /// Why it was not taken away.
    user_errors: Vec<UserError>,
}

/// The id of an input that may be left out.
pub(crate) fn maybe<I: Global>(id: Option<&ID>) -> Result<Option<I>> {
    id.map(I::parse).transpose()
}

#[derive(Default)]
pub(crate) struct DraftMutation;

#[Object]
impl DraftMutation {
    /// Keeps a text that was not sent yet, for the viewer alone. `sendMessage` and `startThread` take
    /// it away when they are told its id.
    async fn save_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: SaveDraftInput,
    ) -> Result<SaveDraftPayload> {
        let to = input.to.unwrap_or_default();
        let save = SaveDraft {
            draft: maybe::<DraftId>(input.draft_id.as_ref())?,
            thread: maybe::<ThreadId>(input.thread_id.as_ref())?,
            reply_to: maybe::<MessageId>(input.reply_to_id.as_ref())?,
            acting_for: maybe::<ClientId>(input.acting_for.as_ref())?,
            to: to.iter().map(recipient).collect::<Result<_>>()?,
            group: input.group,
            audience: input.audience.map(Into::into),
            topic: maybe::<TopicId>(input.topic_id.as_ref())?,
            subject: input.subject,
            body: BodyInput {
                format: input.body_format.into(),
                text: input.body,
                attachments: named(input.attachment_ids)?,
            },
        };
        let viewer = ctx.viewer()?;
        let saved: tidings_service::Result<DraftSaved> = ctx
            .service()?
            .save_draft(&viewer, &input.idempotency_key, save)
            .await;
        match outcome(saved)? {
            Ok(saved) => Ok(SaveDraftPayload {
                draft: ctx.one(saved.draft).await?.map(Draft::from),
                user_errors: Vec::new(),
            }),
            Err(user_errors) => Ok(SaveDraftPayload {
                draft: None,
                user_errors,
            }),
        }
    }

    /// Takes a draft of the viewer's away. Attachments that it held wait as any upload does.
    async fn delete_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: DeleteDraftInput,
    ) -> Result<DeleteDraftPayload> {
        let delete = DeleteDraft {
            draft: DraftId::parse(&input.draft_id)?,
        };
        let viewer = ctx.viewer()?;
        let deleted = ctx
            .service()?
            .delete_draft(&viewer, &input.idempotency_key, delete)
            .await;
        match outcome(deleted)? {
            Ok(deleted) => Ok(DeleteDraftPayload {
                deleted_draft_id: Some(deleted.draft.global()),
                user_errors: Vec::new(),
            }),
            Err(user_errors) => Ok(DeleteDraftPayload {
                deleted_draft_id: None,
                user_errors,
            }),
        }
    }
}

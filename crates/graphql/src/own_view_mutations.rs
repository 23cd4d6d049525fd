//! Mutations of the viewer's own view, and what support gives back.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::{AccountId, MessageId, StaffId, ThreadId};
use tidings_service::{InView, RestoreToView, SetHidden, ViewChanged};

use crate::error::{UserError, outcome};
use crate::node::Global;
use crate::request::Ask;
use crate::thread::Thread;

/// A thread to hide, or to show again.
#[derive(InputObject)]
pub(crate) struct HideThreadInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
}

/// What to take out of a view, or to give back: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum InViewInput {
    /// A thread with everything that it holds now.
    ThreadId(ID),
    /// One message.
    MessageId(ID),
}

impl InViewInput {
    fn parse(&self) -> Result<InView> {
        Ok(match self {
            Self::ThreadId(id) => InView::Thread(ThreadId::parse(id)?),
            Self::MessageId(id) => InView::Message(MessageId::parse(id)?),
        })
    }
}

/// What the viewer takes out of its own view.
#[derive(InputObject)]
pub(crate) struct RemoveFromMyViewInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// What.
    what: InViewInput,
}

/// Whom to give what back.
#[derive(InputObject)]
pub(crate) struct RestoreToViewInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The staff member or portal account that removed it.
    viewer_id: ID,
    /// What.
    what: InViewInput,
}

/// What came of it.
#[derive(SimpleObject)]
pub(crate) struct OwnViewPayload {
    /// The thread, if the viewer still sees it.
    thread: Option<Thread>,
    /// Why nothing changed.
    user_errors: Vec<UserError>,
}

/// What came of giving something back. It carries no content.
#[derive(SimpleObject)]
pub(crate) struct RestoreToViewPayload {
    /// The thread or the message that is back.
    restored_id: Option<ID>,
    /// Why nothing changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct OwnViewMutation;

#[Object]
impl OwnViewMutation {
    /// Hides a thread from the viewer's own inbox and counts until a newer message comes. It can be
    /// read all the while, and shown again by `unhideThread`.
    async fn hide_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread.")] input: HideThreadInput,
    ) -> Result<OwnViewPayload> {
        set_hidden(ctx, input, true).await
    }

    /// Shows a thread again that the viewer has hidden: what opening it from the contacts does.
    async fn unhide_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread.")] input: HideThreadInput,
    ) -> Result<OwnViewPayload> {
        set_hidden(ctx, input, false).await
    }

    /// Takes a message or a thread out of the viewer's own view, and of nobody else's: what a client
    /// calls deleting. Nothing of it is unread any more, and nobody is told that it was seen. A newer
    /// message brings the thread back, with what is newer. Only support can undo it.
    async fn remove_from_my_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: RemoveFromMyViewInput,
    ) -> Result<OwnViewPayload> {
        let what = input.what.parse()?;
        let viewer = ctx.viewer()?;
        let changed = ctx
            .service()?
            .remove_from_view(&viewer, &input.idempotency_key, what)
            .await;
        payload(ctx, changed).await
    }

    /// Gives a person back what it removed from its own view. For practice and system admins, who need
    /// not see it and are shown nothing of it.
    async fn restore_to_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and what.")] input: RestoreToViewInput,
    ) -> Result<RestoreToViewPayload> {
        let whose = match StaffId::parse(&input.viewer_id) {
            Ok(staff) => staff.0,
            Err(_) => AccountId::parse(&input.viewer_id)?.0,
        };
        let restore = RestoreToView {
            viewer: whose,
            what: input.what.parse()?,
        };
        let viewer = ctx.viewer()?;
        let answer = ctx
            .service()?
            .restore_to_view(&viewer, &input.idempotency_key, restore)
            .await;
        Ok(match outcome(answer)? {
            Ok(changed) => RestoreToViewPayload {
                restored_id: Some(match changed.what {
                    InView::Thread(id) => id.global(),
                    InView::Message(id) => id.global(),
                }),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RestoreToViewPayload {
                restored_id: None,
                user_errors,
            },
        })
    }
}

async fn set_hidden(
    ctx: &Context<'_>,
    input: HideThreadInput,
    hidden: bool,
) -> Result<OwnViewPayload> {
    let set = SetHidden {
        thread: ThreadId::parse(&input.thread_id)?,
        hidden,
    };
    let viewer = ctx.viewer()?;
    let changed = ctx
        .service()?
        .set_hidden(&viewer, &input.idempotency_key, set)
        .await;
    payload(ctx, changed).await
}

async fn payload(
    ctx: &Context<'_>,
    changed: tidings_service::Result<ViewChanged>,
) -> Result<OwnViewPayload> {
    Ok(match outcome(changed)? {
        Ok(changed) => OwnViewPayload {
            thread: Thread::load(ctx, changed.thread).await?,
            user_errors: Vec::new(),
        },
        Err(user_errors) => OwnViewPayload {
            thread: None,
            user_errors,
        },
    })
}

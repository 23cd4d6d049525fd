//! `Session`: the viewer's own, and how they end.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::{SessionId, StaffId};
use tidings_service::{RevokeSessions, SendPasswordLink, SessionsRevoked};
use tidings_store::SessionRow;

use crate::directory_mutations::{StaffMemberPayload, staff_member};
use crate::error::{UserError, bad_input, fault, outcome};
use crate::node::Global;
use crate::request::Ask;

/// What began when the viewer signed in here, on some device. Seen by nobody else.
#[derive(Description)]
pub(crate) struct Session {
    row: SessionRow,
    current: bool,
}

#[Object(use_type_description)]
impl Session {
    /// The global id.
    async fn id(&self) -> ID {
        self.row.id.global()
    }

    /// What the viewer calls the device.
    async fn device(&self) -> Option<&str> {
        self.row.device.as_deref()
    }

    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it was last refreshed.
    async fn last_used_at(&self) -> DateTime<Utc> {
        self.row.last_used_at
    }

    /// Until when it goes on without a refresh.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.row.expires_at
    }

    /// Whether this request is made in it.
    async fn current(&self) -> bool {
        self.current
    }
}

#[derive(Default)]
pub(crate) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The viewer's own sessions that go on, the one used last first; empty where an identity
    /// provider signs people in. At most 100.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let (service, current) = (ctx.service()?, ctx.request()?.session());
        let viewer = ctx.viewer()?;
        let rows = service.store.sessions(&viewer, service.clock.now()).await;
        let rows = rows.map_err(|error| fault(&error))?;
        let session = |row: SessionRow| Session {
            current: current == Some(row.id),
            row,
        };
        Ok(rows.into_iter().map(session).collect())
    }
}

/// A session to end.
#[derive(InputObject)]
pub(crate) struct RevokeSessionInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The session.
    session_id: ID,
}

/// Sessions to end.
#[derive(InputObject)]
pub(crate) struct RevokeAllSessionsInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Whether the session of this request goes on.
    #[graphql(default = false)]
    keep_current: bool,
}

/// What came of it.
#[derive(SimpleObject)]
pub(crate) struct RevokeSessionsPayload {
    /// The sessions that ended.
    session_ids: Vec<ID>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// A staff member to whom a link goes.
#[derive(InputObject)]
pub(crate) struct SendPasswordLinkInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The staff member.
    staff_member_id: ID,
}

#[derive(Default)]
pub(crate) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends one of the viewer's own sessions: its tokens are refused, its sockets and streams close.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionsPayload> {
        let which = RevokeSessions::One(SessionId::parse(&input.session_id)?);
        revoke(ctx, &input.idempotency_key, which).await
    }

    /// Ends all of the viewer's own sessions, or all but the one of this request.
    async fn revoke_all_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether this one goes on.")] input: RevokeAllSessionsInput,
    ) -> Result<RevokeSessionsPayload> {
        let current = ctx.request()?.session();
        if input.keep_current && current.is_none() {
            return Err(bad_input("This request is made in no session."));
        }
        let which = RevokeSessions::AllBut(current.filter(|_| input.keep_current));
        revoke(ctx, &input.idempotency_key, which).await
    }

    /// Sends a staff member a mail with a link to choose a password, the first one included. For
    /// practice and system admins.
    async fn send_password_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member.")] input: SendPasswordLinkInput,
    ) -> Result<StaffMemberPayload> {
        let staff = StaffId::parse(&input.staff_member_id)?;
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let send = SendPasswordLink { staff };
        let sent = service.send_password_link(&viewer, &input.idempotency_key, send);
        staff_member(ctx, sent.await).await
    }
}

async fn revoke(
    ctx: &Context<'_>,
    key: &str,
    which: RevokeSessions,
) -> Result<RevokeSessionsPayload> {
    let viewer = ctx.viewer()?;
    let revoked = ctx.service()?.revoke_sessions(&viewer, key, which);
    let (session_ids, user_errors) = match outcome(revoked.await)? {
        Ok(SessionsRevoked { sessions }) => (
            sessions.into_iter().map(Global::global).collect(),
            Vec::new(),
        ),
        Err(user_errors) => (Vec::new(), user_errors),
    };
    Ok(RevokeSessionsPayload {
        session_ids,
        user_errors,
    })
}

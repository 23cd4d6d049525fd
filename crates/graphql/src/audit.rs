//! The audit log, for administrators.

use async_graphql::{Context, Description, Error, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::SubjectKind;
use tidings_policy::{AdminAction, administers};
use tidings_store::AuditRow;

use crate::connection::{connection, first as page_size};
use crate::cursor;
use crate::enums::AuditDeed;
use crate::error::{fault, forbidden};
use crate::node::global;
use crate::people::Reader;
use crate::request::Ask;

/// Who did what to which object, and when. Written with the change itself and never changed again. It
/// tells ids, switches and numbers; nothing that a person wrote.
#[derive(Description)]
pub(crate) struct AuditEntry(AuditRow);

#[Object(use_type_description)]
impl AuditEntry {
    /// The number within the agency, from 1 without gaps.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who; null where the system did it by itself.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Reader>, Error> {
        match self.0.actor() {
            Some(principal) => Reader::load(ctx, principal).await,
            None => Ok(None),
        }
    }

    /// What was done.
    async fn deed(&self) -> AuditDeed {
        self.0.deed.into()
    }

    /// The global id of the object that it was done to; `node` answers it if it is still there and the
    /// viewer sees it.
    async fn subject_id(&self) -> ID {
        global(self.0.subject_kind.as_str(), self.0.subject_id)
    }

    /// The name of the object's type.
    async fn subject_type(&self) -> &'static str {
        SubjectKind::as_str(self.0.subject_kind)
    }

    /// Switches and numbers of the change, for example `ACTIVE -> INACTIVE`. Empty where there are none.
    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// A SHA-256 in hexadecimal over this entry and the link of the one before it: whoever changes an entry
    /// changes every link behind it. `tidings audit verify` reads the whole chain.
    async fn link(&self) -> &str {
        &self.0.link
    }
}

connection!(
    AuditEntryConnection,
    AuditEntryEdge,
    AuditEntry,
    "A page of the audit log, newest first."
);

#[derive(Default)]
pub(crate) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The agency's audit log, newest first. For practice, clinical and system admins; `FORBIDDEN` to
    /// everybody else.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only entries behind this one: older ones.")] after: Option<String>,
    ) -> Result<AuditEntryConnection> {
        let viewer = ctx.viewer()?;
        if !administers(&viewer, AdminAction::ReadAuditLog) {
            return Err(forbidden());
        }
        let me = viewer.principal();
        let first = page_size(first)?;
        let after = after.map(|cursor| cursor::to_audit(me, &cursor));
        let store = &ctx.service()?.store;
        let page = store.audit_log(&viewer, after.transpose()?, first).await;
        let page = page.map_err(|error| fault(&error))?;
        let edges = page.rows.into_iter().map(|row| {
            let cursor = cursor::of_audit(me, row.number);
            (cursor, AuditEntry(row))
        });
        Ok(AuditEntryConnection::new(
            edges.collect(),
            page.has_next,
            page.has_previous,
        ))
    }
}

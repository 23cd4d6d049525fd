//! `Agency` and its `MessagingPolicy`.

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::{INSECURE_CONTENT_WARNING, limits};
use tidings_store::AgencyRow;

use crate::connection::{connection, first as page_size};
use crate::cursor;
use crate::document::{DocumentCategory, categories};
use crate::enums::{AudienceKind, ClientNaming, DeletionRule, SupervisorScope};
use crate::error::fault;
use crate::guard::permit;
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::staff::StaffMember;

/// An agency or practice: the tenant. Nothing crosses from one to another.
#[derive(Description)]
pub(crate) struct Agency(pub(crate) AgencyRow);

#[Object(use_type_description)]
impl Agency {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The agency's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The IANA time zone in which the agency counts its days, for example `Europe/Berlin`.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The switches of messaging in force.
    async fn messaging_policy(&self, ctx: &Context<'_>) -> Result<MessagingPolicy> {
        let viewer = ctx.viewer()?;
        Ok(MessagingPolicy::of(self.0.policy_version, viewer.policy()))
    }

    /// The categories of documents that are asked for at present, by name. At most 100.
    #[graphql(complexity = "10 * (child_complexity + 1)")]
    async fn document_categories(&self, ctx: &Context<'_>) -> Result<Vec<DocumentCategory>> {
        categories(ctx).await
    }

    /// The versions of the policy, newest first: what held when. Practice and system admins only.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn policy_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only versions before this one.")] after: Option<String>,
        #[graphql(
            desc = "Only versions that had come into force by this moment: the first is the one that held then."
        )]
        at: Option<DateTime<Utc>>,
    ) -> Option<Result<PolicyVersionConnection>> {
        Some(match permit(ctx, "Agency.policyHistory") {
            Ok(()) => history(ctx, first, after, at).await,
            Err(refused) => Err(refused),
        })
    }
}

async fn history(
    ctx: &Context<'_>,
    first: i32,
    after: Option<String>,
    at: Option<DateTime<Utc>>,
) -> Result<PolicyVersionConnection> {
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let first = page_size(first)?;
    let before = after
        .map(|cursor| cursor::to_policy(me, &cursor))
        .transpose()?;
    let store = &ctx.service()?.store;
    let page = store.policy_history(&viewer, at, before, first).await;
    let page = page.map_err(|error| fault(&error))?;
    let edge = |row: tidings_store::PolicyVersion| {
        let cursor = cursor::of_policy(me, row.policy.version);
        (cursor, PolicyVersion(row))
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(PolicyVersionConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

/// A version of an agency's policy.
#[derive(Description)]
pub(crate) struct PolicyVersion(tidings_store::PolicyVersion);

connection!(
    PolicyVersionConnection,
    PolicyVersionEdge,
    PolicyVersion,
    "A page of versions of a policy, newest first."
);

#[Object(use_type_description)]
impl PolicyVersion {
    /// The switches as the agency had set them, whatever the system as a whole had enabled.
    async fn policy(&self) -> MessagingPolicy {
        let policy = &self.0.policy;
        MessagingPolicy::of(policy.version, &policy.switches)
    }

    /// When it came into force. It held until the next version did.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since
    }

    /// Who made it; null for an agency's first.
    async fn changed_by(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
        let id = self.0.changed_by?;
        let staff = ctx.one(id).await;
        staff.map(|row| row.map(StaffMember::from)).transpose()
    }
}

/// What an agency decides for itself about messages. Every change makes a new version.
#[derive(SimpleObject)]
pub(crate) struct MessagingPolicy {
    /// The version, from 1: what `updateMessagingPolicy` expects.
    version: i32,
    /// Whether clients and staff can exchange messages at all. Never while the system as a whole has
    /// it off.
    portal_enabled: bool,
    /// Whose clients a supervisor sees.
    supervisor_scope: SupervisorScope,
    /// Whether staff must give a subject, or a topic that fills it.
    subject_required: bool,
    /// Fewest characters of a message: 1 to 100.
    min_body_chars: u32,
    /// Most characters of a client's message; null means 65,536.
    client_max_message_chars: Option<u32>,
    /// Whether clients see when staff read their messages.
    client_sees_staff_receipts: bool,
    /// Whether a message may wait for a client who has no account yet.
    send_to_unregistered: bool,
    /// Whether a group may have several clients, who see each other.
    allow_multi_client_groups: bool,
    /// How the clients of a group are named to each other.
    group_client_names: ClientNaming,
    /// Whether staff may share a chat with colleagues.
    chat_sharing: bool,
    /// The size that an attachment must stay below, in bytes: 1,048,576 to 26,214,400.
    attachment_below_bytes: i64,
    /// Most attachments of one message: 0 to 100.
    attachments_per_message: usize,
    /// Hours for which an invitation to the portal is open: 1 to 720.
    invitation_hours: u32,
    /// Most reminders of an open invitation: 0 to 10.
    invitation_reminders: u32,
    /// Hours between two reminders: 1 to 720.
    invitation_reminder_hours: u32,
    /// Whether voice notes can be attached: M4A, MP3, Ogg and WAV.
    voice_notes: bool,
    /// Whether pictures can be attached in the formats of phones' cameras: WebP and HEIC.
    photos: bool,
    /// Who deletes messages and threads for everybody.
    deletion: DeletionRule,
    /// Whether admins of either kind delete what clients have seen, in every audience.
    either_admin_deletes: bool,
    /// Days for which the content of what was deleted is kept for the admins of its audience: 0 to
    /// 3,650; with 0 it is erased at once.
    deleted_grace_days: u32,
    /// Days after its sending before which no content is erased: 0 to 36,500.
    retention_days: u32,
    /// Whether staff can write to each other.
    internal_messaging: bool,
    /// Whether clients who are added from now on can use direct chats.
    direct_chat_for_new_clients: bool,
    /// Whether a client cannot answer either where nobody of the staff addressed takes messages that
    /// clients start.
    block_replies_when_contact_off: bool,
    /// The audiences to which clients can write without naming a member of their care team.
    client_audience_inboxes: Vec<AudienceKind>,
    /// With whom a new direct chat is shared from its first message on: at most 100 of the agency's
    /// staff.
    default_direct_chat_sharing: Vec<ID>,
    /// Whether e-mails to staff may carry the text of messages, if they choose it.
    staff_email_content: bool,
    /// Whether alerts to staff may carry the text of messages, if they choose it.
    staff_alert_content: bool,
    /// Whether e-mails to clients may carry the text of messages, if they choose it.
    client_email_content: bool,
    /// Whether alerts to clients may carry the text of messages, if they choose it.
    client_alert_content: bool,
    /// Days for which a portal request stands open: 1 to 3,650.
    request_days: u32,
    /// The text that a client agrees to with a release of information.
    release_text: String,
    /// Days for which a release of information holds at most: 1 to 3,650.
    release_days: u32,
    /// Days before the end of a release at which notice is given; 0 means never.
    release_notice_days: u32,
    /// Whether clients can add documents and locations without being asked.
    unsolicited_records: bool,
    /// The staff member who owns what clients add without being asked; null means nobody.
    unsolicited_owner: Option<ID>,
    /// What must be acknowledged before a switch for content is turned on.
    email_content_warning: &'static str,
}

impl MessagingPolicy {
    pub(crate) fn of(version: i32, policy: &tidings_domain::MessagingPolicy) -> Self {
        Self {
            version,
            portal_enabled: policy.portal_enabled,
            supervisor_scope: policy.supervisor_scope.into(),
            subject_required: policy.subject_required,
            min_body_chars: policy.min_body_chars,
            client_max_message_chars: policy.client_max_message_chars,
            client_sees_staff_receipts: policy.client_sees_staff_receipts,
            send_to_unregistered: policy.send_to_unregistered,
            allow_multi_client_groups: policy.allow_multi_client_groups,
            group_client_names: policy.group_client_names.into(),
            chat_sharing: policy.chat_sharing,
            // Clamped, as the rule is: what is told is what holds.
            attachment_below_bytes: i64::try_from(policy.attachments().largest() + 1)
                .unwrap_or(i64::MAX),
            attachments_per_message: policy.most_attachments(),
            invitation_hours: policy.invitation_hours,
            invitation_reminders: policy.invitation_reminders,
            invitation_reminder_hours: policy.invitation_reminder_hours,
            voice_notes: policy.voice_notes,
            photos: policy.photos,
            deletion: policy.deletion.into(),
            either_admin_deletes: policy.either_admin_deletes,
            deleted_grace_days: policy.deleted_grace_days.min(limits::MAX_GRACE_DAYS),
            retention_days: policy.retention_days.min(limits::MAX_RETENTION_DAYS),
            internal_messaging: policy.internal_messaging,
            direct_chat_for_new_clients: policy.direct_chat_for_new_clients,
            block_replies_when_contact_off: policy.block_replies_when_contact_off,
            client_audience_inboxes: policy
                .client_audience_inboxes
                .iter()
                .map(|kind| (*kind).into())
                .collect(),
            default_direct_chat_sharing: policy
                .default_direct_chat_sharing
                .iter()
                .map(|id| id.global())
                .collect(),
            staff_email_content: policy.staff_email_content,
            staff_alert_content: policy.staff_alert_content,
            client_email_content: policy.client_email_content,
            client_alert_content: policy.client_alert_content,
            request_days: policy.request_days,
            release_text: policy.release_text().to_owned(),
            release_days: policy.release_days,
            release_notice_days: policy.release_notice_days,
            unsolicited_records: policy.unsolicited_records,
            unsolicited_owner: policy.unsolicited_owner.map(Global::global),
            email_content_warning: INSECURE_CONTENT_WARNING,
        }
    }
}

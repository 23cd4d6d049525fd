//! `Agency` and its `MessagingPolicy`.

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};
use tidings_domain::limits;
use tidings_store::AgencyRow;

use crate::enums::{DeletionRule, SupervisorScope};
use crate::node::Global;
use crate::request::Ask;

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
        let policy = viewer.policy();
        Ok(MessagingPolicy {
            version: self.0.policy_version,
            portal_enabled: policy.portal_enabled,
            supervisor_scope: policy.supervisor_scope.into(),
            subject_required: policy.subject_required,
            min_body_chars: policy.min_body_chars,
            client_max_message_chars: policy.client_max_message_chars,
            client_sees_staff_receipts: policy.client_sees_staff_receipts,
            send_to_unregistered: policy.send_to_unregistered,
            // Clamped, as the rule is: what is told is what holds.
            attachment_below_bytes: i64::try_from(policy.attachments().largest() + 1)
                .unwrap_or(i64::MAX),
            attachments_per_message: policy.most_attachments(),
            voice_notes: policy.voice_notes,
            photos: policy.photos,
            deletion: policy.deletion.into(),
            either_admin_deletes: policy.either_admin_deletes,
            deleted_grace_days: policy.deleted_grace_days.min(limits::MAX_GRACE_DAYS),
            retention_days: policy.retention_days.min(limits::MAX_RETENTION_DAYS),
        })
    }
}

/// What an agency decides for itself about messages. Every change makes a new version.
#[derive(SimpleObject)]
pub(crate) struct MessagingPolicy {
    /// The version, from 1.
    version: i32,
    /// Whether clients and staff can exchange messages at all.
    portal_enabled: bool,
    /// Whose clients a supervisor sees.
    supervisor_scope: SupervisorScope,
    /// Whether staff must give a subject, or a topic that fills it.
    subject_required: bool,
    /// Fewest characters of a message.
    min_body_chars: u32,
    /// Most characters of a client's message; null means 65,536.
    client_max_message_chars: Option<u32>,
    /// Whether clients see when staff read their messages.
    client_sees_staff_receipts: bool,
    /// Whether a message may wait for a client who has no account yet.
    send_to_unregistered: bool,
    /// The size that an attachment must stay below, in bytes: 1,048,576 to 26,214,400.
    attachment_below_bytes: i64,
    /// Most attachments of one message: 0 to 100.
    attachments_per_message: usize,
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
}

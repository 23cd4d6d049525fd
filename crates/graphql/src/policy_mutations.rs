//! `updateMessagingPolicy`.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use tidings_domain::{INSECURE_CONTENT_WARNING, StaffId};
use tidings_service::{PolicyPatch, PolicySaved, UpdatePolicy};

use crate::agency::MessagingPolicy;
use crate::enums::{AudienceKind, ClientNaming, SupervisorScope};
use crate::error::{UserError, outcome};
use crate::node::Global;
use crate::request::Ask;

/// Switches of the agency's policy to change, all or nothing. What is left out stays; what each one
/// means is said at `MessagingPolicy`.
#[derive(InputObject)]
pub(crate) struct UpdateMessagingPolicyInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The version that was read: `MessagingPolicy.version`.
    expected_version: i32,
    /// Whether the person has read and accepted `MessagingPolicy.emailContentWarning`: needed to turn
    /// one of the four switches for content on.
    #[graphql(default)]
    acknowledge_insecure: bool,
    /// Whether clients and staff can exchange messages at all.
    portal_enabled: Option<bool>,
    /// Whose clients a supervisor sees.
    supervisor_scope: Option<SupervisorScope>,
    /// Whether staff must give a subject, or a topic that fills it.
    subject_required: Option<bool>,
    /// Fewest characters of a message: 1 to 100.
    min_body_chars: Option<u32>,
    /// Most characters of a client's message: at least `minBodyChars`, at most 65,536; null takes the
    /// bound away.
    client_max_message_chars: MaybeUndefined<u32>,
    /// Whether clients see when staff read their messages.
    client_sees_staff_receipts: Option<bool>,
    /// Whether a message may wait for a client who has no account yet.
    send_to_unregistered: Option<bool>,
    /// Whether a group may have several clients, who see each other.
    allow_multi_client_groups: Option<bool>,
    /// How the clients of a group are named to each other.
    group_client_names: Option<ClientNaming>,
    /// Whether staff may share a chat with colleagues.
    chat_sharing: Option<bool>,
    /// The size that an attachment must stay below, in bytes: 1,048,576 to 26,214,400.
    attachment_below_bytes: Option<i64>,
    /// Most attachments of one message: 0 to 100.
    attachments_per_message: Option<u32>,
    /// Whether voice notes can be attached.
    voice_notes: Option<bool>,
    /// Whether pictures can be attached in the formats of phones' cameras.
    photos: Option<bool>,
    /// Whether staff can write to each other.
    internal_messaging: Option<bool>,
    /// Whether clients who are added from now on can use direct chats.
    direct_chat_for_new_clients: Option<bool>,
    /// Whether a client cannot answer either where nobody of the staff addressed takes messages that
    /// clients start.
    block_replies_when_contact_off: Option<bool>,
    /// The audiences to which clients can write without naming a member of their care team.
    client_audience_inboxes: Option<Vec<AudienceKind>>,
    /// With whom a new direct chat is shared: staff, at most 100.
    default_direct_chat_sharing: Option<Vec<ID>>,
    /// Whether e-mails to staff may carry the text of messages.
    staff_email_content: Option<bool>,
    /// Whether alerts to staff may carry the text of messages.
    staff_alert_content: Option<bool>,
    /// Whether e-mails to clients may carry the text of messages.
    client_email_content: Option<bool>,
    /// Whether alerts to clients may carry the text of messages.
    client_alert_content: Option<bool>,
    /// Days for which a portal request stands open: 1 to 3,650.
    request_days: Option<u32>,
    /// The text that a client agrees to with a release of information: 1 to 10,000 characters; null gives
    /// back the server's own.
    release_text: MaybeUndefined<String>,
    /// Days for which a release of information holds at most: 1 to 3,650.
    release_days: Option<u32>,
    /// Days before the end of a release at which notice is given: 0 to 3,650; 0 means never.
    release_notice_days: Option<u32>,
    /// Whether clients can add documents and locations without being asked.
    unsolicited_records: Option<bool>,
    /// The staff member who owns what clients add without being asked; null means nobody.
    unsolicited_owner: MaybeUndefined<ID>,
}

impl UpdateMessagingPolicyInput {
    /// The switches; a size that no number of bytes could be is out of range like others.
    fn patch(self) -> Result<PolicyPatch> {
        let sharing = self.default_direct_chat_sharing.map(|ids| {
            let ids = ids.iter().map(StaffId::parse);
            ids.collect::<Result<Vec<_>>>()
        });
        let inboxes = self.client_audience_inboxes;
        Ok(PolicyPatch {
            portal_enabled: self.portal_enabled,
            supervisor_scope: self.supervisor_scope.map(Into::into),
            subject_required: self.subject_required,
            min_body_chars: self.min_body_chars,
            client_max_message_chars: self.client_max_message_chars.into(),
            client_sees_staff_receipts: self.client_sees_staff_receipts,
            send_to_unregistered: self.send_to_unregistered,
            allow_multi_client_groups: self.allow_multi_client_groups,
            group_client_names: self.group_client_names.map(Into::into),
            chat_sharing: self.chat_sharing,
            attachment_below_bytes: self
                .attachment_below_bytes
                .map(|bytes| u64::try_from(bytes).unwrap_or_default()),
            attachments_per_message: self.attachments_per_message,
            voice_notes: self.voice_notes,
            photos: self.photos,
            internal_messaging: self.internal_messaging,
            direct_chat_for_new_clients: self.direct_chat_for_new_clients,
            block_replies_when_contact_off: self.block_replies_when_contact_off,
            client_audience_inboxes: inboxes
                .map(|kinds| kinds.into_iter().map(Into::into).collect()),
            default_direct_chat_sharing: sharing.transpose()?,
            staff_email_content: self.staff_email_content,
            staff_alert_content: self.staff_alert_content,
            client_email_content: self.client_email_content,
            client_alert_content: self.client_alert_content,
            request_days: self.request_days,
            release_text: self.release_text.into(),
            release_days: self.release_days,
            release_notice_days: self.release_notice_days,
            unsolicited_records: self.unsolicited_records,
            unsolicited_owner: self
                .unsolicited_owner
                .map_value(|id| StaffId::parse(&id))
                .transpose()?
                .into(),
        })
    }
}

/// What came of a change of the policy.
#[derive(SimpleObject)]
pub(crate) struct MessagingPolicyPayload {
    /// The policy as saved.
    messaging_policy: Option<MessagingPolicy>,
    /// What must be acknowledged before content leaves in e-mails and alerts.
    email_content_warning: &'static str,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct PolicyMutation;

#[Object]
impl PolicyMutation {
    /// Changes switches of the agency's policy and makes a new version of it, in force at once, on open
    /// streams, too. For practice and system admins.
    async fn update_messaging_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version that was read, and the switches.")]
        input: UpdateMessagingPolicyInput,
    ) -> Result<MessagingPolicyPayload> {
        let key = input.idempotency_key.clone();
        let update = UpdatePolicy {
            expected_version: input.expected_version,
            acknowledge_insecure: input.acknowledge_insecure,
            patch: input.patch()?,
        };
        let viewer = ctx.viewer()?;
        let service = ctx.service()?;
        let saved = service.update_messaging_policy(&viewer, &key, update).await;
        let (messaging_policy, user_errors) = match outcome(saved)? {
            Ok(saved) => (Some(in_force(saved, service.store.portal())), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(MessagingPolicyPayload {
            messaging_policy,
            email_content_warning: INSECURE_CONTENT_WARNING,
            user_errors,
        })
    }
}

/// The policy as it holds in this system.
fn in_force(saved: PolicySaved, portal: bool) -> MessagingPolicy {
    let mut switches = saved.switches;
    switches.portal_enabled &= portal;
    MessagingPolicy::of(saved.version, &switches)
}

//! The agency's messaging policy: a change makes a new version (C-50).

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AudienceKind, ClientNaming, Deed, Event, INSECURE_CONTENT_WARNING, MessagingPolicy, StaffId,
    SupervisorScope, UserErrorCode, limits,
};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{StoreError, Subject, policy_row};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// Switches to change. What is left out stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PolicyPatch {
    /// [`MessagingPolicy::portal_enabled`].
    pub portal_enabled: Option<bool>,
    /// [`MessagingPolicy::supervisor_scope`].
    pub supervisor_scope: Option<SupervisorScope>,
    /// [`MessagingPolicy::subject_required`].
    pub subject_required: Option<bool>,
    /// [`MessagingPolicy::min_body_chars`].
    pub min_body_chars: Option<u32>,
    /// [`MessagingPolicy::client_max_message_chars`]; none inside takes the bound away.
    pub client_max_message_chars: Option<Option<u32>>,
    /// [`MessagingPolicy::client_sees_staff_receipts`].
    pub client_sees_staff_receipts: Option<bool>,
    /// [`MessagingPolicy::send_to_unregistered`].
    pub send_to_unregistered: Option<bool>,
    /// [`MessagingPolicy::allow_multi_client_groups`].
    pub allow_multi_client_groups: Option<bool>,
    /// [`MessagingPolicy::group_client_names`].
    pub group_client_names: Option<ClientNaming>,
    /// [`MessagingPolicy::chat_sharing`].
    pub chat_sharing: Option<bool>,
    /// [`MessagingPolicy::attachment_below_bytes`].
    pub attachment_below_bytes: Option<u64>,
    /// [`MessagingPolicy::attachments_per_message`].
    pub attachments_per_message: Option<u32>,
    /// [`MessagingPolicy::voice_notes`].
    pub voice_notes: Option<bool>,
    /// [`MessagingPolicy::photos`].
    pub photos: Option<bool>,
    /// [`MessagingPolicy::internal_messaging`].
    pub internal_messaging: Option<bool>,
    /// [`MessagingPolicy::direct_chat_for_new_clients`].
    pub direct_chat_for_new_clients: Option<bool>,
    /// [`MessagingPolicy::block_replies_when_contact_off`].
    pub block_replies_when_contact_off: Option<bool>,
    /// [`MessagingPolicy::client_audience_inboxes`].
    pub client_audience_inboxes: Option<Vec<AudienceKind>>,
    /// [`MessagingPolicy::default_direct_chat_sharing`].
    pub default_direct_chat_sharing: Option<Vec<StaffId>>,
    /// [`MessagingPolicy::staff_email_content`].
    pub staff_email_content: Option<bool>,
    /// [`MessagingPolicy::staff_alert_content`].
    pub staff_alert_content: Option<bool>,
    /// [`MessagingPolicy::client_email_content`].
    pub client_email_content: Option<bool>,
    /// [`MessagingPolicy::client_alert_content`].
    pub client_alert_content: Option<bool>,
    /// [`MessagingPolicy::request_days`].
    pub request_days: Option<u32>,
    /// [`MessagingPolicy::release_text`]; none inside gives back the server's own.
    pub release_text: Option<Option<String>>,
    /// [`MessagingPolicy::release_days`].
    pub release_days: Option<u32>,
    /// [`MessagingPolicy::release_notice_days`].
    pub release_notice_days: Option<u32>,
    /// [`MessagingPolicy::unsolicited_records`].
    pub unsolicited_records: Option<bool>,
    /// [`MessagingPolicy::unsolicited_owner`]; none inside means nobody.
    pub unsolicited_owner: Option<Option<StaffId>>,
}

/// A change of the policy.
#[derive(Clone, Debug, Serialize)]
pub struct UpdatePolicy {
    /// The version that was read.
    pub expected_version: i32,
    /// Whether it was acknowledged that e-mails and alerts are not secure (P-50).
    pub acknowledge_insecure: bool,
    /// The switches.
    pub patch: PolicyPatch,
}

/// A policy as it was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySaved {
    /// The version in force.
    pub version: i32,
    /// Its switches.
    pub switches: MessagingPolicy,
}

impl Service {
    /// Changes switches of the agency's policy, all or nothing (P-37, C-50, CX-10). It is in force for
    /// every request that begins afterwards, and on open streams before their next event (G5).
    ///
    /// Refused with `VERSION_CONFLICT` if the policy has changed since it was read,
    /// `SETTING_OUT_OF_RANGE` for a switch out of its bounds, and `INSECURE_NOT_ACKNOWLEDGED`, with
    /// the text of P-50, for content turned on without the acknowledgement.
    pub async fn update_messaging_policy(
        &self,
        viewer: &Viewer,
        key: &str,
        input: UpdatePolicy,
    ) -> Result<PolicySaved> {
        let me = viewer.staff().ok_or_else(Error::forbidden)?;
        if !administers(viewer, AdminAction::ManagePolicy) {
            return Err(Error::forbidden());
        }
        let write = match self
            .begin(viewer, key, "updateMessagingPolicy", &input)
            .await?
        {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let before = write.tx.lock_policy(viewer).await?;
        if before.version != input.expected_version {
            let code = UserErrorCode::VersionConflict;
            return Err(Error::refused(code, &["expectedVersion"]));
        }
        let after = patched(before.switches.clone(), &input.patch);
        checked(&write, viewer, &after).await?;
        let opened = opens_content(&before.switches, &after);
        if let Some(field) = opened.filter(|_| !input.acknowledge_insecure) {
            return Err(unacknowledged(field));
        }
        let mut saved = PolicySaved {
            version: before.version,
            switches: after,
        };
        if saved.switches != before.switches {
            saved.version += 1;
            let mut row = policy_row(me.agency, saved.version, &saved.switches, write.now)?;
            row.changed_by = Some(me.id);
            write.tx.put_policy(row).await?;
            let subject = Subject {
                agency: me.agency,
                thread: None,
                client: None,
            };
            write.emit(subject, Event::PolicyChanged).await?;
            let detail = format!(
                "version {}: {}",
                saved.version,
                changes(&before.switches, &saved.switches)?
            );
            let deed = Deed::MessagingPolicyChanged;
            write.audit(me.agency, deed, me.agency, detail).await?;
        }
        write.commit(saved).await
    }
}

/// The policy with the switches that the patch names.
fn patched(mut policy: MessagingPolicy, patch: &PolicyPatch) -> MessagingPolicy {
    macro_rules! take {
        ($($switch:ident)+) => {$(
            if let Some(value) = patch.$switch.clone() {
                policy.$switch = value;
            }
        )+};
    }
    take! {
        portal_enabled supervisor_scope subject_required min_body_chars client_max_message_chars
        client_sees_staff_receipts send_to_unregistered allow_multi_client_groups
        group_client_names chat_sharing attachment_below_bytes attachments_per_message voice_notes
        photos internal_messaging direct_chat_for_new_clients block_replies_when_contact_off
        client_audience_inboxes default_direct_chat_sharing staff_email_content staff_alert_content
        client_email_content client_alert_content request_days release_text release_days
        release_notice_days unsolicited_records unsolicited_owner
    }
    policy.client_audience_inboxes.sort_unstable();
    policy.client_audience_inboxes.dedup();
    policy.default_direct_chat_sharing.sort_unstable();
    policy.default_direct_chat_sharing.dedup();
    policy
}

/// The switches that differ, as they are stored, with what they were and are.
fn changes(before: &MessagingPolicy, after: &MessagingPolicy) -> Result<String> {
    let fields = |policy| match serde_json::to_value(policy) {
        Ok(serde_json::Value::Object(fields)) => Ok(fields),
        _ => Err(StoreError::Corrupt("messaging policy")),
    };
    let (before, after) = (fields(before)?, fields(after)?);
    let changed = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value));
    let changed = changed.map(|(name, value)| {
        let before = before.get(name).unwrap_or(&serde_json::Value::Null);
        if name == "release_text" {
            // What a person wrote stands in the version, not in the log.
            return format!("{name} changed");
        }
        format!("{name}: {before} -> {value}")
    });
    Ok(changed.collect::<Vec<_>>().join(", "))
}

/// Whether every switch lies within its bounds, and those that depend on each other fit.
async fn checked(write: &Write<'_>, viewer: &Viewer, policy: &MessagingPolicy) -> Result<()> {
    let out_of_range = |field| {
        let code = UserErrorCode::SettingOutOfRange;
        Err(Error::refused(code, &[field]))
    };
    if !(1..=limits::MAX_MIN_BODY_CHARS).contains(&policy.min_body_chars) {
        return out_of_range("minBodyChars");
    }
    let longest = u32::try_from(limits::MAX_BODY_CHARS).unwrap_or(u32::MAX);
    let lengths = policy.min_body_chars..=longest;
    if policy
        .client_max_message_chars
        .is_some_and(|most| !lengths.contains(&most))
    {
        return out_of_range("clientMaxMessageChars");
    }
    let sizes = limits::MIN_ATTACHMENT_BELOW..=limits::MAX_ATTACHMENT_BELOW;
    if !sizes.contains(&policy.attachment_below_bytes) {
        return out_of_range("attachmentBelowBytes");
    }
    let most = usize::try_from(policy.attachments_per_message).unwrap_or(usize::MAX);
    if most > limits::MAX_ATTACHMENTS {
        return out_of_range("attachmentsPerMessage");
    }
    if policy.default_direct_chat_sharing.len() > limits::MAX_IDS {
        return out_of_range("defaultDirectChatSharing");
    }
    if let Some(field) = records_out_of_range(policy) {
        return out_of_range(field);
    }
    let named = policy.default_direct_chat_sharing.iter().copied();
    let mut named: Vec<StaffId> = named.chain(policy.unsolicited_owner).collect();
    named.sort_unstable();
    named.dedup();
    let staff = write.tx.staff_members(viewer, &named).await?;
    if staff.len() < named.len() {
        return Err(Error::not_found());
    }
    Ok(())
}

/// The first switch of requests and releases that lies out of its bounds.
fn records_out_of_range(policy: &MessagingPolicy) -> Option<&'static str> {
    let days = 1..=limits::MAX_POLICY_DAYS;
    let text = policy.release_text.as_deref().map_or(1, |text| {
        let blank = text.trim().is_empty();
        if blank { 0 } else { text.chars().count() }
    });
    let checks = [
        (days.contains(&policy.request_days), "requestDays"),
        (days.contains(&policy.release_days), "releaseDays"),
        (
            policy.release_notice_days <= limits::MAX_POLICY_DAYS,
            "releaseNoticeDays",
        ),
        (
            (1..=limits::MAX_RELEASE_TEXT_CHARS).contains(&text),
            "releaseText",
        ),
    ];
    let out = checks.into_iter().find(|(holds, _)| !holds);
    out.map(|(_, field)| field)
}

/// The first switch that lets content out and did not before.
fn opens_content(before: &MessagingPolicy, after: &MessagingPolicy) -> Option<&'static str> {
    let switches = [
        (
            before.staff_email_content,
            after.staff_email_content,
            "staffEmailContent",
        ),
        (
            before.staff_alert_content,
            after.staff_alert_content,
            "staffAlertContent",
        ),
        (
            before.client_email_content,
            after.client_email_content,
            "clientEmailContent",
        ),
        (
            before.client_alert_content,
            after.client_alert_content,
            "clientAlertContent",
        ),
    ];
    let opened = switches
        .into_iter()
        .find(|(before, after, _)| *after && !before);
    opened.map(|(_, _, field)| field)
}

/// Content is turned on without an acknowledgement: refused with the text of P-50.
pub(crate) fn unacknowledged(field: &'static str) -> Error {
    let error = Error::refused(UserErrorCode::InsecureNotAcknowledged, &[field]);
    debug_assert_eq!(error.to_string(), INSECURE_CONTENT_WARNING);
    error
}

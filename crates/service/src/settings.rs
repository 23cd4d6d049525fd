//! What people set for themselves, and administrators for their staff.

use serde::{Deserialize, Serialize};
use tidings_domain::{Deed, EmailNotification, EnterKeyAction, Principal, StaffId, UserSettings};
use tidings_policy::{AdminAction, Viewer, administers};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::messaging_policy::unacknowledged;
use crate::staff::StaffChanged;

/// Settings of a staff member that an administrator may change, too. What is left out stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StaffPatch {
    /// Whether clients may start threads with them (C-22).
    pub allow_client_contact: Option<bool>,
    /// Whether clients see them on their care team (CX-11).
    pub display_in_portal: Option<bool>,
    /// Of what they are told by e-mail (T-40).
    pub email_notifications: Option<Vec<EmailNotification>>,
}

/// Settings of a staff member to change.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateStaffSettings {
    /// Whose; the viewer's own if left out.
    pub staff: Option<StaffId>,
    /// The settings.
    pub patch: StaffPatch,
}

/// The viewer's own settings to change. What is left out stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateMySettings {
    /// Whether it was acknowledged that e-mails and alerts are not secure (P-50).
    pub acknowledge_insecure: bool,
    /// What only staff have: a portal account leaves it out.
    pub staff: StaffPatch,
    /// [`UserSettings::enter_key`].
    pub enter_key: Option<EnterKeyAction>,
    /// [`UserSettings::open_most_recent_thread`].
    pub open_most_recent_thread: Option<bool>,
    /// [`UserSettings::in_app_alerts`].
    pub in_app_alerts: Option<bool>,
    /// [`UserSettings::notify_by_email`].
    pub notify_by_email: Option<bool>,
    /// [`UserSettings::email_content`].
    pub email_content: Option<bool>,
    /// [`UserSettings::alert_content`].
    pub alert_content: Option<bool>,
}

/// The viewer's settings as they were saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsSaved {
    /// The settings.
    pub settings: UserSettings,
}

impl StaffPatch {
    fn is_empty(&self) -> bool {
        self.allow_client_contact.is_none()
            && self.display_in_portal.is_none()
            && self.email_notifications.is_none()
    }
}

impl Service {
    /// Changes the viewer's own settings, all or nothing (P-37, T-41). Staff have some that a portal
    /// account has not: naming one of them there is `FORBIDDEN`. Content is turned on only with the
    /// acknowledgement of P-50, else `INSECURE_NOT_ACKNOWLEDGED`.
    pub async fn update_my_settings(
        &self,
        viewer: &Viewer,
        key: &str,
        input: UpdateMySettings,
    ) -> Result<SettingsSaved> {
        if viewer.account().is_some() && !input.staff.is_empty() {
            return Err(Error::forbidden());
        }
        let write = match self.begin(viewer, key, "updateMySettings", &input).await? {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let me = viewer.principal();
        let before = write.tx.lock_settings(me).await?;
        let after = changed(before.clone(), &input);
        let opened = [
            (before.email_content, after.email_content, "emailContent"),
            (before.alert_content, after.alert_content, "alertContent"),
        ];
        let opened = opened
            .into_iter()
            .find(|(before, after, _)| *after && !before);
        if let Some((_, _, field)) = opened.filter(|_| !input.acknowledge_insecure) {
            return Err(unacknowledged(field));
        }
        let mut changes = Vec::new();
        if let Principal::Staff(staff) = me {
            changes.extend(set_switches(&write, viewer, staff, &input.staff).await?);
        }
        if after != before {
            write.tx.put_settings(me, &after, write.now).await?;
            changes.push(format!(
                "notifyByEmail: {} -> {}, emailContent: {} -> {}, alertContent: {} -> {}",
                before.notify_by_email,
                after.notify_by_email,
                before.email_content,
                after.email_content,
                before.alert_content,
                after.alert_content
            ));
        }
        audit(&write, viewer, (Deed::OwnSettingsChanged, me), &changes).await?;
        write.commit(SettingsSaved { settings: after }).await
    }

    /// Changes settings of a staff member by an administrator, or of the viewer (C-22, CX-11, T-40), all
    /// or nothing.
    pub async fn update_staff_settings(
        &self,
        viewer: &Viewer,
        key: &str,
        input: UpdateStaffSettings,
    ) -> Result<StaffChanged> {
        let me = viewer.staff().ok_or_else(Error::forbidden)?.id;
        let whose = input.staff.unwrap_or(me);
        if whose != me && !administers(viewer, AdminAction::ManageStaffSettings) {
            return Err(Error::forbidden());
        }
        let write = match self
            .begin(viewer, key, "updateStaffSettings", &input)
            .await?
        {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let principal = Principal::Staff(whose);
        let mut changes = Vec::new();
        changes.extend(set_switches(&write, viewer, whose, &input.patch).await?);
        let before = write.tx.lock_settings(principal).await?;
        if let Some(types) = &input.patch.email_notifications {
            let after = UserSettings {
                email_notifications: sorted(types),
                ..before.clone()
            };
            if after != before {
                write.tx.put_settings(principal, &after, write.now).await?;
                let types = after.email_notifications.iter().map(|kind| kind.as_str());
                let types = types.collect::<Vec<_>>().join(" ");
                changes.push(format!("emailNotifications: {types}"));
            }
        }
        audit(
            &write,
            viewer,
            (Deed::StaffSettingsChanged, principal),
            &changes,
        )
        .await?;
        write.commit(StaffChanged { staff: whose }).await
    }
}

/// The settings with what the input names.
fn changed(mut settings: UserSettings, input: &UpdateMySettings) -> UserSettings {
    macro_rules! take {
        ($($setting:ident)+) => {$(
            if let Some(value) = input.$setting {
                settings.$setting = value;
            }
        )+};
    }
    take! {
        enter_key open_most_recent_thread in_app_alerts notify_by_email email_content alert_content
    }
    if let Some(types) = &input.staff.email_notifications {
        settings.email_notifications = sorted(types);
    }
    settings
}

fn sorted(types: &[EmailNotification]) -> Vec<EmailNotification> {
    let mut types = types.to_vec();
    types.sort_unstable();
    types.dedup();
    types
}

/// Sets the switches that stand in a staff member's own row, since the law asks for them. Answers what
/// changed.
async fn set_switches(
    write: &Write<'_>,
    viewer: &Viewer,
    whose: StaffId,
    patch: &StaffPatch,
) -> Result<Option<String>> {
    let staff = write.tx.lock_staff_member(viewer, whose).await?;
    let staff = staff.ok_or_else(Error::not_found)?;
    let contact = patch
        .allow_client_contact
        .unwrap_or(staff.allow_client_contact);
    let display = patch.display_in_portal.unwrap_or(staff.display_in_portal);
    if (contact, display) == (staff.allow_client_contact, staff.display_in_portal) {
        return Ok(None);
    }
    write.tx.set_staff_settings(whose, contact, display).await?;
    Ok(Some(format!(
        "allowClientInitiatedContact: {} -> {contact}, displayInPortal: {} -> {display}",
        staff.allow_client_contact, staff.display_in_portal
    )))
}

/// Writes into the audit log what has changed of a person's settings, if anything has.
async fn audit(
    write: &Write<'_>,
    viewer: &Viewer,
    (deed, whose): (Deed, Principal),
    changes: &[String],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let (agency, detail) = (viewer.agency(), changes.join(", "));
    match whose {
        Principal::Staff(id) => write.audit(agency, deed, id, detail).await,
        Principal::Account(id) => write.audit(agency, deed, id, detail).await,
        Principal::Client(id) => write.audit(agency, deed, id, detail).await,
    }
}

//! A staff member's roles and settings.

use serde::{Deserialize, Serialize};
use tidings_domain::{Deed, Event, Principal, Role, RoleSet, StaffId};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::Subject;

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// Roles to give a staff member, in place of the present ones.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetRoles {
    /// Whose.
    pub staff: StaffId,
    /// The roles; none is allowed and gives no access by role.
    pub roles: RoleSet,
}

/// Settings to change. What is left out stays.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UpdateStaffSettings {
    /// Whose; the viewer's own if left out.
    pub staff: Option<StaffId>,
    /// Whether clients may start threads with them (C-22).
    pub allow_client_contact: Option<bool>,
    /// Whether clients see them on their care team (CX-11).
    pub display_in_portal: Option<bool>,
}

/// A staff member whose record was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChanged {
    /// Who.
    pub staff: StaffId,
}

impl Service {
    /// Replaces the roles of another staff member. Open streams follow before their next event (G5).
    pub async fn set_staff_roles(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetRoles,
    ) -> Result<StaffChanged> {
        // SECURITY: nobody gives roles to themselves; an administrator sees no message by being one.
        let own = viewer.principal() == Principal::Staff(input.staff);
        if own || !administers(viewer, AdminAction::ManageRoles) {
            return Err(Error::forbidden());
        }
        let write = match self.begin(viewer, key, "setStaffRoles", &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        write.tx.lock_staff(input.staff).await?;
        let staff = write.tx.lock_staff_member(viewer, input.staff).await?;
        let staff = staff.ok_or_else(Error::not_found)?;
        if staff.roles != input.roles {
            write.tx.set_roles(staff.id, input.roles).await?;
            tell(&write, viewer, staff.id).await?;
            let detail = format!("{} -> {}", names(staff.roles), names(input.roles));
            write
                .audit(viewer.agency(), Deed::RolesChanged, staff.id, detail)
                .await?;
        }
        write.commit(StaffChanged { staff: staff.id }).await
    }

    /// Changes the settings of the viewer, or of another staff member by an administrator (C-22),
    /// all or nothing (P-37).
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
        write.tx.lock_staff(whose).await?;
        let staff = write.tx.lock_staff_member(viewer, whose).await?;
        let staff = staff.ok_or_else(Error::not_found)?;
        let contact = input
            .allow_client_contact
            .unwrap_or(staff.allow_client_contact);
        let display = input.display_in_portal.unwrap_or(staff.display_in_portal);
        write
            .tx
            .set_staff_settings(staff.id, contact, display)
            .await?;
        let detail = format!(
            "allowClientInitiatedContact: {} -> {contact}, displayInPortal: {} -> {display}",
            staff.allow_client_contact, staff.display_in_portal
        );
        write
            .audit(
                viewer.agency(),
                Deed::StaffSettingsChanged,
                staff.id,
                detail,
            )
            .await?;
        write.commit(StaffChanged { staff: staff.id }).await
    }
}

async fn tell(write: &Write<'_>, viewer: &Viewer, staff: StaffId) -> Result<()> {
    let subject = Subject {
        agency: viewer.agency(),
        thread: None,
        client: None,
    };
    write
        .emit(subject, Event::StaffAccessChanged { staff })
        .await
}

/// Roles as the audit log writes them.
fn names(roles: RoleSet) -> String {
    let names: Vec<&str> = roles.iter().map(Role::as_str).collect();
    names.join(" ")
}

//! A staff member's roles.

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

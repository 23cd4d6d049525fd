//! Adding an agency: the tenant, with whoever administers it first.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AgencyId, AudienceKind, Deed, MessagingPolicy, Principal, Role, RoleSet, StaffId, UserErrorCode,
};
use tidings_policy::{AdminAction, Viewer};
use tidings_store::{AgencyRow, AudienceRow, Batch, StaffRow, is_time_zone, policy_row};

use crate::administration::{admin, email, name};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::password_link;

/// An agency to add, with the first person who works there.
#[derive(Clone, Debug, Serialize)]
pub struct CreateAgency {
    /// Its name.
    pub name: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// The name of its first administrator.
    pub admin_name: String,
    /// The administrator's work address.
    pub admin_email: String,
}

/// An agency that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyCreated {
    /// Which.
    pub agency: AgencyId,
    /// Its first administrator.
    pub admin: StaffId,
}

impl Service {
    /// Adds an agency with its policy, its audiences and its first administrator, who is sent a link to
    /// choose a password. Whoever adds it sees nothing of it.
    pub async fn create_agency(
        &self,
        viewer: &Viewer,
        key: &str,
        input: CreateAgency,
    ) -> Result<AgencyCreated> {
        let write = match admin(
            self,
            viewer,
            key,
            "createAgency",
            &input,
            AdminAction::ManageAgencies,
        )
        .await?
        {
            Begin::Done(created) => return Ok(created),
            Begin::New(write) => write,
        };
        let agency = AgencyRow {
            id: write.id(),
            name: name(&input.name, "name")?,
            time_zone: time_zone(&input.time_zone)?,
            policy_version: 1,
            created_at: write.now,
        };
        let policy = policy_row(agency.id, 1, &MessagingPolicy::default(), write.now)?;
        let id = agency.id;
        let audiences = AudienceKind::ALL.iter().map(|kind| AudienceRow {
            id: write.id(),
            agency_id: id,
            kind: *kind,
            label: label(*kind).to_owned(),
        });
        let admin = StaffRow {
            id: write.id(),
            agency_id: agency.id,
            display_name: name(&input.admin_name, "adminName")?,
            title: None,
            email: email(&input.admin_email, "adminEmail")?,
            roles: RoleSet::of(&[Role::PracticeAdmin]),
            active: true,
            allow_client_contact: false,
            display_in_portal: false,
            created_at: write.now,
        };
        let created = AgencyCreated {
            agency: agency.id,
            admin: admin.id,
        };
        write
            .tx
            .insert_batch(Batch {
                agencies: vec![agency],
                policies: vec![policy],
                audiences: audiences.collect(),
                staff: vec![admin],
                ..Default::default()
            })
            .await?;
        if self.sign_in.is_some() {
            self.first_link(&write, created.admin).await?;
        }
        let (deed, own) = (Deed::AgencyCreated, viewer.agency());
        write
            .audit(own, deed, created.agency, String::new())
            .await?;
        write.commit(created).await
    }
}

fn time_zone(text: &str) -> Result<String> {
    if is_time_zone(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::refused(
            UserErrorCode::TimeZoneInvalid,
            &["timeZone"],
        ))
    }
}

/// What an audience is called until somebody says otherwise.
fn label(kind: AudienceKind) -> &'static str {
    match kind {
        AudienceKind::Administrative => "Administrative",
        AudienceKind::Billing => "Billing",
        AudienceKind::Clinical => "Clinical",
    }
}

impl Service {
    /// The link with which somebody chooses a first password, within the write that adds them.
    async fn first_link(&self, write: &Write<'_>, staff: StaffId) -> Result<()> {
        let to = write.tx.addressee_of(Principal::Staff(staff)).await?;
        password_link::first(self, write, &to.ok_or_else(Error::not_found)?).await
    }
}

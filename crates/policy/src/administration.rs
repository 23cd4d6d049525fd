//! Who may change the directory: people, roles, assignments.

use tidings_domain::Role;

use crate::viewer::Viewer;

/// What an administrator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AdminAction {
    /// Give and take roles.
    ManageRoles,
    /// Change the settings of another staff member (C-22).
    ManageStaffSettings,
    /// Assign staff to clients and end assignments.
    ManageCareTeam,
    /// Mark clients active or inactive (S-33).
    SetClientStatus,
    /// Forbid to erase anything of a client, and allow it again (K3).
    SetLegalHold,
    /// Give back what somebody took out of the own view (K3).
    RestoreToView,
    /// Read who did what (45 CFR 164.312(b)).
    ReadAuditLog,
    /// Share a client's records with another agency, and end it (K18).
    ShareClients,
    /// Take a directory of another system in: it brings people and their roles.
    ImportDirectories,
    /// Define what can be asked for: assessments, document categories (C-33, C-35).
    DefineRequests,
    /// Let clients write and use direct chats, or not (K15, PX-06).
    SetClientMessaging,
    /// Change the agency's messaging policy and read its history (C-50, CX-10).
    ManagePolicy,
    /// Add staff, let them leave, and send them links to choose a password.
    ManageStaff,
    /// Add clients.
    ManageClients,
    /// Keep topics and the names of audiences.
    ManageTopics,
    /// Add agencies. It shows nothing of them.
    ManageAgencies,
    /// Invite clients to the portal and take their portal accounts back (CX-06, CX-07).
    ManagePortalAccounts,
}

/// The roles that may do it, within their own agency.
#[rustfmt::skip]
const ADMINISTRATION: &[(AdminAction, &[Role])] = &[
    (AdminAction::ManageRoles,         &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::ManageStaffSettings, &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::ManageCareTeam,      &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::SetClientStatus,     &[Role::PracticeAdmin, Role::ClinicalAdmin, Role::PracticeScheduler]),
    (AdminAction::ReadAuditLog,        &[Role::PracticeAdmin, Role::ClinicalAdmin, Role::SystemAdmin]),
    (AdminAction::ShareClients,        &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::ImportDirectories,   &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::SetLegalHold,        &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::RestoreToView,       &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::DefineRequests,      &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::SetClientMessaging,  &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::ManagePolicy,        &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::ManageStaff,         &[Role::PracticeAdmin, Role::SystemAdmin]),
    (AdminAction::ManageClients,       &[Role::PracticeAdmin, Role::ClinicalAdmin, Role::PracticeScheduler]),
    (AdminAction::ManageTopics,        &[Role::PracticeAdmin, Role::ClinicalAdmin]),
    (AdminAction::ManageAgencies,      &[Role::SystemAdmin]),
    (AdminAction::ManagePortalAccounts, &[Role::PracticeAdmin, Role::ClinicalAdmin, Role::PracticeScheduler]),
];

/// Whether the viewer may do it in the own agency. A portal account never may.
#[must_use]
pub fn administers(viewer: &Viewer, action: AdminAction) -> bool {
    viewer.staff().is_some_and(|staff| {
        ADMINISTRATION
            .iter()
            .filter(|(a, _)| *a == action)
            .any(|(_, roles)| roles.iter().any(|role| staff.roles.has(*role)))
    })
}

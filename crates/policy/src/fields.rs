//! Fields that not everybody who sees an object may read.

use crate::administration::{AdminAction, administers};
use crate::viewer::Viewer;

/// Who may read a field of an object that the viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldRule {
    /// Staff members only.
    Staff,
    /// Staff members; portal accounts only where the policy lets clients see staff receipts.
    Receipts,
    /// Whoever may change the agency's policy.
    Policy,
}

impl FieldRule {
    /// Whether the viewer may read the field.
    #[must_use]
    pub fn allows(self, viewer: &Viewer) -> bool {
        match self {
            Self::Staff => viewer.staff().is_some(),
            Self::Receipts => {
                viewer.staff().is_some() || viewer.policy().client_sees_staff_receipts
            }
            Self::Policy => administers(viewer, AdminAction::ManagePolicy),
        }
    }

    /// The rule as the schema's descriptions state it; a test finds it there.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Staff => "Staff only.",
            Self::Receipts => "Staff only, unless the agency's policy shows receipts to clients.",
            Self::Policy => "Practice and system admins only.",
        }
    }
}

/// Every guarded field of the schema, as `Type.field`. A field that stands neither here nor in
/// the list of open fields fails a test.
#[rustfmt::skip]
pub const FIELDS: &[(&str, FieldRule)] = &[
    ("Client.email",                            FieldRule::Staff),
    ("Client.directChatAccess",                 FieldRule::Staff),
    ("Client.canSend",                          FieldRule::Staff),
    ("Client.portalAccount",                    FieldRule::Staff),
    ("Client.enrollments",                      FieldRule::Staff),
    ("Client.legalHold",                        FieldRule::Staff),
    ("PortalAccount.invitation",                FieldRule::Staff),
    ("StaffMember.email",                       FieldRule::Staff),
    ("StaffMember.roles",                       FieldRule::Staff),
    ("StaffMember.active",                      FieldRule::Staff),
    ("StaffMember.allowClientInitiatedContact", FieldRule::Staff),
    ("StaffMember.displayInPortal",             FieldRule::Staff),
    ("StaffMember.emailNotifications",          FieldRule::Staff),
    ("Agency.policyHistory",                    FieldRule::Policy),
    ("CareTeamMember.source",                   FieldRule::Staff),
    ("CareTeamMember.public",                   FieldRule::Staff),
    ("Message.seenByClientAt",                  FieldRule::Staff),
    ("Message.seenBy",                          FieldRule::Receipts),
    ("Message.revisions",                       FieldRule::Staff),
    ("Thread.notes",                            FieldRule::Staff),
    ("Thread.version",                          FieldRule::Staff),
    ("Thread.deliveryState",                    FieldRule::Staff),
    ("Thread.clients",                          FieldRule::Staff),
    ("Thread.deletedMessages",                  FieldRule::Staff),
    ("Thread.deletion",                         FieldRule::Staff),
];

/// The rule of a guarded field, if there is one.
#[must_use]
pub fn field_rule(field: &str) -> Option<FieldRule> {
    FIELDS
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, rule)| *rule)
}

//! `StaffMember`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use tidings_domain::UserSettings;
use tidings_store::StaffRow;

use crate::connection::connection;
use crate::enums::{EmailNotification, Role};
use crate::guard::{guarded, permit};
use crate::loaders::{Load, SettingsOf};
use crate::node::Global;

/// A person who works in an agency. Everybody in the agency, clients included, may know the name.
#[derive(Clone, Description)]
pub(crate) struct StaffMember(pub(crate) Arc<StaffRow>);

impl From<StaffRow> for StaffMember {
    fn from(row: StaffRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    StaffMemberConnection,
    StaffMemberEdge,
    StaffMember,
    "A page of staff, by name."
);

#[Object(use_type_description)]
impl StaffMember {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The name as shown.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Title or profession, as shown.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// The work address. Staff only.
    async fn email(&self, ctx: &Context<'_>) -> Option<Result<&str>> {
        guarded(ctx, "StaffMember.email", || self.0.email.as_str())
    }

    /// What this person does in the agency. Staff only.
    async fn roles(&self, ctx: &Context<'_>) -> Option<Result<Vec<Role>>> {
        guarded(ctx, "StaffMember.roles", || {
            self.0.roles.iter().map(Role::from).collect()
        })
    }

    /// Whether this person works here still. Staff only.
    async fn active(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        guarded(ctx, "StaffMember.active", || self.0.active)
    }

    /// Whether clients may start threads with this person. Staff only.
    async fn allow_client_initiated_contact(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        let field = "StaffMember.allowClientInitiatedContact";
        guarded(ctx, field, || self.0.allow_client_contact)
    }

    /// Whether clients see this person on their care team. Staff only.
    async fn display_in_portal(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        guarded(ctx, "StaffMember.displayInPortal", || {
            self.0.display_in_portal
        })
    }

    /// Of what this person is told by e-mail, as far as notices by e-mail are on. Staff only.
    async fn email_notifications(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<Vec<EmailNotification>>> {
        if let Err(refused) = permit(ctx, "StaffMember.emailNotifications") {
            return Some(Err(refused));
        }
        let types = |settings: Option<UserSettings>| {
            let types = settings.unwrap_or_default().email_notifications;
            types.into_iter().map(EmailNotification::from).collect()
        };
        Some(ctx.one(SettingsOf(self.0.id)).await.map(types))
    }
}

//! What a viewer sees of the directory, entity by entity.

use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{QueryFilter, Select, Value};
use tidings_policy::{AdminAction, Viewer, administers};

use crate::entities::{
    audience, audit_entry, client, directory_import, document_category, document_name, enrollment,
    invitation, portal_account, portal_account_client, program, session, staff_member, topic,
};

/// An entity of the directory with its rule of visibility.
pub(crate) trait Visible: EntityTrait {
    /// The condition under which the viewer sees a row.
    fn condition(viewer: &Viewer) -> Condition;
}

/// The rows of an entity that the viewer sees: where every read of the directory starts.
pub(crate) fn visible<E: Visible>(viewer: &Viewer) -> Select<E> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one door to rows, and it is scoped"
    )]
    let all = E::find();
    all.filter(E::condition(viewer))
}

fn in_agency<C: ColumnTrait>(column: C, viewer: &Viewer) -> Condition {
    Condition::all().add(column.eq(viewer.agency()))
}

impl Visible for client::Entity {
    /// Staff see the directory entry of every client of their agency, which says nothing of
    /// messages (TX-06); an account sees its own clients.
    fn condition(viewer: &Viewer) -> Condition {
        let agency = in_agency(client::Column::AgencyId, viewer);
        match viewer {
            Viewer::Staff(_) => agency,
            Viewer::Account(account) => agency.add(
                client::Column::Id.is_in(
                    account
                        .clients
                        .iter()
                        .map(|own| Value::from(own.id))
                        .collect::<Vec<_>>(),
                ),
            ),
        }
    }
}

impl Visible for staff_member::Entity {
    /// Names of staff are no secret within the agency.
    fn condition(viewer: &Viewer) -> Condition {
        in_agency(staff_member::Column::AgencyId, viewer)
    }
}

impl Visible for audience::Entity {
    fn condition(viewer: &Viewer) -> Condition {
        in_agency(audience::Column::AgencyId, viewer)
    }
}

impl Visible for topic::Entity {
    fn condition(viewer: &Viewer) -> Condition {
        in_agency(topic::Column::AgencyId, viewer)
    }
}

impl Visible for document_category::Entity {
    /// What an agency asks for is told to everybody of it.
    fn condition(viewer: &Viewer) -> Condition {
        in_agency(document_category::Column::AgencyId, viewer)
    }
}

impl Visible for document_name::Entity {
    /// Seen with its category.
    fn condition(viewer: &Viewer) -> Condition {
        let mut categories = Query::select();
        categories
            .column(document_category::Column::Id)
            .from(document_category::Entity)
            .cond_where(document_category::Entity::condition(viewer));
        Condition::all().add(document_name::Column::CategoryId.in_subquery(categories))
    }
}

impl Visible for audit_entry::Entity {
    /// Administrators read their agency's log; nobody else reads any of it.
    fn condition(viewer: &Viewer) -> Condition {
        let agency = in_agency(audit_entry::Column::AgencyId, viewer);
        agency.add(Expr::value(administers(viewer, AdminAction::ReadAuditLog)))
    }
}

impl Visible for directory_import::Entity {
    /// Whoever may import sees what was imported into the agency; nobody else does.
    fn condition(viewer: &Viewer) -> Condition {
        let agency = in_agency(directory_import::Column::AgencyId, viewer);
        agency.add(Expr::value(administers(
            viewer,
            AdminAction::ImportDirectories,
        )))
    }
}

impl Visible for program::Entity {
    /// Programs are for staff: to whom they send (CX-02).
    fn condition(viewer: &Viewer) -> Condition {
        for_staff(program::Column::AgencyId, viewer)
    }
}

impl Visible for enrollment::Entity {
    /// That somebody is enrolled says what they need: for the own agency's staff alone.
    fn condition(viewer: &Viewer) -> Condition {
        for_staff(enrollment::Column::AgencyId, viewer)
    }
}

/// In the viewer's agency, if the viewer is of its staff; else nothing.
fn for_staff<C: ColumnTrait>(column: C, viewer: &Viewer) -> Condition {
    match viewer {
        Viewer::Staff(_) => in_agency(column, viewer),
        Viewer::Account(_) => Condition::all().add(Expr::val(false)),
    }
}

impl Visible for portal_account::Entity {
    /// Staff see the accounts of their agency; an account sees itself.
    fn condition(viewer: &Viewer) -> Condition {
        let agency = in_agency(portal_account::Column::AgencyId, viewer);
        match viewer {
            Viewer::Staff(_) => agency,
            Viewer::Account(account) => agency.add(portal_account::Column::Id.eq(account.id)),
        }
    }
}

impl Visible for invitation::Entity {
    /// Staff see the invitations of their agency; whoever is invited has a token and no other sight
    /// of it.
    fn condition(viewer: &Viewer) -> Condition {
        for_staff(invitation::Column::AgencyId, viewer)
    }
}

impl Visible for portal_account_client::Entity {
    fn condition(viewer: &Viewer) -> Condition {
        let accounts = Query::select()
            .column(portal_account::Column::Id)
            .from(portal_account::Entity)
            .cond_where(portal_account::Entity::condition(viewer))
            .to_owned();
        Condition::all().add(portal_account_client::Column::AccountId.in_subquery(accounts))
    }
}

impl Visible for session::Entity {
    /// Sessions are one's own, whoever else administers.
    fn condition(viewer: &Viewer) -> Condition {
        let me = viewer.principal().uuid();
        in_agency(session::Column::AgencyId, viewer).add(session::Column::PrincipalId.eq(me))
    }
}

//! Mails that wait to leave, what viewers were told of by mail, and invitations to the portal.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{bigint, id, index, integer, key, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0017_mail",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "mail",
            vec![
                id(),
                uuid("agency_id"),
                text("kind"),
                text("recipient_kind"),
                uuid("recipient_id"),
                text("address"),
                optional(uuid("message_id")),
                // What a link in it is made from: an invitation, a reset of a password.
                optional(uuid("permit_id")),
                time("created_at"),
                time("due_at"),
                integer("attempts"),
                optional(time("sent_at")),
                optional(time("given_up_at")),
            ],
        ),
        table(
            "mail_mark",
            vec![uuid("viewer_id"), uuid("thread_id"), bigint("seq")],
        )
        .primary_key(&mut key(&["thread_id", "viewer_id"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "invitation",
            vec![
                id(),
                uuid("agency_id"),
                uuid("account_id"),
                optional(uuid("invited_by")),
                text("token_hash"),
                time("created_at"),
                time("expires_at"),
                optional(time("remind_at")),
                integer("reminders"),
                optional(time("accepted_at")),
                optional(time("withdrawn_at")),
            ],
        )
        .foreign_key(&mut references("account_id", "portal_account", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index("mail_due", "mail", &["due_at"])
            .and_where(Expr::col(Alias::new("sent_at")).is_null())
            .and_where(Expr::col(Alias::new("given_up_at")).is_null())
            .take(),
        index("mail_by_time", "mail", &["created_at"]),
        index(
            "invitation_by_account",
            "invitation",
            &["account_id", "created_at desc"],
        ),
        index("invitation_to_remind", "invitation", &["remind_at"])
            .and_where(Expr::col(Alias::new("remind_at")).is_not_null())
            .take(),
        index(
            "portal_account_by_email",
            "portal_account",
            &["agency_id", "email"],
        ),
    ]
}

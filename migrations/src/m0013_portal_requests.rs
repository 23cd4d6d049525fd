//! Portal requests, the records that locations and releases leave, notifications, and which
//! agencies see the records of which clients besides their own.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    boolean, date, double, id, index, integer, key, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0013_portal_requests",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        sharing(),
        portal_request(),
        location(),
        release(),
        notification(),
    ]
}

fn sharing() -> TableCreateStatement {
    let columns = vec![uuid("client_id"), uuid("agency_id"), time("created_at")];
    table("client_sharing", columns)
        .primary_key(&mut key(&["client_id", "agency_id"]))
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take()
}

fn portal_request() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("client_id"),
        text("kind"),
        text("status"),
        boolean("private"),
        uuid("requested_by"),
        optional(text("note_text")),
        optional(text("note_html")),
        // Of a release: the text that is to be signed, as it was when the request was sent.
        optional(text("release_text")),
        // And for how many days it is to hold at most.
        optional(integer("release_days")),
        time("created_at"),
        time("expires_at"),
        optional(time("seen_at")),
        optional(time("closed_at")),
    ];
    table("portal_request", columns)
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("requested_by", "staff_member", "id"))
        .take()
}

fn location() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("client_id"),
        boolean("private"),
        optional(uuid("request_id")),
        uuid("added_by"),
        // Of one that a client added without a request, by the agency's policy.
        optional(uuid("owner_id")),
        optional(text("line1")),
        optional(text("line2")),
        optional(text("city")),
        optional(text("region")),
        optional(text("postal_code")),
        optional(text("country")),
        optional(double("latitude")),
        optional(double("longitude")),
        optional(double("accuracy")),
        time("created_at"),
    ];
    table("location", columns)
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("request_id", "portal_request", "id"))
        .take()
}

fn release() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("client_id"),
        optional(uuid("request_id")),
        uuid("added_by"),
        text("signed_name"),
        text("text"),
        text("text_sha256"),
        date("starts_on"),
        date("expires_on"),
        optional(time("revoked_at")),
        // When notice of its end was given.
        optional(time("noticed_at")),
        time("created_at"),
    ];
    table("release_of_information", columns)
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("request_id", "portal_request", "id"))
        .take()
}

fn notification() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        text("recipient_kind"),
        uuid("recipient_id"),
        text("kind"),
        // The request or the release.
        uuid("subject_id"),
        uuid("client_id"),
        time("created_at"),
        optional(time("read_at")),
    ];
    table("notification", columns)
        .foreign_key(&mut references("client_id", "client", "id"))
        .take()
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let of_client = ["client_id", "created_at desc", "id desc"];
    let column = |name| Expr::col(Alias::new(name));
    vec![
        index(
            "client_sharing_by_agency",
            "client_sharing",
            &["agency_id", "client_id"],
        ),
        index("portal_request_by_client", "portal_request", &of_client),
        index("portal_request_open", "portal_request", &["expires_at"])
            .and_where(column("closed_at").is_null())
            .take(),
        index("location_by_client", "location", &of_client),
        // One request leaves one record: whatever goes wrong, a second is refused here.
        index("location_by_request", "location", &["request_id"])
            .unique()
            .take(),
        index("release_by_client", "release_of_information", &of_client),
        index(
            "release_by_request",
            "release_of_information",
            &["request_id"],
        )
        .unique()
        .take(),
        index("release_ending", "release_of_information", &["expires_on"])
            .and_where(
                column("noticed_at")
                    .is_null()
                    .and(column("revoked_at").is_null()),
            )
            .take(),
        index(
            "notification_by_recipient",
            "notification",
            &["recipient_id", "created_at desc", "id desc"],
        ),
        // Somebody is notified once of one thing (C-47).
        index(
            "notification_once",
            "notification",
            &["recipient_id", "kind", "subject_id"],
        )
        .unique()
        .take(),
    ]
}

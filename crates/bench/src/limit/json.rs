//! Answers written by hand: the bytes that the GraphQL server gives, without a tree in between.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A row that is read by position.
pub(super) trait Cells {
    fn uuid(&self, at: usize) -> Result<Uuid>;
    fn text(&self, at: usize) -> Result<Option<&str>>;
    fn time(&self, at: usize) -> Result<DateTime<Utc>>;
    fn number(&self, at: usize) -> Result<Option<i64>>;
}

macro_rules! cells {
    ($($row:ty),+) => {$(
        impl Cells for $row {
            fn uuid(&self, at: usize) -> Result<Uuid> {
                self.try_get(at)
            }

            fn text(&self, at: usize) -> Result<Option<&str>> {
                self.try_get(at)
            }

            fn time(&self, at: usize) -> Result<DateTime<Utc>> {
                self.try_get(at)
            }

            fn number(&self, at: usize) -> Result<Option<i64>> {
                self.try_get(at)
            }
        }
    )+};
}
cells!(PgRow, SqliteRow);

/// JSON in the making.
struct Json(Vec<u8>);

impl Json {
    fn raw(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn string(&mut self, text: &str) -> &mut Self {
        // A string always has a form in JSON, and memory takes every byte.
        let _infallible = serde_json::to_writer(&mut self.0, text);
        self
    }

    fn id(&mut self, name: &str, id: Uuid) -> &mut Self {
        let mut text = [0; 22];
        // 16 bytes are 22 characters.
        let _infallible = URL_SAFE_NO_PAD.encode_slice(id, &mut text);
        self.raw("\"").raw(name).raw("_");
        self.0.extend_from_slice(&text);
        self.raw("\"")
    }

    fn time(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.raw("\"")
            .raw(&time.to_rfc3339_opts(SecondsFormat::AutoSi, false))
            .raw("\"")
    }

    fn author(&mut self, kind: Option<&str>, staff: Option<&str>, client: Option<&str>) {
        let (name, who) = match kind {
            Some("STAFF") => ("StaffMember", staff),
            _ => ("Client", client),
        };
        self.raw(",\"author\":{\"__typename\":\"").raw(name);
        self.raw("\",\"displayName\":")
            .string(who.unwrap_or_default())
            .raw("}");
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.raw(",");
        }
    }
}

/// A page of 25 from up to 26 rows.
pub(super) fn inbox<R: Cells>(rows: &[R]) -> Result<Vec<u8>> {
    let mut json = Json(Vec::with_capacity(20 << 10));
    json.raw("{\"data\":{\"inbox\":{\"edges\":[");
    for (at, row) in rows.iter().take(25).enumerate() {
        json.comma(at);
        json.raw("{\"node\":{\"id\":").id("Thread", row.uuid(0)?);
        json.raw(",\"subject\":")
            .string(row.text(1)?.unwrap_or_default());
        json.raw(",\"lastActivityAt\":").time(row.time(2)?);
        let read = row.number(4)?.unwrap_or_default() - row.number(5)?.unwrap_or_default();
        let unread = row.number(3)?.unwrap_or_default() - read;
        json.raw(",\"viewerUnreadCount\":").raw(&unread.to_string());
        let client = row.text(8)?;
        json.raw(",\"client\":{\"id\":").id("Client", row.uuid(7)?);
        json.raw(",\"displayName\":")
            .string(client.unwrap_or_default());
        json.raw("},\"audience\":{\"kind\":")
            .string(row.text(6)?.unwrap_or_default());
        json.raw("},\"lastMessage\":{\"id\":")
            .id("Message", row.uuid(9)?);
        json.raw(",\"bodyText\":")
            .string(row.text(10)?.unwrap_or_default());
        json.raw(",\"createdAt\":").time(row.time(11)?);
        json.author(row.text(12)?, row.text(13)?, client);
        json.raw("}}}");
    }
    let more = if rows.len() > 25 { "true" } else { "false" };
    json.raw("],\"pageInfo\":{\"hasNextPage\":")
        .raw(more)
        .raw("}}}}");
    Ok(json.0)
}

/// A thread's newest fifty.
pub(super) fn thread<R: Cells>(rows: &[R]) -> Result<Vec<u8>> {
    let mut json = Json(Vec::with_capacity(20 << 10));
    let Some(first) = rows.first() else {
        return Ok(b"{\"data\":{\"thread\":null}}".to_vec());
    };
    json.raw("{\"data\":{\"thread\":{\"id\":")
        .id("Thread", first.uuid(0)?);
    json.raw(",\"subject\":")
        .string(first.text(1)?.unwrap_or_default());
    json.raw(",\"messages\":{\"edges\":[");
    for (at, row) in rows.iter().enumerate() {
        json.comma(at);
        json.raw("{\"node\":{\"id\":").id("Message", row.uuid(3)?);
        json.raw(",\"seq\":")
            .raw(&row.number(4)?.unwrap_or_default().to_string());
        json.raw(",\"bodyText\":")
            .string(row.text(5)?.unwrap_or_default());
        json.raw(",\"createdAt\":").time(row.time(6)?);
        let unread = row.number(7)? == Some(1);
        json.raw(",\"viewerUnread\":")
            .raw(if unread { "true" } else { "false" });
        json.author(row.text(8)?, row.text(9)?, row.text(10)?);
        json.raw("}}");
    }
    let more = if first.number(2)? > Some(50) {
        "true"
    } else {
        "false"
    };
    json.raw("],\"pageInfo\":{\"hasPreviousPage\":")
        .raw(more)
        .raw("}}}}}");
    Ok(json.0)
}

/// Threads, their newest five, and who wrote these.
pub(super) fn three_levels<R: Cells>(rows: &[R]) -> Result<Vec<u8>> {
    let mut json = Json(Vec::with_capacity(20 << 10));
    json.raw("{\"data\":{\"inbox\":{\"edges\":[");
    let mut last = None;
    for row in rows {
        let thread = row.uuid(0)?;
        if last == Some(thread) {
            json.raw(",");
        } else {
            json.raw(if last.is_some() { "]}}}," } else { "" });
            json.raw("{\"node\":{\"id\":").id("Thread", thread);
            json.raw(",\"subject\":")
                .string(row.text(1)?.unwrap_or_default());
            json.raw(",\"messages\":{\"edges\":[");
            last = Some(thread);
        }
        json.raw("{\"node\":{\"id\":").id("Message", row.uuid(2)?);
        json.raw(",\"bodyText\":")
            .string(row.text(3)?.unwrap_or_default());
        json.raw(",\"createdAt\":").time(row.time(4)?);
        json.author(row.text(5)?, row.text(6)?, row.text(7)?);
        json.raw("}}");
    }
    json.raw(if last.is_some() { "]}}}" } else { "" })
        .raw("]}}}");
    Ok(json.0)
}

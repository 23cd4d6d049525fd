//! What is searched: the words of messages, subjects and names of files, and the index over them.
//!
//! An entry goes with what it was made of, by triggers, so that nobody who changes, deletes or
//! purges a text can forget it. It comes by the store, which alone knows what a word is.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{Alias, ColumnDef, IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{bigint, index, integer, optional, table, text, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0011_search",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let postgres = backend == DbBackend::Postgres;
    // Microseconds of when it was sent, and 12 bits that tell entries of one moment apart: hits
    // come in this order. On SQLite it is the row's number, by which the full-text index goes.
    let (key, id) = if postgres {
        (bigint("key"), uuid("id").primary_key().take())
    } else {
        (integer("key").primary_key().take(), uuid("id"))
    };
    let words = ColumnDef::new(Alias::new("words"))
        .custom(Alias::new("tsvector"))
        .not_null()
        .take();
    vec![
        table(
            "search_entry",
            vec![
                key,
                // The message, the thread whose subject it is, or the attachment.
                id,
                text("kind"),
                uuid("thread_id"),
                optional(uuid("message_id")),
                if postgres { words } else { text("words") },
            ],
        ),
        // What all texts that were there were indexed with; see the store's `search`.
        table(
            "search_version",
            vec![integer("version").primary_key().take()],
        ),
    ]
}

fn indexes(backend: DbBackend) -> Vec<IndexCreateStatement> {
    let by_thread = index("search_entry_by_thread", "search_entry", &["thread_id"]);
    if backend == DbBackend::Postgres {
        let by_key = index(
            "search_entry_by_key",
            "search_entry",
            &["key desc", "id desc"],
        );
        return vec![by_thread, by_key];
    }
    let mut by_id = index("search_entry_by_id", "search_entry", &["id"]);
    vec![by_thread, by_id.unique().take()]
}

pub(crate) fn statements(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        POSTGRES
    } else {
        SQLITE
    }
}

/// The words come folded and parted by spaces, and every character beyond ASCII is part of one:
/// that is SQLite's tokenizer `ascii`.
const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entry', \
     content_rowid='key', tokenize='ascii', prefix='3', columnsize=0)",
    // What goes leaves the index at once, and not when its pages are merged.
    "INSERT INTO search_index(search_index, rank) VALUES ('secure-delete', 1)",
    "CREATE TRIGGER search_entry_comes AFTER INSERT ON search_entry BEGIN \
     INSERT INTO search_index(rowid, words) VALUES (new.key, new.words); END",
    "CREATE TRIGGER search_entry_goes AFTER DELETE ON search_entry BEGIN \
     INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.key, old.words); END",
    "CREATE TRIGGER message_leaves_search AFTER DELETE ON message BEGIN \
     DELETE FROM search_entry WHERE id = old.id; END",
    "CREATE TRIGGER message_changes_in_search AFTER UPDATE OF body, deleted_at ON message \
     WHEN new.body <> old.body OR new.deleted_at IS NOT NULL BEGIN \
     DELETE FROM search_entry WHERE id = old.id; END",
    "CREATE TRIGGER thread_leaves_search AFTER DELETE ON thread BEGIN \
     DELETE FROM search_entry WHERE thread_id = old.id; END",
    "CREATE TRIGGER thread_changes_in_search AFTER UPDATE OF subject ON thread \
     WHEN new.subject <> old.subject BEGIN DELETE FROM search_entry WHERE id = old.id; END",
    "CREATE TRIGGER attachment_leaves_search AFTER DELETE ON attachment BEGIN \
     DELETE FROM search_entry WHERE id = old.id; END",
    "CREATE TRIGGER attachment_changes_in_search AFTER UPDATE OF file_name, deleted_at \
     ON attachment WHEN new.file_name <> old.file_name OR new.deleted_at IS NOT NULL BEGIN \
     DELETE FROM search_entry WHERE id = old.id; END",
];

const POSTGRES: &[&str] = &[
    // Without `fastupdate`: what waits to be put in its place is read by each look into the index, and a
    // search may take many.
    "CREATE INDEX search_entry_by_words ON search_entry USING gin (words) WITH (fastupdate = off)",
    "CREATE FUNCTION leave_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     DELETE FROM search_entry WHERE id = OLD.id; RETURN NULL; END $$",
    "CREATE FUNCTION leave_search_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     DELETE FROM search_entry WHERE thread_id = OLD.id; RETURN NULL; END $$",
    "CREATE TRIGGER message_leaves_search AFTER DELETE ON message \
     FOR EACH ROW EXECUTE FUNCTION leave_search()",
    "CREATE TRIGGER message_changes_in_search AFTER UPDATE OF body, deleted_at ON message \
     FOR EACH ROW WHEN (NEW.body <> OLD.body OR NEW.deleted_at IS NOT NULL) \
     EXECUTE FUNCTION leave_search()",
    "CREATE TRIGGER thread_leaves_search AFTER DELETE ON thread \
     FOR EACH ROW EXECUTE FUNCTION leave_search_whole()",
    "CREATE TRIGGER thread_changes_in_search AFTER UPDATE OF subject ON thread \
     FOR EACH ROW WHEN (NEW.subject <> OLD.subject) EXECUTE FUNCTION leave_search()",
    "CREATE TRIGGER attachment_leaves_search AFTER DELETE ON attachment \
     FOR EACH ROW EXECUTE FUNCTION leave_search()",
    "CREATE TRIGGER attachment_changes_in_search AFTER UPDATE OF file_name, deleted_at \
     ON attachment FOR EACH ROW \
     WHEN (NEW.file_name <> OLD.file_name OR NEW.deleted_at IS NOT NULL) \
     EXECUTE FUNCTION leave_search()",
];

//! Search: what every viewer of a generated world finds, and what leaves the index.

use std::collections::BTreeSet;

use tidings_domain::search::SearchQuery;
use tidings_domain::{AudienceKind, Lifecycle, SearchKind};
use tidings_policy::Viewer;
use tidings_store::{SearchFilter, SearchRow, Store, ThreadRow};
use uuid::Uuid;

use crate::stir::viewers;
use crate::support::Db;
use crate::support::world::World;

/// Part of the crown test: the hits of each viewer are what answers the query in what it sees.
pub(crate) async fn searches(world: &mut World, store: &Store, viewer: &Viewer) {
    let threads: Vec<_> = world.threads.iter().map(|t| t.id).collect();
    let clients: Vec<_> = world.clients.iter().map(|c| c.id).collect();
    let visible: Vec<ThreadRow> = world.visible(viewer).into_iter().cloned().collect();
    for text in [
        "mess",
        "message 3",
        "\"message 2\"",
        "subject",
        "subject message",
    ] {
        let query = SearchQuery::parse(text).unwrap();
        let filter = SearchFilter {
            thread: world.dice.percent(10).then(|| world.dice.pick(&threads)),
            client: world.dice.percent(20).then(|| world.dice.pick(&clients)),
            audience: world
                .dice
                .percent(20)
                .then(|| world.dice.pick(AudienceKind::ALL)),
            kinds: world.dice.some(SearchKind::ALL, 50),
        };
        let size = world.dice.pick(&[1, 3, 25, 100]);
        let rows = all_pages(store, viewer, &query, &filter, size).await;
        let found: Vec<Uuid> = rows.iter().map(|row| row.place.id).collect();
        let places: Vec<_> = rows.iter().map(|row| row.place).collect();
        assert!(places.is_sorted_by(|a, b| a > b), "newest first, each once");
        let unsorted: BTreeSet<Uuid> = found.iter().copied().collect();
        assert_eq!(
            unsorted,
            expected(world, viewer, &visible, &query, &filter),
            "search() by {size} of {viewer:?} for {text} with {filter:?}"
        );
    }
}

/// What answers the query, looked for by hand.
fn expected(
    world: &World,
    viewer: &Viewer,
    visible: &[ThreadRow],
    query: &SearchQuery,
    filter: &SearchFilter,
) -> BTreeSet<Uuid> {
    let kind = |kind| filter.kinds.is_empty() || filter.kinds.contains(&kind);
    let mut found = BTreeSet::new();
    for thread in visible {
        let clients = world.clients_of(thread);
        if thread.lifecycle == Lifecycle::Deleted
            || filter.thread.is_some_and(|id| id != thread.id)
            || filter.client.is_some_and(|id| !clients.contains(&id))
            || filter
                .audience
                .is_some_and(|kind| thread.audience != Some(kind))
        {
            continue;
        }
        if kind(SearchKind::Subject) && query.excerpt(&thread.subject).is_some() {
            found.insert(thread.id.0);
        }
        let messages = world.messages.iter().filter(|m| m.thread_id == thread.id);
        if kind(SearchKind::Message) {
            let kept = world.kept(viewer.principal(), thread);
            let shown = messages.filter(|m| {
                m.deleted_at.is_none() && m.seq > kept.removed && !kept.gone.contains(&m.seq)
            });
            let hits = shown.filter(|m| query.excerpt(&m.body).is_some());
            found.extend(hits.map(|m| m.id.0));
        }
    }
    found
}

async fn all_pages(
    store: &Store,
    viewer: &Viewer,
    query: &SearchQuery,
    filter: &SearchFilter,
    size: usize,
) -> Vec<SearchRow> {
    let mut rows: Vec<SearchRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.place);
        let page = store.search(viewer, query, filter, after, size).await;
        let page = page.unwrap();
        assert_eq!(page.has_previous, after.is_some());
        assert!(page.rows.len() == size || !page.has_next, "a short page");
        rows.extend(page.rows);
        assert!(rows.len() < 2_000, "paging never ends");
        if !page.has_next {
            return rows;
        }
    }
}

/// A world in which nothing but its texts is looked at, and a viewer of many of them.
async fn world_with_viewer(db: &Db) -> (World, Viewer) {
    let world = World::roll(3);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let viewers = viewers(&world, &db.store).await;
    let most = viewers
        .into_iter()
        .max_by_key(|viewer| world.visible(viewer).len());
    (world, most.unwrap())
}

async fn hits(db: &Db, viewer: &Viewer, text: &str) -> usize {
    let query = SearchQuery::parse(text).unwrap();
    let filter = SearchFilter::default();
    all_pages(&db.store, viewer, &query, &filter, 100)
        .await
        .len()
}

/// Whether the word stands anywhere in what search keeps.
async fn is_kept(db: &Db, word: &str) -> bool {
    let outside = db.outside().await;
    let mut looks = vec![format!(
        "SELECT 1 FROM search_entry WHERE CAST(words AS TEXT) LIKE '%{word}%'"
    )];
    if !db.postgres() {
        // The index itself, in its own blobs.
        looks.push(format!(
            "SELECT 1 FROM search_index_data WHERE INSTR(block, CAST('{word}' AS BLOB)) > 0"
        ));
    }
    for look in looks {
        if !outside.rows(&look).await.is_empty() {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn s31_p20_what_is_changed_or_erased_leaves_the_index_whoever_does_it() {
    let db = Db::fresh().await;
    let (world, viewer) = world_with_viewer(&db).await;
    let seen: Vec<_> = world.visible(&viewer).iter().map(|t| t.id).collect();
    let message = world
        .messages
        .iter()
        .find(|m| {
            seen.contains(&m.thread_id) && world.find(m.thread_id).lifecycle == Lifecycle::Open
        })
        .unwrap()
        .clone();
    let outside = db.outside().await;
    let literal = |id: Uuid| {
        if db.postgres() {
            format!("'{id}'")
        } else {
            format!("X'{}'", id.simple())
        }
    };
    for (words, change) in [
        ("firstneedle", "UPDATE message SET body = '' WHERE id = {}"),
        ("secondneedle", "DELETE FROM message WHERE id = {}"),
    ] {
        let mut more = message.clone();
        more.id = world.id();
        more.seq = 900 + i64::try_from(words.len()).unwrap();
        more.body = format!("in a haystack {words}");
        let tx = db.store.begin().await.unwrap();
        tx.insert_message(&more).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(hits(&db, &viewer, words).await, 1);
        assert!(
            is_kept(&db, words).await,
            "or the look at the index sees nothing"
        );
        outside
            .run(&change.replace("{}", &literal(more.id.0)))
            .await;
        assert_eq!(hits(&db, &viewer, words).await, 0);
        assert!(!is_kept(&db, words).await, "{change}");
    }
    // Neighbours are still found.
    assert!(hits(&db, &viewer, "message").await > 10);
    if !db.postgres() {
        // What the index holds is what the entries say.
        outside
            .run("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
            .await;
    }
}

#[tokio::test]
async fn cx18_texts_of_before_are_indexed_when_the_store_is_migrated() {
    let db = Db::fresh().await;
    let (_, viewer) = world_with_viewer(&db).await;
    let queries = ["message", "\"message 2\"", "subject"];
    let mut before = Vec::new();
    for query in queries {
        before.push(hits(&db, &viewer, query).await);
    }
    let outside = db.outside().await;
    outside.run("DELETE FROM search_entry").await;
    outside.run("DELETE FROM search_version").await;
    assert_eq!(hits(&db, &viewer, "message").await, 0);
    for version in ["nothing", "UPDATE search_version SET version = 0"] {
        if version != "nothing" {
            outside.run(version).await;
        }
        db.store.migrate().await.unwrap();
        for (query, before) in queries.iter().zip(&before) {
            assert_eq!(hits(&db, &viewer, query).await, *before, "{query}");
        }
    }
}

//! The crown test of attachments: in generated worlds, whatever door a viewer knocks at, the
//! attachments behind it are those that the law allows, and lists stand newest first.

use std::collections::{BTreeMap, BTreeSet};

use tidings_domain::{
    AttachmentId, AttachmentPurpose, FileGroup, Lifecycle, MessageId, Principal, PrincipalKind,
    ThreadId,
};
use tidings_policy::{AttachmentFacts, Viewer, decide_attachment};
use tidings_store::{AttachmentRow, DocumentPlace, Store};
use uuid::Uuid;

use crate::stir::viewers;
use crate::support::world::World;
use crate::support::{Db, at};

/// Attachments of a world: most messages have some, and everybody has one that waits.
fn roll(world: &mut World) -> Vec<AttachmentRow> {
    let mut all = Vec::new();
    let messages = world.messages.clone();
    for message in &messages {
        for rank in 0..i32::try_from(world.dice.below(3)).unwrap() {
            let thread = world.find(message.thread_id).clone();
            all.push(AttachmentRow {
                message_id: Some(message.id),
                thread_id: Some(thread.id),
                client_id: thread.client_id,
                rank: Some(rank),
                sent_at: Some(message.created_at),
                ..waiting(
                    world,
                    thread.agency_id,
                    PrincipalKind::Staff,
                    thread.started_by_id,
                )
            });
        }
    }
    let staff = world
        .staff
        .iter()
        .map(|s| (s.agency_id, PrincipalKind::Staff, s.id.0));
    let accounts = world
        .accounts
        .iter()
        .map(|a| (a.agency_id, PrincipalKind::Account, a.id.0));
    let people: Vec<_> = staff.chain(accounts).collect();
    all.extend(
        people
            .into_iter()
            .map(|(agency, kind, id)| waiting(world, agency, kind, id)),
    );
    all
}

fn waiting(
    world: &World,
    agency: tidings_domain::AgencyId,
    kind: PrincipalKind,
    uploader: Uuid,
) -> AttachmentRow {
    AttachmentRow {
        id: world.id(),
        agency_id: agency,
        uploader_kind: kind,
        uploader_id: uploader,
        client_id: None,
        purpose: AttachmentPurpose::Message,
        file_name: "a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        kind: FileGroup::Document,
        bytes: 1,
        sha256: String::new(),
        width: None,
        height: None,
        duration_ms: None,
        file_id: world.id(),
        created_at: at(0),
        expires_at: at(86_400),
        message_id: None,
        thread_id: None,
        rank: None,
        sent_at: None,
    }
}

#[tokio::test]
async fn k17_k18_p04_s20_every_door_shows_the_attachments_that_the_law_allows() {
    let db = Db::fresh().await;
    let mut seen = 0;
    for seed in 1..=if db.postgres() { 3 } else { 8 } {
        let mut world = World::roll(seed);
        let rows = roll(&mut world);
        let tx = db.store.begin().await.unwrap();
        let mut batch = world.batch();
        batch.attachments.clone_from(&rows);
        tx.insert_batch(batch).await.unwrap();
        tx.commit().await.unwrap();
        for viewer in viewers(&world, &db.store).await {
            let allowed = allowed(&world, &viewer, &rows);
            seen += allowed.len();
            lookups(&world, &db.store, &viewer, &rows, &allowed).await;
            lists(&mut world, &db.store, &viewer, &allowed).await;
        }
    }
    assert!(seen > 500, "worlds so poor prove nothing: {seen}");
}

/// What the law allows, by its first reader.
fn allowed<'a>(
    world: &World,
    viewer: &Viewer,
    rows: &'a [AttachmentRow],
) -> Vec<&'a AttachmentRow> {
    let sees = |row: &&AttachmentRow| {
        let thread = row.thread_id.map(|thread| world.facts(world.find(thread)));
        let facts = AttachmentFacts {
            agency: row.agency_id,
            uploader: Principal::new(row.uploader_kind, row.uploader_id),
            thread: thread.as_ref(),
        };
        decide_attachment(viewer, &facts).is_ok()
    };
    rows.iter().filter(sees).collect()
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a AttachmentRow>) -> BTreeSet<AttachmentId> {
    rows.into_iter().map(|row| row.id).collect()
}

async fn lookups(
    world: &World,
    store: &Store,
    viewer: &Viewer,
    rows: &[AttachmentRow],
    allowed: &[&AttachmentRow],
) {
    let all: Vec<AttachmentId> = rows.iter().map(|row| row.id).collect();
    let found = store.attachments(viewer, &all).await.unwrap();
    assert_eq!(
        ids(&found),
        ids(allowed.iter().copied()),
        "attachments() of {viewer:?}"
    );
    for row in &found {
        assert_eq!(Some(row), rows.iter().find(|known| known.id == row.id));
    }
    let messages: Vec<MessageId> = world.messages.iter().map(|m| m.id).collect();
    let found = store.attachments_of(viewer, &messages).await.unwrap();
    let mut by_message: BTreeMap<MessageId, Vec<i32>> = BTreeMap::new();
    for row in &found {
        let ranks = by_message.entry(row.message_id.unwrap()).or_default();
        ranks.push(row.rank.unwrap());
    }
    assert!(by_message.values().all(|ranks| ranks.is_sorted()));
    let sent = allowed
        .iter()
        .copied()
        .filter(|row| row.message_id.is_some());
    assert_eq!(ids(&found), ids(sent), "attachments_of() of {viewer:?}");
}

async fn lists(world: &mut World, store: &Store, viewer: &Viewer, allowed: &[&AttachmentRow]) {
    let size = world.dice.pick(&[1, 2, 3, 7, 100]);
    let threads: Vec<ThreadId> = world.threads.iter().map(|t| t.id).collect();
    let some = world.dice.pick(&threads);
    for thread in [None, Some(some)] {
        let mut expect: Vec<&AttachmentRow> = Vec::new();
        for row in allowed {
            let Some(of) = row.thread_id.map(|id| world.find(id)) else {
                continue;
            };
            if of.lifecycle != Lifecycle::Deleted && thread.is_none_or(|thread| thread == of.id) {
                expect.push(row);
            }
        }
        expect.sort_by_key(|row| std::cmp::Reverse((row.sent_at, row.id)));
        let expect: Vec<AttachmentId> = expect.into_iter().map(|row| row.id).collect();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store
                .shared_documents(viewer, thread, after, size)
                .await
                .unwrap();
            assert!(page.rows.len() == size || !page.has_next);
            assert_eq!(page.has_previous, after.is_some());
            after = page.rows.last().map(|row| DocumentPlace {
                sent_at: row.sent_at.unwrap(),
                id: row.id,
            });
            found.extend(page.rows.iter().map(|row| row.id));
            if !page.has_next {
                break;
            }
        }
        assert_eq!(
            found, expect,
            "shared_documents() of {thread:?} by {size} of {viewer:?}"
        );
    }
}

//! The crown test: in generated worlds, whatever door a viewer knocks at, the threads behind it
//! are those that the law allows, and lists stand in the order of the slow model.

use std::collections::BTreeSet;

use tidings_domain::{
    AudienceKind, ClientId, MessageId, ParticipantStanding, Principal, PrincipalKind, ThreadId,
    ThreadKind,
};
use tidings_policy::{Action, ThreadFacts, Viewer, decide};
use tidings_store::{
    InboxFilter, InboxJoins, InboxKind, InboxRow, InboxState, MessageRange, Receipt, Store,
    UnreadCount,
};

use crate::model::is_open;
use crate::records::{record, records};
use crate::search::searches;
use crate::shared::{desks, doors, share};
use crate::stir::{stir, viewers};
use crate::support::Db;
use crate::support::world::World;

/// Worlds in one database, one after the other: for each, all the others are strangers. On
/// PostgreSQL most of the time goes into planning statements of ever new shapes.
const fn worlds(postgres: bool) -> u64 {
    if postgres { 4 } else { 10 }
}

const STATES: [InboxState; 6] = [
    InboxState::ReadAndUnread,
    InboxState::Unread,
    InboxState::Read,
    InboxState::AllIncludingArchived,
    InboxState::Deleted,
    InboxState::Hidden,
];

#[tokio::test]
async fn k17_t04_t05_t06_t07_t08_t09_t11_t14_k18_every_door_shows_what_the_law_allows() {
    let db = Db::fresh().await;
    let first = std::env::var("TIDINGS_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    let (mut seen, mut recorded) = (0, 0);
    for seed in first..first + worlds(db.postgres()) {
        let mut world = World::roll(seed);
        let tx = db.store.begin().await.unwrap();
        tx.insert_batch(world.batch()).await.unwrap();
        tx.commit().await.unwrap();
        let viewers = viewers(&world, &db.store).await;
        let receipts = stir(&mut world, &db.store, &viewers).await;
        let shared = share(&mut world, &db.store).await;
        let asked = record(&mut world, &db.store).await;
        facts_are_those_of_the_rows(&world, &db.store).await;
        for viewer in &viewers {
            seen += world.visible(viewer).len();
            lookups(&world, &db.store, viewer).await;
            messages(&world, &db.store, viewer, &receipts).await;
            writes(&world, &db.store, viewer).await;
            doors(&world, &db.store, viewer, &shared).await;
            desks(&world, &db.store, viewer, &shared).await;
            recorded += records(&world, &db.store, viewer, &asked).await;
            counts(&world, &db.store, viewer).await;
            lists(&mut world, &db.store, viewer).await;
            searches(&mut world, &db.store, viewer).await;
        }
    }
    assert!(seen > 500, "worlds so poor prove nothing: {seen}");
    assert!(recorded > 500, "records so few prove nothing: {recorded}");
}

fn all(world: &World) -> Vec<ThreadId> {
    world.threads.iter().map(|t| t.id).collect()
}

/// The people of the facts, in an order.
fn people(facts: &ThreadFacts) -> (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>) {
    (
        facts.listed.iter().map(|l| format!("{l:?}")).collect(),
        facts.assigned.iter().map(|s| format!("{s:?}")).collect(),
        facts.supervisors.iter().map(|s| format!("{s:?}")).collect(),
    )
}

async fn facts_are_those_of_the_rows(world: &World, store: &Store) {
    let live = store.live_threads(&all(world), world.now).await.unwrap();
    assert_eq!(live.len(), world.threads.len());
    for thread in &world.threads {
        let (facts, live) = (world.facts(thread), &live[&thread.id]);
        assert_eq!(people(&live.facts), people(&facts));
        let bare = |f: &ThreadFacts| {
            let clients = f
                .clients
                .iter()
                .map(|c| (c.id, c.status, c.sends, c.direct_chat));
            let clients: Vec<_> = clients.collect();
            (
                f.agency,
                f.kind,
                f.lifecycle,
                f.audience,
                f.started_by,
                f.contact_off,
                clients,
            )
        };
        assert_eq!(bare(&live.facts), bare(&facts));
        assert_eq!(&*live.thread, thread);
        let links = &world.account_clients;
        let clients = world.clients_of(thread);
        let account = |id: &ClientId| links.iter().find(|l| l.client_id == *id);
        let accounts = clients.iter().filter_map(account).map(|l| l.account_id);
        assert_eq!(live.accounts, accounts.collect::<Vec<_>>());
    }
}

async fn lookups(world: &World, store: &Store, viewer: &Viewer) {
    let ids = all(world);
    let live = store.live_threads(&ids, world.now).await.unwrap();
    let allowed: BTreeSet<ThreadId> = ids
        .iter()
        .copied()
        .filter(|id| decide(viewer, Action::View, &live[id].facts).is_ok())
        .collect();
    let by_hand: BTreeSet<ThreadId> = world.allowed(viewer).iter().map(|t| t.id).collect();
    assert_eq!(allowed, by_hand, "live facts and facts by hand");
    let visible: BTreeSet<ThreadId> = world.visible(viewer).iter().map(|t| t.id).collect();

    let threads = store.threads(viewer, &ids).await.unwrap();
    let found: BTreeSet<ThreadId> = threads.iter().map(|t| t.thread.id).collect();
    assert_eq!(threads.len(), found.len(), "each thread once");
    assert_eq!(found, visible, "threads() of {viewer:?}");
    for seen in &threads {
        let row = world.find(seen.thread.id);
        let kept = world.kept(viewer.principal(), row);
        assert_eq!(&seen.thread, row);
        assert_eq!(seen.state.unread(row), count(kept.unread.len()));
        assert_eq!(seen.state.pinned, kept.pinned);
    }
    assert!(store.threads(viewer, &[]).await.unwrap().is_empty());

    let listed = store.participants(viewer, &ids).await.unwrap();
    let found: BTreeSet<String> = listed.iter().map(|l| format!("{l:?}")).collect();
    let expect: BTreeSet<String> = world
        .participants
        .iter()
        .filter(|p| allowed.contains(&p.thread_id))
        .map(|p| {
            let principal = Principal::new(p.principal_kind, p.principal_id);
            (p.thread_id, principal, p.standing)
        })
        // Of a broadcast an account is told of the sender, and of its own clients (S-26).
        .filter(|(thread, principal, _)| {
            let thread = world.find(*thread);
            viewer.staff().is_some()
                || thread.kind != ThreadKind::Broadcast
                || principal.uuid() == thread.started_by_id
        })
        .chain(world.thread_clients.iter().filter_map(|row| {
            viewer.account()?.own(row.client_id)?;
            let principal = Principal::Client(row.client_id);
            let listed = (row.thread_id, principal, ParticipantStanding::Participant);
            allowed.contains(&row.thread_id).then_some(listed)
        }))
        .map(|listed| format!("{listed:?}"))
        .collect();
    assert_eq!(found, expect, "participants() of {viewer:?}");
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap()
}

async fn messages(world: &World, store: &Store, viewer: &Viewer, receipts: &[Receipt]) {
    let me = viewer.principal();
    let mut expect: Vec<(ThreadId, i64, MessageId, bool)> = Vec::new();
    for message in &world.messages {
        if world.shows(viewer, message) {
            let kept = world.kept(me, world.find(message.thread_id));
            let unread = kept.unread.contains(&message.seq);
            expect.push((message.thread_id, message.seq, message.id, unread));
        }
    }
    expect.sort_unstable();
    let ranges: Vec<MessageRange> = world
        .threads
        .iter()
        .map(|t| MessageRange {
            thread: t.id,
            from: 1,
            to: t.last_seq,
            take: None,
            html: false,
        })
        .collect();
    let rows = store.messages(viewer, &ranges).await.unwrap();
    let place = |r: &tidings_store::MessageRow| {
        (r.message.thread_id, r.message.seq, r.message.id, r.unread)
    };
    let found: Vec<_> = rows.iter().map(place).collect();
    assert_eq!(found, expect, "messages() of {viewer:?}");
    for row in &rows {
        let author = row.message.author_id;
        let staff = row.staff.as_ref().map(|s| s.id.0);
        assert_eq!(staff.or(row.client.as_ref().map(|c| c.id.0)), Some(author));
    }

    let ids: Vec<MessageId> = world.messages.iter().map(|m| m.id).collect();
    let rows = store.messages_by_id(viewer, &ids).await.unwrap();
    let mut found: Vec<_> = rows.iter().map(place).collect();
    found.sort_unstable();
    assert_eq!(found, expect, "messages_by_id() of {viewer:?}");

    let rows = store.receipts(viewer, &ranges).await.unwrap();
    let found: BTreeSet<String> = rows.iter().map(|r| format!("{r:?}")).collect();
    // Receipts are reached through their messages: what is out of the own view is looked up for nobody.
    let allowed: BTreeSet<ThreadId> = world.allowed(viewer).iter().map(|t| t.id).collect();
    let expect: BTreeSet<String> = receipts
        .iter()
        .filter(|r| allowed.contains(&r.thread))
        .map(|r| format!("{r:?}"))
        .collect();
    assert_eq!(found, expect, "receipts() of {viewer:?}");
}

async fn writes(world: &World, store: &Store, viewer: &Viewer) {
    let visible: BTreeSet<ThreadId> = world.visible(viewer).iter().map(|t| t.id).collect();
    let ids: Vec<MessageId> = world.messages.iter().map(|m| m.id).collect();
    let tx = store.begin().await.unwrap();
    let places = tx.message_places(viewer, &ids).await.unwrap();
    let found: BTreeSet<MessageId> = places.iter().map(|p| p.id).collect();
    let mut expect = BTreeSet::new();
    for message in world.messages.iter().filter(|m| world.shows(viewer, m)) {
        expect.insert(message.id);
        let place = places.iter().find(|place| place.id == message.id).unwrap();
        let me = viewer.principal().uuid();
        let author = message.account_id.map_or(message.author_id, |id| id.0);
        let expect = (message.thread_id, message.seq, author == me);
        assert_eq!((place.thread, place.seq, place.own), expect);
    }
    assert_eq!(found, expect, "message_places() of {viewer:?}");
    for thread in &world.threads {
        let locked = tx.lock_thread(viewer, thread.id).await.unwrap();
        let found = locked.map(|seen| seen.thread);
        let expect = visible.contains(&thread.id).then_some(thread);
        assert_eq!(found.as_ref(), expect, "lock_thread() of {viewer:?}");
    }
}

async fn counts(world: &World, store: &Store, viewer: &Viewer) {
    let mut expect = Vec::new();
    let kinds = AudienceKind::ALL.iter().copied().map(Some).chain([None]);
    for audience in kinds {
        let unread: Vec<i64> = world
            .visible(viewer)
            .iter()
            .filter(|t| t.audience == audience && is_open(viewer, t))
            .map(|t| (t, world.kept(viewer.principal(), t)))
            .filter(|(t, kept)| kept.hidden < t.last_seq)
            .map(|(_, kept)| count(kept.unread.len()))
            .filter(|unread| *unread > 0)
            .collect();
        if !unread.is_empty() {
            expect.push(UnreadCount {
                audience,
                messages: unread.iter().sum(),
                threads: count(unread.len()),
            });
        }
    }
    let mut found = store.unread_counts(viewer).await.unwrap();
    found.sort_by_key(|count| (count.audience.is_none(), count.audience));
    assert_eq!(found, expect, "s06: unread_counts() of {viewer:?}");
}

async fn lists(world: &mut World, store: &Store, viewer: &Viewer) {
    let clients: Vec<_> = world.clients.iter().map(|c| c.id).collect();
    let topics: Vec<_> = world.topics.iter().map(|t| t.id).collect();
    for state in STATES {
        for narrow in 0..4 {
            let client = (narrow == 1 || world.dice.percent(8)).then(|| world.dice.pick(&clients));
            let audience =
                (narrow == 2 || world.dice.percent(8)).then(|| world.dice.pick(AudienceKind::ALL));
            let topic = (narrow == 3 || world.dice.percent(8)).then(|| world.dice.pick(&topics));
            let kind = world.dice.percent(20);
            let kind = kind.then(|| world.dice.pick(&[InboxKind::Client, InboxKind::Internal]));
            let filter = InboxFilter {
                client,
                audience,
                topic,
                kind,
                my_clients: world.dice.percent(20),
                state,
            };
            let size = world.dice.pick(&[1, 2, 3, 7, 25, 100]);
            let rows = all_pages(store, viewer, filter, size).await;
            let found: Vec<ThreadId> = rows.iter().map(|row| row.thread.id).collect();
            assert_eq!(
                found,
                world.inbox(viewer, filter),
                "inbox() by {size} of {viewer:?} with {filter:?}"
            );
            for row in &rows {
                joined(world, viewer, row);
            }
        }
    }
}

/// Pages an inbox to its end.
async fn all_pages(
    store: &Store,
    viewer: &Viewer,
    filter: InboxFilter,
    size: usize,
) -> Vec<InboxRow> {
    let joins = InboxJoins {
        client: true,
        topic: true,
        audience: true,
        last_message: true,
        html: true,
    };
    let mut rows: Vec<InboxRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.place.clone());
        let page = store
            .inbox(viewer, filter, joins, after.clone(), size)
            .await
            .unwrap();
        assert_eq!(page.has_previous, after.is_some());
        assert!(
            page.rows.len() == size || !page.has_next,
            "a short page with more behind it"
        );
        rows.extend(page.rows);
        assert!(rows.len() < 1_000, "paging never ends");
        if !page.has_next {
            return rows;
        }
    }
}

/// Whether a row carries what was asked for with it.
fn joined(world: &World, viewer: &Viewer, row: &InboxRow) {
    let thread = world.find(row.thread.id);
    assert_eq!(&row.thread, thread);
    let kept = world.kept(viewer.principal(), thread);
    assert_eq!(row.state.unread(thread), count(kept.unread.len()));
    assert_eq!(
        (row.state.pinned, row.place.pinned),
        (kept.pinned, kept.pinned)
    );
    assert_eq!(row.place.key, thread.last_activity_at);
    assert_eq!(row.client.as_ref().map(|c| c.id), thread.client_id);
    assert_eq!(row.topic.as_ref().map(|t| t.id), thread.topic_id);
    let audience = row.audience.as_ref().map(|a| (a.agency_id, a.kind));
    assert_eq!(
        audience,
        thread.audience.map(|kind| (thread.agency_id, kind))
    );
    let mut newest = world.messages.iter();
    let newest = newest.find(|m| m.id == thread.last_message_id).unwrap();
    let Some(last) = &row.last_message else {
        assert!(!world.shows(viewer, newest), "nothing newest of {thread:?}");
        return;
    };
    assert!(world.shows(viewer, newest));
    assert_eq!(last.message.id, newest.id);
    assert_eq!(last.unread, kept.unread.contains(&newest.seq));
    let staff = last.staff.as_ref().map(|staff| staff.id.0);
    let client = last.client.as_ref().map(|client| client.id.0);
    assert_eq!(
        staff.is_some(),
        last.message.author_kind == PrincipalKind::Staff
    );
    if staff.is_some() || thread.client_id.is_some() {
        assert_eq!(staff.or(client), Some(last.message.author_id));
    }
}

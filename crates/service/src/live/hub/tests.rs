//! The hub alone: who is asked about an event, what waits, what is left behind.

use chrono::{TimeZone as _, Utc};
use tidings_domain::{
    AccountId, AudienceKind, BodyFormat, ClientId, Event, EventRecord, Lifecycle, MessageId,
    MessagingPolicy, ParticipantStanding, PrincipalKind, Role, RoleSet, StaffId, ThreadKind,
};
use tidings_policy::{AccountViewer, StaffViewer, ThreadFacts, bare};
use tidings_store::{LiveThread, MessageModel, MessageRow, ThreadRow};
use uuid::Uuid;

use super::super::prepare::{About, MessageEvent};
use super::super::queue;
use super::*;

const AGENCY: AgencyId = AgencyId(Uuid::from_u128(1));
const THREAD: ThreadId = ThreadId(Uuid::from_u128(2));

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 15, 12, 0, 0).unwrap()
}

fn staff(number: u128, roles: &[Role]) -> Arc<Viewer> {
    Arc::new(Viewer::Staff(StaffViewer {
        id: StaffId(Uuid::from_u128(number)),
        agency: AGENCY,
        roles: RoleSet::of(roles),
        policy: Arc::new(MessagingPolicy::default()),
        today: noon().date_naive(),
    }))
}

fn account(number: u128) -> Arc<Viewer> {
    Arc::new(Viewer::Account(AccountViewer {
        id: AccountId(Uuid::from_u128(number)),
        agency: AGENCY,
        clients: Vec::new(),
        policy: Arc::new(MessagingPolicy::default()),
        today: noon().date_naive(),
    }))
}

/// A thread with these people listed on it.
fn thread(audience: Option<AudienceKind>, listed: &[Principal]) -> Arc<LiveThread> {
    let row = ThreadRow {
        id: THREAD,
        agency_id: AGENCY,
        kind: ThreadKind::Team,
        lifecycle: Lifecycle::Open,
        audience,
        client_id: audience.map(|_| ClientId(Uuid::from_u128(3))),
        topic_id: None,
        subject: String::new(),
        started_by_kind: PrincipalKind::Staff,
        started_by_id: Uuid::nil(),
        version: 1,
        last_seq: 1,
        last_message_id: MessageId(Uuid::nil()),
        last_activity_at: noon(),
        created_at: noon(),
        locked_by_id: None,
        deleted_messages: 0,
    };
    let listed = listed
        .iter()
        .map(|who| (*who, ParticipantStanding::Participant));
    let facts = ThreadFacts {
        audience,
        listed: listed.collect(),
        ..bare(AGENCY, Principal::Staff(StaffId(Uuid::nil())))
    };
    Arc::new(LiveThread {
        thread: Arc::new(row),
        client: None,
        accounts: Vec::new(),
        facts,
    })
}

fn event(seq: i64, about: About) -> Prepared {
    let record = EventRecord {
        position: Position {
            transaction: 0,
            seq,
        },
        at: noon(),
        agency: AGENCY,
        thread: Some(THREAD),
        client: None,
        event: Event::ClientChanged,
    };
    Prepared {
        record,
        about,
        removed: Arc::default(),
    }
}

fn message(seq: i64, thread: &Arc<LiveThread>, body: &str) -> Prepared {
    let message = MessageModel {
        id: MessageId(Uuid::from_u128(9)),
        thread_id: THREAD,
        seq,
        author_kind: PrincipalKind::Staff,
        author_id: Uuid::nil(),
        account_id: None,
        body: body.to_owned(),
        created_at: noon(),
        seen_by_client_at: None,
        body_format: BodyFormat::Plain,
        deleted_at: None,
        body_html: None,
        reply_to_id: None,
        reply_to_revision: None,
        revision: 1,
        edited_at: None,
        pinned_at: None,
    };
    let message = Arc::new(MessageRow {
        message,
        staff: None,
        client: None,
        unread: true,
    });
    let thread = Arc::clone(thread);
    event(
        seq,
        About::Message {
            thread,
            message,
            what: MessageEvent::Added,
        },
    )
}

fn waits(hub: &Hub, viewer: &Arc<Viewer>) -> Registration {
    hub.register(viewer, Filter::default())
}

fn single(hub: &Hub, viewer: &Arc<Viewer>) -> Registration {
    let thread = Some(THREAD);
    let kinds = Vec::new();
    hub.register(
        viewer,
        Filter {
            thread,
            client: None,
            kinds,
        },
    )
}

#[test]
fn an_event_asks_about_its_readers_only_however_many_wait() {
    let hub = Hub::default();
    let clinicians: Vec<_> = (100..103).map(|n| staff(n, &[Role::Clinician])).collect();
    let listed: Vec<_> = clinicians.iter().map(|who| who.principal()).collect();
    let idle_staff = (10_000..13_000).map(|n| staff(n, &[Role::Clinician]));
    let idle_accounts = (20_000..23_000).map(account);
    let idle: Vec<_> = idle_staff.chain(idle_accounts).collect();
    let idle: Vec<_> = idle.iter().map(|viewer| waits(&hub, viewer)).collect();
    let readers: Vec<_> = clinicians
        .iter()
        .map(|viewer| waits(&hub, viewer))
        .collect();
    let billers: Vec<_> = (200..210)
        .map(|n| waits(&hub, &staff(n, &[Role::PracticeBiller])))
        .collect();

    let clinical = message(1, &thread(Some(AudienceKind::Clinical), &listed), "a");
    let asked = hub.state().candidates(&clinical);
    assert_eq!(asked, readers.iter().map(|r| r.id).collect::<Vec<_>>());
    assert_eq!(hub.deliver(&clinical, noon()), 3);

    let billing = message(2, &thread(Some(AudienceKind::Billing), &listed), "b");
    assert_eq!(hub.state().candidates(&billing).len(), 3 + billers.len());
    let internal = message(3, &thread(None, &listed[..1]), "c");
    assert_eq!(hub.state().candidates(&internal), [readers[0].id]);
    let viewer = listed[1];
    let thread = thread(None, &listed);
    let own = event(4, About::Viewer { thread, viewer });
    assert_eq!(hub.state().candidates(&own), [readers[1].id]);
    let access = event(5, About::Access(idle_principal(&hub, idle[7].id)));
    assert_eq!(hub.state().candidates(&access), [idle[7].id]);
    assert!(hub.state().candidates(&event(6, About::Nothing)).is_empty());
}

fn idle_principal(hub: &Hub, id: SubscriberId) -> Principal {
    hub.state().subscribers[&id].principal
}

#[test]
fn a_change_of_audience_asks_the_readers_of_both() {
    let hub = Hub::default();
    let scheduler = waits(&hub, &staff(1, &[Role::PracticeScheduler]));
    let biller = waits(&hub, &staff(2, &[Role::PracticeBiller]));
    let _other = waits(&hub, &staff(3, &[Role::Clinician]));
    let changed = About::Thread {
        thread: thread(Some(AudienceKind::Administrative), &[]),
        audience_before: Some(AudienceKind::Billing),
    };
    let asked = hub.state().candidates(&event(1, changed));
    assert_eq!(asked, [scheduler.id, biller.id]);
}

#[test]
fn a_registration_that_is_dropped_leaves_nothing_behind() {
    let hub = Hub::default();
    let viewers = [
        staff(1, &[Role::PracticeBiller, Role::Clinician]),
        account(2),
    ];
    let several: Vec<_> = viewers
        .iter()
        .flat_map(|viewer| {
            [
                waits(&hub, viewer),
                waits(&hub, viewer),
                single(&hub, viewer),
            ]
        })
        .collect();
    assert_eq!(hub.state().subscribers.len(), 6);
    // A change of roles moves the index along; nothing of the old roles stays.
    let load = hub.begin_load();
    hub.refresh(
        viewers[0].principal(),
        load,
        Some(staff(1, &[Role::Supervisor])),
    );
    drop(several);
    let state = hub.state();
    assert!(state.subscribers.is_empty());
    assert!(state.waiting.is_empty());
    assert!(state.channels.is_empty(), "{:?}", state.channels);
}

#[tokio::test]
async fn g5_roles_that_were_taken_are_not_asked_about_any_more() {
    let hub = Hub::default();
    let biller = staff(1, &[Role::PracticeBiller]);
    let mut place = waits(&hub, &biller);
    let billing = thread(Some(AudienceKind::Billing), &[]);
    assert_eq!(hub.deliver(&message(1, &billing, "a"), noon()), 1);
    let late = hub.begin_load();
    let load = hub.begin_load();
    hub.refresh(biller.principal(), load, Some(staff(1, &[])));
    // A load that began earlier says nothing new, even when it comes last.
    let fresh = hub.refresh(biller.principal(), late, Some(biller.clone()));
    assert_eq!(roles(&fresh.unwrap()), Some((AGENCY, RoleSet::EMPTY)));
    assert_eq!(hub.deliver(&message(2, &billing, "b"), noon()), 0);
    assert_eq!(hub.position().seq, 2);
    assert_eq!(place.queue.next().await.unwrap().position.seq, 1);
}

#[tokio::test]
async fn g6_of_a_slow_reader_256_events_wait_and_others_go_on() {
    let hub = Hub::default();
    let billing = thread(Some(AudienceKind::Billing), &[]);
    let mut slow = waits(&hub, &staff(1, &[Role::PracticeBiller]));
    let mut quick = waits(&hub, &staff(2, &[Role::PracticeBiller]));
    for seq in 1..=300 {
        hub.deliver(&message(seq, &billing, "short"), noon());
        assert_eq!(quick.queue.next().await.unwrap().position.seq, seq);
    }
    for seq in 1..=256 {
        assert_eq!(slow.queue.next().await.unwrap().position.seq, seq);
    }
    let end = slow.queue.next().await.unwrap_err();
    assert_eq!(end, Closed::Overrun(noon()), "it goes on behind 256");
    assert_eq!(hub.state().subscribers.len(), 1, "and costs nothing more");
}

#[tokio::test]
async fn g6_of_a_slow_reader_64_kib_wait_but_one_event_always_fits() {
    let hub = Hub::default();
    let billing = thread(Some(AudienceKind::Billing), &[]);
    let mut place = waits(&hub, &staff(1, &[Role::PracticeBiller]));
    let large = "x".repeat(3 * queue::BYTES);
    for seq in 1..=3 {
        assert_eq!(hub.deliver(&message(seq, &billing, &large), noon()), 1);
        assert_eq!(place.queue.next().await.unwrap().position.seq, seq);
    }
    let quarter = "x".repeat(queue::BYTES / 4);
    let taken: Vec<usize> = (4..8)
        .map(|seq| hub.deliver(&message(seq, &billing, &quarter), noon()))
        .collect();
    assert_eq!(taken, [1, 1, 1, 0], "three quarters and a little more each");
    for seq in 4..7 {
        assert_eq!(place.queue.next().await.unwrap().position.seq, seq);
    }
    assert_eq!(
        place.queue.next().await.unwrap_err(),
        Closed::Overrun(noon())
    );
}

#[tokio::test]
async fn g5_the_end_is_told_also_when_the_queue_is_full() {
    let hub = Hub::default();
    let billing = thread(Some(AudienceKind::Billing), &[]);
    let viewer = staff(1, &[Role::PracticeBiller]);
    let mut place = waits(&hub, &viewer);
    for seq in 1..=256 {
        assert_eq!(hub.deliver(&message(seq, &billing, ""), noon()), 1);
    }
    let load = hub.begin_load();
    assert!(hub.refresh(viewer.principal(), load, None).is_none());
    for _ in 1..=256 {
        place.queue.next().await.unwrap();
    }
    assert_eq!(place.queue.next().await.unwrap_err(), Closed::Ended);
    assert!(!hub.waits(viewer.principal()));
}

#[tokio::test]
async fn t39_a_stream_of_one_thread_ends_when_the_audience_takes_it_away() {
    let hub = Hub::default();
    let viewer = staff(1, &[Role::PracticeBiller]);
    let mut one = single(&hub, &viewer);
    let mut all = waits(&hub, &viewer);
    let changed = About::Thread {
        thread: thread(Some(AudienceKind::Administrative), &[]),
        audience_before: Some(AudienceKind::Billing),
    };
    hub.deliver(&event(1, changed), noon());
    assert_eq!(one.queue.next().await.unwrap_err(), Closed::Ended);
    assert_eq!(all.queue.next().await.unwrap().position.seq, 1);
    assert!(hub.single_threads(viewer.principal()).is_empty());
}

#[test]
fn g1_a_place_that_starts_again_forgets_what_came_before() {
    let hub = Hub::default();
    let billing = thread(Some(AudienceKind::Billing), &[]);
    let mut place = waits(&hub, &staff(1, &[Role::PracticeBiller]));
    assert_eq!(place.from.seq, 0);
    for seq in 1..=200 {
        assert_eq!(hub.deliver(&message(seq, &billing, "a"), noon()), 1);
    }
    place.restart();
    assert_eq!(place.from.seq, 200);
    for seq in 201..=456 {
        assert_eq!(hub.deliver(&message(seq, &billing, "a"), noon()), 1);
    }
    assert_eq!(hub.deliver(&message(457, &billing, "a"), noon()), 0);
}

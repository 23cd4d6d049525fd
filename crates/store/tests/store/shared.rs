//! Part of the crown test: reactions, quotes, histories and pinned messages are behind the same
//! doors as the messages.

use std::collections::BTreeSet;

use tidings_domain::{
    AgencyId, BodyFormat, DraftId, Emoji, MessageId, Principal, PrincipalKind, ThreadId,
};
use tidings_policy::{Action, Viewer, decide, decide_draft, shows_reaction};
use tidings_store::{
    DraftRow, Edit, MessageModel, NoteKey, NoteRow, QuoteKey, ReactionModel, Store,
};

use crate::support::world::World;

/// What was added to a world.
pub(crate) struct Shared {
    reactions: Vec<ReactionModel>,
    edited: Vec<MessageId>,
    pinned: Vec<(ThreadId, MessageId)>,
    notes: Vec<NoteRow>,
    drafts: Vec<DraftRow>,
}

/// Adds what only some messages have.
pub(crate) async fn share(world: &mut World, store: &Store) -> Shared {
    let mut shared = Shared {
        reactions: Vec::new(),
        edited: Vec::new(),
        pinned: Vec::new(),
        notes: Vec::new(),
        drafts: Vec::new(),
    };
    let staff: Vec<Principal> = world.staff.iter().map(|s| Principal::Staff(s.id)).collect();
    let accounts = world.accounts.iter().map(|a| Principal::Account(a.id));
    let accounts: Vec<Principal> = accounts.collect();
    let tx = store.begin().await.unwrap();
    let messages: Vec<MessageModel> = world.messages.clone();
    for message in messages.iter().filter(|m| m.deleted_at.is_none()) {
        let mut by = world.dice.some(&accounts, 20);
        by.extend(world.dice.some(&staff, 4));
        for principal in by {
            let links = world.account_clients.iter();
            let mut links = links.filter(|link| link.account_id.0 == principal.uuid());
            let reaction = ReactionModel {
                message_id: message.id,
                emoji: "\u{1F44D}".to_owned(),
                principal_id: principal.uuid(),
                principal_kind: principal.kind(),
                client_id: links.next().map(|link| link.client_id),
                created_at: world.now,
            };
            tx.insert_reaction(&reaction).await.unwrap();
            shared.reactions.push(reaction);
        }
        if world.dice.percent(20) {
            let edit = Edit {
                format: BodyFormat::Plain,
                text: format!("not {}", message.body),
                html: None,
                at: world.now,
            };
            tx.edit_message(message, &edit).await.unwrap();
            shared.edited.push(message.id);
        }
        if world.dice.percent(20) {
            tx.pin_message(message.id, Some(world.now)).await.unwrap();
            shared.pinned.push((message.thread_id, message.id));
        }
    }
    let mut all = staff;
    all.extend(accounts);
    for thread in world.threads.clone() {
        let author_id = world.staff[0].id;
        let note = NoteRow {
            thread_id: thread.id,
            number: tx.next_note(thread.id).await.unwrap(),
            author_id,
            body: "for colleagues".to_owned(),
            created_at: world.now,
        };
        tx.insert_note(&note).await.unwrap();
        shared.notes.push(note);
        for owner in world.dice.some(&all, 20) {
            let draft = draft(world, thread.agency_id, owner, Some(thread.id));
            tx.put_draft(&draft, &[]).await.unwrap();
            shared.drafts.push(draft);
        }
    }
    for owner in world.dice.some(&all, 50) {
        let agency = world.agencies[0].id;
        let draft = draft(world, agency, owner, None);
        tx.put_draft(&draft, &[]).await.unwrap();
        shared.drafts.push(draft);
    }
    tx.commit().await.unwrap();
    shared
}

fn draft(
    world: &mut World,
    agency: AgencyId,
    owner: Principal,
    thread: Option<ThreadId>,
) -> DraftRow {
    DraftRow {
        id: world.id(),
        agency_id: agency,
        owner_kind: owner.kind(),
        owner_id: owner.uuid(),
        thread_id: thread,
        client_id: None,
        recipients: "[]".to_owned(),
        as_group: false,
        audience: None,
        topic_id: None,
        subject: String::new(),
        reply_to_id: None,
        body_format: BodyFormat::Plain,
        body: "not yet".to_owned(),
        updated_at: world.now,
    }
}

/// Notes and drafts: for staff, and for nobody but the writer.
pub(crate) async fn desks(world: &World, store: &Store, viewer: &Viewer, shared: &Shared) {
    let facts = |thread: ThreadId| world.facts(world.find(thread));
    let keys = shared.notes.iter().map(|note| NoteKey {
        thread: note.thread_id,
        number: note.number,
    });
    let keys: Vec<NoteKey> = keys.collect();
    let found = store.notes_at(viewer, &keys).await.unwrap();
    let found: BTreeSet<ThreadId> = found.iter().map(|note| note.thread_id).collect();
    let reads = |note: &&NoteRow| decide(viewer, Action::Annotate, &facts(note.thread_id)).is_ok();
    let expect = shared.notes.iter().filter(reads);
    let expect: BTreeSet<ThreadId> = expect.map(|note| note.thread_id).collect();
    assert_eq!(found, expect, "notes_at() of {viewer:?}");
    for note in &shared.notes {
        let page = store.notes(viewer, note.thread_id, None, 10).await.unwrap();
        assert_eq!(!page.rows.is_empty(), expect.contains(&note.thread_id));
    }

    let own = |draft: &&DraftRow| {
        let owner = Principal::new(draft.owner_kind, draft.owner_id);
        let sees = |id| {
            let thread = world.find(id);
            // With a thread that is deleted, or out of the own view, the draft is out of sight.
            decide(viewer, Action::Arrange, &facts(id)).is_ok()
                && world.kept(viewer.principal(), thread).removed < thread.last_seq
        };
        decide_draft(viewer, draft.agency_id, owner).is_ok() && draft.thread_id.is_none_or(sees)
    };
    let expect = shared.drafts.iter().filter(own);
    let expect: BTreeSet<DraftId> = expect.map(|draft| draft.id).collect();
    let set = |rows: Vec<DraftRow>| rows.iter().map(|row| row.id).collect::<BTreeSet<_>>();
    assert_eq!(set(store.drafts(viewer).await.unwrap()), expect);
    let all: Vec<DraftId> = shared.drafts.iter().map(|draft| draft.id).collect();
    assert_eq!(set(store.drafts_by_id(viewer, &all).await.unwrap()), expect);
    let threads: Vec<ThreadId> = world.threads.iter().map(|t| t.id).collect();
    let found = set(store.drafts_in(viewer, &threads).await.unwrap());
    let answers = shared.drafts.iter().filter(|d| d.thread_id.is_some());
    let answers: BTreeSet<DraftId> = answers.map(|draft| draft.id).collect();
    assert_eq!(found, expect.intersection(&answers).copied().collect());
    let tx = store.begin().await.unwrap();
    for draft in &shared.drafts {
        let found = tx.lock_draft(viewer, draft.id).await.unwrap();
        assert_eq!(found.is_some(), expect.contains(&draft.id));
    }
}

/// Every door to what is shared shows what the law allows.
pub(crate) async fn doors(world: &World, store: &Store, viewer: &Viewer, shared: &Shared) {
    let all: Vec<MessageId> = world.messages.iter().map(|m| m.id).collect();
    let place = |id: MessageId| world.messages.iter().find(|m| m.id == id).unwrap();
    let sees = |id: MessageId| world.shows(viewer, place(id));

    let rows = store.reactions(viewer, &all).await.unwrap();
    let text = |row: &ReactionModel| format!("{row:?}");
    let found: BTreeSet<String> = rows.iter().map(|row| text(&row.reaction)).collect();
    assert_eq!(found.len(), rows.len(), "each reaction once");
    let told = |row: &&ReactionModel| {
        let kind = world.find(place(row.message_id).thread_id).kind;
        let by = Principal::new(row.principal_kind, row.principal_id);
        sees(row.message_id) && shows_reaction(viewer, kind, by)
    };
    let expect: BTreeSet<String> = shared.reactions.iter().filter(told).map(text).collect();
    assert_eq!(found, expect, "reactions() of {viewer:?}");
    for row in &rows {
        let staff = row.staff.as_ref().map(|staff| staff.id.0);
        let client = row.client.as_ref().map(|client| client.id);
        let by_staff = row.reaction.principal_kind == PrincipalKind::Staff;
        assert_eq!(staff, by_staff.then_some(row.reaction.principal_id));
        assert_eq!(client, row.reaction.client_id);
    }

    let keys = world.messages.iter().flat_map(|message| {
        let keys = [1, 2].map(|revision| QuoteKey {
            message: message.id,
            revision,
        });
        let edited = shared.edited.contains(&message.id);
        keys.into_iter().take(if edited { 2 } else { 1 })
    });
    let keys: Vec<QuoteKey> = keys.collect();
    let found = store.quotes(viewer, &keys).await.unwrap();
    let text = |key: &QuoteKey| {
        let message = place(key.message);
        let before = !shared.edited.contains(&key.message) || key.revision == 1;
        if before {
            message.body.clone()
        } else {
            format!("not {}", message.body)
        }
    };
    let expect = keys.iter().filter(|key| sees(key.message));
    let mut expect: Vec<_> = expect.map(|key| (*key, Some(text(key)))).collect();
    expect.sort_unstable();
    let found: Vec<_> = found.iter().map(|q| (q.key, q.text.clone())).collect();
    assert_eq!(found, expect, "quotes() of {viewer:?}");

    let rows = store.revisions(viewer, &all).await.unwrap();
    let found: BTreeSet<MessageId> = rows.iter().map(|row| row.message_id).collect();
    let reads = |id: &&MessageId| {
        let facts = world.facts(world.find(place(**id).thread_id));
        decide(viewer, Action::ReadHistory, &facts).is_ok() && sees(**id)
    };
    let expect: BTreeSet<MessageId> = shared.edited.iter().filter(reads).copied().collect();
    assert_eq!(found, expect, "revisions() of {viewer:?}");

    let ids: Vec<ThreadId> = world.threads.iter().map(|t| t.id).collect();
    let rows = store.pinned_messages(viewer, &ids, false).await.unwrap();
    let found: BTreeSet<MessageId> = rows.iter().map(|row| row.message.id).collect();
    let pinned = shared.pinned.iter();
    let pinned = pinned.filter(|(_, id)| sees(*id));
    let expect: BTreeSet<MessageId> = pinned.map(|(_, id)| *id).collect();
    assert_eq!(found, expect, "pinned_messages() of {viewer:?}");

    let tx = store.begin().await.unwrap();
    for message in &world.messages {
        let found = tx.message(viewer, message.id).await.unwrap();
        assert_eq!(found.is_some(), sees(message.id), "message() of {viewer:?}");
    }
    if let Some(row) = shared.reactions.first() {
        let thumb = Emoji::parse("\u{1F44D}").unwrap();
        let counts = tx.reaction_counts(viewer, row.message_id, thumb).await;
        let counts = counts.unwrap();
        let of_it = shared.reactions.iter();
        let of_it: Vec<_> = of_it.filter(|r| r.message_id == row.message_id).collect();
        let me = viewer.principal().uuid();
        let own = of_it.iter().any(|r| r.principal_id == me);
        let all = u64::try_from(of_it.len()).unwrap();
        let expect = (all, 1, all, own);
        let found = (counts.all, counts.emoji, counts.of_emoji, counts.own);
        assert_eq!(found, expect);
    }
}

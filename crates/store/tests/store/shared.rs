//! Part of the crown test: reactions, quotes, histories and pinned messages are behind the same
//! doors as the messages.

use std::collections::BTreeSet;

use tidings_domain::{BodyFormat, Emoji, MessageId, Principal, PrincipalKind, ThreadId};
use tidings_policy::{Action, Viewer, decide, shows_reaction};
use tidings_store::{Edit, MessageModel, QuoteKey, ReactionModel, Store};

use crate::support::world::World;

/// What was added to a world.
pub(crate) struct Shared {
    reactions: Vec<ReactionModel>,
    edited: Vec<MessageId>,
    pinned: Vec<(ThreadId, MessageId)>,
}

/// Adds what only some messages have.
pub(crate) async fn share(world: &mut World, store: &Store) -> Shared {
    let mut shared = Shared {
        reactions: Vec::new(),
        edited: Vec::new(),
        pinned: Vec::new(),
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
    tx.commit().await.unwrap();
    shared
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

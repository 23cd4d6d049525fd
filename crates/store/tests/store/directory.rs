//! The directory: staff see their agency's, an account sees its own clients, nobody sees another
//! agency's, whatever crosses over in the rows (K18, T-11, T-16, CX-14).

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use tidings_domain::{AudienceKind, ClientId};
use tidings_policy::Viewer;
use tidings_store::{CareTeamMemberRow, CareTeamRow, NamePlace, Store};
use uuid::Uuid;

use crate::stir::viewers;
use crate::support::world::World;
use crate::support::{Db, at};

fn set<T: Into<Uuid>>(ids: impl IntoIterator<Item = T>) -> BTreeSet<Uuid> {
    ids.into_iter().map(Into::into).collect()
}

/// Whether an assignment holds on a day, both ends included.
fn holds(member: &CareTeamMemberRow, day: NaiveDate) -> bool {
    member.start_date <= day && member.end_date.is_none_or(|end| day <= end)
}

#[tokio::test]
async fn cx14_g5_the_days_that_change_assignments_are_found() {
    let db = Db::fresh().await;
    let world = World::roll(700);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let today = at(0).date_naive();
    for (first, last) in [(0, 0), (0, 1), (1, 3), (0, 200), (2, 1)] {
        let (first, last) = (today + Days::new(first), today + Days::new(last));
        let mut expect = BTreeSet::new();
        for member in &world.care_team {
            let days = first.iter_days().take_while(|day| *day <= last);
            for day in days {
                let before = holds(member, day.pred_opt().unwrap());
                if before != holds(member, day) {
                    let client = world.clients.iter().find(|c| c.id == member.client_id);
                    let agency = client.unwrap().agency_id;
                    let ids = (agency, member.client_id, member.staff_id);
                    expect.insert((ids, day, before));
                }
            }
        }
        let turns = db.store.assignment_turns(first, last).await.unwrap();
        let found: BTreeSet<_> = turns
            .iter()
            .map(|turn| ((turn.agency, turn.client, turn.staff), turn.day, turn.held))
            .collect();
        assert_eq!(found, expect, "from {first} to {last}");
        assert_eq!(turns.len(), found.len());
        assert!(!found.is_empty() || last <= first);
    }
}

/// The clients that a viewer sees.
fn clients(world: &World, viewer: &Viewer) -> BTreeSet<Uuid> {
    let own = |id: ClientId| match viewer {
        Viewer::Staff(_) => true,
        Viewer::Account(account) => world
            .account_clients
            .iter()
            .any(|link| link.account_id == account.id && link.client_id == id),
    };
    let here = world
        .clients
        .iter()
        .filter(|c| c.agency_id == viewer.agency());
    set(here.map(|c| c.id).filter(|id| own(*id)))
}

#[tokio::test]
async fn k18_t11_t16_the_directory_shows_the_own_agency_and_accounts_their_own() {
    let db = Db::fresh().await;
    for seed in 600..604 {
        let world = World::roll(seed);
        let tx = db.store.begin().await.unwrap();
        tx.insert_batch(world.batch()).await.unwrap();
        tx.commit().await.unwrap();
        for viewer in viewers(&world, &db.store).await {
            lookups(&world, &db.store, &viewer).await;
            lists(&world, &db.store, &viewer).await;
            teams(&world, &db.store, &viewer).await;
        }
    }
}

async fn lookups(world: &World, store: &Store, viewer: &Viewer) {
    let here = viewer.agency();
    let ids: Vec<_> = world.clients.iter().map(|c| c.id).collect();
    let found = store.clients(viewer, &ids).await.unwrap();
    assert_eq!(set(found.iter().map(|c| c.id)), clients(world, viewer));

    let ids: Vec<_> = world.staff.iter().map(|s| s.id).collect();
    let found = store.staff(viewer, &ids).await.unwrap();
    let expect = world.staff.iter().filter(|s| s.agency_id == here);
    assert_eq!(set(found.iter().map(|s| s.id)), set(expect.map(|s| s.id)));

    let ids: Vec<_> = world.topics.iter().map(|t| t.id).collect();
    let found = store.topics(viewer, &ids).await.unwrap();
    let expect = world.topics.iter().filter(|t| t.agency_id == here);
    assert_eq!(set(found.iter().map(|t| t.id)), set(expect.map(|t| t.id)));

    let ids: Vec<_> = world.audiences.iter().map(|a| a.id).collect();
    let found = store.audiences_by_id(viewer, &ids).await.unwrap();
    let expect = world.audiences.iter().filter(|a| a.agency_id == here);
    assert_eq!(set(found.iter().map(|a| a.id)), set(expect.map(|a| a.id)));
    let kinds = store.audiences(viewer).await.unwrap();
    let kinds: Vec<_> = kinds.iter().map(|a| (a.agency_id, a.kind)).collect();
    assert_eq!(
        kinds,
        AudienceKind::ALL
            .iter()
            .map(|k| (here, *k))
            .collect::<Vec<_>>()
    );

    let ids: Vec<_> = world.accounts.iter().map(|a| a.id).collect();
    let found = store.accounts(viewer, &ids).await.unwrap();
    let mine = |id| viewer.account().is_none_or(|me| me.id == id);
    let expect = world
        .accounts
        .iter()
        .filter(|a| a.agency_id == here && mine(a.id));
    assert_eq!(
        set(found.iter().map(|a| a.id)),
        set(expect.clone().map(|a| a.id))
    );

    let ids: Vec<_> = world.clients.iter().map(|c| c.id).collect();
    let found = store.account_links(viewer, &ids).await.unwrap();
    let accounts = set(expect.map(|a| a.id));
    let links = world.account_clients.iter();
    let expect = links.filter(|l| accounts.contains(&l.account_id.0));
    assert_eq!(
        set(found.iter().map(|l| l.client_id)),
        set(expect.map(|l| l.client_id))
    );
    assert_eq!(
        store.agency(viewer).await.unwrap().map(|a| a.id),
        Some(here)
    );
}

async fn lists(world: &World, store: &Store, viewer: &Viewer) {
    for size in [1, 4, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let place = after.as_ref();
            let page = store
                .find_clients(viewer, "client", None, place, size)
                .await;
            let page = page.unwrap();
            found.extend(page.rows);
            after = found.last().map(|client| NamePlace {
                name: client.sort_name.clone(),
                id: client.id.0,
            });
            if !page.has_next {
                break;
            }
        }
        let mut sorted = found.clone();
        sorted.sort_by_key(|c| (c.sort_name.clone(), c.id));
        assert_eq!(found, sorted);
        assert_eq!(set(found.iter().map(|c| c.id)), clients(world, viewer));
    }
    // Wildcards of the database are letters like others here.
    for search in ["%", "_", "cl%", "\\"] {
        let page = store.find_clients(viewer, search, None, None, 100).await;
        assert!(page.unwrap().rows.is_empty(), "{search}");
    }
    let page = store.find_staff(viewer, "", None, 100).await.unwrap();
    let here = world
        .staff
        .iter()
        .filter(|s| s.agency_id == viewer.agency());
    let shown = |displayed| viewer.staff().is_some() || displayed;
    let expect = here.filter(|s| s.active && shown(s.display_in_portal));
    assert_eq!(
        set(page.rows.iter().map(|s| s.id)),
        set(expect.map(|s| s.id))
    );
}

async fn teams(world: &World, store: &Store, viewer: &Viewer) {
    let ids: Vec<_> = world.clients.iter().map(|c| c.id).collect();
    let visible = clients(world, viewer);
    let today = world.today(viewer.agency());
    let shown = world.care_team.iter().filter(|member| {
        let staff = world
            .staff
            .iter()
            .find(|s| s.id == member.staff_id)
            .unwrap();
        let present = holds(member, today);
        let public = member.public && staff.display_in_portal && staff.active && present;
        visible.contains(&member.client_id.0) && (viewer.staff().is_some() || public)
    });
    let id = |row: &CareTeamRow| row.member.id;
    let found = store.care_teams(viewer, &ids).await.unwrap();
    let expect = set(shown.map(|m| m.id));
    assert_eq!(set(found.iter().map(id)), expect, "c29: {viewer:?}");

    let ids: Vec<_> = world.care_team.iter().map(|m| m.id).collect();
    let found = store.care_team_members(viewer, &ids).await.unwrap();
    assert_eq!(set(found.iter().map(id)), expect);
}

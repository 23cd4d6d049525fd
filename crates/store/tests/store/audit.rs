//! The audit log: a chain without gaps that tells of every change of an entry.

use tidings_domain::{AgencyId, AuditSubject, Deed, Principal, SubjectKind};
use tidings_store::{AuditChain, Store};
use uuid::Uuid;

use crate::support::world::World;
use crate::support::{Db, at};

async fn write(store: &Store, agency: AgencyId, subject: u128) {
    let tx = store.begin().await.unwrap();
    let subject = AuditSubject {
        kind: SubjectKind::Client,
        id: Uuid::from_u128(subject),
    };
    let actor = Principal::Staff(Uuid::from_u128(7).into());
    let detail = format!("ACTIVE -> INACTIVE {}", subject.id);
    let entry = tx.audit(
        agency,
        Some(actor),
        Deed::ClientStatusChanged,
        subject,
        detail,
        at(1),
    );
    entry.await.unwrap();
    tx.commit().await.unwrap();
}

/// A store with an agency and forty entries that were written at once.
async fn forty() -> (Db, AgencyId) {
    let db = Db::fresh().await;
    let world = World::roll(11);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let agency = db.store.agency_ids().await.unwrap()[0];
    let writers: Vec<_> = (0..40)
        .map(|subject| {
            let store = db.store.clone();
            tokio::spawn(async move { write(&store, agency, subject).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    (db, agency)
}

#[tokio::test]
async fn entries_written_at_once_are_numbered_without_gaps_and_linked() {
    let (db, agency) = forty().await;
    let whole = db.store.verify_audit(agency).await.unwrap();
    let AuditChain::Whole { entries, head } = whole else {
        panic!("{whole:?}");
    };
    assert_eq!((entries, head.len()), (40, 64));
}

#[tokio::test]
async fn a_changed_entry_is_named_and_so_is_a_missing_one() {
    let (db, agency) = forty().await;
    let outside = db.outside().await;
    for (sql, number) in [
        (
            "UPDATE audit_entry SET detail = 'ACTIVE -> ACTIVE' WHERE number = 31",
            31,
        ),
        (
            "UPDATE audit_entry SET actor_id = NULL, actor_kind = NULL WHERE number = 23",
            23,
        ),
        ("DELETE FROM audit_entry WHERE number = 12", 12),
        ("UPDATE audit_entry SET number = 0 WHERE number = 5", 5),
    ] {
        outside.run(sql).await;
        let found = db.store.verify_audit(agency).await.unwrap();
        assert_eq!(found, AuditChain::Broken { number }, "{sql}");
    }
}

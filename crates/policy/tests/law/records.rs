//! The law of requests and records: its picture, and that its two readers agree.

use std::fmt::Write as _;

use tidings_domain::{AgencyId, ClientStatus, MessagingPolicy, Role, UserErrorCode};
use tidings_policy::{
    Denied, RECORD_ROLES, RecordFacts, RecordGrant, RecordReach, Viewer, decide_record,
    may_act_for, may_change_requests, may_revoke, may_send_request, record_grants,
};

use crate::cast::{CLIENT, ELSEWHERE, HERE, OTHER_CLIENT, account, account_under, staff};

const LEGEND: &str = "\
Who sees a portal request and the record that it leaves.

Records of the viewer's own agency, of another one, and of another one that shares the client.
  yes  sees it
  .    answers as if it were not there (NOT_FOUND)

";

/// Every viewer, by name.
fn viewers() -> Vec<(String, Viewer)> {
    let mut viewers = vec![("no role".to_owned(), staff(&[]))];
    viewers.extend(
        Role::ALL
            .iter()
            .map(|role| (role.to_string(), staff(&[*role]))),
    );
    viewers.push(("account of the client".to_owned(), account(&[CLIENT])));
    viewers.push(("another account".to_owned(), account(&[OTHER_CLIENT])));
    viewers
}

/// Every record there can be, and what it is called.
fn records() -> Vec<(String, RecordFacts<'static>)> {
    let mut records = Vec::new();
    let places: [(&str, AgencyId, &'static [AgencyId]); 3] = [
        ("here", HERE, &[]),
        ("elsewhere", ELSEWHERE, &[]),
        ("shared with us", ELSEWHERE, &[HERE]),
    ];
    for (place, agency, shared_with) in places {
        for private in [false, true] {
            for hidden in [false, true] {
                let name = format!(
                    "{place}{}{}",
                    if private { ", private" } else { "" },
                    if hidden {
                        ", hidden from the portal"
                    } else {
                        ""
                    }
                );
                let facts = RecordFacts {
                    agency,
                    client: CLIENT,
                    private,
                    hidden,
                    shared_with,
                };
                records.push((name, facts));
            }
        }
    }
    records
}

#[test]
fn c34_c38_c42_k18_cx12_the_law_of_records_as_a_table() {
    let mut text = LEGEND.to_owned();
    for (record, facts) in records() {
        let _infallible = writeln!(text, "== {record} ==");
        for (viewer, who) in viewers() {
            let sees = decide_record(&who, &facts).is_ok();
            let mark = if sees { "yes" } else { "." };
            let _infallible = writeln!(text, "{viewer:<24} {mark}");
        }
        text.push('\n');
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
        description => "who sees a portal request and its record" }, {
        insta::assert_snapshot!("record_table", text);
    });
}

/// Whether a record lies within a grant, in the words of [`RecordReach`]'s own documents.
fn within(grant: &RecordGrant, viewer: &Viewer, facts: &RecordFacts<'_>) -> bool {
    let reached = match grant.reach {
        RecordReach::OwnClients => viewer.account().is_some_and(|account| {
            account.agency == facts.agency && account.own(facts.client).is_some()
        }),
        RecordReach::Agency(agency) => facts.agency == agency,
        RecordReach::SharedWith(agency) => {
            facts.agency != agency && facts.shared_with.contains(&agency)
        }
    };
    reached && (grant.private || !facts.private) && (grant.hidden || !facts.hidden)
}

#[test]
fn k18_the_two_readers_of_the_law_of_records_agree() {
    for (name, who) in viewers() {
        let grants = record_grants(&who);
        for (record, facts) in records() {
            let granted = grants.iter().any(|grant| within(grant, &who, &facts));
            let decided = decide_record(&who, &facts).is_ok();
            assert_eq!(granted, decided, "{name}, {record}");
        }
    }
}

#[test]
fn c31_c49_s33_who_may_send_fulfil_take_back_and_revoke() {
    for role in Role::ALL {
        let who = staff(&[*role]);
        let works = RECORD_ROLES.contains(role);
        assert_eq!(may_send_request(&who).is_ok(), works, "{role}");
        assert_eq!(may_change_requests(&who, HERE).is_ok(), works, "{role}");
        assert_eq!(may_change_requests(&who, ELSEWHERE), Err(Denied::Forbidden));
        assert_eq!(may_act_for(&who, CLIENT), Err(Denied::Forbidden));
    }
    let own = account(&[CLIENT]);
    assert_eq!(may_send_request(&own), Err(Denied::Forbidden));
    assert_eq!(may_change_requests(&own, HERE), Err(Denied::Forbidden));
    assert_eq!(may_act_for(&own, CLIENT), Ok(()));
    assert_eq!(may_act_for(&own, OTHER_CLIENT), Err(Denied::NotVisible));
    assert_eq!(
        may_revoke(&own, HERE, OTHER_CLIENT),
        Err(Denied::NotVisible)
    );
    let off = MessagingPolicy {
        portal_enabled: false,
        ..MessagingPolicy::default()
    };
    let off = account_under(off, &[CLIENT]);
    let disabled = Err(Denied::Refused(UserErrorCode::PortalDisabled));
    assert_eq!(may_act_for(&off, CLIENT), disabled);
    let mut inactive = account(&[CLIENT]);
    if let Viewer::Account(account) = &mut inactive {
        account.clients[0].status = ClientStatus::Inactive;
    }
    let refused = Err(Denied::Refused(UserErrorCode::ClientInactive));
    assert_eq!(may_act_for(&inactive, CLIENT), refused);
    // What an inactive client agreed to it can still take back.
    assert_eq!(may_revoke(&inactive, HERE, CLIENT), Ok(()));
}

//! The whole law as one picture: `policy_table.snap`. A change of the law is a change of this
//! file, to be read aloud with a care manager.

use std::fmt::Write as _;

use tidings_domain::{
    AudienceKind, ClientStatus, Lifecycle, MessagingPolicy, ParticipantStanding, Role,
    SupervisorScope, ThreadKind, UserErrorCode,
};
use tidings_policy::{Action, Denied, ThreadFacts, Viewer, decide};

use crate::cast::{
    CLIENT, ELSEWHERE, OTHER_CLIENT, account_under, as_loaded, assigned, internal, listing, scope,
    staff_under, supervised, thread,
};

const LEGEND: &str = "\
Who may do what with a thread.

Each cell has one place for each action: V view, W write, E edit the header, A archive.
  letter  allowed
  x       sees the thread, but may never do this (FORBIDDEN)
  1 2 3   sees the thread, but cannot do this now; the code stands below the table
  .       does not see the thread: answers as if it were not there (NOT_FOUND)

Viewers without a role, with each role, with all; each as the standings in the second column.
";

/// A circumstance: what it is called, and what it makes of the policy and of a thread.
struct Circumstance {
    name: &'static str,
    policy: fn(&mut MessagingPolicy),
    thread: fn(&mut ThreadFacts),
}

const fn circumstance(
    name: &'static str,
    policy: fn(&mut MessagingPolicy),
    thread: fn(&mut ThreadFacts),
) -> Circumstance {
    Circumstance {
        name,
        policy,
        thread,
    }
}

const ORDINARY: Circumstance =
    circumstance("an open direct thread, an active client", |_| (), |_| ());

const SPECIAL: &[Circumstance] = &[
    circumstance("a team thread", |_| (), |t| of_kind(t, ThreadKind::Team)),
    circumstance("a group thread", |_| (), |t| of_kind(t, ThreadKind::Group)),
    circumstance(
        "a broadcast thread",
        |_| (),
        |t| of_kind(t, ThreadKind::Broadcast),
    ),
    circumstance(
        "an inactive client",
        |_| (),
        |t| {
            for client in &mut t.clients {
                client.status = ClientStatus::Inactive;
            }
        },
    ),
    circumstance(
        "a client without direct chats",
        |_| (),
        |t| {
            for client in &mut t.clients {
                client.direct_chat = false;
            }
        },
    ),
    circumstance(
        "a client who may not write",
        |_| (),
        |t| {
            for client in &mut t.clients {
                client.sends = false;
            }
        },
    ),
    circumstance(
        "nobody addressed takes contact, and the policy blocks replies then",
        |p| p.block_replies_when_contact_off = true,
        |t| t.contact_off = true,
    ),
    circumstance(
        "staff may not write to each other",
        |p| p.internal_messaging = false,
        |_| (),
    ),
    circumstance(
        "an archived thread",
        |_| (),
        |t| t.lifecycle = Lifecycle::Archived,
    ),
    circumstance(
        "a deleted thread",
        |_| (),
        |t| t.lifecycle = Lifecycle::Deleted,
    ),
    circumstance(
        "the portal is switched off",
        |p| p.portal_enabled = false,
        |_| (),
    ),
    circumstance(
        "a thread of another agency",
        |_| (),
        |t| t.agency = ELSEWHERE,
    ),
];

/// Only a client's thread can be of another kind than it is.
fn of_kind(facts: &mut ThreadFacts, kind: ThreadKind) {
    if !facts.clients.is_empty() {
        facts.kind = kind;
    }
}

type Standing = fn(ThreadFacts) -> ThreadFacts;

const STANDINGS: &[(&str, Standing)] = &[
    ("unrelated", |t| t),
    ("care team", assigned),
    ("supervises", supervised),
    ("participant", |t| {
        listing(t, ParticipantStanding::Participant)
    }),
    ("shared with", |t| {
        listing(t, ParticipantStanding::SharedWith)
    }),
];

/// Every viewer with a standing: two labels, the viewer, the standing.
fn rows(policy: &MessagingPolicy) -> Vec<(String, &'static str, Viewer, Standing)> {
    let mut rows = Vec::new();
    let mut people: Vec<(String, Vec<Role>)> = vec![("no role".to_owned(), Vec::new())];
    people.extend(Role::ALL.iter().map(|role| (role.to_string(), vec![*role])));
    people.push(("all roles".to_owned(), Role::ALL.to_vec()));
    for (name, roles) in people {
        for (label, standing) in STANDINGS {
            let viewer = staff_under(policy.clone(), &roles);
            rows.push((name.clone(), *label, viewer, *standing));
        }
    }
    for (label, client) in [("own client", CLIENT), ("not own", OTHER_CLIENT)] {
        let viewer = account_under(policy.clone(), &[client]);
        rows.push(("portal account".to_owned(), label, viewer, |t| t));
    }
    rows
}

/// One row of the table, and the codes that it refers to.
fn cells(
    viewer: &Viewer,
    standing: Standing,
    case: &Circumstance,
    codes: &mut Vec<UserErrorCode>,
) -> String {
    let mut threads: Vec<ThreadFacts> = AudienceKind::ALL.iter().map(|a| thread(*a)).collect();
    threads.push(internal());
    let mut line = String::new();
    for facts in threads {
        let mut facts = standing(facts);
        (case.thread)(&mut facts);
        let viewer = as_loaded(viewer, &facts);
        line.push_str("  ");
        for (action, letter) in Action::ALL.iter().zip(["V", "W", "E", "A"]) {
            let mark = match decide(&viewer, *action, &facts) {
                Ok(()) => letter.to_owned(),
                Err(Denied::NotVisible) => ".".to_owned(),
                Err(Denied::Forbidden) => "x".to_owned(),
                Err(Denied::Refused(code)) => {
                    if !codes.contains(&code) {
                        codes.push(code);
                    }
                    let number = codes.iter().position(|c| *c == code).unwrap_or_default();
                    (number + 1).to_string()
                }
            };
            line.push_str(&mark);
        }
        line.push_str("    ");
    }
    line.trim_end().to_owned()
}

fn table(scope_of: SupervisorScope, case: &Circumstance) -> (Vec<String>, Vec<UserErrorCode>) {
    let mut policy = scope(scope_of);
    (case.policy)(&mut policy);
    let mut codes = Vec::new();
    let lines = rows(&policy)
        .into_iter()
        .map(|(who, how, viewer, standing)| {
            let cells = cells(&viewer, standing, case, &mut codes);
            format!("{who:<18} {how:<12}{cells}")
        })
        .collect();
    (lines, codes)
}

fn head(text: &mut String, case: &Circumstance, scope_of: SupervisorScope) {
    let _infallible = writeln!(
        text,
        "\n== {}; supervisorScope {scope_of} ==\n\n{:<18} {:<12}  {:<8}  {:<8}  {:<8}  INTERNAL",
        case.name, "viewer", "standing", "ADMIN.", "BILLING", "CLINICAL"
    );
}

#[test]
fn t04_t05_t06_t07_t08_t09_t44_k12_k17_k18_the_law_as_a_table() {
    let mut text = LEGEND.to_owned();
    for scope_of in SupervisorScope::ALL {
        head(&mut text, &ORDINARY, *scope_of);
        let (ordinary, codes) = table(*scope_of, &ORDINARY);
        assert!(codes.is_empty(), "an ordinary thread refuses nobody");
        for line in &ordinary {
            text.push_str(line);
            text.push('\n');
        }
        for case in SPECIAL {
            head(&mut text, case, *scope_of);
            let (lines, codes) = table(*scope_of, case);
            let mut same = 0;
            for (line, ordinary) in lines.iter().zip(&ordinary) {
                if line == ordinary {
                    same += 1;
                } else {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            let _infallible = writeln!(text, "({same} rows as in the ordinary case)");
            for (i, code) in codes.iter().enumerate() {
                let _infallible = writeln!(text, "{} = {}", i + 1, code.as_str());
            }
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
        description => "who may do what with a thread" }, {
        insta::assert_snapshot!("policy_table", text);
    });
}

//! What was exported is read again as what it was.

use chrono::{NaiveDate, TimeZone as _, Utc};
use proptest::prelude::*;
use tidings_domain::{AudienceKind, CareTeamSource, ClientStatus, Role};
use tidings_import::export::{Bundle, Conversation, Letter, Sender};
use tidings_import::{Client, Family, Format, Member, Options, Record, Staff, Team};

use crate::read_files;

fn name() -> impl Strategy<Value = String> {
    "[A-Za-zéß\"\\\\{}\\[\\]']{1,12}( [A-Za-zéß]{1,12}){0,2}"
}

fn mail() -> impl Strategy<Value = String> {
    "[a-z]{1,8}@[a-z]{1,8}\\.example"
}

fn staff() -> impl Strategy<Value = Staff> {
    let roles = prop::sample::subsequence(Role::ALL.to_vec(), 0..=3);
    let mail = prop_oneof![Just(String::new()), mail()];
    (name(), prop::option::of(name()), mail, roles, any::<bool>()).prop_map(
        |(name, title, email, roles, active)| Staff {
            id: "s".to_owned(),
            agency: String::new(),
            name,
            title,
            email,
            roles,
            active,
        },
    )
}

fn client() -> impl Strategy<Value = Client> {
    let labels = prop::collection::vec("urn:[a-z]{1,5}\\|[A-Z]{1,3}", 0..3);
    (name(), prop::option::of(mail()), any::<bool>(), labels).prop_map(
        |(name, email, active, labels)| Client {
            id: "c".to_owned(),
            agency: String::new(),
            name,
            email,
            status: if active {
                ClientStatus::Active
            } else {
                ClientStatus::Inactive
            },
            labels,
        },
    )
}

fn member() -> impl Strategy<Value = Member> {
    let day = |n: u64| NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(n);
    (
        0..2_000_u64,
        prop::option::of(0..2_000_u64),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(move |(start, length, public, enrolled)| Member {
            staff: "s".to_owned(),
            start: Some(day(start)),
            end: length.map(|length| day(start + length)),
            public,
            source: if enrolled {
                CareTeamSource::Enrollment
            } else {
                CareTeamSource::Manual
            },
        })
}

proptest! {
    #[test]
    fn what_was_exported_is_read_again_as_what_it_was(
        staff in staff(), client in client(), members in prop::collection::vec(member(), 0..4),
        guardian in name(), address in mail(), text in "\\PC{0,40}",
    ) {
        let family = Family {
            id: "f".to_owned(), agency: String::new(), name: guardian, email: address, client: "c".to_owned(), active: true,
        };
        let teams: Vec<Team> = members.into_iter().enumerate().map(|(n, member)| Team {
            origin: format!("CareTeam/t{n}"), agency: String::new(), client: "c".to_owned(), members: vec![member],
        }).collect();
        let now = Utc.timestamp_opt(1_780_000_000, 0).unwrap();
        let mut bundle = Bundle::begin(Vec::new(), now).unwrap();
        for team in &teams {
            bundle.team(team).unwrap();
        }
        bundle.family(&family).unwrap();
        bundle.client(&client).unwrap();
        bundle.staff(&staff).unwrap();
        bundle.conversation(&Conversation { id: "h", client: "c", subject: &text, audience: Some(AudienceKind::Clinical), started: now }).unwrap();
        bundle.letter(&Letter { id: "m", thread: "h", client: "c", sender: Some(Sender::Staff("s")), sent: now, text: &text }).unwrap();
        let bytes = bundle.finish().unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
        let options = Options { one_agency: true, encounter_days: 365, ..Options::default() };
        let outcome = read_files(&[("b.json".to_owned(), bytes)], Format::Fhir, &options);
        prop_assert_eq!(outcome.told(), ["b.json Communication NOT_TAKEN"]);
        let mut expected = vec![Record::Staff(staff), Record::Client(client), Record::Family(family)];
        expected.extend(teams.into_iter().map(Record::Team));
        prop_assert_eq!(outcome.records, expected);
    }
}

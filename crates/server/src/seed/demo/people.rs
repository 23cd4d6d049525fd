//! The people of the demo, what they are to each other, and what they can write about.

use chrono::Duration;
use tidings_domain::{
    AccountId, AccountState, AgencyId, AudienceId, AudienceKind, CareTeamMemberId, CareTeamSource,
    ClientId, ClientStatus, EnrollmentId, HouseholdRole, ProgramId, Role, RoleSet, StaffId,
    TopicId,
};
use tidings_store::{
    AccountClientRow, AccountRow, AudienceRow, Batch, CareTeamMemberRow, ClientRow, EnrollmentRow,
    ProgramRow, StaffRow, SupervisionRow, TopicRow,
};

use super::Times;
use crate::seed::cast::{account, agency, audience, client, enrollment, id, program, staff, topic};

struct Person {
    id: StaffId,
    agency: AgencyId,
    name: &'static str,
    title: &'static str,
    mailbox: &'static str,
    roles: &'static [Role],
    /// Whether clients see them on their care team and may write to them first.
    contact: bool,
}

const fn person(
    id: StaffId,
    name: &'static str,
    title: &'static str,
    mailbox: &'static str,
    roles: &'static [Role],
) -> Person {
    Person {
        id,
        agency: agency::HARBOR_LANE,
        name,
        title,
        mailbox,
        roles,
        contact: matches!(roles, [Role::Clinician]),
    }
}

#[rustfmt::skip]
const STAFF: &[Person] = &[
    person(staff::CLINICIAN, "Amina Farouk", "Psychologist", "amina.farouk", &[Role::Clinician]),
    person(staff::SECOND_CLINICIAN, "Daniel Okafor", "Clinical Social Worker", "daniel.okafor", &[Role::Clinician]),
    person(staff::FORMER_CLINICIAN, "Callum Reid", "Counselor", "callum.reid", &[Role::Clinician]),
    person(staff::SUPERVISOR, "Ingrid Solheim", "Clinical Supervisor", "ingrid.solheim", &[Role::Supervisor]),
    person(staff::CLINICAL_ADMIN, "Priya Raman", "Clinical Director", "priya.raman", &[Role::ClinicalAdmin]),
    person(staff::PRACTICE_ADMIN, "Thomas Whitfield", "Practice Manager", "thomas.whitfield", &[Role::PracticeAdmin]),
    person(staff::SCHEDULER, "Lucía Benítez", "Front Desk Coordinator", "lucia.benitez", &[Role::PracticeScheduler]),
    person(staff::BILLER, "Wei Zhang", "Billing Specialist", "wei.zhang", &[Role::PracticeBiller]),
    person(staff::SCHEDULER_BILLER, "Naomi Cohen", "Office Coordinator", "naomi.cohen", &[Role::PracticeScheduler, Role::PracticeBiller]),
    person(staff::SYSTEM_ADMIN, "Viktor Petrov", "Systems Administrator", "viktor.petrov", &[Role::SystemAdmin]),
    Person {
        agency: agency::FERNHILL,
        contact: true,
        ..person(staff::OUTSIDER, "Beatriz Almeida", "Practice Owner", "beatriz.almeida", Role::ALL)
    },
];

/// Client, agency, name, mailbox, status.
#[rustfmt::skip]
const CLIENTS: &[(ClientId, AgencyId, &str, Option<&str>, ClientStatus)] = &[
    (client::CLIENT, agency::HARBOR_LANE, "Elena Marchetti", Some("elena.marchetti"), ClientStatus::Active),
    (client::FIRST_CHILD, agency::HARBOR_LANE, "Samuel Adeyemi", None, ClientStatus::Active),
    (client::SECOND_CHILD, agency::HARBOR_LANE, "Grace Adeyemi", None, ClientStatus::Active),
    (client::SECOND_CLIENT, agency::HARBOR_LANE, "Haruto Nakamura", Some("haruto.nakamura"), ClientStatus::Active),
    (client::INACTIVE, agency::HARBOR_LANE, "Marisol Vega", Some("marisol.vega"), ClientStatus::Inactive),
    (client::UNREGISTERED, agency::HARBOR_LANE, "Oskar Lindqvist", Some("oskar.lindqvist"), ClientStatus::Active),
    (client::OUTSIDER, agency::FERNHILL, "Jamal Washington", Some("jamal.washington"), ClientStatus::Active),
];

/// Account, agency, name, mailbox, and for whom it acts, the primary one first.
#[rustfmt::skip]
const ACCOUNTS: &[(AccountId, AgencyId, &str, &str, &[ClientId])] = &[
    (account::CLIENT, agency::HARBOR_LANE, "Elena Marchetti", "elena.marchetti", &[client::CLIENT]),
    (account::GUARDIAN, agency::HARBOR_LANE, "Ruth Adeyemi", "ruth.adeyemi", &[client::FIRST_CHILD, client::SECOND_CHILD]),
    (account::SECOND_CLIENT, agency::HARBOR_LANE, "Haruto Nakamura", "haruto.nakamura", &[client::SECOND_CLIENT]),
    (account::INACTIVE_CLIENT, agency::HARBOR_LANE, "Marisol Vega", "marisol.vega", &[client::INACTIVE]),
    (account::OUTSIDER_CLIENT, agency::FERNHILL, "Jamal Washington", "jamal.washington", &[client::OUTSIDER]),
];

/// Client, member, days since the first day, days since the last if there is one.
const CARE_TEAMS: &[(ClientId, StaffId, i64, Option<i64>)] = &[
    (client::CLIENT, staff::CLINICIAN, 120, None),
    (client::CLIENT, staff::FORMER_CLINICIAN, 300, Some(1)),
    (client::FIRST_CHILD, staff::CLINICIAN, 90, None),
    (client::SECOND_CLIENT, staff::SECOND_CLINICIAN, 200, None),
    (client::OUTSIDER, staff::OUTSIDER, 60, None),
];

const PROGRAMS: &[(ProgramId, AgencyId, &str)] = &[
    (
        program::COUNSELING,
        agency::HARBOR_LANE,
        "Family Counseling",
    ),
    (program::PARENTS, agency::HARBOR_LANE, "Parents' Group"),
    (program::OUTSIDER, agency::FERNHILL, "Adult Counseling"),
];

/// Enrolment, agency, client, program, days since the first day, days since the last if there is one.
type Enrolled = (
    EnrollmentId,
    AgencyId,
    ClientId,
    ProgramId,
    i64,
    Option<i64>,
);

#[rustfmt::skip]
const ENROLLMENTS: &[Enrolled] = &[
    (enrollment::CLIENT, agency::HARBOR_LANE, client::CLIENT, program::COUNSELING, 120, None),
    (enrollment::CLIENT_PARENTS, agency::HARBOR_LANE, client::CLIENT, program::PARENTS, 300, Some(100)),
    (enrollment::OUTSIDER, agency::FERNHILL, client::OUTSIDER, program::OUTSIDER, 60, None),
];

const AUDIENCES: &[(AudienceId, AgencyId, AudienceKind, &str)] = {
    use AudienceKind::{Administrative, Billing, Clinical};
    use agency::{FERNHILL, HARBOR_LANE};
    &[
        (
            audience::ADMINISTRATIVE,
            HARBOR_LANE,
            Administrative,
            "Front desk",
        ),
        (
            audience::BILLING,
            HARBOR_LANE,
            Billing,
            "Billing and insurance",
        ),
        (audience::CLINICAL, HARBOR_LANE, Clinical, "Your care team"),
        (
            audience::OTHER_ADMINISTRATIVE,
            FERNHILL,
            Administrative,
            "Reception",
        ),
        (audience::OTHER_BILLING, FERNHILL, Billing, "Accounts"),
        (audience::OTHER_CLINICAL, FERNHILL, Clinical, "Counselors"),
    ]
};

/// Topic, its audience, title, the subject that it fills in, place in the list.
#[rustfmt::skip]
const TOPICS: &[(TopicId, AudienceId, &str, &str, i32)] = &[
    (topic::APPOINTMENTS, audience::ADMINISTRATIVE, "Appointments", "Your appointment", 0),
    (topic::FORMS, audience::ADMINISTRATIVE, "Forms and documents", "Forms to complete", 1),
    (topic::CONTACT_DETAILS, audience::ADMINISTRATIVE, "Contact details", "Your contact details", 2),
    (topic::OFFICE, audience::ADMINISTRATIVE, "Our office", "News from our office", 3),
    (topic::INVOICES, audience::BILLING, "Invoices", "Your invoice", 0),
    (topic::INSURANCE, audience::BILLING, "Insurance", "Your insurance", 1),
    (topic::PAYMENT_PLANS, audience::BILLING, "Payment plans", "Your payment plan", 2),
    (topic::BETWEEN_SESSIONS, audience::CLINICAL, "Between sessions", "Between sessions", 0),
    (topic::MEDICATION, audience::CLINICAL, "Medication", "Your medication", 1),
    (topic::CARE_PLAN, audience::CLINICAL, "Care plan", "Your care plan", 2),
    (topic::EXERCISES, audience::CLINICAL, "Exercises at home", "Exercises at home", 3),
    (topic::OTHER_APPOINTMENTS, audience::OTHER_ADMINISTRATIVE, "Appointments", "Your appointment", 0),
    (topic::OTHER_INVOICES, audience::OTHER_BILLING, "Invoices", "Your invoice", 0),
    (topic::OTHER_SESSIONS, audience::OTHER_CLINICAL, "Sessions", "Your sessions", 0),
];

/// Adds them all.
pub(super) fn add(batch: &mut Batch, times: &Times) {
    directory(batch, times);
    care_teams(batch, times);
    programs(batch, times);
    words(batch);
}

fn mail(mailbox: &str, at: AgencyId) -> String {
    if at == agency::HARBOR_LANE {
        format!("{mailbox}@harborlane.example")
    } else {
        format!("{mailbox}@fernhill.example")
    }
}

fn directory(batch: &mut Batch, times: &Times) {
    let created_at = times.founded;
    batch.staff.extend(STAFF.iter().map(|person| StaffRow {
        id: person.id,
        agency_id: person.agency,
        display_name: person.name.to_owned(),
        title: Some(person.title.to_owned()),
        email: mail(person.mailbox, person.agency),
        roles: RoleSet::of(person.roles),
        active: true,
        allow_client_contact: person.contact,
        display_in_portal: person.contact,
        created_at,
    }));
    let rows = CLIENTS
        .iter()
        .map(|(id, agency, name, mailbox, status)| ClientRow {
            id: *id,
            agency_id: *agency,
            display_name: (*name).to_owned(),
            sort_name: name.to_lowercase(),
            email: mailbox.map(|mailbox| format!("{mailbox}@post.example")),
            status: *status,
            direct_chat: true,
            may_send: true,
            created_at,
        });
    batch.clients.extend(rows);
    for (id, agency, name, mailbox, clients) in ACCOUNTS {
        batch.accounts.push(AccountRow {
            id: *id,
            agency_id: *agency,
            display_name: (*name).to_owned(),
            email: format!("{mailbox}@post.example"),
            state: AccountState::Connected,
            created_at,
        });
        let links = clients.iter().zip(0..);
        batch
            .account_clients
            .extend(links.map(|(client, rank)| AccountClientRow {
                client_id: *client,
                account_id: *id,
                rank,
            }));
    }
}

fn care_teams(batch: &mut Batch, times: &Times) {
    batch.supervisions.push(SupervisionRow {
        supervisor_id: staff::SUPERVISOR,
        supervisee_id: staff::CLINICIAN,
    });
    for (client, member, since, until) in CARE_TEAMS {
        let name = format!("care-team-member/{client}/{member}");
        batch.care_team_members.push(CareTeamMemberRow {
            id: CareTeamMemberId(id(&name)),
            client_id: *client,
            staff_id: *member,
            start_date: times.today - Duration::days(*since),
            end_date: until.map(|days| times.today - Duration::days(days)),
            public: true,
            source: CareTeamSource::Manual,
            created_at: times.now - Duration::days(*since),
        });
    }
}

fn programs(batch: &mut Batch, times: &Times) {
    for (id, agency, name) in PROGRAMS {
        batch.programs.push(ProgramRow {
            id: *id,
            agency_id: *agency,
            name: (*name).to_owned(),
            active: true,
            created_at: times.founded,
        });
    }
    for (id, agency, client, program, since, until) in ENROLLMENTS {
        batch.enrollments.push(EnrollmentRow {
            id: *id,
            agency_id: *agency,
            client_id: *client,
            program_id: *program,
            entry_date: times.today - Duration::days(*since),
            exit_date: until.map(|days| times.today - Duration::days(days)),
            household: None,
            household_role: HouseholdRole::Other,
            created_at: times.now - Duration::days(*since),
        });
    }
}

fn words(batch: &mut Batch) {
    for (id, agency, kind, label) in AUDIENCES {
        batch.audiences.push(AudienceRow {
            id: *id,
            agency_id: *agency,
            kind: *kind,
            label: (*label).to_owned(),
        });
    }
    for (id, audience, title, default_subject, rank) in TOPICS {
        let Some((_, agency, kind, _)) = AUDIENCES.iter().find(|row| row.0 == *audience) else {
            continue;
        };
        batch.topics.push(TopicRow {
            id: *id,
            agency_id: *agency,
            audience_id: *audience,
            audience: *kind,
            title: (*title).to_owned(),
            default_subject: (*default_subject).to_owned(),
            rank: *rank,
        });
    }
}

//! The cast of the demo: who there is, who can sign in, and the ids of everything.
//!
//! An id is a constant that follows from a name, so that a test, a document or a token made on
//! another machine can speak of the same row. It has the shape of a `UUIDv7`.

use tidings_domain::{
    AccountId, AgencyId, AssessmentDefinitionId, AssessmentId, AssessmentVersionId, AudienceId,
    ClientId, DocumentCategoryId, DocumentNameId, EnrollmentId, LocationId, MessageId,
    NotificationId, PortalRequestId, Principal, ProgramId, ReleaseId, StaffId, ThreadId, TopicId,
};
use uuid::Uuid;

/// The moment that stands in the ids: 2024-05-01 00:00 UTC, in milliseconds.
const ID_MILLIS: u128 = 1_714_521_600_000;

/// The id of a name. Names begin with the table they are for: `staff/clinician`.
#[must_use]
pub const fn id(name: &str) -> Uuid {
    // FNV-1a, in 128 bits.
    let bytes = name.as_bytes();
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u128).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        at += 1;
    }
    shaped(hash)
}

/// A number in the shape of a `UUIDv7`: time, version and variant in their places.
const fn shaped(hash: u128) -> Uuid {
    let mixed = hash ^ (hash >> 61);
    let random = mixed & 0x0fff_3fff_ffff_ffff_ffff;
    Uuid::from_u128((ID_MILLIS << 80) | (0x7 << 76) | (0x2 << 62) | random)
}

/// The id of a message of a demo thread.
#[must_use]
pub const fn message(thread: ThreadId, seq: u32) -> MessageId {
    let step = (seq as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    MessageId(shaped(thread.0.as_u128().wrapping_add(step)))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $module:ident: $id:ident { $($(#[$cdoc:meta])* $name:ident = $text:literal;)+ })+) => {$(
        $(#[$doc])*
        pub mod $module {
            use super::$id;
            $($(#[$cdoc])* pub const $name: $id = $id(super::id(concat!(stringify!($module), "/", $text)));)+
            /// All of them.
            pub const ALL: &[$id] = &[$($name),+];
        }
    )+};
}

ids! {
    /// Agencies.
    agency: AgencyId {
        /// Harbor Lane Family Services: the demo agency.
        HARBOR_LANE = "harbor-lane";
        /// Fernhill Counseling: the second agency, for whoever must see nothing of the first.
        FERNHILL = "fernhill";
    }
    /// Staff.
    staff: StaffId {
        /// Amina Farouk: assigned to [`client::CLIENT`](super::client::CLIENT) and
        /// [`client::FIRST_CHILD`](super::client::FIRST_CHILD).
        CLINICIAN = "clinician";
        /// Daniel Okafor: assigned to [`client::SECOND_CLIENT`](super::client::SECOND_CLIENT).
        SECOND_CLINICIAN = "second-clinician";
        /// Callum Reid: was on the care team of [`client::CLIENT`](super::client::CLIENT) until
        /// the day before the demo was made.
        FORMER_CLINICIAN = "former-clinician";
        /// Ingrid Solheim: supervises [`CLINICIAN`] only.
        SUPERVISOR = "supervisor";
        /// Priya Raman.
        CLINICAL_ADMIN = "clinical-admin";
        /// Thomas Whitfield.
        PRACTICE_ADMIN = "practice-admin";
        /// Lucía Benítez.
        SCHEDULER = "scheduler";
        /// Wei Zhang.
        BILLER = "biller";
        /// Naomi Cohen: two roles.
        SCHEDULER_BILLER = "scheduler-biller";
        /// Viktor Petrov.
        SYSTEM_ADMIN = "system-admin";
        /// Beatriz Almeida of the second agency: every role there.
        OUTSIDER = "outsider";
    }
    /// Clients.
    client: ClientId {
        /// Elena Marchetti.
        CLIENT = "client";
        /// Samuel Adeyemi, a child.
        FIRST_CHILD = "first-child";
        /// Grace Adeyemi, a child without a care team.
        SECOND_CHILD = "second-child";
        /// Haruto Nakamura.
        SECOND_CLIENT = "second-client";
        /// Marisol Vega: inactive.
        INACTIVE = "inactive-client";
        /// Oskar Lindqvist: has no account.
        UNREGISTERED = "unregistered";
        /// Jamal Washington of the second agency.
        OUTSIDER = "outsider-client";
    }
    /// Programs.
    program: ProgramId {
        /// Counseling for families.
        COUNSELING = "counseling";
        /// A group for parents; nobody is enrolled at present.
        PARENTS = "parents";
        /// Of the second agency.
        OUTSIDER = "outsider";
    }
    /// Enrolments.
    enrollment: EnrollmentId {
        /// Elena Marchetti's in [`program::COUNSELING`](super::program::COUNSELING).
        CLIENT = "client";
        /// Hers in [`program::PARENTS`](super::program::PARENTS), from which she has exited.
        CLIENT_PARENTS = "client-parents";
        /// Jamal Washington's, of the second agency.
        OUTSIDER = "outsider";
    }
    /// Portal accounts, all connected.
    account: AccountId {
        /// Elena Marchetti's.
        CLIENT = "client";
        /// Ruth Adeyemi's, for her two children.
        GUARDIAN = "guardian";
        /// Haruto Nakamura's.
        SECOND_CLIENT = "second-client";
        /// Marisol Vega's.
        INACTIVE_CLIENT = "inactive-client";
        /// Jamal Washington's.
        OUTSIDER_CLIENT = "outsider-client";
    }
    /// Audiences: three for each agency.
    audience: AudienceId {
        /// Administrative.
        ADMINISTRATIVE = "administrative";
        /// Billing.
        BILLING = "billing";
        /// Clinical.
        CLINICAL = "clinical";
        /// Administrative, second agency.
        OTHER_ADMINISTRATIVE = "other-administrative";
        /// Billing, second agency.
        OTHER_BILLING = "other-billing";
        /// Clinical, second agency.
        OTHER_CLINICAL = "other-clinical";
    }
    /// Topics.
    topic: TopicId {
        /// Administrative: appointments.
        APPOINTMENTS = "appointments";
        /// Administrative: forms and documents.
        FORMS = "forms";
        /// Administrative: visiting and contact details.
        CONTACT_DETAILS = "contact-details";
        /// Administrative: the office itself.
        OFFICE = "office";
        /// Billing: invoices.
        INVOICES = "invoices";
        /// Billing: insurance.
        INSURANCE = "insurance";
        /// Billing: payment plans.
        PAYMENT_PLANS = "payment-plans";
        /// Clinical: between sessions.
        BETWEEN_SESSIONS = "between-sessions";
        /// Clinical: medication.
        MEDICATION = "medication";
        /// Clinical: the care plan.
        CARE_PLAN = "care-plan";
        /// Clinical: practice at home.
        EXERCISES = "exercises";
        /// Administrative, second agency.
        OTHER_APPOINTMENTS = "other-appointments";
        /// Billing, second agency.
        OTHER_INVOICES = "other-invoices";
        /// Clinical, second agency.
        OTHER_SESSIONS = "other-sessions";
    }
    /// Portal requests.
    request: PortalRequestId {
        /// The client is asked where it is. Open.
        LOCATION = "location";
        /// The client is asked to renew its release of information. Open.
        RELEASE = "release";
        /// The second client is asked for its first release of information. Open, and seen.
        SECOND_RELEASE = "second-release";
        /// The first child was asked where it is. Fulfilled.
        CHILD_LOCATION = "child-location";
        /// The client is asked for a pay slip. Open.
        DOCUMENT = "document";
        /// The second child is asked about its housing. Open.
        ASSESSMENT = "assessment";
        /// The second child was asked about it before. Fulfilled.
        FIRST_ASSESSMENT = "first-assessment";
    }
    /// Assessments that agencies define.
    assessment_definition: AssessmentDefinitionId {
        /// Whether a housing is stable.
        HOUSING = "housing";
        /// What staff fill in: clients are not asked for it.
        INTAKE = "intake";
        /// The second agency's.
        OUTSIDER = "outsider";
    }
    /// Their first versions.
    assessment_version: AssessmentVersionId {
        /// Of housing.
        HOUSING = "housing";
        /// Of what staff fill in.
        INTAKE = "intake";
        /// Of the second agency's.
        OUTSIDER = "outsider";
    }
    /// Assessments on records.
    assessment: AssessmentId {
        /// The second child's, as it was asked.
        SECOND_CHILD = "second-child";
    }
    /// Document categories.
    document_category: DocumentCategoryId {
        /// Papers about income.
        INCOME = "income";
        /// Papers that say who somebody is.
        IDENTITY = "identity";
        /// The second agency's.
        OUTSIDER = "outsider";
    }
    /// Names that these have ready.
    document_name: DocumentNameId {
        /// Of income: a pay slip.
        PAY_SLIP = "pay-slip";
        /// Of income: a letter about benefits.
        BENEFITS = "benefits";
        /// Of identity: a passport.
        PASSPORT = "passport";
    }
    /// Locations.
    location: LocationId {
        /// The client's, which nobody asked for.
        CLIENT = "client";
        /// The first child's, as it was asked.
        FIRST_CHILD = "first-child";
    }
    /// Releases of information.
    release: ReleaseId {
        /// The client's: it holds for three more days.
        CLIENT = "client";
    }
    /// Notifications.
    notification: NotificationId {
        /// The clinician's, of the first child's location. Unread.
        CHILD_LOCATION = "child-location";
        /// The biller's, of the second child's first assessment. Read.
        FIRST_ASSESSMENT = "first-assessment";
    }
    /// Threads.
    thread: ThreadId {
        /// Administrative, client: an appointment is moved. Unread by the staff.
        APPOINTMENT = "appointment";
        /// Administrative, second client: intake forms. Unread by the client.
        INTAKE_FORMS = "intake-forms";
        /// Administrative, first child: a letter for the school. A team thread.
        SCHOOL_LETTER = "school-letter";
        /// Administrative, client and unregistered client: the office closes. A broadcast: no reply.
        OFFICE_CLOSING = "office-closing";
        /// Administrative, unregistered client: a welcome that waits for an account.
        WELCOME = "welcome";
        /// Billing, client: a question about an invoice.
        INVOICE = "invoice";
        /// Billing, first child: a new insurance card. Unread by the staff.
        INSURANCE_CARD = "insurance-card";
        /// Billing, second client: a payment plan. Unread by the client.
        PAYMENT_PLAN = "payment-plan";
        /// Billing, inactive client: a last statement. Archived.
        LAST_STATEMENT = "last-statement";
        /// Clinical, client: sleep. Unread by the clinician.
        SLEEP = "sleep";
        /// Clinical, client: breathing exercises. Archived.
        BREATHING = "breathing";
        /// Clinical, second client: a medication question.
        MEDICATION = "medication";
        /// Clinical, first child: practice at home. Unread by the guardian.
        HOMEWORK = "homework";
        /// Clinical, second child: a first care plan.
        CARE_PLAN = "care-plan";
        /// Clinical, inactive client: the end of care.
        CLOSING = "closing";
        /// Internal: a case review. No client, no audience.
        CASE_REVIEW = "case-review";
        /// Administrative, second agency.
        OTHER_APPOINTMENT = "other-appointment";
        /// Clinical, second agency.
        OTHER_SESSION = "other-session";
    }
}

/// Somebody who can sign in.
#[derive(Clone, Copy, Debug)]
pub struct CastMember {
    /// As `tidings token --as` takes it.
    pub name: &'static str,
    /// A staff member or a portal account.
    pub principal: Principal,
    /// Who that is, in a line.
    pub description: &'static str,
}

const fn works(name: &'static str, id: StaffId, description: &'static str) -> CastMember {
    CastMember {
        name,
        principal: Principal::Staff(id),
        description,
    }
}

const fn served(name: &'static str, id: AccountId, description: &'static str) -> CastMember {
    CastMember {
        name,
        principal: Principal::Account(id),
        description,
    }
}

/// Everybody who can sign in to the demo.
#[rustfmt::skip]
pub const CAST: &[CastMember] = &[
    works("clinician", staff::CLINICIAN, "Amina Farouk, psychologist, assigned to two clients"),
    works("second-clinician", staff::SECOND_CLINICIAN, "Daniel Okafor, clinician of another client"),
    works("former-clinician", staff::FORMER_CLINICIAN, "Callum Reid, whose care team membership has ended"),
    works("supervisor", staff::SUPERVISOR, "Ingrid Solheim, supervises clinician only"),
    works("clinical-admin", staff::CLINICAL_ADMIN, "Priya Raman, clinical director: all audiences"),
    works("practice-admin", staff::PRACTICE_ADMIN, "Thomas Whitfield, practice manager: Administrative"),
    works("scheduler", staff::SCHEDULER, "Lucía Benítez, front desk: Administrative"),
    works("biller", staff::BILLER, "Wei Zhang, billing: Billing"),
    works("scheduler-biller", staff::SCHEDULER_BILLER, "Naomi Cohen, two roles: Administrative and Billing"),
    works("system-admin", staff::SYSTEM_ADMIN, "Viktor Petrov, runs the system: no messages"),
    served("client", account::CLIENT, "Elena Marchetti, a client of clinician"),
    served("guardian", account::GUARDIAN, "Ruth Adeyemi, acts for two children"),
    served("second-client", account::SECOND_CLIENT, "Haruto Nakamura, a client of second-clinician"),
    served("inactive-client", account::INACTIVE_CLIENT, "Marisol Vega, inactive: reads, does not write"),
    works("outsider", staff::OUTSIDER, "Beatriz Almeida, every role in another agency"),
    served("outsider-client", account::OUTSIDER_CLIENT, "Jamal Washington, a client of another agency"),
];

/// The member of the cast of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static CastMember> {
    CAST.iter().find(|member| member.name == name)
}

//! The closed vocabularies: every enum that a row, a rule or the schema uses.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(
            feature = "orm",
            derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum),
            sea_orm(rs_type = "String", db_type = "Text")
        )]
        pub enum $name {
            $(
                $(#[$vdoc])*
                #[cfg_attr(feature = "orm", sea_orm(string_value = $text))]
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the order in which documents list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as rows, events and the schema write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

mod audit;

pub use audit::{Deed, SubjectKind};

words! {
    /// A group of readers within an agency (T-03): exactly three, and every client thread has one.
    AudienceKind {
        /// Appointments, forms, organisation (T-07).
        Administrative = "ADMINISTRATIVE",
        /// Invoices, insurance, payments (T-08).
        Billing = "BILLING",
        /// Care itself (T-09).
        Clinical = "CLINICAL",
    }

    /// What a staff member does in an agency. A staff member holds any number of roles (T-05);
    /// the law gives the union of what they allow.
    Role {
        /// Treats or manages assigned clients (T-06).
        Clinician = "CLINICIAN",
        /// Answers for the work of supervisees (T-44).
        Supervisor = "SUPERVISOR",
        /// Administers clinical matters; sees all three audiences.
        ClinicalAdmin = "CLINICAL_ADMIN",
        /// Administers the practice; sees Administrative threads.
        PracticeAdmin = "PRACTICE_ADMIN",
        /// Schedules; sees Administrative threads.
        PracticeScheduler = "PRACTICE_SCHEDULER",
        /// Bills; sees Billing threads.
        PracticeBiller = "PRACTICE_BILLER",
        /// Runs the system; sees no message by this role.
        SystemAdmin = "SYSTEM_ADMIN",
    }

    /// Whether a client is served at present (S-33).
    ClientStatus {
        /// May read and write.
        Active = "ACTIVE",
        /// May read, may not write.
        Inactive = "INACTIVE",
    }

    /// How far a portal account has come (CX-06).
    AccountState {
        /// An invitation is out.
        Invited = "INVITED",
        /// The person can sign in.
        Connected = "CONNECTED",
        /// Signed out for good, until invited again.
        Deactivated = "DEACTIVATED",
    }

    /// What a mail says. Its text follows from that and carries no content (S-18).
    MailKind {
        /// A message waits.
        Message = "MESSAGE",
        /// Somebody is invited to the portal (CX-06).
        Invitation = "INVITATION",
        /// The invitation is still open (CX-08).
        InvitationReminder = "INVITATION_REMINDER",
        /// A link to choose a password.
        PasswordLink = "PASSWORD_LINK",
    }

    /// Where a care team membership came from (CX-13).
    CareTeamSource {
        /// Added by hand.
        Manual = "MANUAL",
        /// Follows from an enrolment.
        Enrollment = "ENROLLMENT",
    }

    /// The place of a client in the household of an enrolment.
    HouseholdRole {
        /// The head: the family's primary record.
        Head = "HEAD",
        /// A child under age.
        Child = "CHILD",
        /// Anybody else, or nobody says.
        Other = "OTHER",
    }

    /// What an id of another system stands for.
    ExternalKind {
        /// An agency.
        Agency = "AGENCY",
        /// A program.
        Program = "PROGRAM",
        /// A staff member.
        Staff = "STAFF",
        /// A client.
        Client = "CLIENT",
        /// A guardian's hold of a client's profile.
        Family = "FAMILY",
        /// An enrolment.
        Enrollment = "ENROLLMENT",
        /// A care team membership.
        Member = "MEMBER",
    }

    /// How far an import is that runs as a job.
    ImportStatus {
        /// It waits for its turn.
        Queued = "QUEUED",
        /// A server is at it.
        Running = "RUNNING",
        /// It came to its end: stored, or previewed.
        Done = "DONE",
        /// The set was refused as a whole.
        Refused = "REFUSED",
        /// The server failed at it several times, or whoever asked for it may do so no more.
        Failed = "FAILED",
    }

    /// What kind of conversation a thread is; decides who may reply (K5).
    ThreadKind {
        /// One staff member and one client (S-24).
        Direct = "DIRECT",
        /// Several staff members and at most one client (S-25).
        Team = "TEAM",
        /// One message to several clients who learn nothing of each other (S-26).
        Broadcast = "BROADCAST",
        /// Several clients who see each other.
        Group = "GROUP",
        /// Staff only; has no client and no audience (S-03).
        Internal = "INTERNAL",
    }

    /// What the Enter key does where a message is written (P-38). A client application's own matter.
    EnterKeyAction {
        /// Sends the message.
        Send = "SEND",
        /// Begins a new line.
        NewLine = "NEW_LINE",
    }

    /// What a staff member can be told of by e-mail (T-40).
    EmailNotification {
        /// A message in a thread with a client (T-42, T-43).
        ClientMessage = "CLIENT_MESSAGE",
        /// A message in a thread among staff.
        InternalMessage = "INTERNAL_MESSAGE",
        /// A client has answered a request (C-47).
        RequestFulfilled = "REQUEST_FULFILLED",
    }

    /// How a message's text is written (C-05).
    BodyFormat {
        /// Text and nothing else.
        Plain = "PLAIN",
        /// HTML, of which the sanitiser keeps what a message may hold.
        Rich = "RICH",
    }

    /// What a file is for those who handle it.
    FileGroup {
        /// Text and office documents.
        Document = "DOCUMENT",
        /// Pictures, of which the place and the camera are stripped (P-29).
        Image = "IMAGE",
        /// Voice notes, which have a duration (P-28).
        Audio = "AUDIO",
        /// Compressed files (C-41).
        Archive = "ARCHIVE",
    }

    /// What an attachment is for.
    AttachmentPurpose {
        /// It goes with a message (P-27).
        Message = "MESSAGE",
        /// It goes into a document on a client's record (C-39).
        RequestDocument = "REQUEST_DOCUMENT",
    }

    /// Where a thread stands for everybody who shares it (T-14, T-33).
    Lifecycle {
        /// In the inbox.
        Open = "OPEN",
        /// Put away; listed only on request.
        Archived = "ARCHIVED",
        /// Deleted; listed only among the deleted.
        Deleted = "DELETED",
    }

    /// What a search finds (CX-18).
    SearchKind {
        /// A message, by its text.
        Message = "MESSAGE",
        /// A thread, by its subject.
        Subject = "SUBJECT",
        /// An attachment, by its name.
        Document = "DOCUMENT",
    }

    /// As what a thread is exported (P-26).
    ExportFormat {
        /// Comma-separated values.
        Csv = "CSV",
        /// A spreadsheet of Office Open XML.
        Xlsx = "XLSX",
        /// Pages to print.
        Pdf = "PDF",
        /// For programs.
        Json = "JSON",
    }

    /// Which kind of principal an id names.
    PrincipalKind {
        /// A staff member.
        Staff = "STAFF",
        /// A portal account.
        Account = "ACCOUNT",
        /// A client.
        Client = "CLIENT",
    }

    /// How somebody listed on a thread came to it (K17).
    ParticipantStanding {
        /// Addressed by the thread, or its author.
        Participant = "PARTICIPANT",
        /// The thread was shared with them (P-11).
        SharedWith = "SHARED_WITH",
    }

    /// A group of staff that is made by itself of everybody who holds a role (TX-05). It is
    /// expanded when something is sent to it; no group means clients (S-10).
    StaffGroup {
        /// Everybody who works in the agency.
        Staff = "STAFF",
        /// Everybody with the role of a clinician.
        Clinicians = "CLINICIANS",
        /// Everybody with the role of a scheduler.
        Schedulers = "SCHEDULERS",
        /// Everybody with the role of a biller.
        Billers = "BILLERS",
    }

    /// What a portal request asks for (C-32): exactly these four.
    RequestKind {
        /// A questionnaire of the agency, answered (C-33).
        Assessment = "ASSESSMENT",
        /// Files of a category (C-35).
        Document = "DOCUMENT",
        /// Where the client is (C-42).
        Location = "LOCATION",
        /// A signature under a release of information (C-43).
        ReleaseOfInformation = "RELEASE_OF_INFORMATION",
    }

    /// Where a portal request stands. Only the first two are open.
    RequestStatus {
        /// Sent, and not looked at.
        Sent = "SENT",
        /// The client has looked at it.
        Seen = "SEEN",
        /// The client has done what it asked.
        Fulfilled = "FULFILLED",
        /// Staff took it back.
        Cancelled = "CANCELLED",
        /// Its time is over.
        Expired = "EXPIRED",
    }

    /// What somebody is notified of.
    NotificationKind {
        /// A request that the recipient sent was fulfilled (C-47).
        RequestFulfilled = "REQUEST_FULFILLED",
        /// A release of information ends soon (CX-20).
        ReleaseExpiring = "RELEASE_EXPIRING",
    }

    /// How clients of a group are named to each other (PX-02). Staff always see the full name.
    ClientNaming {
        /// As the record has it.
        Full = "FULL",
        /// The first name.
        First = "FIRST",
        /// The initials: the default.
        Initials = "INITIALS",
    }

    /// Who takes a message back for everybody (K3).
    DeletionRule {
        /// What no client has seen: all staff who see it. What one has seen, or wrote: the admins of
        /// its audience (T-26 to T-29). The default.
        UnseenAnySeenAdmin = "UNSEEN_ANY_SEEN_ADMIN",
        /// Its author, at any time (S-28 to S-30, P-33).
        AuthorAnytime = "AUTHOR_ANYTIME",
        /// Nobody.
        Locked = "LOCKED",
    }

    /// Whose clients a supervisor sees (K12).
    SupervisorScope {
        /// Those of the own supervisees: the default.
        Supervisees = "SUPERVISEES",
        /// All of the agency.
        All = "ALL",
    }
}

impl ThreadKind {
    /// Whether such a thread can have more than one client: they stand beside it, not in it.
    #[must_use]
    pub const fn has_clients(self) -> bool {
        matches!(self, Self::Broadcast | Self::Group)
    }
}

impl RequestStatus {
    /// Whether it can still be fulfilled or taken back.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Seen)
    }
}

impl StaffGroup {
    /// The role that makes somebody a member; none if everybody is one.
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Staff => None,
            Self::Clinicians => Some(Role::Clinician),
            Self::Schedulers => Some(Role::PracticeScheduler),
            Self::Billers => Some(Role::PracticeBiller),
        }
    }
}

impl ClientNaming {
    /// A name as other clients of a group read it.
    #[must_use]
    pub fn of(self, name: &str) -> String {
        match self {
            Self::Full => name.to_owned(),
            Self::First => name
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            Self::Initials => name
                .split_whitespace()
                .filter_map(|part| part.chars().next())
                .flat_map(|letter| letter.to_uppercase().chain(['.']))
                .collect(),
        }
    }
}

/// A set of [`Role`]s, stored as one number (bit `n` is the `n`th role of [`Role::ALL`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
pub struct RoleSet(i32);

impl RoleSet {
    /// No role at all.
    pub const EMPTY: Self = Self(0);

    /// The set of the given roles.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        Self(
            roles
                .iter()
                .fold(0, |bits, role| bits | 1 << (*role as i32)),
        )
    }

    /// Whether the role is in the set.
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        self.0 & (1 << (role as i32)) != 0
    }

    /// The roles of the set, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .iter()
            .copied()
            .filter(move |role| self.has(*role))
    }
}

//! The tables. Everything else in this crate only reads them.

use tidings_domain::{AudienceKind, AudienceSet, Role};

/// What a viewer wants to do with a thread or its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read the thread and everything in it.
    View,
    /// Send a message into it. The same set as `View` (T-04), less what
    /// [`write_block`](crate::write_block) names.
    Write,
    /// Change audience, topic or subject (T-37).
    EditHeader,
    /// Archive it or take it back (T-33).
    Archive,
    /// Lock it or take the lock off (PX-04).
    Lock,
    /// Read what its messages said before they were edited (PX-04).
    ReadHistory,
    /// Read and write the notes of staff on it (SX-06).
    Annotate,
    /// Share it, add people, take them out (P-11, PX-04).
    ChangePeople,
    /// Pin it, hide it or take it out of the own view (P-14, P-19, C-28). The same set as `View`.
    Arrange,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Write,
        Self::EditHeader,
        Self::Archive,
        Self::Lock,
        Self::ReadHistory,
        Self::Annotate,
        Self::ChangePeople,
        Self::Arrange,
    ];
}

/// How a viewer relates to a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The thread is about the account's own client or a dependant, or addressed to it among
    /// others (P-48, S-26). A direct one counts only while its client may use direct chats (K15).
    Own,
    /// The staff member is on the care team of a client of the thread today.
    CareTeam,
    /// A supervisee is on the care team of a client of the thread today; with the policy's scope
    /// `ALL`, on any.
    Supervises,
    /// Addressed by the thread or its author (K17).
    Participant,
    /// The thread was shared with the staff member (P-11).
    SharedWith,
    /// Holds the role in the thread's agency.
    Role(Role),
}

/// One row of the law: who relates to a thread like this sees threads of these audiences.
#[derive(Clone, Copy, Debug)]
pub struct ViewRule {
    /// The standing.
    pub standing: Standing,
    /// A role that the standing counts only together with.
    pub needs: Option<Role>,
    /// The audiences that it opens.
    pub audiences: AudienceSet,
    /// Whether it opens threads without a client and audience, too (S-03).
    pub internal: bool,
    /// Where the rule comes from.
    pub source: &'static str,
}

const fn row(
    standing: Standing,
    needs: Option<Role>,
    audiences: AudienceSet,
    internal: bool,
    source: &'static str,
) -> ViewRule {
    ViewRule {
        standing,
        needs,
        audiences,
        internal,
        source,
    }
}

const ALL: AudienceSet = AudienceSet::ALL;
const ADMINISTRATIVE: AudienceSet = AudienceSet::of(&[AudienceKind::Administrative]);
const BILLING: AudienceSet = AudienceSet::of(&[AudienceKind::Billing]);

/// Who sees which threads. A viewer sees a thread if one row says so (T-05).
#[rustfmt::skip]
pub const VIEW: &[ViewRule] = &[
    row(Standing::Own,                           None,                   ALL,            false, "C-25, P-48"),
    row(Standing::Participant,                   None,                   ALL,            true,  "K17"),
    row(Standing::SharedWith,                    None,                   ALL,            true,  "K17, P-11"),
    row(Standing::CareTeam,                      Some(Role::Clinician),  ALL,            false, "T-06"),
    row(Standing::Supervises,                    Some(Role::Supervisor), ALL,            false, "T-44, K12"),
    row(Standing::Role(Role::ClinicalAdmin),     None,                   ALL,            false, "T-07, T-08, T-09"),
    row(Standing::Role(Role::PracticeAdmin),     None,                   ADMINISTRATIVE, false, "T-07"),
    row(Standing::Role(Role::PracticeScheduler), None,                   ADMINISTRATIVE, false, "T-07"),
    row(Standing::Role(Role::PracticeBiller),    None,                   BILLING,        false, "T-08"),
];

/// Actions that a portal account never has, whatever it sees.
pub const STAFF_ONLY: &[Action] = &[
    Action::EditHeader,
    Action::Archive,
    Action::Lock,
    Action::ReadHistory,
    Action::Annotate,
    Action::ChangePeople,
];

/// Actions for which a thread that was deleted is still there, to staff: it can be looked at, and a
/// write is told that nobody writes into it. For all others it is not (K3).
pub const ON_DELETED: &[Action] = &[Action::View, Action::Write];

/// The roles that read threads of an audience, with or without an assignment: what
/// `Audience.roles` shows.
#[must_use]
pub fn readers(audience: AudienceKind) -> Vec<Role> {
    Role::ALL
        .iter()
        .copied()
        .filter(|role| {
            VIEW.iter().any(|rule| {
                rule.audiences.has(audience)
                    && (rule.standing == Standing::Role(*role) || rule.needs == Some(*role))
            })
        })
        .collect()
}

/// The roles that may reach threads of an audience anywhere in the agency: whom a stream has to
/// ask about besides those who relate to the thread itself. Supervisors are among them because a
/// policy may give them every client (K12); the law decides.
#[must_use]
pub fn wide_roles(audience: AudienceKind) -> Vec<Role> {
    VIEW.iter()
        .filter(|rule| rule.audiences.has(audience))
        .filter_map(|rule| match rule.standing {
            Standing::Role(role) => Some(role),
            Standing::Supervises => rule.needs,
            _ => None,
        })
        .collect()
}

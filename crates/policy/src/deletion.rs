//! Who takes a message or a thread back for everybody (K3, K4).

use tidings_domain::{
    AudienceKind, AudienceSet, DeletionRule, Principal, PrincipalKind, Role, UserErrorCode,
};

use crate::decide::{Denied, ThreadFacts, visible};
use crate::viewer::{StaffViewer, Viewer};

/// The audiences whose messages all staff who see them delete, as long as no client has seen them
/// (T-26).
pub const DELETE_UNSEEN: AudienceSet = AudienceSet::ALL;

/// The roles that delete messages of an audience that a client has seen, or wrote; they need not see
/// them (T-27, T-28, K4).
#[rustfmt::skip]
pub const DELETE_SEEN: &[(AudienceKind, Role)] = &[
    (AudienceKind::Clinical,       Role::ClinicalAdmin),
    (AudienceKind::Administrative, Role::PracticeAdmin),
    (AudienceKind::Billing,        Role::PracticeAdmin),
];

/// What the law needs to know of a message to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// Who wrote it: a staff member or a client.
    pub author: Principal,
    /// Whether a client has seen it.
    pub seen_by_client: bool,
}

/// What the law needs to know of all messages of a thread to be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentFacts {
    /// Whether a client has seen one, or wrote one.
    pub known_to_client: bool,
    /// Whether somebody else than the viewer wrote one.
    pub of_others: bool,
}

impl MessageFacts {
    fn known_to_client(self) -> bool {
        self.seen_by_client || self.author.kind() == PrincipalKind::Client
    }
}

/// Whether the staff member deletes what clients know of this audience.
#[must_use]
pub fn deletes_seen(staff: &StaffViewer, audience: AudienceKind) -> bool {
    DELETE_SEEN.iter().any(|(of, role)| {
        let covered = *of == audience || staff.policy.either_admin_deletes;
        covered && staff.roles.has(*role)
    })
}

/// Whether there is an audience whose messages the viewer deletes without seeing them (K4).
#[must_use]
pub fn deletes_seen_somewhere(viewer: &Viewer) -> bool {
    viewer.staff().is_some_and(|staff| {
        staff.policy.deletion == DeletionRule::UnseenAnySeenAdmin
            && DELETE_SEEN.iter().any(|(_, role)| staff.roles.has(*role))
    })
}

/// Why a viewer who sees a message, or has authority over its audience, cannot delete it, if so. The
/// same function answers `viewerCanDelete` and the mutation. Of the thread's facts it looks at
/// nobody who is listed or assigned.
#[must_use]
pub fn message_delete_block(
    viewer: &Viewer,
    thread: &ThreadFacts,
    message: MessageFacts,
) -> Option<UserErrorCode> {
    let content = ContentFacts {
        known_to_client: message.known_to_client(),
        of_others: message.author != viewer.principal(),
    };
    let rule = viewer.policy().deletion;
    block(
        viewer,
        thread,
        content,
        rule == DeletionRule::AuthorAnytime && !content.of_others,
    )
}

/// The same for a thread with all of its messages: under [`DeletionRule::UnseenAnySeenAdmin`] each
/// of them must be the viewer's to delete (T-34); under [`DeletionRule::AuthorAnytime`] whoever of
/// the staff started it deletes it, with what was answered (S-29, S-30).
#[must_use]
pub fn thread_delete_block(
    viewer: &Viewer,
    thread: &ThreadFacts,
    content: ContentFacts,
) -> Option<UserErrorCode> {
    let started = thread.started_by == viewer.principal();
    let rule = viewer.policy().deletion;
    block(
        viewer,
        thread,
        content,
        rule == DeletionRule::AuthorAnytime && started,
    )
}

fn block(
    viewer: &Viewer,
    thread: &ThreadFacts,
    content: ContentFacts,
    as_author: bool,
) -> Option<UserErrorCode> {
    let allowed = match (viewer.staff(), thread.audience) {
        // A client takes things out of its own view, and nothing back (C-28).
        (None, _) => false,
        _ if viewer.policy().deletion == DeletionRule::Locked => false,
        // Among staff: what the viewer wrote, all of it.
        (Some(_), None) => !content.of_others,
        _ if viewer.policy().deletion == DeletionRule::AuthorAnytime => as_author,
        (Some(staff), Some(audience)) => {
            let unseen = !content.known_to_client && DELETE_UNSEEN.has(audience);
            unseen || deletes_seen(staff, audience)
        }
    };
    (!allowed).then_some(UserErrorCode::DeleteNotAllowed)
}

/// Whether the viewer may name something of this thread to delete it: by seeing the thread, or by
/// authority over its audience, which needs no sight (K4). The answer then carries no content.
pub fn may_name_to_delete(viewer: &Viewer, thread: &ThreadFacts) -> Result<(), Denied> {
    if visible(viewer, thread) {
        return match viewer {
            Viewer::Staff(_) => Ok(()),
            Viewer::Account(_) => Err(Denied::Forbidden),
        };
    }
    let authority = viewer.staff().is_some_and(|staff| {
        // SECURITY: the tenant comes first (K18).
        staff.agency == thread.agency
            && staff.policy.deletion == DeletionRule::UnseenAnySeenAdmin
            && thread.audience.is_some_and(|of| deletes_seen(staff, of))
    });
    if authority {
        Ok(())
    } else {
        Err(Denied::NotVisible)
    }
}

/// Whether the viewer may read what a deleted message of this audience said, as long as it is kept
/// (K3): the admins with authority over the audience, who see its threads.
#[must_use]
pub fn reads_deleted(viewer: &Viewer, audience: Option<AudienceKind>) -> bool {
    let of = |staff: &StaffViewer| audience.is_some_and(|audience| deletes_seen(staff, audience));
    viewer.staff().is_some_and(of)
}

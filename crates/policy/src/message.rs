//! Rules about single messages of a thread that the viewer sees.

use tidings_domain::{AccountId, AgencyId, Principal, ThreadKind};

use crate::decide::Denied;
use crate::viewer::Viewer;

/// Whether the viewer may edit a message: its author alone, an account only while it acts for the
/// client in whose name it wrote (PX-04). Whether the thread can be written into is asked besides.
pub fn may_edit(
    viewer: &Viewer,
    author: Principal,
    written_by: Option<AccountId>,
) -> Result<(), Denied> {
    let own = match (viewer, author) {
        (Viewer::Staff(staff), Principal::Staff(author)) => staff.id == author,
        // SECURITY: whoever acts for the client today did not write what was written before.
        (Viewer::Account(account), Principal::Client(client)) => {
            written_by == Some(account.id) && account.own(client).is_some()
        }
        _ => false,
    };
    if own { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether the viewer learns of a reaction in a thread of this kind: of a broadcast an account
/// learns of its own and of the staff's, and not even a number of the other clients' (S-26).
#[must_use]
pub fn shows_reaction(viewer: &Viewer, kind: ThreadKind, by: Principal) -> bool {
    viewer.staff().is_some()
        || kind != ThreadKind::Broadcast
        || by == viewer.principal()
        || matches!(by, Principal::Staff(_))
}

/// Whether the viewer sees a draft: whoever wrote it and nobody else, whatever their role (SX-03).
pub fn decide_draft(viewer: &Viewer, agency: AgencyId, owner: Principal) -> Result<(), Denied> {
    if agency == viewer.agency() && owner == viewer.principal() {
        Ok(())
    } else {
        Err(Denied::NotVisible)
    }
}

//! Who sees an attachment, and who may upload one.

use tidings_domain::{AgencyId, ClientId, Principal};

use crate::decide::{Denied, ThreadFacts, decide};
use crate::record::may_act_for;
use crate::table::Action;
use crate::viewer::Viewer;

/// What the law needs to know of an attachment.
#[derive(Clone, Copy, Debug)]
pub struct AttachmentFacts<'a> {
    /// The tenant.
    pub agency: AgencyId,
    /// Who uploaded it: a staff member or a portal account.
    pub uploader: Principal,
    /// The thread of its message; none before it is sent.
    pub thread: Option<&'a ThreadFacts>,
}

/// Whether the viewer sees the attachment: one that was sent through its message, as everybody who
/// sees the thread does, its uploader no more than others; one that was not, as its uploader (K17).
pub fn decide_attachment(viewer: &Viewer, facts: &AttachmentFacts<'_>) -> Result<(), Denied> {
    match facts.thread {
        Some(thread) => decide(viewer, Action::View, thread),
        None if facts.agency == viewer.agency() && facts.uploader == viewer.principal() => Ok(()),
        None => Err(Denied::NotVisible),
    }
}

/// Whether the viewer may upload a file: staff in their own name, an account for one of its
/// clients, which must be active (S-33). Asked again when the content comes.
pub fn may_upload(viewer: &Viewer, acting_for: Option<ClientId>) -> Result<(), Denied> {
    match (viewer, acting_for) {
        (Viewer::Staff(_), None) => Ok(()),
        (Viewer::Staff(_), Some(_)) | (Viewer::Account(_), None) => Err(Denied::Forbidden),
        (Viewer::Account(_), Some(client)) => may_act_for(viewer, client),
    }
}

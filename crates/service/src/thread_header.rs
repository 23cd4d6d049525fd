//! Editing a thread's header: audience, topic, subject, with a preview of who gains and who loses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tidings_domain::{AudienceKind, Deed, Event, Role, ThreadId, TopicId, UserErrorCode};
use tidings_policy::{Action, StaffViewer, ThreadFacts, Viewer, decide, readers};
use tidings_store::{Header, LiveThread, StaffAsViewer, StaffRow};

use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::fields;
use crate::message::about;

/// A header to store. What is left out stays.
#[derive(Clone, Debug, Serialize)]
pub struct EditHeader {
    /// Of which thread.
    pub thread: ThreadId,
    /// The version that was read.
    pub expected_version: i32,
    /// The new audience.
    pub audience: Option<AudienceKind>,
    /// The new topic; must be one of the audience.
    pub topic: Option<TopicId>,
    /// The new subject.
    pub subject: Option<String>,
    /// The token of the preview, needed when the audience changes (T-38).
    pub confirm: Option<String>,
}

/// A header that was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderEdited {
    /// The thread.
    pub thread: ThreadId,
}

/// Who would gain and who would lose by a change of audience (T-38).
#[derive(Clone, Debug)]
pub struct AudienceChange {
    /// The audience at present.
    pub from: AudienceKind,
    /// The audience to be.
    pub to: AudienceKind,
    /// Roles that read the present audience and not the other.
    pub losing_roles: Vec<Role>,
    /// Roles that read the other audience and not the present one.
    pub gaining_roles: Vec<Role>,
    /// Staff who see the thread and would not any more, by name.
    pub losing: Vec<StaffRow>,
    /// Staff who do not see the thread and would, by name.
    pub gaining: Vec<StaffRow>,
    /// Confirms exactly this change: it is good for this viewer, this version of the thread and
    /// these people.
    pub token: String,
}

impl Service {
    /// Who would gain and who would lose by giving a thread another audience.
    pub async fn audience_change(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
        to: AudienceKind,
    ) -> Result<AudienceChange> {
        // Absent and invisible take the same way.
        if self.store.threads(viewer, &[thread]).await?.is_empty() {
            return Err(Error::not_found());
        }
        let live = self
            .store
            .live_threads(&[thread], self.clock.now())
            .await?
            .remove(&thread);
        let live = live.ok_or_else(Error::not_found)?;
        decide(viewer, Action::EditHeader, &live.facts)?;
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        let everyone = self.store.staff_viewers(staff).await?;
        change(staff, &live, to, everyone)
    }

    /// Changes audience, topic and subject in one step (T-37), against the version that was read.
    pub async fn edit_thread_header(
        &self,
        viewer: &Viewer,
        key: &str,
        input: EditHeader,
    ) -> Result<HeaderEdited> {
        let write = match self.begin(viewer, key, "editThreadHeader", &input).await? {
            Begin::Done(edited) => return Ok(edited),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        let live = write.tx.live_thread(thread.id, write.now).await?;
        let live = live.ok_or_else(Error::not_found)?;
        decide(viewer, Action::EditHeader, &live.facts)?;
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        if thread.version != input.expected_version {
            return Err(Error::refused(
                UserErrorCode::VersionConflict,
                &["expectedVersion"],
            ));
        }
        let before = thread.audience.ok_or_else(Error::forbidden)?;
        let audience = input.audience.unwrap_or(before);
        let moved = audience != before;
        if moved {
            // SECURITY: nobody gains sight of a thread unless the list of them was confirmed.
            let everyone = write.tx.staff_viewers(staff).await?;
            let change = change(staff, &live, audience, everyone)?;
            if input.confirm.as_deref() != Some(change.token.as_str()) {
                let code = UserErrorCode::AudienceChangeNotConfirmed;
                return Err(Error::refused(code, &["confirm"]));
            }
        }
        let topic = fields::topic(&write, viewer, input.topic, audience).await?;
        let topic = match topic {
            Some(topic) => Some(topic.id),
            None if moved => None,
            None => thread.topic_id,
        };
        let subject = match fields::subject(input.subject.as_deref())? {
            Some(subject) => subject.as_str().to_owned(),
            None if input.subject.is_some() => {
                return Err(Error::refused(UserErrorCode::SubjectRequired, &["subject"]));
            }
            None => thread.subject.clone(),
        };
        let header = Header {
            audience: Some(audience),
            topic,
            subject,
        };
        write.tx.change_header(&thread, header).await?;
        let event = Event::ThreadChanged {
            audience_before: moved.then_some(before),
        };
        write.emit(about(&thread), event).await?;
        let detail = format!("audience: {before} -> {audience}");
        write
            .audit(viewer.agency(), Deed::ThreadHeaderEdited, thread.id, detail)
            .await?;
        write.commit(HeaderEdited { thread: thread.id }).await
    }
}

/// Who among the staff gains and who loses.
fn change(
    staff: &StaffViewer,
    live: &LiveThread,
    to: AudienceKind,
    everyone: Vec<StaffAsViewer>,
) -> Result<AudienceChange> {
    let from = live.facts.audience.ok_or_else(Error::forbidden)?;
    let after = ThreadFacts {
        audience: Some(to),
        ..live.facts.clone()
    };
    let mut losing = Vec::new();
    let mut gaining = Vec::new();
    for (viewer, row) in everyone {
        let sees = decide(&viewer, Action::View, &live.facts).is_ok();
        let would = decide(&viewer, Action::View, &after).is_ok();
        match (sees, would) {
            (true, false) => losing.push(row),
            (false, true) => gaining.push(row),
            _ => {}
        }
    }
    let less = |a: AudienceKind, b: AudienceKind| -> Vec<Role> {
        readers(a)
            .into_iter()
            .filter(|role| !readers(b).contains(role))
            .collect()
    };
    let token = token(staff, live, to, &losing, &gaining);
    let (losing_roles, gaining_roles) = (less(from, to), less(to, from));
    Ok(AudienceChange {
        from,
        to,
        losing_roles,
        gaining_roles,
        losing,
        gaining,
        token,
    })
}

/// A hash of everything that the preview showed.
fn token(
    staff: &StaffViewer,
    live: &LiveThread,
    to: AudienceKind,
    losing: &[StaffRow],
    gaining: &[StaffRow],
) -> String {
    let mut hash = Sha256::new();
    hash.update(b"audience change");
    hash.update(staff.id.0);
    hash.update(live.thread.id.0);
    hash.update(live.thread.version.to_be_bytes());
    hash.update(to.as_str());
    for (mark, people) in [(b'-', losing), (b'+', gaining)] {
        for person in people {
            hash.update([mark]);
            hash.update(person.id.0);
        }
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

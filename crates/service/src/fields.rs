//! Parsing of the fields that several use cases share.

use tidings_domain::{AudienceKind, Subject, SubjectProblem, TopicId, UserErrorCode};
use tidings_policy::Viewer;
use tidings_store::TopicRow;

use crate::context::Write;
use crate::error::{Error, Result};

/// A subject that was given; none if it is blank.
pub(crate) fn subject(text: Option<&str>) -> Result<Option<Subject>> {
    match text.map(Subject::parse) {
        Some(Ok(subject)) => Ok(Some(subject)),
        None | Some(Err(SubjectProblem::Blank)) => Ok(None),
        Some(Err(SubjectProblem::TooLong)) => {
            Err(Error::refused(UserErrorCode::SubjectTooLong, &["subject"]))
        }
    }
}

/// A topic that belongs to the audience (T-18).
pub(crate) async fn topic(
    write: &Write<'_>,
    viewer: &Viewer,
    id: Option<TopicId>,
    audience: AudienceKind,
) -> Result<Option<TopicRow>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let topic = write
        .tx
        .topic(viewer, id)
        .await?
        .ok_or_else(Error::not_found)?;
    if topic.audience != audience {
        return Err(Error::refused(
            UserErrorCode::TopicNotInAudience,
            &["topicId"],
        ));
    }
    Ok(Some(topic))
}

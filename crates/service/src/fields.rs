//! Parsing of the fields that several use cases share.

use tidings_domain::{
    AudienceKind, Body, BodyProblem, BodyRules, MessagingPolicy, Subject, SubjectProblem, TopicId,
    UserErrorCode, limits,
};
use tidings_policy::Viewer;
use tidings_store::TopicRow;

use crate::context::Write;
use crate::error::{Error, Result};

/// A message's text by the rules for its author (K16, P-43).
pub(crate) fn body(viewer: &Viewer, text: &str) -> Result<Body> {
    Body::parse(text, rules(viewer, viewer.policy())).map_err(|problem| {
        let code = match problem {
            BodyProblem::Blank => UserErrorCode::BodyRequired,
            BodyProblem::TooShort { .. } => UserErrorCode::BodyTooShort,
            BodyProblem::TooLong { .. } => UserErrorCode::MessageTooLong,
        };
        Error::refused(code, &["body"])
    })
}

fn rules(viewer: &Viewer, policy: &MessagingPolicy) -> BodyRules {
    let min = usize::try_from(policy.min_body_chars).unwrap_or(1).max(1);
    let max = match (viewer, policy.client_max_message_chars) {
        (Viewer::Account(_), Some(max)) => usize::try_from(max).unwrap_or(limits::MAX_BODY_CHARS),
        _ => limits::MAX_BODY_CHARS,
    };
    BodyRules {
        min,
        max: max.min(limits::MAX_BODY_CHARS),
    }
}

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

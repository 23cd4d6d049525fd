//! The text of a message. Every use case that takes one makes its body here, so that the same input
//! is stored as the same bytes, wherever it was handed in (C-16).

use serde::Serialize;
use tidings_domain::{
    Body, BodyFormat, BodyProblem, BodyRules, MessagingPolicy, RichBody, RichProblem,
    UserErrorCode, limits,
};
use tidings_policy::Viewer;

use crate::error::{Error, Result};

/// A message's text as it was handed in. All of it tells a repeat from another write (G4): the same
/// text in another format is another text.
#[derive(Clone, Debug, Serialize)]
pub struct BodyInput {
    /// How it is written.
    pub format: BodyFormat,
    /// Text or, if [`BodyFormat::Rich`], HTML.
    pub text: String,
}

/// A message's text as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageBody {
    pub(crate) format: BodyFormat,
    /// The plain text.
    pub(crate) text: String,
    /// The sanitised HTML of a rich text.
    pub(crate) html: Option<String>,
}

/// The body that an input comes to by the rules for its author (K16, P-43). Refused with
/// `BODY_REQUIRED`, `BODY_TOO_SHORT` or `MESSAGE_TOO_LONG`, about the field `body`.
///
/// Sanitising can take long, so it is done before a write begins: under the lock of a thread, or
/// of all of SQLite, others would wait for it. What it found is told when its turn comes, behind
/// whether the viewer sees what it writes to.
pub(crate) async fn message_body(viewer: &Viewer, input: &BodyInput) -> Result<MessageBody> {
    let rules = rules(viewer, viewer.policy());
    let made = match input.format {
        BodyFormat::Plain => Body::parse(&input.text, rules).map(|text| MessageBody {
            format: BodyFormat::Plain,
            text: text.as_str().to_owned(),
            html: None,
        }),
        BodyFormat::Rich => return rich(input.text.clone(), rules).await,
    };
    made.map_err(|problem| Error::refused(code(problem), &["body"]))
}

/// Half a megabyte of hostile HTML keeps a processor busy: not one of those that serve everybody.
async fn rich(html: String, rules: BodyRules) -> Result<MessageBody> {
    let sanitising = tokio::task::spawn_blocking(move || {
        // No message has attachments yet, so no image has anything to show: every image goes.
        let body = RichBody::parse(&html, rules, |_| None)?;
        Ok(MessageBody {
            format: BodyFormat::Rich,
            text: body.text().as_str().to_owned(),
            html: Some(body.html().to_owned()),
        })
    });
    let made = match sanitising.await {
        Ok(made) => made,
        // It ends early by a panic only: who waits for it ends with the runtime, too.
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    };
    made.map_err(|problem| {
        let code = match problem {
            RichProblem::Text(problem) => code(problem),
            RichProblem::MarkupTooLong => UserErrorCode::MessageTooLong,
        };
        Error::refused(code, &["body"])
    })
}

fn code(problem: BodyProblem) -> UserErrorCode {
    match problem {
        BodyProblem::Blank => UserErrorCode::BodyRequired,
        BodyProblem::TooShort { .. } => UserErrorCode::BodyTooShort,
        BodyProblem::TooLong { .. } => UserErrorCode::MessageTooLong,
    }
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

//! The text of a message. Every use case that takes one makes its body here, so that the same input
//! is stored as the same bytes, wherever it was handed in (C-16).

use std::collections::HashMap;

use serde::Serialize;
use tidings_domain::{
    AttachmentId, Body, BodyFormat, BodyProblem, BodyRules, FileKind, MessagingPolicy, RichBody,
    RichProblem, UserErrorCode, limits,
};
use tidings_policy::Viewer;

use crate::context::Service;
use crate::error::{Error, Result};

/// A message's text as it was handed in. All of it tells a repeat from another write (G4): the same
/// text in another format is another text.
#[derive(Clone, Debug, Serialize)]
pub struct BodyInput {
    /// How it is written.
    pub format: BodyFormat,
    /// Text or, if [`BodyFormat::Rich`], HTML.
    pub text: String,
    /// The attachments that go with it, in their order.
    pub attachments: Vec<NamedAttachment>,
}

/// An attachment with the name that a text calls it by.
#[derive(Clone, Debug, Serialize)]
pub struct NamedAttachment {
    /// Which.
    pub id: AttachmentId,
    /// ID in `<img src="attachment:ID">`.
    pub name: String,
}

/// A message's text as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageBody {
    pub(crate) format: BodyFormat,
    /// The plain text.
    pub(crate) text: String,
    /// The sanitised HTML of a rich text.
    pub(crate) html: Option<String>,
    /// What goes with it, each once.
    pub(crate) attachments: Vec<AttachmentId>,
}

/// The body that an input comes to by the rules for its author (K16, P-43). Refused with
/// `BODY_REQUIRED`, `BODY_TOO_SHORT` or `MESSAGE_TOO_LONG`, about the field `body`: a text is
/// needed beside attachments, too (S-12). Refused with `TOO_MANY_ATTACHMENTS` for more of these
/// than the policy allows (SX-01). Whether they can be sent is asked when they are.
///
/// Sanitising can take long, so it is done before a write begins: under the lock of a thread, or
/// of all of SQLite, others would wait for it. What it found is told when its turn comes, behind
/// whether the viewer sees what it writes to.
pub(crate) async fn message_body(
    service: &Service,
    viewer: &Viewer,
    input: &BodyInput,
) -> Result<MessageBody> {
    let rules = rules(viewer, viewer.policy());
    let mut attachments = Vec::with_capacity(input.attachments.len());
    for named in &input.attachments {
        if !attachments.contains(&named.id) {
            attachments.push(named.id);
        }
        if attachments.len() > viewer.policy().most_attachments() {
            let code = UserErrorCode::TooManyAttachments;
            return Err(Error::refused(code, &["attachmentIds"]));
        }
    }
    let mut body = match input.format {
        BodyFormat::Plain => plain(&input.text, rules)?,
        BodyFormat::Rich => {
            let images = images(service, viewer, input).await?;
            rich(input.text.clone(), rules, images).await?
        }
    };
    body.attachments = attachments;
    Ok(body)
}

/// The note of a portal request, made as the body of a message is (C-16); none if it is blank.
/// Refused with `MESSAGE_TOO_LONG`, about the field `note`. It shows no pictures.
pub(crate) async fn note(format: BodyFormat, text: &str) -> Result<Option<MessageBody>> {
    let rules = BodyRules {
        min: 1,
        max: limits::MAX_BODY_CHARS,
    };
    let made = match format {
        BodyFormat::Plain => plain(text, rules),
        BodyFormat::Rich => rich(text.to_owned(), rules, HashMap::new()).await,
    };
    match made {
        Ok(body) => Ok(Some(body)),
        Err(Error::Refused(refusal)) if refusal.code == UserErrorCode::BodyRequired => Ok(None),
        Err(Error::Refused(refusal)) => Err(Error::refused(refusal.code, &["note"])),
        Err(error) => Err(error),
    }
}

/// Those of the attachments that a text can show: pictures that the viewer sees.
async fn images(
    service: &Service,
    viewer: &Viewer,
    input: &BodyInput,
) -> Result<HashMap<String, AttachmentId>> {
    if input.attachments.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<AttachmentId> = input.attachments.iter().map(|named| named.id).collect();
    let rows = service.store.attachments(viewer, &ids).await?;
    let shown = |named: &&NamedAttachment| {
        let row = rows.iter().find(|row| row.id == named.id);
        row.and_then(|row| FileKind::served_as(&row.media_type))
            .is_some_and(FileKind::shows_inline)
    };
    let named = input.attachments.iter().filter(shown);
    Ok(named.map(|named| (named.name.clone(), named.id)).collect())
}

fn plain(text: &str, rules: BodyRules) -> Result<MessageBody> {
    let made = Body::parse(text, rules);
    let text = made.map_err(|problem| Error::refused(code(problem), &["body"]))?;
    Ok(MessageBody {
        format: BodyFormat::Plain,
        text: text.as_str().to_owned(),
        html: None,
        attachments: Vec::new(),
    })
}

/// Half a megabyte of hostile HTML keeps a processor busy: not one of those that serve everybody.
/// An image stays if it shows one of these attachments (C-13).
async fn rich(
    html: String,
    rules: BodyRules,
    images: HashMap<String, AttachmentId>,
) -> Result<MessageBody> {
    let sanitising = tokio::task::spawn_blocking(move || {
        let body = RichBody::parse(&html, rules, |name| images.get(name).copied())?;
        Ok(MessageBody {
            format: BodyFormat::Rich,
            text: body.text().as_str().to_owned(),
            html: Some(body.html().to_owned()),
            attachments: Vec::new(),
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

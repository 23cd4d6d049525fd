//! What a use case answers when it does not do what it was asked.

use std::borrow::Cow;

use tidings_domain::{ErrorCode, INSECURE_CONTENT_WARNING, UserErrorCode, document, release};
use tidings_effects::files::FileError;
use tidings_policy::Denied;
use tidings_store::StoreError;

/// A refusal that the person can mend or must be told: it becomes an entry of `userErrors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: UserErrorCode,
    /// The input field it is about, from the outside in.
    pub field: Vec<Cow<'static, str>>,
    /// A sentence for people.
    pub message: String,
}

/// Why a use case did not do it. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A refusal for `userErrors`.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// An error of the request as a whole.
    #[error("{1}")]
    Code(ErrorCode, &'static str),
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the file store, or of what gave the content.
    #[error(transparent)]
    Files(#[from] FileError),
}

/// What a use case answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Refusal {
    /// A refusal about a field of the input, with the sentence of its code.
    #[must_use]
    pub fn new(code: UserErrorCode, field: &[&'static str]) -> Self {
        Self {
            code,
            field: field.iter().map(|name| Cow::Borrowed(*name)).collect(),
            message: text(code).to_owned(),
        }
    }
}

impl Error {
    /// Not there, or not for this viewer: the same answer.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Code(ErrorCode::NotFound, "There is no such thing.")
    }

    /// Seen, but never to be done by this viewer.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::Code(ErrorCode::Forbidden, "You may not do this.")
    }

    /// A malformed argument.
    #[must_use]
    pub fn bad_input(message: &'static str) -> Self {
        Self::Code(ErrorCode::BadUserInput, message)
    }

    /// A refusal about a field of the input.
    #[must_use]
    pub fn refused(code: UserErrorCode, field: &[&'static str]) -> Self {
        Self::Refused(Refusal::new(code, field))
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotVisible => Self::not_found(),
            Denied::Forbidden => Self::forbidden(),
            Denied::Refused(code) => Self::refused(code, &[]),
        }
    }
}

/// The sentence of each refusal. It tells nothing of other people.
fn text(code: UserErrorCode) -> &'static str {
    match code {
        UserErrorCode::PortalDisabled => {
            "Messages between clients and staff are not enabled for this agency."
        }
        UserErrorCode::ClientNotActivated => "The client has no activated portal account.",
        UserErrorCode::ClientInactive => "An inactive client can read messages but not write them.",
        UserErrorCode::SendingNotAllowed => {
            "This client can read messages and not write them at present."
        }
        UserErrorCode::ContactNotAllowed => "This person does not take new messages from clients.",
        UserErrorCode::NotCareTeamMember => "This person is not on the care team.",
        UserErrorCode::ReplyNotAllowed => "Nobody can reply in this thread.",
        UserErrorCode::ThreadLocked => "The thread is locked.",
        UserErrorCode::RecipientRequired => "A thread needs a recipient.",
        UserErrorCode::RecipientNotAllowed => "These people cannot stand together in this thread.",
        UserErrorCode::GroupsNotAllowed => "This agency has no groups of several clients.",
        UserErrorCode::SharingNotAllowed => "This agency does not share chats.",
        UserErrorCode::InternalMessagingDisabled => {
            "Messages among staff are not enabled for this agency."
        }
        UserErrorCode::HistoryNotAllowed => {
            "What two have written to each other is not shown to another client."
        }
        UserErrorCode::SubjectRequired => "A thread needs a subject, or a topic that fills it in.",
        UserErrorCode::SubjectTooLong => "The subject has more than 255 characters.",
        UserErrorCode::BodyRequired => "The message has no text.",
        UserErrorCode::BodyTooShort => "The message is too short.",
        UserErrorCode::MessageTooLong => "The message is too long.",
        UserErrorCode::AudienceRequired => "A thread with a client needs an audience.",
        UserErrorCode::AudienceNotAllowed => {
            "You could not see threads of this audience about this client."
        }
        UserErrorCode::AudienceChangeNotConfirmed => {
            "Confirm the change of audience with the token of its preview."
        }
        UserErrorCode::VersionConflict => "It has changed since; read it again.",
        UserErrorCode::SettingOutOfRange => "The setting lies outside of its bounds.",
        UserErrorCode::InsecureNotAcknowledged => INSECURE_CONTENT_WARNING,
        UserErrorCode::TopicNotInAudience => "The topic is not one of this audience.",
        UserErrorCode::DeleteNotAllowed => "You may not delete this.",
        UserErrorCode::DateRangeInvalid => "The end lies before the start.",
        UserErrorCode::AlreadyAssigned => "The staff member is on this care team already.",
        UserErrorCode::TooManyPinned => "No more can be pinned.",
        UserErrorCode::TooManyDrafts => "No more drafts can be kept: send or delete one.",
        UserErrorCode::EmojiNotAllowed => "A reaction is exactly one emoji.",
        UserErrorCode::TooManyReactions => "No more reactions are taken at present.",
        UserErrorCode::TooManyEdits => "The message cannot be edited any more.",
        UserErrorCode::AttachmentTypeNotAllowed => {
            "Files of this type are not taken, or the file is not what its name and type say."
        }
        UserErrorCode::AttachmentTooLarge => "The file is larger than the agency allows.",
        UserErrorCode::AttachmentEmpty => "The file has no bytes.",
        UserErrorCode::AttachmentAlreadySent => "The attachment went with another message.",
        UserErrorCode::TooManyAttachments => {
            "These are more files than one message or document takes, or than can wait to be sent."
        }
        UserErrorCode::TooManyImports => "Wait until an import of your agency has ended.",
        UserErrorCode::InvalidFileSize => document::INVALID_FILE_SIZE,
        UserErrorCode::FileRequired => "A document needs a file.",
        UserErrorCode::OtherNameRequired => {
            "Choose one of the predefined names, or give another one."
        }
        UserErrorCode::DocumentNameInvalid => {
            "Give exactly one name, of at most 200 characters, and each once."
        }
        UserErrorCode::TooManyDocumentNames => {
            "An agency has at most 100 categories, each with 100 names."
        }
        UserErrorCode::RoiAlreadyActive => release::ROI_ALREADY_ACTIVE,
        UserErrorCode::RequestClosed => {
            "The request was fulfilled, cancelled, or its time is over."
        }
        UserErrorCode::LocationInvalid => "This is no address, or no place on the globe.",
        UserErrorCode::SignatureRequired => "Sign with a name of at most 200 characters.",
        UserErrorCode::ReleaseTextChanged => {
            "What was signed is not the text of the request; read it again."
        }
        UserErrorCode::ReleaseNotActive => "The release was revoked, or is over.",
        UserErrorCode::RecordNotAllowed => {
            "This agency takes no documents and locations that it did not ask for."
        }
        UserErrorCode::EmailRequired => "There is no address to which an invitation could go.",
        UserErrorCode::EmailInvalid => "This is no address for mail.",
        UserErrorCode::EmailTaken => {
            "Another portal account has this address: link the client to that account."
        }
        UserErrorCode::AlreadyConnected => "The portal account is connected already.",
        UserErrorCode::LoginNotAvailable => {
            "Choose another login: 3 to 254 characters without spaces that nobody else has."
        }
        UserErrorCode::PasswordTooShort => "A password has at least 12 characters.",
        UserErrorCode::AccountDeactivated => "This portal account was taken back.",
        UserErrorCode::TooManyClients => "An account acts for at most 100 clients.",
        UserErrorCode::LastClient => {
            "The account acts for nobody else: take the account back instead."
        }
        UserErrorCode::NameInvalid => "A name has 1 to 200 characters.",
        UserErrorCode::TimeZoneInvalid => "This is no IANA time zone, such as Europe/Berlin.",
        UserErrorCode::StaffInactive => "This person does not work here any more.",
        UserErrorCode::PasswordTooLong => "A password has at most 256 characters.",
    }
}

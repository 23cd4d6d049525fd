//! The codes of `userErrors` as a GraphQL enum. The compiler holds it equal to the domain's.

use async_graphql::Enum;

/// The codes of `userErrors`. A code is stable; a message may change.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::UserErrorCode")]
pub(crate) enum UserErrorCode {
    /// The agency has not enabled messages between clients and staff.
    PortalDisabled,
    /// The client has no portal account that could read it, and the policy refuses.
    ClientNotActivated,
    /// The client is inactive and cannot write.
    ClientInactive,
    /// The client may read and, for the time being, not write.
    SendingNotAllowed,
    /// The staff member takes no messages that clients start.
    ContactNotAllowed,
    /// The staff member is not on the client's care team today.
    NotCareTeamMember,
    /// Nobody, or not this viewer, can reply in this thread.
    ReplyNotAllowed,
    /// The thread is locked: only who locked it can write.
    ThreadLocked,
    /// A thread needs a recipient.
    RecipientRequired,
    /// These recipients cannot stand together in one thread.
    RecipientNotAllowed,
    /// The agency does not let several clients see each other in a group.
    GroupsNotAllowed,
    /// The agency does not let chats be shared.
    SharingNotAllowed,
    /// The agency does not let staff write to each other.
    InternalMessagingDisabled,
    /// What two have written to each other is not shown to another client.
    HistoryNotAllowed,
    /// The thread needs a subject, or a topic that fills it.
    SubjectRequired,
    /// The subject is longer than 255 characters.
    SubjectTooLong,
    /// The message has no text.
    BodyRequired,
    /// The message has fewer characters than the agency asks for.
    BodyTooShort,
    /// The message has more characters than allowed, or more than 524,288 bytes of HTML.
    MessageTooLong,
    /// A thread with a client needs an audience.
    AudienceRequired,
    /// The staff member could not see threads of this audience.
    AudienceNotAllowed,
    /// A change of audience needs the token of its preview.
    AudienceChangeNotConfirmed,
    /// The object has changed since the version that the input names.
    VersionConflict,
    /// A setting lies outside of its bounds, or two do not fit each other.
    SettingOutOfRange,
    /// Content in e-mails and alerts needs an acknowledgement that these are not secure.
    InsecureNotAcknowledged,
    /// The topic is not one of this audience.
    TopicNotInAudience,
    /// The viewer may not delete it: by the agency's policy, or because a client has seen it.
    DeleteNotAllowed,
    /// The end would lie before the start.
    DateRangeInvalid,
    /// The staff member is assigned to this client already.
    AlreadyAssigned,
    /// More threads are pinned than one viewer can have, or more messages than one thread.
    TooManyPinned,
    /// The viewer has as many drafts as one can have.
    TooManyDrafts,
    /// The reaction is not exactly one emoji.
    EmojiNotAllowed,
    /// The message takes no more reactions, or the viewer changed too many within a minute.
    TooManyReactions,
    /// The message was edited as often as a message can be.
    TooManyEdits,
    /// The file's name, declared type or content is none that is taken, or they disagree.
    AttachmentTypeNotAllowed,
    /// The file has as many bytes as `MessagingPolicy.attachmentBelowBytes`, or more.
    AttachmentTooLarge,
    /// The file has no bytes.
    AttachmentEmpty,
    /// The attachment went with another message already.
    AttachmentAlreadySent,
    /// More attachments than one message takes, or than can wait to be sent.
    TooManyAttachments,
    /// As many imports of the agency wait as can.
    TooManyImports,
    /// The files of a document are larger than 25 MiB, one of them or together.
    InvalidFileSize,
    /// A document has no file.
    FileRequired,
    /// None of the predefined names was chosen, and no other is given.
    OtherNameRequired,
    /// A predefined name and another one are given, a name is given twice, or it is none or too long.
    DocumentNameInvalid,
    /// The agency has as many document categories, or the category as many names, as it can.
    TooManyDocumentNames,
    /// The client has an active release of information that does not expire within seven days.
    RoiAlreadyActive,
    /// The request was fulfilled, cancelled or has expired.
    RequestClosed,
    /// The address or the coordinates are none.
    LocationInvalid,
    /// A release needs the name of who signs it: 1 to 200 characters.
    SignatureRequired,
    /// What was signed is not the text that the request shows.
    ReleaseTextChanged,
    /// The release was revoked already, or is over.
    ReleaseNotActive,
    /// The agency does not take this from clients without a request.
    RecordNotAllowed,
    /// There is no address on file to which an invitation could go.
    EmailRequired,
    /// This is no address for mail.
    EmailInvalid,
    /// Another portal account of the agency has this address: link the client to it.
    EmailTaken,
    /// The person can sign in already.
    AlreadyConnected,
    /// The login is no name for signing in, or somebody else's.
    LoginNotAvailable,
    /// The password has fewer than 12 characters.
    PasswordTooShort,
    /// The password has more than 256 characters.
    PasswordTooLong,
    /// The staff member does not work here any more.
    StaffInactive,
    /// The portal account was taken back.
    AccountDeactivated,
    /// The account acts for as many clients as it can: 100.
    TooManyClients,
    /// The account acts for nobody else: take it back instead.
    LastClient,
    /// A name has 1 to 200 characters.
    NameInvalid,
    /// This is no IANA time zone.
    TimeZoneInvalid,
}

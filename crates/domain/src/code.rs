//! Every code that an answer can carry. A code is stable; a text may change.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every code, in the order in which documents list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answers write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

codes! {
    /// Codes of top-level errors, in `extensions.code`: the request as a whole, or one field of
    /// it, could not be answered.
    ErrorCode {
        /// No token, or one that is not valid.
        Unauthenticated = "UNAUTHENTICATED",
        /// The token was good and is no longer: get another one.
        TokenExpired = "TOKEN_EXPIRED",
        /// The viewer sees the object but may not do this, or read this field.
        Forbidden = "FORBIDDEN",
        /// There is no such thing for this viewer: absent and invisible look the same.
        NotFound = "NOT_FOUND",
        /// An argument is malformed: an id, a key, a page size.
        BadUserInput = "BAD_USER_INPUT",
        /// A cursor that this viewer was never given.
        CursorInvalid = "CURSOR_INVALID",
        /// An event cursor older than the log is kept: read afresh, then subscribe again.
        CursorExpired = "CURSOR_EXPIRED",
        /// The same idempotency key came with another input.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The invitation is none of ours, or another has taken its place.
        InvitationInvalid = "INVITATION_INVALID",
        /// The invitation was good once: ask for another (CX-08).
        InvitationExpired = "INVITATION_EXPIRED",
        /// The invitation was accepted already: sign in.
        InvitationUsed = "INVITATION_USED",
        /// Login or password is not right, or the person may not sign in.
        SignInRefused = "SIGN_IN_REFUSED",
        /// Nobody signs in here: the identity provider does it.
        SignInOff = "SIGN_IN_OFF",
        /// The session of a socket or stream was revoked: the reason of close 4403.
        SessionRevoked = "SESSION_REVOKED",
        /// The link to choose a password is not good, or not any more.
        LinkInvalid = "LINK_INVALID",
        /// Too much at once: try again later.
        TryLater = "TRY_LATER",
        /// The reader was slower than its bound: resume from the last cursor (G6).
        SlowConsumer = "SLOW_CONSUMER",
        /// A fault of the server; the log has it under the request id.
        Internal = "INTERNAL",
    }
}

codes! {
    /// Codes of `userErrors`: a refusal that the person can mend, or must be told. Nothing was
    /// stored.
    UserErrorCode {
        /// The agency has not enabled messages between clients and staff (T-01).
        PortalDisabled = "PORTAL_DISABLED",
        /// The client has no portal account that could read it, and the policy refuses (P-01, K11).
        ClientNotActivated = "CLIENT_NOT_ACTIVATED",
        /// The client is inactive and cannot write (S-33).
        ClientInactive = "CLIENT_INACTIVE",
        /// The client may read and, for the time being, not write (K15).
        SendingNotAllowed = "SENDING_NOT_ALLOWED",
        /// The staff member takes no messages that clients start (C-22, K13).
        ContactNotAllowed = "CONTACT_NOT_ALLOWED",
        /// The staff member is not on the client's care team today (C-23).
        NotCareTeamMember = "NOT_CARE_TEAM_MEMBER",
        /// Nobody, or not this viewer, can reply in this thread (S-27, K5).
        ReplyNotAllowed = "REPLY_NOT_ALLOWED",
        /// The thread is locked: only who locked it can write (PX-04).
        ThreadLocked = "THREAD_LOCKED",
        /// A thread needs a recipient (S-08).
        RecipientRequired = "RECIPIENT_REQUIRED",
        /// These recipients cannot stand together in one thread.
        RecipientNotAllowed = "RECIPIENT_NOT_ALLOWED",
        /// The agency does not let several clients see each other in a group (K5).
        GroupsNotAllowed = "GROUPS_NOT_ALLOWED",
        /// The agency does not let chats be shared (P-12).
        SharingNotAllowed = "SHARING_NOT_ALLOWED",
        /// The agency does not let staff write to each other (TX-04).
        InternalMessagingDisabled = "INTERNAL_MESSAGING_DISABLED",
        /// What two have written to each other is not shown to another client (P-13).
        HistoryNotAllowed = "HISTORY_NOT_ALLOWED",
        /// The thread needs a subject, or a topic that fills it (S-11, K9).
        SubjectRequired = "SUBJECT_REQUIRED",
        /// The subject is longer than 255 characters.
        SubjectTooLong = "SUBJECT_TOO_LONG",
        /// The message has no text (S-12, T-30).
        BodyRequired = "BODY_REQUIRED",
        /// The message has fewer characters than the agency asks for (K16).
        BodyTooShort = "BODY_TOO_SHORT",
        /// The message has more characters than allowed (K16, P-43), or too much markup.
        MessageTooLong = "MESSAGE_TOO_LONG",
        /// A thread with a client needs an audience (T-17).
        AudienceRequired = "AUDIENCE_REQUIRED",
        /// The staff member could not see threads of this audience (T-17).
        AudienceNotAllowed = "AUDIENCE_NOT_ALLOWED",
        /// A change of audience needs the token of its preview (T-38).
        AudienceChangeNotConfirmed = "AUDIENCE_CHANGE_NOT_CONFIRMED",
        /// The object has changed since the version that the input names.
        VersionConflict = "VERSION_CONFLICT",
        /// A setting lies outside of its bounds, or two do not fit each other.
        SettingOutOfRange = "SETTING_OUT_OF_RANGE",
        /// Content in e-mails and alerts needs an acknowledgement that these are not secure (P-50).
        InsecureNotAcknowledged = "INSECURE_NOT_ACKNOWLEDGED",
        /// The topic is not one of this audience.
        TopicNotInAudience = "TOPIC_NOT_IN_AUDIENCE",
        /// The viewer may not delete it: by the policy, or because a client has seen it (T-27, S-30).
        DeleteNotAllowed = "DELETE_NOT_ALLOWED",
        /// The end would lie before the start.
        DateRangeInvalid = "DATE_RANGE_INVALID",
        /// The staff member is assigned to this client already.
        AlreadyAssigned = "ALREADY_ASSIGNED",
        /// More threads are pinned than one viewer can have, or more messages than one thread (P-30).
        TooManyPinned = "TOO_MANY_PINNED",
        /// The viewer has as many drafts as one can have (SX-03).
        TooManyDrafts = "TOO_MANY_DRAFTS",
        /// The reaction is not exactly one emoji (P-35).
        EmojiNotAllowed = "EMOJI_NOT_ALLOWED",
        /// The message takes no more reactions, or the viewer changed too many within a minute.
        TooManyReactions = "TOO_MANY_REACTIONS",
        /// The message was edited as often as a message can be (PX-04).
        TooManyEdits = "TOO_MANY_EDITS",
        /// The file's name, declared type or content is none that is taken, or they disagree (S-13).
        AttachmentTypeNotAllowed = "ATTACHMENT_TYPE_NOT_ALLOWED",
        /// The file has as many bytes as the policy's bound, or more (S-14).
        AttachmentTooLarge = "ATTACHMENT_TOO_LARGE",
        /// The file has no bytes.
        AttachmentEmpty = "ATTACHMENT_EMPTY",
        /// The attachment went with another message already.
        AttachmentAlreadySent = "ATTACHMENT_ALREADY_SENT",
        /// More attachments than one message takes, or than can wait to be sent (SX-01).
        TooManyAttachments = "TOO_MANY_ATTACHMENTS",
        /// As many imports of the agency wait as can.
        TooManyImports = "TOO_MANY_IMPORTS",
        /// The client has an active release of information that does not expire within seven days
        /// The files of a document are larger than 25 MiB, one of them or together (C-39, C-40).
        InvalidFileSize = "INVALID_FILE_SIZE",
        /// A document has no file.
        FileRequired = "FILE_REQUIRED",
        /// A document is to have another name than the predefined ones, and none is given (C-37).
        OtherNameRequired = "OTHER_NAME_REQUIRED",
        /// A predefined name and another one are given (C-37), or the name is too long or no name.
        DocumentNameInvalid = "DOCUMENT_NAME_INVALID",
        /// The agency has as many document categories, or the category as many names, as it can.
        TooManyDocumentNames = "TOO_MANY_DOCUMENT_NAMES",
        /// (C-45).
        RoiAlreadyActive = "ROI_ALREADY_ACTIVE",
        /// The request was fulfilled, cancelled or has expired (C-49).
        RequestClosed = "REQUEST_CLOSED",
        /// The address or the coordinates are none.
        LocationInvalid = "LOCATION_INVALID",
        /// A release needs the name of who signs it.
        SignatureRequired = "SIGNATURE_REQUIRED",
        /// What was signed is not the text that the request shows.
        ReleaseTextChanged = "RELEASE_TEXT_CHANGED",
        /// The release was revoked already, or is over.
        ReleaseNotActive = "RELEASE_NOT_ACTIVE",
        /// The agency does not take this from clients without a request (CX-09, CX-19).
        RecordNotAllowed = "RECORD_NOT_ALLOWED",
        /// There is no address on file to which an invitation could go (SX-08).
        EmailRequired = "EMAIL_REQUIRED",
        /// This is no address for mail.
        EmailInvalid = "EMAIL_INVALID",
        /// Another portal account of the agency has this address: link the client to it (P-46).
        EmailTaken = "EMAIL_TAKEN",
        /// The person can sign in already (CX-06).
        AlreadyConnected = "ALREADY_CONNECTED",
        /// The login is no name for signing in, or somebody else's.
        LoginNotAvailable = "LOGIN_NOT_AVAILABLE",
        /// The password has fewer characters than are safe.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// The password has more characters than are taken.
        PasswordTooLong = "PASSWORD_TOO_LONG",
        /// The staff member does not work here any more.
        StaffInactive = "STAFF_INACTIVE",
        /// The portal account was taken back.
        AccountDeactivated = "ACCOUNT_DEACTIVATED",
        /// The account acts for as many clients as it can.
        TooManyClients = "TOO_MANY_CLIENTS",
        /// The account acts for nobody else: take it back instead.
        LastClient = "LAST_CLIENT",
        /// A name has 1 to 200 characters.
        NameInvalid = "NAME_INVALID",
        /// This is no IANA time zone.
        TimeZoneInvalid = "TIME_ZONE_INVALID",
    }
}

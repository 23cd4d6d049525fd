//! Bounds that hold for everybody, whatever an agency's policy says. A policy may only be stricter.

/// Longest message text, in Unicode scalar values (K16).
pub const MAX_BODY_CHARS: usize = 65_536;
/// Longest rich text with its markup, in bytes, before and after it is sanitised. Text alone can
/// take 4 bytes for each of [`MAX_BODY_CHARS`].
pub const MAX_BODY_HTML_BYTES: usize = 512 * 1024;
/// Most different attachments that the images of one rich text can show.
pub const MAX_INLINE_IMAGES: usize = 100;
/// Largest number of characters that a policy can ask of every message (K16).
pub const MAX_MIN_BODY_CHARS: u32 = 100;
/// Longest subject, in Unicode scalar values.
pub const MAX_SUBJECT_CHARS: usize = 255;
/// Longest idempotency key, in ASCII characters.
pub const MAX_IDEMPOTENCY_KEY: usize = 128;
/// Days for which an idempotency key is remembered (G4).
pub const IDEMPOTENCY_DAYS: i64 = 7;
/// Largest page of any connection.
pub const MAX_PAGE: usize = 100;
/// Most ids that `nodes(ids:)` and the read-state mutations take at once.
pub const MAX_IDS: usize = 100;
/// Most clients of one group, who see each other (K5).
pub const MAX_GROUP_CLIENTS: usize = 100;
/// Most recipients of one thread (S-23).
pub const MAX_RECIPIENTS: usize = 5_000;
/// Most days for which a policy can keep the content of what was deleted (K3).
pub const MAX_GRACE_DAYS: u32 = 3_650;
/// Most days for which a policy can forbid to erase content (K3).
pub const MAX_RETENTION_DAYS: u32 = 36_500;
/// Most threads that one viewer can pin.
pub const MAX_PINNED: u64 = 100;
/// Most messages that are pinned in one thread (P-30).
pub const MAX_PINNED_MESSAGES: u64 = 50;
/// Longest note on a thread, in Unicode scalar values (SX-06).
pub const MAX_NOTE_CHARS: usize = 10_000;
/// Most drafts of one viewer (SX-03).
pub const MAX_DRAFTS: u64 = 100;
/// Most different emoji on one message (P-35).
pub const MAX_EMOJI_PER_MESSAGE: u64 = 20;
/// Most reactions on one message.
pub const MAX_REACTIONS_PER_MESSAGE: u64 = 500;
/// Most changes of reactions by one viewer within a minute.
pub const MAX_REACTIONS_PER_MINUTE: i64 = 60;
/// Most times that one message can be edited (PX-04).
pub const MAX_EDITS: i32 = 50;
/// Subject of a thread that a client starts without one (K9).
pub const DEFAULT_SUBJECT: &str = "(no subject)";
/// The size that a message's attachment must stay below unless the agency's policy says otherwise,
/// in bytes: 10 MiB (S-14, K1).
pub const ATTACHMENT_BELOW: u64 = 10_485_760;
/// Least size that a policy can set in place of [`ATTACHMENT_BELOW`], in bytes: 1 MiB (K1).
pub const MIN_ATTACHMENT_BELOW: u64 = 1_048_576;
/// Largest size that a policy can set in place of [`ATTACHMENT_BELOW`], in bytes: 25 MiB (K1).
pub const MAX_ATTACHMENT_BELOW: u64 = 26_214_400;
/// Largest file, and largest sum of files, that answers a request for a document, in bytes:
/// 25 MiB (C-39, C-40, K1).
pub const MAX_REQUEST_DOCUMENT_BYTES: u64 = 26_214_400;
/// Files of one document.
pub const MAX_DOCUMENT_FILES: usize = 20;
/// Characters of the name of a document or of a category of them.
pub const MAX_DOCUMENT_NAME_CHARS: usize = 200;
/// Document categories of an agency in use, and names that one has ready.
pub const MAX_DOCUMENT_NAMES: usize = 100;
/// Longest name of a file, in bytes of UTF-8: what common file systems take.
pub const MAX_FILE_NAME_BYTES: usize = 255;
/// Most attachments of one message unless the agency's policy says otherwise (SX-01).
pub const ATTACHMENTS_PER_MESSAGE: u32 = 20;
/// Most attachments that a policy can allow for one message.
pub const MAX_ATTACHMENTS: usize = 100;
/// Most attachments of one viewer that wait to be sent, those announced included.
pub const MAX_UNSENT_ATTACHMENTS: u64 = 100;
/// Most imports of an agency that have not come to their end.
pub const MAX_OPEN_IMPORTS: i64 = 5;
/// Hours for which an attachment waits to be sent.
pub const UNSENT_HOURS: i64 = 24;
/// Minutes for which the address of an upload is good.
pub const UPLOAD_MINUTES: i64 = 15;
/// Minutes for which the address of a file is good (S-20).
pub const FILE_LINK_MINUTES: i64 = 15;
/// Days for which a portal request stands open, unless the agency's policy says otherwise.
pub const REQUEST_DAYS: u32 = 30;
/// Days within which an active release of information may be renewed, both ends included (C-44).
pub const RELEASE_RENEWAL_DAYS: u64 = 7;
/// Days for which a release holds, unless the agency's policy says otherwise.
pub const RELEASE_DAYS: u32 = 365;
/// Days before the end of a release at which notice of it is given, unless the agency's policy
/// says otherwise (CX-20).
pub const RELEASE_NOTICE_DAYS: u32 = 30;
/// Most days that a policy can set for any of these.
pub const MAX_POLICY_DAYS: u32 = 3_650;
/// Longest text of a release of information, in Unicode scalar values.
pub const MAX_RELEASE_TEXT_CHARS: usize = 10_000;
/// Longest name in a signature, in Unicode scalar values.
pub const MAX_SIGNED_NAME_CHARS: usize = 200;
/// Longest line of an address, in Unicode scalar values.
pub const MAX_ADDRESS_CHARS: usize = 200;
/// Longest address for mail, in bytes (RFC 5321, section 4.5.3.1).
pub const MAX_EMAIL_BYTES: usize = 254;
/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// Most characters of a password.
pub const MAX_PASSWORD_CHARS: usize = 256;
/// Most characters of a name.
pub const MAX_NAME_CHARS: usize = 200;
/// Most clients for whom one account acts.
pub const MAX_ACCOUNT_CLIENTS: usize = 100;
/// Most characters of what somebody calls a device.
pub const MAX_DEVICE_CHARS: usize = 100;
/// Days for which a mail that has left, or was given up, is remembered.
pub const MAIL_DAYS: i64 = 14;
/// Longest time for which a policy can keep an invitation open, in hours: 30 days.
pub const MAX_INVITATION_HOURS: u32 = 720;
/// Most reminders of one invitation.
pub const MAX_INVITATION_REMINDERS: u32 = 10;

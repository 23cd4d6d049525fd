//! The domain's vocabularies as GraphQL enums. The compiler holds the two equal.

use async_graphql::Enum;

/// A group of readers within an agency.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::AudienceKind")]
pub(crate) enum AudienceKind {
    /// Appointments, forms, organisation.
    Administrative,
    /// Invoices, insurance, payments.
    Billing,
    /// Care itself.
    Clinical,
}

/// What a staff member does in an agency. Anybody can hold several.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::Role")]
pub(crate) enum Role {
    /// Treats or manages assigned clients; sees all threads about these.
    Clinician,
    /// Answers for the work of supervisees; sees all threads about their clients.
    Supervisor,
    /// Administers clinical matters; sees all threads of the agency.
    ClinicalAdmin,
    /// Administers the practice; sees Administrative threads.
    PracticeAdmin,
    /// Schedules; sees Administrative threads.
    PracticeScheduler,
    /// Bills; sees Billing threads.
    PracticeBiller,
    /// Runs the system; sees no message by this role.
    SystemAdmin,
}

/// A group of staff that is made by itself. It is expanded when something is sent to it. No group
/// means clients.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::StaffGroup")]
pub(crate) enum StaffGroupKind {
    /// Everybody who works in the agency.
    #[graphql(name = "ALL_STAFF")]
    Staff,
    /// Everybody with the role of a clinician.
    #[graphql(name = "ALL_CLINICIANS")]
    Clinicians,
    /// Everybody with the role of a scheduler.
    #[graphql(name = "ALL_SCHEDULERS")]
    Schedulers,
    /// Everybody with the role of a biller.
    #[graphql(name = "ALL_BILLERS")]
    Billers,
}

/// The place of a client in the household of an enrolment.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::HouseholdRole")]
pub(crate) enum HouseholdRole {
    /// The head: the family's primary record.
    Head,
    /// A child under age.
    Child,
    /// Anybody else, or nobody says.
    Other,
}

/// How far an import of a directory is.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ImportStatus")]
pub(crate) enum ImportStatus {
    /// It waits for its turn.
    Queued,
    /// A server is at it.
    Running,
    /// It came to its end: stored, or previewed.
    Done,
    /// The set was refused as a whole: nothing is stored.
    Refused,
    /// The server failed at it three times, or whoever asked for it may do so no more: nothing is
    /// stored.
    Failed,
}

/// Whose clients a supervisor sees.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::SupervisorScope")]
pub(crate) enum SupervisorScope {
    /// Those of the own supervisees: the default.
    Supervisees,
    /// All of the agency.
    All,
}

/// Who deletes messages and threads for everybody.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::DeletionRule")]
pub(crate) enum DeletionRule {
    /// What no client has seen: all staff who see it. What a client has seen, or wrote: the admins
    /// of its audience. The default.
    UnseenAnySeenAdmin,
    /// Its author, at any time.
    AuthorAnytime,
    /// Nobody.
    Locked,
}

/// What a search found.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::SearchKind")]
pub(crate) enum SearchHitKind {
    /// A message, by its text.
    Message,
    /// A thread, by its subject.
    Subject,
    /// A document, by its name.
    Document,
}

/// Whether a client is served at present.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ClientStatus")]
pub(crate) enum ClientStatus {
    /// May read and write.
    Active,
    /// May read, may not write.
    Inactive,
}

/// How far a portal account has come.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::AccountState")]
pub(crate) enum PortalAccountState {
    /// An invitation is out.
    Invited,
    /// The person can sign in.
    Connected,
    /// Signed out for good, until invited again.
    Deactivated,
}

/// Where a care team membership came from.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::CareTeamSource")]
pub(crate) enum CareTeamSource {
    /// Added by hand.
    Manual,
    /// Follows from an enrolment.
    Enrollment,
}

/// What kind of conversation a thread is; decides who may reply.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ThreadKind")]
pub(crate) enum ThreadKind {
    /// One staff member and one client.
    Direct,
    /// Several staff members and at most one client.
    Team,
    /// One message to several clients who learn nothing of each other.
    Broadcast,
    /// Several clients who see each other.
    Group,
    /// Staff only; has no client and no audience.
    Internal,
}

/// What the Enter key does where a message is written.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::EnterKeyAction")]
pub(crate) enum EnterKeyAction {
    /// Sends the message.
    Send,
    /// Begins a new line: the default.
    NewLine,
}

/// What a staff member can be told of by e-mail.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::EmailNotification")]
pub(crate) enum EmailNotification {
    /// A message in a thread with a client.
    ClientMessage,
    /// A message in a thread among staff.
    InternalMessage,
    /// A client has answered a request.
    RequestFulfilled,
}

/// How the clients of a group are named to each other.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ClientNaming")]
pub(crate) enum ClientNaming {
    /// As the record has it.
    Full,
    /// The first name.
    First,
    /// The initials: the default.
    Initials,
}

/// Whether what is written to a client reaches a login.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// It is in the client's portal account.
    Delivered,
    /// It waits until the client has a portal account that is connected.
    AwaitingAccount,
}

/// How somebody listed on a thread came to it.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::ParticipantStanding")]
pub(crate) enum ParticipantStanding {
    /// Addressed by the thread, or its author.
    Participant,
    /// The thread was shared with them.
    SharedWith,
}

/// Which of the two inboxes of staff.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_store::InboxKind")]
pub(crate) enum InboxKind {
    /// Threads with clients.
    Client,
    /// Threads among staff.
    Internal,
}

/// Which threads an inbox lists.
#[derive(Enum, Copy, Clone, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "tidings_store::InboxState")]
pub(crate) enum InboxState {
    /// All that are neither archived nor deleted: the default.
    #[default]
    ReadAndUnread,
    /// Of these, the ones with an unread message.
    Unread,
    /// Of these, the ones without an unread message.
    Read,
    /// Archived ones, too.
    AllIncludingArchived,
    /// Deleted ones, and those of which messages were deleted. Staff only; nobody else has any.
    Deleted,
    /// Those that the viewer has hidden, archived ones, too.
    Hidden,
}

/// How a message's text is written.
#[derive(Enum, Copy, Clone, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::BodyFormat")]
pub(crate) enum BodyFormat {
    /// Text and nothing else: the default. Characters that mean something in HTML mean themselves.
    #[default]
    Plain,
    /// HTML. Kept are paragraphs, headings (h1 to h6), pre, blockquote, hr, b, strong, i, em, u, s,
    /// code, br, lists (ol, ul, li), tables (table, thead, tbody, tr, th, td with colspan and
    /// rowspan) and links to http, https, mailto and tel. Of all else the text is kept, of script
    /// and style not even that. An image is kept where its source is `attachment:` and the id of a picture
    /// among `attachmentIds`; every other image is dropped.
    Rich,
}

/// What a file is for those who handle it.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::FileGroup")]
pub(crate) enum AttachmentKind {
    /// Text and office documents.
    Document,
    /// Pictures. What they told of place, time and camera was taken out.
    Image,
    /// Voice notes.
    Audio,
    /// Compressed files. Messages take none.
    Archive,
}

/// What an attachment is for.
#[derive(Enum, Copy, Clone, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::AttachmentPurpose")]
pub(crate) enum AttachmentPurpose {
    /// It goes with a message: the default.
    #[default]
    Message,
    /// It goes into a document on a client's record: for `fulfillDocumentRequest` and `addDocument`. At most
    /// 26,214,400 bytes; archives are taken, too.
    RequestDocument,
}

/// A mark on a message.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum MessageLabel {
    /// Exchanged with a client through the portal, not among staff.
    Portal,
}

/// What happened, for choosing events.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_service::live::LiveName")]
pub(crate) enum EventKind {
    /// A message was sent.
    MessageAdded,
    /// A message was edited, pinned or unpinned.
    MessageChanged,
    /// Somebody put a reaction to a message or took it back.
    ReactionChanged,
    /// A message was deleted for everybody.
    MessageDeleted,
    /// A staff member wrote a note on a thread. For staff.
    ThreadNoteAdded,
    /// A draft of the viewer's was saved, deleted or sent.
    DraftChanged,
    /// A thread's header or lifecycle changed, or the viewer gained sight of it by that.
    ThreadChanged,
    /// Somebody saw messages for the first time. For staff.
    ReadReceiptAdded,
    /// The viewer read, marked or pinned something, here or in another session.
    ViewerStateChanged,
    /// A client's record changed.
    ClientChanged,
    /// A client was asked for something.
    RequestSent,
    /// A portal request was seen, taken back, or its time is over.
    RequestChanged,
    /// A client has done what a portal request asked.
    RequestFulfilled,
    /// The viewer has a notification.
    NotificationAdded,
    /// The viewer lost sight of threads.
    AccessRevoked,
    /// The viewer gained sight of threads.
    AccessGranted,
}

/// Where a portal request stands. Only `SENT` and `SEEN` are open.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::RequestStatus")]
pub(crate) enum PortalRequestStatus {
    /// Sent, and not looked at.
    Sent,
    /// The client has looked at it.
    Seen,
    /// The client has done what it asked.
    Fulfilled,
    /// Staff took it back.
    Cancelled,
    /// Its time is over.
    Expired,
}

/// What somebody is notified of.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::NotificationKind")]
pub(crate) enum NotificationKind {
    /// A request that the viewer sent was fulfilled.
    RequestFulfilled,
    /// A release of information ends soon.
    ReleaseExpiring,
}

/// What an entry of the audit log says was done.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_domain::Deed")]
pub(crate) enum AuditDeed {
    /// A staff member was given other roles.
    RolesChanged,
    /// A staff member's settings were changed.
    StaffSettingsChanged,
    /// A person's own settings were changed.
    OwnSettingsChanged,
    /// The agency's messaging policy was changed.
    MessagingPolicyChanged,
    /// What a client may do in messages was changed.
    ClientMessagingChanged,
    /// A client was marked active or inactive.
    ClientStatusChanged,
    /// A staff member was put on a client's care team.
    CareTeamAssigned,
    /// An assignment to a client was ended.
    CareTeamEnded,
    /// A client was invited to the portal.
    PortalAccountInvited,
    /// An account acts for a client from then on.
    ClientLinked,
    /// An account acts for a client no more.
    ClientUnlinked,
    /// A client stands first under its login.
    PrimaryClientSwitched,
    /// A staff member was added.
    StaffCreated,
    /// A staff member came back.
    StaffActivated,
    /// A staff member left.
    StaffDeactivated,
    /// A client was added.
    ClientCreated,
    /// A topic was added or changed.
    TopicSaved,
    /// An audience was given a name.
    AudienceNamed,
    /// An agency was added.
    AgencyCreated,
    /// A staff member was sent a link to choose a password.
    PasswordLinkSent,
    /// A portal account was taken back.
    PortalAccountDeactivated,
    /// A thread was given another audience, topic or subject.
    ThreadHeaderEdited,
    /// A directory from another system was imported.
    DirectoryImported,
    /// A client's record was exported for another system.
    RecordExported,
    /// A client was asked for something.
    RequestSent,
    /// A request was taken back.
    RequestCancelled,
    /// A client did what a request asked.
    RequestFulfilled,
    /// A client added a location that nobody asked for.
    LocationAdded,
    /// A client added a document that nobody asked for.
    DocumentAdded,
    /// What can be asked for as a document was changed.
    DocumentCategorySaved,
    /// A release of information was revoked.
    ReleaseRevoked,
    /// A client's records were shared with another agency, or are no longer.
    ClientSharingChanged,
    /// A message was deleted for everybody.
    MessageDeleted,
    /// The content of a deleted message was erased.
    MessagePurged,
    /// A thread was deleted for everybody.
    ThreadDeleted,
    /// The content of a deleted thread, or of messages of it, was erased.
    ThreadPurged,
    /// Nothing of a client is erased from here on.
    LegalHoldPlaced,
    /// What is deleted of a client is erased again.
    LegalHoldLifted,
    /// Somebody got back what it took out of its own view.
    ViewRestored,
    /// A thread was given to somebody as a file.
    ThreadExported,
}

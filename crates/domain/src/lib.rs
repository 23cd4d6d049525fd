//! The words of Tidings: ids, vocabulary, parsed values, limits, the clock and the events.
//!
//! Everything above speaks in these types. This crate knows no database, no network and no
//! GraphQL; its only trace of SeaORM is the feature `orm`, which lets the store read and write
//! ids and enums without a second set of types.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | agency | the tenant: an agency or a practice |
//! | staff member | a person who works in an agency, with any number of [`Role`]s |
//! | client | a person whom an agency serves; never a staff role |
//! | portal account | a login for one or several clients (a family) |
//! | care team | the staff members assigned to one client, with start and end dates |
//! | program | what an agency enrols clients in; an enrolment runs from an entry to an exit |
//! | external id | the id that another system has for a row; imports go by it |
//! | thread | a conversation; its audience decides which staff may read it |
//! | message | one entry of a thread, numbered from 1 without gaps by `seq` |
//! | audience | Administrative, Billing or Clinical: a group of readers within an agency |
//! | topic | what a thread is about; belongs to an audience and carries a default subject |
//! | read receipt | who saw a message first, and when; shown to staff only |
//! | viewer | who asks (GraphQL's own word) |
//! | principal | a viewer or participant as an id: staff member, portal account or client |
//! | standing | how a viewer relates to a thread; the law maps it to audiences |
//! | attachment | a file that goes with a message; seen through it, and before by its uploader alone |
//! | quote | what a message answers, as it read at that time; a reference, never a copy |
//! | revision | what a message said before it was edited; for staff |
//! | note | what staff write about a thread for each other; no client ever learns of one |
//! | draft | a text that was not sent yet; its writer's alone |
//! | reaction | an emoji that somebody put to a message |
//! | portal request | something that staff ask a client for; fulfilled once, it leaves a record |
//! | record | what a fulfilment leaves, or a client adds: an assessment, documents, a location, a release |
//! | private | of a request and its record: not shared with other agencies that share the client |
//! | position | the place of an event in the log |
//! | invitation | a permit, good once and for some hours, to set a password for a portal account |
//! | login | the name under which somebody signs in: an address unless chosen otherwise |
//!
//! # Adding the next thing
//!
//! A new entity starts here with its id (`id.rs`), its enums (`vocabulary.rs`), its parsed values
//! and bounds (`body.rs`, `limits.rs`) and the events it emits (`event.rs`).

mod address;
mod audience_set;
mod audit;
mod body;
mod clock;
mod code;
pub mod document;
mod emoji;
mod event;
mod file_name;
pub mod file_type;
mod id;
pub mod limits;
mod location;
pub mod photo;
pub mod release;
mod rich_text;
pub mod search;
mod settings;
pub mod spreadsheet;
mod user_settings;
mod vocabulary;

pub use address::{EmailAddress, Login, Password, PasswordProblem};
pub use audience_set::AudienceSet;
pub use audit::{AuditEntry, AuditSubject};
pub use body::{Body, BodyProblem, BodyRules, IdempotencyKey, Subject, SubjectProblem};
pub use clock::{Clock, MockClock, SystemClock, truncate};
pub use code::{ErrorCode, UserErrorCode};
pub use emoji::Emoji;
pub use event::{Event, EventRecord, Position};
pub use file_name::{Disposition, FileName};
pub use file_type::{FileGroup, FileKind, FileProblem, FilePurpose};
pub use id::{
    AccountId, AgencyId, AttachmentId, AudienceId, CareTeamMemberId, ClientId, DirectoryImportId,
    DocumentCategoryId, DocumentFileId, DocumentId, DocumentNameId, DraftId, EnrollmentId,
    IdSource, InvitationId, LocationId, MailId, MessageId, NotificationId, PortalRequestId,
    Principal, ProgramId, RandomIds, ReleaseId, SeededIds, SessionId, StaffId, ThreadId, TopicId,
};
pub use location::{Address, Coordinates, Place};
pub use rich_text::{RichBody, RichProblem, served_html};
pub use settings::MessagingPolicy;
pub use user_settings::{INSECURE_CONTENT_WARNING, UserSettings};
pub use vocabulary::{
    AccountState, AttachmentPurpose, AudienceKind, BodyFormat, CareTeamSource, ClientNaming,
    ClientStatus, Deed, DeletionRule, EmailNotification, EnterKeyAction, ExportFormat,
    ExternalKind, HouseholdRole, ImportStatus, Lifecycle, MailKind, NotificationKind,
    ParticipantStanding, PrincipalKind, RequestKind, RequestStatus, Role, RoleSet, SearchKind,
    StaffGroup, SubjectKind, SupervisorScope, ThreadKind,
};

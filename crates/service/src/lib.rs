//! The use cases: one function for each mutation, the live streams, and the relay that feeds them.
//!
//! A use case reads top to bottom inside one transaction: find the row as the viewer sees it, ask
//! the law, parse what came from outside, write, emit the event, commit. Only a message's text is
//! parsed ahead of it ([`BodyInput`]). It knows no GraphQL and no SQL. Reads have no function here:
//! a resolver asks the store.
//!
//! # Adding the next use case
//!
//! A module named after the feature, an input struct with parsed ids, an outcome of ids that can
//! be stored for repeats ([`Service::begin`]), and the event that tells of it.

mod address;
mod administration;
mod agency;
mod attachment;
mod body;
mod bulk;
mod care_team;
mod client;
mod context;
mod courier;
mod days;
mod deletion;
mod document;
mod document_category;
mod draft;
mod due;
mod error;
mod export;
mod family;
mod fields;
mod files;
mod fulfillment;
mod import;
mod invitation;
mod legal_hold;
mod link;
pub mod live;
mod mass_sending;
mod message;
mod message_edit;
mod messaging_policy;
mod notice;
mod notification;
mod own_view;
mod password;
mod password_link;
mod portal_request;
mod purge;
mod reaction;
mod read_state;
mod record;
mod relay;
mod session;
mod settings;
mod sharing;
mod sign_in;
mod staff;
mod sweep;
mod thread;
mod thread_header;
mod thread_note;
mod transcript;

pub use address::{Address, ServedFile};
pub use administration::{
    AudienceNamed, ClientCreated, CreateClient, CreateStaffMember, SaveTopic, SetAudienceLabel,
    SetStaffActive, TopicSaved,
};
pub use agency::{AgencyCreated, CreateAgency};
pub use attachment::{Announced, CreateUpload, ExpectedUpload, UploadAttachment, Uploaded};
pub use body::{BodyInput, NamedAttachment};
pub use bulk::{Bulk, BulkAct, BulkItem, BulkOutcome};
pub use care_team::{Assign, Assigned, EndAssignment};
pub use client::{ClientMessagingSet, ClientStatusSet, SetClientMessaging, SetClientStatus};
pub use context::{Begin, Service, Write};
pub use courier::{Courier, CourierOptions};
pub use deletion::{DeleteMessage, DeleteThread, MessageDeleted, ThreadDeleted};
pub use document::{AddDocument, DocumentAdded, FulfillDocument, WantedDocument};
pub use document_category::{DocumentCategorySaved, SaveDocumentCategory};
pub use draft::{DeleteDraft, DraftSaved, SaveDraft, draft_recipients};
pub use error::{Error, Refusal, Result};
pub use family::{LinkClient, SwitchPrimaryClient, UnlinkClient};
pub use files::Files;
pub use fulfillment::{FulfillLocation, FulfillRelease, Fulfilled, text_hash};
pub use import::{
    Counts, ImportDirectory, ImportQueued, ImportSummary, Kind as ImportKind, QueueImport, Watcher,
    outcome as import_outcome,
};
pub use invitation::{
    AcceptInvitation, Accepted, AccountChanged, InvitePortalAccount, PortalAccountDeactivation,
};
pub use legal_hold::{LegalHoldSet, SetLegalHold};
pub use link::LinkKey;
pub use mass_sending::{Asking, RequestsSent, SendPortalRequests};
pub use message::{SendMessage, Sent};
pub use message_edit::{EditMessage, SetMessagePinned, Touched};
pub use messaging_policy::{PolicyPatch, PolicySaved, UpdatePolicy};
pub use notification::{MarkNotifications, NotificationsMarked};
pub use own_view::{InView, RestoreToView, SetHidden, ViewChanged};
pub use password_link::SendPasswordLink;
pub use portal_request::{NoteInput, RequestMoved, SendPortalRequest, Wanted};
pub use reaction::{React, Reacting};
pub use read_state::{MarkMessages, MarkThread, Marked};
pub use record::{AddLocation, LocationAdded, ReleaseRevoked, RevokeRelease};
pub use relay::{Relay, RelayOptions};
pub use session::{RevokeSessions, SessionsRevoked};
pub use settings::{SettingsSaved, StaffPatch, UpdateMySettings, UpdateStaffSettings};
pub use sharing::{ClientSharingSet, SetClientSharing};
pub use sign_in::{Issue, SignIn, SignInOptions, SignedIn};
pub use staff::{SetRoles, StaffChanged};
pub use thread::{
    ChangePeople, ChatWith, ConvertToGroup, Converted, FirstMessage, OpenDirectThread, Opened,
    Recipient, SetArchived, SetLocked, SetPinned, StartThread, ThreadPeople, ThreadSet,
};
pub use thread_header::{AudienceChange, EditHeader, HeaderEdited};
pub use thread_note::{AddNote, NoteAdded};
pub use tidings_import::{
    Format as ImportFormat, Problem as ImportProblem, Severity as ImportSeverity,
};
pub use transcript::{ExportFile, ExportThread, Exported};

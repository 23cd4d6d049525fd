//! The words of the audit log.

use std::fmt;

use serde::{Deserialize, Serialize};

words! {
    /// What an entry of the audit log says was done.
    Deed {
        /// A staff member was given other roles.
        RolesChanged = "ROLES_CHANGED",
        /// A staff member's settings were changed.
        StaffSettingsChanged = "STAFF_SETTINGS_CHANGED",
        /// A person's own settings were changed.
        OwnSettingsChanged = "OWN_SETTINGS_CHANGED",
        /// The agency's messaging policy was changed.
        MessagingPolicyChanged = "MESSAGING_POLICY_CHANGED",
        /// What a client may do in messages was changed.
        ClientMessagingChanged = "CLIENT_MESSAGING_CHANGED",
        /// A client was marked active or inactive.
        ClientStatusChanged = "CLIENT_STATUS_CHANGED",
        /// A staff member was put on a client's care team.
        CareTeamAssigned = "CARE_TEAM_ASSIGNED",
        /// An assignment to a client was ended.
        CareTeamEnded = "CARE_TEAM_ENDED",
        /// A client was invited to the portal.
        PortalAccountInvited = "PORTAL_ACCOUNT_INVITED",
        /// An account acts for a client from then on.
        ClientLinked = "CLIENT_LINKED",
        /// An account acts for a client no more.
        ClientUnlinked = "CLIENT_UNLINKED",
        /// A client stands first under its login.
        PrimaryClientSwitched = "PRIMARY_CLIENT_SWITCHED",
        /// A staff member was added.
        StaffCreated = "STAFF_CREATED",
        /// A staff member came back.
        StaffActivated = "STAFF_ACTIVATED",
        /// A staff member left.
        StaffDeactivated = "STAFF_DEACTIVATED",
        /// A client was added.
        ClientCreated = "CLIENT_CREATED",
        /// A topic was added or changed.
        TopicSaved = "TOPIC_SAVED",
        /// An audience was given a name.
        AudienceNamed = "AUDIENCE_NAMED",
        /// An agency was added.
        AgencyCreated = "AGENCY_CREATED",
        /// A staff member was sent a link to choose a password.
        PasswordLinkSent = "PASSWORD_LINK_SENT",
        /// A portal account was taken back.
        PortalAccountDeactivated = "PORTAL_ACCOUNT_DEACTIVATED",
        /// A thread was given another audience, topic or subject.
        ThreadHeaderEdited = "THREAD_HEADER_EDITED",
        /// A directory from another system was imported.
        DirectoryImported = "DIRECTORY_IMPORTED",
        /// A client's record was exported for another system.
        RecordExported = "RECORD_EXPORTED",
        /// A client was asked for something (C-31).
        RequestSent = "REQUEST_SENT",
        /// A request was taken back.
        RequestCancelled = "REQUEST_CANCELLED",
        /// A client did what a request asked (C-49).
        RequestFulfilled = "REQUEST_FULFILLED",
        /// A client added a location that nobody asked for (CX-19).
        LocationAdded = "LOCATION_ADDED",
        /// A client added a document that nobody asked for (CX-19).
        DocumentAdded = "DOCUMENT_ADDED",
        /// What can be asked for as a document was changed (C-35).
        DocumentCategorySaved = "DOCUMENT_CATEGORY_SAVED",
        /// A release of information was revoked.
        ReleaseRevoked = "RELEASE_REVOKED",
        /// A client's records were shared with another agency, or are no longer (K18).
        ClientSharingChanged = "CLIENT_SHARING_CHANGED",
        /// A message was deleted for everybody.
        MessageDeleted = "MESSAGE_DELETED",
        /// The content of a deleted message was erased.
        MessagePurged = "MESSAGE_PURGED",
        /// A thread was deleted for everybody.
        ThreadDeleted = "THREAD_DELETED",
        /// The content of a deleted thread, or of messages of it, was erased.
        ThreadPurged = "THREAD_PURGED",
        /// Nothing of a client is erased from here on.
        LegalHoldPlaced = "LEGAL_HOLD_PLACED",
        /// What is deleted of a client is erased again.
        LegalHoldLifted = "LEGAL_HOLD_LIFTED",
        /// Somebody got back what it took out of its own view.
        ViewRestored = "VIEW_RESTORED",
        /// A thread was given to somebody as a file.
        ThreadExported = "THREAD_EXPORTED",
    }

    /// Which kind of row an entry of the audit log is about: the name of its GraphQL type.
    SubjectKind {
        /// An agency.
        Agency = "Agency",
        /// A staff member.
        StaffMember = "StaffMember",
        /// A client.
        Client = "Client",
        /// A portal account.
        PortalAccount = "PortalAccount",
        /// A thread.
        Thread = "Thread",
        /// A message.
        Message = "Message",
    }
}

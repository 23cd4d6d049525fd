//! Typed ids. Every row's id is a `UUIDv7`; a type per entity keeps a client's id from being used
//! as a thread's.

use std::fmt;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vocabulary::PrincipalKind;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub Uuid);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        #[cfg(feature = "orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// An agency or practice: the tenant.
    AgencyId;
    /// One audience of one agency.
    AudienceId;
    /// A topic of an audience.
    TopicId;
    /// A person who works in an agency.
    StaffId;
    /// A person whom an agency serves.
    ClientId;
    /// A login that acts for one or several clients.
    AccountId;
    /// One assignment of a staff member to a client.
    CareTeamMemberId;
    /// A program of an agency.
    ProgramId;
    /// An enrolment of a client in a program.
    EnrollmentId;
    /// An import of a directory as a job.
    DirectoryImportId;
    /// A conversation.
    ThreadId;
    /// One entry of a thread.
    MessageId;
    /// A file that came in: it goes with a message, or into a document.
    AttachmentId;
    /// Something that a client is asked for.
    PortalRequestId;
    /// A category of documents that an agency asks for.
    DocumentCategoryId;
    /// A name that a category has ready.
    DocumentNameId;
    /// What a client handed in: one file or several.
    DocumentId;
    /// One file of a document.
    DocumentFileId;
    /// Where a client said to be.
    LocationId;
    /// A signed release of information.
    ReleaseId;
    /// Something that somebody is told of in the inbox.
    NotificationId;
    /// A text that was not sent yet.
    DraftId;
    /// An invitation to the portal.
    InvitationId;
    /// A mail that waits to leave.
    MailId;
    /// What begins when somebody signs in.
    SessionId;
}

/// Somebody who can take part in a thread or watch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Principal {
    /// A staff member.
    Staff(StaffId),
    /// A portal account: the login, whoever it acts for.
    Account(AccountId),
    /// A client, as the author of a message or a participant.
    Client(ClientId),
}

impl Principal {
    /// Which kind of principal this is, as rows store it.
    #[must_use]
    pub fn kind(self) -> PrincipalKind {
        match self {
            Self::Staff(_) => PrincipalKind::Staff,
            Self::Account(_) => PrincipalKind::Account,
            Self::Client(_) => PrincipalKind::Client,
        }
    }

    /// The bare id, as rows store it beside [`Principal::kind`].
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Staff(id) => id.0,
            Self::Account(id) => id.0,
            Self::Client(id) => id.0,
        }
    }

    /// The principal that a row's kind and id name.
    #[must_use]
    pub fn new(kind: PrincipalKind, id: Uuid) -> Self {
        match kind {
            PrincipalKind::Staff => Self::Staff(id.into()),
            PrincipalKind::Account => Self::Account(id.into()),
            PrincipalKind::Client => Self::Client(id.into()),
        }
    }
}

/// Where new ids come from. A parameter, so that a test's ids can be the same at every run.
pub trait IdSource: Send + Sync {
    /// A new `UUIDv7` for the given moment.
    fn next(&self, now: DateTime<Utc>) -> Uuid;
}

fn uuid_v7(now: DateTime<Utc>, rng: &mut impl Rng) -> Uuid {
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Ids from the operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn next(&self, now: DateTime<Utc>) -> Uuid {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one door to ambient randomness"
        )]
        let mut rng = rand::rng();
        uuid_v7(now, &mut rng)
    }
}

/// Ids that follow from a seed number: for tests and for seeding at size.
#[derive(Debug)]
pub struct SeededIds(Mutex<ChaCha8Rng>);

impl SeededIds {
    /// A source that gives the same ids for the same seed and moments.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl IdSource for SeededIds {
    fn next(&self, now: DateTime<Utc>) -> Uuid {
        let mut rng = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        uuid_v7(now, &mut *rng)
    }
}

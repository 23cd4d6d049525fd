//! Unread counts.

use async_graphql::SimpleObject;
use tidings_store::UnreadCount;

use crate::enums::AudienceKind;

/// Exact numbers of unread messages in the threads of the inbox.
#[derive(SimpleObject)]
pub(crate) struct UnreadCounts {
    /// Unread messages.
    messages: i64,
    /// Threads with an unread message.
    threads: i64,
    /// The same for each audience that has any.
    by_audience: Vec<AudienceUnreadCount>,
}

/// Unread messages of one audience.
#[derive(SimpleObject)]
pub(crate) struct AudienceUnreadCount {
    /// Which; null for threads among staff.
    audience: Option<AudienceKind>,
    /// Unread messages.
    messages: i64,
    /// Threads with an unread message.
    threads: i64,
}

impl From<Vec<UnreadCount>> for UnreadCounts {
    fn from(counts: Vec<UnreadCount>) -> Self {
        Self {
            messages: counts.iter().map(|count| count.messages).sum(),
            threads: counts.iter().map(|count| count.threads).sum(),
            by_audience: counts
                .into_iter()
                .map(|count| AudienceUnreadCount {
                    audience: count.audience.map(Into::into),
                    messages: count.messages,
                    threads: count.threads,
                })
                .collect(),
        }
    }
}

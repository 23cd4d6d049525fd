//! What can go wrong between the store and its database.

use sea_orm::DbErr;

/// A fault of the database or of what it holds. Never a matter of who asks: what a viewer may not
/// see is simply not there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not do it.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A row holds what no version of this program wrote.
    #[error("the database holds an unreadable {0}")]
    Corrupt(&'static str),
    /// The commit of the group that this write belonged to failed; nothing of it is stored.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// The options to open the database are wrong.
    #[error("{0}")]
    Options(String),
}

/// What the store answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

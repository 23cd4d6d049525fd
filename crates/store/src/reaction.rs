//! Reactions: those of many messages in one statement, and the writes that put and take them.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tidings_domain::{Emoji, MessageId, Principal};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::{client, message_reaction, staff_member};
use crate::error::Result;
use crate::sql::{Known, Reader, Sql};
use crate::visibility::{hangs_in_sight, shown_reactions, visible_threads};
use crate::writer::Tx;

/// A reaction with whoever it came from.
#[derive(Clone, Debug)]
pub struct ReactionRow {
    /// The reaction.
    pub reaction: message_reaction::Model,
    /// The staff member, if one reacted.
    pub staff: Option<Arc<staff_member::Model>>,
    /// The client for whom an account reacted.
    pub client: Option<Arc<client::Model>>,
}

/// What stands on a message already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReactionCounts {
    /// How many reactions.
    pub all: u64,
    /// How many different emoji.
    pub emoji: u64,
    /// How many of the emoji at hand.
    pub of_emoji: u64,
    /// Whether one of the emoji at hand is the viewer's own.
    pub own: bool,
}

impl Store {
    /// The reactions to these messages that the viewer learns of, oldest first: one statement for
    /// any number of messages.
    pub async fn reactions(
        &self,
        viewer: &Viewer,
        messages: &[MessageId],
    ) -> Result<Vec<ReactionRow>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<message_reaction::Model>("r");
        sql.push(", ").columns::<staff_member::Model>("st");
        sql.push(", ").columns::<client::Model>("cl");
        sql.push(
            " FROM message_reaction r JOIN message m ON m.id = r.message_id \
             JOIN thread t ON t.id = m.thread_id LEFT JOIN staff_member st \
             ON st.id = r.principal_id AND r.principal_kind = 'STAFF' \
             LEFT JOIN client cl ON cl.id = r.client_id WHERE ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND ");
        shown_reactions(&mut sql, viewer);
        sql.push(" AND ");
        hangs_in_sight(&mut sql, viewer);
        sql.push(" AND r.message_id IN ").list(messages);
        sql.push(" ORDER BY r.message_id, r.created_at, r.emoji, r.principal_id");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let (mut staff, mut clients) = (Known::default(), Known::default());
        let read = |row| {
            let mut row = Reader::new(row);
            Ok(ReactionRow {
                reaction: row.row()?,
                staff: row.shared(&mut staff)?,
                client: row.shared(&mut clients)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Tx {
    /// What stands on a message whose thread is locked.
    pub async fn reaction_counts(
        &self,
        viewer: &Viewer,
        message: MessageId,
        emoji: Emoji,
    ) -> Result<ReactionCounts> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT r.emoji, COUNT(*), COALESCE(SUM(CASE WHEN r.principal_id = ")
            .bind(viewer.principal().uuid());
        sql.push(" THEN 1 ELSE 0 END), 0) FROM message_reaction r WHERE r.message_id = ")
            .bind(message)
            .push(" GROUP BY r.emoji");
        let mut counts = ReactionCounts::default();
        for row in &self.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            let (of, count, own): (String, i64, i64) = (row.next()?, row.next()?, row.next()?);
            let count = u64::try_from(count).unwrap_or_default();
            counts.all += count;
            counts.emoji += 1;
            if of == emoji.as_str() {
                counts.of_emoji = count;
                counts.own = own > 0;
            }
        }
        Ok(counts)
    }

    /// Puts a reaction.
    pub async fn insert_reaction(&self, reaction: &message_reaction::Model) -> Result<()> {
        message_reaction::Entity::insert(reaction.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Takes a reaction back.
    pub async fn delete_reaction(
        &self,
        message: MessageId,
        emoji: Emoji,
        by: Principal,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM message_reaction WHERE message_id = ")
            .bind(message);
        sql.push(" AND emoji = ").bind(emoji.as_str());
        sql.push(" AND principal_id = ").bind(by.uuid());
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Counts a change of a reaction by this principal; answers how many there were within the
    /// minute that began with the first of them, this one included.
    pub async fn count_reaction(&self, by: Principal, now: DateTime<Utc>) -> Result<i64> {
        let since = now - Duration::minutes(1);
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO reaction_pace (principal_id, began_at, changes) VALUES (");
        sql.bind(by.uuid()).push(", ").bind(now);
        sql.push(", 1) ON CONFLICT (principal_id) DO UPDATE SET changes = CASE WHEN ");
        sql.push("reaction_pace.began_at > ").bind(since);
        sql.push(" THEN reaction_pace.changes + 1 ELSE 1 END, began_at = CASE WHEN ");
        sql.push("reaction_pace.began_at > ").bind(since);
        sql.push(" THEN reaction_pace.began_at ELSE excluded.began_at END RETURNING changes");
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())
    }
}

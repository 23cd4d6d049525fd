//! The clients of threads that have several: pages for staff, and what members of a group are told of
//! each other.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use tidings_domain::{ClientId, ThreadId, limits};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::client;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;

/// A client of a thread, with its number in it.
#[derive(Clone, Debug)]
pub struct NumberedClient {
    /// The number, from 1.
    pub number: i32,
    /// The client.
    pub client: Arc<client::Model>,
}

impl Store {
    /// The clients of a thread behind a number, by number. A portal account is told of its own only
    /// (S-26).
    pub async fn thread_clients(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
        after: i32,
        first: usize,
    ) -> Result<Page<NumberedClient>> {
        let mut sql = self.members(viewer, thread);
        sql.push(" AND y.number > ").bind(after);
        if let Viewer::Account(account) = viewer {
            // SECURITY: whom else a thread went to is nobody's business.
            let own: Vec<ClientId> = account.clients.iter().map(|own| own.id).collect();
            sql.push(" AND y.client_id IN ").list(&own);
        }
        sql.push(" ORDER BY y.number LIMIT ").number(first + 1);
        let mut rows = self.numbered(sql).await?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after > 0,
        })
    }

    /// All members of a group, whoever asks: they see each other (K5). Of a broadcast, none.
    pub async fn group_members(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
    ) -> Result<Vec<NumberedClient>> {
        let mut sql = self.members(viewer, thread);
        // SECURITY: only the members of a group see each other.
        sql.push(" AND t.kind = 'GROUP' ORDER BY y.number LIMIT ")
            .number(limits::MAX_GROUP_CLIENTS);
        self.numbered(sql).await
    }

    /// The numbers of members of groups, by thread and client.
    pub async fn member_numbers(
        &self,
        viewer: &Viewer,
        threads: &[ThreadId],
    ) -> Result<HashMap<(ThreadId, ClientId), i32>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT y.thread_id, y.client_id, y.number FROM thread_client y \
             JOIN thread t ON t.id = y.thread_id WHERE t.kind = 'GROUP' AND ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND y.thread_id IN ").list(threads);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let number = |row| {
            let mut row = Reader::new(row);
            Ok(((row.next()?, row.next()?), row.next()?))
        };
        rows.iter().map(number).collect()
    }

    fn members(&self, viewer: &Viewer, thread: ThreadId) -> Sql {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT y.number, ").columns::<client::Model>("c");
        sql.push(
            " FROM thread_client y JOIN thread t ON t.id = y.thread_id \
             JOIN client c ON c.id = y.client_id WHERE ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND y.thread_id = ").bind(thread);
        sql
    }

    async fn numbered(&self, sql: Sql) -> Result<Vec<NumberedClient>> {
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let client = |row| {
            let mut row = Reader::new(row);
            Ok(NumberedClient {
                number: row.next()?,
                client: Arc::new(row.row()?),
            })
        };
        rows.iter().map(client).collect()
    }
}

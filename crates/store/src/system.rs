//! Unscoped access, all of it: seeding and the start of a server. Nothing here answers a viewer.

mod fill;

use sea_orm::entity::prelude::{ActiveModelBehavior, ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, ModelTrait, QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{AgencyId, MessagingPolicy};
use tidings_policy::{StaffViewer, Viewer};

use crate::database::Store;
use crate::entities::{
    agency, assessment, assessment_definition, assessment_version, attachment, audience,
    audit_entry, care_team_member, client, client_sharing, document, document_category,
    document_file, document_name, enrollment, external_id, location, message, messaging_policy,
    notification, portal_account, portal_account_client, portal_request, program, read_receipt,
    release_of_information, staff_member, supervision, thread, thread_client, thread_participant,
    thread_state, topic,
};
use crate::error::{Result, StoreError};
use crate::search::Entry;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// Rows for one bulk insert; bounded by the parameters of one statement (32,766 on SQLite).
const BULK: usize = 1_000;

/// A batch of rows of any table, for seeding.
#[derive(Debug, Default)]
pub struct Batch {
    /// Agencies.
    pub agencies: Vec<agency::Model>,
    /// Versions of policies.
    pub policies: Vec<messaging_policy::Model>,
    /// Audiences.
    pub audiences: Vec<audience::Model>,
    /// Topics.
    pub topics: Vec<topic::Model>,
    /// Staff.
    pub staff: Vec<staff_member::Model>,
    /// Who supervises whom.
    pub supervisions: Vec<supervision::Model>,
    /// Clients.
    pub clients: Vec<client::Model>,
    /// Portal accounts.
    pub accounts: Vec<portal_account::Model>,
    /// For whom they act.
    pub account_clients: Vec<portal_account_client::Model>,
    /// Care teams.
    pub care_team_members: Vec<care_team_member::Model>,
    /// Programs.
    pub programs: Vec<program::Model>,
    /// Enrolments.
    pub enrollments: Vec<enrollment::Model>,
    /// What other systems call rows.
    pub external_ids: Vec<external_id::Model>,
    /// Threads.
    pub threads: Vec<thread::Model>,
    /// The clients of those that have several.
    pub thread_clients: Vec<thread_client::Model>,
    /// Who is listed on them.
    pub participants: Vec<thread_participant::Model>,
    /// Messages.
    pub messages: Vec<message::Model>,
    /// Attachments. Their files are the caller's to store.
    pub attachments: Vec<attachment::Model>,
    /// What viewers have read.
    pub states: Vec<thread_state::Model>,
    /// Who saw what.
    pub receipts: Vec<read_receipt::Model>,
    /// Which agencies see the records of whose clients.
    pub sharings: Vec<client_sharing::Model>,
    /// Document categories.
    pub document_categories: Vec<document_category::Model>,
    /// Their predefined names.
    pub document_names: Vec<document_name::Model>,
    /// Documents.
    pub documents: Vec<document::Model>,
    /// Their files.
    pub document_files: Vec<document_file::Model>,
    /// Assessments that agencies define.
    pub assessment_definitions: Vec<assessment_definition::Model>,
    /// Their versions.
    pub assessment_versions: Vec<assessment_version::Model>,
    /// Assessments that were answered.
    pub assessments: Vec<assessment::Model>,
    /// Portal requests.
    pub requests: Vec<portal_request::Model>,
    /// Locations.
    pub locations: Vec<location::Model>,
    /// Releases of information.
    pub releases: Vec<release_of_information::Model>,
    /// Notifications.
    pub notifications: Vec<notification::Model>,
}

/// A staff member's record, and the staff member as somebody who asks.
pub type StaffAsViewer = (Viewer, staff_member::Model);

/// A policy as a row.
pub fn policy_row(
    agency: AgencyId,
    version: i32,
    policy: &MessagingPolicy,
    created_at: chrono::DateTime<chrono::Utc>,
) -> Result<messaging_policy::Model> {
    let switches =
        serde_json::to_string(policy).map_err(|_| StoreError::Corrupt("messaging policy"))?;
    Ok(messaging_policy::Model {
        agency_id: agency,
        version,
        switches,
        created_at,
        changed_by: None,
    })
}

impl Store {
    /// Every agency, for what goes through all of them.
    pub async fn agency_ids(&self) -> Result<Vec<AgencyId>> {
        let mut sql = Sql::new(self.read.get_database_backend());
        sql.push("SELECT a.id FROM agency a ORDER BY a.id");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// The entries of an agency's audit log behind one, oldest first.
    pub(crate) async fn audit_entries(
        &self,
        agency: AgencyId,
        after: i64,
        first: u64,
    ) -> Result<Vec<audit_entry::Model>> {
        #[expect(clippy::disallowed_methods, reason = "for verifying, not for a viewer")]
        let query = audit_entry::Entity::find()
            .filter(audit_entry::Column::AgencyId.eq(agency))
            .filter(audit_entry::Column::Number.gt(after))
            .order_by_asc(audit_entry::Column::Number)
            .limit(first);
        Ok(query.all(&self.read).await?)
    }

    /// Whether there is no agency yet.
    pub async fn is_empty(&self) -> Result<bool> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT COUNT(*) FROM (SELECT id FROM agency LIMIT 1) a");
        let row = self.read.query_one_raw(sql.statement()).await?;
        let count: i64 = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(count == 0)
    }

    /// Tells the database's planner how the data lies. After a large import.
    pub async fn analyze(&self) -> Result<()> {
        let tx = self.begin().await?;
        tx.execute_unprepared("ANALYZE").await?;
        tx.commit().await
    }

    /// All staff of an agency as viewers, for the preview of who gains and who loses (T-38).
    pub async fn staff_viewers(&self, like: &StaffViewer) -> Result<Vec<StaffAsViewer>> {
        staff_viewers(&self.read, like).await
    }
}

async fn staff_viewers<C: ConnectionTrait>(
    db: &C,
    like: &StaffViewer,
) -> Result<Vec<StaffAsViewer>> {
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT ").columns::<staff_member::Model>("st");
    sql.push(" FROM staff_member st WHERE st.active AND st.agency_id = ");
    sql.bind(like.agency)
        .push(" ORDER BY st.display_name, st.id");
    let rows = db.query_all_raw(sql.statement()).await?;
    rows.iter()
        .map(|row| {
            let staff: staff_member::Model = Reader::new(row).row()?;
            let viewer = StaffViewer {
                id: staff.id,
                roles: staff.roles,
                ..like.clone()
            };
            Ok((Viewer::Staff(viewer), staff))
        })
        .collect()
}

impl Tx {
    /// All staff of an agency as viewers, inside the write.
    pub async fn staff_viewers(&self, like: &StaffViewer) -> Result<Vec<StaffAsViewer>> {
        staff_viewers(&**self, like).await
    }

    /// Stores a batch, in the order of references.
    pub async fn insert_batch(&self, batch: Batch) -> Result<()> {
        self.bulk(batch.agencies).await?;
        self.bulk(batch.policies).await?;
        self.bulk(batch.audiences).await?;
        self.bulk(batch.topics).await?;
        self.bulk(batch.staff).await?;
        self.bulk(batch.supervisions).await?;
        self.bulk(batch.clients).await?;
        self.bulk(batch.accounts).await?;
        self.bulk(batch.account_clients).await?;
        self.bulk(batch.care_team_members).await?;
        self.bulk(batch.programs).await?;
        self.bulk(batch.enrollments).await?;
        self.bulk(batch.external_ids).await?;
        self.bulk(batch.threads.clone()).await?;
        self.bulk(batch.thread_clients).await?;
        self.bulk(batch.participants).await?;
        self.bulk(batch.messages.clone()).await?;
        self.bulk(batch.attachments.clone()).await?;
        let threads = batch.threads.iter().map(Entry::from);
        let messages = batch.messages.iter().map(Entry::from);
        let attachments = batch.attachments.iter().filter_map(Entry::of_attachment);
        self.index(threads.chain(messages).chain(attachments).collect())
            .await?;
        self.bulk(batch.states).await?;
        self.bulk(batch.receipts).await?;
        self.bulk(batch.sharings).await?;
        self.bulk(batch.document_categories).await?;
        self.bulk(batch.document_names).await?;
        self.bulk(batch.assessment_definitions).await?;
        self.bulk(batch.assessment_versions).await?;
        self.bulk(batch.requests).await?;
        self.bulk(batch.assessments).await?;
        self.bulk(batch.documents).await?;
        self.bulk(batch.document_files).await?;
        self.bulk(batch.locations).await?;
        self.bulk(batch.releases).await?;
        self.bulk(batch.notifications).await
    }

    /// Stores rows of one table, a bounded number at a time.
    pub(crate) async fn bulk<M>(&self, rows: Vec<M>) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
        <M::Entity as EntityTrait>::ActiveModel:
            ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
    {
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows
                .by_ref()
                .take(BULK)
                .map(IntoActiveModel::into_active_model)
                .collect();
            if chunk.is_empty() {
                return Ok(());
            }
            M::Entity::insert_many(chunk)
                .exec_without_returning(&**self)
                .await?;
        }
    }
}

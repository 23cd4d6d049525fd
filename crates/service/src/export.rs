//! A client's record as FHIR, as a staff member sees it: the directory around the client and the
//! threads that the viewer may read. Threads with several clients are left out: they are the record
//! of others, too.

use std::collections::HashMap;
use std::io::Write;

use tidings_domain::{ClientId, Deed, Lifecycle, PrincipalKind, StaffId, ThreadKind};
use tidings_effects::files::FileError;
use tidings_import::export::{Bundle, Conversation, Letter, Sender};
use tidings_import::{Agency, Client, Family, Member, Staff, Team};
use tidings_policy::Viewer;
use tidings_store::{CareTeamRow, ClientRow, MessageRange, SeenThread, StaffRow};

use crate::context::Service;
use crate::error::{Error, Result};

/// Most threads of one client that are looked at.
const MOST_THREADS: usize = 10_000;
/// Threads that are loaded together.
const TOGETHER: usize = 100;
/// Messages that are loaded together.
const PAGE: i64 = 500;

impl Service {
    /// Writes the record of a client that the viewer sees, as a FHIR Bundle. For staff.
    ///
    /// `NOT_FOUND` for a client that the viewer does not see; what the viewer may not read is not
    /// in it.
    pub async fn export_client<W: Write>(
        &self,
        viewer: &Viewer,
        client: ClientId,
        out: W,
    ) -> Result<W> {
        if viewer.staff().is_none() {
            return Err(Error::forbidden());
        }
        let row = self.store.clients(viewer, &[client]).await?.pop();
        let row = row.ok_or_else(Error::not_found)?;
        // Who took a record along stands in the log before the first byte leaves.
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let (agency, actor) = (viewer.agency(), Some(viewer.principal()));
        let detail = "FHIR".to_owned();
        tx.audit(
            agency,
            actor,
            Deed::RecordExported,
            client.into(),
            detail,
            now,
        )
        .await?;
        tx.commit().await?;
        let mut writing = Writing {
            service: self,
            viewer,
            bundle: Bundle::begin(out, now).map_err(broken)?,
            agency: viewer.agency().to_string(),
            staff: HashMap::new(),
            client: client.to_string(),
        };
        writing.directory(&row).await?;
        let threads = self.store.threads_of_client(client, MOST_THREADS).await?;
        for threads in threads.chunks(TOGETHER) {
            for seen in self.store.threads(viewer, threads).await? {
                writing.thread(&seen).await?;
            }
        }
        writing.bundle.finish().map_err(broken)
    }
}

/// An export at work.
struct Writing<'a, W: Write> {
    service: &'a Service,
    viewer: &'a Viewer,
    bundle: Bundle<W>,
    agency: String,
    /// Staff who are in it, by id.
    staff: HashMap<StaffId, String>,
    client: String,
}

impl<W: Write> Writing<'_, W> {
    async fn directory(&mut self, row: &ClientRow) -> Result<()> {
        let store = &self.service.store;
        let agency = store
            .agency(self.viewer)
            .await?
            .ok_or_else(Error::not_found)?;
        let agency = Agency {
            id: self.agency.clone(),
            name: agency.name,
            labels: store.labels(agency.id.0).await?,
        };
        self.bundle.agency(&agency).map_err(broken)?;
        let client = Client {
            id: self.client.clone(),
            agency: self.agency.clone(),
            name: row.display_name.clone(),
            email: row.email.clone(),
            status: row.status,
            labels: store.labels(row.id.0).await?,
        };
        self.bundle.client(&client).map_err(broken)?;
        self.families(row.id).await?;
        for CareTeamRow { member, staff } in store.care_teams(self.viewer, &[row.id]).await? {
            let staff = self.staff_member(&staff)?;
            let member = Member {
                staff,
                start: Some(member.start_date),
                end: member.end_date,
                public: member.public,
                source: member.source,
            };
            let team = Team {
                origin: format!("CareTeam/{}", self.team_id(&member)),
                agency: String::new(),
                client: self.client.clone(),
                members: vec![member],
            };
            self.bundle.team(&team).map_err(broken)?;
        }
        Ok(())
    }

    /// A team of one member: somebody can be on a team several times, one after the other.
    fn team_id(&self, member: &Member) -> String {
        let start = member.start.map(|day| day.to_string()).unwrap_or_default();
        format!("{}.{}.{start}.{}", self.client, member.staff, member.source)
    }

    async fn families(&mut self, client: ClientId) -> Result<()> {
        let store = &self.service.store;
        let links = store.account_links(self.viewer, &[client]).await?;
        let accounts: Vec<_> = links.iter().map(|link| link.account_id).collect();
        if accounts.is_empty() {
            return Ok(());
        }
        for account in store.accounts(self.viewer, &accounts).await? {
            let family = Family {
                id: account.id.to_string(),
                agency: String::new(),
                name: account.display_name,
                email: account.email,
                client: self.client.clone(),
                active: true,
            };
            self.bundle.family(&family).map_err(broken)?;
        }
        Ok(())
    }

    /// The id of a staff member, who is written where they come up first.
    fn staff_member(&mut self, row: &StaffRow) -> Result<String> {
        if let Some(id) = self.staff.get(&row.id) {
            return Ok(id.clone());
        }
        let id = row.id.to_string();
        let staff = Staff {
            id: id.clone(),
            agency: self.agency.clone(),
            name: row.display_name.clone(),
            title: row.title.clone(),
            email: row.email.clone(),
            roles: row.roles.iter().collect(),
            active: row.active,
        };
        self.bundle.staff(&staff).map_err(broken)?;
        self.staff.insert(row.id, id.clone());
        Ok(id)
    }

    async fn thread(&mut self, seen: &SeenThread) -> Result<()> {
        let thread = &seen.thread;
        // SECURITY: what was deleted goes nowhere any more (S-31).
        if thread.kind == ThreadKind::Group || thread.lifecycle == Lifecycle::Deleted {
            return Ok(());
        }
        let id = thread.id.to_string();
        let header = Conversation {
            id: &id,
            client: &self.client,
            subject: &thread.subject,
            audience: thread.audience,
            started: thread.created_at,
        };
        self.bundle.conversation(&header).map_err(broken)?;
        let mut from = 1;
        while from <= thread.last_seq {
            let to = (from + PAGE - 1).min(thread.last_seq);
            let range = MessageRange {
                thread: thread.id,
                from,
                to,
                take: None,
                html: false,
            };
            for row in self.service.store.messages(self.viewer, &[range]).await? {
                let staff = match &row.staff {
                    Some(staff) => Some(self.staff_member(staff)?),
                    None => None,
                };
                let client = row.message.author_kind == PrincipalKind::Client;
                let sender = match &staff {
                    Some(staff) => Some(Sender::Staff(staff)),
                    None => client.then_some(Sender::Client(&self.client)),
                };
                let letter = Letter {
                    id: &row.message.id.to_string(),
                    thread: &id,
                    client: &self.client,
                    sender,
                    sent: row.message.created_at,
                    text: &row.message.body,
                };
                self.bundle.letter(&letter).map_err(broken)?;
            }
            from = to + 1;
        }
        Ok(())
    }
}

/// The writer failed.
fn broken(error: std::io::Error) -> Error {
    Error::Files(FileError::Broken(error))
}

//! A generated world: two agencies with all that the law looks at, and the plain model of it that
//! the tests compare the store with. Nothing here asks the store or the law.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use tidings_domain::{
    AccountState, AgencyId, AudienceKind, BodyFormat, CareTeamSource, ClientId, ClientStatus,
    IdSource, Lifecycle, MessagingPolicy, ParticipantStanding, Principal, PrincipalKind, Role,
    RoleSet, SeededIds, StaffId, SupervisorScope, ThreadId, ThreadKind,
};
use tidings_store::{
    AccountClientRow, AccountRow, AgencyRow, AudienceRow, Batch, CareTeamMemberRow, ClientRow,
    MessageModel, ParticipantRow, StaffRow, SupervisionRow, ThreadClientRow, ThreadRow, TopicRow,
    policy_row,
};
use uuid::Uuid;

use super::at;
use super::dice::Dice;

/// What a viewer did with a thread, in the plainest form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) unread: BTreeSet<i64>,
    /// What was read once, even if it was marked as unread since.
    pub(crate) seen: BTreeSet<i64>,
    pub(crate) pinned: bool,
    /// Up to which message the thread is hidden, and removed from the own view.
    pub(crate) hidden: i64,
    pub(crate) removed: i64,
    /// Single messages that were removed from the own view.
    pub(crate) gone: BTreeSet<i64>,
}

/// Two agencies and everything in them.
pub(crate) struct World {
    pub(crate) now: DateTime<Utc>,
    pub(crate) agencies: Vec<AgencyRow>,
    pub(crate) scopes: Vec<SupervisorScope>,
    pub(crate) audiences: Vec<AudienceRow>,
    pub(crate) topics: Vec<TopicRow>,
    pub(crate) staff: Vec<StaffRow>,
    pub(crate) supervisions: Vec<SupervisionRow>,
    pub(crate) clients: Vec<ClientRow>,
    pub(crate) accounts: Vec<AccountRow>,
    pub(crate) account_clients: Vec<AccountClientRow>,
    pub(crate) care_team: Vec<CareTeamMemberRow>,
    pub(crate) threads: Vec<ThreadRow>,
    pub(crate) thread_clients: Vec<ThreadClientRow>,
    pub(crate) participants: Vec<ParticipantRow>,
    pub(crate) messages: Vec<MessageModel>,
    /// By viewer and thread; missing means untouched.
    pub(crate) kept: BTreeMap<(Uuid, ThreadId), Kept>,
    pub(crate) dice: Dice,
    ids: SeededIds,
}

/// The role sets that every agency has; further staff get random ones.
const ROLES: &[&[Role]] = &[
    &[],
    &[Role::Clinician],
    &[Role::Supervisor],
    &[Role::ClinicalAdmin],
    &[Role::PracticeAdmin],
    &[Role::PracticeScheduler],
    &[Role::PracticeBiller],
    &[Role::SystemAdmin],
    &[Role::Clinician, Role::PracticeBiller],
    &[Role::Clinician, Role::Supervisor],
];

impl World {
    /// The world of a seed.
    pub(crate) fn roll(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // At 5:00 UTC it is the day before in Los Angeles, at 11:30 the day after in Auckland.
        let now = at(dice.pick(&[5 * 3600, 11 * 3600 + 1800, 20 * 3600]));
        let mut world = Self {
            now,
            agencies: Vec::new(),
            scopes: Vec::new(),
            audiences: Vec::new(),
            topics: Vec::new(),
            staff: Vec::new(),
            supervisions: Vec::new(),
            clients: Vec::new(),
            accounts: Vec::new(),
            account_clients: Vec::new(),
            care_team: Vec::new(),
            threads: Vec::new(),
            thread_clients: Vec::new(),
            participants: Vec::new(),
            messages: Vec::new(),
            kept: BTreeMap::new(),
            dice,
            ids: SeededIds::new(seed),
        };
        for zone in ["Pacific/Auckland", "America/Los_Angeles"] {
            world.agency(zone);
        }
        world.relations();
        for _ in 0..36 {
            world.thread();
        }
        world
    }

    pub(crate) fn id<T: From<Uuid>>(&self) -> T {
        self.ids.next(at(0)).into()
    }

    fn agency(&mut self, zone: &str) {
        let agency: AgencyId = self.id();
        self.agencies.push(AgencyRow {
            id: agency,
            name: zone.to_owned(),
            time_zone: zone.to_owned(),
            policy_version: 1,
            created_at: at(0),
        });
        let scope = self.dice.pick(SupervisorScope::ALL);
        self.scopes.push(scope);
        for kind in AudienceKind::ALL {
            let audience = AudienceRow {
                id: self.id(),
                agency_id: agency,
                kind: *kind,
                label: kind.to_string(),
            };
            for rank in 0..2 {
                self.topics.push(TopicRow {
                    id: self.id(),
                    agency_id: agency,
                    audience_id: audience.id,
                    audience: *kind,
                    title: format!("{kind} {rank}"),
                    default_subject: format!("About {kind} {rank}"),
                    rank,
                });
            }
            self.audiences.push(audience);
        }
        let random = [self.dice.some(Role::ALL, 30), self.dice.some(Role::ALL, 30)];
        let sets = ROLES.iter().map(|set| set.to_vec()).chain(random);
        for roles in sets {
            self.staff.push(StaffRow {
                id: self.id(),
                agency_id: agency,
                display_name: format!("Staff {}", self.staff.len()),
                title: None,
                email: "staff@example.org".to_owned(),
                roles: RoleSet::of(&roles),
                active: self.dice.percent(90),
                allow_client_contact: true,
                display_in_portal: self.dice.percent(80),
                created_at: at(0),
            });
        }
        for _ in 0..6 {
            self.clients.push(ClientRow {
                id: self.id(),
                agency_id: agency,
                display_name: format!("Client {}", self.clients.len()),
                sort_name: format!("client {}", self.clients.len()),
                email: None,
                status: self.dice.pick(ClientStatus::ALL),
                direct_chat: self.dice.percent(70),
                may_send: self.dice.percent(80),
                created_at: at(0),
            });
        }
        for _ in 0..3 {
            self.accounts.push(AccountRow {
                id: self.id(),
                agency_id: agency,
                display_name: "Account".to_owned(),
                email: "client@example.org".to_owned(),
                state: if self.dice.percent(85) {
                    AccountState::Connected
                } else {
                    self.dice.pick(AccountState::ALL)
                },
                created_at: at(0),
            });
        }
    }

    /// Care teams, supervisions, families: mostly within an agency, now and then across, which
    /// must open nothing (K18).
    fn relations(&mut self) {
        let staff: Vec<_> = self.staff.iter().map(|s| (s.id, s.agency_id)).collect();
        let clients: Vec<_> = self.clients.iter().map(|c| (c.id, c.agency_id)).collect();
        for (client, agency) in &clients {
            for (member, employer) in &staff {
                let chance = if agency == employer { 35 } else { 3 };
                if self.dice.percent(chance) {
                    self.assign(*client, *member, *agency);
                }
            }
            let accounts: Vec<_> = self.accounts.iter().map(|a| (a.id, a.agency_id)).collect();
            let (account, home) = self.dice.pick(&accounts);
            if (home == *agency && self.dice.percent(90)) || self.dice.percent(3) {
                let rank = self
                    .account_clients
                    .iter()
                    .filter(|l| l.account_id == account);
                let rank = i32::try_from(rank.count()).unwrap();
                self.account_clients.push(AccountClientRow {
                    client_id: *client,
                    account_id: account,
                    rank,
                });
            }
        }
        for (supervisor, one) in &staff {
            for (supervisee, other) in &staff {
                let chance = if one == other { 12 } else { 2 };
                if supervisor != supervisee && self.dice.percent(chance) {
                    self.supervisions.push(SupervisionRow {
                        supervisor_id: *supervisor,
                        supervisee_id: *supervisee,
                    });
                }
            }
        }
    }

    /// An assignment whose ends lie on, beside and far from today.
    fn assign(&mut self, client: ClientId, staff: StaffId, agency: AgencyId) {
        let today = self.today(agency);
        let shift = |days: i64| {
            let far = Days::new(days.unsigned_abs());
            if days < 0 { today - far } else { today + far }
        };
        let start = shift(self.dice.pick(&[-400, -1, 0, 1]));
        let end = self
            .dice
            .pick(&[None, None, Some(-1), Some(0), Some(1), Some(90)]);
        self.care_team.push(CareTeamMemberRow {
            id: self.id(),
            client_id: client,
            staff_id: staff,
            start_date: start,
            end_date: end.map(shift),
            public: self.dice.percent(70),
            source: CareTeamSource::Manual,
            created_at: at(0),
        });
    }

    /// The day in an agency's zone, from a table by hand: Auckland is at +13, Los Angeles at -7.
    pub(crate) fn today(&self, agency: AgencyId) -> NaiveDate {
        let first = self.agencies.first().is_some_and(|a| a.id == agency);
        let hours = if first { 13 } else { -7 };
        (self.now + chrono::Duration::hours(hours)).date_naive()
    }

    fn thread(&mut self) {
        let agencies: Vec<_> = self.agencies.iter().map(|a| a.id).collect();
        let agency = self.dice.pick(&agencies);
        let internal = self.dice.percent(15);
        let client = self.one_of(agency, |w| {
            w.clients.iter().map(|c| (c.id, c.agency_id)).collect()
        });
        let starter: StaffId = self.one_of(agency, |w| {
            w.staff.iter().map(|s| (s.id, s.agency_id)).collect()
        });
        let audience = self.dice.pick(AudienceKind::ALL);
        let topics: Vec<_> = self
            .topics
            .iter()
            .filter(|t| t.agency_id == agency && t.audience == audience)
            .map(|t| t.id)
            .collect();
        let topic = (!internal && self.dice.percent(70)).then(|| self.dice.pick(&topics));
        let kinds = [
            ThreadKind::Direct,
            ThreadKind::Team,
            ThreadKind::Broadcast,
            ThreadKind::Group,
        ];
        let kind = self.dice.pick(&kinds);
        let lifecycle = self.dice.below(10);
        let mut thread = ThreadRow {
            id: self.id(),
            agency_id: agency,
            kind: if internal { ThreadKind::Internal } else { kind },
            lifecycle: Lifecycle::ALL[lifecycle.saturating_sub(7).min(2)],
            audience: (!internal).then_some(audience),
            client_id: (!internal && !kind.has_clients()).then_some(client),
            topic_id: topic,
            subject: "Subject".to_owned(),
            started_by_kind: PrincipalKind::Staff,
            started_by_id: starter.0,
            version: 1,
            last_seq: 0,
            last_message_id: self.id(),
            last_activity_at: at(0),
            created_at: at(0),
            locked_by_id: None,
            deleted_messages: 0,
        };
        for _ in 0..=self.dice.below(5) {
            self.message(&mut thread, client);
        }
        if !internal && kind.has_clients() {
            self.several(&thread, client);
        }
        self.list(&thread, starter);
        if thread.lifecycle == Lifecycle::Deleted {
            thread.deleted_messages = thread.last_seq;
            let of_it = self.messages.iter_mut();
            for message in of_it.filter(|m| m.thread_id == thread.id) {
                message.deleted_at = Some(at(900));
            }
        }
        self.threads.push(thread);
    }

    fn one_of<T: Copy>(&mut self, agency: AgencyId, all: fn(&Self) -> Vec<(T, AgencyId)>) -> T {
        let here: Vec<T> = all(self)
            .into_iter()
            .filter_map(|(id, of)| (of == agency).then_some(id))
            .collect();
        self.dice.pick(&here)
    }

    /// A message at a time that others may share, with and without fractions of a second.
    fn message(&mut self, thread: &mut ThreadRow, client: ClientId) {
        let micros = self.dice.pick(&[0, 0, 1_000, 1_500, 999_999]);
        let later = at(self.dice.upto(6) * 60) + chrono::Duration::microseconds(micros);
        let by_client = thread.audience.is_some() && self.dice.percent(40);
        let mut links = self.account_clients.iter();
        let account = links.find(|link| by_client && link.client_id == client);
        let message = MessageModel {
            id: self.id(),
            thread_id: thread.id,
            seq: thread.last_seq + 1,
            author_kind: if by_client {
                PrincipalKind::Client
            } else {
                PrincipalKind::Staff
            },
            author_id: if by_client {
                client.0
            } else {
                thread.started_by_id
            },
            account_id: account.map(|link| link.account_id),
            body: format!("Message {}", thread.last_seq + 1),
            created_at: later.max(thread.last_activity_at),
            seen_by_client_at: None,
            body_format: BodyFormat::Plain,
            deleted_at: None,
            body_html: None,
            reply_to_id: None,
            reply_to_revision: None,
            revision: 1,
            edited_at: None,
            pinned_at: None,
        };
        thread.last_seq = message.seq;
        thread.last_message_id = message.id;
        thread.last_activity_at = message.created_at;
        self.messages.push(message);
    }

    /// Gives a thread a client and some others, rarely one of another agency.
    fn several(&mut self, thread: &ThreadRow, first: ClientId) {
        let clients: Vec<_> = self.clients.iter().map(|c| (c.id, c.agency_id)).collect();
        let mut members = vec![first];
        for (id, agency) in clients {
            let chance = if agency == thread.agency_id { 30 } else { 2 };
            if id != first && self.dice.percent(chance) {
                members.push(id);
            }
        }
        for (number, client) in (1..).zip(members) {
            self.thread_clients.push(ThreadClientRow {
                thread_id: thread.id,
                client_id: client,
                number,
                last_activity_at: thread.last_activity_at,
            });
        }
    }

    /// Lists the starter, the client and some staff, rarely one of another agency.
    fn list(&mut self, thread: &ThreadRow, starter: StaffId) {
        let mut listed = vec![(Principal::Staff(starter), ParticipantStanding::Participant)];
        listed.extend(
            thread
                .client_id
                .map(|id| (Principal::Client(id), ParticipantStanding::Participant)),
        );
        let staff: Vec<_> = self.staff.iter().map(|s| (s.id, s.agency_id)).collect();
        for (id, agency) in staff {
            let chance = if agency == thread.agency_id { 7 } else { 2 };
            if id != starter && self.dice.percent(chance) {
                let standing = self.dice.pick(ParticipantStanding::ALL);
                listed.push((Principal::Staff(id), standing));
            }
        }
        for (principal, standing) in listed {
            self.participants.push(ParticipantRow {
                thread_id: thread.id,
                principal_id: principal.uuid(),
                principal_kind: principal.kind(),
                standing,
                last_activity_at: thread.last_activity_at,
            });
        }
    }

    /// All rows, for the store.
    pub(crate) fn batch(&self) -> Batch {
        let policies = self
            .agencies
            .iter()
            .zip(&self.scopes)
            .map(|(agency, scope)| {
                let policy = MessagingPolicy {
                    supervisor_scope: *scope,
                    ..MessagingPolicy::default()
                };
                policy_row(agency.id, 1, &policy, Utc.timestamp_nanos(0)).unwrap()
            });
        Batch {
            agencies: self.agencies.clone(),
            policies: policies.collect(),
            audiences: self.audiences.clone(),
            topics: self.topics.clone(),
            staff: self.staff.clone(),
            supervisions: self.supervisions.clone(),
            clients: self.clients.clone(),
            accounts: self.accounts.clone(),
            account_clients: self.account_clients.clone(),
            care_team_members: self.care_team.clone(),
            threads: self.threads.clone(),
            thread_clients: self.thread_clients.clone(),
            participants: self.participants.clone(),
            messages: self.messages.clone(),
            attachments: Vec::new(),
            states: Vec::new(),
            receipts: Vec::new(),
            ..Batch::default()
        }
    }
}

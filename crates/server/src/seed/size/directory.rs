//! The people of a seeded agency.

use chrono::{DateTime, Duration, Utc};
use tidings_domain::{
    AccountId, AccountState, AgencyId, AudienceKind, ClientId, ClientStatus, MessagingPolicy, Role,
    RoleSet, StaffId, TopicId,
};
use tidings_store::{
    AccountClientRow, AccountRow, AgencyRow, AudienceRow, Batch, ClientRow, StaffRow,
    SupervisionRow, TopicRow, policy_row,
};

use super::{FIRST, Ids, Size, Stream, dice, moment, teams, words};
use crate::seed::Result;
use crate::seed::dice::Dice;

/// What the making of threads needs to know of the people. People are numbers: places in `staff`
/// and `clients`.
pub(super) struct Directory {
    pub(super) agency: AgencyId,
    pub(super) staff: Vec<StaffId>,
    pub(super) jobs: Jobs,
    pub(super) clients: Vec<Client>,
    /// The supervisor of each staff member.
    pub(super) supervisor: Vec<Option<usize>>,
    /// Clients of each staff member, present care teams only.
    pub(super) caseload: Vec<usize>,
    /// The topics of each audience, in the order of [`AudienceKind::ALL`].
    pub(super) topics: Vec<Vec<(TopicId, &'static str)>>,
}

/// A client.
pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) active: bool,
    pub(super) direct_chat: bool,
    /// The connected account, and whether it acts for this client alone.
    pub(super) account: Option<(AccountId, bool)>,
    /// The present care team.
    pub(super) team: Vec<usize>,
}

/// Who does what.
#[derive(Default)]
pub(super) struct Jobs {
    pub(super) clinicians: Vec<usize>,
    pub(super) supervisors: Vec<usize>,
    pub(super) schedulers: Vec<usize>,
    pub(super) billers: Vec<usize>,
    pub(super) practice_admins: Vec<usize>,
    pub(super) clinical_admins: Vec<usize>,
}

/// Everybody but plain clinicians: roles, title, share in a thousand. At least one each.
#[rustfmt::skip]
const SHARES: &[(&[Role], &str, usize)] = &[
    (&[Role::PracticeScheduler], "Scheduler", 130),
    (&[Role::PracticeBiller], "Billing Specialist", 90),
    (&[Role::PracticeScheduler, Role::PracticeBiller], "Office Coordinator", 50),
    (&[Role::Supervisor], "Supervisor", 70),
    (&[Role::Clinician, Role::Supervisor], "Senior Clinician", 30),
    (&[Role::PracticeAdmin], "Practice Manager", 50),
    (&[Role::ClinicalAdmin], "Clinical Director", 40),
    (&[Role::SystemAdmin], "Systems Administrator", 20),
];

/// Titles of plain clinicians.
const TITLES: &[&str] = &[
    "Psychologist",
    "Counselor",
    "Clinical Social Worker",
    "Nurse",
];

impl Directory {
    /// The directory of this size, and its rows.
    pub(super) fn new(size: &Size) -> Result<(Self, Batch)> {
        let mut maker = Maker {
            dice: dice(size.seed, Stream::Directory),
            ids: Ids::new(size.seed, Stream::Directory),
            batch: Batch::default(),
            founded: moment(FIRST) - Duration::days(365),
        };
        let agency = maker.agency(size)?;
        let topics = maker.topics(agency);
        let (staff, jobs) = maker.staff(agency, size.staff);
        let supervisor = maker.supervisions(&staff, &jobs);
        let mut clients = maker.clients(agency, size.clients);
        let mut caseload = vec![0; staff.len()];
        teams::assign(&mut maker.dice, &jobs.clinicians, &mut clients);
        for client in &clients {
            for member in &client.team {
                caseload[*member] += 1;
            }
        }
        teams::rows(&mut maker, &staff, &jobs.clinicians, &clients);
        let directory = Self {
            agency,
            staff,
            jobs,
            clients,
            supervisor,
            caseload,
            topics,
        };
        Ok((directory, maker.batch))
    }

    /// Somebody who is there if the agency is.
    pub(super) fn first_staff(&self) -> StaffId {
        self.staff[0]
    }

    /// The clinician whose number of clients is closest to 20.
    pub(super) fn usual_clinician(&self) -> usize {
        let from_20 = |member: &usize| self.caseload[*member].abs_diff(20);
        let clinicians = self.jobs.clinicians.iter().copied();
        clinicians.min_by_key(from_20).unwrap_or_default()
    }

    /// The supervisor with most supervisees.
    pub(super) fn busiest_supervisor(&self) -> usize {
        let supervisees = |member: &usize| {
            let all = self.supervisor.iter().flatten();
            all.filter(|supervisor| *supervisor == member).count()
        };
        let supervisors = self.jobs.supervisors.iter().copied().rev();
        supervisors.max_by_key(supervisees).unwrap_or_default()
    }
}

/// Makes rows.
pub(super) struct Maker {
    pub(super) dice: Dice,
    pub(super) ids: Ids,
    pub(super) batch: Batch,
    /// When the agency was made; clients came in the year after.
    pub(super) founded: DateTime<Utc>,
}

impl Maker {
    fn agency(&mut self, size: &Size) -> Result<AgencyId> {
        let id = self.ids.next(self.founded);
        self.batch.agencies.push(AgencyRow {
            id,
            name: format!("Seeded agency {}", size.seed),
            time_zone: "America/Chicago".to_owned(),
            policy_version: 1,
            created_at: self.founded,
        });
        let policy = policy_row(id, 1, &MessagingPolicy::default(), self.founded)?;
        self.batch.policies.push(policy);
        Ok(id)
    }

    fn topics(&mut self, agency: AgencyId) -> Vec<Vec<(TopicId, &'static str)>> {
        let mut all = Vec::new();
        for kind in AudienceKind::ALL {
            let audience = self.ids.next(self.founded);
            self.batch.audiences.push(AudienceRow {
                id: audience,
                agency_id: agency,
                kind: *kind,
                label: match kind {
                    AudienceKind::Administrative => "Front desk",
                    AudienceKind::Billing => "Billing and insurance",
                    AudienceKind::Clinical => "Care team",
                }
                .to_owned(),
            });
            let mut topics = Vec::new();
            for ((title, default_subject), rank) in words::topics(*kind).iter().zip(0..) {
                let id = self.ids.next(self.founded);
                self.batch.topics.push(TopicRow {
                    id,
                    agency_id: agency,
                    audience_id: audience,
                    audience: *kind,
                    title: (*title).to_owned(),
                    default_subject: (*default_subject).to_owned(),
                    rank,
                });
                topics.push((id, *default_subject));
            }
            all.push(topics);
        }
        all
    }

    fn staff(&mut self, agency: AgencyId, count: usize) -> (Vec<StaffId>, Jobs) {
        let mut posts: Vec<(&[Role], &str)> = Vec::with_capacity(count);
        for (roles, title, share) in SHARES {
            posts.extend(vec![(*roles, *title); (count * share / 1_000).max(1)]);
        }
        while posts.len() < count {
            posts.push((&[Role::Clinician], *self.dice.pick(TITLES)));
        }
        let mut staff = Vec::with_capacity(count);
        let mut jobs = Jobs::default();
        for (at, (roles, title)) in posts.into_iter().enumerate() {
            let id = self.ids.next(self.founded);
            let clinician = roles.contains(&Role::Clinician);
            let reachable = clinician && self.dice.percent(90);
            let display_name = self.name();
            self.batch.staff.push(StaffRow {
                id,
                agency_id: agency,
                display_name,
                title: Some(title.to_owned()),
                email: format!("staff{at}@seeded.example"),
                roles: RoleSet::of(roles),
                active: true,
                allow_client_contact: reachable,
                display_in_portal: clinician,
                created_at: self.founded,
            });
            staff.push(id);
            for role in roles {
                let list = match role {
                    Role::Clinician => &mut jobs.clinicians,
                    Role::Supervisor => &mut jobs.supervisors,
                    Role::PracticeScheduler => &mut jobs.schedulers,
                    Role::PracticeBiller => &mut jobs.billers,
                    Role::PracticeAdmin => &mut jobs.practice_admins,
                    Role::ClinicalAdmin => &mut jobs.clinical_admins,
                    Role::SystemAdmin => continue,
                };
                list.push(at);
            }
        }
        (staff, jobs)
    }

    /// Four of five clinicians have a supervisor, nobody is their own.
    fn supervisions(&mut self, staff: &[StaffId], jobs: &Jobs) -> Vec<Option<usize>> {
        let mut supervisors = vec![None; staff.len()];
        for clinician in &jobs.clinicians {
            let supervisor = *self.dice.pick(&jobs.supervisors);
            if supervisor == *clinician || self.dice.percent(20) {
                continue;
            }
            supervisors[*clinician] = Some(supervisor);
            self.batch.supervisions.push(SupervisionRow {
                supervisor_id: staff[supervisor],
                supervisee_id: staff[*clinician],
            });
        }
        supervisors
    }

    fn clients(&mut self, agency: AgencyId, count: usize) -> Vec<Client> {
        let mut clients = Vec::with_capacity(count);
        while clients.len() < count {
            // One household in twenty has two to four clients and one account.
            let several = if self.dice.percent(5) && !clients.is_empty() {
                usize::try_from(self.dice.between(2, 4)).unwrap_or(2)
            } else {
                1
            };
            let members = several.min(count - clients.len());
            let first = clients.len();
            let family = *self.dice.pick(words::FAMILY);
            for at in first..first + members {
                let client = self.client(agency, family, at, count);
                clients.push(client);
            }
            self.account(agency, family, &mut clients[first..]);
        }
        clients
    }

    fn client(&mut self, agency: AgencyId, family: &str, at: usize, count: usize) -> Client {
        let given = *self.dice.pick(words::GIVEN);
        let display_name = format!("{given} {family}");
        // In order, over 360 days: `at` millionths of them.
        let share = i64::try_from(at * 1_000_000 / count).unwrap_or_default();
        let created_at = self.founded + Duration::microseconds(360 * 86_400 * share);
        let id = self.ids.next(created_at);
        // The first client can do everything, so that there is one who can.
        let active = !self.dice.percent(6) || at == 0;
        let direct_chat = !self.dice.percent(3) || at == 0;
        self.batch.clients.push(ClientRow {
            id,
            agency_id: agency,
            sort_name: display_name.to_lowercase(),
            display_name,
            email: self
                .dice
                .percent(80)
                .then(|| format!("client{at}@post.example")),
            status: if active {
                ClientStatus::Active
            } else {
                ClientStatus::Inactive
            },
            direct_chat,
            may_send: true,
            created_at,
        });
        Client {
            id,
            active,
            direct_chat,
            account: None,
            team: Vec::new(),
        }
    }

    /// An account for a household: for a family always connected; for a single client in nine of
    /// ten cases, else invited, deactivated, or none at all.
    fn account(&mut self, agency: AgencyId, family: &str, clients: &mut [Client]) {
        let alone = clients.len() == 1;
        let made = self.batch.clients.len() - clients.len();
        let state = match self.dice.below(100) {
            _ if !alone || made == 0 => AccountState::Connected,
            0..89 => AccountState::Connected,
            89..93 => AccountState::Invited,
            93..95 => AccountState::Deactivated,
            _ => return,
        };
        let own = &self.batch.clients[made];
        let (created_at, own_name) = (own.created_at, own.display_name.clone());
        let display_name = if alone {
            own_name
        } else {
            format!("{} {family}", self.dice.pick(words::GIVEN))
        };
        let id = self.ids.next(created_at);
        self.batch.accounts.push(AccountRow {
            id,
            agency_id: agency,
            display_name,
            email: format!("account{}@post.example", self.batch.accounts.len()),
            state,
            created_at,
        });
        for (client, rank) in clients.iter_mut().zip(0..) {
            self.batch.account_clients.push(AccountClientRow {
                client_id: client.id,
                account_id: id,
                rank,
            });
            client.account = (state == AccountState::Connected).then_some((id, alone));
        }
    }

    fn name(&mut self) -> String {
        let given = *self.dice.pick(words::GIVEN);
        format!("{given} {}", self.dice.pick(words::FAMILY))
    }
}

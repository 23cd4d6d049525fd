//! What is said in a thread, and who reads it.

use chrono::Duration;
use tidings_domain::{AudienceKind, Lifecycle, Principal, ThreadKind};
use tidings_store::Batch;

use super::directory::{Client, Directory};
use super::plan::Plan;
use super::{Ids, LAST, moment, words};
use crate::seed::dice::Dice;
use crate::seed::talk::{Head, Talk, Voice};

const MINUTE: u64 = 60_000_000;
const HOUR: u64 = 60 * MINUTE;

/// Where threads are played.
pub(super) struct Stage<'a> {
    pub(super) directory: &'a Directory,
    /// The busiest scheduler, who is on top of the inbox that all schedulers share.
    pub(super) scheduler: usize,
    pub(super) ids: &'a Ids,
}

impl Stage<'_> {
    /// Plays a thread out and adds its rows.
    pub(super) fn thread(&self, plan: &Plan, mut dice: Dice, batch: &mut Batch) {
        let dice = &mut dice;
        let directory = self.directory;
        let client = &directory.clients[plan.client];
        let mut talk = Talk::new(head(plan, directory, dice));
        let mut cast = Cast::new(plan, directory, client, dice);
        let longest_pause = longest_pause(plan);
        let mut at = plan.begins;
        for place in 0..plan.messages {
            let pause = pause(dice).min(longest_pause);
            if place > 0 {
                if dice.percent(15) {
                    let reader = cast.anybody(dice).reader();
                    talk.read(reader, moment(at + pause / 3));
                }
                at += pause;
            }
            let voice = cast.next_voice(dice, place);
            let body = words::body(dice, matches!(voice, Voice::Staff(_)));
            let at = moment(at);
            talk.say(voice, self.ids.next(at), at, body);
        }
        for (reader, chance) in self.readers(plan, client, &cast, dice) {
            let minutes = i64::try_from(dice.between(2, 24 * 60)).unwrap_or_default();
            if dice.percent(chance) {
                talk.read(reader, moment(at) + Duration::minutes(minutes));
            }
        }
        if plan.pinned {
            talk.pin(cast.lead.reader());
        }
        let addressed = cast.addressed.iter();
        let addressed: Vec<_> = addressed.map(|member| directory.staff[*member]).collect();
        talk.finish(&addressed, batch);
    }

    /// Who may read the thread once the last message has been sent, and with what chance in a
    /// hundred. Most do; some leave it unread.
    fn readers(
        &self,
        plan: &Plan,
        client: &Client,
        cast: &Cast,
        dice: &mut Dice,
    ) -> Vec<(Principal, u64)> {
        let directory = self.directory;
        let jobs = &directory.jobs;
        let staff = |member: usize| Principal::Staff(directory.staff[member]);
        let mut readers = Vec::with_capacity(8);
        if let Some((account, _)) = client.account {
            let chance = if plan.archived { 98 } else { 75 };
            readers.push((Principal::Account(account), chance));
        }
        let chance = if plan.archived { 100 } else { 85 };
        readers.push((cast.lead.reader(), chance));
        readers.extend(cast.others.iter().map(|other| (other.reader(), 60)));
        match plan.audience {
            AudienceKind::Administrative => {
                readers.push((staff(self.scheduler), 95));
                readers.push((staff(*dice.pick(&jobs.schedulers)), 20));
            }
            AudienceKind::Billing => readers.push((staff(jobs.billers[0]), 90)),
            AudienceKind::Clinical => {
                readers.extend(client.team.iter().map(|member| (staff(*member), 60)));
                let supervisor = directory.supervisor[client.team[0]];
                readers.extend(supervisor.map(|supervisor| (staff(supervisor), 15)));
            }
        }
        readers
    }
}

fn head(plan: &Plan, directory: &Directory, dice: &mut Dice) -> Head {
    let place = AudienceKind::ALL
        .iter()
        .position(|kind| *kind == plan.audience)
        .unwrap_or_default();
    let (topic, filled_in) = *dice.pick(&directory.topics[place]);
    Head {
        id: plan.id,
        agency: directory.agency,
        kind: plan.kind,
        lifecycle: if plan.archived {
            Lifecycle::Archived
        } else {
            Lifecycle::Open
        },
        audience: Some(plan.audience),
        client: Some(directory.clients[plan.client].id),
        others: &[],
        topic: Some(topic),
        subject: words::subject(dice, plan.audience, filled_in),
    }
}

/// Microseconds between two messages: minutes in one half of the cases, hours in the other.
fn pause(dice: &mut Dice) -> i64 {
    let pause = if dice.percent(50) {
        dice.between(MINUTE, 90 * MINUTE)
    } else {
        dice.between(2 * HOUR, 40 * HOUR)
    };
    i64::try_from(pause).unwrap_or_default()
}

/// The longest pause with which the thread ends in time.
fn longest_pause(plan: &Plan) -> i64 {
    let messages = i64::try_from(plan.messages).unwrap_or(i64::MAX);
    (LAST - plan.begins) / messages.max(1)
}

/// Who takes part.
struct Cast {
    lead: Voice,
    /// Other staff who speak.
    others: Vec<Voice>,
    client: Option<Voice>,
    /// Whether the client begins.
    client_begins: bool,
    client_spoke_last: bool,
    /// Staff to whom the thread is addressed, its lead among them unless the client began it.
    addressed: Vec<usize>,
}

impl Cast {
    fn new(plan: &Plan, directory: &Directory, client: &Client, dice: &mut Dice) -> Self {
        let voice = |member: usize| Voice::Staff(directory.staff[member]);
        let mut others = Vec::new();
        if plan.kind == ThreadKind::Team {
            // The care team reads and writes in every audience.
            others.extend(client.team.iter().copied().filter(|at| *at != plan.lead));
        }
        let account = plan.voice(client);
        let client_begins = account.is_some() && dice.percent(45);
        // A client writes to the care team; whoever else answers does so by role.
        let mut addressed = if client_begins {
            vec![*dice.pick(&client.team)]
        } else {
            vec![plan.lead]
        };
        addressed.extend(others.iter().copied());
        Self {
            lead: voice(plan.lead),
            others: others.into_iter().map(voice).collect(),
            client: account.map(|account| Voice::Client(client.id, account)),
            client_begins,
            client_spoke_last: false,
            addressed,
        }
    }

    /// Who speaks next: mostly the other side, for staff mostly the lead.
    fn next_voice(&mut self, dice: &mut Dice, place: usize) -> Voice {
        let client = self.client.filter(|_| {
            if place == 0 {
                self.client_begins
            } else {
                self.client_spoke_last != dice.percent(72)
            }
        });
        self.client_spoke_last = client.is_some();
        client.unwrap_or_else(|| self.staff(dice, place))
    }

    fn staff(&self, dice: &mut Dice, place: usize) -> Voice {
        if place == 0 || self.others.is_empty() || dice.percent(75) {
            self.lead
        } else {
            *dice.pick(&self.others)
        }
    }

    fn anybody(&self, dice: &mut Dice) -> Voice {
        match self.client {
            Some(client) if dice.percent(50) => client,
            _ => self.staff(dice, 1),
        }
    }
}

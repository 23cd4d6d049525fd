//! Which threads there are: about whom, for whom, when, how long. Enough to know the landmarks.

use tidings_domain::{AccountId, AudienceKind, ClientId, ThreadId, ThreadKind};

use super::directory::{Client, Directory};
use super::{FIRST, Ids, LAST, Size, Stream, dice, moment};
use crate::seed::dice::Dice;

/// Messages of the longest thread, less the first.
const LONG: usize = 499;

/// A thread in numbers.
pub(super) struct Plan {
    pub(super) id: ThreadId,
    /// About whom.
    pub(super) client: usize,
    /// The staff member who leads it.
    pub(super) lead: usize,
    pub(super) audience: AudienceKind,
    pub(super) kind: ThreadKind,
    pub(super) archived: bool,
    /// Whether its lead has it at the top.
    pub(super) pinned: bool,
    pub(super) messages: usize,
    /// When it begins, in microseconds.
    pub(super) begins: i64,
}

impl Plan {
    /// The login that writes for the client, if any may: a broadcast takes no answer, and some
    /// clients have no direct chats.
    pub(super) fn voice(&self, client: &Client) -> Option<AccountId> {
        let may = match self.kind {
            ThreadKind::Direct => client.direct_chat,
            ThreadKind::Team | ThreadKind::Group => true,
            ThreadKind::Broadcast | ThreadKind::Internal => false,
        };
        client.account.map(|(account, _)| account).filter(|_| may)
    }
}

/// Threads that a staff member has pinned at most.
const PINS: u32 = 5;

/// All threads, in the order in which they begin, and the number of the longest.
pub(super) fn threads(size: &Size, directory: &Directory) -> (Vec<Plan>, usize) {
    let mut dice = dice(size.seed, Stream::Plans);
    let ids = Ids::new(size.seed, Stream::Plans);
    let activity = Activity::new(&mut dice, &directory.clients);
    let span = u64::try_from(LAST - FIRST).unwrap_or_default();
    let step = span / u64::try_from(size.threads).unwrap_or(u64::MAX).max(1);
    let mut plans = Vec::with_capacity(size.threads);
    let mut begins = FIRST;
    for at in 0..size.threads {
        let jitter = i64::try_from(dice.below(step)).unwrap_or_default();
        let client = activity.pick(&mut dice);
        let (audience, kind, lead) = header(&mut dice, directory, client);
        // Older threads are put away; one in ten of all.
        let archived = at * 10 < size.threads * 6 && dice.percent(17);
        plans.push(Plan {
            id: ids.next(moment(begins + jitter)),
            client,
            lead,
            audience,
            kind,
            archived,
            pinned: false,
            messages: 1,
            begins: begins + jitter,
        });
        begins += i64::try_from(step).unwrap_or_default();
    }
    let long = long_thread(&plans, directory);
    lengths(&mut dice, size, directory, &mut plans, long);
    pin(&mut plans, directory);
    (plans, long)
}

/// Pins some of the newer threads that somebody leads: a few for each, however many there are.
fn pin(plans: &mut [Plan], directory: &Directory) {
    let mut pins = vec![0; directory.staff.len()];
    let open = plans.iter_mut().rev().filter(|plan| !plan.archived);
    for plan in open.step_by(3) {
        plan.pinned = pins[plan.lead] < PINS;
        pins[plan.lead] += 1;
    }
}

fn header(
    dice: &mut Dice,
    directory: &Directory,
    client: usize,
) -> (AudienceKind, ThreadKind, usize) {
    let jobs = &directory.jobs;
    let team = &directory.clients[client].team;
    let audience = match dice.below(10) {
        0..4 => AudienceKind::Administrative,
        4..6 => AudienceKind::Billing,
        _ => AudienceKind::Clinical,
    };
    let chance = dice.below(100);
    let lead = match audience {
        AudienceKind::Administrative => match chance {
            0..65 => often_first(dice, &jobs.schedulers),
            65..90 => *dice.pick(team),
            _ => *dice.pick(&jobs.practice_admins),
        },
        AudienceKind::Billing => match chance {
            0..80 => often_first(dice, &jobs.billers),
            80..92 => *dice.pick(team),
            _ => *dice.pick(&jobs.clinical_admins),
        },
        AudienceKind::Clinical => match (chance, directory.supervisor[team[0]]) {
            (0..5, Some(supervisor)) => supervisor,
            (5..12, _) => *dice.pick(&jobs.clinical_admins),
            _ => *dice.pick(team),
        },
    };
    let kind = match (audience, dice.below(100)) {
        (AudienceKind::Administrative, 0..3) => ThreadKind::Broadcast,
        (AudienceKind::Administrative | AudienceKind::Clinical, 3..23) => ThreadKind::Team,
        _ => ThreadKind::Direct,
    };
    (audience, kind, lead)
}

/// One of a list, the first ones more often.
fn often_first(dice: &mut Dice, list: &[usize]) -> usize {
    let throws = [(); 3].map(|()| dice.index(list.len()));
    list[throws.into_iter().min().unwrap_or_default()]
}

/// How often each client writes: falls off with the rank, as Zipf's law has it, but flatter (a
/// power of 3/4, from the tenth on), so that the busiest has some hundreds of threads.
struct Activity {
    /// Sums of weights up to and including each client's.
    sums: Vec<u64>,
}

impl Activity {
    fn new(dice: &mut Dice, clients: &[Client]) -> Self {
        let mut ranks: Vec<u64> = (10..).take(clients.len()).collect();
        dice.shuffle(&mut ranks);
        let mut sum = 0;
        let sums = clients.iter().zip(ranks).map(|(client, rank)| {
            // rank^(3/4), times 32, in integers.
            let power = (rank * (rank << 20).isqrt()).isqrt();
            let weight = (1 << 32) / power.max(1);
            sum += match (client.account, client.active) {
                (None, _) => weight / 8,
                (_, false) => weight / 3,
                _ => weight,
            };
            sum
        });
        Self {
            sums: sums.collect(),
        }
    }

    fn pick(&self, dice: &mut Dice) -> usize {
        let throw = dice.below(self.sums.last().copied().unwrap_or_default());
        self.sums.partition_point(|sum| *sum <= throw)
    }
}

/// Hands out the messages: exactly so many, few to most threads and many to some.
fn lengths(dice: &mut Dice, size: &Size, directory: &Directory, plans: &mut [Plan], long: usize) {
    let extra = size.messages - size.threads;
    let reserved = LONG.min(extra / 2);
    let rest = u128::try_from(extra - reserved).unwrap_or_default();
    let mut weights: Vec<u64> = plans
        .iter()
        .map(|plan| {
            // A hyperbola over an even throw: the mean is 2.4 times the unit, the most 24 times.
            let weight = 1_000_000_000 / (dice.below(1_000_000) + 40_000) - 900;
            match plan.voice(&directory.clients[plan.client]) {
                _ if plan.kind == ThreadKind::Broadcast => 0,
                Some(_) => weight,
                None => weight / 8,
            }
        })
        .collect();
    weights[long] = u64::from(plans.len() == 1 || weights.iter().all(|weight| *weight == 0));
    let total = weights.iter().copied().map(u128::from).sum::<u128>().max(1);
    let (mut sum, mut given) = (0, 0);
    for (plan, weight) in plans.iter_mut().zip(weights) {
        sum += u128::from(weight);
        let up_to = sum * rest / total;
        plan.messages += usize::try_from(up_to - given).unwrap_or_default();
        given = up_to;
    }
    plans[long].messages += reserved;
}

/// The first thread of the usual clinician in which an active client can answer; failing that,
/// the first that any client can answer.
fn long_thread(plans: &[Plan], directory: &Directory) -> usize {
    let clinician = directory.usual_clinician();
    let talks = |plan: &&Plan| {
        let client = &directory.clients[plan.client];
        client.active && plan.voice(client).is_some()
    };
    let at = |wanted: &dyn Fn(&&Plan) -> bool| plans.iter().position(|plan| wanted(&plan));
    at(&|plan| talks(plan) && plan.lead == clinician && plan.audience == AudienceKind::Clinical)
        .or_else(|| at(&talks))
        .unwrap_or_default()
}

/// The scheduler who leads most Administrative threads.
pub(super) fn busiest_scheduler(plans: &[Plan], directory: &Directory) -> usize {
    let mut led = vec![0_usize; directory.staff.len()];
    for plan in plans {
        led[plan.lead] += usize::from(plan.audience == AudienceKind::Administrative);
    }
    let schedulers = directory.jobs.schedulers.iter().copied().rev();
    schedulers.max_by_key(|at| led[*at]).unwrap_or_default()
}

/// An active client with about 10 threads and a connected account for it alone, as the first
/// client is at least.
pub(super) fn usual_client(plans: &[Plan], directory: &Directory) -> Option<(ClientId, AccountId)> {
    let mut threads = vec![0_usize; directory.clients.len()];
    for plan in plans {
        threads[plan.client] += 1;
    }
    let usual = directory
        .clients
        .iter()
        .zip(threads)
        .filter_map(|(client, threads)| {
            let (account, alone) = client.account?;
            let fits = alone && client.active && client.direct_chat;
            fits.then_some((threads.abs_diff(10), client.id, account))
        });
    let (_, client, account) = usual.min_by_key(|(from_10, ..)| *from_10)?;
    Some((client, account))
}

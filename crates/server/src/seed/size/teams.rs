//! Who is assigned to whom.

use chrono::{Duration, NaiveDate};
use tidings_domain::{CareTeamSource, StaffId};
use tidings_store::CareTeamMemberRow;

use super::directory::{Client, Maker};
use super::{FIRST, moment};
use crate::seed::dice::Dice;

/// The fewest and most clients of a clinician who works part-time.
const FEW: (u64, u64) = (16, 24);

/// Gives each client a care team of one to three. Every second clinician works part-time and has
/// about 20 clients, or an equal share where there are fewer; the rest is shared by the others.
pub(super) fn assign(dice: &mut Dice, clinicians: &[usize], clients: &mut [Client]) {
    let (part_time, full_time): (Vec<_>, Vec<_>) = clinicians
        .iter()
        .enumerate()
        .partition(|(at, _)| at % 2 == 1);
    for client in clients.iter_mut() {
        let members = match dice.below(100) {
            0..55 => 1,
            55..90 => 2,
            _ => 3,
        };
        for _ in 0..members {
            let (_, member) = dice.pick(&full_time);
            if !client.team.contains(*member) {
                client.team.push(**member);
            }
        }
    }
    let share = u64::try_from(clients.len() / clinicians.len()).unwrap_or(u64::MAX);
    let mut places: Vec<usize> = (0..clients.len()).collect();
    dice.shuffle(&mut places);
    let mut places = places.into_iter();
    for (_, member) in part_time {
        let load = dice.between(FEW.0, FEW.1).min(share.max(1));
        for _ in 0..load {
            let Some(place) = places.next() else {
                return;
            };
            clients[place].team[0] = *member;
        }
    }
}

/// The rows of the care teams, and for one client in six of a membership that has ended.
pub(super) fn rows(maker: &mut Maker, staff: &[StaffId], clinicians: &[usize], clients: &[Client]) {
    let first = moment(FIRST).date_naive();
    for (at, client) in clients.iter().enumerate() {
        let since = maker.batch.clients[at].created_at.date_naive();
        for member in &client.team {
            row(maker, client, staff[*member], since, None);
        }
        let former = *maker.dice.pick(clinicians);
        if maker.dice.percent(16) && !client.team.contains(&former) {
            let until = first + Duration::days(30);
            row(maker, client, staff[former], since, Some(until));
        }
    }
}

fn row(
    maker: &mut Maker,
    client: &Client,
    staff: StaffId,
    start_date: NaiveDate,
    end_date: Option<NaiveDate>,
) {
    let enrolled = maker.dice.percent(30);
    maker.batch.care_team_members.push(CareTeamMemberRow {
        id: maker.ids.next(maker.founded),
        client_id: client.id,
        staff_id: staff,
        start_date,
        end_date,
        public: !maker.dice.percent(5),
        source: if enrolled {
            CareTeamSource::Enrollment
        } else {
            CareTeamSource::Manual
        },
        created_at: maker.founded,
    });
}

//! Two servers asked in turn.

use anyhow::Result;

use crate::http::Clients;
use crate::machine::Processes;
use crate::table::median;
use crate::work::Pace;

/// Connections that ask at the same time.
pub(crate) const CONNECTIONS: usize = 16;

/// One of the two.
#[derive(Debug)]
pub(crate) struct Side {
    /// Who asks it.
    pub(crate) clients: Clients,
    /// Whose time is counted.
    pub(crate) processes: Processes,
}

/// Medians of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Medians {
    /// Microseconds of processor time a request.
    pub(crate) cpu: f64,
    /// Requests a second.
    pub(crate) rate: f64,
}

/// Asks both in turn, after a slice to warm up that is not counted.
pub(crate) async fn compare(pace: Pace, mut sides: [Side; 2]) -> Result<[Medians; 2]> {
    let mut cpu = [Vec::new(), Vec::new()];
    let mut rate = [Vec::new(), Vec::new()];
    for round in 0..=pace.rounds {
        for (at, side) in sides.iter_mut().enumerate() {
            let before = side.processes.used();
            let (count, seconds) = side.clients.saturate(pace.slice).await?;
            if round > 0 {
                cpu[at].push(side.processes.since(&before) / count);
                rate[at].push(count / seconds);
            }
        }
    }
    let [cpu, other_cpu] = cpu.map(median);
    let [rate, other_rate] = rate.map(median);
    Ok([
        Medians { cpu, rate },
        Medians {
            cpu: other_cpu,
            rate: other_rate,
        },
    ])
}

//! Pages beside a hand-written endpoint that gives the same bytes from the same database.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::compare::{CONNECTIONS, Side, compare};
use crate::graphql::{INBOX, THREAD, THREE_LEVELS, global, request};
use crate::http::{Clients, Request, once};
use crate::out::note;
use crate::server::Server;
use crate::table::{Bound, Line};
use crate::work::{Kind, Work};

struct Page {
    name: &'static str,
    query: &'static str,
    variables: Value,
    token: String,
    path: &'static str,
    /// The least share of the limit's rate.
    least: f64,
}

/// Measures all pages on one database.
pub(crate) async fn measure(work: &mut Work, kind: Kind) -> Result<Vec<Line>> {
    let size = work.size;
    let place = work.seeded(kind, size).await?;
    let landmarks = Work::landmarks(&size)?;
    let ours = work.tidings.serve(&place).await?;
    let words = [
        ("--url", place.url.clone()),
        ("--agency", landmarks.agency.0.to_string()),
        ("--scheduler", landmarks.scheduler.0.to_string()),
        ("--clinician", landmarks.clinician.0.to_string()),
        ("--thread", landmarks.long_thread.0.to_string()),
    ];
    let words = words
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value]);
    let words: Vec<String> = ["limit".to_owned(), "pages".to_owned()]
        .into_iter()
        .chain(words)
        .collect();
    let limit = work.tidings.limit(&words, place.postmaster).await?;
    let scheduler = work.tidings.token(landmarks.scheduler.0)?;
    let clinician = work.tidings.token(landmarks.clinician.0)?;
    let pages = [
        Page {
            name: "inbox of 25, scheduler",
            query: INBOX,
            variables: json!({ "n": 25 }),
            token: scheduler.clone(),
            path: "/inbox/scheduler",
            least: 0.7,
        },
        Page {
            name: "inbox of 25, clinician",
            query: INBOX,
            variables: json!({ "n": 25 }),
            token: clinician.clone(),
            path: "/inbox/clinician",
            least: 0.7,
        },
        Page {
            name: "thread page of 50",
            query: THREAD,
            variables: json!({ "id": global("Thread", landmarks.long_thread.0) }),
            token: clinician,
            path: "/thread",
            least: 0.7,
        },
        Page {
            name: "three levels",
            query: THREE_LEVELS,
            variables: json!({}),
            token: scheduler,
            path: "/three-levels",
            least: 0.5,
        },
    ];
    let mut lines = Vec::new();
    for page in pages {
        note(&format!("{}: {}", place.kind(), page.name));
        lines.extend(one(work, &ours, &limit, place.kind(), &page).await?);
    }
    Ok(lines)
}

async fn one(
    work: &Work,
    ours: &Server,
    limit: &Server,
    kind: &str,
    page: &Page,
) -> Result<[Line; 2]> {
    let asked = request(&page.token, page.query, &page.variables);
    let same = Request::get(page.path);
    let (answer, wanted) = (
        once(ours.address, &asked).await?,
        once(limit.address, &same).await?,
    );
    ensure!(
        answer == wanted,
        "{}: the answers differ\nours:  {}\nlimit: {}",
        page.name,
        String::from_utf8_lossy(&answer),
        String::from_utf8_lossy(&wanted)
    );
    let sides = [
        Side {
            clients: Clients::open(ours.address, asked, answer.len(), CONNECTIONS).await?,
            processes: ours.processes(),
        },
        Side {
            clients: Clients::open(limit.address, same, wanted.len(), CONNECTIONS).await?,
            processes: limit.processes(),
        },
    ];
    let [ours, limit] = compare(work.pace, sides).await?;
    Ok([
        Line {
            what: format!("{kind}: {}, CPU", page.name),
            ours: ours.cpu,
            against: limit.cpu,
            unit: "us/request",
            bound: Bound::AtMost(1.0 / page.least),
        },
        Line {
            what: format!("{kind}: {}, rate", page.name),
            ours: ours.rate,
            against: limit.rate,
            unit: "requests/s",
            bound: Bound::AtLeast(page.least),
        },
    ])
}

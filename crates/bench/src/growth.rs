//! What grows with the data and with those who wait: nothing should.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tidings_server::seed::Size;

use crate::compare::{CONNECTIONS, Side, compare};
use crate::delivery::Events;
use crate::graphql::{
    INBOX, Sender, added, ask, events, global, pages as all, request, text, uuid,
};
use crate::http::{Clients, once};
use crate::out::note;
use crate::server::Server;
use crate::sockets::Ask;
use crate::table::{Bound, Line, median};
use crate::work::{Kind, Work};

/// Sockets that wait for something else.
const IDLE: usize = 5_000;
/// Who waits for the event.
const RECIPIENTS: usize = 3;
/// Events of one slice.
const EVENTS: usize = 200;

/// The same agency with 10,000 threads, and with ten times as many.
fn sizes(work: &Work) -> [Size; 2] {
    let few = Size {
        threads: 10_000,
        messages: 100_000,
        ..work.size
    };
    let many = Size {
        threads: 100_000,
        messages: 1_000_000,
        ..work.size
    };
    [few, many]
}

/// An inbox page among ten times the threads.
pub(crate) async fn pages(work: &mut Work, kind: Kind) -> Result<Vec<Line>> {
    let [few, many] = sizes(work);
    let (small, large) = (
        work.seeded(kind, few).await?,
        work.seeded(kind, many).await?,
    );
    let servers = [
        work.tidings.serve(&large).await?,
        work.tidings.serve(&small).await?,
    ];
    let landmarks = Work::landmarks(&many)?;
    let viewers = [
        ("scheduler", landmarks.scheduler),
        ("clinician", landmarks.clinician),
    ];
    let mut lines = Vec::new();
    for (name, id) in viewers {
        note(&format!(
            "{}: inbox of a {name} among ten times the threads",
            small.kind()
        ));
        let token = work.tidings.token(id.0)?;
        // As many as there are in both, so that the same is asked.
        let mut rows = 25;
        for server in &servers {
            let list = all(server.address, &token, "inbox", "id", 25).await?;
            rows = rows.min(list.len());
        }
        ensure!(rows > 0, "the {name} sees no thread");
        let asked = request(&token, INBOX, &json!({ "n": rows }));
        let [large, small_side] = [
            side(&servers[0], &asked).await?,
            side(&servers[1], &asked).await?,
        ];
        let [large, small_side] = compare(work.pace, [large, small_side]).await?;
        lines.push(Line {
            what: format!(
                "{}: inbox of {rows}, {name}, 10x threads, CPU",
                small.kind()
            ),
            ours: large.cpu,
            against: small_side.cpu,
            unit: "us/request",
            bound: Bound::AtMost(1.15),
        });
    }
    Ok(lines)
}

async fn side(server: &Server, asked: &crate::http::Request) -> Result<Side> {
    let answer = once(server.address, asked).await?;
    Ok(Side {
        clients: Clients::open(server.address, asked.clone(), answer.len(), CONNECTIONS).await?,
        processes: server.processes(),
    })
}

/// An event to three among many who wait for something else.
pub(crate) async fn event(work: &mut Work, kind: Kind) -> Result<Vec<Line>> {
    let [few, _] = sizes(work);
    let (quiet, busy) = (
        work.copy(kind, few, "quiet").await?,
        work.copy(kind, few, "busy").await?,
    );
    note(&format!(
        "{}: an event to 3 among {IDLE} idle sockets",
        quiet.kind()
    ));
    let mut quiet_side = listened(work, work.tidings.serve(&quiet).await?, &few).await?;
    let server = work.tidings.serve(&busy).await?;
    let idle = idle(work, &server, &few).await?;
    let mut busy_side = listened(work, server, &few).await?;
    busy_side.join(idle, RECIPIENTS).await?;
    let (mut among, mut alone) = (Vec::new(), Vec::new());
    for round in 0..=work.pace.rounds {
        let (busy, quiet) = (
            busy_side.slice(EVENTS, RECIPIENTS).await?,
            quiet_side.slice(EVENTS, RECIPIENTS).await?,
        );
        if round > 0 {
            among.push(busy);
            alone.push(quiet);
        }
    }
    Ok(vec![Line {
        what: format!("{}: event to 3 among {IDLE} idle, CPU", quiet.kind()),
        ours: median(among),
        against: median(alone),
        unit: "us/event",
        bound: Bound::AtMost(1.5),
    }])
}

/// A server on which three listen to whatever they see: a clinician, who writes, and two clinical
/// administrators.
async fn listened(work: &Work, server: Server, size: &Size) -> Result<Events> {
    let landmarks = Work::landmarks(size)?;
    let writer: Arc<str> = work.tidings.token(landmarks.clinician.0)?.into();
    let admin: Arc<str> = work.tidings.token(landmarks.clinical_admin.0)?.into();
    let thread = global("Thread", landmarks.long_thread.0);
    let sender = Sender::new(writer.to_string(), thread, "growth".to_owned());
    let mut events = Events::new(server, sender).await?;
    let asks = [&writer, &admin, &admin].map(|token| added(token, None));
    events.join(asks.into(), RECIPIENTS).await?;
    Ok(events)
}

/// Accounts of clients whom the event does not concern, all waiting for everything they see.
async fn idle(work: &Work, server: &Server, size: &Size) -> Result<Vec<Ask>> {
    let landmarks = Work::landmarks(size)?;
    let token = work.tidings.token(landmarks.clinical_admin.0)?;
    let thread = global("Thread", landmarks.long_thread.0);
    let query = "query Of($id: ID!) { thread(id: $id) { client { portalAccount { id } } } }";
    let data = ask(server.address, &token, query, json!({ "id": thread })).await?;
    let concerned = text(&data, "/thread/client/portalAccount/id");
    let node = "portalAccount { id state }";
    let clients = all(server.address, &token, "clients", node, 2 * IDLE).await?;
    let accounts: HashSet<String> = clients
        .iter()
        .filter(|client| text(client, "/portalAccount/state").as_deref() == Some("CONNECTED"))
        .filter_map(|client| text(client, "/portalAccount/id"))
        .filter(|id| concerned.as_ref() != Some(id))
        .collect();
    let tokens: Vec<Arc<str>> = accounts
        .iter()
        .map(|id| Ok(work.tidings.token(uuid(id)?)?.into()))
        .collect::<Result<_>>()?;
    note(&format!(
        "{IDLE} idle sockets of {} accounts",
        tokens.len().min(IDLE)
    ));
    tokens.first().context("no account to wait")?;
    Ok(tokens.iter().cycle().take(IDLE).map(events).collect())
}

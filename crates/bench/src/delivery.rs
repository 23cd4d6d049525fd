//! Events to many sockets beside a bare broadcaster, and the memory of an idle subscriber.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::graphql::{Sender, added, pages, text, uuid};
use crate::http::{Connection, Request};
use crate::machine::resident;
use crate::out::note;
use crate::server::Server;
use crate::sockets::{Ask, Crowd};
use crate::table::{Bound, Line, median};
use crate::work::{Kind, Work};

/// How many sockets wait; memory is the slope from the first to the second.
const CROWDS: [usize; 2] = [1_000, 5_000];
/// Deliveries of one slice, at about this many.
const DELIVERIES: usize = 40_000;
/// How long one event may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time for a server to settle after sockets were opened.
const SETTLE: Duration = Duration::from_secs(2);

/// Events to one thread of Tidings, sent one after the other.
pub(crate) struct Events {
    server: Server,
    connection: Connection,
    sender: Sender,
    /// Who waits for them.
    pub(crate) crowd: Crowd,
}

impl Events {
    /// Nobody waits yet.
    pub(crate) async fn new(server: Server, sender: Sender) -> Result<Self> {
        let connection = Connection::open(server.address).await?;
        Ok(Self {
            server,
            connection,
            sender,
            crowd: Crowd::default(),
        })
    }

    /// Opens sockets, and sends until a message reaches as many as it should.
    pub(crate) async fn join(&mut self, asks: Vec<Ask>, readers: usize) -> Result<()> {
        self.crowd.join(self.server.address, asks).await?;
        for _ in 0..20 {
            tokio::time::sleep(SETTLE / 4).await;
            let before = self.crowd.received();
            self.send().await?;
            let wanted = before + u64::try_from(readers)?;
            if self.crowd.reached(wanted, Duration::from_secs(2)).await? {
                return Ok(());
            }
        }
        bail!("a message does not reach all {readers} subscribers")
    }

    async fn send(&mut self) -> Result<()> {
        let request = self.sender.next();
        let answer = self.connection.ask(&request).await?;
        ensure!(
            Sender::is_sent(answer),
            "{}",
            String::from_utf8_lossy(answer)
        );
        Ok(())
    }

    /// Sends so many, each when the one before has reached all readers; microseconds of processor
    /// time an event.
    pub(crate) async fn slice(&mut self, events: usize, readers: usize) -> Result<f64> {
        let before = self.server.processes().used();
        for _ in 0..events {
            let wanted = self.crowd.received() + u64::try_from(readers)?;
            self.send().await?;
            ensure!(
                self.crowd.reached(wanted, PATIENCE).await?,
                "an event got lost"
            );
        }
        Ok(self.server.processes().since(&before) / f64::from(u32::try_from(events)?))
    }

    fn memory(&self) -> Result<f64> {
        resident(self.server.pid)
    }
}

/// The broadcaster with its sockets.
struct Broadcast {
    server: Server,
    connection: Connection,
    crowd: Crowd,
}

impl Broadcast {
    async fn join(&mut self, count: usize) -> Result<()> {
        let asks = vec![Ask::Everything; count];
        self.crowd.join(self.server.address, asks).await
    }

    async fn slice(&mut self, request: &Request, events: usize, readers: usize) -> Result<f64> {
        let before = self.server.processes().used();
        for _ in 0..events {
            let wanted = self.crowd.received() + u64::try_from(readers)?;
            let reached = self.connection.ask(request).await?;
            ensure!(
                reached == readers.to_string().as_bytes(),
                "a socket is gone"
            );
            ensure!(
                self.crowd.reached(wanted, PATIENCE).await?,
                "a message got lost"
            );
        }
        Ok(self.server.processes().since(&before) / f64::from(u32::try_from(events)?))
    }
}

/// Measures deliveries; the database is only there to send.
pub(crate) async fn measure(work: &mut Work, kind: Kind) -> Result<Vec<Line>> {
    let size = work.size;
    ensure!(
        work.open_files > 12_000,
        "too few open files: raise the limit (ulimit -n)"
    );
    let place = work.copy(kind, size, "delivered").await?;
    let mut lines = one_thread(work, &place).await?;
    lines.push(one_of_many(work, &place).await?);
    for line in &mut lines {
        line.what = format!("{}: {}", place.kind(), line.what);
    }
    Ok(lines)
}

/// The tokens of all who see an Administrative thread by their role.
async fn readers(work: &Work, server: &Server) -> Result<Vec<Arc<str>>> {
    let landmarks = Work::landmarks(&work.size)?;
    let token = work.tidings.token(landmarks.clinical_admin.0)?;
    let staff = pages(
        server.address,
        &token,
        "staffMembers",
        "id roles active",
        1_000,
    )
    .await?;
    let sees = |roles: &serde_json::Value| {
        ["PRACTICE_SCHEDULER", "PRACTICE_ADMIN", "CLINICAL_ADMIN"]
            .iter()
            .any(|role| {
                roles
                    .as_array()
                    .is_some_and(|list| list.iter().any(|one| one == role))
            })
    };
    let ids = staff.iter().filter(|member| sees(&member["roles"]));
    ids.map(|member| {
        let id = text(member, "/id").context("an id")?;
        Ok(work.tidings.token(uuid(&id)?)?.into())
    })
    .collect()
}

/// Threads at the top of the scheduler's inbox into which it can write.
async fn threads(work: &Work, server: &Server, count: usize) -> Result<(Arc<str>, Vec<String>)> {
    let landmarks = Work::landmarks(&work.size)?;
    let token: Arc<str> = work.tidings.token(landmarks.scheduler.0)?.into();
    let list = pages(
        server.address,
        &token,
        "inbox",
        "id viewerCanReply",
        count + 100,
    )
    .await?;
    let open = list
        .iter()
        .filter(|thread| thread["viewerCanReply"] == true);
    let ids = open.filter_map(|thread| text(thread, "/id")).take(count);
    Ok((token, ids.collect()))
}

async fn one_thread(work: &Work, place: &crate::server::Place) -> Result<Vec<Line>> {
    let server = work.tidings.serve(place).await?;
    let tokens = readers(work, &server).await?;
    let (token, threads) = threads(work, &server, 1).await?;
    let thread = threads.first().context("no thread to send into")?.clone();
    let sender = Sender::new(token.to_string(), thread.clone(), "delivery".to_owned());
    let mut ours = Events::new(server, sender).await?;
    let words = ["limit".to_owned(), "broadcast".to_owned()];
    let server = work.tidings.limit(&words, None).await?;
    let mut limit = Broadcast {
        connection: Connection::open(server.address).await?,
        server,
        crowd: Crowd::default(),
    };
    // What an event costs that nobody waits for is no part of a delivery.
    ours.slice(50, 0).await?;
    let alone = ours.slice(200, 0).await?;
    note(&format!("an event that nobody waits for: {alone:.0} us"));
    let (mut lines, mut memory) = (Vec::new(), Vec::new());
    for count in CROWDS {
        note(&format!(
            "{count} sockets on one thread, of {} viewers",
            tokens.len()
        ));
        let more = count - ours.crowd.len();
        let asks = tokens.iter().cycle().take(more);
        let asks = asks.map(|token| added(token, Some(&thread))).collect();
        ours.join(asks, count).await?;
        limit.join(more).await?;
        let text = ours.crowd.first().context("a message came")?;
        let message = Request::post("/all", None, &text);
        tokio::time::sleep(SETTLE).await;
        memory.push((ours.memory()?, resident(limit.server.pid)?));
        let events = (DELIVERIES / count).max(5);
        let (mut cpu, mut least) = (Vec::new(), Vec::new());
        let each = f64::from(u32::try_from(count)?);
        for round in 0..=work.pace.rounds {
            let spent = (ours.slice(events, count).await? - alone) / each;
            let other = limit.slice(&message, events, count).await? / each;
            if round > 0 {
                cpu.push(spent);
                least.push(other);
            }
        }
        lines.push(Line {
            what: format!("delivery to {count} on one thread, CPU"),
            ours: median(cpu),
            against: median(least),
            unit: "us/delivery",
            bound: Bound::AtMost(1.5),
        });
    }
    let slope = |of: fn(&(f64, f64)) -> f64| {
        let (few, many) = (
            memory.first().map_or(0.0, of),
            memory.last().map_or(0.0, of),
        );
        (many - few) / f64::from(u32::try_from(CROWDS[1] - CROWDS[0]).unwrap_or(1))
    };
    let (own, least) = (slope(|pair| pair.0), slope(|pair| pair.1));
    lines.push(Line {
        what: "memory of an idle subscriber".to_owned(),
        ours: own,
        against: least,
        unit: "KiB",
        bound: Bound::Open,
    });
    lines.push(Line {
        what: "memory of an idle subscriber, against 16 KiB".to_owned(),
        ours: own,
        against: 16.0,
        unit: "KiB",
        bound: Bound::AtMost(1.0),
    });
    Ok(lines)
}

/// Many sockets, each on a thread of its own: an event for one of them beside the same event when
/// only that one is there.
async fn one_of_many(work: &Work, place: &crate::server::Place) -> Result<Line> {
    let count = CROWDS[1];
    let server = work.tidings.serve(place).await?;
    let (token, threads) = threads(work, &server, count).await?;
    let thread = threads.first().context("no thread to send into")?.clone();
    let sender = Sender::new(token.to_string(), thread.clone(), "one".to_owned());
    let mut ours = Events::new(server, sender).await?;
    ours.join(vec![added(&token, Some(&thread))], 1).await?;
    let events = 200;
    let mut alone = Vec::new();
    for _ in 0..=work.pace.rounds {
        alone.push(ours.slice(events, 1).await?);
    }
    note(&format!("1 of {count} sockets"));
    let others = threads.iter().skip(1).cycle().take(count - 1);
    let asks = others.map(|thread| added(&token, Some(thread))).collect();
    ours.join(asks, 1).await?;
    tokio::time::sleep(SETTLE).await;
    let mut among = Vec::new();
    for _ in 0..=work.pace.rounds {
        among.push(ours.slice(events, 1).await?);
    }
    Ok(Line {
        what: format!("delivery to 1 of {count}, against 1 of 1, CPU"),
        ours: median(among),
        against: median(alone),
        unit: "us/event",
        bound: Bound::AtMost(1.5),
    })
}

//! The bus says only "look": that the event log has grown. It carries nothing else, so losing a
//! word of it delays an event until the next sweep and never loses one.

use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};
use tokio::sync::{mpsc, watch};

/// The channel of `LISTEN` and `NOTIFY`.
const CHANNEL: &str = "tidings_events";

/// Longest wait between two attempts to reach the database again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Wakes the readers of the event log: in this process at once, in others through PostgreSQL.
#[derive(Clone, Debug)]
pub struct Bus {
    generation: watch::Sender<u64>,
    /// One slot: however many writes happen while a word is under way, one more word is enough.
    remote: Option<mpsc::Sender<()>>,
}

/// Waits for the bus.
#[derive(Clone, Debug)]
pub struct Woken(watch::Receiver<u64>);

impl Bus {
    /// A bus within this process.
    #[must_use]
    pub fn local() -> Self {
        Self {
            generation: watch::channel(0).0,
            remote: None,
        }
    }

    /// A bus between the processes on one PostgreSQL: one listening and one speaking connection
    /// for each process. Both are made again when they break.
    #[must_use]
    pub fn postgres(url: String) -> Self {
        let (remote, words) = mpsc::channel(1);
        let bus = Self {
            generation: watch::channel(0).0,
            remote: Some(remote),
        };
        tokio::spawn(listen(url.clone(), bus.generation.clone()));
        tokio::spawn(speak(url, words));
        bus
    }

    /// Tells every reader to look.
    pub fn wake(&self) {
        self.generation
            .send_modify(|generation| *generation = generation.wrapping_add(1));
        if let Some(remote) = &self.remote {
            // Full: a word is about to leave, and it will be read after this write.
            let _already_spoken = remote.try_send(());
        }
    }

    /// A waiter that sees every word from now on.
    #[must_use]
    pub fn woken(&self) -> Woken {
        Woken(self.generation.subscribe())
    }
}

impl Woken {
    /// Waits for a word, at most `sweep`. Words that came since the last wait count.
    pub async fn wait(&mut self, sweep: Duration) {
        let _either_way_look = tokio::time::timeout(sweep, self.0.changed()).await;
    }
}

async fn listen(url: String, generation: watch::Sender<u64>) {
    let mut pause = Duration::from_millis(100);
    loop {
        match listen_once(&url, &generation, &mut pause).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the event bus cannot listen; trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection breaks, or until nobody is left to tell.
async fn listen_once(
    url: &str,
    generation: &watch::Sender<u64>,
    pause: &mut Duration,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    *pause = Duration::from_millis(100);
    loop {
        // A word, or a break in which one may have been missed.
        generation.send_modify(|generation| *generation = generation.wrapping_add(1));
        if generation.receiver_count() == 0 && generation.sender_count() == 1 {
            return Ok(());
        }
        listener.try_recv().await?;
    }
}

async fn speak(url: String, mut words: mpsc::Receiver<()>) {
    let mut connection: Option<PgConnection> = None;
    let mut pause = Duration::from_millis(100);
    while words.recv().await.is_some() {
        loop {
            match speak_once(&url, &mut connection).await {
                Ok(()) => {
                    pause = Duration::from_millis(100);
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "the event bus cannot speak; trying again");
                    connection = None;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

async fn speak_once(url: &str, connection: &mut Option<PgConnection>) -> Result<(), sqlx::Error> {
    if connection.is_none() {
        *connection = Some(PgConnection::connect(url).await?);
    }
    if let Some(connection) = connection {
        sqlx::query("SELECT pg_notify($1, '')")
            .bind(CHANNEL)
            .execute(connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_word_before_the_wait_is_not_lost() {
        let bus = Bus::local();
        let mut woken = bus.woken();
        bus.wake();
        let hour = Duration::from_hours(1);
        tokio::time::timeout(Duration::from_secs(5), woken.wait(hour))
            .await
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_word_the_sweep_looks() {
        let mut woken = Bus::local().woken();
        woken.wait(Duration::from_hours(1)).await;
    }
}

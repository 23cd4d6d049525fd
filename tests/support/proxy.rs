//! A network that fails when a test wants it to: a proxy that can cut and hold back connections.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Passes connections on to a server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How often it was cut, and whether it lets anything through.
    state: watch::Sender<(u32, bool)>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port, for a server at `upstream`.
    pub(crate) async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new((0, true));
        let accepting = tokio::spawn(accept(listener, upstream.to_owned(), state.clone()));
        Self {
            address,
            state,
            accepting,
        }
    }

    /// Drops every connection, and holds new ones back until [`mend`](Self::mend).
    pub(crate) fn cut(&self) {
        self.state.send_modify(|(cuts, open)| {
            *cuts += 1;
            *open = false;
        });
    }

    /// Lets connections through again.
    pub(crate) fn mend(&self) {
        self.state.send_modify(|(_, open)| *open = true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, upstream: String, state: watch::Sender<(u32, bool)>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(pass(client, upstream.clone(), state.subscribe()));
    }
}

async fn pass(mut client: TcpStream, upstream: String, mut state: watch::Receiver<(u32, bool)>) {
    let Ok(cuts) = state.wait_for(|(_, open)| *open).await.map(|state| state.0) else {
        return;
    };
    let mut server = TcpStream::connect(upstream).await.unwrap();
    tokio::select! {
        _either_side_is_done = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _cut_or_over = state.wait_for(|state| state.0 != cuts) => {}
    }
}

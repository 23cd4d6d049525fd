//! The limits: what the same work costs when nothing but it is done.
//!
//! Each is a process of its own, started by the measurements as a hidden subcommand of this
//! program, so that its time is counted as a server's is.

mod broadcast;
mod commits;
mod json;
mod pages;
mod sql;

use std::net::Ipv4Addr;

use anyhow::Result;
use axum::Router;
use axum::serve::ListenerExt as _;
use clap::Subcommand;
use tokio::net::TcpListener;

pub(crate) use commits::Commits;
pub(crate) use pages::Whose;

/// The limits.
#[derive(Debug, Subcommand)]
pub(crate) enum Limit {
    /// The three pages, one statement each.
    Pages(Whose),
    /// A WebSocket broadcaster.
    Broadcast,
    /// Single commits in a loop; prints what came of it.
    Commits(Commits),
}

/// Runs a limit until it is ended.
pub(crate) fn run(limit: Limit) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().build()?.block_on(async {
        match limit {
            Limit::Pages(whose) => serve(pages::router(&whose).await?).await,
            Limit::Broadcast => serve(broadcast::router()).await,
            Limit::Commits(commits) => commits.run().await,
        }
    })
}

async fn serve(router: Router) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    crate::out::line(&format!("{}{address}", crate::server::LISTENS));
    let listener = listener.tap_io(|tcp| {
        let _best_effort = tcp.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

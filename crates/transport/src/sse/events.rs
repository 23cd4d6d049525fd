//! What an event stream says, until it ends.

use std::{io, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Executor, Response};
use axum::http::StatusCode;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    authenticator::{Authenticator, Ended},
    code,
    execute::Started,
    gateway::{Gateway, RequestId},
    reply::Reply,
};

/// Begins a stream: headers and the first bytes go out at once. A line that begins with a colon is a comment.
const HELLO: &str = ":\n\n";

/// Ends an operation. The empty `data` makes `EventSource` dispatch it.
const COMPLETE: &str = "event: complete\ndata:\n\n";

pub(super) type Chunk = Result<Vec<u8>, io::Error>;

/// The stream is over, and why does not matter any more.
struct Over;

/// Writes the events of one operation.
pub(super) struct Writer<E, A> {
    gateway: Arc<Gateway<E, A>>,
    id: RequestId,
    sender: mpsc::Sender<Chunk>,
}

impl<E, A> Writer<E, A>
where
    E: Executor,
    A: Authenticator,
{
    pub(super) fn new(
        gateway: Arc<Gateway<E, A>>,
        id: RequestId,
        sender: mpsc::Sender<Chunk>,
    ) -> Self {
        Self {
            gateway,
            id,
            sender,
        }
    }

    /// Writes until the operation ends, the session ends, the gateway stops, or nobody reads any more.
    pub(super) async fn run(self, mut started: Started, mut ended: BoxFuture<'static, Ended>) {
        let serve = AssertUnwindSafe(self.serve(&mut started, &mut ended));
        if serve.catch_unwind().await.is_err() {
            let _nobody_reads = self.last_words(&Reply::panicked(&self.id)).await;
        }
    }

    async fn serve(
        &self,
        started: &mut Started,
        ended: &mut BoxFuture<'static, Ended>,
    ) -> Result<(), Over> {
        self.write(HELLO).await?;
        let options = &self.gateway.options;
        loop {
            tokio::select! {
                biased;
                () = self.sender.closed() => return Err(Over),
                () = options.shutdown.cancelled() => {
                    // No `complete`: the client comes back, and resumes.
                    let hint = self.gateway.retry_hint().as_millis();
                    return self.write(&format!("retry: {hint}\n\n")).await;
                }
                ended = &mut *ended => return self.session_ended(&ended).await,
                said = next(started, &self.id) => match said {
                    Said::Event(response) => self.event(response).await?,
                    Said::Only(reply) => {
                        self.reply(None, &reply).await?;
                        return self.write(COMPLETE).await;
                    }
                    Said::Complete => return self.write(COMPLETE).await,
                },
                () = tokio::time::sleep(options.heartbeat) => self.write(HELLO).await?,
            }
        }
    }

    async fn event(&self, mut response: Box<Response>) -> Result<(), Over> {
        let resume = self.gateway.options.resume.as_ref();
        let event_id = resume.and_then(|resume| resume.take_id(&mut response.data));
        let reply = Reply::from_response(*response, &self.id);
        self.reply(event_id.as_deref(), &reply).await?;
        if reply.has_code(code::SLOW_CONSUMER) {
            // No `complete`: the client comes back, and resumes.
            return Err(Over);
        }
        Ok(())
    }

    async fn session_ended(&self, ended: &Ended) -> Result<(), Over> {
        let typed = [code::TOKEN_EXPIRED, code::SESSION_REVOKED];
        let code = typed.into_iter().find(|code| ended.reason == *code);
        let code = code.unwrap_or(code::FORBIDDEN);
        let status = StatusCode::UNAUTHORIZED;
        self.last_words(&Reply::refused(status, code, &*ended.reason, &self.id))
            .await
    }

    /// An error, and that nothing comes behind it.
    async fn last_words(&self, reply: &Reply) -> Result<(), Over> {
        self.reply(None, reply).await?;
        self.write(COMPLETE).await
    }

    async fn reply(&self, event_id: Option<&str>, reply: &Reply) -> Result<(), Over> {
        let mut event = Vec::new();
        // What would break out of its line is no id.
        if let Some(id) = event_id.filter(|id| !id.contains(['\n', '\r', '\0'])) {
            event.extend_from_slice(format!("id: {id}\n").as_bytes());
        }
        event.extend_from_slice(b"event: next\ndata: ");
        event.extend_from_slice(&Reply::to_json(reply));
        event.extend_from_slice(b"\n\n");
        self.send(event).await
    }

    async fn write(&self, text: &str) -> Result<(), Over> {
        self.send(text.into()).await
    }

    /// Gives the connection something to write, unless it does not write any more.
    async fn send(&self, bytes: Vec<u8>) -> Result<(), Over> {
        let limit = self.gateway.options.write_timeout;
        match timeout(limit, self.sender.send(Ok(bytes))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Over),
        }
    }
}

enum Said {
    Event(Box<Response>),
    Only(Reply),
    Complete,
}

async fn next(started: &mut Started, id: &RequestId) -> Said {
    match started {
        Started::Single(reply) => Said::Only(reply.await),
        Started::Stream(stream) => {
            // A panic in a resolver or a stream ends the operation.
            match AssertUnwindSafe(stream.next()).catch_unwind().await {
                Ok(Some(next)) => Said::Event(next.into_response()),
                Ok(None) => Said::Complete,
                Err(_) => Said::Only(Reply::panicked(id)),
            }
        }
    }
}

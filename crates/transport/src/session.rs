//! One socket: the state machine of `graphql-transport-ws`.

mod tokens;

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use async_graphql::Executor;
use axum::extract::ws::{Message, WebSocket};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{
    authenticator::{Authenticator, Ended, Rejection},
    clock::{Alarm, Clock},
    code, execute,
    gateway::Gateway,
    link::{End, Link},
    observer::Connection,
    operations::{Operations, Said},
    params::Params,
    protocol::{self, ClientMessage, Close, ServerMessage},
    reply::Reply,
    viewers::Seat,
    wakes::{SLOTS, Wakes, signal},
};

/// Steps in one poll, after which other tasks have their turn.
const BUDGET: usize = 64;

type Verifying<I> = BoxFuture<'static, Result<I, Rejection>>;

/// How far the peer has introduced itself.
enum Phase<I> {
    /// `connection_init` has not come.
    Opening,
    /// Its token is being verified.
    Authenticating(Verifying<I>),
    /// It was acknowledged.
    Open {
        identity: I,
        ended: BoxFuture<'static, Ended>,
        /// A fresh token is being verified.
        renewing: Option<Verifying<I>>,
        /// Its place among the viewer's sockets.
        seat: Seat,
    },
}

struct Session<E, A: Authenticator> {
    gateway: Arc<Gateway<E, A>>,
    /// The token of the upgrade request.
    token: Option<Box<str>>,
    phase: Phase<A::Identity>,
    operations: Operations,
    link: Link,
    clock: Clock,
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    wakes: Arc<Wakes>,
    wakers: Wakers,
}

/// One waker for each signal.
struct Wakers {
    read: Waker,
    timer: Waker,
    phase: Waker,
    shutdown: Waker,
}

/// Serves a socket until it ends.
///
/// One allocation of the session's size: a future that was handed the socket would hold it once for every
/// hand it went through.
pub(crate) fn run<E, A>(
    gateway: Arc<Gateway<E, A>>,
    socket: WebSocket,
    token: Option<Box<str>>,
) -> BoxFuture<'static, ()>
where
    E: Executor,
    A: Authenticator,
{
    let mut session = Session::new(gateway, socket, token);
    Box::pin(async move {
        let serve = std::future::poll_fn(|cx| session.poll(cx));
        // Operations answer for their own panics; this is for those of an authenticator.
        let served = AssertUnwindSafe(serve).catch_unwind().await;
        let end = served.unwrap_or_else(|_| {
            tracing::error!("a socket panicked");
            End::Close(Close::internal())
        });
        tracing::debug!(?end, "socket ends");
        // Streams are dropped before the peer is waited for.
        let link = session.into_link();
        Box::pin(link.finish(end)).await;
    })
}

/// Serves a socket whose subprotocol is not ours, by telling so.
pub(crate) fn refuse(socket: WebSocket) -> BoxFuture<'static, ()> {
    Box::pin(Link::new(socket).finish(End::Close(Close::subprotocol())))
}

impl<E, A> Session<E, A>
where
    E: Executor,
    A: Authenticator,
{
    fn new(gateway: Arc<Gateway<E, A>>, socket: WebSocket, token: Option<Box<str>>) -> Self {
        let wakes = Wakes::new();
        Self {
            token,
            phase: Phase::Opening,
            operations: Operations::new(Arc::clone(&wakes)),
            link: Link::new(socket),
            clock: Clock::new(&gateway.options),
            shutdown: Box::pin(gateway.options.shutdown.clone().cancelled_owned()),
            wakers: Wakers {
                read: wakes.signal_waker(signal::READ),
                timer: wakes.signal_waker(signal::TIMER),
                phase: wakes.signal_waker(signal::PHASE),
                shutdown: wakes.signal_waker(signal::SHUTDOWN),
            },
            wakes,
            gateway,
        }
    }

    fn into_link(self) -> Link {
        self.link
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.wakes.register(cx.waker());
        for _ in 0..BUDGET {
            match self.step(cx) {
                Ok(true) => {}
                Ok(false) => return Poll::Pending,
                Err(end) => return Poll::Ready(end),
            }
        }
        cx.waker().wake_by_ref();
        match self.flush(cx) {
            Ok(_) => Poll::Pending,
            Err(end) => Poll::Ready(end),
        }
    }

    /// Lets every source that woke do one thing. `false` when all wait.
    fn step(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        self.link.poll_send(cx)?;
        let mut busy = self.poll_signals()?;
        if self.link.may_produce()
            && let Some((id, said)) = self.operations.next()
        {
            self.deliver(&id, &said)?;
            busy = true;
        }
        // While there is more to say it is collected, and then written in one piece.
        Ok(busy || self.flush(cx)?)
    }

    /// Writes what was collected. `true` if the peer, which did not take it before, now took it.
    fn flush(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let was_blocked = self.link.is_blocked();
        self.link.poll_flush(cx)?;
        let blocked = self.link.is_blocked();
        self.clock
            .set_write(blocked.then_some(self.gateway.options.write_timeout));
        let alarmed = self.clock.moved() && self.poll_clock()?;
        Ok(alarmed || (was_blocked && !blocked))
    }

    fn poll_signals(&mut self) -> Result<bool, End> {
        let signals = self.wakes.take_signals();
        let mut busy = false;
        if signals & signal::SHUTDOWN != 0 {
            self.poll_shutdown()?;
        }
        if signals & signal::PHASE != 0 {
            busy |= self.poll_phase()?;
        }
        if signals & signal::TIMER != 0 {
            busy |= self.poll_clock()?;
        }
        if signals & signal::READ != 0 {
            busy |= self.poll_read()?;
        }
        Ok(busy)
    }

    fn poll_shutdown(&mut self) -> Result<(), End> {
        let mut cx = Context::from_waker(&self.wakers.shutdown);
        if self.shutdown.as_mut().poll(&mut cx).is_ready() {
            return Err(End::Close(Close::restart(self.gateway.retry_hint())));
        }
        Ok(())
    }

    fn poll_phase(&mut self) -> Result<bool, End> {
        let mut cx = Context::from_waker(&self.wakers.phase);
        match &mut self.phase {
            Phase::Opening => Ok(false),
            Phase::Authenticating(authenticating) => match authenticating.poll_unpin(&mut cx) {
                Poll::Pending => Ok(false),
                Poll::Ready(Ok(identity)) => {
                    let authenticator = &self.gateway.authenticator;
                    let key = authenticator.key(&identity);
                    let seat = self.gateway.viewers.seat(key, Connection::Socket);
                    let seat = seat.ok_or_else(|| End::Close(Close::too_many_sockets()))?;
                    self.clock.set_handshake(None);
                    self.link.push(ServerMessage::ConnectionAck);
                    self.open(identity, seat);
                    Ok(true)
                }
                Poll::Ready(Err(rejection)) => Err(End::Close(Close::rejected(&rejection))),
            },
            Phase::Open {
                ended, renewing, ..
            } => {
                if let Some(verifying) = renewing
                    && let Poll::Ready(verified) = verifying.poll_unpin(&mut cx)
                {
                    *renewing = None;
                    self.renewed(verified)?;
                    return Ok(true);
                }
                match ended.poll_unpin(&mut cx) {
                    Poll::Pending => Ok(false),
                    Poll::Ready(ended) => Err(End::Close(Close::forbidden(&ended.reason))),
                }
            }
        }
    }

    fn poll_clock(&mut self) -> Result<bool, End> {
        let mut cx = Context::from_waker(&self.wakers.timer);
        match (self.clock.poll(&mut cx), &self.phase) {
            (None, _) => Ok(false),
            (Some(Alarm::WriteStalled), _) => Err(End::Gone),
            (Some(Alarm::DeadPeer), _) => Err(End::Close(Close::dead_peer())),
            (Some(Alarm::Ping), _) => {
                self.link.push(Message::Ping(Vec::new().into()));
                Ok(true)
            }
            (Some(Alarm::Expiring), _) => {
                self.announce_expiry();
                Ok(true)
            }
            (Some(Alarm::Handshake), Phase::Opening) => Err(End::Close(Close::init_timeout())),
            (Some(Alarm::Handshake), _) => Err(End::Close(Close::internal())),
        }
    }

    fn poll_read(&mut self) -> Result<bool, End> {
        if !self.link.may_read() {
            // Later, when there is room for an answer.
            self.wakes.raise(signal::READ);
            return Ok(false);
        }
        let mut cx = Context::from_waker(&self.wakers.read);
        let Poll::Ready(message) = self.link.poll_read(&mut cx)? else {
            return Ok(false);
        };
        self.wakes.raise(signal::READ);
        self.clock.heard();
        match message {
            Message::Text(text) => {
                let message = ClientMessage::parse(&text).map_err(End::Close)?;
                self.on_message(message).map_err(End::Close)?;
            }
            Message::Binary(_) => {
                return Err(End::Close(Close::invalid_message("binary data")));
            }
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
        }
        Ok(true)
    }

    fn on_message(&mut self, message: ClientMessage) -> Result<(), Close> {
        match message {
            ClientMessage::ConnectionInit { payload } => self.on_init(&payload.unwrap_or_default()),
            ClientMessage::Ping { payload } => {
                let renews = self.renew(payload.as_ref())?;
                // SECURITY: a token is not sent back.
                let payload = payload.filter(|_| !renews);
                self.link.push(ServerMessage::Pong { payload });
                Ok(())
            }
            ClientMessage::Pong { payload } => self.renew(payload.as_ref()).map(drop),
            ClientMessage::Subscribe { id, payload } => self.on_subscribe(id, payload),
            ClientMessage::Complete { id } => {
                // Unknown: it ended while this was on its way.
                self.operations.remove(&id);
                Ok(())
            }
        }
    }

    fn on_init(&mut self, payload: &Map<String, Value>) -> Result<(), Close> {
        if !matches!(self.phase, Phase::Opening) {
            return Err(Close::too_many_inits());
        }
        let token =
            tokens::token(payload)?.map_or_else(|| self.token.take(), |token| Some(token.into()));
        self.phase = Phase::Authenticating(tokens::verify(&self.gateway, token));
        self.clock
            .set_handshake(Some(self.gateway.options.execution_timeout));
        self.wakes.raise(signal::PHASE);
        Ok(())
    }

    fn on_subscribe(&mut self, id: String, params: Params) -> Result<(), Close> {
        let Phase::Open { identity, .. } = &self.phase else {
            return Err(Close::unauthorized());
        };
        if self.operations.contains(&id) {
            return Err(Close::subscriber_exists(&id));
        }
        let request_id = self.gateway.request_id();
        let limit = self.gateway.options.max_subscriptions.clamp(1, SLOTS);
        let prepared = if self.operations.len() < limit {
            self.gateway.documents.prepare(params, request_id.clone())
        } else {
            Err(Reply::request_error(
                code::TOO_MANY_SUBSCRIPTIONS,
                format!("a socket may run {limit} operations at a time"),
                Vec::new(),
                &request_id,
            ))
        };
        match prepared {
            Ok(prepared) => {
                let gateway = Arc::clone(&self.gateway);
                let starting = execute::start(gateway, identity.clone(), prepared).boxed();
                self.operations.insert(id, request_id, starting);
            }
            Err(reply) => {
                self.gateway.refused(&reply);
                self.send_error(&id, &reply);
            }
        }
        Ok(())
    }

    fn deliver(&mut self, id: &str, said: &Said) -> Result<(), End> {
        match said {
            Said::Next(reply) if reply.has_code(code::SLOW_CONSUMER) => {
                self.send_error(id, reply);
                return Err(End::Close(Close::slow_consumer()));
            }
            Said::Error(reply) => {
                self.send_error(id, reply);
                if reply.has_code(code::SLOW_CONSUMER) {
                    return Err(End::Close(Close::slow_consumer()));
                }
            }
            Said::Next(payload) => self.link.push(ServerMessage::Next { id, payload }),
            Said::Json(data) => self.link.push(protocol::next_of(id, data)),
            Said::Only(payload) => {
                self.link.push(ServerMessage::Next { id, payload });
                self.link.push(ServerMessage::Complete { id });
            }
            Said::Complete => self.link.push(ServerMessage::Complete { id }),
        }
        Ok(())
    }

    fn send_error(&mut self, id: &str, reply: &Reply) {
        let payload = &reply.response.errors;
        self.link.push(ServerMessage::Error { id, payload });
    }
}

//! The tokens of a socket: the first, those that replace it, and the end of the last.

use async_graphql::Executor;
use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use super::{Phase, Session, Verifying};
use crate::{
    authenticator::{Authenticator, Rejection},
    gateway::Gateway,
    http::strip_bearer,
    link::End,
    protocol::{Close, ServerMessage},
    viewers::Seat,
    wakes::signal,
};

impl<E, A> Session<E, A>
where
    E: Executor,
    A: Authenticator,
{
    /// From now on with this identity, until it ends.
    pub(super) fn open(&mut self, identity: A::Identity, seat: Seat) {
        let authenticator = &self.gateway.authenticator;
        self.clock.set_expiry(authenticator.time_left(&identity));
        self.phase = Phase::Open {
            ended: authenticator.ended(&identity).boxed(),
            renewing: None,
            identity,
            seat,
        };
        // Both may be due already.
        self.wakes.raise(signal::PHASE | signal::TIMER);
    }

    /// A fresh token was verified, or not.
    pub(super) fn renewed(&mut self, verified: Result<A::Identity, Rejection>) -> Result<(), End> {
        let fresh = match verified {
            Ok(fresh) => fresh,
            // Not the client's fault, and the token that it has is good still.
            Err(rejection) if rejection.status.is_server_error() => return Ok(()),
            Err(rejection) => return Err(End::Close(Close::rejected(&rejection))),
        };
        let authenticator = &self.gateway.authenticator;
        match std::mem::replace(&mut self.phase, Phase::Opening) {
            // SECURITY: what runs on this socket was begun by its viewer and goes to nobody else.
            Phase::Open { identity, seat, .. }
                if authenticator.key(&identity) == authenticator.key(&fresh) =>
            {
                self.open(fresh, seat);
                Ok(())
            }
            _ => Err(End::Close(Close::another_viewer())),
        }
    }

    /// Takes a fresh token out of the payload of a ping or pong. `true` if there was one.
    pub(super) fn renew(&mut self, payload: Option<&Map<String, Value>>) -> Result<bool, Close> {
        let Some(token) = payload.map(token).transpose()?.flatten() else {
            return Ok(false);
        };
        if let Phase::Open { renewing, .. } = &mut self.phase {
            *renewing = Some(verify(&self.gateway, Some(token.into())));
            self.wakes.raise(signal::PHASE);
        }
        Ok(true)
    }

    /// Tells how long the token is good still.
    pub(super) fn announce_expiry(&mut self) {
        if let Phase::Open { identity, .. } = &self.phase
            && let Some(left) = self.gateway.authenticator.time_left(identity)
        {
            let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            let payload = json!({ "tokenExpiresInMs": millis });
            self.link.push(ServerMessage::Ping { payload });
        }
    }
}

pub(super) fn verify<E, A: Authenticator>(
    gateway: &Gateway<E, A>,
    token: Option<Box<str>>,
) -> Verifying<A::Identity> {
    let authenticator = gateway.authenticator.clone();
    async move { authenticator.authenticate(token.as_deref()).await }.boxed()
}

/// The token of a `connection_init`: `authorization` (in either case) with or without `Bearer `, or `token`.
pub(super) fn token(payload: &Map<String, Value>) -> Result<Option<&str>, Close> {
    for key in ["authorization", "Authorization", "token"] {
        match payload.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(value)) => return Ok(Some(strip_bearer(value).unwrap_or(value))),
            // Not to be taken for no token, or the one of the upgrade request would stand in.
            Some(_) => return Err(Close::invalid_message(&format!("{key} is not a string"))),
        }
    }
    Ok(None)
}

//! Signing in, going on, and signing out, for installations without an identity provider.
//!
//! A session is a row. Its access tokens live for minutes and name it; its refresh token is good once
//! and gives the next. One that comes a second time was stolen from somebody, so that the session
//! ends for both (RFC 9700, section 4.14.2).

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use tidings_domain::{ErrorCode, Event, Login, Principal, SessionId, limits};
use tidings_store::{SessionRow, Sessions, Subject, Tx};
use uuid::Uuid;

use crate::context::{Service, hex, new_id};
use crate::error::{Error, Result};
use crate::link::LinkUse;

/// Window in which attempts are counted.
pub(crate) const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Most attempts for one login in a window.
const OF_LOGIN: i32 = 10;

/// Most attempts from one address in a window.
const OF_ADDRESS: i32 = 100;

/// Makes an access token: for whom, of which session, from when, until when.
pub type Issue =
    Arc<dyn Fn(Uuid, SessionId, DateTime<Utc>, DateTime<Utc>) -> Option<String> + Send + Sync>;

/// How people sign in here.
#[derive(Clone)]
pub struct SignInOptions {
    /// Makes access tokens.
    pub issue: Issue,
    /// For how long an access token is good.
    pub access: TimeDelta,
    /// After how long without a refresh a session ends.
    pub idle: TimeDelta,
    /// After how long a session ends in any case.
    pub longest: TimeDelta,
}

impl fmt::Debug for SignInOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInOptions").finish_non_exhaustive()
    }
}

/// Somebody who signs in.
pub struct SignIn<'a> {
    /// The login.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// What the person calls the device, at most 100 characters.
    pub device: Option<&'a str>,
    /// From which address of the network.
    pub address: &'a str,
}

/// What whoever signed in goes on with.
pub struct SignedIn {
    /// For each request.
    pub access_token: String,
    /// Until when the access token is good.
    pub access_expires_at: DateTime<Utc>,
    /// For the next of these, once.
    pub refresh_token: String,
    /// Until when the session goes on without a refresh.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIn")
    }
}

/// Bytes of a refresh token besides its signature: session, generation, chance.
const REFRESH: usize = 16 + 4 + 16;

impl Service {
    /// The same service, in which people sign in.
    #[must_use]
    pub fn with_sign_in(mut self, options: SignInOptions) -> Self {
        self.sign_in = Some(options);
        self
    }

    pub(crate) fn sign_in_options(&self) -> Result<&SignInOptions> {
        let text = "Nobody signs in here: the identity provider does it.";
        self.sign_in
            .as_ref()
            .ok_or(Error::Code(ErrorCode::SignInOff, text))
    }

    /// Signs somebody in: a session begins.
    ///
    /// One `SIGN_IN_REFUSED` for a login that nobody has, a wrong password, and somebody who may not
    /// sign in; each costs the same. `TRY_LATER` when one login was tried 10 times, or from one address
    /// 100 times, within 15 minutes, whether anybody has the login or not.
    pub async fn sign_in(&self, input: SignIn<'_>) -> Result<SignedIn> {
        self.sign_in_options()?;
        let device = device(input.device)?;
        let (login, address) = (login_key(input.login), address_key(input.address));
        // SECURITY: counted before the password is looked at, so that many at once are many.
        self.throttle(&[(&login, OF_LOGIN), (&address, OF_ADDRESS)])
            .await?;
        let credential = match Login::parse(input.login) {
            Some(login) => self.store.credential(&login).await?,
            None => None,
        };
        let hash = credential
            .as_ref()
            .map(|found| found.password_hash.as_str());
        let matches = self.passwords.verify(input.password, hash).await?;
        let refused = || {
            let text = "Login or password is not right.";
            Error::Code(ErrorCode::SignInRefused, text)
        };
        let who = credential
            .filter(|_| matches)
            .ok_or_else(refused)?
            .principal;
        let now = self.clock.now();
        // SECURITY: whoever left or was taken back is told no more than anybody else.
        let viewer = self.store.viewer(who.uuid(), now).await?;
        let agency = viewer.ok_or_else(refused)?.agency();
        let options = self.sign_in_options()?;
        let ends_at = now + options.longest;
        let mut session = SessionRow {
            id: new_id(self).into(),
            agency_id: agency,
            principal_kind: who.kind(),
            principal_id: who.uuid(),
            device,
            created_at: now,
            last_used_at: now,
            expires_at: ends_at.min(now + options.idle),
            ends_at,
            generation: 0,
            refresh_hash: String::new(),
            revoked_at: None,
        };
        let refresh = self.refresh_token(&session)?;
        session.refresh_hash = hash_of(&refresh);
        let tx = self.store.begin().await?;
        tx.insert_session(&session).await?;
        tx.forgive_attempts(&login, true).await?;
        tx.forgive_attempts(&address, false).await?;
        tx.commit().await?;
        self.signed_in(&session, refresh, now)
    }

    /// Goes on with a session: a fresh access token, and the next refresh token.
    ///
    /// One `UNAUTHENTICATED` for a token that is none of ours, one of a session that is over, and one
    /// that was used before; the last ends the session, for whoever has it.
    pub async fn refresh_session(&self, token: &str) -> Result<SignedIn> {
        self.sign_in_options()?;
        let (id, generation) = self.opened_refresh(token).ok_or_else(over)?;
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let session = tx.lock_session(id).await?;
        let mut session = session.filter(|s| s.goes_on(now)).ok_or_else(over)?;
        if generation < session.generation {
            // SECURITY: somebody has a token that is not theirs, and nobody can tell who.
            tracing::warn!(session = %id, "a refresh token came twice; its session is revoked");
            let who = principal(&session);
            revoke(&tx, who, &session, now).await?;
            tx.commit().await?;
            self.bus.wake();
            return Err(over());
        }
        let viewer = self.store.viewer(session.principal_id, now).await?;
        if session.refresh_hash != hash_of(token) || viewer.is_none() {
            return Err(over());
        }
        let idle = self.sign_in_options()?.idle;
        session.generation += 1;
        session.last_used_at = now;
        session.expires_at = session.ends_at.min(now + idle);
        let refresh = self.refresh_token(&session)?;
        session.refresh_hash = hash_of(&refresh);
        tx.refreshed(&session).await?;
        tx.commit().await?;
        self.signed_in(&session, refresh, now)
    }

    /// Signs out: the session of a refresh token ends. What is no token of ours changes nothing, and
    /// nobody is told which it was.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        self.sign_in_options()?;
        let Some((id, _)) = self.opened_refresh(token) else {
            return Ok(());
        };
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        if let Some(session) = tx.lock_session(id).await? {
            revoke(&tx, principal(&session), &session, now).await?;
        }
        tx.commit().await?;
        self.bus.wake();
        Ok(())
    }

    /// Counts an attempt under keys; `TRY_LATER` if one of them has too many in this window.
    pub(crate) async fn throttle(&self, keys: &[(&str, i32)]) -> Result<()> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let mut over = false;
        for (key, most) in keys {
            over |= tx.count_attempt(key, now, now - WINDOW).await? > *most;
        }
        tx.commit().await?;
        if over {
            let text = "Too many attempts: try again in a quarter of an hour.";
            return Err(Error::Code(ErrorCode::TryLater, text));
        }
        Ok(())
    }

    fn signed_in(
        &self,
        session: &SessionRow,
        refresh_token: String,
        now: DateTime<Utc>,
    ) -> Result<SignedIn> {
        let options = self.sign_in_options()?;
        let expires = session.expires_at.min(now + options.access);
        let token = (options.issue)(session.principal_id, session.id, now, expires);
        let fault = Error::Code(ErrorCode::Internal, "Something failed on our side.");
        Ok(SignedIn {
            access_token: token.ok_or(fault)?,
            access_expires_at: expires,
            refresh_token,
            expires_at: session.expires_at,
        })
    }

    /// A refresh token for the session as it is: signed, and with chance in it.
    fn refresh_token(&self, session: &SessionRow) -> Result<String> {
        let mut chance = [0_u8; 16];
        let fault = |_| Error::Code(ErrorCode::Internal, "Something failed on our side.");
        aws_lc_rs::rand::fill(&mut chance).map_err(fault)?;
        let mut said = Vec::with_capacity(REFRESH);
        said.extend_from_slice(session.id.0.as_bytes());
        said.extend_from_slice(&session.generation.to_be_bytes());
        said.extend_from_slice(&chance);
        Ok(self.files.key.seal(LinkUse::Refresh, &said))
    }

    /// The session and the generation of a refresh token that we signed.
    fn opened_refresh(&self, token: &str) -> Option<(SessionId, i32)> {
        let said = self.files.key.unseal(LinkUse::Refresh, token, REFRESH)?;
        let id = Uuid::from_slice(said.get(..16)?).ok()?;
        let generation = i32::from_be_bytes(said.get(16..20)?.try_into().ok()?);
        Some((SessionId(id), generation))
    }
}

/// Ends a session, and tells every process.
async fn revoke(tx: &Tx, who: Principal, session: &SessionRow, now: DateTime<Utc>) -> Result<()> {
    for id in tx
        .revoke_sessions(who, Sessions::One(session.id), now)
        .await?
    {
        tell(tx, session.agency_id, id, now).await?;
    }
    Ok(())
}

/// Tells every process that a session is over.
pub(crate) async fn tell(
    tx: &Tx,
    agency: tidings_domain::AgencyId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<()> {
    let subject = Subject {
        agency,
        thread: None,
        client: None,
    };
    Ok(tx
        .emit(subject, &Event::SessionRevoked { session }, now)
        .await?)
}

fn principal(session: &SessionRow) -> Principal {
    match session.principal_kind {
        tidings_domain::PrincipalKind::Staff => Principal::Staff(session.principal_id.into()),
        _ => Principal::Account(session.principal_id.into()),
    }
}

fn over() -> Error {
    let text = "The session is over: sign in.";
    Error::Code(ErrorCode::Unauthenticated, text)
}

pub(crate) fn hash_of(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// Under which key attempts for a login are counted: nobody's login stands in a row that is not
/// theirs.
pub(crate) fn login_key(login: &str) -> String {
    format!("login:{}", hash_of(&login.trim().to_lowercase()))
}

/// Under which key attempts from an address are counted.
pub(crate) fn address_key(address: &str) -> String {
    format!("address:{}", hash_of(address))
}

fn device(text: Option<&str>) -> Result<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| {
        text.chars().count() > limits::MAX_DEVICE_CHARS || text.chars().any(char::is_control)
    }) {
        return Err(Error::bad_input("A device has at most 100 characters."));
    }
    Ok(text.map(str::to_owned))
}

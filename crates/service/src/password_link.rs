//! Links to choose a password: for whoever forgot it, and for staff who have none yet.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tidings_domain::{
    AgencyId, Deed, ErrorCode, Login, MailKind, Principal, StaffId, UserErrorCode,
};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{Addressee, MailRow, PasswordLink, Sessions, Tx, mail_row};
use uuid::Uuid;

use crate::context::{Begin, Service, Write, new_id};
use crate::error::{Error, Result};
use crate::invitation::new_password;
use crate::link::{Link, LinkKey, LinkUse};
use crate::sign_in::{address_key, hash_of, login_key, tell};
use crate::staff::StaffChanged;

/// For how long a link is good that somebody asked for.
const ASKED_FOR: TimeDelta = TimeDelta::hours(1);

/// For how long a link is good that an administrator sends.
const SENT: TimeDelta = TimeDelta::hours(48);

/// Most links for one login in a quarter of an hour.
const OF_LOGIN: i32 = 3;

/// Most from one address.
const OF_ADDRESS: i32 = 30;

/// A staff member to whom a link goes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SendPasswordLink {
    /// Who.
    pub staff: StaffId,
}

impl Service {
    /// Counts that somebody asks for a link, ahead of [`Self::forgot_password`].
    pub async fn asks_for_password_link(&self, login: &str, address: &str) -> Result<()> {
        self.sign_in_options()?;
        let login = format!("link:{}", login_key(login));
        let address = format!("link:{}", address_key(address));
        self.throttle(&[(&login, OF_LOGIN), (&address, OF_ADDRESS)])
            .await
    }

    /// Sends a link to choose another password to the address on file of whoever has this login, if
    /// anybody has. The caller must not wait for it: how long it takes would tell.
    pub async fn forgot_password(&self, login: &str) -> Result<()> {
        self.sign_in_options()?;
        let Some(login) = Login::parse(login) else {
            return Ok(());
        };
        let Some(to) = self.store.addressee(&login).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        send(self, &tx, &to, now, ASKED_FOR).await?;
        tx.commit().await?;
        self.bus.wake();
        Ok(())
    }

    /// Sends a staff member a link to choose a password: the first one, too. For those who manage
    /// roles.
    pub async fn send_password_link(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SendPasswordLink,
    ) -> Result<StaffChanged> {
        if !administers(viewer, AdminAction::ManageStaff) {
            return Err(Error::forbidden());
        }
        self.sign_in_options()?;
        let write = match self.begin(viewer, key, "sendPasswordLink", &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let staff = write.tx.lock_staff_member(viewer, input.staff).await?;
        let staff = staff.ok_or_else(Error::not_found)?;
        let to = write.tx.addressee_of(Principal::Staff(staff.id)).await?;
        let inactive = || Error::refused(UserErrorCode::StaffInactive, &["staffMemberId"]);
        let to = to.ok_or_else(inactive)?;
        send(self, &write.tx, &to, write.now, SENT).await?;
        let deed = Deed::PasswordLinkSent;
        write
            .audit(to.agency, deed, staff.id, String::new())
            .await?;
        write.commit(StaffChanged { staff: staff.id }).await
    }

    /// Sets another password with a link: every session of before ends.
    ///
    /// One `LINK_INVALID` for a token that is none of ours, was used, was replaced, or has expired.
    pub async fn reset_password(&self, token: &str, password: &str) -> Result<String> {
        self.sign_in_options()?;
        let password = new_password(password)?;
        let id = self.files.key.read(LinkUse::Password, token);
        let id = id.ok_or_else(invalid)?.id;
        // Looked at ahead of the hash, which costs.
        let link = self.store.password_link(id).await?.ok_or_else(invalid)?;
        holds(&link, token, self.clock.now())?;
        let hash = self.passwords.hash(&password).await?;
        let (now, tx) = (self.clock.now(), self.store.begin().await?);
        let link = tx.lock_password_link(id).await?.ok_or_else(invalid)?;
        // SECURITY: of two at once the second finds the link used.
        holds(&link, token, now)?;
        let who = tx.addressee_of(link.principal).await?.ok_or_else(invalid)?;
        let login = Login::parse(who.login.as_deref().unwrap_or(&who.address));
        let others = || Error::refused(UserErrorCode::LoginNotAvailable, &["login"]);
        let login = login.ok_or_else(others)?;
        if !tx.set_credential(who.principal, &login, &hash, now).await? {
            return Err(others());
        }
        tx.use_password_link(id, now).await?;
        // SECURITY: whoever knew the old password is signed out.
        for session in tx
            .revoke_sessions(who.principal, Sessions::All, now)
            .await?
        {
            tell(&tx, who.agency, session, now).await?;
        }
        tx.forgive_attempts(&login_key(login.as_str()), true)
            .await?;
        tx.commit().await?;
        self.bus.wake();
        Ok(login.as_str().to_owned())
    }
}

/// Sends the first link to somebody who is added in this write.
pub(crate) async fn first(service: &Service, write: &Write<'_>, to: &Addressee) -> Result<()> {
    send(service, &write.tx, to, write.now, SENT).await
}

async fn send(
    service: &Service,
    tx: &Tx,
    to: &Addressee,
    now: DateTime<Utc>,
    good: TimeDelta,
) -> Result<()> {
    let mut link = PasswordLink {
        id: new_id(service),
        principal: to.principal,
        agency: to.agency,
        token_hash: String::new(),
        created_at: now,
        expires_at: now + good,
        used_at: None,
    };
    link.token_hash = hash_of(&token(&service.files.key, &link));
    tx.insert_password_link(&link).await?;
    let recipient = (to.principal.kind(), to.principal.uuid());
    let (id, kind): (Uuid, _) = (new_id(service), MailKind::PasswordLink);
    let agency: AgencyId = to.agency;
    let mail = mail_row(id.into(), agency, kind, recipient, &to.address, now);
    let permit_id = Some(link.id);
    Ok(tx.queue_mails(vec![MailRow { permit_id, ..mail }]).await?)
}

/// The token of a link. It follows from the row and the server's key.
pub(crate) fn token(key: &LinkKey, link: &PasswordLink) -> String {
    let link = Link {
        id: link.id,
        viewer: link.principal.uuid(),
        expires_at: link.expires_at,
    };
    key.sign(LinkUse::Password, &link)
}

/// Whether a link is good still.
pub(crate) fn is_good(link: &PasswordLink, now: DateTime<Utc>) -> bool {
    link.used_at.is_none() && now < link.expires_at
}

fn holds(link: &PasswordLink, token: &str, now: DateTime<Utc>) -> Result<()> {
    if is_good(link, now) && link.token_hash == hash_of(token) {
        Ok(())
    } else {
        Err(invalid())
    }
}

fn invalid() -> Error {
    let text = "This link is not good, or not any more: ask for another.";
    Error::Code(ErrorCode::LinkInvalid, text)
}

//! Invitations to the portal: from "send an invitation" over "invited" to "connected", and back
//! (CX-06 to CX-08, SX-08, T-20).
//!
//! The token of an invitation is signed and stands in the mail alone; its row keeps a hash. It is made
//! from the row when the mail leaves, so that no secret waits in the database.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tidings_domain::{
    AccountId, AccountState, AgencyId, ClientId, Deed, EmailAddress, ErrorCode, Event,
    InvitationId, Login, MailKind, Password, PasswordProblem, Principal, PrincipalKind, StaffId,
    UserErrorCode,
};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{
    AccountRow, ClientRow, InvitationRow, InvitationTo, MailRow, Sessions, Subject, mail_row,
};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::link::{Link, LinkKey, LinkUse};
use crate::session::revoke;
use crate::sign_in::hash_of;

/// Somebody to invite.
#[derive(Clone, Debug, Serialize)]
pub struct InvitePortalAccount {
    /// For which client.
    pub client: ClientId,
    /// At which address; the one on file if left out.
    pub email: Option<String>,
}

/// A portal account to take back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PortalAccountDeactivation {
    /// Which.
    pub account: AccountId,
}

/// A portal account that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChanged {
    /// Which.
    pub account: AccountId,
    /// The client it was about, if it was about one.
    pub client: Option<ClientId>,
}

/// An invitation that somebody accepts.
pub struct AcceptInvitation<'a> {
    /// The token of the mail.
    pub token: &'a str,
    /// The name to sign in with; the address to which the invitation went if left out.
    pub login: Option<&'a str>,
    /// The password to be.
    pub password: &'a str,
}

/// An invitation that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The account, connected from now on.
    pub account: AccountId,
    /// The name to sign in with.
    pub login: String,
}

impl Service {
    /// Invites a client to the portal: a first time, again while the invitation is open or after it
    /// expired, and after the account was taken back (CX-06). Another invitation takes the place of an
    /// open one.
    pub async fn invite_portal_account(
        &self,
        viewer: &Viewer,
        key: &str,
        input: InvitePortalAccount,
    ) -> Result<AccountChanged> {
        let staff = viewer.staff().map(|staff| staff.id);
        if !administers(viewer, AdminAction::ManagePortalAccounts) {
            return Err(Error::forbidden());
        }
        let operation = "invitePortalAccount";
        let write = match self.begin(viewer, key, operation, &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let client = write.tx.lock_client(viewer, input.client).await?;
        let client = client.ok_or_else(Error::not_found)?;
        if !viewer.policy().portal_enabled {
            return Err(Error::refused(UserErrorCode::PortalDisabled, &["clientId"]));
        }
        let account = write.tx.lock_account_of(viewer, client.id).await?;
        if account.as_ref().is_some_and(is_connected) {
            return Err(Error::refused(
                UserErrorCode::AlreadyConnected,
                &["clientId"],
            ));
        }
        let address = address(input.email.as_deref(), account.as_ref(), &client)?;
        let but = account.as_ref().map(|account| account.id);
        let taken = write
            .tx
            .address_is_taken(client.agency_id, address.as_str(), but);
        if taken.await? {
            return Err(Error::refused(UserErrorCode::EmailTaken, &["email"]));
        }
        let account = invite(&write, viewer, &client, account, &address, staff).await?;
        let detail = client.id.to_string();
        write
            .audit(
                client.agency_id,
                Deed::PortalAccountInvited,
                account,
                detail,
            )
            .await?;
        let changed = AccountChanged {
            account,
            client: Some(client.id),
        };
        write.commit(changed).await
    }

    /// Takes a portal account back: from this moment on it opens nothing, on open streams either
    /// (CX-06). What its clients were sent stays theirs.
    pub async fn deactivate_portal_account(
        &self,
        viewer: &Viewer,
        key: &str,
        input: PortalAccountDeactivation,
    ) -> Result<AccountChanged> {
        if !administers(viewer, AdminAction::ManagePortalAccounts) {
            return Err(Error::forbidden());
        }
        let operation = "deactivatePortalAccount";
        let write = match self.begin(viewer, key, operation, &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let account = write.tx.lock_account(viewer, input.account).await?;
        let account = account.ok_or_else(Error::not_found)?;
        if account.state != AccountState::Deactivated {
            let state = AccountState::Deactivated;
            write
                .tx
                .set_account(account.id, state, &account.email)
                .await?;
            write.tx.withdraw_invitations(account.id, write.now).await?;
            let (agency, id) = (account.agency_id, account.id);
            revoke(&write, Principal::Account(id), agency, Sessions::All).await?;
            tell(&write, agency, id).await?;
            let deed = Deed::PortalAccountDeactivated;
            write.audit(agency, deed, id, String::new()).await?;
        }
        let changed = AccountChanged {
            account: account.id,
            client: None,
        };
        write.commit(changed).await
    }

    /// Accepts an invitation: sets login and password, and connects the account. What waited for it is
    /// there, unread (T-20).
    ///
    /// Fails with `INVITATION_INVALID` for a token that is none of ours or was withdrawn,
    /// `INVITATION_USED` and `INVITATION_EXPIRED` for one that was good once.
    pub async fn accept_invitation(&self, input: AcceptInvitation<'_>) -> Result<Accepted> {
        let password = new_password(input.password)?;
        let link = self.files.key.read(LinkUse::Invitation, input.token);
        let id = InvitationId(link.ok_or_else(invalid)?.id);
        // Looked at ahead of the hash, which costs.
        let to = self.store.invitation(id).await?.ok_or_else(invalid)?;
        holds(&to, input.token, self.clock.now())?;
        let hash = self.passwords.hash(&password).await?;
        let (now, tx) = (self.clock.now(), self.store.begin().await?);
        let to = tx.lock_invitation(id).await?.ok_or_else(invalid)?;
        // SECURITY: of two at once the second finds the invitation used.
        holds(&to, input.token, now)?;
        let account = &to.account;
        let not_available = || Error::refused(UserErrorCode::LoginNotAvailable, &["login"]);
        let login = Login::parse(input.login.unwrap_or(&account.email));
        let login = login.ok_or_else(not_available)?;
        let who = Principal::Account(account.id);
        if !tx.set_credential(who, &login, &hash, now).await? {
            return Err(not_available());
        }
        tx.accept_invitation(id, now).await?;
        let state = AccountState::Connected;
        tx.set_account(account.id, state, &account.email).await?;
        let event = Event::AccountAccessChanged {
            account: account.id,
        };
        tx.emit(of_agency(account.agency_id, None), &event, now)
            .await?;
        for client in tx.clients_of_account(account.id).await? {
            let subject = of_agency(account.agency_id, Some(client));
            tx.emit(subject, &Event::ClientChanged, now).await?;
        }
        tx.commit().await?;
        self.bus.wake();
        Ok(Accepted {
            account: account.id,
            login: login.as_str().to_owned(),
        })
    }
}

fn is_connected(account: &AccountRow) -> bool {
    account.state == AccountState::Connected
}

/// Where an invitation goes: to the address given, the account's, the client's on file (SX-08).
fn address(
    given: Option<&str>,
    account: Option<&AccountRow>,
    client: &ClientRow,
) -> Result<EmailAddress> {
    let of_account = account.map(|account| account.email.as_str());
    let text = given.or(of_account).or(client.email.as_deref());
    let text = text.ok_or_else(|| Error::refused(UserErrorCode::EmailRequired, &["email"]))?;
    let invalid = || Error::refused(UserErrorCode::EmailInvalid, &["email"]);
    EmailAddress::parse(text).ok_or_else(invalid)
}

/// Invites those of the clients to whom a message was written and who have no account and no open
/// invitation (T-20). Whoever cannot be invited, for want of an address of their own, waits.
pub(crate) async fn invite_waiting(
    write: &Write<'_>,
    viewer: &Viewer,
    clients: &[ClientId],
) -> Result<()> {
    for client in write.tx.uninvited(clients, write.now).await? {
        let account = write.tx.lock_account_of(viewer, client.id).await?;
        let Ok(address) = address(None, account.as_ref(), &client) else {
            continue;
        };
        let but = account.as_ref().map(|account| account.id);
        let taken = write
            .tx
            .address_is_taken(client.agency_id, address.as_str(), but);
        if !taken.await? {
            invite(write, viewer, &client, account, &address, None).await?;
        }
    }
    Ok(())
}

/// Makes the account where there is none, an invitation, and its mail.
async fn invite(
    write: &Write<'_>,
    viewer: &Viewer,
    client: &ClientRow,
    account: Option<AccountRow>,
    address: &EmailAddress,
    invited_by: Option<StaffId>,
) -> Result<AccountId> {
    let state = AccountState::Invited;
    let agency_id = client.agency_id;
    let account = if let Some(account) = account {
        write
            .tx
            .set_account(account.id, state, address.as_str())
            .await?;
        account.id
    } else {
        let account = AccountRow {
            id: write.id(),
            agency_id,
            display_name: client.display_name.clone(),
            email: address.as_str().to_owned(),
            state,
            created_at: write.now,
        };
        write.tx.insert_account(&account, client.id).await?;
        account.id
    };
    let policy = viewer.policy();
    let expires_at = write.now + policy.invitation();
    let remind_at = policy.reminder(write.now, 0).filter(|at| *at < expires_at);
    let mut invitation = InvitationRow {
        id: write.id(),
        agency_id,
        account_id: account,
        invited_by,
        token_hash: String::new(),
        created_at: write.now,
        expires_at,
        remind_at,
        reminders: 0,
        accepted_at: None,
        withdrawn_at: None,
    };
    invitation.token_hash = hash_of(&token(write.link_key(), &invitation));
    write.tx.insert_invitation(&invitation).await?;
    let recipient = (PrincipalKind::Account, account.0);
    let kind = MailKind::Invitation;
    let mail = mail_row(
        write.id(),
        agency_id,
        kind,
        recipient,
        address.as_str(),
        write.now,
    );
    let permit_id = Some(invitation.id.0);
    write
        .tx
        .queue_mails(vec![MailRow { permit_id, ..mail }])
        .await?;
    let subject = of_agency(agency_id, Some(client.id));
    write.emit(subject, Event::ClientChanged).await?;
    Ok(account)
}

/// The token of an invitation. It follows from the row and the server's key.
pub(crate) fn token(key: &LinkKey, invitation: &InvitationRow) -> String {
    let link = Link {
        id: invitation.id.0,
        viewer: invitation.account_id.0,
        expires_at: invitation.expires_at,
    };
    key.sign(LinkUse::Invitation, &link)
}

/// Whether an invitation with this token can be accepted.
fn holds(to: &InvitationTo, token: &str, now: DateTime<Utc>) -> Result<()> {
    let InvitationTo {
        invitation,
        account,
    } = to;
    // SECURITY: all of these are told only to whoever holds a token that we signed.
    if invitation.accepted_at.is_some() {
        let text = "This invitation was accepted already: sign in.";
        return Err(Error::Code(ErrorCode::InvitationUsed, text));
    }
    let withdrawn = invitation.withdrawn_at.is_some() || account.state != AccountState::Invited;
    if withdrawn || invitation.token_hash != hash_of(token) {
        return Err(invalid());
    }
    if now >= invitation.expires_at {
        let text = "This invitation has expired: ask for another.";
        return Err(Error::Code(ErrorCode::InvitationExpired, text));
    }
    Ok(())
}

fn invalid() -> Error {
    let text = "This invitation is not valid.";
    Error::Code(ErrorCode::InvitationInvalid, text)
}

pub(crate) fn new_password(text: &str) -> Result<Password> {
    Password::parse(text).map_err(|problem| {
        let code = match problem {
            PasswordProblem::TooShort => UserErrorCode::PasswordTooShort,
            PasswordProblem::TooLong => UserErrorCode::PasswordTooLong,
        };
        Error::refused(code, &["password"])
    })
}

fn of_agency(agency: AgencyId, client: Option<ClientId>) -> Subject {
    Subject {
        agency,
        thread: None,
        client,
    }
}

/// Tells of an account whose access has changed, and of its clients' records.
pub(crate) async fn tell(write: &Write<'_>, agency: AgencyId, account: AccountId) -> Result<()> {
    let event = Event::AccountAccessChanged { account };
    write.emit(of_agency(agency, None), event).await?;
    for client in write.tx.clients_of_account(account).await? {
        let subject = of_agency(agency, Some(client));
        write.emit(subject, Event::ClientChanged).await?;
    }
    Ok(())
}

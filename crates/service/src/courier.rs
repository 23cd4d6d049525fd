//! The courier: takes mails that wait and hands them on (G7).
//!
//! A mail is a row of the transaction of what it tells of, so one that was queued is never lost. It
//! is taken for a time, sent, and crossed off: whoever dies in between leaves it to be sent again, by
//! any server, under the same id. Reminders of open invitations are queued here, too (CX-08).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use tidings_domain::{InvitationId, MailKind, MessageId, PrincipalKind, limits};
use tidings_effects::mail::{Mail, MailError, Mailer};
use tidings_store::{InvitationTo, MailRow, mail_row};

use crate::context::{Service, new_id};
use crate::error::Result;
use crate::invitation::token;
use crate::password_link;

/// Mails that are taken at once.
const BATCH: usize = 50;

/// For how long a mail is taken. Then another server may try it.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Longest time for handing one mail on; well within the lease.
const PATIENCE: Duration = Duration::from_secs(40);

/// How long to wait after each attempt that failed; behind the last the mail is given up. Two days.
const PAUSES: &[TimeDelta] = &[
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
    TimeDelta::hours(30),
];

/// How the courier runs.
#[derive(Clone, Debug)]
pub struct CourierOptions {
    /// Longest time between two looks when nobody calls.
    pub sweep: Duration,
    /// The address of the portal, as people open it.
    pub portal: String,
}

/// Hands mails on.
pub struct Courier {
    service: Service,
    mailer: Arc<dyn Mailer>,
    options: CourierOptions,
    /// The minute in which reminders were last looked for.
    minute: Option<i64>,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier").finish_non_exhaustive()
    }
}

impl Service {
    /// The courier of this process.
    #[must_use]
    pub fn courier(&self, mailer: Arc<dyn Mailer>, options: CourierOptions) -> Courier {
        Courier {
            service: self.clone(),
            mailer,
            options,
            minute: None,
        }
    }
}

impl Courier {
    /// Hands mails on until the process ends. A fault is logged and tried again.
    pub async fn run(mut self) {
        let mut woken = self.service.bus.woken();
        loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => woken.wait(self.options.sweep).await,
                Err(error) => {
                    tracing::error!(%error, "mails cannot be taken; trying again");
                    tokio::time::sleep(self.options.sweep).await;
                }
            }
        }
    }

    /// Hands on what is due, a batch at most. Answers whether there may be more.
    async fn turn(&mut self) -> Result<bool> {
        let now = self.service.clock.now();
        self.minutely(now).await?;
        if !self.service.store.mail_is_due(now).await? {
            return Ok(false);
        }
        let tx = self.service.store.begin().await?;
        let mails = tx.take_mails(now, now + LEASE, BATCH).await?;
        let about: Vec<MessageId> = mails.iter().filter_map(|mail| mail.message_id).collect();
        let there = tx.messages_there(&about).await?;
        tx.commit().await?;
        let full = mails.len() == BATCH;
        let oldest = now - TimeDelta::days(limits::MAIL_DAYS);
        let gone = |mail: &MailRow| {
            // Mail was off for long: nobody wants to be told any more.
            mail.created_at < oldest || mail.message_id.is_some_and(|id| !there.contains(&id))
        };
        let sent = mails.into_iter().map(async |mail| {
            let outcome = if gone(&mail) {
                Ok(Outcome::Void)
            } else {
                self.send(&mail, now).await
            };
            (mail, outcome)
        });
        let sent = join_all(sent).await;
        let now = self.service.clock.now();
        let tx = self.service.store.begin().await?;
        for (mail, outcome) in sent {
            let attempt = usize::try_from(mail.attempts).unwrap_or_default();
            match outcome? {
                Outcome::Left => tx.mail_left(mail.id, now).await?,
                Outcome::Void => tx.give_mail_up(mail.id, now).await?,
                Outcome::Failed(MailError::Failed(_)) if attempt <= PAUSES.len() => {
                    let pause = PAUSES.get(attempt.saturating_sub(1)).copied();
                    let pause = pause.unwrap_or_default();
                    tx.put_mail_off(mail.id, now + pause).await?;
                }
                Outcome::Failed(error) => {
                    tracing::warn!(mail = %mail.id, attempt, %error, "a mail is given up");
                    tx.give_mail_up(mail.id, now).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(full)
    }

    async fn send(&self, mail: &MailRow, now: DateTime<Utc>) -> Result<Outcome> {
        let Some((subject, text)) = self.said(mail, now).await? else {
            return Ok(Outcome::Void);
        };
        let mail = Mail {
            id: mail.id.0,
            to: mail.address.clone(),
            subject: subject.to_owned(),
            text,
            at: mail.created_at,
        };
        let sending = tokio::time::timeout(PATIENCE, self.mailer.send(&mail)).await;
        Ok(match sending {
            Ok(Ok(())) => Outcome::Left,
            Ok(Err(error)) => {
                tracing::info!(mail = %mail.id, %error, "a mail did not leave");
                Outcome::Failed(error)
            }
            Err(_) => Outcome::Failed(MailError::Failed(None)),
        })
    }

    /// Subject and text of a mail; none if it has nothing to tell any more.
    ///
    /// SECURITY: made of our own words and a link alone. Nobody's name, no subject and no text of a
    /// message goes in here (S-18).
    async fn said(
        &self,
        mail: &MailRow,
        now: DateTime<Utc>,
    ) -> Result<Option<(&'static str, String)>> {
        let portal = &self.options.portal;
        let (subject, first) = match mail.kind {
            MailKind::Message => {
                let text = format!(
                    "A message waits for you. To keep it private it is not part of this mail.\n\n\
                     Sign in to read it:\n{portal}/\n\n{END}"
                );
                return Ok(Some(("A message waits for you", text)));
            }
            MailKind::Invitation => (
                "Your invitation to the client portal",
                "You are invited to the client portal, where you and those who care for you write to \
                 each other in private.",
            ),
            MailKind::InvitationReminder => (
                "Your invitation to the client portal is still open",
                "You were invited to the client portal and have not chosen a password yet.",
            ),
            MailKind::PasswordLink => return self.password_link(mail, now).await,
        };
        let Some(id) = mail.permit_id.map(InvitationId::from) else {
            return Ok(None);
        };
        let to = self.service.store.invitation(id).await?;
        let Some(to) = to.filter(|to| to.is_open(now)) else {
            return Ok(None);
        };
        let token = token(&self.service.files.key, &to.invitation);
        let until = to.invitation.expires_at.format("%-d %B %Y, %H:%M UTC");
        // Behind the `#`, so that it stands in no server's log.
        let text = format!(
            "{first}\n\nChoose your password here, until {until}:\n\
             {portal}/#invitation={token}\n\nThe link is good once, and for you alone.\n\n{END}"
        );
        Ok(Some((subject, text)))
    }

    /// The same for a link to choose a password.
    async fn password_link(
        &self,
        mail: &MailRow,
        now: DateTime<Utc>,
    ) -> Result<Option<(&'static str, String)>> {
        let Some(id) = mail.permit_id else {
            return Ok(None);
        };
        let link = self.service.store.password_link(id).await?;
        let Some(link) = link.filter(|link| password_link::is_good(link, now)) else {
            return Ok(None);
        };
        let (key, portal) = (&self.service.files.key, &self.options.portal);
        let token = password_link::token(key, &link);
        let until = link.expires_at.format("%-d %B %Y, %H:%M UTC");
        let text = format!(
            "Choose a password here, until {until}:\n{portal}/#password={token}\n\n\
             The link is good once. Whoever did not ask for it can leave it alone.\n\n{END}"
        );
        Ok(Some(("Choose a password", text)))
    }

    /// Once a minute: reminders, and what is remembered no longer.
    async fn minutely(&mut self, now: DateTime<Utc>) -> Result<()> {
        let minute = now.timestamp().div_euclid(60);
        if self.minute == Some(minute) {
            return Ok(());
        }
        let tx = self.service.store.begin().await?;
        for (to, policy) in tx.take_reminders(now, BATCH).await? {
            let InvitationTo {
                invitation,
                account,
            } = &to;
            let told = invitation.reminders + 1;
            let next = policy
                .reminder(now, u32::try_from(told).unwrap_or(u32::MAX))
                .filter(|next| *next < invitation.expires_at);
            if !to.is_open(now) {
                tx.set_reminder(invitation.id, invitation.reminders, None)
                    .await?;
                continue;
            }
            tx.set_reminder(invitation.id, told, next).await?;
            let recipient = (PrincipalKind::Account, account.id.0);
            let id = new_id(&self.service).into();
            let kind = MailKind::InvitationReminder;
            let mail = mail_row(id, account.agency_id, kind, recipient, &account.email, now);
            let permit_id = Some(invitation.id.0);
            tx.queue_mails(vec![MailRow { permit_id, ..mail }]).await?;
        }
        let before = now - TimeDelta::days(limits::MAIL_DAYS);
        tx.forget_mails(before).await?;
        tx.forget_sessions(before).await?;
        tx.commit().await?;
        self.minute = Some(minute);
        Ok(())
    }
}

/// The last line of every mail.
const END: &str = "A machine wrote this mail; answers to it are read by nobody.\n";

/// What became of a mail.
enum Outcome {
    /// It has left.
    Left,
    /// It has nothing to tell any more.
    Void,
    /// It did not leave.
    Failed(MailError),
}

//! Who is told of a message by mail (S-16, K10). A mail is queued in the transaction of the message
//! and says only that one waits; what is queued leaves by the courier.

use tidings_domain::{ClientId, MailKind, Principal, PrincipalKind, StaffId, ThreadKind};
use tidings_policy::{Action, StaffViewer, ThreadFacts, Viewer, bare, decide};
use tidings_store::{Colleague, MailRow, MessageModel, ThreadRow, mail_row};
use uuid::Uuid;

use crate::context::Write;
use crate::error::Result;
use crate::invitation::invite_waiting;

/// Queues a mail to everybody who is to know of the message and did not write it.
pub(crate) async fn of_message(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    message: &MessageModel,
) -> Result<()> {
    let mut mails = to_clients(write, viewer, thread, message).await?;
    mails.extend(to_staff(write, viewer, thread, message).await?);
    if !mails.is_empty() {
        write.tx.queue_mails(mails).await?;
    }
    Ok(())
}

/// Clients are mailed of each message, at the default address of their account (S-16, S-17); those
/// who have no account are invited to make one (T-20).
async fn to_clients(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    message: &MessageModel,
) -> Result<Vec<MailRow>> {
    let clients = clients(write, thread).await?;
    // Groups are told in the portal, and not by mail (PX-07).
    let mailed = !clients.is_empty() && thread.kind != ThreadKind::Group;
    let author = viewer.account().map(|account| account.id);
    let accounts = if mailed {
        write.tx.reachable_accounts(&clients, author).await?
    } else {
        Vec::new()
    };
    // A broadcast is for those who have an account (K11).
    let reached = accounts.len() >= clients.len() || thread.kind == ThreadKind::Broadcast;
    if !reached && viewer.staff().is_some() && viewer.policy().send_to_unregistered {
        invite_waiting(write, viewer, &clients).await?;
    }
    let mail = |to: tidings_store::Reachable| {
        let recipient = (PrincipalKind::Account, to.account.0);
        mail(write, thread, message, recipient, &to.address)
    };
    Ok(accounts.into_iter().map(mail).collect())
}

async fn clients(write: &Write<'_>, thread: &ThreadRow) -> Result<Vec<ClientId>> {
    if let Some(client) = thread.client_id {
        return Ok(vec![client]);
    }
    if !thread.kind.has_clients() {
        return Ok(Vec::new());
    }
    Ok(write.tx.clients_of_thread(thread.id).await?)
}

/// Staff are mailed of a new thread, and then once until they have read what they were mailed of
/// (T-42, T-43, K10).
async fn to_staff(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    message: &MessageModel,
) -> Result<Vec<MailRow>> {
    let mut colleagues = write.tx.colleagues(viewer, thread).await?;
    colleagues.retain(|one| {
        viewer.principal() != Principal::Staff(one.staff) && sees(viewer, thread, one)
    });
    if colleagues.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<StaffId> = colleagues.iter().map(|one| one.staff).collect();
    let told = write.tx.told_and_unread(thread.id, &ids).await?;
    colleagues.retain(|one| !told.contains(&one.staff));
    if colleagues.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<StaffId> = colleagues.iter().map(|one| one.staff).collect();
    write.tx.mark_told(thread.id, message.seq, &ids).await?;
    let mail = |to: &Colleague| {
        let recipient = (PrincipalKind::Staff, to.staff.0);
        mail(write, thread, message, recipient, &to.address)
    };
    Ok(colleagues.iter().map(mail).collect())
}

/// Whether the colleague sees the thread: whom it lists does (K17), of the care team the law is asked.
fn sees(viewer: &Viewer, thread: &ThreadRow, one: &Colleague) -> bool {
    if one.listed {
        return true;
    }
    let colleague = Viewer::Staff(StaffViewer {
        id: one.staff,
        agency: thread.agency_id,
        roles: one.roles,
        policy: std::sync::Arc::new(viewer.policy().clone()),
        today: viewer.today(),
    });
    let facts = ThreadFacts {
        kind: thread.kind,
        lifecycle: thread.lifecycle,
        audience: thread.audience,
        assigned: vec![one.staff],
        ..bare(thread.agency_id, viewer.principal())
    };
    decide(&colleague, Action::View, &facts).is_ok()
}

fn mail(
    write: &Write<'_>,
    thread: &ThreadRow,
    message: &MessageModel,
    recipient: (PrincipalKind, Uuid),
    address: &str,
) -> MailRow {
    let kind = MailKind::Message;
    MailRow {
        message_id: Some(message.id),
        ..mail_row(
            write.id(),
            thread.agency_id,
            kind,
            recipient,
            address,
            write.now,
        )
    }
}

//! Who may write to whom first (K13).

use tidings_domain::{AccountState, AudienceKind, ClientStatus, MessagingPolicy, UserErrorCode};

/// What the rule needs to know of a client who wants to write first.
#[derive(Clone, Copy, Debug)]
pub struct ContactFacts {
    /// How far the client's portal account has come.
    pub account: AccountState,
    /// Active or not (S-33).
    pub status: ClientStatus,
    /// Whether the client may write as such (K15).
    pub sends: bool,
    /// Whether the client may use direct chats (P-40).
    pub direct_chat: bool,
}

/// To whom the client wants to write.
#[derive(Clone, Copy, Debug)]
pub enum ContactWith {
    /// A staff member.
    Member {
        /// Whether the staff member is on the client's care team today, and works here still.
        on_care_team: bool,
        /// Whether the staff member is shown to clients (CX-11, CX-14).
        displayed: bool,
        /// Whether the staff member takes messages that clients start (C-22).
        allows_contact: bool,
    },
    /// Whoever reads threads of an audience.
    AudienceInbox(AudienceKind),
}

/// Whether the client may start a thread with them. The order is K13's; the first that fails gives
/// the code.
pub fn may_contact(
    policy: &MessagingPolicy,
    client: &ContactFacts,
    with: ContactWith,
) -> Result<(), UserErrorCode> {
    let of_client = [
        (policy.portal_enabled, UserErrorCode::PortalDisabled),
        (
            client.account == AccountState::Connected,
            UserErrorCode::ClientNotActivated,
        ),
        (
            client.status == ClientStatus::Active,
            UserErrorCode::ClientInactive,
        ),
        (client.sends, UserErrorCode::SendingNotAllowed),
        (client.direct_chat, UserErrorCode::ContactNotAllowed),
    ];
    let of_recipient = match with {
        ContactWith::Member {
            on_care_team,
            displayed,
            allows_contact,
        } => [
            // SECURITY: somebody whom clients are not shown answers as somebody who is not there.
            (on_care_team && displayed, UserErrorCode::NotCareTeamMember),
            (allows_contact, UserErrorCode::ContactNotAllowed),
        ],
        ContactWith::AudienceInbox(audience) => {
            let open = policy.client_audience_inboxes.contains(&audience);
            [(open, UserErrorCode::ContactNotAllowed); 2]
        }
    };
    of_client
        .into_iter()
        .chain(of_recipient)
        .find(|(holds, _)| !holds)
        .map_or(Ok(()), |(_, code)| Err(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: ContactFacts = ContactFacts {
        account: AccountState::Connected,
        status: ClientStatus::Active,
        sends: true,
        direct_chat: true,
    };
    const MEMBER: ContactWith = ContactWith::Member {
        on_care_team: true,
        displayed: true,
        allows_contact: true,
    };

    #[test]
    fn k13_k15_c22_c23_the_first_check_that_fails_gives_the_code() {
        let policy = MessagingPolicy::default();
        assert_eq!(may_contact(&policy, &FINE, MEMBER), Ok(()));
        let mut client = FINE;
        // Failures are added from the last check to the first: each must take over the answer.
        let no_contact = ContactWith::Member {
            on_care_team: true,
            displayed: true,
            allows_contact: false,
        };
        let not_there = ContactWith::Member {
            on_care_team: false,
            displayed: true,
            allows_contact: false,
        };
        let expect = |client: ContactFacts, with, code| {
            assert_eq!(may_contact(&policy, &client, with), Err(code));
        };
        expect(client, no_contact, UserErrorCode::ContactNotAllowed);
        expect(client, not_there, UserErrorCode::NotCareTeamMember);
        client.direct_chat = false;
        expect(client, not_there, UserErrorCode::ContactNotAllowed);
        client.sends = false;
        expect(client, not_there, UserErrorCode::SendingNotAllowed);
        client.status = ClientStatus::Inactive;
        expect(client, not_there, UserErrorCode::ClientInactive);
        client.account = AccountState::Invited;
        expect(client, not_there, UserErrorCode::ClientNotActivated);
        let off = MessagingPolicy {
            portal_enabled: false,
            ..MessagingPolicy::default()
        };
        assert_eq!(
            may_contact(&off, &client, not_there),
            Err(UserErrorCode::PortalDisabled)
        );
    }

    #[test]
    fn c29_a_member_who_is_not_displayed_cannot_be_contacted() {
        let hidden = ContactWith::Member {
            on_care_team: true,
            displayed: false,
            allows_contact: true,
        };
        assert_eq!(
            may_contact(&MessagingPolicy::default(), &FINE, hidden),
            Err(UserErrorCode::NotCareTeamMember)
        );
    }

    #[test]
    fn k13_an_audience_inbox_is_open_by_policy_only_and_behind_the_same_checks() {
        let billing = ContactWith::AudienceInbox(AudienceKind::Billing);
        let closed = MessagingPolicy::default();
        let open = MessagingPolicy {
            client_audience_inboxes: vec![AudienceKind::Billing],
            ..MessagingPolicy::default()
        };
        let refused = Err(UserErrorCode::ContactNotAllowed);
        assert_eq!(may_contact(&closed, &FINE, billing), refused);
        assert_eq!(may_contact(&open, &FINE, billing), Ok(()));
        let clinical = ContactWith::AudienceInbox(AudienceKind::Clinical);
        assert_eq!(may_contact(&open, &FINE, clinical), refused);
        let inactive = ContactFacts {
            status: ClientStatus::Inactive,
            ..FINE
        };
        assert_eq!(
            may_contact(&open, &inactive, billing),
            Err(UserErrorCode::ClientInactive)
        );
    }
}

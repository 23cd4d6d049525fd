//! Who may write to whom first (K13).

use tidings_domain::{AccountState, ClientStatus, MessagingPolicy, UserErrorCode};

/// What the rule needs to know of a client who wants to write to a staff member.
#[derive(Clone, Copy, Debug)]
pub struct ContactFacts {
    /// How far the client's portal account has come.
    pub account: AccountState,
    /// Active or not (S-33).
    pub status: ClientStatus,
    /// Whether the client may use direct chats (P-40).
    pub direct_chat: bool,
    /// Whether the staff member is on the client's care team today, and works here still.
    pub on_care_team: bool,
    /// Whether the staff member is shown to clients (CX-11, CX-14).
    pub displayed: bool,
    /// Whether the staff member takes messages that clients start (C-22).
    pub allows_contact: bool,
}

/// Whether the client may start a thread with the staff member. The order is K13's; the first
/// that fails gives the code.
pub fn may_contact(policy: &MessagingPolicy, facts: &ContactFacts) -> Result<(), UserErrorCode> {
    let checks = [
        (policy.portal_enabled, UserErrorCode::PortalDisabled),
        (
            facts.account == AccountState::Connected,
            UserErrorCode::ClientNotActivated,
        ),
        (
            facts.status == ClientStatus::Active,
            UserErrorCode::ClientInactive,
        ),
        (facts.direct_chat, UserErrorCode::ContactNotAllowed),
        (facts.on_care_team, UserErrorCode::NotCareTeamMember),
        // SECURITY: somebody whom clients are not shown answers as somebody who is not there.
        (facts.displayed, UserErrorCode::NotCareTeamMember),
        (facts.allows_contact, UserErrorCode::ContactNotAllowed),
    ];
    checks
        .into_iter()
        .find(|(holds, _)| !holds)
        .map_or(Ok(()), |(_, code)| Err(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: ContactFacts = ContactFacts {
        account: AccountState::Connected,
        status: ClientStatus::Active,
        direct_chat: true,
        on_care_team: true,
        displayed: true,
        allows_contact: true,
    };

    #[test]
    fn k13_c22_c23_the_first_check_that_fails_gives_the_code() {
        let policy = MessagingPolicy::default();
        assert_eq!(may_contact(&policy, &FINE), Ok(()));
        let mut facts = FINE;
        let expect = |facts: ContactFacts, code| {
            assert_eq!(may_contact(&policy, &facts), Err(code));
        };
        // Failures are added from the last check to the first: each must take over the answer.
        facts.allows_contact = false;
        expect(facts, UserErrorCode::ContactNotAllowed);
        facts.on_care_team = false;
        expect(facts, UserErrorCode::NotCareTeamMember);
        facts.direct_chat = false;
        expect(facts, UserErrorCode::ContactNotAllowed);
        facts.status = ClientStatus::Inactive;
        expect(facts, UserErrorCode::ClientInactive);
        facts.account = AccountState::Invited;
        expect(facts, UserErrorCode::ClientNotActivated);
        let off = MessagingPolicy {
            portal_enabled: false,
            ..MessagingPolicy::default()
        };
        assert_eq!(
            may_contact(&off, &facts),
            Err(UserErrorCode::PortalDisabled)
        );
    }

    #[test]
    fn c29_a_member_who_is_not_displayed_cannot_be_contacted() {
        let facts = ContactFacts {
            displayed: false,
            ..FINE
        };
        assert_eq!(
            may_contact(&MessagingPolicy::default(), &facts),
            Err(UserErrorCode::NotCareTeamMember)
        );
    }
}

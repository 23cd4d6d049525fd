//! What a notice outside of the portal may carry.

use tidings_domain::{MessagingPolicy, PrincipalKind, UserSettings};

/// A way by which a notice leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeChannel {
    /// An e-mail.
    Email,
    /// An alert on a device.
    Alert,
}

/// Whether a notice to this person may carry the text of a message: the agency must allow it for people
/// of the kind and by this way, and the person must have chosen it (K10, P-42, P-49). Subjects and
/// attachments never leave.
#[must_use]
pub fn carries_content(
    policy: &MessagingPolicy,
    settings: &UserSettings,
    to: PrincipalKind,
    by: NoticeChannel,
) -> bool {
    let allowed = match (to, by) {
        (PrincipalKind::Staff, NoticeChannel::Email) => policy.staff_email_content,
        (PrincipalKind::Staff, NoticeChannel::Alert) => policy.staff_alert_content,
        (_, NoticeChannel::Email) => policy.client_email_content,
        (_, NoticeChannel::Alert) => policy.client_alert_content,
    };
    let chosen = match by {
        NoticeChannel::Email => settings.email_content,
        NoticeChannel::Alert => settings.alert_content,
    };
    allowed && chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p42_p49_k10_four_switches_of_the_agency_each_open_one_way_to_those_who_chose_it() {
        let ways = [
            (PrincipalKind::Staff, NoticeChannel::Email),
            (PrincipalKind::Staff, NoticeChannel::Alert),
            (PrincipalKind::Account, NoticeChannel::Email),
            (PrincipalKind::Account, NoticeChannel::Alert),
        ];
        let chosen = UserSettings {
            email_content: true,
            alert_content: true,
            ..UserSettings::default()
        };
        let open = |policy: &MessagingPolicy, settings: &UserSettings| {
            ways.map(|(to, by)| carries_content(policy, settings, to, by))
        };
        assert_eq!(open(&MessagingPolicy::default(), &chosen), [false; 4]);
        for on in 0..4 {
            let policy = MessagingPolicy {
                staff_email_content: on == 0,
                staff_alert_content: on == 1,
                client_email_content: on == 2,
                client_alert_content: on == 3,
                ..MessagingPolicy::default()
            };
            let mut expect = [false; 4];
            expect[on] = true;
            assert_eq!(open(&policy, &chosen), expect);
            assert_eq!(open(&policy, &UserSettings::default()), [false; 4]);
        }
    }
}

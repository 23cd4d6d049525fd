//! What a person decides for themselves.

use serde::{Deserialize, Serialize};

use crate::vocabulary::{EmailNotification, EnterKeyAction};

/// What must be acknowledged before content may leave in an e-mail or an alert (P-50).
pub const INSECURE_CONTENT_WARNING: &str = "Emails and alerts are not secure. Avoid using them for \
    sharing sensitive or confidential information.";

/// The settings of a staff member or a portal account. Whoever has stored none has the defaults.
///
/// Whether clients may write first and whether they see a staff member are no part of it: the law
/// asks for these, so they stand in the staff member's own row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserSettings {
    /// What the Enter key does (P-38). Nothing here depends on it.
    pub enter_key: EnterKeyAction,
    /// Whether the application opens the most recent thread at its start (P-39).
    pub open_most_recent_thread: bool,
    /// Whether the person is alerted while using the portal (P-41).
    pub in_app_alerts: bool,
    /// Whether the person is told by e-mail that something waits (SX-07).
    pub notify_by_email: bool,
    /// Of what a staff member is told by e-mail (T-40).
    pub email_notifications: Vec<EmailNotification>,
    /// Whether the own e-mails may carry content (P-42).
    pub email_content: bool,
    /// Whether the own alerts may carry content (P-49).
    pub alert_content: bool,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            enter_key: EnterKeyAction::NewLine,
            open_most_recent_thread: false,
            in_app_alerts: true,
            notify_by_email: true,
            email_notifications: EmailNotification::ALL.to_vec(),
            email_content: false,
            alert_content: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p50_the_warning_is_the_article_s_to_the_byte() {
        assert_eq!(
            INSECURE_CONTENT_WARNING,
            concat!(
                "Emails and alerts are not secure. ",
                "Avoid using them for sharing sensitive or confidential information."
            )
        );
    }

    #[test]
    fn p42_p49_what_was_never_stored_lets_no_content_out() {
        let stored: UserSettings = serde_json::from_str("{}").unwrap_or_default();
        assert_eq!(stored, UserSettings::default());
        assert!(!stored.email_content && !stored.alert_content);
    }
}

//! Releases of information: when one may be asked for anew, and what is signed.

use chrono::{Days, NaiveDate};

use crate::limits;

/// What a client agrees to where the agency has no text of its own.
pub const DEFAULT_RELEASE_TEXT: &str = "I allow this agency to share information from my record \
with the agencies and persons who take part in my care, as far as they need it to serve me. I may \
revoke this release at any time; what was shared before stays shared.";

/// The refusal of a request while a release holds on, byte for byte (C-45). The apostrophe is
/// U+2019.
pub const ROI_ALREADY_ACTIVE: &str = "This client already has an active Release of Information. \
Please review the client\u{2019}s Release of Information history.";

/// Whether a release may be asked for on this day (C-44): there is none that is active, or the
/// active one that ends last does so within seven days, the seventh included.
#[must_use]
pub fn may_request(today: NaiveDate, active_until: Option<NaiveDate>) -> bool {
    let horizon = today + Days::new(limits::RELEASE_RENEWAL_DAYS);
    active_until.is_none_or(|last| last <= horizon)
}

/// The name with which somebody signs: 1 to 200 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedName(String);

impl SignedName {
    /// Parses a name; none if it is blank, too long, or no name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let chars = name.chars().count();
        let fits = (1..=limits::MAX_SIGNED_NAME_CHARS).contains(&chars)
            && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
    }

    #[test]
    fn c44_c45_a_release_is_renewed_within_seven_days_of_its_end_and_not_before() {
        let today = day(15);
        assert!(may_request(today, None));
        for last in [14, 15, 16, 21, 22] {
            assert!(may_request(today, Some(day(last))), "{last}");
        }
        for last in [23, 24, 30] {
            assert!(!may_request(today, Some(day(last))), "{last}");
        }
    }

    #[test]
    fn c45_the_text_is_the_articles() {
        assert_eq!(
            ROI_ALREADY_ACTIVE.as_bytes(),
            b"This client already has an active Release of Information. Please review the \
              client\xE2\x80\x99s Release of Information history."
        );
    }

    #[test]
    fn a_signature_is_a_name() {
        assert_eq!(
            SignedName::parse("  Elena Marchetti ").unwrap().as_str(),
            "Elena Marchetti"
        );
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert_eq!(SignedName::parse(bad), None);
        }
        assert!(SignedName::parse(&"ü".repeat(200)).is_some());
    }
}

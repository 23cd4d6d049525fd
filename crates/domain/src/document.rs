//! Documents that clients are asked for: what they are called, and how large they are.

use crate::limits;

/// The refusal of files that are too large, one of them or together, byte for byte (C-40).
pub const INVALID_FILE_SIZE: &str =
    "Invalid file size. The total of all files must be less than or equal to 25MB.";

/// What a document, or a category of documents, is called: 1 to 200 characters, none of them a control
/// character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentName(String);

impl DocumentName {
    /// Parses a name, without the white space around it; none if it is blank, too long, or no name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let chars = name.chars().count();
        let fits = (1..=limits::MAX_DOCUMENT_NAME_CHARS).contains(&chars)
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

    #[test]
    fn c37_a_name_is_not_blank_and_has_at_most_200_characters() {
        assert_eq!(
            DocumentName::parse("  Lease ").map(|name| name.0),
            Some("Lease".to_owned())
        );
        assert!(DocumentName::parse(&"ü".repeat(200)).is_some());
        for text in ["", " \t\n", "a\u{0}b", "a\nb", &"ü".repeat(201)] {
            assert_eq!(DocumentName::parse(text), None, "{text:?}");
        }
    }
}

//! The emoji of a reaction.

/// One emoji that Unicode recommends for general interchange, in its fully qualified form: the same
/// picture is the same text, whether or not it came with a variation selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Emoji(&'static str);

impl Emoji {
    /// Parses exactly one emoji, skin tones, flags and sequences included; nothing around it, no
    /// second one, and nothing that is only put together as one would be (P-35).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        emojis::get(text).map(|emoji| Self(emoji.as_str()))
    }

    /// The emoji as it is stored and shown: at most 64 bytes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p35_one_picture_is_one_text_however_it_is_written() {
        for (written, kept) in [
            ("\u{1F44D}", "\u{1F44D}"),
            ("\u{2764}", "\u{2764}\u{FE0F}"),
            ("\u{2764}\u{FE0F}", "\u{2764}\u{FE0F}"),
            ("\u{1F44D}\u{1F3FD}", "\u{1F44D}\u{1F3FD}"),
            ("\u{1F1E9}\u{1F1EA}", "\u{1F1E9}\u{1F1EA}"),
            (
                "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
                "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            ),
        ] {
            let emoji = Emoji::parse(written).map(Emoji::as_str);
            assert_eq!(emoji, Some(kept), "{written:?}");
        }
    }

    #[test]
    fn p35_whatever_is_not_exactly_one_emoji_is_refused() {
        for bad in [
            "",
            " ",
            "a",
            "1",
            "\u{1F44D}\u{1F44D}",
            " \u{1F44D}",
            "\u{1F44D} ",
            "\u{1F44D}a",
            ":thumbsup:",
            "\u{1F3FD}\u{1F44D}",
            "\u{1F1E9}",
            "\u{1F1FD}\u{1F1FD}",
            "\u{200D}",
            "\u{FE0F}",
            "<b>",
        ] {
            assert_eq!(Emoji::parse(bad), None, "{bad:?}");
        }
        let longest = emojis::iter().map(|emoji| emoji.as_str().len()).max();
        assert!(longest.is_some_and(|bytes| bytes <= 64), "{longest:?}");
    }
}

//! How people are reached and how they sign in: addresses, logins, passwords.

use std::fmt;

use crate::limits;

/// An address for mail, in one spelling: without spaces around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address. Stricter than RFC 5321: no quotes, no comments, no bare host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        // SECURITY: nothing that ends a line or an address in a mail's header.
        let plain = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        let fits = text.len() <= limits::MAX_EMAIL_BYTES && local.len() <= 64;
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let holds = fits
            && dots
            && !local.is_empty()
            && local.chars().all(plain)
            && domain.contains('.')
            && domain.split('.').all(label);
        holds.then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name under which somebody signs in: 3 to 254 visible characters, in lower case, unique in
/// the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// Parses a login.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = text.chars().count() >= 3 && text.len() <= limits::MAX_EMAIL_BYTES;
        let odd = |c: char| c.is_whitespace() || c.is_control();
        (fits && !text.chars().any(odd)).then(|| Self(text.to_lowercase()))
    }

    /// The login, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password as somebody typed it. It shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text is no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Fewer characters than [`limits::MIN_PASSWORD_CHARS`].
    TooShort,
    /// More characters than [`limits::MAX_PASSWORD_CHARS`].
    TooLong,
}

impl Password {
    /// Parses a new password. Any characters, spaces among them; only the length is looked at, as
    /// NIST SP 800-63B asks.
    pub fn parse(text: &str) -> Result<Self, PasswordProblem> {
        let length = text.chars().count();
        if length < limits::MIN_PASSWORD_CHARS {
            Err(PasswordProblem::TooShort)
        } else if length > limits::MAX_PASSWORD_CHARS {
            Err(PasswordProblem::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The bytes, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s17_an_address_is_one_address_and_nothing_else() {
        for good in [
            "ann@post.example",
            " a.b+c@x-y.example.org ",
            "ü@münchen.example",
        ] {
            let address = EmailAddress::parse(good).unwrap();
            assert_eq!(address.as_str(), good.trim());
        }
        for bad in [
            "",
            "ann",
            "ann@",
            "@post.example",
            "ann@post",
            "ann@-post.example",
            "ann@post..example",
            ".ann@post.example",
            "a..n@post.example",
            "ann@post.example\r\nBcc: eve@post.example",
            "ann@post.example, eve@post.example",
            "Ann <ann@post.example>",
            "ann post@post.example",
            "\"ann\"@post.example",
        ] {
            assert_eq!(EmailAddress::parse(bad), None, "{bad:?}");
        }
        let long = format!("{}@post.example", "a".repeat(65));
        assert_eq!(EmailAddress::parse(&long), None);
    }

    #[test]
    fn s20_a_login_has_one_spelling_and_a_password_shows_itself_nowhere() {
        assert_eq!(
            Login::parse(" Ann@Post.Example ").unwrap().as_str(),
            "ann@post.example"
        );
        for bad in ["", "ab", "a b c", "a\u{0}bc"] {
            assert_eq!(Login::parse(bad), None, "{bad:?}");
        }
        let short = "x".repeat(limits::MIN_PASSWORD_CHARS - 1);
        assert_eq!(Password::parse(&short), Err(PasswordProblem::TooShort));
        let long = "x".repeat(limits::MAX_PASSWORD_CHARS + 1);
        assert_eq!(Password::parse(&long), Err(PasswordProblem::TooLong));
        let password = Password::parse("correct horse battery").unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}

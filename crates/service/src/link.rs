//! Signed addresses: of a file or an export for whom it was made, of an upload for whoever announced
//! it (S-20).
//! Signed addresses: of a file for whom it was made, of an upload for whoever announced it (S-20); and
//! signed permits for people who cannot sign in yet: invitations.
//!
//! An address is a permit for one viewer, one thing and a few minutes. It carries ids, never a name.
//! Whoever opens it is asked again what it may: the signature says for whom, the law whether.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use tidings_domain::ExportFormat;
use uuid::Uuid;

/// The server's own key.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

/// What an address is good for; one of one kind is not good for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum LinkUse {
    Upload = 1,
    Download = 2,
    ExportCsv = 3,
    ExportXlsx = 4,
    ExportPdf = 5,
    ExportJson = 6,
    Invitation = 7,
    Document = 8,
    Password = 9,
    Refresh = 10,
}

impl LinkUse {
    /// Of an export in this format.
    pub(crate) const fn of_export(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::ExportCsv,
            ExportFormat::Xlsx => Self::ExportXlsx,
            ExportFormat::Pdf => Self::ExportPdf,
            ExportFormat::Json => Self::ExportJson,
        }
    }
}

/// What an address says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// What it leads to.
    pub(crate) id: Uuid,
    /// For whom it was made: a staff member or a portal account.
    pub(crate) viewer: Uuid,
    /// Until when it is good, in whole seconds.
    pub(crate) expires_at: DateTime<Utc>,
}

/// Bytes of a link: id, viewer, moment.
const SAID: usize = 16 + 16 + 8;
/// Bytes of the signature, HMAC with SHA-256.
const SIGNATURE: usize = 32;

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

impl LinkKey {
    /// The key of a secret of at least 32 random bytes.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The last part of an address.
    pub(crate) fn sign(&self, purpose: LinkUse, link: &Link) -> String {
        let mut said = Vec::with_capacity(SAID);
        said.extend_from_slice(link.id.as_bytes());
        said.extend_from_slice(link.viewer.as_bytes());
        said.extend_from_slice(&link.expires_at.timestamp().to_be_bytes());
        self.seal(purpose, &said)
    }

    /// Any bytes with their signature, as text.
    pub(crate) fn seal(&self, purpose: LinkUse, bytes: &[u8]) -> String {
        let mut said = Vec::with_capacity(1 + bytes.len() + SIGNATURE);
        said.push(purpose as u8);
        said.extend_from_slice(bytes);
        let signature = hmac::sign(&self.0, &said);
        said.extend_from_slice(signature.as_ref());
        URL_SAFE_NO_PAD.encode(said)
    }

    /// The bytes, so many, of a text that this key sealed for this use.
    pub(crate) fn unseal(&self, purpose: LinkUse, text: &str, length: usize) -> Option<Vec<u8>> {
        // In base64 four letters are three bytes: anything longer is not looked at.
        if text.len() > (1 + length + SIGNATURE) * 4 / 3 + 1 {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (said, signature) = bytes.split_at_checked(1 + length)?;
        // SECURITY: in constant time, and before anything that it says is looked at.
        hmac::verify(&self.0, said, signature).ok()?;
        if said.first() != Some(&(purpose as u8)) {
            return None;
        }
        bytes.truncate(1 + length);
        bytes.remove(0);
        Some(bytes)
    }

    /// What the last part of an address says, if this key signed it for this use and it is still
    /// good.
    pub(crate) fn open(&self, purpose: LinkUse, text: &str, now: DateTime<Utc>) -> Option<Link> {
        self.read(purpose, text)
            .filter(|link| now < link.expires_at)
    }

    /// The same, good still or not.
    pub(crate) fn read(&self, purpose: LinkUse, text: &str) -> Option<Link> {
        let said = self.unseal(purpose, text, SAID)?;
        let seconds = i64::from_be_bytes(said.get(32..)?.try_into().ok()?);
        Some(Link {
            id: Uuid::from_slice(said.get(..16)?).ok()?,
            viewer: Uuid::from_slice(said.get(16..32)?).ok()?,
            expires_at: DateTime::from_timestamp(seconds, 0)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn s20_an_address_is_good_for_its_use_its_key_and_its_time() {
        let key = LinkKey::new(&[7; 32]);
        let link = Link {
            id: Uuid::from_u128(1),
            viewer: Uuid::from_u128(2),
            expires_at: at(1_000),
        };
        let text = key.sign(LinkUse::Download, &link);
        assert_eq!(key.open(LinkUse::Download, &text, at(999)), Some(link));
        assert_eq!(key.open(LinkUse::Download, &text, at(1_000)), None);
        assert_eq!(key.open(LinkUse::Upload, &text, at(0)), None);
        let other = LinkKey::new(&[8; 32]);
        assert_eq!(other.open(LinkUse::Download, &text, at(0)), None);
    }

    #[test]
    fn s20_every_damaged_address_is_refused() {
        let key = LinkKey::new(&[7; 32]);
        let link = Link {
            id: Uuid::from_u128(1),
            viewer: Uuid::from_u128(2),
            expires_at: at(1_000),
        };
        let text = key.sign(LinkUse::Download, &link);
        for end in 0..text.len() {
            assert_eq!(key.open(LinkUse::Download, &text[..end], at(0)), None);
        }
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(bytes).unwrap();
            assert_eq!(key.open(LinkUse::Download, &damaged, at(0)), None);
        }
        for junk in ["", "=", "..", &"A".repeat(98), &"A".repeat(9_000)] {
            assert_eq!(key.open(LinkUse::Download, junk, at(0)), None);
        }
    }
}

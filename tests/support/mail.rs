//! Mails that left into the folder of a test.

use std::collections::BTreeMap;

use super::Tidings;

/// A mail as its receiver sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Eml {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Eml {
    fn parse(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap();
        let field = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.strip_prefix(name));
            lines.next().unwrap_or_default().to_owned()
        };
        // Long lines of quoted-printable are put together again.
        let body = body.replace("=\n", "").replace("=3D", "=");
        Self {
            to: field("To: "),
            subject: field("Subject: "),
            text: body,
        }
    }

    /// The token of the link in it.
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.text.split_once('#').unwrap();
        let (_, token) = rest.split_once('=').unwrap();
        token.split_whitespace().next().unwrap().to_owned()
    }
}

impl Tidings {
    /// Waits until every mail has left or was given up.
    pub(crate) async fn all_mail_left(&self) {
        let waiting = "SELECT COUNT(*) FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL";
        let left = async { while self.count(waiting).await > 0 {} };
        let left = tokio::time::timeout(super::PATIENCE, left).await;
        left.unwrap_or_else(|_| panic!("a mail does not leave"));
    }

    /// The mails that left, by their ids, as soon as none waits.
    pub(crate) async fn mails(&self) -> BTreeMap<String, Eml> {
        self.all_mail_left().await;
        let folder = self.config.data_dir.join("mail");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
        let files = files.filter(|file| file.file_name().to_string_lossy().ends_with(".eml"));
        files
            .map(|file| {
                let text = std::fs::read_to_string(file.path()).unwrap();
                let name = file.file_name().to_string_lossy().into_owned();
                (name, Eml::parse(&text))
            })
            .collect()
    }

    /// The mails to one address, in the order of their ids.
    pub(crate) async fn mails_to(&self, address: &str) -> Vec<Eml> {
        let mails = self.mails().await.into_values();
        mails.filter(|mail| mail.to == address).collect()
    }
}

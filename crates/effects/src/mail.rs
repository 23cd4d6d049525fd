//! Mails on their way out. What a mail says is decided above; here it is written as RFC 5322 has it
//! and handed on: to a server that speaks SMTP, or into a folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use uuid::Uuid;

/// Longest time for one step of a conversation with a mail server.
const PATIENCE: Duration = Duration::from_secs(10);

/// One mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// The same for every copy of it: who gets two can tell.
    pub id: Uuid,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When it was queued.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: neither the address nor a link stands in a log.
        f.debug_struct("Mail")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why a mail did not leave. It carries no address and nothing that a server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It will not leave at a later time either: the address is none, or the server refused it.
    #[error("the mail was refused{}", code(*.0))]
    Refused(Option<u16>),
    /// It may leave later.
    #[error("the mail could not be handed on{}", code(*.0))]
    Failed(Option<u16>),
}

fn code(status: Option<u16>) -> String {
    status.map_or_else(String::new, |status| format!(" (status {status})"))
}

/// Hands mails on.
pub trait Mailer: Send + Sync {
    /// Hands one mail on; when this answers, it has left.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>>;
}

/// Why a mailer cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The sender is no address.
    #[error("the sender is no address, such as \"Tidings <no-reply@example.org>\"")]
    Sender,
    /// The address of the mail server is none.
    #[error("the address of the mail server is none")]
    Server,
    /// The folder cannot be made.
    #[error("the folder for mails cannot be made: {0}")]
    Folder(#[from] std::io::Error),
}

/// Puts each mail into a file `<id>.eml` of a folder: for development and tests. A mail that is sent
/// twice is there once.
#[derive(Debug)]
pub struct Folder {
    folder: PathBuf,
    from: Mailbox,
}

impl Folder {
    /// A folder, made when it is missing, readable by its owner only.
    pub fn open(folder: &Path, from: &str) -> Result<Self, MailerError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        // SECURITY: whoever reads an invitation can accept it.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            from: sender(from)?,
        })
    }
}

impl Mailer for Folder {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        async {
            let content = written(&self.from, mail)?.formatted();
            let path = self.folder.join(format!("{}.eml", mail.id));
            // Written aside and then renamed: nobody ever finds half a mail.
            let aside = self.folder.join(format!(".{}.eml.part", mail.id));
            let failed = |_| MailError::Failed(None);
            tokio::fs::write(&aside, content).await.map_err(failed)?;
            tokio::fs::rename(&aside, &path).await.map_err(failed)
        }
        .boxed()
    }
}

/// Hands mails to a server that speaks SMTP.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").finish_non_exhaustive()
    }
}

impl Smtp {
    /// A server at `smtps://USER:PASSWORD@HOST:PORT`, or `smtp://…?tls=required`. Nothing is asked of
    /// it yet. Needs a runtime.
    pub fn at(url: &str, from: &str) -> Result<Self, MailerError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let builder = builder.map_err(|_| MailerError::Server)?;
        Ok(Self {
            transport: builder.timeout(Some(PATIENCE)).build(),
            from: sender(from)?,
        })
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        async {
            let message = written(&self.from, mail)?;
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    let status = error.status().map(u16::from);
                    Err(if error.is_permanent() {
                        MailError::Refused(status)
                    } else {
                        MailError::Failed(status)
                    })
                }
            }
        }
        .boxed()
    }
}

fn sender(from: &str) -> Result<Mailbox, MailerError> {
    from.parse().map_err(|_| MailerError::Sender)
}

/// Whether mails can come from this sender, for whoever reads the configuration.
#[must_use]
pub fn is_sender(from: &str) -> bool {
    sender(from).is_ok()
}

/// A mail as it goes out. It says that a machine wrote it, so that no machine answers.
fn written(from: &Mailbox, mail: &Mail) -> Result<Message, MailError> {
    let refused = MailError::Refused(None);
    let to: Mailbox = mail.to.parse().map_err(|_| refused)?;
    let id = format!("<{}@{}>", mail.id, from.email.domain());
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject(&mail.subject)
        .date(mail.at.into())
        .message_id(Some(id))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|_| refused)
}

/// `Auto-Submitted: auto-generated` (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        let value = "auto-generated".to_owned();
        lettre::message::header::HeaderValue::new(Self::name(), value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    fn mail() -> Mail {
        Mail {
            id: Uuid::from_u128(7),
            to: "ann@post.example".to_owned(),
            subject: "A message waits".to_owned(),
            text: "Sign in to read it.\n".to_owned(),
            at: DateTime::from_timestamp(1_781_524_800, 0).unwrap(),
        }
    }

    #[tokio::test]
    async fn g7_a_mail_that_is_put_into_a_folder_twice_is_there_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let mails = folder.path().join("mail");
        let mailer = Folder::open(&mails, "Tidings <no-reply@example.org>").unwrap();
        mailer.send(&mail()).await.unwrap();
        mailer.send(&mail()).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(&mails).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        for line in [
            "From: Tidings <no-reply@example.org>",
            "To: ann@post.example",
            "Subject: A message waits",
            "Message-ID: <00000000-0000-0000-0000-000000000007@example.org>",
            "Date: Mon, 15 Jun 2026 12:00:00 +0000",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[tokio::test]
    async fn s17_what_is_no_address_is_refused_for_good() {
        let folder = tempfile::TempDir::new().unwrap();
        let mailer = Folder::open(folder.path(), "no-reply@example.org").unwrap();
        for to in ["", "ann", "ann@post.example\r\nBcc: eve@post.example"] {
            let mail = Mail {
                to: to.to_owned(),
                ..mail()
            };
            let refused = mailer.send(&mail).await;
            assert_eq!(refused, Err(MailError::Refused(None)), "{to:?}");
        }
        assert!(Folder::open(folder.path(), "nobody").is_err());
    }

    /// A mail server of one conversation that answers the recipient with this line; what it was told.
    async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut told = String::new();
            write.write_all(b"220 here\r\n").await.unwrap();
            let mut data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                told.push_str(&line);
                told.push('\n');
                let say = match line.split(' ').next().unwrap_or_default() {
                    "." => {
                        data = false;
                        "250 taken"
                    }
                    _ if data => continue,
                    "DATA" => {
                        data = true;
                        "354 go on"
                    }
                    "RCPT" => answer,
                    "QUIT" => break,
                    _ => "250 well",
                };
                write
                    .write_all(format!("{say}\r\n").as_bytes())
                    .await
                    .unwrap();
            }
            told
        });
        (url, told)
    }

    #[tokio::test]
    async fn g7_a_mail_server_is_told_the_mail_and_its_refusals_are_told_apart() {
        let (url, told) = server("250 well").await;
        let smtp = Smtp::at(&url, "no-reply@example.org").unwrap();
        smtp.send(&mail()).await.unwrap();
        drop(smtp);
        let told = told.await.unwrap();
        assert!(told.contains("RCPT TO:<ann@post.example>"), "{told}");
        assert!(told.contains("Sign in to read it."), "{told}");
        let answers = [
            ("550 no such person", MailError::Refused(Some(550))),
            ("450 come back later", MailError::Failed(Some(450))),
        ];
        for (answer, expect) in answers {
            let (url, _told) = server(answer).await;
            let smtp = Smtp::at(&url, "no-reply@example.org").unwrap();
            let error = smtp.send(&mail()).await.unwrap_err();
            assert_eq!(error, expect);
            assert!(!error.to_string().contains("person"), "{error}");
        }
        // Nobody is there.
        let smtp = Smtp::at("smtp://127.0.0.1:9", "no-reply@example.org").unwrap();
        assert_eq!(smtp.send(&mail()).await, Err(MailError::Failed(None)));
        assert!(Smtp::at("http://127.0.0.1", "no-reply@example.org").is_err());
    }
}

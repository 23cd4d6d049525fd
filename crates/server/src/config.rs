//! The configuration: what can be set, its defaults, and the refusal of everything else.
//!
//! `config.default.toml` is the documentation and the first layer; a file of the user's and the
//! environment lie over it (`layers.rs`). What a single value may be stands in the table of
//! `rules.rs`, what values must be to each other in `cross.rs`. A wrong value stops the start with
//! a [`ConfigError`] that names it; this module reads and refuses, it opens nothing else.
//!
//! To add an option: a field here, a line with its comment in `config.default.toml`, a line in
//! the table of `rules.rs`. A test compares the three.

mod cross;
mod error;
mod layers;
mod rules;
mod secret;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

pub use error::{ConfigError, Origin};
pub(crate) use rules::is_loopback;
pub use secret::Secret;

/// The embedded defaults, which are also the documentation of every option.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// Every option, checked. Each one is described in `config.default.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether what is only safe on a developer's own machine is allowed.
    pub mode: Mode,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address to serve the metrics on.
    #[serde(deserialize_with = "empty_is_no_address")]
    pub metrics_listen: Option<SocketAddr>,
    /// The folder for everything that the server writes itself.
    pub data_dir: PathBuf,
    /// Seconds that requests and sockets have to finish after the signal to stop.
    pub shutdown_grace_seconds: u64,
    /// The database as it was written; [`Config::database`] says what it means.
    pub database_url: Secret,
    /// The size of the pool, or the number of readers on SQLite.
    pub database_connections: u32,
    /// The bus as it was written; [`Config::event_bus`] says what it means.
    pub bus: BusChoice,
    /// Whether clients and staff can exchange messages at all, whatever the agencies have set.
    pub client_portal: OnOff,
    /// Days for which the event log is kept.
    pub event_retention_days: u32,
    /// Milliseconds between two looks at the event log when the bus is silent.
    pub sweep_interval_ms: u64,
    /// The shared secret for HS256, or empty; [`crate::auth`] resolves it.
    pub token_secret: Secret,
    /// The `iss` that every token must name.
    pub token_issuer: String,
    /// The `aud` that every token must name.
    pub token_audience: String,
    /// Seconds by which the clocks of issuer and server may differ.
    pub token_leeway_seconds: u32,
    /// Minutes for which a development token is valid.
    pub token_ttl_minutes: u32,
    /// Minutes for which an access token of a session is good.
    pub access_token_minutes: u32,
    /// Hours after which a session ends that was not refreshed.
    pub session_idle_hours: u32,
    /// Days after which a session ends in any case.
    pub session_days: u32,
    /// Proxies of one's own in front of the server.
    pub trusted_proxies: usize,
    /// A file with the issuer's public keys.
    #[serde(deserialize_with = "empty_is_none")]
    pub jwks_file: Option<PathBuf>,
    /// A URL with the issuer's public keys.
    #[serde(deserialize_with = "empty_is_none")]
    pub jwks_url: Option<String>,
    /// Seconds between two fetches of [`Config::jwks_url`].
    pub jwks_refresh_seconds: u32,
    /// Least seconds between two fetches of [`Config::jwks_url`], whatever tokens ask for.
    pub jwks_cooldown_seconds: u32,
    /// Origins of browsers that may call from another site.
    pub allowed_origins: Vec<String>,
    /// Introspection as it was written; [`Config::introspection_enabled`] says what it means.
    pub introspection: Switch,
    /// The playground as it was written; [`Config::playground_enabled`] says what it means.
    pub playground: Switch,
    /// Largest body of a request in bytes, uploads aside.
    pub max_body_bytes: usize,
    /// Most files in one upload.
    pub upload_files: usize,
    /// Largest file of an upload in bytes.
    pub upload_file_bytes: u64,
    /// Largest upload in bytes, all parts together.
    pub upload_bytes: u64,
    /// Seconds that an upload may take to arrive.
    pub upload_timeout_seconds: u64,
    /// Deepest nesting of a query.
    pub query_depth: usize,
    /// Largest cost of a query.
    pub query_complexity: usize,
    /// Most lexical tokens in a document.
    pub query_tokens: usize,
    /// Most fields in a document, fragments expanded.
    pub query_fields: usize,
    /// Most fields at the root of an operation.
    pub query_root_fields: usize,
    /// Most aliases in a document, fragments expanded.
    pub query_aliases: usize,
    /// Most directives in a document, fragments expanded.
    pub query_directives: usize,
    /// How many documents are kept that clients name by hash.
    pub persisted_queries: usize,
    /// A manifest: only its documents are executed.
    #[serde(deserialize_with = "empty_is_none")]
    pub trusted_documents: Option<PathBuf>,
    /// Most operations in one HTTP request.
    pub max_batch: usize,
    /// Seconds that a query or mutation may run.
    pub execution_timeout_seconds: u64,
    /// Points that one viewer may spend at once, or 0.
    pub rate_capacity: u32,
    /// Points that a viewer gets back each second.
    pub rate_per_second: u32,
    /// Most sockets and event streams of one viewer.
    pub sockets_per_viewer: u32,
    /// Most subscriptions on one socket.
    pub subscriptions_per_socket: usize,
    /// Where files lie.
    pub file_store: FileStoreChoice,
    /// The folder for files.
    #[serde(deserialize_with = "empty_is_none")]
    pub file_folder: Option<PathBuf>,
    /// The bucket in S3.
    pub s3_bucket: String,
    /// Its region.
    pub s3_region: String,
    /// Whose S3, if not Amazon's.
    #[serde(deserialize_with = "empty_is_none")]
    pub s3_endpoint: Option<String>,
    /// The id of the access key.
    #[serde(deserialize_with = "empty_is_none")]
    pub s3_access_key_id: Option<String>,
    /// The secret of the access key.
    pub s3_secret_access_key: Secret,
    /// The key of signed addresses, or empty; `files` resolves it.
    pub link_secret: Secret,
    /// What addresses of files begin with.
    pub public_url: String,
    /// Where traces go.
    #[serde(deserialize_with = "empty_is_none")]
    pub otlp_endpoint: Option<String>,
    /// How many of a hundred traces are sent.
    pub trace_percent: u8,
    /// Codes of FHIR's `PractitionerRole` with the roles that they are: `SYSTEM|CODE=ROLE`.
    pub import_role_codes: Vec<String>,
    /// The roles of people whom an HMIS names.
    pub import_hmis_roles: Vec<String>,
    /// For how many days an encounter puts its practitioner on the care team.
    pub import_encounter_days: u32,
    /// Mail as it was written; [`Config::mail_way`] says what it means.
    pub mail: MailChoice,
    /// The sender of all mails.
    pub mail_from: String,
    /// The folder for mails.
    #[serde(deserialize_with = "empty_is_none")]
    pub mail_folder: Option<PathBuf>,
    /// The mail server.
    pub smtp_url: Secret,
    /// Where links in mails lead.
    pub portal_url: String,
    /// The filter of the logs, in the words of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// How a line of the log is written.
    pub log_format: LogFormat,
}

/// Where the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// On a developer's own machine, with made-up data.
    Development,
    /// With people's data.
    Production,
}

/// Where files lie, as it is written in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileStoreChoice {
    /// In a folder.
    Folder,
    /// In a bucket in S3.
    S3,
}

/// How mails leave, as it is written in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailChoice {
    /// What suits the mode and the other options.
    Auto,
    /// Through a mail server.
    Smtp,
    /// As files in a folder.
    Folder,
    /// Not at all.
    Off,
}

/// How mails leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailWay {
    /// Through a mail server.
    Smtp,
    /// As files in a folder.
    Folder,
    /// Not at all.
    Off,
}

/// How servers wake each other, as it is written in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BusChoice {
    /// What suits the database.
    Auto,
    /// Within this process.
    Local,
    /// PostgreSQL's LISTEN and NOTIFY.
    Postgres,
}

/// How servers wake each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// Within this process.
    Local,
    /// PostgreSQL's LISTEN and NOTIFY.
    Postgres,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnOff {
    /// On.
    On,
    /// Off.
    Off,
}

/// On, off, or what suits the mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// What suits the mode.
    Auto,
    /// On, whatever the mode.
    On,
    /// Off, whatever the mode.
    Off,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The database that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, which may carry a password.
    Postgres(Secret),
}

impl Database {
    /// The URL for `tidings_store::Store::open`: `sqlite:PATH` or `postgres://…`.
    #[must_use]
    pub fn url(&self) -> Secret {
        match self {
            Self::Sqlite(path) => {
                // SQLx decodes percent signs and takes what follows a `?` for parameters.
                let path = path
                    .display()
                    .to_string()
                    .replace('%', "%25")
                    .replace('?', "%3F");
                Secret::new(format!("sqlite:{path}"))
            }
            Self::Postgres(url) => url.clone(),
        }
    }
}

impl Config {
    /// Reads the configuration of this process: the defaults, then `file` (else the file that
    /// `TIDINGS_CONFIG` names, else `tidings.toml` in the working directory when there is one),
    /// then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        layers::read(file, Path::new(""), layers::process_environment()?)
    }

    /// The same from an environment and a working directory that the caller gives, so that tests
    /// need not touch those of the process.
    pub fn read<E>(
        file: Option<&Path>,
        directory: &Path,
        environment: E,
    ) -> Result<Self, ConfigError>
    where
        E: IntoIterator<Item = (String, String)>,
    {
        layers::read(file, directory, environment)
    }

    /// Whether the server runs with people's data.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.mode == Mode::Production
    }

    /// The database to open.
    #[must_use]
    pub fn database(&self) -> Database {
        let url = self.database_url.expose();
        if url.is_empty() {
            return Database::Sqlite(self.data_dir.join("tidings.db"));
        }
        match rules::sqlite_path(url) {
            Some(path) => Database::Sqlite(PathBuf::from(path)),
            None => Database::Postgres(self.database_url.clone()),
        }
    }

    /// The bus to use, with `auto` resolved.
    #[must_use]
    pub fn event_bus(&self) -> Bus {
        match (self.bus, self.database()) {
            (BusChoice::Postgres, _) | (BusChoice::Auto, Database::Postgres(_)) => Bus::Postgres,
            (BusChoice::Local, _) | (BusChoice::Auto, Database::Sqlite(_)) => Bus::Local,
        }
    }

    /// How mails leave, with `auto` resolved.
    #[must_use]
    pub fn mail_way(&self) -> MailWay {
        match self.mail {
            MailChoice::Smtp => MailWay::Smtp,
            MailChoice::Off => MailWay::Off,
            MailChoice::Auto if !self.smtp_url.is_empty() => MailWay::Smtp,
            MailChoice::Auto if self.is_production() => MailWay::Off,
            MailChoice::Folder | MailChoice::Auto => MailWay::Folder,
        }
    }

    /// The folder for files, where they lie in one.
    #[must_use]
    pub fn file_folder(&self) -> PathBuf {
        let usual = || self.data_dir.join("files");
        self.file_folder.clone().unwrap_or_else(usual)
    }

    /// Whether a client may ask for the schema, with `auto` resolved.
    #[must_use]
    pub fn introspection_enabled(&self) -> bool {
        match self.introspection {
            Switch::On => true,
            Switch::Off => false,
            Switch::Auto => !self.is_production(),
        }
    }

    /// Whether `/` is the playground, with `auto` resolved.
    #[must_use]
    pub fn playground_enabled(&self) -> bool {
        match self.playground {
            Switch::On => true,
            Switch::Off => false,
            Switch::Auto => !self.is_production(),
        }
    }

    /// Whether tokens are verified with the issuer's public keys instead of a shared secret.
    #[must_use]
    pub fn uses_jwks(&self) -> bool {
        self.jwks_file.is_some() || self.jwks_url.is_some()
    }
}

/// TOML has no null: an empty text stands for an option that is not set.
fn empty_is_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = String::deserialize(deserializer)?;
    Ok(if text.is_empty() {
        None
    } else {
        Some(T::from(text))
    })
}

/// The same for an address, which the rule has looked at.
fn empty_is_no_address<'de, D>(deserializer: D) -> Result<Option<SocketAddr>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

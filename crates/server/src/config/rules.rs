//! What the value of each option may be: one table, read by the check, by the environment (which
//! has only texts and needs to know what they stand for) and by the messages.

use figment::value::Value;
use reqwest::Url;
use tidings_effects::mail::is_sender;

use crate::import;

/// What the value of one option may be.
pub(super) enum Rule {
    /// A whole number within bounds, both included.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// A text.
    Text(TextRule),
    /// A list of texts.
    List(TextRule),
}

/// What a text may be.
pub(super) struct TextRule {
    /// The end of "it must be …".
    allowed: &'static str,
    /// Whether a text is allowed.
    holds: fn(&str) -> bool,
    /// Whether the text must not be shown.
    secret: bool,
}

/// Every option with its rule, in the order in which they are checked.
pub(super) const OPTIONS: &[(&str, Rule)] = &[
    ("mode", Rule::OneOf(&["development", "production"])),
    (
        "listen",
        text(
            "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
            is_address,
        ),
    ),
    (
        "metrics_listen",
        text("empty, or an IP address and a port", is_listener),
    ),
    ("data_dir", text("the path of a folder", is_filled)),
    ("shutdown_grace_seconds", between(0, 300)),
    (
        "database_url",
        secret(
            "empty, sqlite:PATH (a file, without parameters) or postgres://USER:PASSWORD@HOST/NAME",
            is_database,
        ),
    ),
    ("database_connections", between(1, 256)),
    ("bus", Rule::OneOf(&["auto", "local", "postgres"])),
    ("event_retention_days", between(7, 365)),
    ("sweep_interval_ms", between(50, 60_000)),
    (
        "token_secret",
        secret(
            "empty, or at least 32 bytes without spaces around them",
            is_key,
        ),
    ),
    ("token_issuer", text("1 to 255 characters", is_name)),
    ("token_audience", text("1 to 255 characters", is_name)),
    ("token_leeway_seconds", between(0, 300)),
    ("token_ttl_minutes", between(1, 1440)),
    ("access_token_minutes", between(1, 60)),
    ("session_idle_hours", between(1, 720)),
    ("session_days", between(1, 365)),
    ("trusted_proxies", between(0, 10)),
    ("jwks_file", text("empty, or the path of a file", |_| true)),
    (
        "jwks_url",
        text(
            "empty, or an https URL without user and password (http only on a loopback address)",
            |url| url.is_empty() || is_jwks_url(url),
        ),
    ),
    ("jwks_refresh_seconds", between(30, 86_400)),
    ("jwks_cooldown_seconds", between(5, 3600)),
    (
        "allowed_origins",
        Rule::List(TextRule {
            allowed: "a list of origins, each scheme, host and port without a path, such as \
                      \"https://portal.example.org\"",
            holds: is_origin,
            secret: false,
        }),
    ),
    ("client_portal", Rule::OneOf(&["on", "off"])),
    ("introspection", Rule::OneOf(&["auto", "on", "off"])),
    ("playground", Rule::OneOf(&["auto", "on", "off"])),
    ("max_body_bytes", between(16_384, 67_108_864)),
    ("upload_files", between(0, 100)),
    ("upload_file_bytes", between(1024, 1_073_741_824)),
    ("upload_bytes", between(1024, 4_294_967_296)),
    ("upload_timeout_seconds", between(1, 3600)),
    ("query_depth", between(5, 100)),
    ("query_complexity", between(100, 1_000_000)),
    ("query_tokens", between(100, 100_000)),
    ("query_fields", between(50, 100_000)),
    ("query_root_fields", between(1, 1_000)),
    ("query_aliases", between(1, 10_000)),
    ("query_directives", between(1, 10_000)),
    ("persisted_queries", between(0, 100_000)),
    (
        "trusted_documents",
        text("empty, or the path of a file", |_| true),
    ),
    ("max_batch", between(0, 100)),
    ("execution_timeout_seconds", between(1, 600)),
    ("rate_capacity", between(0, 100_000_000)),
    ("rate_per_second", between(1, 10_000_000)),
    ("sockets_per_viewer", between(1, 10_000)),
    ("subscriptions_per_socket", between(1, 64)),
    ("file_store", Rule::OneOf(&["folder", "s3"])),
    (
        "file_folder",
        text("empty, or the path of a folder", |_| true),
    ),
    ("s3_bucket", text("empty, or the name of a bucket", is_word)),
    ("s3_region", text("empty, or the name of a region", is_word)),
    (
        "s3_endpoint",
        text(
            "empty, or an https URL without user and password (http only on a loopback address)",
            |url| url.is_empty() || is_jwks_url(url),
        ),
    ),
    (
        "s3_access_key_id",
        text("empty, or the id of an access key", is_word),
    ),
    (
        "s3_secret_access_key",
        secret("empty, or the secret of an access key", is_word),
    ),
    (
        "link_secret",
        secret(
            "empty, or at least 32 bytes without spaces around them",
            is_key,
        ),
    ),
    (
        "public_url",
        text(
            "empty, or scheme, host and port without a path, such as \"https://messages.example.org\"",
            |url| url.is_empty() || is_origin(url),
        ),
    ),
    ("mail", Rule::OneOf(&["auto", "smtp", "folder", "off"])),
    (
        "mail_from",
        text(
            "a sender, such as \"Tidings <no-reply@example.org>\"",
            is_sender,
        ),
    ),
    (
        "mail_folder",
        text("empty, or the path of a folder", |_| true),
    ),
    (
        "smtp_url",
        secret(
            "empty, smtps://USER:PASSWORD@HOST:PORT or smtp://USER:PASSWORD@HOST:PORT?tls=required",
            |url| url.is_empty() || is_smtp(url),
        ),
    ),
    (
        "portal_url",
        text(
            "empty, or scheme, host and port without a path, such as \"https://portal.example.org\"",
            |url| url.is_empty() || is_origin(url),
        ),
    ),
    (
        "otlp_endpoint",
        text(
            "empty, or an https URL without user and password (http only on a loopback address)",
            |url| url.is_empty() || is_jwks_url(url),
        ),
    ),
    ("trace_percent", between(1, 100)),
    (
        "import_role_codes",
        Rule::List(TextRule {
            allowed: "a list of \"SYSTEM|CODE=ROLE\"",
            holds: |line| import::role_code(line).is_some(),
            secret: false,
        }),
    ),
    (
        "import_hmis_roles",
        Rule::List(TextRule {
            allowed: "a list of roles, such as \"CLINICIAN\"",
            holds: |name| import::role(name).is_some(),
            secret: false,
        }),
    ),
    ("import_encounter_days", between(1, 3650)),
    (
        "log",
        text(
            "a level such as info, or a filter such as info,tidings_service=debug",
            is_filter,
        ),
    ),
    ("log_format", Rule::OneOf(&["text", "json"])),
];

/// A whole number within bounds, both included.
const fn between(min: u64, max: u64) -> Rule {
    Rule::Whole { min, max }
}

const fn text(allowed: &'static str, holds: fn(&str) -> bool) -> Rule {
    Rule::Text(TextRule {
        allowed,
        holds,
        secret: false,
    })
}

const fn secret(allowed: &'static str, holds: fn(&str) -> bool) -> Rule {
    Rule::Text(TextRule {
        allowed,
        holds,
        secret: true,
    })
}

/// The rule of an option.
pub(super) fn rule(option: &str) -> Option<&'static Rule> {
    OPTIONS
        .iter()
        .find(|(name, _)| *name == option)
        .map(|(_, rule)| rule)
}

impl Rule {
    /// Whether the value is allowed.
    pub(super) fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Whole { min, max } => whole(value)
                .is_some_and(|number| (i128::from(*min)..=i128::from(*max)).contains(&number)),
            Self::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Text(rule) => value.as_str().is_some_and(rule.holds),
            Self::List(rule) => value.as_array().is_some_and(|items| {
                items
                    .iter()
                    .all(|item| item.as_str().is_some_and(rule.holds))
            }),
        }
    }

    /// What is allowed, as the end of "it must be …".
    pub(super) fn allowed(&self) -> String {
        match self {
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::OneOf(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Text(rule) | Self::List(rule) => rule.allowed.to_owned(),
        }
    }

    /// What the text of an environment variable stands for. A text that is no number stays one, so
    /// that the check refuses it as it was written.
    pub(super) fn value_of(&self, text: &str) -> Value {
        match self {
            // A secret of digits must stay a text, so only these rules look at the content.
            Self::Whole { .. } => text
                .trim()
                .parse::<u64>()
                .map_or_else(|_| Value::from(text), Value::from),
            Self::List(_) => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Value::from(items.map(Value::from).collect::<Vec<_>>())
            }
            Self::OneOf(_) | Self::Text(_) => Value::from(text),
        }
    }

    /// The value as a message can show it.
    pub(super) fn show(&self, value: &Value) -> String {
        let shown = match (self, value) {
            // SECURITY: the message goes to the terminal and the log of the service manager.
            (Self::Text(TextRule { secret: true, .. }), _) => {
                let length = value.as_str().map_or(0, str::len);
                return format!("[a secret of {length} bytes]");
            }
            // SECURITY: a URL before an `@` may be a password.
            (_, Value::String(_, text)) if text.contains('@') => return "[not shown]".to_owned(),
            (_, value) => plain(value),
        };
        match shown.char_indices().nth(120) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None => shown,
        }
    }
}

/// A whole number, whichever of its types figment has given it.
fn whole(value: &Value) -> Option<i128> {
    value.to_i128().or_else(|| {
        value
            .to_u128()
            .and_then(|number| i128::try_from(number).ok())
    })
}

/// A value in the words of a configuration file.
fn plain(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, letter) => format!("{:?}", letter.to_string()),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(..) => whole(value)
            .map(|number| number.to_string())
            .or_else(|| value.to_f64().map(|number| number.to_string()))
            .unwrap_or_else(|| "a number".to_owned()),
        Value::Array(_, items) => {
            format!(
                "[{}]",
                items.iter().map(plain).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Dict(..) => "a table".to_owned(),
        Value::Empty(..) => "nothing".to_owned(),
    }
}

fn is_filled(text: &str) -> bool {
    !text.trim().is_empty()
}

fn is_name(text: &str) -> bool {
    is_filled(text) && text.trim() == text && text.chars().count() <= 255
}

/// Empty, or without white space.
fn is_word(text: &str) -> bool {
    !text.contains(char::is_whitespace)
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::SocketAddr>().is_ok()
}

fn is_listener(text: &str) -> bool {
    text.is_empty() || is_address(text)
}

/// 32 bytes are the length of HS256's hash, below which RFC 7518 (section 3.2) forbids a key.
fn is_key(text: &str) -> bool {
    text.is_empty() || (text.len() >= 32 && text.trim() == text)
}

fn is_filter(text: &str) -> bool {
    is_filled(text) && tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

fn is_database(url: &str) -> bool {
    if url.is_empty() {
        return true;
    }
    match sqlite_path(url) {
        // A pool has several connections, and each would have a `:memory:` database of its own.
        Some(path) => !path.is_empty() && !path.contains('?') && !path.contains(":memory:"),
        None => Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql")),
    }
}

/// The path in `sqlite:PATH` or `sqlite://PATH`.
pub(super) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

fn is_jwks_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    // SECURITY: whoever can change the answer on its way can make tokens for anybody.
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    safe && url.host().is_some() && url.username().is_empty() && url.password().is_none()
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn is_smtp(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
}

/// Whether nobody on the way to a mail server can read what it is told.
pub(super) fn is_private_smtp(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let required = url
            .query_pairs()
            .any(|(name, value)| name == "tls" && value == "required");
        url.scheme() == "smtps" || required || is_loopback(&url)
    })
}

fn is_origin(text: &str) -> bool {
    // An origin is compared as a text, so only the one spelling that browsers send is allowed.
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

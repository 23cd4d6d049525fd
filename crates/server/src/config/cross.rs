//! What values must be to each other, and what production refuses.

use super::rules::is_private_smtp;
use super::{BusChoice, Config, Database, FileStoreChoice, MailWay};

/// The issuer of the defaults. A token made on a developer's machine names it.
const DEVELOPMENT_ISSUER: &str = "tidings-development";

/// The first option that does not fit the others, and what it must be.
pub(super) fn check(config: &Config) -> Result<(), (&'static str, &'static str)> {
    let rules = rules(config).into_iter().chain(file_rules(config));
    let rules = rules.chain(mail_rules(config));
    for (holds, option, allowed) in rules {
        if !holds {
            return Err((option, allowed));
        }
    }
    Ok(())
}

fn rules(config: &Config) -> [(bool, &'static str, &'static str); 7] {
    let production = config.is_production();
    let secret = !config.token_secret.is_empty();
    let sqlite = matches!(config.database(), Database::Sqlite(_));
    [
        (
            // SECURITY: a made-up secret lies in a file next to the data, and nobody rotates it.
            !production || secret || config.uses_jwks(),
            "token_secret",
            "set in production, unless jwks_file or jwks_url is",
        ),
        (
            // SECURITY: were both accepted, whoever knows the weaker one could be anybody.
            !(secret && config.uses_jwks()),
            "token_secret",
            "empty when jwks_file or jwks_url is set: tokens are verified in one way only",
        ),
        (
            config.jwks_file.is_none() || config.jwks_url.is_none(),
            "jwks_url",
            "empty when jwks_file is set: there is one set of keys",
        ),
        (
            config.jwks_cooldown_seconds <= config.jwks_refresh_seconds,
            "jwks_cooldown_seconds",
            "at most jwks_refresh_seconds",
        ),
        (
            config.bus != BusChoice::Postgres || !sqlite,
            "bus",
            "\"auto\" or \"local\" when the database is SQLite",
        ),
        (
            // SECURITY: tokens that were made for development must never open people's data.
            !production || config.token_issuer != DEVELOPMENT_ISSUER,
            "token_issuer",
            "the name of your own issuer in production",
        ),
        (
            // SECURITY: a page that came without TLS may be anybody's.
            !production
                || config
                    .allowed_origins
                    .iter()
                    .all(|origin| origin.starts_with("https:")),
            "allowed_origins",
            "https origins only in production",
        ),
    ]
}

fn file_rules(config: &Config) -> [(bool, &'static str, &'static str); 5] {
    let production = config.is_production();
    let folder = config.file_store == FileStoreChoice::Folder;
    let (id, secret) = (&config.s3_access_key_id, &config.s3_secret_access_key);
    [
        (
            folder || !config.s3_bucket.is_empty(),
            "s3_bucket",
            "set when file_store is \"s3\"",
        ),
        (
            folder || !config.s3_region.is_empty(),
            "s3_region",
            "set when file_store is \"s3\"",
        ),
        (
            id.is_some() != secret.is_empty(),
            "s3_secret_access_key",
            "set together with s3_access_key_id, or neither",
        ),
        (
            // SECURITY: a made-up key lies next to the data, and another server has another.
            !production || !config.link_secret.is_empty(),
            "link_secret",
            "set in production",
        ),
        (
            // SECURITY: whoever listens on the way reads the address, and then the file.
            !production || config.public_url.is_empty() || config.public_url.starts_with("https:"),
            "public_url",
            "an https address in production",
        ),
    ]
}

fn mail_rules(config: &Config) -> [(bool, &'static str, &'static str); 4] {
    let production = config.is_production();
    let smtp = config.smtp_url.expose();
    [
        (
            config.mail_way() != MailWay::Smtp || !smtp.is_empty(),
            "smtp_url",
            "set when mail is \"smtp\"",
        ),
        (
            // SECURITY: whoever listens on the way reads invitations, and accepts them.
            !production || smtp.is_empty() || is_private_smtp(smtp),
            "smtp_url",
            "an address with TLS in production: smtps, or tls=required",
        ),
        (
            // SECURITY: invitations in a folder wait for whoever finds them.
            !production || config.mail_way() != MailWay::Folder,
            "mail",
            "\"smtp\" or \"off\" in production",
        ),
        (
            !production || config.portal_url.is_empty() || config.portal_url.starts_with("https:"),
            "portal_url",
            "an https address in production",
        ),
    ]
}

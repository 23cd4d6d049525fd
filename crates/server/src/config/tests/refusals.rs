//! Every refusal, by the message that a person reads.

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn production() -> Vec<(&'static str, &'static str)> {
    vec![
        ("TIDINGS_MODE", "production"),
        ("TIDINGS_TOKEN_SECRET", SECRET),
        ("TIDINGS_TOKEN_ISSUER", "https://login.example.org"),
        ("TIDINGS_LINK_SECRET", SECRET),
    ]
}

#[test]
fn a_refusal_names_option_value_origin_and_what_is_allowed() {
    assert_eq!(
        refusal(&[("TIDINGS_TOKEN_LEEWAY_SECONDS", "900")]),
        "token_leeway_seconds = 900 (from the environment variable TIDINGS_TOKEN_LEEWAY_SECONDS) is \
         not allowed: it must be a whole number from 0 to 300"
    );
    let folder = Folder::with("names", "tidings.toml", "event_retention_days = 3.5");
    let path = folder.0.join("tidings.toml");
    assert_eq!(
        folder.read(&[]).unwrap_err().to_string(),
        format!(
            "event_retention_days = 3.5 (from the file {}) is not allowed: it must be a whole \
             number from 7 to 365",
            path.display()
        )
    );
}

/// Each value is refused, with the option's name and where it came from.
fn each_is_refused(option: &str, values: &[&str]) {
    for value in values {
        let variable = format!("TIDINGS_{}", option.to_uppercase());
        let message = refusal(&[(&variable, value)]);
        assert!(
            message.starts_with(&format!("{option} = ")),
            "{option}: {message}"
        );
        assert!(
            message.contains(&format!("variable {variable})")),
            "{option}: {message}"
        );
        assert!(message.contains("it must be "), "{option}: {message}");
    }
}

/// Wrong values of the options about files.
const OF_FILES: &[(&str, &[&str])] = &[
    ("file_store", &["disk", ""]),
    ("s3_bucket", &["a b"]),
    ("s3_region", &["a b"]),
    (
        "s3_endpoint",
        &["http://s3.example", "https://a:b@s3.example"],
    ),
    ("s3_access_key_id", &["a b"]),
    ("s3_secret_access_key", &["a b"]),
    ("link_secret", &["too short"]),
    (
        "public_url",
        &["portal.example", "https://portal.example/path"],
    ),
    (
        "otlp_endpoint",
        &["collector:4318", "http://collector.example/v1/traces"],
    ),
    ("trace_percent", &["0", "101", "half"]),
];

#[test]
fn every_option_refuses_values_beyond_its_rule() {
    let long = "x".repeat(256);
    let wrong: &[(&str, &[&str])] = &[
        ("mode", &["", "prod", "Production", "1"]),
        (
            "listen",
            &["", "8080", "localhost:8080", "127.0.0.1", "127.0.0.1:70000"],
        ),
        ("metrics_listen", &["9464", "localhost:9464"]),
        ("data_dir", &["", "  "]),
        ("shutdown_grace_seconds", &["301", "-1", "", "ten"]),
        (
            "database_url",
            &[
                "mysql://h/d",
                "sqlite:",
                "sqlite::memory:",
                "sqlite:a.db?mode=ro",
                "x",
            ],
        ),
        ("database_connections", &["0", "257"]),
        ("bus", &["redis"]),
        (
            "event_retention_days",
            &["6", "366", "99999999999999999999999"],
        ),
        ("sweep_interval_ms", &["49", "60001"]),
        (
            "token_secret",
            &["short", "0123456789abcdef0123456789abcde", " "],
        ),
        ("token_issuer", &["", " ", " a", &long]),
        ("token_audience", &["", &long]),
        ("token_leeway_seconds", &["301", "1.5"]),
        ("token_ttl_minutes", &["0", "1441"]),
        (
            "jwks_url",
            &[
                "http://idp.example/keys",
                "https://",
                "keys",
                "file:///etc/passwd",
            ],
        ),
        ("jwks_refresh_seconds", &["29", "86401"]),
        ("jwks_cooldown_seconds", &["4", "3601"]),
        (
            "allowed_origins",
            &[
                "*",
                "null",
                "a.example",
                "https://a.example/",
                "https://A.example",
                "ftp://a.example",
            ],
        ),
        ("introspection", &["true", "yes"]),
        ("playground", &["true", "graphiql"]),
        ("client_portal", &["true", "yes"]),
        ("max_body_bytes", &["16383", "67108865", "1MB"]),
        ("upload_files", &["-1", "101"]),
        ("upload_file_bytes", &["1023", "1073741825"]),
        ("upload_bytes", &["1023", "4294967297"]),
        ("upload_timeout_seconds", &["0", "3601"]),
        ("query_depth", &["4", "101"]),
        ("query_complexity", &["99", "1000001"]),
        ("query_tokens", &["99", "100001"]),
        ("query_fields", &["49", "100001"]),
        ("query_root_fields", &["0", "1001"]),
        ("query_aliases", &["0", "10001"]),
        ("query_directives", &["0", "10001"]),
        ("persisted_queries", &["-1", "100001"]),
        ("max_batch", &["-1", "101"]),
        ("execution_timeout_seconds", &["0", "601"]),
        ("rate_capacity", &["-1", "100000001"]),
        ("rate_per_second", &["0", "10000001"]),
        ("sockets_per_viewer", &["0", "10001"]),
        ("subscriptions_per_socket", &["0", "65"]),
        ("log", &["", "tidings=loud"]),
        ("log_format", &["xml"]),
        ("import_role_codes", &["doctor", "urn:jobs|doc=KING"]),
        ("import_hmis_roles", &["KING"]),
        ("import_encounter_days", &["0", "3651"]),
    ];
    for (option, values) in wrong.iter().chain(OF_FILES) {
        each_is_refused(option, values);
    }
    for (option, _) in rules::OPTIONS {
        assert!(
            matches!(*option, "jwks_file" | "trusted_documents" | "file_folder")
                || wrong.iter().chain(OF_FILES).any(|(name, _)| name == option),
            "{option} has no refusal in this test"
        );
    }
}

#[test]
fn a_file_refuses_the_wrong_type() {
    for (line, shown) in [
        ("listen = 8080", "listen = 8080 "),
        ("introspection = true", "introspection = true "),
        ("query_depth = \"20\"", "query_depth = \"20\" "),
        (
            "allowed_origins = \"https://a.example\"",
            "allowed_origins = \"https://a.example\" ",
        ),
        ("[log]\nlevel = 1", "log = a table "),
    ] {
        let folder = Folder::with("types", "tidings.toml", line);
        let message = folder.read(&[]).unwrap_err().to_string();
        assert!(message.starts_with(shown), "{message}");
    }
}

#[test]
fn unknown_options_are_refused_with_the_nearest_name() {
    assert_eq!(
        refusal(&[("TIDINGS_TOKEN_SECRTE", "canary-canary")]),
        "token_secrte (from the environment variable TIDINGS_TOKEN_SECRTE) is not an option of \
         Tidings: did you mean token_secret?"
    );
    let folder = Folder::with("unknown", "tidings.toml", "[server]\nport = 1");
    let message = folder.read(&[]).unwrap_err().to_string();
    assert!(message.starts_with("server (from the file "), "{message}");
    assert!(
        message.contains("config.default.toml lists them all"),
        "{message}"
    );
}

#[test]
fn broken_toml_is_told_without_the_line_that_may_be_a_secret() {
    let folder = Folder::with(
        "broken",
        "tidings.toml",
        "mode = \"development\"\ntoken_secret = \"canary",
    );
    let message = folder.read(&[]).unwrap_err().to_string();
    assert!(
        message.contains("tidings.toml cannot be used: TOML parse error at line 2"),
        "{message}"
    );
    assert!(!message.contains("canary"), "{message}");
}

#[test]
fn secrets_are_never_shown() {
    let variables = [
        ("TIDINGS_TOKEN_SECRET", "canary-0123456789abcdef0123456789"),
        ("TIDINGS_DATABASE_URL", "postgres://u:canary@h/d"),
    ];
    let shown = format!("{:?}", read(&variables).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("token_secret: [secret]"), "{shown}");
    for (name, value) in [
        ("TIDINGS_TOKEN_SECRET", "canary"),
        ("TIDINGS_DATABASE_URL", "mysql://u:canary@h/d"),
        ("TIDINGS_JWKS_URL", "https://u:canary@idp.example/keys"),
    ] {
        let message = refusal(&[(name, value)]);
        assert!(!message.contains("canary"), "{message}");
    }
}

#[test]
fn one_way_to_verify_tokens_never_two() {
    let file = ("TIDINGS_JWKS_FILE", "keys.json");
    let url = ("TIDINGS_JWKS_URL", "https://idp.example/keys");
    let both = refusal(&[file, url]);
    assert!(
        both.starts_with("jwks_url = \"https://idp.example/keys\""),
        "{both}"
    );
    let secret = refusal(&[("TIDINGS_TOKEN_SECRET", SECRET), url]);
    assert!(
        secret.starts_with("token_secret = [a secret of 32 bytes]"),
        "{secret}"
    );
    assert!(secret.contains("verified in one way only"), "{secret}");
    let cooldown = refusal(&[
        ("TIDINGS_JWKS_COOLDOWN_SECONDS", "60"),
        ("TIDINGS_JWKS_REFRESH_SECONDS", "30"),
    ]);
    assert!(
        cooldown.contains("at most jwks_refresh_seconds"),
        "{cooldown}"
    );
    for loopback in [
        "http://127.0.0.1:1/keys",
        "http://[::1]/keys",
        "http://localhost/keys",
    ] {
        assert!(read(&[("TIDINGS_JWKS_URL", loopback)]).unwrap().uses_jwks());
    }
}

#[test]
fn production_refuses_what_only_a_developer_may_have() {
    let config = read(&production()).unwrap();
    assert!(config.is_production());
    assert!(!config.introspection_enabled());
    assert!(!config.playground_enabled());

    let without = |left_out: &str| {
        let mut variables = production();
        variables.retain(|(name, _)| *name != left_out);
        variables
    };
    let secret = refusal(&without("TIDINGS_TOKEN_SECRET"));
    assert!(
        secret.contains("set in production, unless jwks_file or jwks_url is"),
        "{secret}"
    );
    assert!(secret.contains("(from the built-in default)"), "{secret}");
    let issuer = refusal(&without("TIDINGS_TOKEN_ISSUER"));
    assert!(
        issuer.starts_with("token_issuer = \"tidings-development\""),
        "{issuer}"
    );

    let mut jwks = without("TIDINGS_TOKEN_SECRET");
    jwks.push(("TIDINGS_JWKS_URL", "https://idp.example/keys"));
    assert!(read(&jwks).unwrap().uses_jwks());

    let mut origins = production();
    origins.push(("TIDINGS_ALLOWED_ORIGINS", "http://portal.example"));
    assert!(refusal(&origins).contains("https origins only in production"));

    let link = refusal(&without("TIDINGS_LINK_SECRET"));
    assert!(
        link.starts_with("link_secret = [a secret of 0 bytes]"),
        "{link}"
    );
    let mut public = production();
    public.push(("TIDINGS_PUBLIC_URL", "http://portal.example"));
    assert!(refusal(&public).contains("an https address in production"));

    let mut introspection = production();
    introspection.push(("TIDINGS_INTROSPECTION", "on"));
    assert!(read(&introspection).unwrap().introspection_enabled());
}

#[test]
fn files_in_s3_need_their_bucket_and_a_whole_key() {
    let s3 = [
        ("TIDINGS_FILE_STORE", "s3"),
        ("TIDINGS_S3_BUCKET", "attachments"),
        ("TIDINGS_S3_REGION", "eu-central-1"),
    ];
    assert_eq!(read(&s3).unwrap().file_store, FileStoreChoice::S3);
    assert!(refusal(&s3[..1]).starts_with("s3_bucket = \"\""));
    assert!(refusal(&s3[..2]).starts_with("s3_region = \"\""));
    let half = [&s3[..], &[("TIDINGS_S3_SECRET_ACCESS_KEY", SECRET)]].concat();
    let text = refusal(&half);
    assert!(text.contains("together with s3_access_key_id"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    let whole = [&half[..], &[("TIDINGS_S3_ACCESS_KEY_ID", "id")]].concat();
    assert!(read(&whole).is_ok());
}

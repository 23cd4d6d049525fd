//! The layers, and in `refusals.rs` what they refuse. Nothing here touches the environment or the
//! working directory of the process.

mod refusals;

use std::path::{Path, PathBuf};

use super::*;

/// A folder of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("tidings-config-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(test: &str, file: &str, content: &str) -> Self {
        let folder = Self::new(test);
        std::fs::write(folder.0.join(file), content).unwrap();
        folder
    }

    fn read(&self, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(None, &self.0, environment(variables))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// From the environment alone: a folder that does not exist has no `tidings.toml`.
fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(None, Path::new("/nonexistent"), environment(variables))
}

fn refusal(variables: &[(&str, &str)]) -> String {
    read(variables)
        .expect_err("this must be refused")
        .to_string()
}

#[test]
fn the_defaults_work_from_an_empty_folder() {
    let config = read(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.mode, Mode::Development);
    assert_eq!(
        config.database(),
        Database::Sqlite(PathBuf::from("tidings-data/tidings.db"))
    );
    assert_eq!(config.event_bus(), Bus::Local);
    assert_eq!(config.event_retention_days, 14);
    assert_eq!(config.sweep_interval_ms, 1000);
    assert_eq!(config.subscriptions_per_socket, 64);
    assert!(config.introspection_enabled());
    assert!(config.playground_enabled());
    assert!(!config.uses_jwks());
    assert!(config.allowed_origins.is_empty());
}

/// The file is the documentation: each option stands in it once, with a comment that says what the
/// rule says.
#[test]
fn the_default_file_documents_every_option_and_its_bounds() {
    let mut comment = String::new();
    let mut documented = Vec::new();
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push_str(text);
        } else if line.is_empty() {
            comment.clear();
        } else {
            let (name, _) = line.split_once(" = ").unwrap();
            let rule = rules::rule(name).unwrap_or_else(|| panic!("{name} has no rule"));
            match rule {
                rules::Rule::Whole { min, max } => {
                    assert!(
                        comment.contains(&format!("from {min} to {max}")),
                        "{name}: {comment}"
                    );
                }
                rules::Rule::OneOf(words) => {
                    for word in *words {
                        assert!(comment.contains(&format!("{word:?}")), "{name}: {word}");
                    }
                }
                _ => assert!(comment.len() > 20, "{name} has no comment"),
            }
            documented.push(name);
        }
    }
    let ruled: Vec<_> = rules::OPTIONS.iter().map(|(name, _)| *name).collect();
    documented.sort_unstable();
    let mut sorted = ruled;
    sorted.sort_unstable();
    assert_eq!(documented, sorted);
}

#[test]
fn a_file_beats_the_defaults_and_the_environment_beats_the_file() {
    let folder = Folder::with(
        "layers",
        "tidings.toml",
        "event_retention_days = 30\nquery_depth = 30\nallowed_origins = [\"https://a.example\"]\n",
    );
    let config = folder.read(&[("TIDINGS_QUERY_DEPTH", "40")]).unwrap();
    assert_eq!((config.event_retention_days, config.query_depth), (30, 40));
    assert_eq!(config.allowed_origins, ["https://a.example"]);
}

#[test]
fn a_named_file_beats_the_usual_one_and_must_exist() {
    let folder = Folder::with("named", "tidings.toml", "query_depth = 30");
    std::fs::write(folder.0.join("variable.toml"), "query_depth = 31").unwrap();
    std::fs::write(folder.0.join("argument.toml"), "query_depth = 32").unwrap();
    let variable = [("TIDINGS_CONFIG", "variable.toml")];
    assert_eq!(folder.read(&variable).unwrap().query_depth, 31);
    let argument = Some(Path::new("argument.toml"));
    assert_eq!(
        Config::read(argument, &folder.0, environment(&variable))
            .unwrap()
            .query_depth,
        32
    );

    let absent = folder
        .read(&[("TIDINGS_CONFIG", "absent.toml")])
        .unwrap_err()
        .to_string();
    assert!(
        absent.contains("absent.toml cannot be used: No such file"),
        "{absent}"
    );
}

#[test]
fn environment_texts_become_what_the_option_is() {
    let config = read(&[
        ("TIDINGS_TOKEN_SECRET", "01234567890123456789012345678901"),
        ("TIDINGS_TOKEN_AUDIENCE", "true"),
        (
            "TIDINGS_ALLOWED_ORIGINS",
            "https://a.example, https://b.example:8443,",
        ),
        ("TIDINGS_LISTEN", "[::1]:0"),
        ("TIDINGS_JWKS_URL", ""),
    ])
    .unwrap();
    assert_eq!(
        config.token_secret.expose(),
        "01234567890123456789012345678901"
    );
    assert_eq!(config.token_audience, "true");
    assert_eq!(
        config.allowed_origins,
        ["https://a.example", "https://b.example:8443"]
    );
    assert_eq!(config.listen.port(), 0);
    assert_eq!(config.jwks_url, None);
}

#[test]
fn variables_that_are_not_meant_for_the_configuration_are_left_alone() {
    read(&[
        ("PATH", "/bin"),
        ("TIDINGS_TEST_DATABASE_URL", "postgres://x"),
        ("TIDINGS_SERVICE_HOST", "10.0.0.1"),
        ("TIDINGS_SERVICE_PORT_HTTP", "80"),
        ("TIDINGS_PORT", "tcp://10.0.0.1:80"),
        ("TIDINGS_PORT_80_TCP_ADDR", "10.0.0.1"),
    ])
    .unwrap();
    assert!(refusal(&[("TIDINGS_PORT", "8080")]).contains("is not an option"));
}

#[test]
fn database_and_bus_are_resolved() {
    let sqlite = read(&[("TIDINGS_DATABASE_URL", "sqlite:///srv/t.db")]).unwrap();
    assert_eq!(
        sqlite.database(),
        Database::Sqlite(PathBuf::from("/srv/t.db"))
    );
    assert_eq!(sqlite.database().url().expose(), "sqlite:/srv/t.db");
    let odd = read(&[("TIDINGS_DATA_DIR", "100%?")]).unwrap();
    assert_eq!(odd.database().url().expose(), "sqlite:100%25%3F/tidings.db");
    let url = "postgres://u:p@db.example/t?sslmode=verify-full";
    let postgres = read(&[("TIDINGS_DATABASE_URL", url)]).unwrap();
    assert_eq!(postgres.database(), Database::Postgres(Secret::new(url)));
    assert_eq!(postgres.database().url().expose(), url);
    assert_eq!(postgres.event_bus(), Bus::Postgres);
    let local = read(&[("TIDINGS_DATABASE_URL", url), ("TIDINGS_BUS", "local")]).unwrap();
    assert_eq!(local.event_bus(), Bus::Local);
    assert!(refusal(&[("TIDINGS_BUS", "postgres")]).contains("when the database is SQLite"));
}

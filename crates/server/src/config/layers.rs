//! The layers, from the defaults to the environment, and where each value came from.

use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider, Source};

use super::error::Origin;
use super::{Config, ConfigError, DEFAULTS, cross, rules};

/// What every variable of ours begins with.
const PREFIX: &str = "TIDINGS_";

/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "TIDINGS_CONFIG";

/// The file that is read when none is named.
const USUAL_FILE: &str = "tidings.toml";

/// Our variables in the environment of this process.
pub(super) fn process_environment() -> Result<Vec<(String, String)>, ConfigError> {
    let mut ours = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let value = value.into_string().map_err(|_| ConfigError::Value {
            option: option_of(name),
            value: "[not a text]".to_owned(),
            origin: Origin::Variable(name.to_owned()),
            allowed: "valid UTF-8".to_owned(),
        })?;
        ours.push((name.to_owned(), value));
    }
    Ok(ours)
}

/// Reads, merges and checks all layers.
pub(super) fn read<E>(
    file: Option<&Path>,
    directory: &Path,
    environment: E,
) -> Result<Config, ConfigError>
where
    E: IntoIterator<Item = (String, String)>,
{
    let environment: Vec<_> = environment
        .into_iter()
        .filter(|(name, value)| is_ours(name, value))
        .collect();
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(path) = file_to_read(file, directory, &environment) {
        let layer = Toml::file_exact(&path);
        let problem = layer.data().err().map(|error| without_content(&error));
        if let Some(reason) = problem {
            return Err(ConfigError::File { path, reason });
        }
        figment = figment.merge(layer);
    }
    figment = figment.merge(Environment(environment));
    extract(&figment)
}

/// A file that was named must exist; the usual one may be absent.
fn file_to_read(
    file: Option<&Path>,
    directory: &Path,
    environment: &[(String, String)],
) -> Option<PathBuf> {
    let named = || {
        let variable = environment.iter().find(|(name, _)| name == FILE_VARIABLE);
        variable
            .filter(|(_, path)| !path.is_empty())
            .map(|(_, path)| Path::new(path))
    };
    if let Some(path) = file.or_else(named) {
        return Some(directory.join(path));
    }
    Some(directory.join(USUAL_FILE)).filter(|path| path.exists())
}

/// Checks the merged values one by one, then against each other.
fn extract(figment: &Figment) -> Result<Config, ConfigError> {
    // The defaults are valid TOML by test, and every other layer was parsed before it was merged.
    let values = figment.data().map_err(|error| internal(&error))?;
    let values = values.get(&Profile::Default).cloned().unwrap_or_default();

    if let Some((option, value)) = values.iter().find(|(name, _)| rules::rule(name).is_none()) {
        return Err(ConfigError::Unknown {
            option: option.clone(),
            origin: origin(figment, option, value),
            suggestion: closest(option),
        });
    }
    for (option, rule) in rules::OPTIONS {
        let Some(value) = values.get(*option) else {
            continue;
        };
        if !rule.allows(value) {
            return Err(refusal(figment, &values, option, &rule.allowed()));
        }
    }
    let config: Config = figment.extract().map_err(|error| internal(&error))?;
    cross::check(&config)
        .map_err(|(option, allowed)| refusal(figment, &values, option, allowed))?;
    Ok(config)
}

fn refusal(figment: &Figment, values: &Dict, option: &str, allowed: &str) -> ConfigError {
    let nothing = Value::from("");
    let value = values.get(option).unwrap_or(&nothing);
    ConfigError::Value {
        option: option.to_owned(),
        value: rules::rule(option).map_or_else(String::new, |rule| rule.show(value)),
        origin: origin(figment, option, value),
        allowed: allowed.to_owned(),
    }
}

/// A disagreement between `Config`, the defaults and the rules, which a test excludes.
fn internal(error: &figment::Error) -> ConfigError {
    let reason = without_content(error);
    ConfigError::File {
        path: PathBuf::from("config.default.toml"),
        reason,
    }
}

fn origin(figment: &Figment, option: &str, value: &Value) -> Origin {
    match figment.get_metadata(value.tag()) {
        Some(Metadata {
            source: Some(Source::File(path)),
            ..
        }) => Origin::File(path.clone()),
        Some(metadata) if metadata.name == Environment::NAME => {
            Origin::Variable(variable_of(option))
        }
        _ => Origin::Default,
    }
}

/// The words of a TOML error without the lines of the file that it quotes.
fn without_content(error: &figment::Error) -> String {
    let text = match &error.kind {
        figment::error::Kind::Message(text) => text.clone(),
        kind => kind.to_string(),
    };
    // SECURITY: the quoted line may be the secret whose closing quote is missing.
    let words = text
        .lines()
        .filter(|line| !line.contains('|') && !line.trim().is_empty());
    words.collect::<Vec<_>>().join(": ")
}

/// The environment as a layer.
struct Environment(Vec<(String, String)>);

impl Environment {
    const NAME: &'static str = "environment";
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named(Self::NAME)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let options = self.0.iter().filter(|(name, _)| name != FILE_VARIABLE);
        let values: Dict = options
            .map(|(name, text)| {
                let option = option_of(name);
                let value = rules::rule(&option)
                    .map_or_else(|| Value::from(text.as_str()), |rule| rule.value_of(text));
                (option, value)
            })
            .collect();
        Ok(Profile::Default.collect(values))
    }
}

/// Whether a variable is meant for the configuration.
fn is_ours(name: &str, value: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return false;
    };
    // Kubernetes gives every container such variables for a service that is called `tidings`.
    let injected = rest == "SERVICE_HOST"
        || rest.starts_with("SERVICE_PORT")
        || (rest == "PORT" && value.contains("://"))
        || rest
            .strip_prefix("PORT_")
            .is_some_and(|port| port.starts_with(char::is_numeric));
    // The test suite and the benchmarks have variables of their own.
    let tools = rest.starts_with("TEST_") || rest.starts_with("BENCH_");
    !injected && !tools
}

fn option_of(variable: &str) -> String {
    variable
        .strip_prefix(PREFIX)
        .unwrap_or(variable)
        .to_ascii_lowercase()
}

fn variable_of(option: &str) -> String {
    format!("{PREFIX}{}", option.to_ascii_uppercase())
}

/// The option whose name is nearest, when it is near enough to be a slip of the finger.
fn closest(name: &str) -> Option<&'static str> {
    rules::OPTIONS
        .iter()
        .map(|(option, _)| (distance(name, option), *option))
        .min()
        .filter(|(distance, option)| *distance <= option.len() / 3)
        .map(|(_, option)| option)
}

/// How many letters must be added, removed or changed to turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.bytes().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

//! Why the configuration was refused, in one message.

use std::fmt;
use std::path::PathBuf;

/// The first thing that is wrong in the configuration. Its text is for the person who starts the
/// server: it names the option, the value, where that came from, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// A value that is not allowed.
    Value {
        /// The option.
        option: String,
        /// The value as it can be shown: never a secret.
        value: String,
        /// Where the value was set.
        origin: Origin,
        /// What is allowed, as the end of "it must be …".
        allowed: String,
    },
    /// An option that does not exist.
    Unknown {
        /// The option. Its value is not kept: a misspelt `token_secret` is still a secret.
        option: String,
        /// Where it was set.
        origin: Origin,
        /// The option that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A file that cannot be read, or is not TOML.
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In `config.default.toml`, which is part of the binary.
    Default,
    /// In a file of the user's.
    File(PathBuf),
    /// In an environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the built-in default"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value {
                option,
                value,
                origin,
                allowed,
            } => {
                write!(
                    f,
                    "{option} = {value} (from {origin}) is not allowed: it must be {allowed}"
                )
            }
            Self::Unknown {
                option,
                origin,
                suggestion,
            } => {
                write!(f, "{option} (from {origin}) is not an option of Tidings")?;
                match suggestion {
                    Some(name) => write!(f, ": did you mean {name}?"),
                    None => f.write_str(": config.default.toml lists them all"),
                }
            }
            Self::File { path, reason } => {
                write!(
                    f,
                    "the configuration file {} cannot be used: {reason}",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for ConfigError {}

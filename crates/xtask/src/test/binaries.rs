//! The test binaries that Cargo has built, found through its JSON messages.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{process, tidy::model::Model};

/// One built test binary of a workspace package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TestBinary {
    package: String,
    target: String,
    package_dir: PathBuf,
    executable: PathBuf,
}

impl TestBinary {
    /// For the reader: `tidings-store (store)`.
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.package, self.target)
    }

    /// The binary as `cargo test` runs it: in its package's folder, with the variables that tests read.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .current_dir(&self.package_dir)
            .env("CARGO_MANIFEST_DIR", &self.package_dir)
            .env("CARGO_PKG_NAME", &self.package);
        command
    }
}

/// The part of a Cargo message that we look at.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// The test binaries of `packages`; nothing is built again when `cargo_test` has just run.
pub(super) fn built(
    cargo_test: &mut Command,
    model: &Model,
    packages: &[&str],
) -> Result<Vec<TestBinary>> {
    cargo_test.args(["--no-run", "--message-format=json-render-diagnostics"]);
    // Whatever does not compile has been shown before.
    let messages = process::capture(cargo_test.stderr(Stdio::null()))?;
    let package_of = |manifest: &Path| {
        let package = model
            .packages
            .iter()
            .find(|package| package.manifest_path == manifest)?;
        packages
            .contains(&package.name.as_str())
            .then(|| package.name.clone())
    };
    let mut binaries = parse(&messages, package_of)?;
    binaries.sort_by_key(TestBinary::name);
    for package in packages {
        if !binaries.iter().any(|binary| binary.package == *package) {
            bail!("{package} has no test binary");
        }
    }
    Ok(binaries)
}

/// Reads Cargo's messages, one JSON value a line; `package_of` names the wanted package of a manifest.
fn parse(messages: &str, package_of: impl Fn(&Path) -> Option<String>) -> Result<Vec<TestBinary>> {
    let mut binaries = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message = serde_json::from_str(line).context("not a message of Cargo's")?;
        if message.reason != "compiler-artifact"
            || !message.profile.is_some_and(|profile| profile.test)
        {
            continue;
        }
        let (Some(manifest), Some(executable), Some(target)) =
            (message.manifest_path, message.executable, message.target)
        else {
            continue;
        };
        if let Some(package) = package_of(&manifest) {
            binaries.push(TestBinary {
                package,
                target: target.name,
                package_dir: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
                executable,
            });
        }
    }
    Ok(binaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_test_binaries_of_the_wanted_packages_are_taken() {
        let messages = r#"
{"reason":"compiler-artifact","manifest_path":"/w/store/Cargo.toml","target":{"name":"store"},"profile":{"test":true},"executable":"/t/store-1"}
{"reason":"compiler-artifact","manifest_path":"/w/store/Cargo.toml","target":{"name":"store"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","manifest_path":"/w/other/Cargo.toml","target":{"name":"other"},"profile":{"test":true},"executable":"/t/other-1"}
{"reason":"build-finished","success":true}
"#;
        let wanted = |manifest: &Path| {
            manifest
                .starts_with("/w/store")
                .then(|| "tidings-store".to_owned())
        };
        let binaries = parse(messages, wanted).unwrap();
        assert_eq!(
            binaries,
            [TestBinary {
                package: "tidings-store".into(),
                target: "store".into(),
                package_dir: "/w/store".into(),
                executable: "/t/store-1".into(),
            }]
        );
        assert_eq!(binaries[0].name(), "tidings-store (store)");
    }
}

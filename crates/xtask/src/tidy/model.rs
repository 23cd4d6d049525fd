//! The workspace's packages and what their manifests ask for, as plain data that a rule can judge.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{process, workspace};

/// The packages of the workspace.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Model {
    /// Members only: it is read with `--no-deps`, from the manifests alone.
    pub(crate) packages: Vec<Package>,
}

/// One member.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Absolute when loaded.
    pub(crate) manifest_path: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
    /// The manifest's text, to find lines in.
    #[serde(skip)]
    pub(super) manifest: String,
    /// The manifest's path from the root, for messages.
    #[serde(skip)]
    pub(super) shown: String,
}

/// One entry of a dependency table.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Dependency {
    /// The package's own name, also when the entry renames it.
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    pub(super) optional: bool,
    pub(super) features: Vec<String>,
}

/// Which table the entry stands in; `[dependencies]` has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Dev,
    Build,
}

/// Something that Cargo builds from the package.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
    pub(super) src_path: PathBuf,
    /// Whether `cargo test` runs it.
    #[serde(default)]
    pub(super) test: bool,
}

impl Package {
    /// What names its test targets to `cargo test --workspace`.
    pub(crate) fn test_targets(&self) -> impl Iterator<Item = Vec<String>> {
        let tested = self.targets.iter().filter(|target| target.test);
        tested.map(|target| match target.kind.first().map(String::as_str) {
            Some(kind @ ("bin" | "test")) => vec![format!("--{kind}"), target.name.clone()],
            _ => vec!["--lib".to_owned()],
        })
    }
}

impl Model {
    /// Asks `cargo metadata`, which needs neither the network nor a lock file for this.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub(crate) fn load() -> Result<Self> {
        let mut command = workspace::cargo();
        command.args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ]);
        let answer = process::capture(&mut command)?;
        let mut model: Self =
            serde_json::from_str(&answer).context("cargo metadata has changed its form")?;
        for package in &mut model.packages {
            package.manifest = fs::read_to_string(&package.manifest_path)
                .with_context(|| format!("cannot read {}", package.manifest_path.display()))?;
            package.shown = shown(&workspace::root(), &package.manifest_path);
        }
        Ok(model)
    }
}

/// A path from the root, for messages.
pub(super) fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

impl Package {
    /// The line of the manifest where a dependency stands; 1 when it cannot be found.
    pub(super) fn line_of(&self, dependency: &str) -> usize {
        let stands = |line: &str| {
            let line = line.trim();
            let table = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            if let Some(table) = table {
                return table.rsplit('.').next() == Some(dependency)
                    && table.contains("dependencies");
            }
            line.strip_prefix(dependency)
                .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
        };
        self.manifest
            .lines()
            .position(stands)
            .map_or(1, |at| at + 1)
    }
}

/// Builders for the rules' own tests.
#[cfg(test)]
pub(super) mod build {
    use super::*;

    pub(in crate::tidy) fn package(name: &str, dependencies: &[Dependency]) -> Package {
        let lines: Vec<_> = dependencies
            .iter()
            .map(|dependency| format!("{}.workspace = true", dependency.name))
            .collect();
        Package {
            name: name.into(),
            dependencies: dependencies.to_vec(),
            manifest: lines.join("\n"),
            shown: format!("crates/{name}/Cargo.toml"),
            ..Package::default()
        }
    }

    pub(in crate::tidy) fn normal(name: &str) -> Dependency {
        Dependency {
            name: name.into(),
            ..Dependency::default()
        }
    }

    pub(in crate::tidy) fn dev(name: &str) -> Dependency {
        Dependency {
            kind: Some(Kind::Dev),
            ..normal(name)
        }
    }

    pub(in crate::tidy) fn optional(name: &str) -> Dependency {
        Dependency {
            optional: true,
            ..normal(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_found_in_the_manifest_in_every_way_of_writing_it() {
        let package = Package {
            manifest: "[package]\nname = \"x\"\n[dependencies]\ntokio-util = \"1\"\ntokio.workspace = true\n\
                       axum = { version = \"1\" }\n[dev-dependencies.insta]\nversion = \"1\"\n"
                .into(),
            ..Package::default()
        };
        assert_eq!(package.line_of("tokio"), 5);
        assert_eq!(package.line_of("tokio-util"), 4);
        assert_eq!(package.line_of("axum"), 6);
        assert_eq!(package.line_of("insta"), 7);
        assert_eq!(package.line_of("absent"), 1);
    }

    #[test]
    fn this_workspace_can_be_loaded() {
        let model = Model::load().unwrap();
        let xtask = model
            .packages
            .iter()
            .find(|package| package.name == "xtask")
            .unwrap();
        assert_eq!(xtask.shown, "crates/xtask/Cargo.toml");
        assert!(
            xtask
                .dependencies
                .iter()
                .any(|dependency| dependency.name == "clap")
        );
    }
}

//! The text files of the repository.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{Violation, masked, model::shown};

/// Folders that are not ours: what tools make, and the CI script, which knows the machine it runs on.
const NOT_OURS: &[&str] = &[
    ".ci",
    ".git",
    "dist",
    "node_modules",
    "target",
    "tidings-data",
];

/// The kinds of text that the rules read, by the end of the name.
const KINDS: &[&str] = &[
    "css", "graphql", "html", "js", "json", "md", "mjs", "rs", "sh", "sql", "toml", "ts", "tsx",
    "yaml", "yml",
];

/// One text file.
pub(super) struct File {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// Of a Rust file: the text with comments and the insides of literals blanked, so that only code is left.
    pub(super) code: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let mut file = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: String::new(),
        };
        if file.is("rs") {
            file.code = masked::code_only(text);
        }
        file
    }

    /// Whether its name ends in `.kind`.
    pub(super) fn is(&self, kind: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|end| end == kind)
    }

    /// A violation in it.
    pub(super) fn breach(
        &self,
        line: usize,
        rule: &'static str,
        what: String,
        mend: &str,
    ) -> Violation {
        Violation {
            path: self.path.clone(),
            line,
            rule,
            what,
            mend: mend.to_owned(),
        }
    }
}

/// Every text file, by path.
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

impl Tree {
    /// Reads the repository.
    pub(super) fn load(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)
                .with_context(|| format!("cannot read {}", folder.display()))?
            {
                let entry = entry?;
                let kind = entry.file_type()?;
                let path = entry.path();
                if kind.is_dir() && !NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                    folders.push(path);
                } else if kind.is_file() && is_text(&path) {
                    let bytes = fs::read(&path)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    files.push(File::new(
                        &shown(root, &path),
                        &String::from_utf8_lossy(&bytes),
                    ));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// Judges every file by a rule.
    pub(super) fn each(&self, rule: fn(&File) -> Vec<Violation>) -> Vec<Violation> {
        self.files.iter().flat_map(rule).collect()
    }
}

fn is_text(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_holds_our_sources_and_nothing_made_by_tools() {
        let tree = Tree::load(&crate::workspace::root()).unwrap();
        let has = |path: &str| tree.files.iter().any(|file| file.path == path);
        assert!(has("Cargo.toml") && has("crates/xtask/src/tidy/tree.rs"));
        assert!(
            !tree
                .files
                .iter()
                .any(|file| file.path.starts_with("target/"))
        );
    }
}

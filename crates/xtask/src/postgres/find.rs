//! Where PostgreSQL's server programs are.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest major version that Tidings supports.
pub(super) const OLDEST: u32 = 14;

/// The server programs of one PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    pub(super) bin: PathBuf,
}

impl Installation {
    /// The full path of one of its programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// The newest version below Debian's folder, else the first on `path`; in both cases [`OLDEST`] or newer.
pub(super) fn find(debian: &Path, path: &OsStr) -> Option<Installation> {
    below(debian)
        .or_else(|| env::split_paths(path).find(|bin| complete(bin) && on_path(bin)))
        .map(|bin| Installation { bin })
}

/// Debian's layout: `<folder>/<major>/bin`.
fn below(debian: &Path) -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(debian)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .filter(|(major, bin)| *major >= OLDEST && complete(bin))
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin)
}

/// Debian's client package alone brings `psql`, but neither of these.
fn complete(bin: &Path) -> bool {
    ["postgres", "initdb"]
        .iter()
        .all(|program| bin.join(program).is_file())
}

/// A folder of PATH does not tell its version; the server does.
fn on_path(bin: &Path) -> bool {
    let output = Command::new(bin.join("postgres")).arg("--version").output();
    output.is_ok_and(|output| {
        major(&String::from_utf8_lossy(&output.stdout)).is_some_and(|major| major >= OLDEST)
    })
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian …)`, or in `… 19devel`, `… 19beta1`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    number[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder of stand-ins, deleted at the end.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> Self {
            let root = env::temp_dir().join(format!("xtask-find-{name}-{}", std::process::id()));
            fs::create_dir_all(&root).unwrap();
            Self(root)
        }

        fn programs(&self, bin: &str, names: &[&str], version: &str) -> PathBuf {
            let bin = self.0.join(bin);
            fs::create_dir_all(&bin).unwrap();
            for name in names {
                let path = bin.join(name);
                fs::write(&path, format!("#!/bin/sh\necho '{version}'\n")).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
            bin
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const BOTH: &[&str] = &["postgres", "initdb"];

    #[test]
    fn the_newest_debian_version_with_a_server_wins() {
        let tree = Tree::new("newest");
        tree.programs("lib/9/bin", BOTH, "");
        tree.programs("lib/15/bin", BOTH, "");
        let newest = tree.programs("lib/17/bin", BOTH, "");
        tree.programs("lib/18/bin", &["psql"], "");
        assert_eq!(
            find(&tree.0.join("lib"), OsStr::new("")),
            Some(Installation { bin: newest })
        );
    }

    #[test]
    fn a_server_on_path_is_asked_for_its_version() {
        let tree = Tree::new("path");
        let old = tree.programs("old", BOTH, "postgres (PostgreSQL) 13.4");
        let new = tree.programs("new", BOTH, "postgres (PostgreSQL) 16.1 (Homebrew)");
        let path = env::join_paths([&old, &new]).unwrap();
        assert_eq!(
            find(&tree.0.join("lib"), &path),
            Some(Installation { bin: new })
        );
        assert_eq!(find(&tree.0.join("lib"), old.as_os_str()), None);
    }

    #[test]
    fn versions_are_read_from_what_the_server_says() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major("psql 15"), None);
    }
}

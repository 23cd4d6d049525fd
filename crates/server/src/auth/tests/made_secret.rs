//! The secret that development makes up.

use super::support::*;
use crate::auth::{Verifier, mint};
use crate::config::Config;

fn development(folder: &Folder) -> Config {
    config(&[("TIDINGS_DATA_DIR", folder.0.join("data").to_str().unwrap())])
}

#[tokio::test]
async fn serve_and_token_agree_on_the_secret_that_was_made_up() {
    let folder = Folder::new("made");
    let config = development(&folder);
    let subject = SUBJECT.parse().unwrap();
    let token = mint(&config, subject, chrono::TimeDelta::minutes(1), now()).unwrap();
    let verifier = Verifier::new(&config).unwrap();
    assert_eq!(
        verifier.verify_at(&token, now()).await.unwrap().subject,
        subject
    );
    let secret = std::fs::read_to_string(config.data_dir.join("token.secret")).unwrap();
    assert_eq!(secret.trim().len(), 43);
    // Nothing else is left behind.
    assert_eq!(std::fs::read_dir(&config.data_dir).unwrap().count(), 1);

    let elsewhere = Folder::new("made-elsewhere");
    let stranger = Verifier::new(&development(&elsewhere)).unwrap();
    assert_eq!(
        refusal(&stranger, &token).await,
        crate::auth::TokenError::BadSignature
    );
}

#[test]
fn all_who_make_it_up_at_once_take_the_same() {
    let folder = Folder::new("at-once");
    let config = development(&folder);
    let subject = SUBJECT.parse().unwrap();
    let minute = chrono::TimeDelta::minutes(1);
    let tokens: std::collections::HashSet<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| mint(&config, subject, minute, now()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(tokens.len(), 1);
    assert_eq!(std::fs::read_dir(&config.data_dir).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new("mode");
    let config = development(&folder);
    Verifier::new(&config).unwrap();
    let path = config.data_dir.join("token.secret");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&config.data_dir)), (0o600, 0o700));

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let problem = Verifier::new(&config)
        .err()
        .expect("this must be refused")
        .to_string();
    assert!(
        problem.contains("others can read") && problem.contains("mode 644"),
        "{problem}"
    );
}

#[test]
fn a_secret_that_is_too_short_is_refused() {
    let folder = Folder::new("short");
    let config = development(&folder);
    Verifier::new(&config).unwrap();
    std::fs::write(config.data_dir.join("token.secret"), "canary\n").unwrap();
    let problem = format!(
        "{:#}",
        Verifier::new(&config).err().expect("this must be refused")
    );
    assert!(
        problem.contains("shorter than 32 bytes") && !problem.contains("canary"),
        "{problem}"
    );
}

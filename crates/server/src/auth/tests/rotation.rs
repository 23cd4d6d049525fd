//! Keys that come and go, by file and by URL, and how often they are asked for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::routing::get;

use super::support::*;
use crate::auth::{TokenError, Verifier};

#[tokio::test]
async fn a_file_is_read_again_when_it_changes() {
    let folder = Folder::new("file-rotation");
    let (old, new) = (Key::ed(), Key::ec());
    let path = folder.keys(&[old.public("old")]);
    let verifier = with_file(&path);
    assert!(verifier.verify_at(&old.token("old"), now()).await.is_ok());
    assert_eq!(
        refusal(&verifier, &new.token("new")).await,
        TokenError::UnknownKey
    );

    folder.keys(&[old.public("old"), new.public("new")]);
    assert!(
        verifier
            .verify_at(&new.token("new"), later(2))
            .await
            .is_ok()
    );
    assert!(
        verifier
            .verify_at(&old.token("old"), later(2))
            .await
            .is_ok()
    );

    folder.keys(&[new.public("new")]);
    let dropped = verifier.verify_at(&old.token("old"), later(4)).await;
    assert_eq!(dropped, Err(TokenError::UnknownKey));

    // Half written, or gone: the last good keys stay, until the file is whole again.
    std::fs::write(&path, "{\"keys\": [").unwrap();
    assert!(
        verifier
            .verify_at(&new.token("new"), later(6))
            .await
            .is_ok()
    );
    std::fs::remove_file(&path).unwrap();
    assert!(
        verifier
            .verify_at(&new.token("new"), later(8))
            .await
            .is_ok()
    );
    folder.keys(&[old.public("old")]);
    assert!(
        verifier
            .verify_at(&old.token("old"), later(10))
            .await
            .is_ok()
    );
    let dropped = verifier.verify_at(&new.token("new"), later(10)).await;
    assert_eq!(dropped, Err(TokenError::UnknownKey));
}

/// An issuer on this machine that counts how often it is asked.
struct Issuer {
    url: String,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<(StatusCode, String)>>,
}

impl Issuer {
    async fn start(keys: &[serde_json::Value]) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = Arc::new(Mutex::new((StatusCode::OK, key_set(keys))));
        let (count, say) = (Arc::clone(&asked), Arc::clone(&answer));
        let handler = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            // Long enough for others to come meanwhile.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let (status, document) = say.lock().unwrap().clone();
            (status, [("location", "/elsewhere")], document)
        };
        // A redirect that is followed would take all keys away.
        let elsewhere = key_set(&[]);
        let routes = axum::Router::new()
            .route("/keys", get(handler))
            .route("/elsewhere", get(move || async move { elsewhere }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, asked, answer }
    }

    fn answer(&self, status: StatusCode, document: String) {
        *self.answer.lock().unwrap() = (status, document);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Refresh after 300 seconds, at most one fetch in 30.
    fn verifier(&self) -> Verifier {
        Verifier::new(&config(&[("TIDINGS_JWKS_URL", &self.url)])).unwrap()
    }
}

#[tokio::test]
async fn a_url_is_fetched_when_needed_and_again_in_time() {
    let (old, new) = (Key::rsa(), Key::ed());
    let issuer = Issuer::start(&[old.public("old")]).await;
    let verifier = issuer.verifier();
    assert!(!verifier.has_keys());
    assert!(verifier.verify_at(&old.token("old"), now()).await.is_ok());
    assert!(verifier.has_keys());
    assert!(
        verifier
            .verify_at(&old.token("old"), later(299))
            .await
            .is_ok()
    );
    assert_eq!(issuer.asked(), 1);

    issuer.answer(StatusCode::OK, key_set(&[new.public("new")]));
    let dropped = verifier.verify_at(&old.token("old"), later(300)).await;
    assert_eq!(dropped, Err(TokenError::UnknownKey));
    assert!(
        verifier
            .verify_at(&new.token("new"), later(300))
            .await
            .is_ok()
    );
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_new_key_is_asked_for_at_once_but_not_at_will() {
    let (old, new, never) = (Key::ed(), Key::ed(), Key::ed());
    let issuer = Issuer::start(&[old.public("old")]).await;
    let verifier = issuer.verifier();
    assert!(verifier.verify_at(&old.token("old"), now()).await.is_ok());
    issuer.answer(
        StatusCode::OK,
        key_set(&[old.public("old"), new.public("new")]),
    );
    let early = verifier.verify_at(&new.token("new"), later(29)).await;
    assert_eq!(early, Err(TokenError::UnknownKey));
    assert!(
        verifier
            .verify_at(&new.token("new"), later(30))
            .await
            .is_ok()
    );
    assert_eq!(issuer.asked(), 2);

    // A storm of tokens with unknown keys: one fetch, and those with known keys do not notice.
    let storm = (0..500).map(|i| {
        let verifier = verifier.clone();
        let (token, expected) = match i % 5 {
            0 => (new.token("new"), None),
            _ => (
                never.token(&format!("key-{i}")),
                Some(TokenError::UnknownKey),
            ),
        };
        tokio::spawn(async move {
            // Clocks are read before the queue, so they may come out of order.
            let result = verifier.verify_at(&token, later(60 + i % 7)).await;
            assert_eq!(result.err(), expected);
        })
    });
    for task in storm.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(issuer.asked(), 3);
}

#[tokio::test]
async fn an_issuer_that_fails_takes_no_key_away() {
    let key = Key::ed();
    let issuer = Issuer::start(&[key.public("k")]).await;
    let verifier = issuer.verifier();
    assert!(verifier.verify_at(&key.token("k"), now()).await.is_ok());
    let (mut time, mut asked) = (0, 1);
    for (status, document) in [
        (StatusCode::INTERNAL_SERVER_ERROR, key_set(&[])),
        (StatusCode::FOUND, String::new()),
        (StatusCode::NO_CONTENT, String::new()),
        (StatusCode::OK, "<html>".to_owned()),
        (StatusCode::OK, key_set(&[]) + &" ".repeat(300_000)),
    ] {
        issuer.answer(status, document);
        // Due for the first time after the refresh interval, then after the cooldown.
        time += if asked == 1 { 300 } else { 30 };
        asked += 1;
        for _ in 0..3 {
            assert!(
                verifier
                    .verify_at(&key.token("k"), later(time))
                    .await
                    .is_ok(),
                "{status}"
            );
        }
        assert_eq!(issuer.asked(), asked, "{status}");
    }
    // An empty key set that is well formed is an answer: nobody comes in any more.
    issuer.answer(StatusCode::OK, key_set(&[]));
    let withdrawn = verifier.verify_at(&key.token("k"), later(time + 30)).await;
    assert_eq!(withdrawn, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn an_issuer_that_is_not_there_yet_does_not_stop_the_start() {
    let key = Key::ed();
    let issuer = Issuer::start(&[key.public("k")]).await;
    issuer.answer(StatusCode::SERVICE_UNAVAILABLE, String::new());
    let clock = Arc::new(tidings_domain::MockClock::new(now()));
    let config = config(&[("TIDINGS_JWKS_URL", &issuer.url)]);
    let verifier = Verifier::with_clock(&config, Arc::clone(&clock) as _).unwrap();
    assert!(verifier.load_keys().await.is_err());
    assert_eq!(
        verifier.verify(&key.token("k")).await,
        Err(TokenError::KeysUnavailable)
    );
    assert!(!verifier.has_keys());
    assert_eq!(issuer.asked(), 1);

    issuer.answer(StatusCode::OK, key_set(&[key.public("k")]));
    clock.advance(chrono::TimeDelta::seconds(30));
    verifier.load_keys().await.unwrap();
    assert!(verifier.verify(&key.token("k")).await.is_ok());
    assert_eq!(issuer.asked(), 2);
}

/// A client that hangs up while the keys are fetched does not keep the others from them.
#[tokio::test]
async fn a_fetch_outlives_the_request_that_began_it() {
    let (old, new) = (Key::ed(), Key::ed());
    let issuer = Issuer::start(&[old.public("old")]).await;
    let verifier = issuer.verifier();
    assert!(verifier.verify_at(&old.token("old"), now()).await.is_ok());
    issuer.answer(StatusCode::OK, key_set(&[new.public("new")]));
    let (hasty, token) = (verifier.clone(), old.token("old"));
    let request = tokio::spawn(async move { hasty.verify_at(&token, later(300)).await });
    while issuer.asked() < 2 {
        tokio::task::yield_now().await;
    }
    request.abort();
    assert!(
        verifier
            .verify_at(&new.token("new"), later(300))
            .await
            .is_ok()
    );
    let withdrawn = verifier.verify_at(&old.token("old"), later(300)).await;
    assert_eq!(withdrawn, Err(TokenError::UnknownKey));
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_tls_client_can_be_made() {
    let https = config(&[("TIDINGS_JWKS_URL", "https://idp.example/keys")]);
    assert!(!Verifier::new(&https).unwrap().has_keys());
}

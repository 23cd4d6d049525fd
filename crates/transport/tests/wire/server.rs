//! A gateway on a port of its own, and what drives it over HTTP.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::Request;
use axum::http::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};
use tidings_transport::{Authenticator, Ended, Options, Rejection, router};
use tokio::{net::TcpListener, sync::watch};

use crate::schema::{Viewer, World, schema};

pub(crate) const JSON: &str = "application/json";
pub(crate) const RESPONSE: &str = "application/graphql-response+json";

/// No step of a test may take longer.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, future)
        .await
        .expect("it takes too long")
}

/// Waits until a count is reached.
pub(crate) async fn reaches(count: &watch::Sender<usize>, goal: usize) {
    soon(count.subscribe().wait_for(|count| *count >= goal))
        .await
        .unwrap();
}

/// Knows everyone by the name that is the token; some names are special.
#[derive(Clone)]
pub(crate) struct Doorman {
    /// Ends the session of `mortal`.
    pub(crate) end: watch::Sender<Option<String>>,
    pub(crate) attached: Arc<AtomicUsize>,
}

impl Authenticator for Doorman {
    type Identity = String;

    async fn authenticate(&self, token: Option<&str>) -> Result<String, Rejection> {
        let reject = |code, status| {
            Err(Rejection {
                code,
                message: "token refused".into(),
                status,
            })
        };
        // A fresh token of the same viewer: `fresh ann` is `ann`.
        let token = token.map(|name| name.strip_prefix("fresh ").unwrap_or(name));
        match token {
            Some("expired") => reject("UNAUTHENTICATED", StatusCode::UNAUTHORIZED),
            Some("outage") => reject("UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE),
            Some("panic") => panic!("secret"),
            Some("never") => std::future::pending().await,
            name => Ok(name.unwrap_or("nobody").to_owned()),
        }
    }

    fn key(&self, identity: &String) -> u128 {
        // Names are short: as a number each is its own.
        let bytes = identity.bytes().take(16);
        bytes.fold(0, |number, byte| number << 8 | u128::from(byte))
    }

    async fn attach(&self, identity: &String, request: Request) -> Result<Request, Rejection> {
        self.attached.fetch_add(1, Ordering::Relaxed);
        if identity == "banned" {
            return Err(Rejection {
                code: "FORBIDDEN",
                message: "you are banned".into(),
                status: StatusCode::FORBIDDEN,
            });
        }
        Ok(request.data(Viewer(identity.clone())))
    }

    /// The token `brief` is good for a while, but not for long.
    fn time_left(&self, identity: &String) -> Option<Duration> {
        (identity == "brief").then_some(Duration::from_secs(20))
    }

    fn ended(&self, identity: &String) -> impl Future<Output = Ended> + Send + 'static {
        let mut end = self.end.subscribe();
        let mortal = identity == "mortal";
        async move {
            if mortal && let Ok(reason) = end.wait_for(Option::is_some).await {
                let reason = reason.clone().unwrap_or_default();
                return Ended { reason };
            }
            std::future::pending().await
        }
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    pub(crate) doorman: Doorman,
    pub(crate) options: Options,
    pub(crate) client: reqwest::Client,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        change(&mut options);
        let world = Arc::new(World::new());
        let doorman = Doorman {
            end: watch::Sender::new(None),
            attached: Arc::default(),
        };
        let app = router(schema(Arc::clone(&world)), doorman.clone(), options.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            world,
            doorman,
            options,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    pub(crate) fn get(&self, params: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut url = reqwest::Url::parse(&self.url()).unwrap();
        url.query_pairs_mut().extend_pairs(params);
        self.client.get(url)
    }

    pub(crate) fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.client
            .post(self.url())
            .header(CONTENT_TYPE, JSON)
            .body(body)
    }

    /// A POST of a document.
    pub(crate) async fn query(&self, accept: &str, query: &str) -> Answer {
        self.send(
            self.post(json!({ "query": query }).to_string())
                .header(ACCEPT, accept),
        )
        .await
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = soon(request.send()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = soon(response.text()).await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            body,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("")
    }

    /// Every error has a code and the request's id, and a reply that was not executed has no data.
    pub(crate) fn check_errors(&self) {
        let id = self.header("x-request-id");
        assert!(!id.is_empty(), "{self:?}");
        for error in self.body["errors"].as_array().into_iter().flatten() {
            assert!(error["extensions"]["code"].is_string(), "{self:?}");
            assert_eq!(error["extensions"]["requestId"], id, "{self:?}");
        }
    }
}

//! Starts servers and speaks for the members of the demo cast.

mod acts;
mod database;
mod feed;
mod listener;
mod mail;
mod node;
pub(crate) mod process;
mod proxy;
mod socket;
pub(crate) mod upload;
mod world;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use serde_json::{Value, json};
use tidings_domain::{Clock, MockClock, RandomIds};
use tidings_server::config::Config;
use tidings_server::seed::cast;
use tidings_server::{Parts, Server, auth};
use uuid::Uuid;

pub(crate) use acts::{MUTATIONS, ids, mutation};
pub(crate) use database::Database;
pub(crate) use feed::Line;
pub(crate) use listener::{EVENTS, Listener, MESSAGES};
pub(crate) use mail::Eml;
pub(crate) use node::Node;
pub(crate) use proxy::Proxy;
pub(crate) use socket::{PATIENCE, Socket};
pub(crate) use world::{
    ANSWER, DRAFT, FILE, Global, HANDED_IN, PAPERS, WAITING, document_request, gid,
    location_request, membership, nowhere, release_request,
};

/// When the tests' clock stands still, unless a test moves it.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 15, 12, 0, 0).unwrap()
}

/// A running server with a database of its own, seeded with the demo cast.
pub(crate) struct Tidings {
    pub(crate) server: Option<Server>,
    pub(crate) config: Config,
    pub(crate) clock: Arc<MockClock>,
    database: Arc<Database>,
    http: reqwest::Client,
}

impl Tidings {
    /// Starts a server on a fresh database.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with options, as environment variables.
    pub(crate) async fn start_with(options: &[(&str, &str)]) -> Self {
        let database = Arc::new(Database::fresh().await);
        let clock = Arc::new(MockClock::new(noon()));
        Self::on(database, clock, options).await
    }

    /// Another server on the same database: another process, as far as the two can tell.
    pub(crate) async fn another(&self) -> Self {
        self.another_with(&[]).await
    }

    /// The same with options, as environment variables.
    pub(crate) async fn another_with(&self, options: &[(&str, &str)]) -> Self {
        Self::on(Arc::clone(&self.database), Arc::clone(&self.clock), options).await
    }

    async fn on(database: Arc<Database>, clock: Arc<MockClock>, options: &[(&str, &str)]) -> Self {
        let mut environment = vec![
            ("TIDINGS_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            (
                "TIDINGS_DATA_DIR".to_owned(),
                database.folder().display().to_string(),
            ),
            ("TIDINGS_DATABASE_URL".to_owned(), database.url().to_owned()),
            ("TIDINGS_DATABASE_CONNECTIONS".to_owned(), "6".to_owned()),
            // A test asks faster than a person does.
            ("TIDINGS_RATE_CAPACITY".to_owned(), "0".to_owned()),
        ];
        environment.extend(
            options
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        );
        let config = Config::read(None, database.folder(), environment).unwrap();
        let parts = Parts {
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
        };
        // In a box: whoever starts servers in turns does not hold the room for it.
        let server = Box::pin(Server::start(&config, parts)).await.unwrap();
        Self {
            server: Some(server),
            config,
            clock,
            database,
            http: reqwest::Client::new(),
        }
    }

    /// The server.
    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// The folder with the database, if it is SQLite, and with the files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// Where the server listens, for example `127.0.0.1:34567`.
    pub(crate) fn address(&self) -> String {
        self.server().address.to_string()
    }

    /// Ends the server at once, as a kill would, and starts it again on the same database.
    pub(crate) async fn kill_and_restart(mut self) -> Self {
        self.server.take().unwrap().kill();
        let (database, clock) = (Arc::clone(&self.database), Arc::clone(&self.clock));
        drop(self);
        // In a box: a whole server begins in it.
        Box::pin(Self::on(database, clock, &[])).await
    }

    /// Speaks for a member of the demo cast.
    pub(crate) fn caller(&self, name: &'static str) -> Caller<'_> {
        let member = cast::find(name).unwrap_or_else(|| panic!("{name} is not in the cast"));
        Caller {
            name,
            ..self.caller_of(member.principal.uuid())
        }
    }

    /// Speaks for any subject.
    pub(crate) fn caller_of(&self, subject: Uuid) -> Caller<'_> {
        let token = auth::mint(&self.config, subject, TimeDelta::hours(1), self.clock.now());
        Caller {
            tidings: self,
            name: "",
            token: Some(token.unwrap()),
        }
    }

    /// Speaks with any text for a token.
    pub(crate) fn with_token(&self, token: &str) -> Caller<'_> {
        Caller {
            tidings: self,
            name: "",
            token: Some(token.to_owned()),
        }
    }

    /// Speaks without a token.
    pub(crate) fn nobody(&self) -> Caller<'_> {
        Caller {
            tidings: self,
            name: "",
            token: None,
        }
    }

    /// SQL statements that one operation ran, and its answer. Only meaningful while nothing else
    /// asks this server; the relay is quiet unless there are events.
    pub(crate) async fn counting(
        &self,
        caller: &Caller<'_>,
        query: &str,
        variables: Value,
    ) -> (u64, Value) {
        let before = self.server().service.store.statements();
        let answer = caller.ask(query, variables).await;
        (self.server().service.store.statements() - before, answer)
    }
}

/// Somebody who asks.
pub(crate) struct Caller<'a> {
    tidings: &'a Tidings,
    /// Its name in the cast, if it has one.
    name: &'static str,
    pub(crate) token: Option<String>,
}

impl Caller<'_> {
    /// The whole answer to an operation: `data`, `errors`.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        self.send(query, variables).await.1
    }

    /// The HTTP status and the answer.
    pub(crate) async fn send(&self, query: &str, variables: Value) -> (u16, Value) {
        self.post(&json!({ "query": query, "variables": variables }))
            .await
    }

    /// The HTTP status and the answer to any body.
    pub(crate) async fn post(&self, body: &Value) -> (u16, Value) {
        let url = format!("http://{}/graphql", self.tidings.address());
        let mut request = self
            .tidings
            .http
            .post(url)
            .header("accept", "application/graphql-response+json")
            .json(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The data of an operation that must succeed as a whole.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// The code of the first top-level error of an operation that must fail.
    pub(crate) async fn code(&self, query: &str, variables: Value) -> String {
        let answer = self.ask(query, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no error: {answer:#}"))
            .to_owned()
    }

    /// Opens a socket and signs in on it.
    pub(crate) async fn socket(&self) -> Socket {
        Socket::open(&self.tidings.address(), self.token.as_deref()).await
    }
}

/// A key that was never used.
pub(crate) fn key() -> String {
    Uuid::from_u128(rand_u128()).to_string()
}

fn rand_u128() -> u128 {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher, Hasher};
    let number = || u128::from(RandomState::new().build_hasher().finish());
    number() << 64 | number()
}

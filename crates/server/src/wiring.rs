//! Puts the floors together and serves them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use futures_util::FutureExt as _;
use futures_util::stream::{BoxStream, StreamExt as _};
use tidings_domain::{Clock, IdSource, RandomIds, SystemClock};
use tidings_effects::Bus;
use tidings_graphql::{Answer, SchemaOptions, TidingsSchema};
use tidings_service::{RelayOptions, Service};
use tidings_store::Store;
use tidings_transport::{CancellationToken, Next, Options, TaskTracker};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth::Verifier;
use crate::config::{self, Config};
use crate::door::Door;
use crate::files;
use crate::health::Health;
use crate::import;
use crate::mail;
use crate::metrics::Metrics;
use crate::playground;
use crate::resume::Cursors;
use crate::seed;
use crate::sign_in;
use crate::traces;

/// What a test replaces: time and ids.
#[derive(Clone)]
pub struct Parts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where its metrics are, if they are served.
    pub metrics_address: Option<SocketAddr>,
    /// Its use cases.
    pub service: Service,
    /// Whether the demo agency was made at this start.
    pub seeded: bool,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    grace: Duration,
    relay: JoinHandle<()>,
    sweepers: [JoinHandle<()>; 3],
    /// Hands mails on, where they leave at all.
    courier: Option<JoinHandle<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Opens the database of a configuration and brings its schema up to date.
pub async fn open(config: &Config) -> anyhow::Result<Store> {
    private_folder(&config.data_dir)?;
    let url = config.database().url();
    let store = Store::open(url.expose(), config.database_connections).await;
    let store = store.context("the database cannot be opened")?;
    let store = store.with_portal(config.client_portal == config::OnOff::On);
    store
        .migrate()
        .await
        .context("the database cannot be migrated")?;
    Ok(store)
}

/// Makes a folder that only its owner can enter, or closes one that is there to everybody else.
fn private_folder(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    // SECURITY: the database and its write-ahead log lie in there, readable by whoever can enter.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)))
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))
}

impl Server {
    /// Opens, migrates, seeds the demo agency if the database is empty in development mode, and
    /// serves.
    pub async fn start(config: &Config, parts: Parts) -> anyhow::Result<Self> {
        let store = open(config).await?;
        let seeded =
            !config.is_production() && seed::demo_when_empty(&store, &*parts.clock).await?;
        let bus = match config.event_bus() {
            config::Bus::Local => Bus::local(),
            config::Bus::Postgres => Bus::postgres(config.database().url().expose().to_owned()),
        };
        let files = files::open(config)?;
        let service = Service::new(store, Arc::clone(&parts.clock), parts.ids, bus, files);
        let service = sign_in::configured(config, service)?;
        let relay = service
            .relay(RelayOptions {
                sweep: Duration::from_millis(config.sweep_interval_ms),
                retention: chrono::Duration::days(i64::from(config.event_retention_days)),
            })
            .await?;
        let imports = import::options(config)?;
        service.look_for_imports().await?;
        let verifier = Verifier::with_clock(config, parts.clock)?;
        if let Err(error) = verifier.load_keys().await {
            tracing::error!(%error, "no keys to verify tokens with yet");
        }
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        let address = listener.local_addr()?;
        let (options, shutdown, tasks) = options(config);
        let courier = mail::courier(config, &service, address)?;
        let (router, metrics) = router(config, &service, verifier, options)?;
        let metrics = serve_metrics(config, metrics, shutdown.clone()).await?;
        let stop = shutdown.clone();
        let listener = listener.tap_io(|tcp| {
            // Small answers must not wait for more.
            let _best_effort = tcp.set_nodelay(true);
        });
        let serving = tokio::spawn(async move {
            let router = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, router)
                .with_graceful_shutdown(stop.cancelled_owned())
                .await
        });
        Ok(Self {
            address,
            metrics_address: metrics,
            courier: courier.map(|courier| tokio::spawn(courier.run())),
            sweepers: [
                tokio::spawn(service.clone().sweep_files_forever()),
                tokio::spawn(service.clone().watch_due_forever()),
                tokio::spawn(
                    service
                        .clone()
                        .import_forever(imports, config.data_dir.clone()),
                ),
            ],
            service,
            seeded,
            shutdown,
            tasks,
            grace: Duration::from_secs(config.shutdown_grace_seconds),
            relay: tokio::spawn(relay.run()),
            serving,
        })
    }

    /// Takes no new work, closes sockets with 1012, waits for what runs within the grace time.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.shutdown.cancel();
        self.tasks.close();
        let drained = async {
            self.tasks.wait().await;
            self.serving.await
        };
        if let Ok(served) = tokio::time::timeout(self.grace, drained).await {
            served??;
        } else {
            tracing::warn!("the grace time was over before all requests were");
        }
        self.relay.abort();
        self.sweepers.iter().for_each(JoinHandle::abort);
        if let Some(courier) = self.courier {
            courier.abort();
        }
        Ok(())
    }

    /// Ends at once, as a kill would: nothing is closed, nothing is waited for. For tests.
    pub fn kill(self) {
        self.serving.abort();
        self.relay.abort();
        self.sweepers.iter().for_each(JoinHandle::abort);
        if let Some(courier) = self.courier {
            courier.abort();
        }
    }
}

/// Serves the metrics where the configuration says, until the server stops.
async fn serve_metrics(
    config: &Config,
    router: axum::Router,
    stop: CancellationToken,
) -> anyhow::Result<Option<SocketAddr>> {
    let Some(listen) = config.metrics_listen else {
        return Ok(None);
    };
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} for the metrics"))?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = serving.await {
            tracing::error!(%error, "the metrics are not served any more");
        }
    });
    Ok(Some(address))
}

fn options(config: &Config) -> (Options, CancellationToken, TaskTracker) {
    let options = Options {
        max_body_bytes: config.max_body_bytes,
        allowed_origins: config.allowed_origins.clone(),
        max_files: config.upload_files,
        max_file_bytes: config.upload_file_bytes,
        max_upload_bytes: config.upload_bytes,
        upload_timeout: Duration::from_secs(config.upload_timeout_seconds),
        // SECURITY: what a client sends lies where only this server's account can look.
        upload_folder: config.data_dir.clone(),
        max_batch: config.max_batch,
        persisted_queries: config.persisted_queries,
        execution_timeout: Duration::from_secs(config.execution_timeout_seconds),
        max_tokens: config.query_tokens,
        max_fields: config.query_fields,
        max_root_fields: config.query_root_fields,
        max_aliases: config.query_aliases,
        max_directives: config.query_directives,
        rate_capacity: config.rate_capacity,
        rate_per_second: config.rate_per_second,
        max_sockets: config.sockets_per_viewer,
        max_subscriptions: config.subscriptions_per_socket,
        ..Options::default()
    };
    let (shutdown, tasks) = (options.shutdown.clone(), options.tasks.clone());
    (options, shutdown, tasks)
}

/// The documents of the manifest that the configuration names.
fn trusted_documents(config: &Config) -> anyhow::Result<Option<Arc<HashMap<String, String>>>> {
    let Some(path) = &config.trusted_documents else {
        return Ok(None);
    };
    let read = || -> anyhow::Result<_> { Ok(serde_json::from_slice(&std::fs::read(path)?)?) };
    let manifest = read().with_context(|| {
        let path = path.display();
        format!("trusted_documents = {path} is no manifest of documents by their hashes")
    })?;
    Ok(Some(Arc::new(manifest)))
}

/// A subscription's answers, as the gateway takes them.
fn answers(stream: BoxStream<'static, Answer>) -> BoxStream<'static, Next> {
    let next = |answer| match answer {
        Answer::Response(response) => Next::Response(response),
        Answer::Json(data) => Next::Json(data),
    };
    stream.map(next).boxed()
}

fn router(
    config: &Config,
    service: &Service,
    verifier: Verifier,
    options: Options,
) -> anyhow::Result<(axum::Router, axum::Router)> {
    let schema = TidingsSchema::new(SchemaOptions {
        introspection: config.introspection_enabled(),
        depth: config.query_depth,
        complexity: config.query_complexity,
    });
    let priced = schema.clone();
    let subscribed = schema.clone();
    let metrics = Metrics::new();
    let options = Options {
        observer: Some(metrics.clone()),
        price: Some(Arc::new(move |request| priced.price(request))),
        trusted_documents: trusted_documents(config)?,
        subscribe: Some(Arc::new(move |request| {
            subscribed.subscribe(request).map(answers).boxed()
        })),
        resume: Some(Arc::new(Cursors::of(&tidings_graphql::sdl())?)),
        ..options
    };
    let door = Door {
        service: service.clone(),
        verifier,
        own_sessions: !config.uses_jwks(),
    };
    let health = Health::new(door.clone(), metrics);
    let router = playground::router(config, service)
        .merge(health.clone().routes())
        .merge(files::routes(config, door.clone()))
        .merge(sign_in::routes(config, service))
        .merge(tidings_transport::router(schema, door, options));
    let router = match config.otlp_endpoint {
        Some(_) => router.layer(axum::middleware::from_fn(traces::request)),
        None => router,
    };
    Ok((router, health.metrics()))
}

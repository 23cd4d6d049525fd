//! A schema with one field for everything that can happen.

#![expect(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]

use std::{io::Read, sync::Arc};

use async_graphql::{
    Context, Error, ErrorExtensions, Object, Result, Schema, SimpleObject, Subscription, Upload,
    UploadValue,
};
use futures_util::{Stream, StreamExt, stream};
use tidings_transport::RequestId;
use tokio::sync::{Semaphore, watch};

pub(crate) type TestSchema = Schema<Query, Mutation, Feed>;

pub(crate) fn schema(world: Arc<World>) -> TestSchema {
    Schema::build(Query, Mutation, Feed)
        .data(world)
        .limit_depth(12)
        .finish()
}

/// Who asks, as the authenticator attached it.
pub(crate) struct Viewer(pub String);

/// What resolvers did, and what they wait for.
pub(crate) struct World {
    /// One permit for each `slow` field that may go on.
    pub(crate) gate: Semaphore,
    pub(crate) started: watch::Sender<usize>,
    pub(crate) finished: watch::Sender<usize>,
    /// Queries and streams that were dropped before their end.
    pub(crate) dropped: watch::Sender<usize>,
    pub(crate) ticks: watch::Sender<u32>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            gate: Semaphore::new(0),
            started: watch::Sender::new(0),
            finished: watch::Sender::new(0),
            dropped: watch::Sender::new(0),
            ticks: watch::Sender::new(0),
        }
    }

    async fn slow(self: &Arc<Self>) -> usize {
        let guard = DropGuard(Arc::clone(self));
        self.started.send_modify(|count| *count += 1);
        self.gate.acquire().await.unwrap().forget();
        self.finished.send_modify(|count| *count += 1);
        std::mem::forget(guard);
        *self.finished.borrow()
    }
}

/// Tells that what holds it was dropped.
struct DropGuard(Arc<World>);

impl Drop for DropGuard {
    fn drop(&mut self) {
        self.0.dropped.send_modify(|count| *count += 1);
    }
}

fn world<'a>(ctx: &'a Context<'_>) -> &'a Arc<World> {
    ctx.data_unchecked::<Arc<World>>()
}

pub(crate) fn coded(message: &str, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

#[derive(SimpleObject)]
#[graphql(complex)]
struct Thing {
    a: i32,
    b: i32,
}

#[async_graphql::ComplexObject]
impl Thing {
    async fn boom(&self) -> Result<i32> {
        Err("postgres://user:secret@host".into())
    }

    async fn later(&self) -> i32 {
        tokio::task::yield_now().await;
        3
    }

    async fn thing(&self) -> Thing {
        Thing { a: 1, b: 2 }
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn small(&self, #[graphql(validator(maximum = 10))] value: i32) -> i32 {
        value
    }

    async fn thing(&self) -> Option<Thing> {
        Some(Thing { a: 1, b: 2 })
    }

    /// An error that nobody meant for a client. (An `Err` around the `Option` would null the parent.)
    async fn boom(&self) -> Option<Result<i32>> {
        Some(Err("postgres://user:secret@host".into()))
    }

    /// The same, where the answer cannot do without.
    async fn required_boom(&self) -> Result<i32> {
        Err("postgres://user:secret@host".into())
    }

    async fn missing(&self) -> Option<Result<i32>> {
        Some(Err(coded("no such thing", "NOT_FOUND")))
    }

    async fn panic(&self, #[graphql(default = true)] really: bool) -> i32 {
        assert!(!really, "secret");
        0
    }

    async fn slow(&self, ctx: &Context<'_>) -> usize {
        world(ctx).slow().await
    }

    async fn viewer<'a>(&self, ctx: &'a Context<'_>) -> &'a str {
        &ctx.data_unchecked::<Viewer>().0
    }

    async fn request_id<'a>(&self, ctx: &'a Context<'_>) -> &'a str {
        &ctx.data_unchecked::<RequestId>().0
    }

    async fn header(&self, ctx: &Context<'_>) -> bool {
        ctx.insert_http_header("x-from-resolver", "yes");
        true
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn double(&self, n: i32) -> i32 {
        n * 2
    }

    async fn slow(&self, ctx: &Context<'_>) -> usize {
        world(ctx).slow().await
    }

    /// Name, type and content of a file.
    async fn upload(&self, ctx: &Context<'_>, file: Upload) -> Vec<String> {
        described(file.value(ctx).unwrap())
    }

    async fn uploads(&self, ctx: &Context<'_>, files: Vec<Upload>) -> Vec<Vec<String>> {
        let files = files.into_iter();
        files
            .map(|file| described(file.value(ctx).unwrap()))
            .collect()
    }

    async fn upload_size(&self, ctx: &Context<'_>, file: Upload) -> u64 {
        file.value(ctx).unwrap().size().unwrap()
    }

    async fn upload_panic(&self, ctx: &Context<'_>, file: Upload) -> i32 {
        let name = file.value(ctx).unwrap().filename;
        assert!(name.is_empty(), "secret");
        0
    }
}

fn described(file: UploadValue) -> Vec<String> {
    let (name, kind) = (file.filename.clone(), file.content_type.clone());
    let mut text = String::new();
    file.into_read().read_to_string(&mut text).unwrap();
    vec![name, kind.unwrap_or_default(), text]
}

pub(crate) struct Feed;

#[Subscription]
impl Feed {
    async fn count(&self, to: u32) -> impl Stream<Item = u32> {
        stream::iter(1..=to)
    }

    /// The values of `World::ticks`, for ever.
    async fn ticks(&self, ctx: &Context<'_>) -> impl Stream<Item = u32> + use<> {
        let guard = DropGuard(Arc::clone(world(ctx)));
        world(ctx).started.send_modify(|count| *count += 1);
        tokio_stream::wrappers::WatchStream::new(world(ctx).ticks.subscribe()).map(move |tick| {
            let _ = &guard;
            tick
        })
    }

    /// 64 KiB at a time, for ever.
    async fn flood(&self, ctx: &Context<'_>) -> impl Stream<Item = String> + use<> {
        let guard = DropGuard(Arc::clone(world(ctx)));
        let started = world(ctx).started.clone();
        stream::repeat("x".repeat(64 << 10)).map(move |text| {
            let _ = &guard;
            started.send_modify(|count| *count += 1);
            text
        })
    }

    async fn forbidden(&self) -> Result<impl Stream<Item = u32>> {
        Err::<stream::Empty<u32>, _>(coded("not for you", "FORBIDDEN"))
    }

    async fn broken(&self) -> Result<impl Stream<Item = u32>> {
        Err::<stream::Empty<u32>, Error>("postgres://user:secret@host".into())
    }

    /// The first event fails, the second does not.
    async fn limping(&self) -> impl Stream<Item = Result<u32>> {
        stream::iter([Err(coded("not this one", "NOT_FOUND")), Ok(2)])
    }

    async fn overrun(&self) -> impl Stream<Item = Result<u32>> {
        stream::iter([Ok(1), Err(coded("events were dropped", "SLOW_CONSUMER"))])
    }

    async fn panics(&self) -> impl Stream<Item = u32> {
        stream::iter([1, 2]).map(|n| if n == 2 { panic!("secret") } else { n })
    }
}

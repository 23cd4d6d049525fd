//! `search`.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::search::{Excerpt, SearchProblem, SearchQuery};
use tidings_domain::{AttachmentId, ClientId, ThreadId};
use tidings_store::{SearchFilter as Filter, SearchRow};

use crate::attachment::Attachment;
use crate::connection::{connection, first as page_size};
use crate::cursor;
use crate::enums::{AudienceKind, SearchHitKind};
use crate::error::{bad_input, fault, not_found};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;
use crate::thread::Thread;

/// What a search is narrowed to. Filters combine with AND and never show more.
#[derive(InputObject, Default)]
pub(crate) struct SearchFilter {
    /// This thread.
    thread_id: Option<ID>,
    /// Threads about this client.
    client_id: Option<ID>,
    /// Threads of this audience.
    audience: Option<AudienceKind>,
    /// What may be found; everything if left out or empty.
    kinds: Option<Vec<SearchHitKind>>,
}

impl SearchFilter {
    fn parse(self) -> Result<Filter> {
        let kinds = self.kinds.unwrap_or_default();
        Ok(Filter {
            thread: self.thread_id.as_ref().map(ThreadId::parse).transpose()?,
            client: self.client_id.as_ref().map(ClientId::parse).transpose()?,
            audience: self.audience.map(Into::into),
            kinds: kinds.into_iter().map(Into::into).collect(),
        })
    }
}

/// A part of an excerpt.
#[derive(SimpleObject)]
pub(crate) struct SearchExcerptPart {
    /// Its text, plain: to be escaped where it is shown as HTML.
    text: String,
    /// Whether it is a word that was sought.
    marked: bool,
}

/// The piece of a text around the first word that was sought: about 200 characters, every run of
/// white space as one space.
#[derive(SimpleObject)]
pub(crate) struct SearchExcerpt {
    /// Its parts, in order.
    parts: Vec<SearchExcerptPart>,
    /// Whether the text goes on before it.
    cut_before: bool,
    /// Whether the text goes on behind it.
    cut_after: bool,
}

impl From<Excerpt> for SearchExcerpt {
    fn from(excerpt: Excerpt) -> Self {
        let parts = excerpt.parts.into_iter();
        Self {
            parts: parts
                .map(|part| SearchExcerptPart {
                    text: part.text,
                    marked: part.marked,
                })
                .collect(),
            cut_before: excerpt.cut_before,
            cut_after: excerpt.cut_after,
        }
    }
}

/// Something that answers a search: who sees its thread finds it.
#[derive(Description)]
pub(crate) struct SearchHit {
    row: SearchRow,
    excerpt: Excerpt,
}

connection!(
    SearchHitConnection,
    SearchHitEdge,
    SearchHit,
    "A page of what a search found, newest first."
);

#[Object(use_type_description)]
impl SearchHit {
    /// What was found.
    async fn kind(&self) -> SearchHitKind {
        self.row.kind.into()
    }

    /// The thread that was found, or in which it was found.
    async fn thread(&self, ctx: &Context<'_>) -> Result<Thread> {
        let thread = Thread::load(ctx, self.row.thread).await?;
        thread.ok_or_else(not_found)
    }

    /// The message that was found, or with which the document went; null of a subject.
    async fn message(&self, ctx: &Context<'_>) -> Option<Result<Message>> {
        let row = ctx.one(self.row.message?).await;
        row.map(|row| row.map(Message::alone)).transpose()
    }

    /// The document that was found by its name; else null.
    async fn attachment(&self, ctx: &Context<'_>) -> Option<Result<Attachment>> {
        if self.row.kind != tidings_domain::SearchKind::Document {
            return None;
        }
        let row = ctx.one(AttachmentId(self.row.place.id)).await;
        row.map(|row| row.map(Attachment::from)).transpose()
    }

    /// Where the text, the subject or the name answers the search.
    async fn excerpt(&self) -> SearchExcerpt {
        self.excerpt.clone().into()
    }
}

#[derive(Default)]
pub(crate) struct SearchRoot;

#[Object]
impl SearchRoot {
    /// Messages by their text, threads by their subject and documents by their name, among all that
    /// the viewer sees; newest first. Deleted ones are not found, nor what the viewer took out of
    /// its own view.
    ///
    /// A hit has every word of the query. Words are compared without case and without diacritics;
    /// the last one also stands for those that begin with it, if it has three letters. What stands
    /// between quotation marks is found as it stands. Nothing else in a query is syntax.
    #[graphql(complexity = "100 + first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is sought: at most 200 characters and 16 words, at least one.")]
        query: String,
        #[graphql(desc = "What the search is narrowed to.")] filter: Option<SearchFilter>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only hits behind this one.")] after: Option<String>,
    ) -> Result<SearchHitConnection> {
        let first = page_size(first)?;
        let query = SearchQuery::parse(&query).map_err(|problem| {
            bad_input(match problem {
                SearchProblem::Empty => "A search needs a word.",
                SearchProblem::TooLong => "A search has at most 200 characters and 16 words.",
            })
        })?;
        let filter = filter.unwrap_or_default().parse()?;
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let after = after
            .map(|cursor| cursor::to_search(me, &cursor))
            .transpose()?;
        let store = &ctx.service()?.store;
        let page = store.search(&viewer, &query, &filter, after, first).await;
        let page = page.map_err(|error| fault(&error))?;
        let last = page.rows.last().map(|row| cursor::of_search(me, row.place));
        let edge = |row: SearchRow| {
            // The index may take a text for a hit that is none, never the other way round.
            let excerpt = query.excerpt(&row.text)?;
            Some((cursor::of_search(me, row.place), SearchHit { row, excerpt }))
        };
        let edges = page.rows.into_iter().filter_map(edge).collect();
        let mut page = SearchHitConnection::new(edges, page.has_next, page.has_previous);
        // A page of which some were no hits goes on behind them all the same.
        page.page_info.end_cursor = last;
        Ok(page)
    }
}

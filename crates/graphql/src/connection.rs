//! Relay connections: keyset cursors, a page size that must be named.

use async_graphql::{Error, SimpleObject};
use tidings_domain::limits::MAX_PAGE;

use crate::error::bad_input;

/// Where a page stands in its list.
#[derive(SimpleObject, Clone, Debug, Default)]
pub(crate) struct PageInfo {
    /// Whether there is more behind this page.
    pub(crate) has_next_page: bool,
    /// Whether there is more before this page.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first edge.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last edge.
    pub(crate) end_cursor: Option<String>,
}

/// Parses `first`: 1 to 100.
pub(crate) fn first(first: i32) -> Result<usize, Error> {
    usize::try_from(first)
        .ok()
        .filter(|first| (1..=MAX_PAGE).contains(first))
        .ok_or_else(|| bad_input("A page has 1 to 100 entries."))
}

/// Defines a connection and its edge.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $doc:literal) => {
        #[doc = $doc]
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $connection {
            /// The entries of this page, in the order of the list.
            edges: Vec<$edge>,
            /// Where the page stands in its list.
            page_info: $crate::connection::PageInfo,
        }

        /// One entry of a page.
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $edge {
            /// Where the entry stands: for `after` or `before`.
            cursor: String,
            /// The entry.
            node: $node,
        }

        impl $connection {
            pub(crate) fn new(
                edges: Vec<(String, $node)>,
                has_next_page: bool,
                has_previous_page: bool,
            ) -> Self {
                let edges: Vec<$edge> = edges
                    .into_iter()
                    .map(|(cursor, node)| $edge { cursor, node })
                    .collect();
                let page_info = $crate::connection::PageInfo {
                    has_next_page,
                    has_previous_page,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                };
                Self { edges, page_info }
            }
        }
    };
}
pub(crate) use connection;

//! `Agency`.

use async_graphql::{Description, ID, Object};
use tidings_store::AgencyRow;

use crate::node::Global;

/// An agency or practice: the tenant. Nothing crosses from one to another.
#[derive(Description)]
pub(crate) struct Agency(pub(crate) AgencyRow);

#[Object(use_type_description)]
impl Agency {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The agency's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The IANA time zone in which the agency counts its days, for example `Europe/Berlin`.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }
}

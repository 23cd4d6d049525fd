//! What portal requests leave on a client's record: `Location`, `ReleaseOfInformation`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use tidings_domain::ClientId;
use tidings_store::{AssessmentRow, DocumentRow, LocationRow, RecordPlace, ReleaseRow};

use crate::assessment::{Assessment, AssessmentConnection};
use crate::client::Client;
use crate::connection::{connection, first as page_size};
use crate::cursor::{self, Newest};
use crate::document::{Document, DocumentConnection};
use crate::error::fault;
use crate::loaders::Load;
use crate::node::Global;
use crate::portal_request::PortalRequest;
use crate::request::Ask;
use crate::scalars::Date;
use crate::staff::StaffMember;

pub(crate) use tidings_service::text_hash;

/// Where a client said to be. Seen as the request is that asked for it; one that nobody asked for
/// is private.
#[derive(Clone, Description)]
pub(crate) struct Location(Arc<LocationRow>);

impl From<LocationRow> for Location {
    fn from(row: LocationRow) -> Self {
        Self(Arc::new(row))
    }
}

/// A place: an address or coordinates.
#[derive(Union)]
pub(crate) enum Place {
    Address(Address),
    Coordinates(Coordinates),
}

/// An address as it was typed. Each line has at most 200 characters.
#[derive(SimpleObject)]
pub(crate) struct Address {
    /// Street and number, or whatever describes the place.
    line1: String,
    /// What else belongs to it.
    line2: Option<String>,
    /// Town or city.
    city: Option<String>,
    /// State, province or county.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// Two letters of ISO 3166-1.
    country: Option<String>,
}

/// A place on the globe (WGS 84).
#[derive(SimpleObject)]
pub(crate) struct Coordinates {
    /// Degrees north, -90 to 90.
    latitude: f64,
    /// Degrees east, -180 to 180.
    longitude: f64,
    /// How far it may be off, in metres; null if that is not known.
    accuracy: Option<f64>,
}

connection!(
    LocationConnection,
    LocationEdge,
    Location,
    "A page of locations, newest first."
);

#[Object(use_type_description)]
impl Location {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Whose it is.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0.client_id).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// Whether it is kept from other agencies that share the client.
    async fn private(&self) -> bool {
        self.0.private
    }

    /// The place. Health information, like messages.
    async fn place(&self) -> Place {
        let row = &*self.0;
        match (row.latitude, row.longitude) {
            (Some(latitude), Some(longitude)) => Place::Coordinates(Coordinates {
                latitude,
                longitude,
                accuracy: row.accuracy,
            }),
            _ => Place::Address(Address {
                line1: row.line1.clone().unwrap_or_default(),
                line2: row.line2.clone(),
                city: row.city.clone(),
                region: row.region.clone(),
                postal_code: row.postal_code.clone(),
                country: row.country.clone(),
            }),
        }
    }

    /// The request that asked for it; null if nobody did.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        PortalRequest::load(ctx, self.0.request_id?, None)
            .await
            .transpose()
    }

    /// Of one that nobody asked for, the staff member who owns it by the agency's policy.
    async fn owner(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
        let row = ctx.one(self.0.owner_id?).await;
        row.map(|row| row.map(StaffMember::from)).transpose()
    }

    /// When it came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A release of information, signed by a client's portal account. It is never changed: it holds
/// between two days, unless it is revoked, and stays in the history.
#[derive(Clone, Description)]
pub(crate) struct ReleaseOfInformation(Arc<ReleaseRow>);

impl From<ReleaseRow> for ReleaseOfInformation {
    fn from(row: ReleaseRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    ReleaseOfInformationConnection,
    ReleaseOfInformationEdge,
    ReleaseOfInformation,
    "A page of releases of information, newest first."
);

#[Object(use_type_description)]
impl ReleaseOfInformation {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Whose it is.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0.client_id).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// Whether it holds today, in the viewer's agency.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.holds_on(ctx.viewer()?.today()))
    }

    /// The name with which it was signed.
    async fn signed_name(&self) -> &str {
        &self.0.signed_name
    }

    /// When it was signed.
    async fn signed_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The text that was agreed to.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The SHA-256 of that text in UTF-8, in hexadecimal.
    async fn text_sha256(&self) -> &str {
        &self.0.text_sha256
    }

    /// The first day on which it holds, in the agency's time zone.
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }

    /// The last day on which it holds.
    async fn expires_on(&self) -> Date {
        Date(self.0.expires_on)
    }

    /// When it was revoked; null if it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// The request that asked for it.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        PortalRequest::load(ctx, self.0.request_id?, None)
            .await
            .transpose()
    }
}

/// Defines the page of one kind of record.
macro_rules! page {
    ($name:ident, $connection:ident, $node:ident, $row:ty, $list:ident, $method:ident) => {
        pub(crate) async fn $name(
            ctx: &Context<'_>,
            client: ClientId,
            first: i32,
            after: Option<String>,
        ) -> Result<$connection> {
            let (first, list) = (page_size(first)?, Newest::$list(client));
            let viewer = ctx.viewer()?;
            let me = viewer.principal();
            let after = after.map(|after| cursor::to_newest(me, list, &after));
            let store = &ctx.service()?.store;
            let page = store
                .$method(&viewer, client, after.transpose()?, first)
                .await;
            let page = page.map_err(|error| fault(&error))?;
            let edge = |row: $row| {
                let place = RecordPlace {
                    created_at: row.created_at,
                    id: row.id.0,
                };
                (cursor::of_newest(me, list, place), $node::from(row))
            };
            let edges = page.rows.into_iter().map(edge).collect();
            Ok($connection::new(edges, page.has_next, page.has_previous))
        }
    };
}

page!(
    locations,
    LocationConnection,
    Location,
    LocationRow,
    Locations,
    locations_of
);
page!(
    documents,
    DocumentConnection,
    Document,
    DocumentRow,
    Documents,
    documents_of
);
page!(
    assessments,
    AssessmentConnection,
    Assessment,
    AssessmentRow,
    Assessments,
    assessments_of
);
page!(
    releases,
    ReleaseOfInformationConnection,
    ReleaseOfInformation,
    ReleaseRow,
    Releases,
    releases_of
);

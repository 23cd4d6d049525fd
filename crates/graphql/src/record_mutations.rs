//! Mutations of records: what clients add without a request, and what is revoked.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::{Address, ClientId, Coordinates, Place, ReleaseId};
use tidings_service::{AddLocation, RevokeRelease};

use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::record::{Location, ReleaseOfInformation};
use crate::request::Ask;

/// A place: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum PlaceInput {
    /// By address.
    Address(AddressInput),
    /// By coordinates.
    Coordinates(CoordinatesInput),
}

/// An address. Each line has at most 200 characters.
#[derive(InputObject)]
pub(crate) struct AddressInput {
    /// Street and number, or whatever describes the place. Must not be blank.
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
#[derive(InputObject)]
pub(crate) struct CoordinatesInput {
    /// Degrees north, -90 to 90.
    latitude: f64,
    /// Degrees east, -180 to 180.
    longitude: f64,
    /// How far it may be off, in metres, if that is known.
    accuracy: Option<f64>,
}

impl From<PlaceInput> for Place {
    fn from(place: PlaceInput) -> Self {
        match place {
            PlaceInput::Address(address) => Self::Address(Address {
                line1: address.line1,
                line2: address.line2,
                city: address.city,
                region: address.region,
                postal_code: address.postal_code,
                country: address.country,
            }),
            PlaceInput::Coordinates(at) => Self::Coordinates(Coordinates {
                latitude: at.latitude,
                longitude: at.longitude,
                accuracy: at.accuracy,
            }),
        }
    }
}

/// A location that nobody asked for.
#[derive(InputObject)]
pub(crate) struct AddLocationInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client for whom the portal account adds it.
    acting_for: ID,
    /// The place.
    place: PlaceInput,
}

/// What came of adding a location.
#[derive(SimpleObject)]
pub(crate) struct AddLocationPayload {
    /// The location.
    location: Option<Location>,
    /// Why it was not added. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A release to revoke.
#[derive(InputObject)]
pub(crate) struct RevokeReleaseOfInformationInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The release.
    release_id: ID,
}

/// What came of revoking a release.
#[derive(SimpleObject)]
pub(crate) struct RevokeReleaseOfInformationPayload {
    /// The release.
    release_of_information: Option<ReleaseOfInformation>,
    /// Why it was not revoked.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct RecordMutation;

#[Object]
impl RecordMutation {
    /// Adds a location that nobody asked for, if the agency takes such. For a portal account. It
    /// is private.
    async fn add_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and the place.")] input: AddLocationInput,
    ) -> Result<AddLocationPayload> {
        let add = AddLocation {
            acting_for: ClientId::parse(&input.acting_for)?,
            place: input.place.into(),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let added = ctx.service()?.add_location(&viewer, key, add).await;
        Ok(match outcome(added)? {
            Ok(added) => AddLocationPayload {
                location: ctx.one(added.location).await?.map(Location::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => AddLocationPayload {
                location: None,
                user_errors,
            },
        })
    }

    /// Revokes a release that holds or is to hold; what was shared before stays shared. For the
    /// client's portal account, and for staff of the client's agency on its behalf.
    async fn revoke_release_of_information(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The release.")] input: RevokeReleaseOfInformationInput,
    ) -> Result<RevokeReleaseOfInformationPayload> {
        let release = ReleaseId::parse(&input.release_id)?;
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let revoked = ctx
            .service()?
            .revoke_release(&viewer, key, RevokeRelease { release })
            .await;
        Ok(match outcome(revoked)? {
            Ok(revoked) => RevokeReleaseOfInformationPayload {
                release_of_information: ctx
                    .one(revoked.release)
                    .await?
                    .map(ReleaseOfInformation::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => RevokeReleaseOfInformationPayload {
                release_of_information: None,
                user_errors,
            },
        })
    }
}

//! Mutations of portal requests: send, see, take back, fulfil.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::{ClientId, PortalRequestId, RequestKind};
use tidings_service::{
    FulfillLocation, FulfillRelease, NoteInput, RequestMoved, SendPortalRequest, Wanted,
};

use crate::assessment_mutations::AssessmentWantedInput;
use crate::document_mutations::DocumentWantedInput;
use crate::enums::BodyFormat;
use crate::error::{UserError, bad_input, outcome};
use crate::node::{Global, parse_request};
use crate::portal_request::{LocationRequest, PortalRequest, ReleaseOfInformationRequest};
use crate::record_mutations::PlaceInput;
use crate::request::Ask;
use crate::scalars::Date;

/// What a client is asked for: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum WantedInput {
    /// Where the client is.
    Location(LocationWantedInput),
    /// Answers to an assessment. Refused with `ASSESSMENT_NOT_ENABLED` if clients cannot be asked for it.
    Assessment(AssessmentWantedInput),
    /// A document. Refused with `OTHER_NAME_REQUIRED` without a name.
    Document(DocumentWantedInput),
    /// A signed release of information. Refused with `ROI_ALREADY_ACTIVE` while one is active that
    /// holds for more than seven days.
    ReleaseOfInformation(ReleaseOfInformationWantedInput),
}

/// Where the client is.
#[derive(InputObject)]
pub(crate) struct LocationWantedInput {
    /// Whether request and location are kept from other agencies that share the client.
    #[graphql(default)]
    private: bool,
}

/// A signed release of information.
#[derive(InputObject)]
pub(crate) struct ReleaseOfInformationWantedInput {
    /// For how many days it is to hold at most: from 1 to as many as the agency's policy allows,
    /// which is what is taken if it is left out.
    days: Option<i32>,
}

/// A portal request to send.
#[derive(InputObject)]
pub(crate) struct SendPortalRequestInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// Who is asked: a client of the viewer's agency.
    client_id: ID,
    /// For what.
    request: WantedInput,
    /// What else the client is told; bounded and made safe as a message is. It shows no images.
    note: Option<String>,
    /// How the note is written.
    #[graphql(default)]
    note_format: BodyFormat,
}

/// What came of sending or moving a portal request.
#[derive(SimpleObject)]
pub(crate) struct PortalRequestPayload {
    /// The request.
    request: Option<PortalRequest>,
    /// Why nothing was changed. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A portal request that is named.
#[derive(InputObject)]
pub(crate) struct NamePortalRequestInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The request.
    request_id: ID,
}

/// Where the client is, as a request asked.
#[derive(InputObject)]
pub(crate) struct FulfillLocationRequestInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The request.
    request_id: ID,
    /// The place.
    place: PlaceInput,
}

/// What came of fulfilling a request for a location.
#[derive(SimpleObject)]
pub(crate) struct FulfillLocationRequestPayload {
    /// The request, with its location.
    request: Option<LocationRequest>,
    /// Why it was not fulfilled. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A signature under the text that a request shows.
#[derive(InputObject)]
pub(crate) struct FulfillReleaseOfInformationRequestInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The request.
    request_id: ID,
    /// The name of who signs: 1 to 200 characters.
    signed_name: String,
    /// `ReleaseOfInformationRequest.textSha256` of the text that was read and is agreed to.
    text_sha256: String,
    /// The first day on which the release holds; today if left out, never before.
    starts_on: Option<Date>,
    /// The last day; as many days behind the first as the request asks for if left out, never more.
    expires_on: Option<Date>,
}

/// What came of signing a release.
#[derive(SimpleObject)]
pub(crate) struct FulfillReleaseOfInformationRequestPayload {
    /// The request, with its release.
    request: Option<ReleaseOfInformationRequest>,
    /// Why it was not fulfilled. Nothing is stored then.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Asks a client of the viewer's agency for something. For staff who work with records: every
    /// role but that of who runs the system.
    async fn send_portal_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, what is asked for, and a note.")]
        input: SendPortalRequestInput,
    ) -> Result<PortalRequestPayload> {
        let format = input.note_format.into();
        let send = SendPortalRequest {
            client: ClientId::parse(&input.client_id)?,
            wanted: wanted(input.request)?,
            note: input.note.map(|text| NoteInput { format, text }),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let made = ctx.service()?.send_portal_request(&viewer, key, send).await;
        moved(ctx, made).await
    }

    /// Notes that the client has looked at a request. Opening one does not: this does.
    async fn mark_portal_request_seen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: NamePortalRequestInput,
    ) -> Result<PortalRequestPayload> {
        let request = parse_request(&input.request_id, None)?;
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let seen = ctx
            .service()?
            .mark_portal_request_seen(&viewer, key, request)
            .await;
        moved(ctx, seen).await
    }

    /// Takes an open request back. For staff of the client's agency who work with records.
    async fn cancel_portal_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: NamePortalRequestInput,
    ) -> Result<PortalRequestPayload> {
        let request = parse_request(&input.request_id, None)?;
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let cancelled = ctx
            .service()?
            .cancel_portal_request(&viewer, key, request)
            .await;
        moved(ctx, cancelled).await
    }

    /// Tells where the client is, as a request asked. For the client's portal account.
    async fn fulfill_location_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request and the place.")] input: FulfillLocationRequestInput,
    ) -> Result<FulfillLocationRequestPayload> {
        let fulfill = FulfillLocation {
            request: parse_request(&input.request_id, Some(RequestKind::Location))?,
            place: input.place.into(),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let done = ctx
            .service()?
            .fulfill_location_request(&viewer, key, fulfill)
            .await;
        let (request, user_errors) = match outcome(done)? {
            Ok(done) => (loaded(ctx, done.request).await?, Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        let request = match request {
            Some(PortalRequest::LocationRequest(request)) => Some(request),
            _ => None,
        };
        Ok(FulfillLocationRequestPayload {
            request,
            user_errors,
        })
    }

    /// Signs a release of information. For the client's portal account.
    async fn fulfill_release_of_information_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request and the signature.")]
        input: FulfillReleaseOfInformationRequestInput,
    ) -> Result<FulfillReleaseOfInformationRequestPayload> {
        let kind = RequestKind::ReleaseOfInformation;
        let fulfill = FulfillRelease {
            request: parse_request(&input.request_id, Some(kind))?,
            signed_name: input.signed_name,
            text_sha256: input.text_sha256,
            starts_on: input.starts_on.map(|date| date.0),
            expires_on: input.expires_on.map(|date| date.0),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let done = ctx
            .service()?
            .fulfill_release_request(&viewer, key, fulfill)
            .await;
        let (request, user_errors) = match outcome(done)? {
            Ok(done) => (loaded(ctx, done.request).await?, Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        let request = match request {
            Some(PortalRequest::ReleaseOfInformationRequest(request)) => Some(request),
            _ => None,
        };
        Ok(FulfillReleaseOfInformationRequestPayload {
            request,
            user_errors,
        })
    }
}

pub(crate) fn wanted(input: WantedInput) -> Result<Wanted> {
    Ok(match input {
        WantedInput::Location(location) => Wanted::Location {
            private: location.private,
        },
        WantedInput::Assessment(assessment) => Wanted::Assessment(assessment.wanted()?),
        WantedInput::Document(document) => Wanted::Document(document.wanted()?),
        WantedInput::ReleaseOfInformation(release) => {
            let days = release.days.map(u32::try_from).transpose();
            Wanted::ReleaseOfInformation {
                days: days.map_err(|_| bad_input("Days are counted from 1."))?,
            }
        }
    })
}

async fn loaded(ctx: &Context<'_>, id: PortalRequestId) -> Result<Option<PortalRequest>> {
    PortalRequest::load(ctx, id, None).await
}

async fn moved(
    ctx: &Context<'_>,
    moved: tidings_service::Result<RequestMoved>,
) -> Result<PortalRequestPayload> {
    Ok(match outcome(moved)? {
        Ok(moved) => PortalRequestPayload {
            request: loaded(ctx, moved.request).await?,
            user_errors: Vec::new(),
        },
        Err(user_errors) => PortalRequestPayload {
            request: None,
            user_errors,
        },
    })
}

//! Mutations of attachments: a file with the operation, or a place to put one.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::{AttachmentId, ClientId};
use tidings_service::{CreateUpload, NamedAttachment, UploadAttachment};

use crate::attachment::Attachment;
use crate::enums::AttachmentPurpose;
use crate::error::{UserError, bad_input, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::scalars::Upload;

/// A file that comes with the operation.
#[derive(InputObject)]
pub(crate) struct UploadAttachmentInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input and content answers with the first outcome for seven days.
    idempotency_key: String,
    /// The file. Its name, its type and its content must agree; its size must be below
    /// `MessagingPolicy.attachmentBelowBytes`.
    file: Upload,
    /// What it is for.
    #[graphql(default)]
    purpose: AttachmentPurpose,
    /// The client for whom a portal account uploads it. Staff leave it out.
    client_id: Option<ID>,
}

/// What came of an upload.
#[derive(SimpleObject)]
pub(crate) struct UploadAttachmentPayload {
    /// The attachment. It goes with a message by `attachmentIds`, within a day or as long as a
    /// draft holds it.
    attachment: Option<Attachment>,
    /// Why it was not stored. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A file that is announced, to be put to an address of its own.
#[derive(InputObject)]
pub(crate) struct CreateUploadInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// What it is called, with its ending; longer ones than 255 bytes are cut.
    file_name: String,
    /// Its media type, as the system tells it; may be empty.
    content_type: String,
    /// Its size, in bytes; must be below `MessagingPolicy.attachmentBelowBytes`.
    size: i64,
    /// What it is for.
    #[graphql(default)]
    purpose: AttachmentPurpose,
    /// The client for whom a portal account uploads it. Staff leave it out.
    client_id: Option<ID>,
}

/// Where an announced file is put: its bytes as the body of one `PUT`, without a header.
#[derive(SimpleObject)]
pub(crate) struct UploadTicket {
    /// The address, made for the viewer, good for one whole content. A path on this server, unless
    /// it knows its own address.
    url: String,
    /// Until when it is good: 15 minutes from when it was announced.
    expires_at: DateTime<Utc>,
    /// The id of the attachment, as soon as the file is there: `node` shows it then.
    attachment_id: ID,
}

/// What came of announcing a file.
#[derive(SimpleObject)]
pub(crate) struct CreateUploadPayload {
    /// Where to put it.
    ticket: Option<UploadTicket>,
    /// Why it would not be taken. Nothing is stored then.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AttachmentMutation;

#[Object]
impl AttachmentMutation {
    /// Stores a file for a message to come. The operation is sent by the GraphQL multipart request
    /// specification. Of a picture everything goes that tells of place, time and camera.
    #[graphql(complexity = "100 + child_complexity")]
    async fn upload_attachment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: UploadAttachmentInput,
    ) -> Result<UploadAttachmentPayload> {
        let file = input.file.0.value(ctx);
        let file = file.map_err(|_| bad_input("The file cannot be read."))?;
        let upload = UploadAttachment {
            purpose: input.purpose.into(),
            acting_for: input.client_id.as_ref().map(ClientId::parse).transpose()?,
            file_name: file.filename,
            content_type: file.content_type.unwrap_or_default(),
        };
        let viewer = ctx.viewer()?;
        let uploaded = ctx
            .service()?
            .upload_attachment(&viewer, &input.idempotency_key, upload, file.content)
            .await;
        Ok(match outcome(uploaded)? {
            Ok(uploaded) => UploadAttachmentPayload {
                attachment: ctx.one(uploaded.attachment).await?.map(Attachment::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => UploadAttachmentPayload {
                attachment: None,
                user_errors,
            },
        })
    }

    /// Announces a file. Its name, type and size are judged before a byte of it flows; its content
    /// is when it comes. For files of any size that a message takes, without the multipart
    /// specification.
    #[graphql(complexity = "20 + child_complexity")]
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: CreateUploadInput,
    ) -> Result<CreateUploadPayload> {
        let size = u64::try_from(input.size);
        let create = CreateUpload {
            file: UploadAttachment {
                purpose: input.purpose.into(),
                acting_for: input.client_id.as_ref().map(ClientId::parse).transpose()?,
                file_name: input.file_name,
                content_type: input.content_type,
            },
            size: size.map_err(|_| bad_input("A size is a whole number of bytes."))?,
        };
        let viewer = ctx.viewer()?;
        let service = ctx.service()?;
        let announced = service
            .create_upload(&viewer, &input.idempotency_key, create)
            .await;
        Ok(match outcome(announced)? {
            Ok(announced) => {
                let address = service.upload_address(&viewer, &announced);
                let ticket = UploadTicket {
                    url: address.url,
                    expires_at: address.expires_at,
                    attachment_id: announced.attachment.global(),
                };
                CreateUploadPayload {
                    ticket: Some(ticket),
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => CreateUploadPayload {
                ticket: None,
                user_errors,
            },
        })
    }
}

/// Attachments of a message to send, as its text can name them.
pub(crate) fn named(ids: Option<Vec<ID>>) -> Result<Vec<NamedAttachment>> {
    let ids = ids.unwrap_or_default();
    let named = ids.into_iter().map(|id| {
        Ok(NamedAttachment {
            id: AttachmentId::parse(&id)?,
            name: id.0,
        })
    });
    named.collect()
}

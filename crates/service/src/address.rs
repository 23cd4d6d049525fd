//! Addresses of files and uploads: made for one viewer, and asked about again when they are opened.

use std::ops::Range;

use chrono::{DateTime, Duration, Utc};
use tidings_domain::{AttachmentId, DocumentFileId, limits};
use tidings_effects::files::FileContent;
use tidings_policy::Viewer;
use tidings_store::{AttachmentRow, DocumentFileRow};
use uuid::Uuid;

use crate::attachment::Announced;
use crate::context::Service;
use crate::error::{Error, Result};
use crate::link::{Link, LinkUse};

/// The address of a file or of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address: a path, behind scheme and host where the configuration names them.
    pub url: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// A file as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFile {
    /// What its sender called it. Health information.
    pub file_name: String,
    /// The type with which it is served.
    pub media_type: String,
    /// Its size.
    pub bytes: i64,
    file_id: Uuid,
}

impl From<AttachmentRow> for ServedFile {
    fn from(row: AttachmentRow) -> Self {
        Self {
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            file_id: row.file_id,
        }
    }
}

impl From<DocumentFileRow> for ServedFile {
    fn from(row: DocumentFileRow) -> Self {
        Self {
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            file_id: row.file_id,
        }
    }
}

impl Service {
    /// The address at which this viewer reads an attachment (S-20). It is made for any id: whether
    /// the viewer sees it is asked when it is opened.
    #[must_use]
    pub fn file_address(&self, viewer: &Viewer, attachment: AttachmentId) -> Address {
        let expires_at = self.clock.now() + Duration::minutes(limits::FILE_LINK_MINUTES);
        self.address(LinkUse::Download, "files", viewer, attachment.0, expires_at)
    }

    /// The address to which this viewer puts an announced file.
    #[must_use]
    pub fn upload_address(&self, viewer: &Viewer, announced: &Announced) -> Address {
        let Announced {
            attachment,
            expires_at,
        } = *announced;
        self.address(LinkUse::Upload, "uploads", viewer, attachment.0, expires_at)
    }

    /// The address below this path of what has this id.
    pub(crate) fn address(
        &self,
        purpose: LinkUse,
        path: &str,
        viewer: &Viewer,
        id: Uuid,
        expires_at: DateTime<Utc>,
    ) -> Address {
        let link = Link {
            id,
            viewer: viewer.principal().uuid(),
            expires_at,
        };
        let token = self.files.key.sign(purpose, &link);
        Address {
            url: format!("{}/{path}/{token}", self.files.base),
            expires_at,
        }
    }

    /// The address at which this viewer reads a file of a document. As with attachments, whether the
    /// viewer sees it is asked when it is opened.
    #[must_use]
    pub fn document_address(&self, viewer: &Viewer, file: DocumentFileId) -> Address {
        let expires_at = self.clock.now() + Duration::minutes(limits::FILE_LINK_MINUTES);
        self.address(LinkUse::Document, "files", viewer, file.0, expires_at)
    }

    /// The file of an address, as whoever it was made for sees it at this moment. `asker` is who asks, if
    /// the request says so: an address of somebody else opens nothing then. One `NOT_FOUND` for a forged
    /// address, an expired one, and one whose viewer may not see the file any more.
    pub async fn file(&self, token: &str, asker: Option<Uuid>) -> Result<ServedFile> {
        let now = self.clock.now();
        let genuine = |purpose| self.files.key.open(purpose, token, now).map(|_| purpose);
        let purpose = genuine(LinkUse::Download).or_else(|| genuine(LinkUse::Document));
        let purpose = purpose.ok_or_else(Error::not_found)?;
        let (link, viewer) = self.opened(purpose, token, now).await?;
        if asker.is_some_and(|asker| asker != link.viewer) {
            return Err(Error::not_found());
        }
        // SECURITY: the address says for whom it was made; the law is asked now.
        let found = if purpose == LinkUse::Document {
            let mut rows = self
                .store
                .document_files(&viewer, &[link.id.into()])
                .await?;
            rows.pop().map(ServedFile::from)
        } else {
            let mut rows = self.store.attachments(&viewer, &[link.id.into()]).await?;
            rows.pop().map(ServedFile::from)
        };
        found.ok_or_else(Error::not_found)
    }

    /// The content of a file, or the part of it between two offsets in bytes.
    pub async fn file_content(
        &self,
        file: &ServedFile,
        range: Option<Range<u64>>,
    ) -> Result<FileContent> {
        Ok(self.files.get(file.file_id, range).await?)
    }

    /// What an address says, and the viewer for whom it was made, as of now.
    pub(crate) async fn opened(
        &self,
        purpose: LinkUse,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(Link, Viewer)> {
        let link = self.files.key.open(purpose, token, now);
        let link = link.ok_or_else(Error::not_found)?;
        // SECURITY: whoever may not sign in any more gets nothing by an address of before.
        let viewer = self.store.viewer(link.viewer, now).await?;
        Ok((link, viewer.ok_or_else(Error::not_found)?))
    }
}

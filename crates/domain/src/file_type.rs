//! What a file is, and whether it may come in: decided on its content, its name and its declared
//! type together (K2, S-13, C-41). All three must agree; a mismatch is a refusal.
//!
//! The magic is the `file-format` crate's, the rules are ours (`content.rs`).

mod content;

use std::io::{self, Read, Seek, SeekFrom};

use crate::file_name::FileName;
use crate::limits;
pub use crate::vocabulary::FileGroup;

/// A kind of file that may come in. There are no others: no program, no page, no script, no SVG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// Word before 2007.
    Doc,
    /// Word since 2007, without macros.
    Docx,
    /// Plain text.
    Txt,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// Windows bitmap.
    Bmp,
    /// GIF.
    Gif,
    /// WebP, if photos are on.
    Webp,
    /// HEIC, if photos are on.
    Heic,
    /// AAC in MPEG-4, if voice notes are on.
    M4a,
    /// MP3, if voice notes are on.
    Mp3,
    /// Opus, Vorbis or Speex in Ogg, if voice notes are on.
    Ogg,
    /// WAV, if voice notes are on.
    Wav,
    /// ZIP, for document requests (C-41).
    Zip,
    /// Gzip, for document requests.
    Gzip,
    /// 7z, for document requests.
    SevenZip,
    /// RAR, for document requests.
    Rar,
}

impl FileKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Pdf,
        Self::Doc,
        Self::Docx,
        Self::Txt,
        Self::Jpeg,
        Self::Png,
        Self::Bmp,
        Self::Gif,
        Self::Webp,
        Self::Heic,
        Self::M4a,
        Self::Mp3,
        Self::Ogg,
        Self::Wav,
        Self::Zip,
        Self::Gzip,
        Self::SevenZip,
        Self::Rar,
    ];

    /// The endings of its names, in lower case; the first is the usual one.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Doc => &["doc"],
            Self::Docx => &["docx"],
            Self::Txt => &["txt"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Bmp => &["bmp"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Heic => &["heic", "heif"],
            Self::M4a => &["m4a"],
            Self::Mp3 => &["mp3"],
            Self::Ogg => &["ogg", "oga", "opus"],
            Self::Wav => &["wav"],
            Self::Zip => &["zip"],
            Self::Gzip => &["gz", "tgz"],
            Self::SevenZip => &["7z"],
            Self::Rar => &["rar"],
        }
    }

    /// The types that senders declare for it; the first is the one with which it is served.
    #[must_use]
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["application/pdf", "application/x-pdf"],
            Self::Doc => &["application/msword"],
            Self::Docx => {
                &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]
            }
            Self::Txt => &["text/plain"],
            Self::Jpeg => &["image/jpeg", "image/jpg", "image/pjpeg"],
            Self::Png => &["image/png", "image/x-png"],
            Self::Bmp => &["image/bmp", "image/x-bmp", "image/x-ms-bmp"],
            Self::Gif => &["image/gif"],
            Self::Webp => &["image/webp"],
            Self::Heic => &["image/heic", "image/heif"],
            Self::M4a => &["audio/mp4", "audio/x-m4a", "audio/m4a", "audio/aac"],
            Self::Mp3 => &["audio/mpeg", "audio/mp3"],
            Self::Ogg => &["audio/ogg", "audio/opus", "application/ogg"],
            Self::Wav => &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
            Self::Zip => &["application/zip", "application/x-zip-compressed"],
            Self::Gzip => &["application/gzip", "application/x-gzip"],
            Self::SevenZip => &["application/x-7z-compressed"],
            Self::Rar => &[
                "application/vnd.rar",
                "application/x-rar-compressed",
                "application/x-rar",
            ],
        }
    }

    /// The type with which it is served.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        self.media_types()[0]
    }

    /// What it is for those who handle it.
    #[must_use]
    pub const fn group(self) -> FileGroup {
        match self {
            Self::Pdf | Self::Doc | Self::Docx | Self::Txt => FileGroup::Document,
            Self::Jpeg | Self::Png | Self::Bmp | Self::Gif | Self::Webp | Self::Heic => {
                FileGroup::Image
            }
            Self::M4a | Self::Mp3 | Self::Ogg | Self::Wav => FileGroup::Audio,
            Self::Zip | Self::Gzip | Self::SevenZip | Self::Rar => FileGroup::Archive,
        }
    }

    /// Whether a browser may show it within a page. Everything else is saved.
    #[must_use]
    pub const fn shows_inline(self) -> bool {
        matches!(
            self,
            Self::Jpeg | Self::Png | Self::Bmp | Self::Gif | Self::Webp
        )
    }

    /// The kind that is served with this type.
    #[must_use]
    pub fn served_as(media_type: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.media_type() == media_type)
    }

    fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.extensions().contains(&extension))
    }
}

/// What a file comes in for, with what the agency's policy says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePurpose {
    /// An attachment of a message (S-13, P-27).
    Message {
        /// The size that a file must stay below, in bytes; held within K1's bounds.
        below: u64,
        /// Whether audio comes in (P-28).
        voice_notes: bool,
        /// Whether the formats of phones' cameras come in (P-29).
        photos: bool,
    },
    /// A file that answers a request for a document (C-39 to C-41).
    RequestDocument,
}

impl FilePurpose {
    /// The largest size that fits, in bytes (K1).
    #[must_use]
    pub fn largest(self) -> u64 {
        match self {
            Self::Message { below, .. } => {
                below.clamp(limits::MIN_ATTACHMENT_BELOW, limits::MAX_ATTACHMENT_BELOW) - 1
            }
            Self::RequestDocument => limits::MAX_REQUEST_DOCUMENT_BYTES,
        }
    }

    /// Whether a kind may come in (K2).
    #[must_use]
    pub fn takes(self, kind: FileKind) -> bool {
        match kind {
            FileKind::Webp | FileKind::Heic => matches!(self, Self::Message { photos: true, .. }),
            _ => match kind.group() {
                FileGroup::Document | FileGroup::Image => true,
                FileGroup::Audio => matches!(
                    self,
                    Self::Message {
                        voice_notes: true,
                        ..
                    }
                ),
                FileGroup::Archive => self == Self::RequestDocument,
            },
        }
    }
}

/// Why a file does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// Its name, its declared type or its content is none that is taken, or they disagree (S-13).
    TypeNotAllowed,
    /// It has more bytes than fit (S-14, C-39).
    TooLarge {
        /// The most that fit.
        largest: u64,
    },
    /// It has no bytes.
    Empty,
}

/// Judges what a sender announces, before a byte of the content has come: its name, its declared
/// type, its size in bytes. What is refused here is refused with any content.
pub fn announced(
    name: &FileName,
    declared: &str,
    size: u64,
    purpose: FilePurpose,
) -> Result<FileKind, FileProblem> {
    let kind = FileKind::of_extension(&name.extension()).ok_or(FileProblem::TypeNotAllowed)?;
    let essence = declared.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    // Browsers that do not know a type say nothing, or "some bytes".
    let fits = matches!(essence.as_str(), "" | "application/octet-stream")
        || kind.media_types().contains(&essence.as_str());
    if !fits || !purpose.takes(kind) {
        return Err(FileProblem::TypeNotAllowed);
    }
    fits_size(size, purpose)?;
    Ok(kind)
}

/// Judges a file whose content is there: [`announced`] with its true size, and then whether the
/// content is what the name says. Reads it in blocks; memory does not grow with its size.
///
/// # Errors
/// The outer error is the reader's; the inner is the judgement.
pub fn arrived(
    name: &FileName,
    declared: &str,
    mut content: impl Read + Seek,
    purpose: FilePurpose,
) -> io::Result<Result<FileKind, FileProblem>> {
    let size = content.seek(SeekFrom::End(0))?;
    let kind = match announced(name, declared, size, purpose) {
        Ok(kind) => kind,
        Err(problem) => return Ok(Err(problem)),
    };
    // SECURITY: a name and a type are a claim; what a reader's program goes by is the content.
    Ok(if content::is(kind, &mut content, size)? {
        Ok(kind)
    } else {
        Err(FileProblem::TypeNotAllowed)
    })
}

/// Judges the files of one fulfilment together: their sum must fit as well (C-40, K1).
pub fn together(sizes: impl IntoIterator<Item = u64>) -> Result<(), FileProblem> {
    let sum = sizes.into_iter().fold(0, u64::saturating_add);
    fits_size(sum, FilePurpose::RequestDocument)
}

fn fits_size(size: u64, purpose: FilePurpose) -> Result<(), FileProblem> {
    let largest = purpose.largest();
    if size == 0 {
        Err(FileProblem::Empty)
    } else if size > largest {
        Err(FileProblem::TooLarge { largest })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

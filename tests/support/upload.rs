//! Files: contents of every kind, and both ways in.

use std::path::Path;

use serde_json::{Value, json};
use tidings_domain::{FileKind, FileKind::*};
use tidings_server::seed::cast::client;

use super::{Caller, Global as _, Tidings, key};

const UPLOAD: &str = "mutation($input: UploadAttachmentInput!) { answer: uploadAttachment(input: $input) {
  attachment { id fileName contentType kind size width height durationMs url urlExpiresAt createdAt message { id } }
  userErrors { field code message } } }";
const ANNOUNCE: &str =
    "mutation($input: CreateUploadInput!) { answer: createUpload(input: $input) {
  ticket { url expiresAt attachmentId } userErrors { field code message } } }";

/// What a picture must not tell of.
pub(crate) const PLACE: &[u8] = b"52.5200N 13.4050E";

fn part(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], data].concat()
}

/// A photo of 1 by 2 pixels with Exif, a comment, and something behind its end.
pub(crate) fn photo() -> Vec<u8> {
    let exif = [&b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"[..], PLACE].concat();
    [
        b"\xFF\xD8".to_vec(),
        part(0xE1, &exif),
        part(0xFE, PLACE),
        part(0xC0, b"\x08\0\x02\0\x01\x01\x01\x11\0"),
        part(0xDA, b"\x01\x01\0\0\x3F\0"),
        b"\x12\x34\xFF\xD9".to_vec(),
        PLACE.to_vec(),
    ]
    .concat()
}

/// Entries of a ZIP with these names, empty.
fn zip(names: &[&str]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let offset = u32::try_from(out.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        out.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(&length);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&length);
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&offset);
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let begin = u32::try_from(out.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &count,
        &count,
        &length,
        &begin,
        &[0; 2],
    ]
    .concat();
    [out, directory, end].concat()
}

/// A compound file whose directory names one stream.
fn compound() -> Vec<u8> {
    let mut out = vec![0; 4_096];
    out[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    out[26] = 3;
    out[48] = 1;
    let entry = 512 * 2 + 128;
    for (at, unit) in "WordDocument".encode_utf16().enumerate() {
        out[entry + 2 * at..entry + 2 * at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    out
}

fn bitmap() -> Vec<u8> {
    let mut out = vec![0; 58];
    out[..2].copy_from_slice(b"BM");
    out[14] = 40;
    out[18] = 3;
    out[22] = 4;
    out[26] = 1;
    out
}

/// One second: mono, 8,000 samples of 16 bits.
fn wav() -> Vec<u8> {
    let data = 16_000_u32;
    [
        &b"RIFF"[..],
        &(36 + data).to_le_bytes(),
        b"WAVEfmt \x10\0\0\0\x01\0\x01\0",
        &8_000_u32.to_le_bytes(),
        &data.to_le_bytes(),
        b"\x02\0\x10\0data",
        &data.to_le_bytes(),
        &vec![0; 16_000],
    ]
    .concat()
}

/// A PNG of 1 by 1 pixel.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3A\x7E\x9B\x55\
    \0\0\0\x0AIDAT\x78\x9C\x63\x60\0\0\0\x02\0\x01\x48\xAF\xA4\x71\0\0\0\0IEND\xAE\x42\x60\x82";

/// A content of a kind, with as much of it as a reader looks at.
pub(crate) fn sample(kind: FileKind) -> Vec<u8> {
    match kind {
        Pdf => b"%PDF-1.7\n1 0 obj\n%%EOF\n".to_vec(),
        Doc => compound(),
        Docx => zip(&["[Content_Types].xml", "word/document.xml"]),
        Txt => "Dear Ann,\r\n\tsee you: 1 < 2 \u{fc}\n".into(),
        Jpeg => photo(),
        Png => PNG.to_vec(),
        Bmp => bitmap(),
        Gif => b"GIF89a\x05\0\x06\0\0\0\0;".to_vec(),
        Webp => b"RIFF\x1A\0\0\0WEBPVP8L\x0D\0\0\0\x2F\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
        Wav => wav(),
        Mp3 => [&b"\xFF\xFB\x90\x64"[..], &[0; 413]].concat().repeat(20),
        Zip => zip(&["scan.pdf"]),
        Gzip => b"\x1F\x8B\x08\0\0\0\0\0\0\x03".to_vec(),
        other => panic!("no sample of {other:?}"),
    }
}

impl Caller<'_> {
    /// Whose file it is, as the input says it: an account acts for its first client.
    fn acting(&self, mut input: Value) -> Value {
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(key());
        }
        let client = match self.name {
            "client" => client::CLIENT,
            "guardian" => client::FIRST_CHILD,
            "second-client" => client::SECOND_CLIENT,
            "outsider-client" => client::OUTSIDER,
            _ => return input,
        };
        if input.get("clientId").is_none() {
            input["clientId"] = json!(client.gid());
        }
        input
    }

    /// The whole answer to an upload by the multipart request specification.
    pub(crate) async fn upload(
        &self,
        name: &str,
        kind: &str,
        content: &[u8],
        input: Value,
    ) -> Value {
        let mut input = self.acting(input);
        input["file"] = Value::Null;
        self.multipart(UPLOAD, json!({ "input": input }), name, kind, content)
            .await
    }

    /// The answer to any operation with one file, for the variable `input.file`.
    pub(crate) async fn multipart(
        &self,
        query: &str,
        variables: Value,
        name: &str,
        kind: &str,
        content: &[u8],
    ) -> Value {
        let operations = json!({ "query": query, "variables": variables });
        let mut body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"map\"\r\n\r\n{{\"0\":[\"variables.input.file\"]}}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"0\"; filename=\"{name}\"\r\ncontent-type: {kind}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let url = format!("http://{}/graphql", self.tidings.address());
        let mut request = reqwest::Client::new()
            .post(url)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Uploads a file that must be taken; answers the attachment.
    pub(crate) async fn uploads(&self, kind: FileKind) -> Value {
        let name = format!("a file.{}", kind.extensions()[0]);
        let mut answer = self
            .upload(&name, kind.media_type(), &sample(kind), json!({}))
            .await;
        assert!(answer.get("errors").is_none(), "{kind:?}: {answer:#}");
        assert_eq!(
            answer["data"]["answer"]["userErrors"],
            json!([]),
            "{kind:?}: {answer:#}"
        );
        answer["data"]["answer"]["attachment"].take()
    }

    /// Uploads a file that must be taken; answers its id.
    pub(crate) async fn attaches(&self, kind: FileKind) -> String {
        text(&self.uploads(kind).await["id"])
    }

    /// The whole answer to the announcement of a file.
    pub(crate) async fn announce(&self, name: &str, kind: &str, size: usize) -> Value {
        let input = json!({ "fileName": name, "contentType": kind, "size": size });
        self.ask(ANNOUNCE, json!({ "input": self.acting(input) }))
            .await
    }

    /// The ticket of an announced file that must be taken.
    pub(crate) async fn ticket(&self, name: &str, kind: &str, size: usize) -> Value {
        let mut answer = self.announce(name, kind, size).await;
        assert!(answer["data"]["answer"]["ticket"].is_object(), "{answer:#}");
        answer["data"]["answer"]["ticket"].take()
    }
}

/// The text of a value.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// The code of the first user error of an answer, which has nothing beside it.
pub(crate) fn code(answer: &Value) -> String {
    let payload = &answer["data"]["answer"];
    assert!(
        payload["attachment"].is_null() && payload["ticket"].is_null(),
        "{answer:#}"
    );
    text(&payload["userErrors"][0]["code"])
}

impl Tidings {
    /// Puts a content to an address; answers the status and the JSON.
    pub(crate) async fn put(&self, url: &str, content: Vec<u8>) -> (u16, Value) {
        let url = format!("http://{}{url}", self.address());
        let request = reqwest::Client::new().put(url).body(content);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// What an address of a file answers.
    pub(crate) async fn fetch(&self, url: &str) -> reqwest::Response {
        let url = format!("http://{}{url}", self.address());
        reqwest::Client::new().get(url).send().await.unwrap()
    }

    /// How many files lie in the store.
    pub(crate) fn files(&self) -> usize {
        count(&self.config.file_folder())
    }
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                count(&entry.path())
            } else {
                1
            }
        })
        .sum()
}

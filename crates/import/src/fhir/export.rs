//! The reverse way: records and conversations as a FHIR R4 Bundle, entry by entry, so that a record
//! of any length takes the memory of one entry. What is read again comes out as the same records.
//!
//! A thread is a `Communication` that names its subject and audience; each message is one that is
//! `partOf` it.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use tidings_domain::{AudienceKind, ClientStatus};

use super::survey::ROLE_SYSTEM;
use super::teams::{PRIVATE, SOURCE_SYSTEM};
use crate::record::{Agency, Client, Family, Member, Staff, Team};

/// The system of v3 `RoleCode`.
const RELATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

/// A thread as its header.
#[derive(Clone, Debug)]
pub struct Conversation<'a> {
    /// Its id.
    pub id: &'a str,
    /// The client.
    pub client: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// Who may read it.
    pub audience: Option<AudienceKind>,
    /// When it was started.
    pub started: DateTime<Utc>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug)]
pub enum Sender<'a> {
    /// A staff member.
    Staff(&'a str),
    /// The client, or somebody for the client.
    Client(&'a str),
}

/// A message of a thread.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Its id.
    pub id: &'a str,
    /// The thread.
    pub thread: &'a str,
    /// The client of the thread.
    pub client: &'a str,
    /// Who wrote it.
    pub sender: Option<Sender<'a>>,
    /// When.
    pub sent: DateTime<Utc>,
    /// Its plain text.
    pub text: &'a str,
}

/// A Bundle in the making. [`Bundle::finish`] closes it.
#[derive(Debug)]
pub struct Bundle<W: Write> {
    out: W,
    entries: u64,
}

impl<W: Write> Bundle<W> {
    /// Begins a Bundle.
    pub fn begin(mut out: W, now: DateTime<Utc>) -> io::Result<Self> {
        let now = moment(now);
        write!(
            out,
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"{now}\",\"entry\":["
        )?;
        Ok(Self { out, entries: 0 })
    }

    /// Ends it, and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn entry(&mut self, resource: &Value) -> io::Result<()> {
        let before = if self.entries > 0 { ",\n" } else { "\n" };
        self.entries += 1;
        self.out.write_all(before.as_bytes())?;
        serde_json::to_writer(
            &mut self.out,
            &json!({ "resource": without_gaps(resource) }),
        )?;
        Ok(())
    }

    /// Adds an agency.
    pub fn agency(&mut self, agency: &Agency) -> io::Result<()> {
        self.entry(&json!({
            "resourceType": "Organization",
            "id": agency.id,
            "meta": security(&agency.labels),
            "active": true,
            "name": agency.name,
        }))
    }

    /// Adds a staff member and what they do.
    pub fn staff(&mut self, staff: &Staff) -> io::Result<()> {
        self.entry(&json!({
            "resourceType": "Practitioner",
            "id": staff.id,
            "active": staff.active,
            "name": [{ "use": "official", "text": staff.name }],
            "telecom": email(Some(&staff.email)),
        }))?;
        let mut codes: Vec<Value> = staff
            .roles
            .iter()
            .map(|role| json!({ "coding": [{ "system": ROLE_SYSTEM, "code": role.as_str() }] }))
            .collect();
        if let Some(title) = &staff.title {
            match codes.first_mut() {
                Some(first) => first["text"] = json!(title),
                None => codes.push(json!({ "text": title })),
            }
        }
        let organization =
            (!staff.agency.is_empty()).then(|| reference("Organization", &staff.agency));
        self.entry(&json!({
            "resourceType": "PractitionerRole",
            "id": staff.id,
            "active": true,
            "practitioner": reference("Practitioner", &staff.id),
            "organization": organization,
            "code": codes,
        }))
    }

    /// Adds a client.
    pub fn client(&mut self, client: &Client) -> io::Result<()> {
        let managing =
            (!client.agency.is_empty()).then(|| reference("Organization", &client.agency));
        self.entry(&json!({
            "resourceType": "Patient",
            "id": client.id,
            "meta": security(&client.labels),
            "active": client.status == ClientStatus::Active,
            "name": [{ "use": "official", "text": client.name }],
            "telecom": email(client.email.as_deref()),
            "managingOrganization": managing,
        }))
    }

    /// Adds somebody who acts for a client.
    pub fn family(&mut self, family: &Family) -> io::Result<()> {
        self.entry(&json!({
            "resourceType": "RelatedPerson",
            "id": family.id,
            "active": family.active,
            "patient": reference("Patient", &family.client),
            "relationship": [{ "coding": [{ "system": RELATIONS, "code": "GUARD" }] }],
            "name": [{ "use": "official", "text": family.name }],
            "telecom": email(Some(&family.email)),
        }))
    }

    /// Adds a care team. Its origin is `CareTeam/` and its id.
    pub fn team(&mut self, team: &Team) -> io::Result<()> {
        let id = team.origin.rsplit('/').next().unwrap_or_default();
        let participants: Vec<Value> = team.members.iter().map(participant).collect();
        self.entry(&json!({
            "resourceType": "CareTeam",
            "id": id,
            "status": "active",
            "subject": reference("Patient", &team.client),
            "participant": participants,
        }))
    }

    /// Adds a thread.
    pub fn conversation(&mut self, thread: &Conversation<'_>) -> io::Result<()> {
        let category = thread.audience.map(|audience| {
            json!([{ "coding": [{ "system": "urn:tidings:audience", "code": audience.as_str() }] }])
        });
        self.entry(&json!({
            "resourceType": "Communication",
            "id": thread.id,
            "status": "in-progress",
            "category": category,
            "topic": { "text": thread.subject },
            "subject": reference("Patient", thread.client),
            "sent": moment(thread.started),
        }))
    }

    /// Adds a message of a thread that was added.
    pub fn letter(&mut self, letter: &Letter<'_>) -> io::Result<()> {
        let sender = letter.sender.map(|sender| match sender {
            Sender::Staff(id) => reference("Practitioner", id),
            Sender::Client(id) => reference("Patient", id),
        });
        self.entry(&json!({
            "resourceType": "Communication",
            "id": letter.id,
            "partOf": [reference("Communication", letter.thread)],
            "status": "completed",
            "subject": reference("Patient", letter.client),
            "sender": sender,
            "sent": moment(letter.sent),
            "payload": [{ "contentString": letter.text }],
        }))
    }
}

fn participant(member: &Member) -> Value {
    let private = (!member.public).then(|| json!([{ "url": PRIVATE, "valueBoolean": true }]));
    json!({
        "extension": private,
        "role": [{ "coding": [{ "system": SOURCE_SYSTEM, "code": member.source.as_str() }] }],
        "member": reference("Practitioner", &member.staff),
        "period": { "start": member.start, "end": member.end },
    })
}

fn reference(kind: &str, id: &str) -> Value {
    json!({ "reference": format!("{kind}/{id}") })
}

fn email(address: Option<&str>) -> Option<Value> {
    let address = address.filter(|address| !address.is_empty())?;
    Some(json!([{ "system": "email", "value": address }]))
}

fn security(labels: &[String]) -> Option<Value> {
    let labels = labels.iter().map(|label| {
        let (system, code) = label.rsplit_once('|').unwrap_or(("", label));
        json!({ "system": system, "code": code })
    });
    let labels: Vec<Value> = labels.collect();
    (!labels.is_empty()).then(|| json!({ "security": labels }))
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// FHIR knows neither `null` nor empty lists and objects: what is not there is left out.
fn without_gaps(value: &Value) -> Value {
    let there = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| (key.clone(), without_gaps(value)));
            Value::Object(
                fields
                    .filter(|(_, value)| there(value))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(without_gaps).collect()),
        other => other.clone(),
    }
}

//! Imports of directories as jobs, for administrators.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_policy::{AdminAction, administers};
use tidings_service::{ImportProblem, ImportSummary, QueueImport, import_outcome};
use tidings_store::DirectoryImportRow;

use crate::connection::first as page_size;
use crate::enums::ImportStatus;
use crate::error::{UserError, bad_input, fault, forbidden, outcome};
use crate::loaders::Load;
use crate::node::global;
use crate::request::Ask;
use crate::scalars::Upload;
use crate::staff::StaffMember;

/// How a directory is written.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_service::ImportFormat")]
pub(crate) enum ImportFormat {
    /// FHIR R4: NDJSON, a Bundle as JSON, or a zip of either.
    Fhir,
    /// HMIS CSV, FY2026: a zip.
    Hmis,
}

/// How much a problem of an import weighs.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_service::ImportSeverity")]
pub(crate) enum ImportSeverity {
    /// Nothing is wrong; somebody should know.
    Notice,
    /// A line, or what hangs on it, was left out. A strict import refuses the set.
    Problem,
    /// The set is refused.
    Fatal,
}

/// What an import counts.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_service::ImportKind")]
pub(crate) enum ImportKind {
    /// Agencies.
    Agency,
    /// Programs.
    Program,
    /// Staff members.
    Staff,
    /// Clients.
    Client,
    /// Profiles in the hands of portal accounts.
    Family,
    /// Enrolments.
    Enrollment,
    /// Care team memberships.
    CareTeam,
}

/// How many of a kind an import changes; of a preview, would change.
#[derive(SimpleObject)]
pub(crate) struct ImportCount {
    /// Of what.
    kind: ImportKind,
    /// Were not there before.
    added: u64,
    /// Are not what they were.
    changed: u64,
    /// Have ended: left, exited, inactive.
    closed: u64,
    /// Are as they were.
    unchanged: u64,
}

/// How many problems of a weight an import has.
#[derive(SimpleObject)]
pub(crate) struct ImportProblemCount {
    /// The weight.
    severity: ImportSeverity,
    /// How many.
    count: u64,
}

/// Something wrong in the files, and where. It tells no name and no value out of them.
#[derive(Description)]
pub(crate) struct DirectoryImportProblem(ImportProblem);

#[Object(use_type_description)]
impl DirectoryImportProblem {
    /// A stable code; docs/imports.md lists them.
    async fn code(&self) -> &str {
        self.0.code.as_str()
    }

    /// How much it weighs.
    async fn severity(&self) -> ImportSeverity {
        self.0.code.severity().into()
    }

    /// The same in words.
    async fn message(&self) -> &str {
        self.0.code.text()
    }

    /// The file, without folders.
    async fn file(&self) -> &str {
        &self.0.file
    }

    /// The line, from 1; null where it is about the file.
    async fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The column or element, if it is about one.
    async fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }
}

/// An import of a directory into the agency. It is stored as a whole or not at all, and done again if
/// a server ends half-way.
#[derive(Description)]
pub(crate) struct DirectoryImport {
    row: DirectoryImportRow,
    summary: Option<ImportSummary>,
}

impl From<DirectoryImportRow> for DirectoryImport {
    fn from(row: DirectoryImportRow) -> Self {
        Self {
            summary: import_outcome(&row),
            row,
        }
    }
}

#[Object(use_type_description)]
impl DirectoryImport {
    /// The id.
    async fn id(&self) -> ID {
        global("DirectoryImport", self.row.id.0)
    }

    /// How far it is.
    async fn status(&self) -> ImportStatus {
        self.row.status.into()
    }

    /// Whether it is stored; else it is a preview.
    async fn apply(&self) -> bool {
        self.row.apply
    }

    /// Whether any problem refuses all of it.
    async fn strict(&self) -> bool {
        self.row.strict
    }

    /// What the system is called here: its ids are its own under this name.
    async fn source(&self) -> &str {
        &self.row.source
    }

    /// Who asked for it.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        let row = ctx.one(self.row.requested_by).await?;
        Ok(row.map(StaffMember::from))
    }

    /// When it was asked for.
    async fn requested_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it came to its end; null before.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.row.finished_at
    }

    /// How often a server began it.
    async fn attempts(&self) -> i32 {
        self.row.attempt
    }

    /// Bytes that were read, as of a few seconds ago. Files are read several times.
    async fn bytes_read(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.service()?.import_progress(&self.row).0)
    }

    /// Of so many; 0 before it begins.
    async fn bytes_total(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.service()?.import_progress(&self.row).1)
    }

    /// What it changes, by kind; of a preview, what it would change. Empty before its end.
    async fn counts(&self) -> Vec<ImportCount> {
        let counts = self.summary.iter().flat_map(|summary| &summary.counts);
        let count = |(kind, counts): (&tidings_service::ImportKind, &tidings_service::Counts)| {
            ImportCount {
                kind: (*kind).into(),
                added: counts.added,
                changed: counts.changed,
                closed: counts.closed,
                unchanged: counts.unchanged,
            }
        };
        counts.map(count).collect()
    }

    /// How many problems there are, by weight. Empty before its end.
    async fn problem_counts(&self) -> Vec<ImportProblemCount> {
        let totals = self.summary.iter().flat_map(|summary| &summary.totals);
        let count =
            |(severity, count): (&tidings_service::ImportSeverity, &u64)| ImportProblemCount {
                severity: (*severity).into(),
                count: *count,
            };
        totals.map(count).collect()
    }

    /// The problems in the order in which they were found; the first 1,000 are kept.
    #[graphql(complexity = "(first.clamp(1, 100) as usize) * (child_complexity + 1)")]
    async fn problems(
        &self,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "How many are left out before.", default = 0)] skip: u32,
    ) -> Result<Vec<DirectoryImportProblem>> {
        let first = page_size(first)?;
        let problems = self.summary.iter().flat_map(|summary| &summary.problems);
        let problems = problems.skip(skip as usize).take(first).cloned();
        Ok(problems.map(DirectoryImportProblem).collect())
    }
}

/// A directory to import into the agency.
#[derive(InputObject)]
pub(crate) struct ImportDirectoryInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input and content answers with the first outcome for seven days.
    idempotency_key: String,
    /// The files: a zip, or one file that ends in `.ndjson` or `.json`.
    file: Upload,
    /// How it is written.
    format: ImportFormat,
    /// What the system is called here, 1 to 64 visible ASCII characters; by default `fhir` or
    /// `hmis`. Two systems need two names.
    source: Option<String>,
    /// With HMIS: the `OrganizationID` whose part is taken; needed where there are several.
    organization: Option<String>,
    /// Whether any problem refuses all of it.
    #[graphql(default)]
    strict: bool,
    /// Whether it is stored; else it is a preview.
    #[graphql(default)]
    apply: bool,
}

/// What came of an import that was asked for.
#[derive(SimpleObject)]
pub(crate) struct ImportDirectoryPayload {
    /// The import. It goes on behind this answer: see `Query.directoryImports`.
    directory_import: Option<DirectoryImport>,
    /// Why it was not taken.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ImportQuery;

#[Object]
impl ImportQuery {
    /// The agency's imports of directories, newest first. For practice and system admins; `FORBIDDEN`
    /// to everybody else.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn directory_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
    ) -> Result<Vec<DirectoryImport>> {
        let viewer = ctx.viewer()?;
        if !administers(&viewer, AdminAction::ImportDirectories) {
            return Err(forbidden());
        }
        let store = &ctx.service()?.store;
        let rows = store.directory_imports(&viewer, page_size(first)?).await;
        let rows = rows.map_err(|error| fault(&error))?;
        Ok(rows.into_iter().map(DirectoryImport::from).collect())
    }
}

#[derive(Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Takes a directory of an EHR or an HMIS into the agency, as a job. The operation is sent by the
    /// GraphQL multipart request specification. For practice and system admins. Without `apply` it
    /// is a preview.
    #[graphql(complexity = "100 + child_complexity")]
    async fn import_directory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The directory.")] input: ImportDirectoryInput,
    ) -> Result<ImportDirectoryPayload> {
        let file = input.file.0.value(ctx);
        let file = file.map_err(|_| bad_input("The file cannot be read."))?;
        let import = QueueImport {
            format: input.format.into(),
            source: input.source,
            organization: input.organization,
            strict: input.strict,
            apply: input.apply,
            file_name: file.filename,
        };
        let viewer = ctx.viewer()?;
        let service = ctx.service()?;
        let key = &input.idempotency_key;
        let queued = service.queue_import(&viewer, key, import, file.content);
        Ok(match outcome(queued.await)? {
            Ok(queued) => {
                let row = service.store.directory_import(&viewer, queued.import).await;
                ImportDirectoryPayload {
                    directory_import: row.map_err(|error| fault(&error))?.map(Into::into),
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => ImportDirectoryPayload {
                directory_import: None,
                user_errors,
            },
        })
    }
}

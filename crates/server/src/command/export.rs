//! `tidings export`: a client's record as another system reads it.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tidings_server::config::Config;
use tidings_server::import::{export_client, service};
use tidings_server::seed::cast;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    /// FHIR R4: one Bundle.
    Fhir,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// How the record is written.
    format: Written,
    /// The client, by UUID.
    #[arg(long)]
    client: uuid::Uuid,
    /// As which staff member sees it: a UUID, or a name of the demo cast.
    #[arg(long = "as", value_name = "STAFF")]
    viewer: String,
    /// The file to write; it must not be there yet. Standard output if left out.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) async fn run(config: &Config, asked: &Export) -> anyhow::Result<()> {
    let Written::Fhir = asked.format;
    let subject = match cast::find(&asked.viewer) {
        Some(member) => member.principal.uuid(),
        None => asked.viewer.parse().context("--as is a UUID")?,
    };
    let service = service(config).await?;
    match &asked.out {
        None => {
            let out = BufWriter::new(std::io::stdout());
            export_client(&service, subject, asked.client, out).await?;
        }
        Some(path) => {
            let file = std::fs::File::create_new(path)
                .with_context(|| format!("{} cannot be made", path.display()))?;
            let written = export_client(&service, subject, asked.client, BufWriter::new(file));
            if let Err(error) = written.await {
                // Half a record is none.
                let _best_effort = std::fs::remove_file(path);
                return Err(error);
            }
            writeln!(std::io::stderr(), "{} is written.", path.display())?;
        }
    }
    Ok(service.store.close().await?)
}

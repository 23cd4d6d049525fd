//! How mails leave, as the configuration has it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tidings_effects::mail::{Folder, Mailer, Smtp};
use tidings_service::{Courier, CourierOptions, Service};

use crate::config::{Config, MailWay};

/// The courier of a configuration; none where no mail leaves.
pub(crate) fn courier(
    config: &Config,
    service: &Service,
    address: SocketAddr,
) -> anyhow::Result<Option<Courier>> {
    let from = &config.mail_from;
    let mailer: Arc<dyn Mailer> = match config.mail_way() {
        MailWay::Off => {
            tracing::warn!("no mail leaves: mail is off");
            return Ok(None);
        }
        MailWay::Folder => {
            let usual = || config.data_dir.join("mail");
            let folder = config.mail_folder.clone().unwrap_or_else(usual);
            let opened = Folder::open(&folder, from);
            Arc::new(opened.with_context(|| format!("mail_folder {}", folder.display()))?)
        }
        MailWay::Smtp => Arc::new(Smtp::at(config.smtp_url.expose(), from).context("smtp_url")?),
    };
    let options = CourierOptions {
        sweep: Duration::from_millis(config.sweep_interval_ms),
        portal: portal(config, address),
    };
    Ok(Some(service.courier(mailer, options)))
}

/// The address of the portal, as people open it.
fn portal(config: &Config, address: SocketAddr) -> String {
    [&config.portal_url, &config.public_url]
        .into_iter()
        .find(|url| !url.is_empty())
        .map_or_else(|| format!("http://{address}"), Clone::clone)
}

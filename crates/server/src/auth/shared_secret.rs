//! The shared secret for HS256: the configured one, or in development one that is made up once. The
//! key of signed addresses is made in the same way.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::{Config, Secret};

/// The file in the data folder that keeps a made-up secret, so that `tidings serve` and
/// `tidings token` agree.
const FILE: &str = "token.secret";

/// The least length of a secret, in bytes: that of the hash (RFC 7518, section 3.2).
const MIN_BYTES: usize = 32;

/// The secret that signs and verifies.
pub(super) fn shared_secret(config: &Config) -> Result<Secret> {
    if !config.token_secret.is_empty() {
        return Ok(config.token_secret.clone());
    }
    // SECURITY: the configuration refuses this too; a second lock costs a line.
    ensure!(
        !config.is_production(),
        "token_secret must be set in production"
    );
    made_secret(&config.data_dir, FILE)
}

/// The secret that was made up once and is kept in this file of the data folder.
pub(crate) fn made_secret(folder: &Path, file: &str) -> Result<Secret> {
    let path = folder.join(file);
    let secret = match read(&path)? {
        Some(secret) => secret,
        None => make(folder, &path)?,
    };
    ensure!(
        secret.expose().len() >= MIN_BYTES,
        "{} is shorter than {MIN_BYTES} bytes: remove it, and another is made",
        path.display()
    );
    Ok(secret)
}

fn read(path: &Path) -> Result<Option<Secret>> {
    let name = || format!("the secret {}", path.display());
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(name),
    };
    ensure_private(path, &metadata)?;
    let text = fs::read_to_string(path).with_context(name)?;
    Ok(Some(Secret::new(text.trim())))
}

/// Makes a secret. When two processes do so at once, both take that of the first.
fn make(folder: &Path, path: &Path) -> Result<Secret> {
    let name = || format!("the secret {}", path.display());
    make_folder(folder).with_context(|| format!("the folder {}", folder.display()))?;
    let mut random = [0_u8; 40];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| anyhow!("the system gives no random bytes"))?;
    let (secret, suffix) = random.split_at(MIN_BYTES);
    let secret = Secret::new(URL_SAFE_NO_PAD.encode(secret));

    // Written aside and then linked, so that nobody ever reads half a secret.
    let aside = path.with_extension(URL_SAFE_NO_PAD.encode(suffix));
    let linked = write(&aside, &secret).and_then(|()| fs::hard_link(&aside, path));
    let removed = fs::remove_file(&aside);
    match linked {
        Ok(()) => removed.with_context(name)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(name),
    }
    read(path)?.ok_or_else(|| anyhow!("{} vanished", name()))
}

fn write(path: &Path, secret: &Secret) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // SECURITY: from the first moment; a mode set afterwards leaves a gap.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn ensure_private(path: &Path, metadata: &fs::Metadata) -> Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    // SECURITY: whoever reads this file can be anybody.
    let others = mode & 0o077;
    ensure!(
        others == 0,
        "others can read {} (mode {mode:03o}): remove it, and another is made",
        path.display()
    );
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn ensure_private(_: &Path, _: &fs::Metadata) -> Result<()> {
    Ok(())
}

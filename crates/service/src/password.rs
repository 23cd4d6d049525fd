//! Passwords: hashed with Argon2id, off the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tidings_domain::{ErrorCode, Password};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes that are made at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// Who may wait for a turn. Whoever comes then is sent away: a queue that grows helps nobody.
const WAITING: usize = 64;

/// What a hash costs: 19 MiB, two passes, one lane, as OWASP advises for Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Makes and checks hashes of passwords. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            room: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }
}

impl Passwords {
    /// The hash of a new password, as a row keeps it: with its salt and its cost.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.turn(move || {
            let mut salt = [0_u8; 16];
            aws_lc_rs::rand::fill(&mut salt).map_err(|_| fault())?;
            let salt = SaltString::encode_b64(&salt).map_err(|_| fault())?;
            let hash = argon2()?.hash_password(password.expose(), &salt);
            Ok(hash.map_err(|_| fault())?.to_string())
        })
        .await
    }

    /// Whether a text is the password of this hash. Without a hash it costs the same and is not.
    pub(crate) async fn verify(&self, text: &str, hash: Option<&str>) -> Result<bool> {
        let (text, known) = (text.to_owned(), hash.is_some());
        // SECURITY: whoever has no account costs what others cost, so that time tells nothing.
        let hash = hash.unwrap_or(NOBODY).to_owned();
        self.turn(move || {
            let hash = PasswordHash::new(&hash).map_err(|_| fault())?;
            let same = argon2()?.verify_password(text.as_bytes(), &hash).is_ok();
            Ok(same && known)
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let text = "Too many people sign in at this moment: try again soon.";
        let later = |_| Error::Code(ErrorCode::TryLater, text);
        let _room = self.room.try_acquire().map_err(later)?;
        let _turn = self.turns.acquire().await.map_err(|_| fault())?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| fault())?
    }
}

/// The hash of a password that nobody has, with the cost of [`COST`].
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$\
                      AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| fault())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault() -> Error {
    Error::Code(ErrorCode::Internal, "Something failed on our side.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn s20_a_password_is_known_again_and_nothing_else_is() {
        let passwords = Passwords::default();
        let password = Password::parse("correct horse battery").unwrap();
        let hash = passwords.hash(&password).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(!hash.contains("horse"));
        let other = passwords.hash(&password).await.unwrap();
        assert_ne!(hash, other, "each has a salt of its own");
        let verify = async |text: &str, hash| passwords.verify(text, hash).await.unwrap();
        assert!(verify("correct horse battery", Some(&hash)).await);
        assert!(!verify("correct horse batterY", Some(&hash)).await);
        assert!(!verify("", Some(&hash)).await);
        assert!(!verify("correct horse battery", None).await);
        // What stands in for nobody's is a hash of the same cost.
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let cost = Params::try_from(&nobody).unwrap();
        assert_eq!((cost.m_cost(), cost.t_cost(), cost.p_cost()), COST);
    }
}

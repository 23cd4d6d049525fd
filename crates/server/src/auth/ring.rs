//! The present key set: refreshed in time, never in a storm, and kept while the issuer is silent.
//!
//! Nothing runs in the background. A token that comes when a refresh is due waits for it; those that
//! come meanwhile use the present keys; a token with an unknown key waits for the refresh that runs.
//! Between two refreshes lies at least the cooldown, whatever comes.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Result, anyhow, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::TokenError;
use super::keys::{KeySet, VerificationKey};
use super::source::{Source, Stamp, read_file};

/// How often a file is looked at. A look costs one system call.
const FILE_INTERVAL: TimeDelta = TimeDelta::seconds(1);

/// Callers read the clock before they queue, so times may come out of order by a little. By more
/// than this, the clock was set back.
const DISORDER: TimeDelta = TimeDelta::minutes(1);

/// The keys of an issuer.
#[derive(Clone)]
pub(super) struct KeyRing(Arc<Ring>);

struct Ring {
    source: Source,
    /// From one good refresh to the next.
    refresh: TimeDelta,
    /// From any refresh to the next, at least.
    cooldown: TimeDelta,
    present: RwLock<Present>,
    /// Held by whoever refreshes: one at a time.
    gate: Arc<Mutex<Gate>>,
}

#[derive(Clone, Default)]
struct Present {
    /// The last good key set; none before the first.
    keys: Option<Arc<KeySet>>,
    /// When a refresh was last tried.
    tried: Option<DateTime<Utc>>,
    /// Whether that failed.
    failing: bool,
}

#[derive(Default)]
struct Gate {
    /// The file as the present keys were read from it.
    stamp: Option<Stamp>,
    /// What the log said last, so that it does not say it again each time.
    problem: Option<String>,
}

impl KeyRing {
    /// The keys of a file, which must be there and hold one at least.
    pub(super) fn from_file(path: &std::path::Path) -> Result<Self> {
        let (document, stamp) = read_file(path, None)?.unwrap_or_default();
        let keys =
            KeySet::parse(&document).map_err(|reason| anyhow!("{}: {reason}", path.display()))?;
        ensure!(
            keys.len() > 0,
            "{} has no key for RS256, ES256 or EdDSA",
            path.display()
        );
        let present = Present {
            keys: Some(Arc::new(keys)),
            ..Present::default()
        };
        let gate = Gate {
            stamp,
            problem: None,
        };
        let source = Source::File(path.to_owned());
        Ok(Self::new(
            source,
            FILE_INTERVAL,
            FILE_INTERVAL,
            present,
            gate,
        ))
    }

    /// The keys of a URL, which is first fetched when a key is needed.
    pub(super) fn from_url(url: &str, refresh: TimeDelta, cooldown: TimeDelta) -> Result<Self> {
        let source = Source::url(url)?;
        Ok(Self::new(
            source,
            refresh,
            cooldown,
            Present::default(),
            Gate::default(),
        ))
    }

    fn new(
        source: Source,
        refresh: TimeDelta,
        cooldown: TimeDelta,
        present: Present,
        gate: Gate,
    ) -> Self {
        let present = RwLock::new(present);
        let gate = Arc::new(Mutex::new(gate));
        Self(Arc::new(Ring {
            source,
            refresh,
            cooldown,
            present,
            gate,
        }))
    }

    /// Whether a key set was ever loaded.
    pub(super) fn is_loaded(&self) -> bool {
        self.0.present().keys.is_some()
    }

    /// Loads the key set unless it was loaded before, or tried so lately that it must wait.
    pub(super) async fn load(&self, now: DateTime<Utc>) {
        let gate = Arc::clone(&self.0.gate).lock_owned().await;
        if !self.is_loaded() && self.0.may_refresh(now) {
            self.refresh(gate, now).await;
        }
    }

    /// The key of this id.
    pub(super) async fn find(
        &self,
        kid: &str,
        now: DateTime<Utc>,
    ) -> Result<Arc<VerificationKey>, TokenError> {
        if self.0.is_due(now)
            && let Ok(gate) = Arc::clone(&self.0.gate).try_lock_owned()
        {
            self.refresh(gate, now).await;
        }
        if let Some(key) = self.0.get(kid) {
            return Ok(key);
        }
        // The issuer may have begun to sign with a new key. Whoever waits here finds the answer to
        // the question of the one before.
        let gate = Arc::clone(&self.0.gate).lock_owned().await;
        // SECURITY: without the bound, anybody could make this server call the issuer at will.
        if self.0.get(kid).is_none() && self.0.may_refresh(now) {
            self.refresh(gate, now).await;
        }
        self.0.get(kid).ok_or_else(|| {
            if self.is_loaded() {
                TokenError::UnknownKey
            } else {
                TokenError::KeysUnavailable
            }
        })
    }

    async fn refresh(&self, gate: OwnedMutexGuard<Gate>, now: DateTime<Utc>) {
        let ring = Arc::clone(&self.0);
        // SECURITY: a task of its own, because a client that hangs up cancels its request: otherwise
        // it could do so at each refresh, and keep a withdrawn key in use.
        let task = tokio::spawn(async move { ring.reload(gate, now).await });
        if task.await.is_err() {
            tracing::error!("the refresh of the key set broke off");
        }
    }
}

impl Ring {
    fn present(&self) -> Present {
        self.present
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn update(&self, change: impl FnOnce(&mut Present)) {
        change(&mut self.present.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn get(&self, kid: &str) -> Option<Arc<VerificationKey>> {
        self.present().keys.and_then(|keys| keys.get(kid))
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let failing = self.present().failing;
        self.has_passed(if failing { self.cooldown } else { self.refresh }, now)
    }

    fn may_refresh(&self, now: DateTime<Utc>) -> bool {
        self.has_passed(self.cooldown, now)
    }

    fn has_passed(&self, interval: TimeDelta, now: DateTime<Utc>) -> bool {
        self.present().tried.is_none_or(|tried| {
            let passed = now - tried;
            passed >= interval || passed < -DISORDER
        })
    }

    async fn reload(&self, mut gate: OwnedMutexGuard<Gate>, now: DateTime<Utc>) {
        self.update(|present| present.tried = Some(now));
        match self.read(&mut gate).await {
            Ok(changed) => {
                if let Some(keys) = changed {
                    let count = keys.len();
                    self.update(|present| present.keys = Some(Arc::new(keys)));
                    tracing::debug!(count, "the key set was loaded");
                    if count == 0 {
                        tracing::error!("the key set has no key: no token is valid");
                    }
                }
                self.update(|present| present.failing = false);
                if gate.problem.take().is_some() {
                    tracing::info!("the key set can be refreshed again");
                }
            }
            Err(error) => {
                self.update(|present| present.failing = true);
                let problem = format!("{error:#}");
                if gate.problem.as_ref() != Some(&problem) {
                    tracing::warn!(problem, "the key set was not refreshed; the last one stays");
                    gate.problem = Some(problem);
                }
            }
        }
    }

    /// The new key set, or nothing when the file has not changed.
    async fn read(&self, gate: &mut Gate) -> Result<Option<KeySet>> {
        let Some((document, stamp)) = self.source.read(gate.stamp).await? else {
            return Ok(None);
        };
        let keys = KeySet::parse(&document).map_err(|reason| anyhow!(reason))?;
        // Only now: a file that was half written is read again.
        gate.stamp = stamp;
        Ok(Some(keys))
    }
}

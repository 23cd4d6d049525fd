//! What all requests and sockets of one router share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    document::Documents, observer::Answered, options::Options, reply::Reply, viewers::Viewers,
};

/// The id of the request, found by a resolver in its request data, for its log lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

pub(crate) struct Gateway<E, A> {
    pub(crate) executor: E,
    pub(crate) authenticator: A,
    pub(crate) options: Options,
    pub(crate) documents: Documents,
    pub(crate) viewers: Arc<Viewers>,
    hints: AtomicU64,
}

impl<E, A> Gateway<E, A> {
    pub(crate) fn new(executor: E, authenticator: A, options: Options) -> Self {
        Self {
            executor,
            authenticator,
            documents: Documents::new(&options),
            viewers: Viewers::new(&options),
            options,
            hints: AtomicU64::new(0),
        }
    }

    pub(crate) fn request_id(&self) -> RequestId {
        RequestId((self.options.request_id)().into())
    }

    /// Tells of an operation that was refused before anything was known of it.
    pub(crate) fn refused(&self, reply: &Reply) {
        if let Some(observer) = &self.options.observer {
            observer.answered(Answered {
                name: None,
                kind: "none",
                code: reply.code(),
                took: Duration::ZERO,
                cost: 0,
            });
        }
    }

    /// When a client that is sent away should come back: between one and five seconds.
    ///
    /// Multiples of the golden ratio spread more evenly than chance would, and need no source of it.
    pub(crate) fn retry_hint(&self) -> Duration {
        let n = self.hints.fetch_add(1, Ordering::Relaxed);
        let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Duration::from_millis(1_000 + ((spread * 4_000) >> 32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_hints_are_spread_over_the_whole_range() {
        let gateway = Gateway::new((), (), Options::default());
        let mut hints: Vec<_> = (0..1000)
            .map(|_| gateway.retry_hint().as_millis())
            .collect();
        hints.sort_unstable();
        assert!(hints[0] >= 1_000 && hints[999] < 5_000);
        assert!(hints.windows(2).all(|pair| pair[1] - pair[0] < 20));
    }
}

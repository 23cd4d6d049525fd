//! The gateway on the wire: a small schema, a real listener, raw HTTP and raw frames.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail"
)]

mod http_errors;
mod http_limits;
mod http_status;
mod limits;
mod origin;
mod persisted;
mod schema;
mod server;
mod socket;
mod socket_close;
mod socket_limits;
mod socket_operations;
mod socket_renewal;
mod socket_shutdown;
mod stream;
mod upload;

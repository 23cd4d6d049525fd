//! End-to-end tests: the real server on a free port of 127.0.0.1, real HTTP, real sockets.
//!
//! One suite, two databases: with `TIDINGS_TEST_DATABASE_URL` on PostgreSQL, without it on SQLite.
//! `support` starts servers and speaks for the members of the demo cast; `cases` holds a module
//! for each capability. A test's name begins with the ids of the rules that it proves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod cases;
mod support;

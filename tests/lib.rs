//! End-to-end tests live in the one test binary beside this file; there is nothing to import.

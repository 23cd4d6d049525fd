//! The law, proved from outside: the whole table as a picture (`policy_table.snap`), the rules of
//! the feature list one by one, and the equality of its two readers.

mod agreement;
mod cast;
mod deletion;
mod picture;
mod records;
mod rules;
mod shared;
mod writing;

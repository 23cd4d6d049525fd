//! Tests that need what is private here: the text of statements, their plans, how connections are
//! opened.

mod documents;
mod golden;
mod growth;
mod opening;
mod plans;
mod search;
mod size;

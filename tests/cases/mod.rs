//! A module for each capability.

mod crown;
mod first_light;

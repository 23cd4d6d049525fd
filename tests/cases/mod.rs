//! A module for each capability.

mod first_light;

//! `validate-config`, rule by rule and form by form.

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

mod audit;
mod backups;
mod bad_input;
mod binary;
mod forms;
mod gate;
mod image;
mod interop;
mod matrix;
mod properties;

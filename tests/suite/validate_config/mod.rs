//! `validate-config`, rule by rule and form by form.

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

mod audit;
mod backups;
mod bad_input;
mod binary;
mod forecast;
mod forms;
mod gate;
mod image;
mod interop;
mod library;
mod matrix;
mod parity;
mod pasteable;
mod properties;
mod units;

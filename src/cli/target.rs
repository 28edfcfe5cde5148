//! The store that a command works on: the lines with which every command on an existing store opens.
//!
//! Named, then found, then unlocked: what is wrong with the command line is said before the file is looked at, and what is
//! wrong with the file before anything is asked.

use std::ffi::OsString;
use std::path::PathBuf;

use super::context::Context;
use super::needs::Needs;
use super::report::Failure;
use super::setup::Setup;
use super::source::reader::Purpose;
use crate::ops::{Desk, StoreFile};
use crate::store::keyslot::Credentials;

/// A store that was named.
pub struct Target {
    /// What was decided before.
    pub setup: Setup,
    /// The path as it was given.
    pub path: PathBuf,
}

impl Target {
    /// The store of `argument`, of `--store` or of the configuration, which is read here.
    pub fn new(context: &Context, argument: Option<&OsString>) -> Result<Self, Failure> {
        let setup = Setup::new(context)?;
        let path = setup.store(argument)?;
        Ok(Self { setup, path })
    }

    /// The desk of a command that may write.
    pub fn desk(&self) -> Desk<'_> {
        self.setup.desk()
    }

    /// The desk of a command that writes nothing.
    pub fn looking_desk(&self) -> Desk<'_> {
        self.setup.looking_desk()
    }

    /// The desk of a command that looks at the log, and writes nothing.
    pub fn log_desk(&self) -> Desk<'_> {
        self.setup.log_desk()
    }

    /// The file, under the rules that come before a passphrase is asked for.
    pub fn find(&self, context: &mut Context, desk: &Desk<'_>) -> Result<StoreFile, Failure> {
        self.setup.find(context, desk, &self.path)
    }

    /// As `find`; an Igra file is refused, since `what` needs our own format.
    pub fn find_native(
        &self,
        context: &mut Context,
        desk: &Desk<'_>,
        what: &'static str,
    ) -> Result<StoreFile, Failure> {
        let file = self.find(context, desk)?;
        file.require_native(what)?;
        Ok(file)
    }

    /// What opens `file`.
    pub fn credentials(
        &self,
        context: &mut Context,
        file: &StoreFile,
    ) -> Result<Credentials, Failure> {
        self.credentials_and(context, file, Needs::new())
    }

    /// What opens `file`; that `more` will be asked for later is said now, when nobody can be asked.
    pub fn credentials_and(
        &self,
        context: &mut Context,
        file: &StoreFile,
        more: Needs,
    ) -> Result<Credentials, Failure> {
        let source = context.globals.passphrase_from.clone();
        Needs::new().passphrase(Purpose::OPEN, source.as_ref()).and(more).check(context)?;
        self.setup.credentials(context, file.network())
    }
}

//! From files to one age file.

use std::io::{Read, Write};

use super::{AgeError, AgeWriter, To, tar};
use crate::clock::Timestamp;
use crate::crypto::random::Random;

/// A file to be exported.
pub struct ExportFile<R> {
    /// Its path in the tar: relative, without `.` and `..`.
    pub path: String,
    /// Its mode; only the nine permission bits are kept.
    pub mode: u32,
    /// Exact number of bytes.
    pub size: u64,
    /// When it was changed.
    pub modified: Timestamp,
    /// Its content.
    pub content: R,
}

/// What `age -d` gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A tar, whatever the number of files: a script does not have to know it.
    #[default]
    Tar,
    /// The one file itself.
    File,
}

/// Writes one age file. A failure leaves a piece that age refuses; removing it is the caller's.
///
/// Gives the inner writer back, flushed, to be synced.
pub fn export<W: Write, R: Read>(
    out: W,
    files: impl IntoIterator<Item = ExportFile<R>>,
    form: Form,
    to: &To<'_>,
    random: &mut dyn Random,
) -> Result<W, AgeError> {
    let mut files = files.into_iter();
    let mut out = match form {
        Form::Tar => {
            let mut out = AgeWriter::new(out, to, random)?;
            for mut file in files {
                let entry = tar::Entry {
                    path: &file.path,
                    mode: file.mode,
                    size: file.size,
                    modified: file.modified,
                };
                tar::add(&mut out, &entry, &mut file.content)?;
            }
            tar::finish(&mut out)?;
            out
        }
        Form::File => {
            let mut file = files.next().ok_or(AgeError::NotOne(0))?;
            let more = files.count();
            if more > 0 {
                return Err(AgeError::NotOne(more + 1));
            }
            let mut out = AgeWriter::new(out, to, random)?;
            tar::copy(&mut out, &file.path, file.size, &mut file.content)?;
            out
        }
    };
    out.flush().map_err(AgeError::Write)?;
    out.finish()
}

//! What is signed or verified: a message from a file or a pipe, or a digest.

use std::ffi::OsString;
use std::os::fd::AsFd as _;

use rustix::fs::{Mode, OFlags};

use crate::cli::source::input;
use crate::cli::{Context, Failure};
use crate::keyring::signer::{Message, Scheme};
use crate::secret::SecretBytes;

/// Largest message.
const MAX: usize = 64 << 20;

/// Flags of commands that take a message.
#[derive(clap::Args)]
pub struct MessageArgs {
    /// The message: a file, or - for standard input
    #[arg(long = "in", value_name = "FILE", conflicts_with = "digest")]
    input: Option<OsString>,

    /// A digest of 32 bytes in hexadecimal, instead of a message (secp256k1 only)
    #[arg(long, value_name = "HEX")]
    digest: Option<OsString>,

    /// ed25519, schnorr, ecdsa, hmac-sha256, hmac-sha384 or hmac-sha512; the usual one of the key
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<OsString>,
}

/// What was brought.
pub enum Brought {
    Whole(SecretBytes),
    Digest([u8; 32]),
}

impl Brought {
    pub fn message(&self) -> Message<'_> {
        match self {
            Self::Whole(bytes) => Message::Whole(bytes.expose()),
            Self::Digest(digest) => Message::Digest(digest),
        }
    }
}

impl MessageArgs {
    pub fn scheme(&self) -> Result<Option<Scheme>, Failure> {
        self.scheme
            .as_ref()
            .map(|text| {
                text.to_str().and_then(Scheme::of).ok_or_else(|| {
                    let names: Vec<&str> = Scheme::ALL.into_iter().map(Scheme::name).collect();
                    Failure::usage(format!("--scheme takes one of {}", names.join(", ")))
                })
            })
            .transpose()
    }

    pub fn read(&self, context: &Context) -> Result<Brought, Failure> {
        if let Some(digest) = &self.digest {
            let bytes = digest.to_str().and_then(|text| hex(text)?.try_into().ok());
            return bytes
                .map(Brought::Digest)
                .ok_or_else(|| Failure::usage("--digest takes 64 hexadecimal digits"));
        }
        let file = self.input.as_ref().ok_or_else(|| {
            Failure::usage("nothing to sign or verify is given")
                .hint("--in FILE, --in - or --digest HEX")
        })?;
        let read = |fd| {
            input::read_all(fd, MAX, &context.signals, None)
                .map_err(|error| error.into_failure("the message"))
        };
        if file == "-" {
            return read(context.stdin.as_fd()).map(Brought::Whole);
        }
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opened = rustix::fs::open(std::path::Path::new(file), flags, Mode::empty())
            .map_err(|cause| Failure::io("cannot open the message", cause))?;
        read(opened.as_fd()).map(Brought::Whole)
    }
}

/// The bytes of hexadecimal digits.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

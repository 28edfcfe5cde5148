//! Igra's `secrets.bin` (magic `ISEC`): another service's encrypted secrets file, read and written byte for byte.
//!
//! A [`Header`] says how the key is made and, in the current layout, is authenticated with the body; the body is one sealed
//! map of names to values, [`Entries`]. [`open`] and [`seal`] go between the bytes of a whole file and the entries; no
//! function here reads or writes a file. The layout is specified in `docs/formats/isec.md`.
//!
//! Rules that hold everywhere:
//! - costs, sizes and counts pass their limits before anything is allocated or derived,
//! - what we accept, Igra's own reader accepts too; the reverse does not hold, we refuse more than it does,
//! - the old layout is read and never written, and
//! - a salt or a nonce is used for one file only: a write starts with [`Header::fresh`].

mod edits;
pub mod entries;
pub mod error;
pub mod header;

pub use entries::Entries;
pub use error::{Damage, IsecError};
pub use header::{Header, Layout, Times};

use crate::crypto::aead::{self, TAG_LEN, Tag};
use crate::crypto::kdf::{self, KdfError, KdfParams};
use crate::crypto::mac::{self, Hash};
use crate::memory::Region;
use crate::passphrase::Passphrase;
use crate::secret::DerivedKey;

/// The first bytes of every file of this format.
pub const MAGIC: [u8; 4] = *b"ISEC";
/// The costs Igra itself writes: 64 MiB, 3 passes, 4 lanes.
pub const DEFAULT_KDF: KdfParams = KdfParams::fixed(65536, 3, 4);
/// Largest file, in bytes.
pub const MAX_FILE: usize = 256 << 20;
/// Most entries in a file.
pub const MAX_ENTRIES: usize = 1_000_000;
/// Longest name, in bytes. Igra has no limit of its own.
pub const MAX_NAME: usize = 4096;
/// Longest value, in bytes.
pub const MAX_VALUE: usize = 1 << 20;

/// True when a file that starts with `start` claims to be of this format, in whichever version or layout.
pub fn recognises(start: &[u8]) -> bool {
    start.starts_with(&MAGIC)
}

/// The header of a whole file, after every check that needs no key.
///
/// Asked before [`derive_key`], so that nobody waits for Argon2 to be told that a file is cut short.
pub fn inspect(file: &[u8]) -> Result<Header, Damage> {
    Ok(Parts::of(file)?.header)
}

/// Derives the key of the file that `header` belongs to, from the passphrase bytes as typed.
///
/// The costs are within the limits of [`KdfParams`]; whether this run may spend them is for the caller to ask of
/// [`Ceiling::admit`](kdf::Ceiling::admit) first.
pub fn derive_key(header: &Header, passphrase: &Passphrase) -> Result<DerivedKey, KdfError> {
    let mut key = DerivedKey::zeroed();
    kdf::argon2id(header.kdf, passphrase.as_typed().expose(), &header.salt, key.expose_mut())?;
    Ok(key)
}

/// Opens a whole file under the key of its header.
pub fn open(file: &[u8], key: &DerivedKey) -> Result<Entries, IsecError> {
    let parts = Parts::of(file)?;
    let len = parts.sealed.len();
    let mut plaintext = Region::bulk(len).map_err(|_| IsecError::OutOfMemory(len))?;
    plaintext.copy_from_slice(parts.sealed);
    let aad = match parts.header.layout() {
        Layout::Current => parts.start,
        Layout::Legacy => &[],
    };
    aead::open(key.expose(), &parts.header.nonce, aad, &mut plaintext, parts.tag)
        .map_err(|_| IsecError::AuthenticationFailed)?;
    Ok(entries::decode(plaintext)?)
}

/// Seals the entries into the bytes of a whole file, in the current layout and sorted by name.
///
/// `key` is the one [`derive_key`] makes from `header`, and the header is fresh: sealing other entries under a header that
/// was written before gives away both files. A header of the old layout answers [`IsecError::LegacyLayout`].
pub fn seal(header: &Header, key: &DerivedKey, entries: &Entries) -> Result<Region, IsecError> {
    if header.layout() == Layout::Legacy {
        return Err(IsecError::LegacyLayout);
    }
    if entries.len() > MAX_ENTRIES {
        return Err(IsecError::TooManyEntries);
    }
    let start = header.encode();
    let len = start.len() + entries.encoded_len() + TAG_LEN;
    if len > MAX_FILE {
        return Err(IsecError::FileTooLarge { len });
    }
    let mut file = Region::bulk(len).map_err(|_| IsecError::OutOfMemory(len))?;
    let (aad, rest) = file.split_at_mut(start.len());
    aad.copy_from_slice(&start);
    let (body, tag) = rest.split_at_mut(entries.encoded_len());
    entries.encode_into(body);
    tag.copy_from_slice(&aead::seal(key.expose(), &header.nonce, aad, body));
    Ok(file)
}

/// What identifies one written file: SHA-256 of its header and its tag.
///
/// Both change with every write, since salt and nonce do, so nothing between them needs to be read.
pub fn digest(file: &[u8]) -> Result<Hash, Damage> {
    let parts = Parts::of(file)?;
    Ok(mac::sha256(&[parts.start, parts.tag]))
}

/// A whole file, cut where its layout says.
struct Parts<'a> {
    header: Header,
    start: &'a [u8],
    sealed: &'a [u8],
    tag: &'a Tag,
}

impl<'a> Parts<'a> {
    fn of(file: &'a [u8]) -> Result<Self, Damage> {
        if file.len() > MAX_FILE {
            return Err(Damage::TooLarge { len: file.len() });
        }
        let (header, header_len) = Header::parse(file)?;
        let needed = header_len + entries::COUNT_LEN + TAG_LEN;
        let short = Damage::TooShort { len: file.len(), needed };
        if file.len() < needed {
            return Err(short);
        }
        let (start, rest) = file.split_at(header_len);
        let Some((sealed, tag)) = rest.split_last_chunk() else { return Err(short) };
        Ok(Self { header, start, sealed, tag })
    }
}

//! Addresses: a prefix that names the network, a version, a payload, and a checksum over all of it.
//!
//! `prefix:` is followed by characters of five bits each: one byte of version and the payload, padded with zeros, then a
//! checksum of 40 bits (the cashaddr code). The checksum covers the prefix, so an address cannot be moved to another network.

use std::fmt;

use super::script::Multisig;

/// The 32 characters, by value.
const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Characters of the checksum.
const CHECKSUM: usize = 8;

/// Which network an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `kaspa:`
    Mainnet,
    /// `kaspatest:`
    Testnet,
    /// `kaspadev:`
    Devnet,
    /// `kaspasim:`
    Simnet,
}

impl Prefix {
    const ALL: [Self; 4] = [Self::Mainnet, Self::Testnet, Self::Devnet, Self::Simnet];

    /// The text before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "kaspa",
            Self::Testnet => "kaspatest",
            Self::Devnet => "kaspadev",
            Self::Simnet => "kaspasim",
        }
    }
}

/// What an address pays to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A Schnorr key of 32 bytes.
    PubKey,
    /// An ECDSA key of 33 bytes.
    PubKeyEcdsa,
    /// The hash of a script.
    ScriptHash,
}

impl Version {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::PubKey),
            1 => Some(Self::PubKeyEcdsa),
            8 => Some(Self::ScriptHash),
            _ => None,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::PubKey => 0,
            Self::PubKeyEcdsa => 1,
            Self::ScriptHash => 8,
        }
    }

    const fn payload_len(self) -> usize {
        if matches!(self, Self::PubKeyEcdsa) { 33 } else { 32 }
    }
}

/// A valid address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its network.
    pub prefix: Prefix,
    /// What it pays to.
    pub version: Version,
    /// The key or the hash.
    pub payload: Vec<u8>,
}

/// Why a text is no address. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No known prefix and colon.
    #[error("it does not start with kaspa:, kaspatest:, kaspadev: or kaspasim:")]
    Prefix,
    /// A character that is none of the 32.
    #[error("it has a character that no address has")]
    Character,
    /// Fewer characters than any address, or leftover bits.
    #[error("its length is that of no address")]
    Length,
    /// The checksum does not hold.
    #[error("its checksum is wrong: a character was mistyped, or the prefix changed")]
    Checksum,
    /// A version that does not exist.
    #[error("its version is unknown")]
    Version,
}

impl Address {
    /// Decodes an address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (prefix, rest) = text.split_once(':').ok_or(AddressError::Prefix)?;
        let prefix =
            Prefix::ALL.into_iter().find(|p| p.name() == prefix).ok_or(AddressError::Prefix)?;
        if rest.len() > 128 {
            return Err(AddressError::Length);
        }
        let values: Vec<u8> = rest
            .bytes()
            .map(|c| {
                ALPHABET.iter().position(|known| *known == c).and_then(|v| u8::try_from(v).ok())
            })
            .collect::<Option<_>>()
            .ok_or(AddressError::Character)?;
        let data = values.len().checked_sub(CHECKSUM).ok_or(AddressError::Length)?;
        let (data, sum) = values.split_at(data);
        let found = sum.iter().fold(0_u64, |all, five| all << 5 | u64::from(*five));
        if checksum(prefix, data) != found {
            return Err(AddressError::Checksum);
        }
        let bytes = to_bytes(data).ok_or(AddressError::Length)?;
        let (version, payload) = bytes.split_first().ok_or(AddressError::Length)?;
        let version = Version::of(*version).ok_or(AddressError::Version)?;
        if payload.len() != version.payload_len() {
            return Err(AddressError::Length);
        }
        Ok(Self { prefix, version, payload: payload.to_vec() })
    }

    /// The address that pays to a Schnorr key.
    pub fn of_key(prefix: Prefix, x_only: &[u8; 32]) -> Self {
        Self { prefix, version: Version::PubKey, payload: x_only.to_vec() }
    }

    /// The address that pays to a script.
    pub fn of_script(prefix: Prefix, script: &[u8]) -> Self {
        let payload = Multisig::hash(script).to_vec();
        Self { prefix, version: Version::ScriptHash, payload }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.version.byte()];
        bytes.extend_from_slice(&self.payload);
        let data = to_fives(&bytes);
        let sum = checksum(self.prefix, &data);
        write!(f, "{}:", self.prefix.name())?;
        let five = |shift: usize| u8::try_from(sum >> (5 * (CHECKSUM - 1 - shift)) & 31);
        let sum = (0..CHECKSUM).map(|n| five(n).unwrap_or_default());
        for value in data.iter().copied().chain(sum) {
            write!(f, "{}", char::from(ALPHABET[usize::from(value & 31)]))?;
        }
        Ok(())
    }
}

/// The cashaddr checksum over prefix and data.
fn checksum(prefix: Prefix, data: &[u8]) -> u64 {
    const GENERATOR: [u64; 5] =
        [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let prefix = prefix.name().bytes().map(|c| c & 31);
    let all = prefix.chain([0]).chain(data.iter().copied()).chain([0; CHECKSUM]);
    let mut sum: u64 = 1;
    for value in all {
        let top = sum >> 35;
        sum = (sum & 0x07_ffff_ffff) << 5 ^ u64::from(value);
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    sum ^ 1
}

/// Eight bits to five, the last piece filled up with zeros.
fn to_fives(bytes: &[u8]) -> Vec<u8> {
    let (mut held, mut bits, mut out) = (0_u16, 0, Vec::new());
    for byte in bytes {
        held = held << 8 | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push((held >> bits & 31).to_le_bytes()[0]);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push((held << (5 - bits) & 31).to_le_bytes()[0]);
    }
    out
}

/// Five bits to eight. Nothing when more than a filling is left, or the filling is not zero.
fn to_bytes(fives: &[u8]) -> Option<Vec<u8>> {
    let (mut held, mut bits, mut out) = (0_u16, 0, Vec::new());
    for five in fives {
        held = held << 5 | u16::from(*five);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff).to_le_bytes()[0]);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(out)
}

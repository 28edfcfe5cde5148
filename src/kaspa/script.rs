//! Multisignature scripts: `OP_m (0x20 key)×n OP_n OP_CHECKMULTISIG`, with keys of 32 bytes in a fixed order.

use blake2::{Blake2b256, Digest};

/// `OP_1` minus one: small numbers are one byte.
const OP_NUMBER: u8 = 0x50;
/// Pushes the next 32 bytes.
const PUSH_KEY: u8 = 0x20;
/// Checks m of n Schnorr signatures.
const CHECK_MULTISIG: u8 = 0xae;

/// A script that m of n keys can spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multisig {
    /// Signatures that are needed.
    pub m: u8,
    /// The keys, in the order of the script.
    pub keys: Vec<[u8; 32]>,
}

/// Why bytes are no such script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Not hexadecimal.
    #[error("it is not hexadecimal")]
    Hex,
    /// Another form.
    #[error("it is not OP_m, n keys of 32 bytes, OP_n, OP_CHECKMULTISIG")]
    Form,
    /// More signatures than keys.
    #[error("it needs more signatures than it has keys")]
    Threshold,
}

impl Multisig {
    /// Reads a script.
    pub fn parse(script: &[u8]) -> Result<Self, ScriptError> {
        let [first, keys @ .., last, CHECK_MULTISIG] = script else {
            return Err(ScriptError::Form);
        };
        let number = |op: u8| op.checked_sub(OP_NUMBER).filter(|n| (1..=16).contains(n));
        let (m, n) =
            (number(*first).ok_or(ScriptError::Form)?, number(*last).ok_or(ScriptError::Form)?);
        let mut found = Vec::new();
        for push in keys.chunks(33) {
            match push {
                [PUSH_KEY, key @ ..] => {
                    found.push(<[u8; 32]>::try_from(key).map_err(|_| ScriptError::Form)?);
                }
                _ => return Err(ScriptError::Form),
            }
        }
        if found.len() != usize::from(n) {
            return Err(ScriptError::Form);
        }
        if m > n {
            return Err(ScriptError::Threshold);
        }
        Ok(Self { m, keys: found })
    }

    /// Reads a script from hexadecimal digits.
    pub fn parse_hex(text: &str) -> Result<(Self, Vec<u8>), ScriptError> {
        let script = data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.trim().as_bytes())
            .map_err(|_| ScriptError::Hex)?;
        Ok((Self::parse(&script)?, script))
    }

    /// What an address of a script holds: `BLAKE2b` with 32 bytes of output.
    pub fn hash(script: &[u8]) -> [u8; 32] {
        Blake2b256::digest(script).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_form_is_a_script() {
        let script = |m: u8, n: u8, keys: u8| {
            let mut out = vec![0x50 + m];
            for key in 0..keys {
                out.push(0x20);
                out.extend_from_slice(&[key; 32]);
            }
            out.extend_from_slice(&[0x50 + n, 0xae]);
            out
        };
        let parsed = Multisig::parse(&script(2, 3, 3)).expect("a script");
        assert_eq!((parsed.m, parsed.keys.len()), (2, 3));
        assert_eq!(parsed.keys[1], [1; 32]);
        assert!(Multisig::parse(&script(16, 16, 16)).is_ok());
        for bad in [script(0, 3, 3), script(17, 17, 17), script(2, 3, 2), script(1, 0, 0)] {
            assert_eq!(Multisig::parse(&bad), Err(ScriptError::Form));
        }
        assert_eq!(Multisig::parse(&script(3, 2, 2)), Err(ScriptError::Threshold));
        let good = script(2, 2, 2);
        for end in 0..good.len() {
            assert!(Multisig::parse(&good[..end]).is_err(), "{end}");
        }
        assert_eq!(Multisig::parse_hex("zz"), Err(ScriptError::Hex));
    }
}

//! Primitives: thin, typed doors to the known crates.
//!
//! Nothing here knows what a store is. Each module wraps one primitive so that the rest of the crate cannot misuse it: keys
//! are typed, comparisons are constant-time, and every derivation names a label from [`labels`].
//!
//! | module | primitive | standard |
//! |---|---|---|
//! | [`kdf`] | Argon2id | RFC 9106 |
//! | [`aead`] | XChaCha20-Poly1305 | draft-irtf-cfrg-xchacha |
//! | [`chunk`] | ChaCha20-Poly1305 | RFC 8439 |
//! | [`mac`] | HMAC, HKDF, SHA-256 | RFC 2104, RFC 5869, FIPS 180-4 |
//! | [`sign`] | Ed25519 | RFC 8032 |
//! | [`exchange`] | X25519 | RFC 7748 |
//! | [`secp`] | secp256k1: Schnorr and ECDSA | BIP-340, RFC 6979 |
//! | [`hash`] | HMAC and HKDF over SHA-256, SHA-384, SHA-512 | RFC 2104, RFC 5869 |
//! | [`derive`](mod@derive) | keys from keys, one label a purpose | RFC 5869 |
//! | [`scrypt`] | scrypt, for age only | RFC 7914 |
//! | [`random`] | the kernel's generator | getrandom(2) |

pub mod aead;
mod bulk;
pub mod chunk;
pub mod derive;
pub mod exchange;
pub mod hash;
pub mod kdf;
pub mod labels;
pub mod mac;
pub mod random;
pub mod scrypt;
pub mod secp;
pub mod sign;

//! Stores taken apart and put together again by somebody who has every key: how faults are made that no signature or tag
//! stops.
//!
//! The derivations stand here a second time, from `docs/formats/store-v1.md` and the primitives alone.

use strongroom::crypto::kdf::{self, Ceiling, KdfParams};
use strongroom::crypto::random::{Random, RandomError};
use strongroom::crypto::{aead, labels, mac, sign};
use strongroom::memory::Region;
use strongroom::passphrase::Passphrase;
use strongroom::secret::{SecretBytes, SigningSeed};
use strongroom::store::keyslot::Credentials;
use strongroom::store::{OpenStore, SealedStore, StoreError, padding};

use super::tree::Item;

/// Readers have no floor, so vectors and mutants derive in microseconds.
pub const CHEAP: KdfParams = KdfParams::fixed(8, 1, 1);
/// Bytes before the header.
pub const PREFIX: usize = 14;

/// Bytes that only depend on how many were asked for before: SHA-256 of a counter.
pub struct Counting(pub u64);

impl Random for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(32) {
            chunk.copy_from_slice(&mac::sha256(&[&self.0.to_le_bytes()])[..chunk.len()]);
            self.0 += 1;
        }
        Ok(())
    }
}

impl Counting {
    pub fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes).expect("counted");
        u64::from_le_bytes(bytes)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end.max(1) as u64).expect("below a usize")
    }
}

pub fn credentials(passphrase: &str, keyfile: Option<&[u8]>) -> Credentials {
    let typed = SecretBytes::copy_from(passphrase.as_bytes());
    Credentials {
        passphrase: Passphrase::new(typed).expect("a passphrase"),
        keyfile: keyfile.map(|content| mac::sha256(&[content])),
    }
}

pub fn region(bytes: &[u8]) -> Region {
    let mut region = Region::bulk(bytes.len()).expect("memory");
    region.copy_from_slice(bytes);
    region
}

pub fn open(file: &[u8], credentials: &Credentials) -> Result<OpenStore, StoreError> {
    let sealed = SealedStore::parse(region(file))?;
    sealed.verify()?;
    let (slot, hash) = sealed.unlock(credentials, None, Ceiling::default())?;
    sealed.open(slot, hash)
}

/// HKDF-SHA-256 with 32 bytes of output.
pub fn hkdf(ikm: &[u8], salt: &[u8], info: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    assert!(mac::hkdf(ikm, salt, info, &mut out));
    out
}

/// How far a forger goes to make a changed file hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Only the lengths.
    Nothing,
    /// The signature.
    Signature,
    /// Header MAC, payload and signature, as somebody with the data key could.
    Everything,
}

/// A store in its parts.
pub struct Parts {
    pub file: Vec<u8>,
    pub header: Item,
    pub payload: Item,
    pub dek: [u8; 32],
    pub store_id: Vec<u8>,
    /// What Argon2id gave for slot 0.
    pub ikm: [u8; 64],
    seed: SigningSeed,
    payload_start: usize,
}

impl Parts {
    /// Takes apart a store whose slot 0 opens with `passphrase` alone.
    pub fn of(file: &[u8], passphrase: &str) -> Self {
        let header_len = u32::from_le_bytes(file[10..14].try_into().expect("four")) as usize;
        let header = Item::decode(&file[PREFIX..PREFIX + header_len]).expect("a header");
        let store_id = header.at(2).and_then(Item::bytes).expect("an id").to_vec();
        let Some(Item::Array(slots)) = header.at(12) else { panic!("slots") };
        let Item::Array(slot) = &slots[0] else { panic!("a slot") };
        let Some(Item::Array(info)) = slot[0].bytes().and_then(Item::decode) else {
            panic!("slot info")
        };
        let Item::Array(costs) = &info[5] else { panic!("costs") };
        let mut ikm = [0; 64];
        let salt = costs[3].bytes().expect("a salt");
        kdf::argon2id(CHEAP, passphrase.as_bytes(), salt, &mut ikm).expect("derived");
        let info = slot[0].bytes().expect("bytes");
        let network = u8::try_from(header.at(3).and_then(Item::uint).expect("a number"));
        let aad = wrap_aad(&store_id, network.expect("a byte"), info, slot[1].bytes().expect("32"));
        let mut dek: [u8; 32] = slot[3].bytes().expect("48")[..32].try_into().expect("32");
        let tag = slot[3].bytes().expect("48")[32..].try_into().expect("16");
        let nonce = slot[2].bytes().expect("24").try_into().expect("24");
        let key = hkdf(&ikm, &store_id, &[labels::SLOT_WRAP]);
        aead::open(&key, nonce, &aad, &mut dek, tag).expect("the data key");

        let payload_start = PREFIX + header_len + 32;
        let end = file.len() - 64 - 16;
        let mut plain = file[payload_start..end].to_vec();
        let key = payload_key(&dek, &header, &header).expect("complete");
        let tag = file[end..end + 16].try_into().expect("16");
        aead::open(&key, &[0; 24], &file[..payload_start], &mut plain, tag).expect("the payload");
        let (payload, _) = Item::decode_prefix(&plain).expect("a payload");
        let mut seed = SigningSeed::zeroed();
        seed.expose_mut().copy_from_slice(payload.at(3).and_then(Item::bytes).expect("a seed"));
        let file = file.to_vec();
        Self { file, header, payload, dek, store_id, ikm, seed, payload_start }
    }

    /// A store with another header and payload, made to hold together as far as `repair` goes.
    pub fn assemble(&self, header: &Item, payload: &Item, repair: Repair) -> Vec<u8> {
        let plain = (repair == Repair::Everything).then(|| pad(payload.encode()));
        self.assemble_raw(header, plain, repair)
    }

    /// As [`assemble`](Self::assemble), with a plaintext that is already padded; `None` keeps the old ciphertext.
    pub fn assemble_raw(&self, header: &Item, plain: Option<Vec<u8>>, repair: Repair) -> Vec<u8> {
        let encoded = header.encode();
        let len = u32::try_from(encoded.len()).expect("short").to_le_bytes();
        let mut file = [&self.file[..10], &len, &encoded].concat();
        if let Some(mut plain) = plain {
            let key = hkdf(&self.dek, &self.store_id, &[labels::HEADER]);
            let mac = mac::hmac(&key, &[&file]);
            file.extend_from_slice(&mac);
            let key = payload_key(&self.dek, header, &self.header).expect("complete");
            let tag = aead::seal(&key, &[0; 24], &file, &mut plain);
            file.extend_from_slice(&plain);
            file.extend_from_slice(&tag);
        } else {
            let end = self.file.len() - 64;
            file.extend_from_slice(&self.file[self.payload_start - 32..end]);
        }
        let front = PREFIX + encoded.len() + 32;
        let signature = match repair {
            Repair::Nothing => self.file[self.file.len() - 64..].to_vec(),
            _ => self.sign(&file, front),
        };
        file.extend_from_slice(&signature);
        file
    }

    /// A file of parts that are already sealed.
    pub fn sign_parts(&self, front: &[u8], text: &[u8], tag: &[u8]) -> Vec<u8> {
        let mut file = [front, text, tag].concat();
        let signature = self.sign(&file, front.len());
        file.extend_from_slice(&signature);
        file
    }

    fn sign(&self, signed: &[u8], front: usize) -> Vec<u8> {
        let message =
            [labels::STORE_FILE, &mac::sha256(&[&signed[..front]]), &mac::sha256(&[signed])];
        sign::sign(&self.seed, &message.concat()).to_vec()
    }

    /// Slot number `i` with another readable part, committed to and wrapped as its owner would.
    pub fn wrap_slot(&self, header: &mut Item, i: usize, info: Vec<u8>, dek: &[u8; 32]) {
        let slot = header.at_mut(12).item_mut(i);
        let nonce: [u8; 24] = {
            let Item::Array(parts) = &*slot else { panic!("a slot") };
            parts[2].bytes().expect("24").try_into().expect("24")
        };
        let network = [3];
        let commit = commitment(&self.ikm, &self.store_id, network[0], &info, &nonce);
        let aad = wrap_aad(&self.store_id, network[0], &info, &commit);
        let mut wrapped = *dek;
        let key = hkdf(&self.ikm, &self.store_id, &[labels::SLOT_WRAP]);
        let tag = aead::seal(&key, &nonce, &aad, &mut wrapped);
        *slot.item_mut(0) = Item::Bytes(info);
        *slot.item_mut(1) = Item::Bytes(commit.to_vec());
        *slot.item_mut(3) = Item::Bytes([&wrapped[..], &tag].concat());
    }
}

pub fn commitment(ikm: &[u8], id: &[u8], network: u8, info: &[u8], nonce: &[u8]) -> [u8; 32] {
    let len = u32::try_from(info.len()).expect("short").to_le_bytes();
    let key = hkdf(ikm, id, &[labels::SLOT_COMMIT]);
    mac::hmac(&key, &[labels::SLOT_COMMIT, id, &[network], &len, info, nonce])
}

pub fn wrap_aad(id: &[u8], network: u8, info: &[u8], commit: &[u8]) -> Vec<u8> {
    let len = u32::try_from(info.len()).expect("short").to_le_bytes();
    [labels::SLOT_WRAP, id, &[network], &len, info, commit].concat()
}

/// The key of the payload; what `header` does not say is taken from `usual`.
pub fn payload_key(dek: &[u8; 32], header: &Item, usual: &Item) -> Option<[u8; 32]> {
    let bytes = |key| header.at(key).and_then(Item::bytes).or(usual.at(key)?.bytes());
    let generation = header.at(4).and_then(Item::uint).or(usual.at(4)?.uint())?;
    Some(hkdf(dek, bytes(9)?, &[labels::PAYLOAD, bytes(2)?, &generation.to_le_bytes()]))
}

pub fn pad(mut plain: Vec<u8>) -> Vec<u8> {
    plain.resize(padding::padded_payload(plain.len()), 0);
    plain
}

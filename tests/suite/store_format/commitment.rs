//! Key commitment (P14): a ciphertext made to open under two keys, in the places where a passphrase leads to one.

use strongroom::crypto::{aead, kdf, labels, mac};
use strongroom::network::NetworkMode;
use strongroom::store::StoreError;

use super::collision::collide;
use super::forge::{
    CHEAP, Counting, Parts, Repair, commitment, credentials, hkdf, open, pad, payload_key, wrap_aad,
};
use super::golden::{PASSPHRASE, empty, several};
use super::tree::Item;

const SECOND: &str = "second guess";

fn opens(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], text: &[u8], tag: &[u8; 16]) -> bool {
    aead::open(key, nonce, aad, &mut text.to_vec(), tag).is_ok()
}

/// The fields of the first slot.
fn first_slot(header: &Item) -> &[Item] {
    let Some(Item::Array(slots)) = header.at(12) else { panic!("slots") };
    let Item::Array(fields) = &slots[0] else { panic!("a slot") };
    fields
}

#[test]
fn a_wrapped_key_that_opens_under_two_passphrases_opens_for_the_first_only() {
    let mut parts = Parts::of(&empty(NetworkMode::Devnet), PASSPHRASE);
    let mut header = parts.header.clone();
    let fields = first_slot(&header);
    let info = fields[0].bytes().expect("bytes").to_vec();
    let nonce: [u8; 24] = fields[2].bytes().expect("24").try_into().expect("24");
    let Some(Item::Array(info_fields)) = Item::decode(&info) else { panic!("slot info") };
    let Item::Array(costs) = &info_fields[5] else { panic!("costs") };
    let mut second = [0; 64];
    let salt = costs[3].bytes().expect("a salt");
    kdf::argon2id(CHEAP, SECOND.as_bytes(), salt, &mut second).expect("derived");

    let wrap = |ikm: &[u8; 64]| hkdf(ikm, &parts.store_id, &[labels::SLOT_WRAP]);
    let keys = [&wrap(&parts.ikm), &wrap(&second)];
    let commit = commitment(&parts.ikm, &parts.store_id, 3, &info, &nonce);
    let aad = wrap_aad(&parts.store_id, 3, &info, &commit);
    let mut text = [0; 32];
    let tag = collide(keys, &nonce, &aad, &mut text, 0, &mut Counting(1));
    assert!(keys.iter().all(|key| opens(key, &nonce, &aad, &text, &tag)), "not a collision");

    // Whatever the first key decrypts is the data key of a store that is sound in every other way.
    let mut dek = text;
    aead::open(keys[0], &nonce, &aad, &mut dek, &tag).expect("a collision");
    parts.dek = dek;
    *header.at_mut(12).item_mut(0).item_mut(3) = Item::Bytes([&text[..], &tag].concat());
    let file = parts.assemble(&header, &parts.payload, Repair::Everything);
    assert!(open(&file, &credentials(PASSPHRASE, None)).is_ok());
    let refused = open(&file, &credentials(SECOND, None)).err().expect("refused");
    assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
}

#[test]
fn a_payload_that_opens_under_two_data_keys_opens_for_the_first_only() {
    let parts = Parts::of(&several(), PASSPHRASE);
    let mut header = parts.header.clone();
    // A second slot, honestly made for the second passphrase, that leads to another data key.
    let other = [0x5a; 32];
    let mut info = Item::decode(first_slot(&header)[0].bytes().expect("bytes")).expect("slot info");
    *info.item_mut(1) = Item::Uint(6);
    let Item::Array(slots) = header.at_mut(12) else { panic!("slots") };
    slots.insert(0, slots[0].clone());
    let mut ikm = [0; 64];
    let Item::Bytes(salt) = info.item_mut(5).item_mut(3) else { panic!("a salt") };
    kdf::argon2id(CHEAP, SECOND.as_bytes(), salt, &mut ikm).expect("derived");
    let mut second = Parts::of(&several(), PASSPHRASE);
    second.ikm = ikm;
    second.wrap_slot(&mut header, 0, info.encode(), &other);

    let encoded = header.encode();
    let len = u32::try_from(encoded.len()).expect("short").to_le_bytes();
    let mut front = [&parts.file[..10], &len, &encoded].concat();
    let mac = mac::hmac(&hkdf(&parts.dek, &parts.store_id, &[labels::HEADER]), &[&front]);
    front.extend_from_slice(&mac);
    let keys =
        [&parts.dek, &other].map(|dek| payload_key(dek, &header, &header).expect("complete"));
    let mut text = pad(parts.payload.encode());
    aead::seal(&keys[0], &[0; 24], &front, &mut text);
    // The free blocks lie inside a long sealed value, so that the payload stays a sound one under the first key.
    let marker = sealed_value(&parts.payload);
    let plain = parts.payload.encode();
    let start = plain.windows(marker.len()).position(|part| part == marker).expect("there");
    let free = start.div_ceil(16) + 4;
    let tag = collide([&keys[0], &keys[1]], &[0; 24], &front, &mut text, free, &mut Counting(2));
    assert!(keys.iter().all(|key| opens(key, &[0; 24], &front, &text, &tag)), "not a collision");

    let file = parts.sign_parts(&front, &text, &tag);
    assert!(open(&file, &credentials(PASSPHRASE, None)).is_ok());
    let refused = open(&file, &credentials(SECOND, None)).err().expect("refused");
    assert!(matches!(refused, StoreError::HeaderMac), "{refused}");
}

/// The longest sealed value of a payload.
fn sealed_value(payload: &Item) -> Vec<u8> {
    let Some(Item::Array(entries)) = payload.at(6) else { panic!("entries") };
    let sealed = entries.iter().filter_map(|entry| {
        let Some(Item::Array(versions)) = entry.at(4) else { return None };
        let Item::Array(version) = &versions[0] else { return None };
        version[3].bytes()
    });
    sealed.max_by_key(|bytes| bytes.len()).expect("a value").to_vec()
}

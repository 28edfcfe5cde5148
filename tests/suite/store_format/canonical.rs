//! One encoding (P15): the strict reader against a lenient one that sorts and encodes again.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use strongroom::cbor::{CborError, MAX_DEPTH, Reader};

use super::tree::Item;
use crate::support::{hex, vector_json};

/// What the strict reader says about bytes that should be one item.
fn strict(bytes: &[u8]) -> Result<(), CborError> {
    let mut reader = Reader::new(bytes);
    assert_eq!(reader.raw()?, &bytes[..reader.position()]);
    reader.finish()
}

/// What decoding, sorting, encoding and comparing says.
fn encoded_again(bytes: &[u8]) -> bool {
    Item::decode_within(bytes, MAX_DEPTH).is_some_and(|item| item.canonical().encode() == bytes)
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..30_u64, 250..260_u64, 65_530..65_540_u64, any::<u64>()]
}

/// Items in which keys may repeat, stand in any order, and heads may be longer than they need be.
fn item() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        number().prop_map(Item::Uint),
        vec(any::<u8>(), 0..40).prop_map(Item::Bytes),
        "[a-zé]{0,30}".prop_map(|text| Item::text(&text)),
        (0xf4..=0xf6_u8).prop_map(Item::Simple),
    ];
    leaf.prop_recursive(9, 60, 6, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 0..6).prop_map(Item::Array),
            4 => vec((inner.clone(), inner.clone()), 0..6).prop_map(Item::Map),
            1 => (inner, 0..4_u8).prop_map(|(item, w)| Item::Wide(Box::new(item), 1 << w)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_strict_reader_takes_exactly_what_encodes_again_to_the_same(item in item()) {
        let bytes = item.encode();
        prop_assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{:02x?}", bytes);
        let bytes = item.canonical().encode();
        prop_assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{:02x?}", bytes);
    }

    #[test]
    fn both_agree_on_damaged_items(item in item(), at in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = item.canonical().encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        prop_assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{:02x?}", bytes);
        bytes.truncate(at);
        prop_assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{:02x?}", bytes);
    }

    #[test]
    fn both_agree_on_arbitrary_bytes(bytes in vec(any::<u8>(), 0..12)) {
        prop_assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{:02x?}", bytes);
    }
}

#[test]
fn every_item_of_one_and_two_bytes_is_judged_alike() {
    for first in 0..=u8::MAX {
        assert_eq!(strict(&[first]).is_ok(), encoded_again(&[first]), "{first:02x}");
        for second in 0..=u8::MAX {
            let bytes = [first, second];
            assert_eq!(strict(&bytes).is_ok(), encoded_again(&bytes), "{bytes:02x?}");
        }
    }
}

#[test]
fn the_committed_list_is_judged_as_it_says() {
    let list = vector_json("store/cbor.json");
    let cases = |which: &str| -> Vec<(Vec<u8>, String)> {
        let of = |case: &Value, field: &str| case[field].as_str().expect(field).to_owned();
        let list = list[which].as_array().expect(which);
        list.iter().map(|case| (hex(&of(case, "hex")), of(case, "what"))).collect()
    };
    for (bytes, what) in cases("canonical") {
        assert_eq!(strict(&bytes), Ok(()), "{what}");
    }
    let refused = cases("refused");
    assert!(refused.len() >= 40);
    for (bytes, what) in refused {
        assert!(strict(&bytes).is_err(), "{what}: {bytes:02x?}");
    }
}

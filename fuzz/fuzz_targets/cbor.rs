//! Canonical CBOR from arbitrary bytes: one item, and nothing of it in another form.
//!
//! An integer that is accepted must be what the writer writes, and an item that is accepted must end where it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::cbor::{self, Reader};

/// Writes again what the reader has accepted.
fn copy(reader: &mut Reader<'_>, first: u8, out: &mut Vec<u8>) {
    match first >> 5 {
        0 => cbor::uint(out, reader.uint().expect("accepted")),
        2 => cbor::bytes(out, reader.bytes().expect("accepted")),
        3 => cbor::text(out, reader.text().expect("accepted")),
        4 => cbor::array(out, reader.array().expect("accepted")),
        _ => out.extend_from_slice(reader.raw().expect("accepted")),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    let Ok(item) = reader.raw() else { return };
    assert_eq!(item, &bytes[..reader.position()]);
    let mut inner = Reader::new(item);
    let mut again = Vec::new();
    copy(&mut inner, item[0], &mut again);
    // The items of an array follow its head, and each is one by itself.
    while inner.position() < item.len() {
        copy(&mut inner, item[again.len()], &mut again);
    }
    assert_eq!(again, item);
});

//! A manifest, and a stream that begins with one, from arbitrary bytes.
//!
//! What parses must encode to the same bytes, and an unpacker must answer every stream, however it is cut into pieces, alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::backup::Manifest;
use strongroom::backup::unpack::{Discard, Unpacker};

/// The manifest and the bytes of content behind it, or none when the stream is refused.
fn unpacked(stream: &[u8], piece: usize) -> Option<(Manifest, u64)> {
    let mut discard = Discard::default();
    let mut unpacker = Unpacker::new(&mut discard);
    for bytes in stream.chunks(piece) {
        unpacker.take(bytes).ok()?;
    }
    let manifest = unpacker.finish().ok()?;
    Some((manifest, discard.bytes))
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::decode(bytes) {
        assert_eq!(manifest.encode(), bytes);
        let size: u64 = manifest.files.iter().filter_map(|file| file.size).sum();
        assert!(size <= 1 << 60);
    }
    // The length is made to fit half of the time.
    let len = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes();
    for stream in [bytes.to_vec(), [&len[..], bytes].concat()] {
        assert_eq!(unpacked(&stream, 1), unpacked(&stream, 65_536));
    }
});

//! The front of an archive from arbitrary bytes; and a whole one whose bytes are changed behind its front.
//!
//! A header that parses must be exactly what its parts add up to, and no slot of a fuzzed one may open.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::backup::{ArchiveHeader, SealedArchive};

fuzz_target!(|file: &[u8]| {
    if let Ok(header) = ArchiveHeader::decode(file) {
        assert_eq!(header.encode(), file);
    }
    let mut rest = file;
    let mut input = |room: &mut [u8]| {
        let take = room.len().min(rest.len());
        let (now, later) = rest.split_at(take);
        room[..take].copy_from_slice(now);
        rest = later;
        Ok(take)
    };
    if let Ok(sealed) = SealedArchive::read(&mut input) {
        let header = sealed.header().encode();
        assert_eq!(header, file[14..14 + header.len()]);
        assert_eq!(sealed.front_len(), 14 + header.len() as u64 + 32);
    }
});

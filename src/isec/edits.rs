//! Values that changed since a file was opened.
//!
//! They are copied into a few large regions that never move, so no growing buffer leaves a copy behind, and importing many
//! secrets does not take one mapping of the kernel's limited number for each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::IsecError;
use crate::memory::{self, Region};

/// The first region; each further one is twice as large.
const FIRST: usize = 64 << 10;
/// Where the doubling ends.
const LARGEST: usize = 16 << 20;

/// What happened to one name.
#[derive(Clone, Copy)]
pub(super) enum Edit<'a> {
    /// It has this value now.
    Set(&'a [u8]),
    /// It is gone, and hides what was read under it.
    Removed,
}

/// What happened to every name that was touched.
#[derive(Default)]
pub(super) struct Edits {
    /// Without a place for its value, a name is removed.
    values: BTreeMap<String, Option<Stored>>,
    regions: Vec<Region>,
    /// Bytes taken of the last region.
    used: usize,
}

/// Where a value lies.
struct Stored {
    region: usize,
    bytes: Range<usize>,
}

impl Edits {
    /// Every touched name, sorted bytewise.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Edit<'_>)> {
        self.values.iter().map(|(name, stored)| (name.as_str(), self.expose(stored.as_ref())))
    }

    /// What happened to `name`, if anything did.
    pub(super) fn find(&self, name: &str) -> Option<Edit<'_>> {
        self.values.get(name).map(|stored| self.expose(stored.as_ref()))
    }

    pub(super) fn insert(&mut self, name: &str, value: &[u8]) -> Result<(), IsecError> {
        let stored = self.store(value)?;
        let old = self.values.insert(name.to_owned(), Some(stored)).flatten();
        self.wipe(old);
        Ok(())
    }

    /// Forgets the value of `name`; with `hide`, what was read under that name counts as gone too.
    pub(super) fn remove(&mut self, name: &str, hide: bool) {
        let old =
            if hide { self.values.insert(name.to_owned(), None) } else { self.values.remove(name) };
        self.wipe(old.flatten());
    }

    fn store(&mut self, value: &[u8]) -> Result<Stored, IsecError> {
        let room = self.regions.last().map_or(0, |region| region.len() - self.used);
        if room < value.len() || self.regions.is_empty() {
            let next = self.regions.last().map_or(FIRST, |last| (last.len() * 2).min(LARGEST));
            let len = next.max(value.len());
            self.regions.push(Region::bulk(len).map_err(|_| IsecError::OutOfMemory(len))?);
            self.used = 0;
        }
        let region = self.regions.len() - 1;
        let bytes = self.used..self.used + value.len();
        if let Some(room) = self.regions.last_mut().and_then(|last| last.get_mut(bytes.clone())) {
            room.copy_from_slice(value);
        }
        self.used = bytes.end;
        Ok(Stored { region, bytes })
    }

    fn expose(&self, stored: Option<&Stored>) -> Edit<'_> {
        stored
            .and_then(|stored| self.regions.get(stored.region)?.get(stored.bytes.clone()))
            .map_or(Edit::Removed, Edit::Set)
    }

    /// A value that was replaced does not wait for the rest of its region.
    fn wipe(&mut self, old: Option<Stored>) {
        if let Some(old) = old
            && let Some(bytes) =
                self.regions.get_mut(old.region).and_then(|region| region.get_mut(old.bytes))
        {
            memory::wipe(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_or_removed_value_is_wiped_at_once() {
        let mut edits = Edits::default();
        edits.insert("a", b"first value").expect("memory");
        edits.insert("b", b"other value").expect("memory");
        edits.insert("a", b"second").expect("memory");
        edits.remove("b", false);
        let held: Vec<u8> = edits.regions[0].iter().copied().filter(|&b| b != 0).collect();
        assert_eq!(held, b"second");
    }

    #[test]
    fn many_values_take_few_mappings() {
        let mut edits = Edits::default();
        for n in 0..100_000_u32 {
            edits.insert(&n.to_string(), &[7; 100]).expect("memory");
        }
        assert!(edits.regions.len() < 12);
        assert!(matches!(edits.find("99999"), Some(Edit::Set(value)) if value == [7; 100]));
    }
}

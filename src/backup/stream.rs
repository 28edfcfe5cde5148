//! The stream: chunks sealed and opened on all processors, in bounded memory, in order.
//!
//! Every worker takes the next unit of 16 chunks from the input, works on it alone, waits until it is that unit's turn, and hands
//! it on. Input and output are used by one worker at a time and see everything in order, so a pipe will do; memory is one unit a
//! worker, whatever the length. A chunk is handed on only after it, and everything before it, has authenticated. What was sealed
//! can be opened again by the worker that has it in its hands: an archive that does not open is none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::ArchiveError;
use crate::crypto::chunk::{self, TAG_LEN};
use crate::memory::{self, Region};
use crate::parallel;
use crate::secret::DerivedKey;

/// Bytes of plaintext in every chunk but the last.
pub const CHUNK: usize = 64 << 10;
/// Bytes of a full chunk with its tag.
pub const SEALED: usize = CHUNK + TAG_LEN;
/// Chunks that are worked on at a time.
const UNIT: usize = 16;
/// More workers than this would take more memory than they are worth.
const MOST_WORKERS: usize = 8;

/// Fills a buffer as far as there is something, and says how far; less than the buffer only at the end.
pub type Input<'a> = &'a mut (dyn FnMut(&mut [u8]) -> Result<usize, ArchiveError> + Send);
/// Takes what comes next.
pub type Output<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), ArchiveError> + Send);

/// Asked by the caller's own thread between units: whether to go on.
pub type Tick<'a> = &'a mut dyn FnMut() -> Result<(), ArchiveError>;

/// What the chunks of a stream are sealed with.
#[derive(Clone, Copy)]
pub struct Cipher<'a> {
    /// The key of this stream alone.
    pub key: &'a DerivedKey,
    /// What the first chunk is bound to: everything before it.
    pub front: &'a [u8],
    /// Number of the first chunk: 0, but for tests of the counter.
    pub first: u64,
}

/// How to go about it.
pub struct Pace<'a> {
    /// At most so many threads work, the caller's included.
    pub workers: usize,
    /// Whether to go on.
    pub tick: Tick<'a>,
}

/// What is done with what was sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing more.
    None,
    /// Each unit is opened again once it was handed on; the failure of one is the failure of all.
    Opened,
}

/// Which way a stream goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Seal,
    Open,
}

impl Way {
    /// Bytes of a full chunk on the side of the input.
    const fn chunk(self) -> usize {
        match self {
            Self::Seal => CHUNK,
            Self::Open => SEALED,
        }
    }
}

/// A unit in a worker's buffer. Chunk `i` begins at `i * SEALED`.
#[derive(Clone, Copy)]
struct Unit {
    number: u64,
    /// Bytes of input.
    len: usize,
    last: bool,
}

impl Unit {
    /// Bytes of input in each chunk, the tag included when it is to be opened.
    fn chunks(self, way: Way) -> impl Iterator<Item = usize> {
        let (whole, rest) = (self.len / way.chunk(), self.len % way.chunk());
        std::iter::repeat_n(way.chunk(), whole).chain((rest > 0).then_some(rest))
    }
}

/// Where units come from.
struct Source<'i> {
    input: Input<'i>,
    /// Number of the next unit.
    next: u64,
    /// A byte that was read to see whether there is more.
    ahead: Option<u8>,
    ended: bool,
}

impl Source<'_> {
    /// Reads the next unit; `None` after the last.
    fn take(&mut self, way: Way, buffer: &mut [u8]) -> Result<Option<Unit>, ArchiveError> {
        if self.ended {
            return Ok(None);
        }
        let mut unit = Unit { number: self.next, len: 0, last: false };
        // Whatever happens, nobody reads on after a failure.
        self.ended = true;
        for room in buffer.chunks_mut(SEALED) {
            let room = &mut room[..way.chunk()];
            let from = usize::from(self.ahead.is_some());
            if let Some(byte) = self.ahead.take() {
                room[0] = byte;
            }
            let found = from + (self.input)(&mut room[from..])?;
            unit.len += found;
            unit.last = found < room.len();
            if unit.last {
                return Ok(Some(unit));
            }
        }
        let mut byte = [0];
        unit.last = (self.input)(&mut byte)? == 0;
        if !unit.last {
            self.ahead = Some(byte[0]);
            self.ended = false;
            self.next += 1;
        }
        Ok(Some(unit))
    }
}

/// Where units go.
struct Sink<'o> {
    output: Output<'o>,
    /// Number of the unit whose turn it is.
    turn: u64,
    failed: Option<ArchiveError>,
}

/// Seals everything that `input` gives, which must not be nothing.
pub fn seal(
    cipher: Cipher<'_>,
    input: Input<'_>,
    output: Output<'_>,
    proof: Proof,
    pace: Pace<'_>,
) -> Result<(), ArchiveError> {
    run(Way::Seal, proof, cipher, input, output, pace)
}

/// Opens everything that `input` gives. Fails at the first chunk that is not what and where it was; nothing of its unit is handed
/// on.
pub fn open(
    cipher: Cipher<'_>,
    input: Input<'_>,
    output: Output<'_>,
    pace: Pace<'_>,
) -> Result<(), ArchiveError> {
    run(Way::Open, Proof::None, cipher, input, output, pace)
}

/// How many workers suit this host.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS)
}

/// How many workers suit `len` bytes: what fits into one unit is one worker's.
pub fn workers_for(len: u64) -> usize {
    if len < (UNIT * CHUNK) as u64 { 1 } else { workers() }
}

fn run(
    way: Way,
    proof: Proof,
    cipher: Cipher<'_>,
    input: Input<'_>,
    output: Output<'_>,
    pace: Pace<'_>,
) -> Result<(), ArchiveError> {
    let Pace { workers, tick } = pace;
    let floor = Floor {
        way,
        proof,
        cipher,
        source: Mutex::new(Source { input, next: 0, ahead: None, ended: false }),
        sink: Mutex::new(Sink { output, turn: 0, failed: None }),
        moved: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    let workers = workers.clamp(1, MOST_WORKERS);
    std::thread::scope(|scope| {
        for _ in 1..workers {
            // Whoever is there does it: one worker is enough.
            if parallel::start(scope, || floor.work(&mut || Ok(()))).is_err() {
                break;
            }
        }
        floor.work(tick);
    });
    match floor.sink.into_inner().unwrap_or_else(PoisonError::into_inner).failed {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// A lock whose other holders may have panicked: what they left is a failure that [`Leave`] records.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the workers share.
struct Floor<'a, 'i, 'o> {
    way: Way,
    proof: Proof,
    cipher: Cipher<'a>,
    source: Mutex<Source<'i>>,
    sink: Mutex<Sink<'o>>,
    moved: Condvar,
    /// Some unit failed: nobody needs to begin another.
    stopped: AtomicBool,
}

/// Whoever leaves lets the others know; a worker that panicked must not leave them waiting for its turn.
struct Leave<'f, 'a, 'i, 'o>(&'f Floor<'a, 'i, 'o>, bool);

impl Drop for Leave<'_, '_, '_, '_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.fail(ArchiveError::Content);
        }
    }
}

impl Floor<'_, '_, '_> {
    fn work(&self, tick: Tick<'_>) {
        let mut leave = Leave(self, false);
        if let Err(error) = self.units(tick) {
            self.fail(error);
        }
        leave.1 = true;
        // The primitives keep their keys on the stack.
        memory::scrub_stack();
    }

    /// Ends it for everybody. The first failure is the one that counts: what follows is its echo.
    fn fail(&self, error: ArchiveError) {
        hold(&self.sink).failed.get_or_insert(error);
        self.stopped.store(true, Ordering::Relaxed);
        self.moved.notify_all();
    }

    #[inline(never)]
    fn units(&self, tick: Tick<'_>) -> Result<(), ArchiveError> {
        let size = UNIT * SEALED;
        let mut buffer = Region::bulk(size).map_err(|_| ArchiveError::Memory(size))?;
        while !self.stopped.load(Ordering::Relaxed) {
            tick()?;
            let mut source = hold(&self.source);
            let number = source.next;
            let taken = source.take(self.way, &mut buffer);
            drop(source);
            match taken {
                Ok(None) => return Ok(()),
                // In its turn: what was read before may be what is really wrong.
                Err(error) => self.turn(number, |_| Err(error)),
                Ok(Some(unit)) => {
                    let worked = self.transform(self.way, unit, &mut buffer);
                    #[cfg(test)]
                    tests::spoil(unit.number, &mut buffer);
                    self.turn(number, |output| {
                        worked?;
                        self.hand_on(unit, &buffer, output)
                    });
                    if self.proof == Proof::Opened {
                        self.prove(unit, &mut buffer)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Opens a unit that was sealed, where it lies. It need not have been handed on: then something else has failed.
    fn prove(&self, unit: Unit, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        let tags = unit.chunks(self.way).count() * TAG_LEN;
        let sealed = Unit { len: unit.len + tags, ..unit };
        self.transform(Way::Open, sealed, buffer).map_err(|_| ArchiveError::NotSealed)
    }

    /// Seals or opens every chunk of a unit in place.
    fn transform(&self, way: Way, unit: Unit, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        let cipher = &self.cipher;
        let count = unit.chunks(way).count();
        let base = unit
            .number
            .checked_mul(UNIT as u64)
            .and_then(|number| number.checked_add(cipher.first))
            .filter(|number| number.checked_add(UNIT as u64).is_some())
            .ok_or(ArchiveError::Limit("the number of chunks"))?;
        if count == 0 {
            // Only an empty stream has an empty unit, and no stream is empty: there is a manifest.
            return Err(ArchiveError::Truncated);
        }
        for (number, (len, room)) in (base..).zip(unit.chunks(way).zip(buffer.chunks_mut(SEALED))) {
            let last = unit.last && number + 1 == base + count as u64;
            let nonce = chunk::nonce(number, last);
            let aad = if number == cipher.first { cipher.front } else { &[] };
            let key = cipher.key.expose();
            let done = match way {
                Way::Seal => chunk::seal(key, nonce, aad, &mut room[..len + TAG_LEN]),
                // An empty chunk would be a second way to write the same stream.
                Way::Open if len <= TAG_LEN => return Err(ArchiveError::Truncated),
                Way::Open => chunk::open(key, nonce, aad, &mut room[..len]),
            };
            done.map_err(|_| ArchiveError::Chunk(number))?;
        }
        Ok(())
    }

    fn hand_on(&self, unit: Unit, buffer: &[u8], output: Output<'_>) -> Result<(), ArchiveError> {
        let chunks = unit.chunks(self.way);
        match self.way {
            // Sealed chunks touch each other: one write a unit.
            Way::Seal => output(&buffer[..unit.len + chunks.count() * TAG_LEN]),
            Way::Open => chunks
                .zip(buffer.chunks(SEALED))
                .try_for_each(|(len, chunk)| output(&chunk[..len - TAG_LEN])),
        }
    }

    /// Waits for the turn of unit `number` and does `act`, unless another unit failed.
    fn turn(&self, number: u64, act: impl FnOnce(Output<'_>) -> Result<(), ArchiveError>) {
        let mut sink = self
            .moved
            .wait_while(hold(&self.sink), |sink| sink.turn != number && sink.failed.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        if sink.failed.is_some() {
            return;
        }
        if let Err(error) = act(&mut *sink.output) {
            sink.failed = Some(error);
            self.stopped.store(true, Ordering::Relaxed);
        }
        sink.turn += 1;
        drop(sink);
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::chunk::nonce;
    use crate::kind::Kind;

    std::thread_local! {
        /// The unit of which a bit is turned over once it was sealed or opened by this thread.
        static SPOILED: std::cell::Cell<Option<u64>> = const { std::cell::Cell::new(None) };
    }

    pub(super) fn spoil(number: u64, buffer: &mut [u8]) {
        if SPOILED.get() == Some(number) {
            buffer[CHUNK / 2] ^= 1;
        }
    }

    fn key() -> DerivedKey {
        let mut key = DerivedKey::zeroed();
        key.expose_mut().copy_from_slice(&[5; 32]);
        key
    }

    fn text(len: usize) -> Vec<u8> {
        (0..len).map(|i| ((i * 31) >> 3).to_le_bytes()[0]).collect()
    }

    /// Runs a stream over `bytes`, which arrive in pieces of `piece`.
    fn pass(
        way: Way,
        first: u64,
        bytes: &[u8],
        piece: usize,
        workers: usize,
    ) -> (Result<(), ArchiveError>, Vec<u8>) {
        let (key, mut at, mut out) = (key(), 0, Vec::new());
        let mut input = |room: &mut [u8]| {
            let mut done = 0;
            while done < room.len() && at < bytes.len() {
                let take = piece.min(room.len() - done).min(bytes.len() - at);
                room[done..done + take].copy_from_slice(&bytes[at..at + take]);
                done += take;
                at += take;
            }
            Ok(done)
        };
        let mut output = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            Ok(())
        };
        let cipher = Cipher { key: &key, front: b"front", first };
        let pace = Pace { workers, tick: &mut || Ok(()) };
        let proof = if way == Way::Seal { Proof::Opened } else { Proof::None };
        let done = run(way, proof, cipher, &mut input, &mut output, pace);
        (done, out)
    }

    fn sealed(first: u64, plain: &[u8]) -> Vec<u8> {
        let (done, sealed) = pass(Way::Seal, first, plain, usize::MAX, 2);
        done.unwrap();
        sealed
    }

    #[test]
    fn every_length_comes_back_and_the_bytes_do_not_depend_on_the_workers() {
        let around = |at: usize| [at - 1, at, at + 1];
        let lengths = [1, 17]
            .into_iter()
            .chain([1, 2, 15, 16, 17, 32, 33].map(|n| n * CHUNK).into_iter().flat_map(around));
        for len in lengths {
            let plain = text(len);
            let one = pass(Way::Seal, 0, &plain, 7001, 1).1;
            for workers in [2, 5] {
                assert!(pass(Way::Seal, 0, &plain, usize::MAX, workers).1 == one, "{len}");
                let (done, out) = pass(Way::Open, 0, &one, 9001, workers);
                assert!(done.is_ok() && out == plain, "{len}");
            }
            let chunks = len.div_ceil(CHUNK);
            assert_eq!(one.len(), len + chunks * TAG_LEN);
        }
        assert!(matches!(pass(Way::Seal, 0, b"", 1, 1).0, Err(ArchiveError::Truncated)));
        assert!(matches!(pass(Way::Open, 0, b"", 1, 1).0, Err(ArchiveError::Truncated)));
    }

    #[test]
    fn chunks_are_those_of_the_primitive() {
        let plain = text(2 * CHUNK + 10);
        let sealed = sealed(0, &plain);
        for (number, (found, text)) in (0..).zip(sealed.chunks(SEALED).zip(plain.chunks(CHUNK))) {
            let mut expected = [text, &[0; TAG_LEN]].concat();
            let aad: &[u8] = if number == 0 { b"front" } else { b"" };
            chunk::seal(key().expose(), nonce(number, number == 2), aad, &mut expected).unwrap();
            assert!(found == expected, "{number}");
        }
    }

    /// 100 GiB are 1,638,400 chunks: the counter is started short of every length at which a byte of it carries over.
    #[test]
    fn the_counter_carries_over_every_byte() {
        let plain = text(20 * CHUNK + 5);
        for boundary in [1_u64 << 8, 1 << 16, 1_638_400, 1 << 24, 1 << 32, 1 << 40, 1 << 63] {
            let first = boundary - 10;
            let sealed = sealed(first, &plain);
            let (done, out) = pass(Way::Open, first, &sealed, usize::MAX, 2);
            assert!(done.is_ok() && out == plain);
            let at = 10 * SEALED;
            let mut chunk = sealed[at..at + SEALED].to_vec();
            chunk::open(key().expose(), nonce(boundary, false), b"", &mut chunk).unwrap();
            assert!(chunk[..CHUNK] == plain[10 * CHUNK..11 * CHUNK]);
            let lower = pass(Way::Open, first - (boundary >> 1), &sealed, usize::MAX, 2);
            assert!(matches!(lower.0, Err(ArchiveError::Chunk(_))));
            assert_eq!(lower.1, b"");
        }
        let (done, _) = pass(Way::Seal, u64::MAX - 3, &plain, usize::MAX, 1);
        assert!(matches!(done, Err(ArchiveError::Limit(_))));
    }

    #[test]
    fn chunks_that_are_missing_moved_or_repeated_are_refused_and_what_came_before_is_whole() {
        let plain = text(40 * CHUNK + 5);
        let good = sealed(0, &plain);
        let chunks: Vec<&[u8]> = good.chunks(SEALED).collect();
        let tampered = |change: &dyn Fn(&mut Vec<&[u8]>)| {
            let mut chunks = chunks.clone();
            change(&mut chunks);
            chunks.concat()
        };
        for (what, bytes) in [
            ("swapped", tampered(&|c| c.swap(3, 4))),
            (
                "dropped",
                tampered(&|c| {
                    c.remove(20);
                }),
            ),
            ("doubled", tampered(&|c| c.insert(7, c[7]))),
            (
                "without the first",
                tampered(&|c| {
                    c.remove(0);
                }),
            ),
            (
                "without the last",
                tampered(&|c| {
                    c.pop();
                }),
            ),
            ("last twice", tampered(&|c| c.push(c[40]))),
            ("trailing byte", [&good[..], b"x"].concat()),
            ("cut inside a tag", good[..good.len() - 1].to_vec()),
            ("cut to a tag", good[..40 * SEALED + TAG_LEN].to_vec()),
            ("other", [&sealed(1, &plain)[..SEALED], &good[SEALED..]].concat()),
        ] {
            for workers in [1, 3] {
                let (done, out) = pass(Way::Open, 0, &bytes, usize::MAX, workers);
                assert!(
                    matches!(done, Err(ArchiveError::Chunk(_) | ArchiveError::Truncated)),
                    "{what}"
                );
                assert!(out.len() % (UNIT * CHUNK) == 0 && plain.starts_with(&out), "{what}");
            }
        }
    }

    #[test]
    fn what_was_sealed_wrongly_is_found_before_anybody_relies_on_it() {
        let (key, plain) = (key(), text((2 * UNIT + 3) * CHUNK + 9));
        for (spoiled, proof) in (0..3).flat_map(|unit| [(unit, Proof::Opened), (unit, Proof::None)])
        {
            let (mut at, mut sealed) = (0, Vec::new());
            let mut input = |room: &mut [u8]| {
                let take = room.len().min(plain.len() - at);
                room[..take].copy_from_slice(&plain[at..at + take]);
                at += take;
                Ok(take)
            };
            let mut output = |bytes: &[u8]| {
                sealed.extend_from_slice(bytes);
                Ok(())
            };
            let cipher = Cipher { key: &key, front: b"front", first: 0 };
            // Alone: what is spoiled is what this thread has made.
            let pace = Pace { workers: 1, tick: &mut || Ok(()) };
            SPOILED.set(Some(spoiled));
            let done = seal(cipher, &mut input, &mut output, proof, pace);
            SPOILED.set(None);
            match proof {
                Proof::Opened => assert!(matches!(done, Err(ArchiveError::NotSealed)), "{spoiled}"),
                // Nobody looked; whoever opens it finds out.
                Proof::None => assert!(done.is_ok()),
            }
            let (opened, _) = pass(Way::Open, 0, &sealed, usize::MAX, 1);
            assert!(opened.is_err(), "{spoiled}");
        }
    }

    #[test]
    fn it_ends_when_somebody_wants_it_to_and_when_a_side_fails() {
        let (key, plain) = (key(), text(100 * CHUNK));
        let cipher = Cipher { key: &key, front: b"", first: 0 };
        for workers in [1, 4] {
            let endless = |room: &mut [u8]| Ok(room.len());
            let mut turns = 0;
            let mut tick = || {
                turns += 1;
                if turns > 3 { Err(ArchiveError::Stopped(Kind::Interrupted)) } else { Ok(()) }
            };
            let pace = Pace { workers, tick: &mut tick };
            let done = seal(cipher, &mut { endless }, &mut |_| Ok(()), Proof::Opened, pace);
            assert!(matches!(done, Err(ArchiveError::Stopped(_))));

            let full = |_: &[u8]| Err(ArchiveError::Write(std::io::ErrorKind::StorageFull.into()));
            let pace = Pace { workers, tick: &mut || Ok(()) };
            let done = seal(cipher, &mut { endless }, &mut { full }, Proof::Opened, pace);
            assert!(matches!(done, Err(ArchiveError::Write(_))));

            let mut left = 30;
            let mut breaks = |room: &mut [u8]| {
                left -= 1;
                if left == 0 {
                    return Err(ArchiveError::Read(std::io::ErrorKind::Other.into()));
                }
                room.copy_from_slice(&plain[..room.len()]);
                Ok(room.len())
            };
            let pace = Pace { workers, tick: &mut || Ok(()) };
            let done = seal(cipher, &mut breaks, &mut |_| Ok(()), Proof::None, pace);
            assert!(matches!(done, Err(ArchiveError::Read(_))));
        }
    }
}

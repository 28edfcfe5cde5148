//! P32: random histories of keys against a model that knows nothing of the implementation.

use std::collections::{BTreeMap, BTreeSet};

use strongroom::cbor::Reader;
use strongroom::clock::Timestamp;
use strongroom::keyring::key::Replaced;
use strongroom::keyring::{Fresh, Key, KeyError, KeyId, KeyKind, Keyring, Role, State, limits};

use crate::store_format::forge::Counting;

/// The steps of NIST SP 800-57 part 1, section 7, as far as there are any without a suspended state.
const STEPS: [(&str, &str); 9] = [
    ("pre-activation", "active"),
    ("pre-activation", "compromised"),
    ("pre-activation", "destroyed"),
    ("active", "deactivated"),
    ("active", "compromised"),
    ("deactivated", "compromised"),
    ("deactivated", "destroyed"),
    ("compromised", "destroyed-compromised"),
    ("destroyed", "destroyed-compromised"),
];

/// What a person would note down of a key.
#[derive(Clone, Default)]
struct Noted {
    /// By number: the state, and until when a private half is kept.
    versions: BTreeMap<u32, (&'static str, u64)>,
    uses: BTreeMap<u32, u64>,
    retired: bool,
}

#[derive(Default)]
struct Model {
    keys: BTreeMap<String, Noted>,
    steps: BTreeSet<(&'static str, &'static str)>,
}

impl Noted {
    fn active(&self) -> Option<u32> {
        self.versions.iter().find(|(_, (state, _))| *state == "active").map(|(n, _)| *n)
    }
}

fn fresh(kind: KeyKind) -> Fresh {
    Fresh { public: vec![1; kind.public_len()], sealed: vec![2; limits::SEALED], proof: None }
}

#[expect(clippy::too_many_lines, reason = "one arm for each thing that can be done")]
/// One random step on both sides. They must agree on whether it is allowed, and on what it leads to.
fn step(ring: &mut Keyring, model: &mut Model, random: &mut Counting, clock: &mut u64) {
    // The clock mostly goes on, and sometimes back.
    *clock = match random.below(12) {
        0 => clock.saturating_sub(random.below(50) as u64),
        _ => *clock + random.below(20) as u64,
    };
    let now = Timestamp::from_unix(*clock);
    let name = format!("k{}", random.below(3));
    let number = u32::try_from(random.below(5) + 1).unwrap();
    let noted = model.keys.get(&name).cloned();
    match random.below(8) {
        0 => {
            let kind = KeyKind::ALL[random.below(4)];
            let id = KeyId::parse(&name).unwrap();
            let key = Key::new(id, kind, kind.roles()[0], fresh(kind), now).unwrap();
            let added = ring.add(key);
            assert_eq!(added.is_ok(), noted.is_none(), "{added:?}");
            if added.is_ok() {
                let noted = model.keys.entry(name).or_default();
                noted.versions.insert(1, ("active", 0));
            }
        }
        1 | 2 => {
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let grace = random.below(40) as u64;
            let replaced =
                if random.below(4) == 0 { Replaced::Compromised } else { Replaced::InTurn };
            let until = Timestamp::from_unix(*clock + grace);
            let kind = key.kind;
            let rotated = key.rotate(fresh(kind), replaced, now, until);
            let noted = model.keys.get_mut(&name).unwrap();
            let Some(active) = noted.active() else {
                return assert_eq!(rotated, Err(KeyError::Retired));
            };
            let next = noted.versions.keys().max().unwrap() + 1;
            assert_eq!(rotated, Ok(next));
            let kept = key.version(active).unwrap().keep_until.unwrap().as_unix();
            assert!(kept >= *clock, "a grace period never ends before it begins");
            let to = if replaced == Replaced::InTurn { "deactivated" } else { "compromised" };
            noted.versions.insert(active, (to, kept));
            noted.versions.insert(next, ("active", 0));
        }
        3 => {
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let marked = key.mark_compromised(number, now);
            let noted = model.keys.get_mut(&name).unwrap();
            let Some((state, _)) = noted.versions.get_mut(&number) else {
                return assert_eq!(marked, Err(KeyError::NoVersion(number)));
            };
            match *state {
                "active" => assert_eq!(marked, Err(KeyError::NeedsSuccessor(number))),
                "deactivated" => {
                    marked.unwrap();
                    *state = "compromised";
                }
                "destroyed" => {
                    marked.unwrap();
                    *state = "destroyed-compromised";
                }
                _ => assert!(matches!(marked, Err(KeyError::Transition { .. })), "{marked:?}"),
            }
        }
        4 => {
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let destroyed = key.destroy_version(number);
            let noted = model.keys.get_mut(&name).unwrap();
            let Some((state, _)) = noted.versions.get_mut(&number) else {
                return assert_eq!(destroyed, Err(KeyError::NoVersion(number)));
            };
            match *state {
                "active" => assert_eq!(destroyed, Err(KeyError::NeedsSuccessor(number))),
                "deactivated" => *state = "destroyed",
                "compromised" => *state = "destroyed-compromised",
                _ => assert!(matches!(destroyed, Err(KeyError::Transition { .. }))),
            }
        }
        5 => {
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let ended = key.end_grace(now);
            let noted = model.keys.get_mut(&name).unwrap();
            let over: BTreeSet<u32> = noted
                .versions
                .iter()
                .filter(|(_, (state, until))| *state == "deactivated" && until <= clock)
                .map(|(n, _)| *n)
                .collect();
            assert_eq!(ended.into_iter().collect::<BTreeSet<_>>(), over);
            for n in over {
                noted.versions.insert(n, ("destroyed", 0));
            }
        }
        6 => {
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let more = random.number() >> random.below(64);
            let counted = key.add_uses(more);
            let noted = model.keys.get_mut(&name).unwrap();
            let Some(active) = noted.active() else {
                return assert_eq!(counted, Err(KeyError::Retired));
            };
            let uses = noted.uses.entry(active).or_default();
            *uses = uses.saturating_add(more);
            assert_eq!(counted, Ok(*uses));
        }
        _ => {
            // Giving a key up is the rarest thing to do.
            if random.below(6) > 0 {
                return;
            }
            let Ok(key) = ring.key_mut(&name) else { return assert!(noted.is_none()) };
            let retired = key.retire(now);
            let noted = model.keys.get_mut(&name).unwrap();
            assert_eq!(retired.is_err(), noted.retired);
            noted.retired = true;
            for (state, _) in noted.versions.values_mut() {
                *state = match *state {
                    "active" | "deactivated" => "destroyed",
                    "compromised" => "destroyed-compromised",
                    gone => gone,
                };
            }
        }
    }
}

/// Runs one history and holds both sides against each other after every step.
fn history(seed: u64, steps: usize) -> BTreeSet<(&'static str, &'static str)> {
    let random = &mut Counting(seed << 24);
    let (mut ring, mut model, mut clock) = (Keyring::default(), Model::default(), 1000);
    let mut before: BTreeMap<(String, u32), (State, u64)> = BTreeMap::new();
    for _ in 0..steps {
        step(&mut ring, &mut model, random, &mut clock);
        let mut after = BTreeMap::new();
        for key in ring.iter() {
            let noted = &model.keys[key.id.as_str()];
            let active = key.versions().iter().filter(|v| v.state == State::Active).count();
            assert_eq!(active, usize::from(!noted.retired), "seed {seed}");
            assert_eq!(key.versions().len(), noted.versions.len());
            for version in key.versions() {
                assert_eq!(version.state.name(), noted.versions[&version.n].0, "seed {seed}");
                assert_eq!(version.sealed.is_some(), version.state.has_private_half());
                assert_eq!(version.uses, noted.uses.get(&version.n).copied().unwrap_or(0));
                let place = (key.id.as_str().to_owned(), version.n);
                if let Some((was, uses)) = before.get(&place) {
                    assert!(version.uses >= *uses, "a count went back");
                    if *was != version.state {
                        model.steps.insert((was.name(), version.state.name()));
                    }
                }
                after.insert(place, (version.state, version.uses));
            }
        }
        assert!(before.keys().all(|place| after.contains_key(place)), "a version went away");
        before = after;
    }
    if !ring.is_empty() {
        let mut bytes = Vec::new();
        ring.encode(&mut bytes);
        assert_eq!(Keyring::decode(&mut Reader::new(&bytes)).unwrap(), ring, "seed {seed}");
    }
    model.steps
}

/// Two steps may fall into one change of a ring (a key that is retired): what is seen is one step, or two.
fn is_legal(seen: (&str, &str)) -> bool {
    STEPS.contains(&seen)
        || STEPS.iter().any(|(from, via)| *from == seen.0 && STEPS.contains(&(*via, seen.1)))
}

fn run(histories: u64) {
    let mut seen = BTreeSet::new();
    for seed in 0..histories {
        seen.extend(history(seed, 40));
    }
    for step in &seen {
        assert!(is_legal(*step), "{step:?}");
    }
    for (from, to) in STEPS.into_iter().filter(|(from, _)| *from != "pre-activation") {
        assert!(seen.contains(&(from, to)), "never tried: {from} to {to}");
    }
}

#[test]
fn random_histories_of_keys_agree_with_the_model() {
    run(2_000);
}

#[test]
#[ignore = "P32, the long form: cargo nextest run --run-ignored only a_hundred_thousand_histories"]
fn a_hundred_thousand_histories_of_keys_agree_with_the_model() {
    run(100_000);
}

#[test]
fn a_role_that_a_kind_does_not_have_makes_no_key() {
    for kind in KeyKind::ALL {
        for role in Role::ALL {
            let id = KeyId::parse("k").unwrap();
            let made = Key::new(id, kind, role, fresh(kind), Timestamp::EPOCH);
            assert_eq!(made.is_ok(), kind.roles().contains(&role));
        }
    }
}

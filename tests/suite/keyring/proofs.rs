//! P31: continuity proofs, golden files of them, and those who would forge or replay one.

use strongroom::clock::Timestamp;
use strongroom::crypto::mac;
use strongroom::crypto::random::Random;
use strongroom::keyring::public::Named;
use strongroom::keyring::signer::OwnSigner;
use strongroom::keyring::{KeyId, KeyKind, PublicHalf};
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;
use strongroom::rotation::continuity::link::{Authority, Signed, Voucher};
use strongroom::rotation::continuity::{Expected, Link, ProofError, file, verify};
use strongroom::secret::PrivateKey;

use crate::store_format::forge::Counting;
use crate::support::{repository, updating_generated, vector, vector_json, write};

/// 2026-01-24T09:30:00Z.
const NOW: u64 = 1_769_247_000;
const DAY: u64 = 86_400;

/// A key and its versions, newest last.
pub struct Chain {
    id: KeyId,
    kind: KeyKind,
    network: NetworkMode,
    privates: Vec<PrivateKey>,
    links: Vec<Vec<u8>>,
}

impl Chain {
    fn new(id: &str, kind: KeyKind, random: &mut Counting) -> Self {
        let id = KeyId::parse(id).expect("an id");
        let privates = vec![private(random)];
        Self { id, kind, network: NetworkMode::Mainnet, privates, links: Vec::new() }
    }

    fn public(&self, n: usize) -> Vec<u8> {
        self.kind.public_half(&self.privates[n - 1]).expect("a key")
    }

    fn newest(&self) -> (u32, Vec<u8>) {
        (u32::try_from(self.privates.len()).expect("few"), self.public(self.privates.len()))
    }

    /// What the next link says.
    fn next(&self, reason: &str) -> Link {
        let (n, newest) = self.newest();
        let seq = u64::from(n);
        Link {
            network: self.network,
            key: self.id.clone(),
            kind: self.kind,
            seq,
            old: (n, newest),
            new: (n + 1, Vec::new()),
            not_before: Timestamp::from_unix(NOW + seq * 90 * DAY),
            window_end: Timestamp::from_unix(NOW + seq * 90 * DAY + 7 * DAY),
            reason: reason.to_owned(),
            previous: self.links.last().map(|link| mac::sha256(&[link])),
            voucher: None,
        }
    }

    fn rotate(&mut self, reason: &str, identity: Option<&Self>, random: &mut Counting) {
        let new = private(random);
        let mut link = self.next(reason);
        link.new.1 = self.kind.public_half(&new).expect("a key");
        let signed = match identity {
            None => {
                let signer = |key| OwnSigner::new(self.kind, key).expect("a key that signs");
                let old = signer(self.privates.last().expect("there"));
                link.sign(&Authority::Own { old: &old, new: &signer(&new) })
            }
            Some(identity) => {
                let (n, public) = identity.newest();
                let id = identity.id.clone();
                link.voucher = Some(Voucher { id, n, kind: identity.kind, public });
                let key = identity.privates.last().expect("there");
                let key = OwnSigner::new(identity.kind, key).expect("a key that signs");
                link.sign(&Authority::Voucher(&key))
            }
        };
        self.links.push(signed.expect("signed"));
        self.privates.push(new);
    }

    fn file(&self) -> Vec<u8> {
        file::encode(self.links.iter().map(Vec::as_slice))
    }

    fn named(&self, n: usize) -> Named {
        let public = self.public(n);
        let public = PublicHalf { kind: self.kind, bytes: &public };
        Named::parse(&public.fingerprint().expect("public")).expect("a name")
    }
}

fn private(random: &mut Counting) -> PrivateKey {
    let mut key = PrivateKey::zeroed();
    random.fill(key.expose_mut()).expect("counted");
    key
}

fn chain(id: &str, kind: KeyKind, links: usize, random: &mut Counting) -> Chain {
    let mut chain = Chain::new(id, kind, random);
    for n in 0..links {
        chain.rotate(["scheduled", "the operator left, naïvely", ""][n % 3], None, random);
    }
    chain
}

/// An identity that rotated once, and an agreement key that it vouched for before and after.
fn vouched() -> (Chain, Chain, Vec<u8>) {
    let random = &mut Counting(300);
    let mut identity = Chain::new("identity", KeyKind::Ed25519, random);
    let mut peer = Chain::new("peer", KeyKind::X25519, random);
    peer.rotate("scheduled", Some(&identity), random);
    identity.rotate("scheduled", None, random);
    peer.rotate("scheduled", Some(&identity), random);
    let links = [&peer.links[0], &identity.links[0], &peer.links[1]];
    let file = file::encode(links.into_iter().map(Vec::as_slice));
    (identity, peer, file)
}

/// Every golden file, with a name for the trusted key.
fn golden() -> Vec<(&'static str, Vec<u8>, Named, Chain)> {
    let one = chain("identity", KeyKind::Ed25519, 1, &mut Counting(100));
    let many = chain("treasury", KeyKind::Secp256k1, 5, &mut Counting(200));
    let (identity, peer, vouched) = vouched();
    vec![
        ("one-link", one.file(), one.named(1), one),
        ("five-links", many.file(), many.named(1), many),
        ("vouched", vouched, identity.named(1), peer),
    ]
}

#[test]
fn golden_proofs_are_written_byte_for_byte_and_verify() {
    let mut manifest = serde_json::Map::new();
    for (name, file, trust, chain) in golden() {
        let path = format!("proof/{name}.proof");
        if updating_generated() {
            write(&repository("tests/vectors").join(&path), &file);
        }
        assert!(vector(&path) == file, "{name} differs from what is written now");
        let found = verify(&file, &trust, &Expected::default()).expect(name);
        assert_eq!(found.newest, chain.newest(), "{name}");
        assert_eq!(found.links, chain.links.len());
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let first =
            if chain.kind == KeyKind::X25519 { vouched().0.public(1) } else { chain.public(1) };
        manifest.insert(
            name.to_owned(),
            serde_json::json!({
                "trust": hex(&first),
                "key": found.key.as_str(),
                "network": found.network.name(),
                "seq": found.seq,
                "newest": [found.newest.0, hex(&found.newest.1)],
            }),
        );
    }
    let text = serde_json::to_string_pretty(&manifest).expect("JSON") + "\n";
    if updating_generated() {
        write(&repository("tests/vectors/proof/MANIFEST.json"), text.as_bytes());
    }
    assert!(vector("proof/MANIFEST.json") == text.as_bytes());
}

/// P16: the independent reader follows the same chains to the same ends, and refuses each of them with one byte changed.
#[test]
fn an_independent_reader_follows_the_same_chains() {
    let manifest = vector_json("proof/MANIFEST.json");
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let reader = repository("tests/readers/read_proof.py");
    for (name, known) in manifest.as_object().expect("a map") {
        let whole = vector(&format!("proof/{name}.proof"));
        let read = |bytes: &[u8]| {
            let path = scratch.path().join(name);
            write(&path, bytes);
            let output = std::process::Command::new("python3")
                .current_dir(scratch.path())
                .arg(&reader)
                .arg(known["trust"].as_str().expect("text"))
                .arg(&path)
                .output()
                .expect("python3 is needed, with the modules of tests/readers/requirements.txt");
            output
                .status
                .success()
                .then(|| serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON"))
        };
        let found = read(&whole).expect("verified");
        for item in ["key", "network", "seq", "newest"] {
            assert_eq!(found[item], known[item], "{name} {item}");
        }
        for at in [whole.len() / 3, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert_eq!(read(&changed), None, "{name} at {at}");
        }
    }
}

#[test]
fn a_proof_is_anchored_at_any_key_that_it_passes_through() {
    let random = &mut Counting(1);
    let chain = chain("identity", KeyKind::Ed25519, 4, random);
    let file = chain.file();
    for n in 1..=4 {
        let public = chain.public(n);
        let public = PublicHalf { kind: chain.kind, bytes: &public };
        for name in [public.hex(), public.fingerprint().unwrap(), public.did_key().unwrap()] {
            let found = verify(&file, &Named::parse(&name).unwrap(), &Expected::default());
            assert_eq!(found.expect("leads on").newest.0, 5);
        }
    }
    // The newest key is where the chain ends, and nothing begins there.
    let end = verify(&file, &chain.named(5), &Expected::default());
    assert_eq!(end, Err(ProofError::NotTrusted));
    let stranger = self::chain("identity", KeyKind::Ed25519, 1, &mut Counting(9));
    let foreign = verify(&file, &stranger.named(1), &Expected::default());
    assert_eq!(foreign, Err(ProofError::NotTrusted));
}

/// P31: every byte of a chain of two, changed in several ways: some 200 mutations of each kind, and none accepted.
#[test]
fn no_mutation_of_a_proof_is_accepted() {
    for kind in [KeyKind::Ed25519, KeyKind::Secp256k1] {
        let chain = chain("identity", kind, 2, &mut Counting(7));
        let (whole, trust) = (chain.file(), chain.named(1));
        assert!(verify(&whole, &trust, &Expected::default()).is_ok());
        let mut tried = 0;
        for at in 0..whole.len() {
            for mask in [0x01, 0x80, 0xff] {
                // secp256k1 is slow where the tests are not optimised.
                if (at + usize::from(mask)) % 3 != 0 {
                    continue;
                }
                let mut changed = whole.clone();
                changed[at] ^= mask;
                let found = verify(&changed, &trust, &Expected::default());
                assert!(found.is_err(), "byte {at} ^ {mask:02x}: {found:?}");
                tried += 1;
            }
        }
        assert!(tried >= 200, "{tried}");
        for end in 0..whole.len() {
            assert!(verify(&whole[..end], &trust, &Expected::default()).is_err());
        }
        let longer = [&whole[..], &[0]].concat();
        assert!(verify(&longer, &trust, &Expected::default()).is_err());
    }
}

#[test]
fn links_in_another_order_are_no_chain() {
    let chain = chain("identity", KeyKind::Ed25519, 3, &mut Counting(7));
    let trust = chain.named(1);
    let links = &chain.links;
    for order in [&[1_usize, 0, 2][..], &[0, 2, 1], &[0, 2], &[0, 0, 1, 2], &[0, 1, 1], &[2, 1, 0]]
    {
        let file = file::encode(
            order.iter().map(|n| links[*n].as_slice()).collect::<Vec<_>>().into_iter(),
        );
        let found = verify(&file, &trust, &Expected::default());
        assert!(matches!(found, Err(ProofError::Broken { .. })), "{order:?}: {found:?}");
    }
}

/// P31: what is genuine somewhere else is refused by the name of what differs.
#[test]
fn a_proof_of_another_network_key_version_or_time_is_refused_by_name() {
    let chain = chain("identity", KeyKind::Ed25519, 3, &mut Counting(7));
    let (whole, trust) = (chain.file(), chain.named(1));
    let id = |text| Some(KeyId::parse(text).unwrap());
    let ask = |expected| verify(&whole, &trust, &expected);
    let right = Expected {
        network: Some(NetworkMode::Mainnet),
        key: id("identity"),
        version: Some(4),
        after: Some(2),
    };
    assert!(ask(right.clone()).is_ok());
    let network = Expected { network: Some(NetworkMode::Devnet), ..right.clone() };
    let key = Expected { key: id("treasury"), ..right.clone() };
    let version = Expected { version: Some(3), ..right.clone() };
    let replayed = Expected { after: Some(3), ..right };
    for (expected, words, kind) in [
        (network, "this proof is of mainnet, not of devnet", Kind::Policy),
        (key, "this proof is of the key identity, not of treasury", Kind::NotFound),
        (version, "this proof leads to version 4, not to 3", Kind::NotFound),
        (
            replayed,
            "this proof ends at number 3, and number 3 was seen before: it is an old one",
            Kind::Rollback,
        ),
    ] {
        let error = ask(expected).expect_err(words);
        assert_eq!((error.to_string().as_str(), error.kind()), (words, kind));
    }
    // A part of the chain is an older proof, and those who have seen the whole know it.
    let older = file::encode(chain.links[..2].iter().map(Vec::as_slice));
    let seen = Expected { after: Some(3), ..Expected::default() };
    assert!(matches!(verify(&older, &trust, &seen), Err(ProofError::Replayed { found: 2, .. })));
}

type Change = fn(&mut Link);

#[test]
fn a_link_that_was_signed_for_another_place_does_not_fit() {
    let random = &mut Counting(7);
    let chain = chain("identity", KeyKind::Ed25519, 2, random);
    let trust = chain.named(1);
    let changes: [(&str, Change); 8] = [
        ("network", |link| link.network = NetworkMode::Testnet),
        ("key", |link| link.key = KeyId::parse("other").unwrap()),
        ("seq", |link| link.seq += 1),
        ("old version", |link| link.old.0 -= 1),
        ("new version", |link| link.new.0 += 1),
        ("not before", |link| link.not_before = Timestamp::EPOCH),
        ("reason", |link| link.reason = "stolen".to_owned()),
        ("previous", |link| link.previous = Some([7; 32])),
    ];
    for (what, change) in changes {
        // Somebody without the keys moves a genuine link: its signatures are those of the place where it was.
        let signed = Signed::decode(&chain.links[1]).unwrap();
        let mut link = signed.link.clone();
        change(&mut link);
        let body = |link: Link| {
            let key = OwnSigner::new(KeyKind::Ed25519, &private(&mut Counting(8))).expect("a key");
            // Any signature gives the bytes of the body.
            link.sign(&Authority::Own { old: &key, new: &key })
        };
        assert!(body(link).is_err(), "{what}: the keys of others sign nothing for these");
    }
    // And with keys of his own: the chain does not start at the trusted key.
    let forger = self::chain("identity", KeyKind::Ed25519, 2, &mut Counting(50));
    assert_eq!(verify(&forger.file(), &trust, &Expected::default()), Err(ProofError::NotTrusted));
    // His link behind a genuine one.
    let links = [&chain.links[0], &forger.links[1]];
    let spliced = file::encode(links.into_iter().map(Vec::as_slice));
    let found = verify(&spliced, &trust, &Expected::default());
    assert!(matches!(found, Err(ProofError::Broken { link: 2, .. })), "{found:?}");
}

#[test]
fn an_agreement_key_stands_and_falls_with_the_identity_that_vouches() {
    let (identity, peer, whole) = vouched();
    let trust = identity.named(1);
    assert_eq!(verify(&whole, &trust, &Expected::default()).unwrap().newest, peer.newest());
    // Without the identity's own link, its new key is nobody's.
    let without = file::encode(peer.links.iter().map(Vec::as_slice));
    assert_eq!(verify(&without, &trust, &Expected::default()), Err(ProofError::Voucher(2)));
    // The identity's old key does not vouch any more once the file shows the new one.
    let late = [&identity.links[0], &peer.links[0]];
    let late = file::encode(late.into_iter().map(Vec::as_slice));
    assert_eq!(verify(&late, &trust, &Expected::default()), Err(ProofError::Voucher(2)));
    // Trust in the agreement key itself proves nothing: it can sign nothing.
    let found = verify(&whole, &peer.named(1), &Expected::default());
    assert!(found.is_err(), "{found:?}");
}

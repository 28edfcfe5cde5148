//! Every action leaves its records, and none happens that cannot be recorded.

use std::time::Duration;

use strongroom::audit::verify::{LogFile, Question, Report, Witness, verify};
use strongroom::audit::{Actor, Draft, Log, Origin, Phase, Setting, Verdict};
use strongroom::crypto::kdf::Ceiling;
use strongroom::fs::directory::Ownership;
use strongroom::fs::{Place, Trust};
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;
use strongroom::passphrase::Passphrase;
use strongroom::secret::SecretBytes;
use strongroom::store::keyslot::Credentials;
use strongroom::store::{OpenStore, SealedStore, StoreId};

use crate::support::stage::{PASS, Stage};

const LOG: &str = "%s.audit.jsonl";

/// What a record says, in the order of the log.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    event: String,
    phase: String,
    object: Option<String>,
    exit: Option<String>,
    corr: String,
}

fn records(stage: &Stage) -> Vec<Said> {
    let log = String::from_utf8(stage.read(LOG)).expect("ASCII");
    log.lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let text = |key: &str| line[key].as_str().map(str::to_owned);
            Said {
                event: text("event").expect("an event"),
                phase: text("phase").expect("a phase"),
                object: text("object"),
                exit: text("exit"),
                corr: text("corr").expect("an id"),
            }
        })
        .collect()
}

/// The records since the first `seen`, as `event phase`.
fn since(stage: &Stage, seen: usize) -> Vec<String> {
    let records = records(stage);
    records[seen..].iter().map(|said| format!("{} {}", said.event, said.phase)).collect()
}

/// The store, opened.
fn opened(stage: &Stage) -> OpenStore {
    let file = stage.read("%s");
    let mut bytes = strongroom::memory::Region::bulk(file.len()).expect("memory");
    bytes.copy_from_slice(&file);
    let sealed = SealedStore::parse(bytes).expect("a store");
    let typed = SecretBytes::copy_from(PASS.as_bytes());
    let passphrase = Passphrase::new(typed).expect("a passphrase");
    let credentials = Credentials { passphrase, keyfile: None };
    let (slot, hash) = sealed.unlock(&credentials, None, Ceiling::default()).expect("opens");
    sealed.open(slot, hash).expect("opens")
}

/// What a verifier with the keys of the store says of the log.
fn verified(stage: &Stage) -> Report {
    let store = opened(stage);
    let log = stage.read(LOG);
    let question = Question {
        roots: store.audit_roots(),
        known: &[(Witness::Store, store.header().audit_head)],
    };
    let file = LogFile { name: LOG.to_owned(), content: Box::new(&log[..]) };
    verify(vec![file], &question, &mut |_| true).expect("read")
}

#[test]
fn a_change_has_an_intent_and_an_outcome_and_a_release_one_record() {
    let stage = Stage::devnet();
    let mut seen = records(&stage).len();
    assert_eq!(since(&stage, 0), ["audit.segment done", "store.init intent", "store.init done"]);
    for (line, said) in [
        ("set %s api --from file:%g/value", &["secret.set intent", "secret.set done"][..]),
        ("get %s api --out %g/out", &["secret.get done"]),
        ("list %s", &["secret.list done"]),
        ("keyslot list %s", &["keyslot.list done"]),
        (
            "keyslot add %s --new-passphrase-from file:%g/pass2",
            &["keyslot.add intent", "keyslot.add done"],
        ),
        ("inventory pin %s", &["store.pin intent", "store.pin done"]),
        ("convert %s %w/igra --to igra", &["store.convert-from done"]),
        ("remove %s api --yes", &["secret.remove intent", "secret.remove done"]),
        ("keyslot revoke %s 1 --yes", &["keyslot.revoke intent", "keyslot.revoke done"]),
        // A revoked slot's holder knows the old audit root, so the next record begins under the new one.
        (
            "data-key rotate %s",
            &["audit.segment done", "data-key.rotate intent", "data-key.rotate done"],
        ),
    ] {
        stage.on(line).run().ok();
        assert_eq!(since(&stage, seen), said, "{line}");
        let records = records(&stage);
        assert!(records[seen..].iter().all(|said| said.corr == records[seen].corr), "{line}");
        seen = records.len();
    }
    // Commands that only look leave nothing.
    for line in ["info %s", "verify %s", "check %s", "get %s api --help"] {
        stage.on(line).run();
        assert_eq!(since(&stage, seen), [""; 0], "{line}");
    }
    let report = verified(&stage);
    assert_eq!((report.verdict, report.records), (Verdict::Good, seen as u64));
    assert!(
        stage.read("%w/igra.audit.jsonl").starts_with(b"{\"v\":1,"),
        "the new file has its own"
    );
}

#[test]
fn a_refusal_and_a_failure_are_recorded_with_their_exit_code() {
    let stage = Stage::devnet();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value").run().ok();
    let mut seen = records(&stage).len();
    for (line, kind, said, exit) in [
        (
            "get %s api --passphrase-from file:%g/pass2",
            Kind::WrongPassphrase,
            "secret.get denied",
            "WRONG_PASSPHRASE",
        ),
        (
            "set %s x --from file:%g/value --passphrase-from file:%g/pass2",
            Kind::WrongPassphrase,
            "secret.set denied",
            "WRONG_PASSPHRASE",
        ),
        ("get %s absent", Kind::NotFound, "secret.get error", "NOT_FOUND"),
        ("remove %s absent --yes", Kind::NotFound, "secret.remove error", "NOT_FOUND"),
    ] {
        stage.on(line).run().ends(kind);
        assert_eq!(since(&stage, seen), [said], "{line}");
        assert_eq!(records(&stage)[seen].exit.as_deref(), Some(exit), "{line}");
        seen += 1;
    }
    let new = stage.read("%s");
    stage.overwrite("%s", &old);
    stage.on("list %s").run().ends(Kind::Rollback);
    assert_eq!(since(&stage, seen), ["secret.list denied"]);
    stage.overwrite("%s", &new);
    stage.on("list %s").run().ok();
    assert_eq!(verified(&stage).verdict, Verdict::Good);
}

/// Commands that must not happen unrecorded on mainnet, and what they would show or change.
pub(super) const RECORDED: &[&str] = &[
    "get %s api",
    "get %s api --out %g/out",
    "list %s",
    "keyslot list %s",
    "set %s new --from file:%g/value2",
    "remove %s api --yes",
    "passphrase change %s --new-passphrase-from file:%g/pass2",
    "keyslot add %s --new-passphrase-from file:%g/pass2",
    "data-key rotate %s",
    "inventory pin %s",
    "state accept-clock %s reason",
    "convert %s %w/igra --to igra",
];

/// A store with the secret `api`, whose log cannot be opened: also root cannot open a directory for writing.
fn without_a_log(stage: &Stage) {
    stage.on("set %s api --from file:%g/value").run().ok();
    let log = stage.path(LOG);
    std::fs::rename(&log, stage.path("%d/log")).expect("moved");
    std::fs::create_dir(&log).expect("in its place");
}

#[test]
fn on_mainnet_nothing_is_released_or_changed_without_a_record() {
    let stage = Stage::mainnet();
    without_a_log(&stage);
    let before = stage.snapshot();
    for line in RECORDED {
        let ran = stage.on(line).run().ends(Kind::Audit);
        assert_eq!(ran.text(), "", "{line}");
        stage.untouched(&before, line);
    }
    std::fs::remove_dir(stage.path(LOG)).expect("removed");
    std::fs::rename(stage.path("%d/log"), stage.path(LOG)).expect("put back");
    stage.on("list %s").run().ok().prints("api\n");
}

#[test]
fn off_mainnet_an_action_that_cannot_be_recorded_is_warned_about() {
    let stage = Stage::devnet();
    without_a_log(&stage);
    for line in ["get %s api --out %g/out", "set %s new --from file:%g/value2", "list %s"] {
        stage.on(line).run().ok().says("warning: audit: this is not recorded");
    }
    // The store still knows the head of the log, which goes on where it stopped.
    std::fs::remove_dir(stage.path(LOG)).expect("removed");
    std::fs::rename(stage.path("%d/log"), stage.path(LOG)).expect("put back");
    stage.on("list %s").run().ok().silent_but("note: this is a devnet store");
    assert_eq!(verified(&stage).verdict, Verdict::Good);
}

#[test]
fn a_log_that_is_out_of_step_stops_every_command_until_it_is_put_right() {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    let log = stage.read(LOG);
    let last = log[..log.len() - 1].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let mut changed = log.clone();
    changed[last + 200] ^= 1;
    for (damaged, words) in [
        (log[..last].to_vec(), "ends at record 4, but record 5 was written: it was truncated"),
        (changed, "was modified"),
        ([&log[..], &log[last..]].concat(), "was modified"),
        (Vec::new(), "but record 5 was written: it was truncated"),
    ] {
        stage.overwrite(LOG, &damaged);
        let before = stage.snapshot();
        for line in RECORDED {
            let ran = stage.on(line).run().ends(Kind::Audit).says(words);
            assert_eq!(ran.text(), "", "{line}");
            stage.untouched(&before, line);
        }
    }
    stage.overwrite(LOG, &log);
    stage.on("list %s").run().ok().prints("api\n");
    assert_eq!(verified(&stage).verdict, Verdict::Good);
}

#[test]
fn a_log_that_others_could_read_is_an_alarm_and_on_mainnet_a_refusal() {
    use std::os::unix::fs::PermissionsExt;
    let widen = |stage: &Stage, bits| {
        std::fs::set_permissions(stage.path(LOG), PermissionsExt::from_mode(bits)).expect("chmod");
    };
    let stage = Stage::mainnet();
    let seen = records(&stage).len();
    widen(&stage, 0o640);
    stage.on("list %s").refused(Kind::Audit, "has mode 0640").says("hint: chmod 600");
    assert_eq!(since(&stage, seen), ["audit.mode-widened denied"]);
    widen(&stage, 0o600);
    stage.on("list %s").run().ok();

    let stage = Stage::devnet();
    widen(&stage, 0o604);
    stage.on("list %s").run().ok().says("warning: audit: ").says("has mode 0604");
    assert!(since(&stage, 3).contains(&"audit.mode-widened done".to_owned()));
}

#[test]
fn an_igra_file_has_a_log_of_its_own_whose_root_is_kept_with_the_state() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    stage.on("set %s api --from file:%g/value --network devnet").run().ok();
    stage.on("list %s --network devnet").run().ok();
    let said = ["audit.segment done", "store.init intent", "store.init done"];
    let more = ["secret.set intent", "secret.set done", "secret.list done"];
    assert_eq!(since(&stage, 0), [said, more].concat());
    let roots = stage
        .snapshot()
        .into_keys()
        .filter(|path| path.extension().is_some_and(|extension| extension == "audit-root"));
    assert_eq!(roots.count(), 1);
}

#[test]
fn what_a_killed_init_recorded_goes_and_the_log_of_a_removed_store_is_set_aside() {
    let stage = Stage::devnet();
    let orphans = || {
        let files = stage.snapshot().into_keys();
        files.filter(|path| path.to_string_lossy().contains(".orphan-")).count()
    };
    let begun = stage.read(LOG);
    let lines: Vec<&[u8]> = begun.split_inclusive(|&b| b == b'\n').collect();
    std::fs::remove_file(stage.path("%s")).expect("removed");
    stage.overwrite(LOG, &[lines[0], lines[1], &lines[2][..100]].concat());
    stage.on("init %s --network devnet").run().ok();
    assert_eq!(since(&stage, 0), ["audit.segment done", "store.init intent", "store.init done"]);
    assert_eq!(orphans(), 0);

    std::fs::remove_file(stage.path("%s")).expect("removed");
    stage.on("init %s --network devnet").run().ok();
    assert_eq!(since(&stage, 0), ["audit.segment done", "store.init intent", "store.init done"]);
    assert_eq!(orphans(), 2, "the old log and its state");
}

#[test]
fn what_may_be_no_name_is_not_recorded() {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.canary(b"pasted-in-the-wrong-place");
    // The stage looks for it in every file that the commands leave.
    stage.on("get %s pasted-in-the-wrong-place").run().ends(Kind::NotFound);
    stage.on("remove %s pasted-in-the-wrong-place --yes").run().ends(Kind::NotFound);
    stage
        .on("get %s pasted-in-the-wrong-place --passphrase-from file:%g/pass2")
        .run()
        .ends(Kind::WrongPassphrase);
    assert_eq!(since(&stage, 5), ["secret.get error", "secret.remove error", "secret.get denied"]);
}

#[test]
fn an_intent_without_an_outcome_is_closed_by_what_the_store_says() {
    let stage = Stage::devnet();
    let (own, trust) = (opened(&stage).file_hash(), Trust::of_process());
    for (digest, reason) in
        [(own, "recovered, not committed"), ([1; 32], "recovered, outcome unknown")]
    {
        let path = stage.path(LOG);
        let (directory, _) = Place::resolve(&path, trust).expect("a place").into_parts();
        let setting = Setting {
            owner: Ownership { uid: trust.caller, mode: 0o600 },
            machine: strongroom::audit::actor::machine(),
            head: None,
            remembered: None,
            accept_loss: false,
            lock_timeout: Duration::ZERO,
        };
        let origin = Origin {
            store_id: StoreId([0; 16]),
            network: NetworkMode::Devnet,
            tool: "secrets-admin".to_owned(),
            version: "0".to_owned(),
            actor: Actor::default(),
        };
        let mut log =
            Log::open(Box::new(directory), &path, setting, origin, 1, &|| None).expect("the log");
        let intent = Draft::new("secret.set", Phase::Intent, [1; 8], 1);
        log.append(&Draft { digest: Some(&digest), generation: Some(1), ..intent }).expect("added");
        drop(log);
        stage.on("list %s").run().ok();
        let text = String::from_utf8(stage.read(LOG)).expect("ASCII");
        let closed = text.lines().rev().nth(1).expect("the outcome, before the list");
        assert!(closed.contains("\"secret.set\",\"phase\":\"error\""), "{closed}");
        assert!(closed.contains(&format!("\"reason\":\"{reason}\"")), "{closed}");
    }
}

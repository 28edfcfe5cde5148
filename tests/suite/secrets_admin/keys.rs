//! `passphrase change`, `keyslot` and `data-key rotate`: who can open a store, from when on.

use strongroom::kind::Kind;

use crate::support::stage::{Stage, VALUE};

fn stocked() -> Stage {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    stage
}

fn two_slots() -> Stage {
    let stage = stocked();
    stage.on("keyslot add %s --label recovery --new-passphrase-from file:%g/pass2").run().ok();
    stage
}

fn epoch(stage: &Stage) -> u64 {
    stage.on("info %s --json").bare().run().ok().json()["key_epoch"].as_u64().unwrap()
}

const SECOND: &str = "--passphrase-from file:%g/pass2";

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let stage = stocked();
    let before = epoch(&stage);
    let old = stage.read("%s");
    stage.on("passphrase change %s --new-passphrase-from file:%g/pass2 --json").run().ok();
    stage.on("list %s").refused(Kind::WrongPassphrase, "no keyslot opens");
    stage.on(&format!("get %s api {SECOND}")).revealing().run().ok().prints(VALUE);
    // The only slot: a new data key, so that an old copy with the old passphrase is worth nothing for what comes.
    assert_eq!(epoch(&stage), before + 1);
    stage.given("new", b"canary-set-afterwards");
    stage.on(&format!("set %s later --from file:%g/new {SECOND}")).run().ok();
    let now = stage.read("%s");
    // The old slot put into the new file must not open it: headers are bound to the data key.
    let mut spliced = now.clone();
    let len = 512.min(old.len());
    spliced[64..len].copy_from_slice(&old[64..len]);
    stage.overwrite("%w/spliced", &spliced);
    assert_ne!(stage.on("get %w/spliced later").run().kind, Kind::Ok);
    stage.overwrite("%w/old", &old);
    stage.on("get %w/old later").refused(Kind::Rollback, "rollback suspected");
}

#[test]
fn the_new_passphrase_is_another_one() {
    let stage = stocked();
    stage
        .on("passphrase change %s --new-passphrase-from file:%g/pass")
        .refused(Kind::Usage, "same");
    stage.on("keyslot add %s --new-passphrase-from file:%g/pass").refused(Kind::Usage, "same");
    stage
        .on("passphrase change %s --passphrase-from file:%g/pass2 --new-passphrase-from file:%g/pass")
        .refused(Kind::WrongPassphrase, "no keyslot opens");
}

#[test]
fn a_typed_new_passphrase_is_asked_for_twice() {
    let stage = stocked();
    let changed = stage
        .on("passphrase change %s --passphrase-from file:%g/pass")
        .typing(["canary-typed-new", "canary-typed-new"])
        .run()
        .ok();
    assert_eq!(changed.questions, ["new passphrase: ", "new passphrase again: "]);
    stage.given("typed", b"canary-typed-new");
    stage.on("list %s --passphrase-from file:%g/typed").run().ok();
    let changed = stage
        .on("passphrase change %s --generate --passphrase-from file:%g/typed")
        .typing([])
        .run()
        .ok();
    assert_eq!(changed.questions, ["write this passphrase down"]);
    stage
        .on("passphrase change %s --generate --passphrase-from file:%g/typed")
        .refused(Kind::InputNeeded, "shown once");
}

#[test]
fn with_several_slots_the_data_key_stays_unless_all_are_at_hand() {
    let stage = two_slots();
    stage.given("third", b"canary-third-passphrase");
    let before = epoch(&stage);
    stage
        .on("passphrase change %s --new-passphrase-from file:%g/third")
        .run()
        .ok()
        .says("other keyslots kept the data key")
        .says("secrets-admin data-key rotate");
    assert_eq!(epoch(&stage), before);
    stage.on(&format!("list %s {SECOND}")).run().ok();
    stage
        .on("passphrase change %s --passphrase-from file:%g/third --new-passphrase-from file:%g/pass --slot-passphrase-from 1=file:%g/pass2")
        .run()
        .ok()
        .does_not_say("other keyslots kept");
    assert_eq!(epoch(&stage), before + 1);
    stage.on(&format!("list %s {SECOND}")).run().ok();
    stage.on("list %s").run().ok();
}

#[test]
fn a_compromised_passphrase_takes_everything_that_it_could_reach() {
    let stage = two_slots();
    let facts = stage.on("info %s --json").bare().run().ok().json();
    stage.given("third", b"canary-third-passphrase");
    stage
        .on("passphrase change %s --compromised --new-passphrase-from file:%g/third --slot-passphrase-from 1=file:%g/pass2")
        .run()
        .ok();
    let now = stage.on("info %s --json").bare().run().ok().json();
    assert_ne!(now["store_key"], facts["store_key"]);
    assert_eq!(now["key_epoch"], facts["key_epoch"].as_u64().unwrap() + 1);
    assert_eq!(now["keyslots"].as_array().unwrap().len(), 2);
    assert_eq!(now["inventory"]["pin"], "pinned");
    // Nothing of the other slot at hand: it is dropped, and the plan says so first.
    let plan = stage.on(&format!("passphrase change %s --compromised --dry-run --json {SECOND} --new-passphrase-from file:%g/pass"));
    let plan = plan.run().ok().json()["plan"].to_string();
    assert!(plan.contains("drop keyslot 0"), "{plan}");
}

#[test]
fn keyslots_are_added_listed_and_revoked() {
    let stage = two_slots();
    let list = stage.on("keyslot list %s --json").run().ok().json();
    let slots = list["keyslots"].as_array().unwrap();
    assert_eq!(slots.len(), 2);
    assert_eq!((&slots[0]["opened"], &slots[1]["opened"]), (&true.into(), &false.into()));
    assert_eq!(slots[1]["label"], "recovery");
    assert_eq!(slots[1]["kind"], slots[0]["kind"]);
    stage.on("keyslot revoke %s 1").refused(Kind::InputNeeded, "confirmation");
    stage.on("keyslot revoke %s 7 --yes").refused(Kind::NotFound, "keyslot 7 does not exist");
    stage.on("keyslot revoke %s canary --yes").refused(Kind::Usage, "number");
    stage.on("keyslot revoke %s 0 --yes").refused(Kind::Policy, "the one that opened the store");
    let before = stage.on("info %s --json").bare().run().ok().json();
    stage.on("keyslot revoke %s 1 --yes").run().ok().says("store_keys");
    let after = stage.on("info %s --json").bare().run().ok().json();
    assert_ne!(after["store_key"], before["store_key"]);
    stage.on(&format!("list %s {SECOND}")).refused(Kind::WrongPassphrase, "no keyslot");
    stage
        .on("keyslot revoke %s 0 --yes")
        .refused(Kind::Policy, "keyslot 0 is the last one that can open this store")
        .says(&stage.expand("hint: add a second keyslot first: secrets-admin keyslot add %s"));
    stage.on("get %s api").revealing().run().ok().prints(VALUE);
}

#[test]
fn a_revoked_slot_number_is_not_the_one_of_the_next_slot_by_accident() {
    let stage = two_slots();
    stage.on("keyslot revoke %s 1 --yes").run().ok();
    let added = stage.on("keyslot add %s --new-passphrase-from file:%g/pass2 --json").run().ok();
    let id = added.json()["id"].as_u64().unwrap();
    stage.on(&format!("list %s --slot {id} {SECOND}")).run().ok();
    stage.on(&format!("list %s --slot 0 {SECOND}")).refused(Kind::WrongPassphrase, "");
    stage.on("list %s --slot 200").refused(Kind::NotFound, "");
}

#[test]
fn a_keyfile_is_needed_where_the_slot_says_so() {
    let stage = stocked();
    stage.given("keyfile", b"canary-keyfile-bytes");
    stage.given("other", b"canary-other-keyfile");
    stage
        .on("keyslot add %s --new-keyfile %g/keyfile --new-passphrase-from file:%g/pass2")
        .run()
        .ok();
    let wrong = stage.on(&format!("list %s {SECOND}")).run();
    assert_ne!(wrong.kind, Kind::Ok);
    stage
        .on(&format!("list %s --keyfile %g/other {SECOND}"))
        .refused(Kind::WrongPassphrase, "no keyslot opens");
    stage.on(&format!("list %s --keyfile %g/keyfile {SECOND}")).run().ok();
    stage.on("list %s --keyfile %g/none").refused(Kind::NotInitialised, "does not exist");
    stage.given("empty", b"");
    stage.on("list %s --keyfile %g/empty").refused(Kind::Usage, "the keyfile is empty");
    stage.on("init %w/k --network devnet --keyfile %g/keyfile").run().ok();
    stage.on("list %w/k").refused(Kind::InputNeeded, "keyfile").says("--keyfile FILE");
    stage.on("list %w/k --keyfile %g/keyfile").run().ok();
}

#[test]
fn a_new_data_key_is_for_the_slots_at_hand() {
    let stage = two_slots();
    let before = epoch(&stage);
    stage.on("data-key rotate %s --slot-passphrase-from 1=file:%g/pass2").run().ok();
    assert_eq!(epoch(&stage), before + 1);
    stage.on(&format!("get %s api {SECOND}")).revealing().run().ok().prints(VALUE);
    for line in [
        "data-key rotate %s --slot-passphrase-from 1=file:%g/pass",
        "data-key rotate %s --slot-passphrase-from 1=file:%g/value",
    ] {
        stage.on(line).refused(Kind::WrongPassphrase, "");
    }
    stage
        .on("data-key rotate %s --slot-passphrase-from 9=file:%g/pass2")
        .refused(Kind::NotFound, "");
    stage.on("data-key rotate %s --slot-passphrase-from x").refused(Kind::Usage, "ID=SPEC");
    let key = stage.on("info %s --json").bare().run().json()["store_key"].clone();
    stage.on("data-key rotate %s --new-store-key --drop-slots 1").run().ok().says("store_keys");
    assert_ne!(stage.on("info %s --json").bare().run().json()["store_key"], key);
    stage.on(&format!("list %s {SECOND}")).refused(Kind::WrongPassphrase, "");
    stage.on("get %s api").revealing().run().ok().prints(VALUE);
}

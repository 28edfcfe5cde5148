//! `secrets-admin audit`: every verb on good and damaged logs, every verdict with its exit code.

use serde_json::Value;
use strongroom::audit::chain::SegmentStart;
use strongroom::audit::record::{self, Position};
use strongroom::audit::{Actor, Chain, Draft, Origin, Phase};
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;
use strongroom::store::StoreId;

use crate::audit::{LOG_ID, SEGMENT, root};
use crate::support::program::{SECRETS_ADMIN, command, finish};
use crate::support::stage::{NOW, Ran, Stage};

const LOG: &str = "%s.audit.jsonl";
const READERS: [&str; 7] = [
    "audit verify %s",
    "audit verify %s --structure-only",
    "audit show %s",
    "audit head %s",
    "audit export %s",
    "audit detect %s",
    "audit watch %s --once",
];

/// A devnet store with a few records.
fn busy() -> Stage {
    let stage = Stage::devnet();
    stage.on("set %s a.one --from file:%g/value").run().ok();
    stage.on("get %s a.one").revealing().run().ok();
    stage.on("get %s a.one --passphrase-from file:%g/pass2").run().ends(Kind::WrongPassphrase);
    stage.on("set %s b.two --from file:%g/value2").run().ok();
    stage
}

fn lines(stage: &Stage) -> Vec<Vec<u8>> {
    stage.read(LOG).split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

/// The verdict on the log as it is now, and the whole answer.
fn judged(stage: &Stage, more: &str, kind: Kind) -> (String, Value) {
    let json = stage.on(&format!("audit verify %s --json {more}")).run().ends(kind).json();
    (json["verdict"].as_str().expect("a verdict").to_owned(), json)
}

/// This stands in the answer.
#[track_caller]
fn answers(ran: &Ran, words: &str) {
    assert!(ran.text().contains(words), "{words:?} not in {}", ran.text());
}

/// Runs `change` on a copy of the log and puts it back afterwards.
fn damaged(stage: &Stage, change: impl FnOnce(&mut Vec<Vec<u8>>), check: impl FnOnce(&Stage)) {
    let good = stage.read(LOG);
    let mut all = lines(stage);
    change(&mut all);
    stage.overwrite(LOG, &all.concat());
    check(stage);
    stage.overwrite(LOG, &good);
}

#[test]
fn a_true_log_is_good_with_the_passphrase_and_structure_only_without() {
    let stage = busy();
    let (verdict, json) = judged(&stage, "", Kind::Ok);
    assert_eq!(verdict, "good");
    assert_eq!(json["records"], json["proven"]);
    assert_eq!(json["records"].as_u64().unwrap(), lines(&stage).len() as u64);
    assert_eq!(json["first_bad_seq"], Value::Null);
    assert_eq!(json["files"].as_array().unwrap().len(), 1);
    let (verdict, _) = judged(&stage, "--structure-only", Kind::Findings);
    assert_eq!(verdict, "structure_only");
    let json = stage.on("audit verify %s --json").bare().run().ends(Kind::Findings).json();
    assert_eq!((&json["verdict"], &json["proven"]), (&"structure_only".into(), &0.into()));
    answers(&stage.on("audit verify %s").run().ok(), "good: ");
    let wrong = "audit verify %s --passphrase-from file:%g/pass2";
    stage.on(wrong).run().ends(Kind::WrongPassphrase);
}

#[test]
fn what_looks_at_the_log_writes_nothing() {
    let stage = busy();
    let before = stage.snapshot();
    for line in READERS {
        stage.on(line).run();
        stage.untouched(&before, line);
    }
}

#[test]
fn every_damage_has_its_verdict_and_its_place() {
    let stage = busy();
    let count = lines(&stage).len();
    let offset = |at: usize| lines(&stage)[..at].concat().len() as u64;
    let expect =
        |what: &str, verdict: &str, seq: usize, place: u64, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            damaged(&stage, change, |stage| {
                let (found, json) = judged(stage, "", Kind::Audit);
                assert_eq!(found, verdict, "{what}: {json}");
                assert_eq!(json["first_bad_seq"], seq as u64, "{what}: {json}");
                assert_eq!(json["offset"], place, "{what}: {json}");
                assert!(json["file"].as_str().unwrap().ends_with("secrets.bin.audit.jsonl"));
                assert!(json["break_count"].as_u64().unwrap() > 0);
                let ran = stage.on("audit verify %s").run().ends(Kind::Audit);
                answers(&ran, &verdict.replace('_', " "));
            });
        };
    let byte = |line: &mut Vec<u8>| {
        let at = line.windows(4).position(|four| four == b"\"pid").expect("a pid") + 6;
        line[at] = if line[at] == b'9' { b'8' } else { b'9' };
    };
    expect("an edit", "modified", 3, offset(2), &|all| byte(&mut all[2]));
    expect("a deletion", "missing", 3, offset(2), &|all| drop(all.remove(2)));
    expect("a swap", "missing", 3, offset(2), &|all| all.swap(2, 3));
    expect("a line twice", "missing", 4, offset(3), &|all| all.insert(3, all[2].clone()));
    expect("the last line", "truncated", count, offset(count - 1), &|all| drop(all.pop()));
    expect("all of it", "truncated", 1, 0, &Vec::clear);
    expect("half a line", "torn_tail", count + 1, offset(count), &|all| {
        all.push(all[1][..40].to_vec());
    });
    expect("a NUL", "torn_tail", count + 1, offset(count), &|all| all.push(vec![0; 4096]));
    expect("a line of Windows", "modified", 2, offset(1), &|all| {
        all[1].pop();
        all[1].extend(b"\r\n");
    });
    expect("a long line", "modified", 2, offset(1), &|all| {
        all[1] = [vec![b'x'; 70_000], vec![b'\n']].concat();
    });
    expect("a line from elsewhere", "modified", 2, offset(1), &|all| {
        all.insert(1, b"{}\n".to_vec());
    });
    assert_eq!(judged(&stage, "", Kind::Ok).0, "good");
}

#[test]
fn a_log_that_is_out_of_step_stops_the_next_command_until_it_is_put_back() {
    let stage = busy();
    damaged(
        &stage,
        |all| drop(all.pop()),
        |stage| {
            let before = stage.snapshot();
            for line in ["get %s a.one", "set %s c.three --from file:%g/value", "audit head %s"] {
                stage.on(line).run().ends(Kind::Audit);
                stage.untouched(&before, line);
            }
        },
    );
    stage.on("get %s a.one").revealing().run().ok();
    assert_eq!(judged(&stage, "", Kind::Ok).0, "good");
}

#[test]
fn a_log_that_was_copied_and_emptied_is_told_from_one_that_was_cut() {
    let stage = busy();
    let good = stage.read(LOG);
    stage.overwrite("%s.audit.jsonl.1", &good);
    stage.overwrite(LOG, b"");
    let ran = stage.on("audit verify %s --json").run().ends(Kind::Audit);
    let ran = ran.says("copytruncate").says("cp -p");
    let json = ran.json();
    assert_eq!(json["verdict"], "truncated");
    assert_eq!(json["copytruncate"], stage.expand("%s.audit.jsonl.1"));
    stage.overwrite(LOG, &good);
    assert_eq!(judged(&stage, "", Kind::Ok).0, "good");
}

/// Everything that a restore of the whole host would bring back.
fn save(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    stage
        .snapshot()
        .into_iter()
        .filter(|(path, _)| path.is_file() && !path.starts_with(stage.path("%g")))
        .map(|(path, (.., content))| (path.display().to_string(), content))
        .collect()
}

#[test]
fn another_line_of_history_is_a_fork_and_no_match_for_an_anchor() {
    let stage = busy();
    let before = save(&stage);
    stage.on("set %s c.three --from file:%g/value").run().ok();
    stage.on("audit anchor %s --to file:%w/anchors").run().ok();
    assert_eq!(stage.mode("%w/anchors"), 0o600);
    assert_eq!(judged(&stage, "--anchor %w/anchors", Kind::Ok).0, "good");
    stage.overwrite("%w/first.jsonl", &stage.read(LOG));
    let anchors = stage.read("%w/anchors");
    for (path, content) in &before {
        stage.overwrite(path, content);
    }
    stage.on("remove %s a.one --yes").run().ok();
    stage.on("list %s").run().ok();
    assert_eq!(judged(&stage, "", Kind::Ok).0, "good");
    let (verdict, json) = judged(&stage, "--anchor %w/anchors", Kind::Audit);
    assert_eq!((verdict.as_str(), &json["anchors"]), ("anchor_mismatch", &1.into()));
    assert_eq!(judged(&stage, "--log %w/first.jsonl", Kind::Audit).0, "forked");
    // An anchor later than the log: records are gone.
    let later = String::from_utf8(anchors.clone()).unwrap().replace("\"seq\":", "\"seq\":9");
    stage.overwrite("%w/later", later.as_bytes());
    assert_eq!(judged(&stage, "--anchor %w/later", Kind::Audit).0, "truncated");
    // As syslog keeps it, after other words.
    let logged = [b"Nov 22 03:00:00 signer secrets-admin: ".as_slice(), &anchors].concat();
    stage.overwrite("%w/logged", &logged);
    assert_eq!(judged(&stage, "--anchor %w/logged", Kind::Audit).0, "anchor_mismatch");
    for (text, why) in [("junk\n", "not a line of JSON"), ("{}\n", "missing"), ("", "no anchor")] {
        stage.overwrite("%w/bad", text.as_bytes());
        stage.on("audit verify %s --anchor %w/bad").refused(Kind::Usage, why);
    }
}

#[test]
fn the_log_of_another_store_is_under_no_root_of_this_one() {
    let stage = busy();
    stage.overwrite("%w/other.jsonl", &made(&[Made::default(), Made::default()]));
    let (verdict, _) = judged(&stage, "--log %w/other.jsonl", Kind::Audit);
    assert_eq!(verdict, "wrong_key");
    stage.on("audit verify %s --log %w/none").refused(Kind::NotInitialised, "no such audit log");
}

#[test]
fn records_are_found_by_what_they_say() {
    let stage = busy();
    let seqs = |more: &str| -> Vec<u64> {
        let json = stage.on(&format!("audit show %s --json {more}")).bare().run().ok().json();
        let records = json["records"].as_array().unwrap().clone();
        records.iter().map(|record| record["seq"].as_u64().unwrap()).collect()
    };
    let all = seqs("");
    assert_eq!(all.len(), lines(&stage).len());
    assert_eq!(seqs("--last 2"), all[all.len() - 2..]);
    let denied = seqs("--phase denied --event secret.*");
    assert_eq!(denied.len(), 1);
    assert!(!seqs("--name a.one").is_empty());
    assert!(seqs("--name a.on").is_empty());
    assert_eq!(seqs("--since 1h"), all);
    assert!(seqs("--until 2020-01-01").is_empty());
    assert!(seqs("--actor nobody-at-all").is_empty());
    let text = stage.on("audit show %s --phase denied").bare().run().ok().text();
    assert!(text.contains("WRONG_PASSPHRASE"), "{text}");
    stage.on("audit show %s --since yesterday").refused(Kind::Usage, "--since takes a time");
    stage.on("audit show %s --phase doing").refused(Kind::Usage, "--phase takes");
    damaged(
        &stage,
        |all| all.insert(2, b"junk\n".to_vec()),
        |stage| {
            stage.on("audit show %s").bare().run().ok().says("1 lines are no records");
        },
    );
}

#[test]
fn the_head_is_that_of_the_last_record() {
    let stage = busy();
    let json = stage.on("audit head %s --json").bare().run().ok().json();
    assert_eq!(json["seq"], lines(&stage).len() as u64);
    let last = String::from_utf8(lines(&stage).pop().unwrap()).unwrap();
    assert!(last.contains(json["mac"].as_str().unwrap()));
    let text = stage.on("audit head %s").bare().run().ok().text();
    assert!(text.starts_with(&json["seq"].to_string()), "{text}");
}

#[test]
fn an_export_is_what_igras_filters_expect() {
    let stage = busy();
    let text = stage.on("audit export %s --format igra").bare().run().ok().text();
    let events: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let reads: Vec<&Value> =
        events.iter().filter(|event| event["event_type"] == "secret_access").collect();
    assert_eq!(reads.len(), 2, "{text}");
    assert_eq!(reads[0]["event"]["result"]["result"], "Success");
    assert_eq!(reads[0]["event"]["secret_name"], "a.one");
    assert_eq!(reads[0]["event"]["timestamp"], NOW * 1_000_000_000);
    assert_eq!(reads[1]["event"]["result"]["error"], "WRONG_PASSPHRASE");
    let made = events.iter().filter(|event| event["event_type"] == "lifecycle").count();
    assert_eq!(made, 2);
    let all = stage.on("audit export %s").bare().run().ok().text();
    assert_eq!(all.lines().count(), lines(&stage).len());
    stage.on("audit export %s --out %w/out.jsonl").bare().run().ok();
    assert_eq!(stage.read("%w/out.jsonl"), all.as_bytes());
    assert_eq!(stage.mode("%w/out.jsonl"), 0o600);
    let json = stage.on("audit export %s --json").bare().run().ok().json();
    assert_eq!(json["events"].as_array().unwrap().len(), lines(&stage).len());
    stage.on("audit export %s --format xml").refused(Kind::Usage, "--format takes json or igra");
}

#[test]
fn a_rotation_keeps_the_chain() {
    let stage = busy();
    let json = stage.on("audit rotate %s --max-size 1G --json").bare().run().ok().json();
    assert_eq!((&json["due"], &json["archive"]), (&false.into(), &Value::Null));
    let before = stage.snapshot();
    stage.on("audit rotate %s --dry-run").bare().run().ok();
    stage.untouched(&before, "a dry run");
    let json = stage.on("audit rotate %s --json").bare().run().ok().json();
    let archive = json["archive"].as_str().expect("an archive").to_owned();
    assert_eq!(stage.mode(&archive), 0o600);
    stage.on("get %s a.one").revealing().run().ok();
    let (verdict, json) = judged(&stage, "", Kind::Ok);
    assert_eq!(verdict, "good");
    assert_eq!(json["files"].as_array().unwrap().len(), 2);
    let (verdict, json) = judged(&stage, &format!("--log {LOG}"), Kind::Ok);
    assert_eq!(verdict, "good");
    assert!(json["first_seq"].as_u64().unwrap() > 1);
    stage.set_clock(NOW + 40 * 86_400);
    let json = stage.on("audit rotate %s --max-age 30d --json").bare().run().ok().json();
    assert_eq!(json["due"], true);
    stage.on("audit rotate %s --max-size large").refused(Kind::Usage, "--max-size takes");
    assert_eq!(judged(&stage, "", Kind::Ok).0, "good");
}

#[test]
fn a_loss_is_accepted_with_a_reason_and_stays_visible() {
    let stage = busy();
    let first = stage.on("audit repair %s --accept-loss tidy --json").run().ok().json();
    assert_eq!(first["repaired"], false);
    stage.on("audit repair %s").refused(Kind::InputNeeded, "a reason is needed");
    let mut all = lines(&stage);
    let lost = all.len();
    all.pop();
    stage.overwrite(LOG, &all.concat());
    let json = stage.on("audit repair %s --accept-loss fire --json").run().ok().json();
    assert_eq!(json["repaired"], true);
    assert_eq!(json["seq"], lost as u64 + 1);
    stage.on("get %s a.one").revealing().run().ok();
    let (verdict, json) = judged(&stage, "", Kind::Audit);
    assert_eq!((verdict.as_str(), &json["first_bad_seq"]), ("missing", &(lost as u64).into()));
    let shown = stage.on("audit show %s --event audit.repair --json").bare().run().ok().json();
    assert_eq!(shown["records"][0]["reason"], "fire");

    // A log that was changed cannot be gone on with; it is kept.
    let mut all = lines(&stage);
    let end = all.len() - 1;
    let at = all[end].len() - 10;
    all[end][at] = if all[end][at] == b'0' { b'1' } else { b'0' };
    stage.overwrite(LOG, &all.concat());
    stage.on("get %s a.one").run().ends(Kind::Audit);
    let json = stage.on("audit repair %s --accept-loss flood --json").run().ok().json();
    let aside = json["aside"].as_str().expect("a file").to_owned();
    assert_eq!(stage.read(&aside), all.concat());
    stage.on("get %s a.one").revealing().run().ok();
}

#[test]
fn mainnet_gives_up_records_only_to_whoever_types_it() {
    let stage = Stage::mainnet();
    let mut all = lines(&stage);
    all.pop();
    stage.overwrite(LOG, &all.concat());
    let line = "audit repair %s --accept-loss fire";
    stage.on(line).refused(Kind::InputNeeded, "nothing else gives: confirmation");
    stage.on(&format!("{line} --yes")).run().ok();
}

#[test]
fn the_log_of_an_igra_file_is_proven_by_the_root_that_this_host_keeps() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    stage.on("set %s a.one --from file:%g/value --network devnet").run().ok();
    let line = "audit verify %s --network devnet --json";
    let json = stage.on(line).bare().run().ok().json();
    assert_eq!((&json["verdict"], &json["records"]), (&"good".into(), &json["proven"]));
    let mut all = lines(&stage);
    all.pop();
    stage.overwrite(LOG, &all.concat());
    let json = stage.on(line).bare().run().ends(Kind::Audit).json();
    assert_eq!(json["verdict"], "truncated");
    stage.on("audit repair %s --network devnet --accept-loss fire").run().ok();
    stage.on("get %s a.one --network devnet").revealing().run().ok();
}

/// A record of a log that is made here.
#[derive(Clone, Copy)]
struct Made {
    second: u64,
    event: &'static str,
    phase: Phase,
    object: &'static str,
    host: &'static str,
    user: &'static str,
    reason: Option<&'static str>,
    exit: Option<Kind>,
    corr: Option<u8>,
    pid: u32,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            second: 0,
            event: "secret.get",
            phase: Phase::Done,
            object: "a.one",
            host: "signer-1",
            user: "jdoe",
            reason: None,
            exit: None,
            corr: None,
            pid: 7,
        }
    }
}

fn made(records: &[Made]) -> Vec<u8> {
    let start = SegmentStart { log_id: LOG_ID, segment: SEGMENT, seq: 1, prev: [0; 32] };
    let mut chain = Chain::start(&root(9), &start);
    let first = Made { event: record::SEGMENT, ..Made::default() };
    let (mut out, mut prev) = (Vec::new(), [0; 32]);
    for (at, made) in std::iter::once(&first).chain(records).enumerate() {
        let seq = at as u64 + 1;
        let origin = Origin {
            store_id: StoreId([3; 16]),
            network: NetworkMode::Devnet,
            tool: "secrets-admin".to_owned(),
            version: "1".to_owned(),
            actor: Actor {
                host: made.host.to_owned(),
                user: Some(made.user.to_owned()),
                pid: made.pid,
                ..Actor::default()
            },
        };
        let at = Position { log_id: LOG_ID, segment: SEGMENT, seq, prev };
        let corr = made.corr.map_or(seq.to_le_bytes(), |corr| [corr; 8]);
        // Midnight, and so many seconds.
        let time = (1_789_948_800 + made.second) * 1_000_000_000;
        let draft = Draft {
            object: Some(made.object),
            exit: made.exit,
            reason: made.reason,
            ..Draft::new(made.event, made.phase, corr, time)
        };
        prev = record::write(&mut out, &at, &origin, &draft, &mut chain).expect("short");
    }
    out
}

#[test]
fn misuse_is_detected_with_its_proof_and_a_clean_log_gives_nothing() {
    let stage = busy();
    let detect = |records: &[Made], more: &str| -> Vec<(String, u64)> {
        stage.overwrite("%w/made.jsonl", &made(records));
        let line = format!("audit detect %s --log %w/made.jsonl --json {more}");
        let json = stage.on(&line).bare().run().json();
        let found = json["findings"].as_array().expect("findings").clone();
        assert_eq!(json["status"] == "OK", found.is_empty());
        let pair = |found: &Value| {
            let proofs = found["records"].as_array().unwrap();
            assert!(!proofs.is_empty());
            (found["rule"].as_str().unwrap().to_owned(), found["count"].as_u64().unwrap())
        };
        found.iter().map(pair).collect()
    };
    let at = |second: u64| Made { second, ..Made::default() };
    let failed = |second: u64| Made {
        phase: Phase::Denied,
        exit: Some(Kind::WrongPassphrase),
        ..at(second)
    };
    let one = |rule: &str, count: u64| vec![(rule.to_owned(), count)];
    let day: Vec<Made> = (0..200).map(|n| at(n * 400)).collect();
    assert_eq!(detect(&day, ""), []);

    let burst: Vec<Made> = (0..7).map(|n| failed(n * 60)).collect();
    assert_eq!(detect(&burst, ""), one("failed_unlocks", 7));
    assert_eq!(detect(&burst[..4], ""), []);
    assert_eq!(detect(&burst[..4], "--burst 4"), one("failed_unlocks", 4));
    let slow: Vec<Made> = (0..7).map(|n| failed(n * 300)).collect();
    assert_eq!(detect(&slow, ""), []);
    let twice: Vec<Made> = burst.iter().copied().chain((0..5).map(|n| failed(9000 + n))).collect();
    assert_eq!(detect(&twice, ""), [one("failed_unlocks", 7), one("failed_unlocks", 5)].concat());

    let night = [at(5 * 3600 + 3599), at(6 * 3600), at(21 * 3600), at(22 * 3600)];
    let outside = detect(&night, "--hours 06:00-22:00");
    assert_eq!(outside, [one("outside_hours", 1), one("outside_hours", 1)].concat());
    assert_eq!(detect(&night, "--hours 22:00-06:00"), one("outside_hours", 2));
    assert_eq!(detect(&night, ""), []);

    let elsewhere = |second: u64| Made { host: "signer-2", ..at(second) };
    assert_eq!(detect(&[at(0), elsewhere(60), at(120)], ""), one("two_hosts", 3));
    assert_eq!(detect(&[at(0), elsewhere(3600)], ""), []);
    assert_eq!(detect(&[at(0), elsewhere(3600)], "--lease 2h"), one("two_hosts", 2));

    let with = |phase: Phase, corr: u8, pid: u32| Made { phase, corr: Some(corr), pid, ..at(0) };
    let right = [with(Phase::Intent, 1, 7), with(Phase::Done, 1, 7), with(Phase::Done, 2, 7)];
    assert_eq!(detect(&right, ""), []);
    let again = [right[0], right[1], with(Phase::Intent, 1, 7)];
    assert_eq!(detect(&again, ""), one("duplicate_correlation", 1));
    let other = [right[0], right[1], with(Phase::Done, 1, 8)];
    assert_eq!(detect(&other, ""), one("duplicate_correlation", 1));
    let recovered = Made { reason: Some("recovered"), ..with(Phase::Error, 1, 8) };
    assert_eq!(detect(&[right[0], recovered], ""), []);

    assert_eq!(detect(&day[..3], "--compromised a.one"), one("compromised_key", 3));
    assert_eq!(
        detect(&day[..3], "--compromised a.one@2026-09-21T00:10:00Z"),
        one("compromised_key", 1)
    );
    assert_eq!(detect(&day[..3], "--compromised other"), []);
    answers(&stage.on("audit detect %s").bare().run().ok(), "nothing found");
}

#[test]
fn monitoring_gets_its_exit_codes_and_its_line() {
    let stage = busy();
    let run = |more: &[&str]| {
        let store = stage.expand("%s");
        let config = stage.expand("%d/config.toml");
        let words = ["audit", "detect", store.as_str(), "--config", config.as_str()];
        let argv: Vec<&str> =
            std::iter::once(SECRETS_ADMIN).chain(words).chain(more.iter().copied()).collect();
        let done = finish(command(&argv), std::time::Duration::from_secs(20));
        (done.status.code(), String::from_utf8(done.stdout).expect("UTF-8"))
    };
    let (code, said) = run(&["--format", "nagios"]);
    assert_eq!((code, said.starts_with("AUDIT OK - ")), (Some(0), true), "{said}");
    let (code, said) = run(&["--format", "nagios", "--burst", "1"]);
    assert_eq!((code, said.starts_with("AUDIT WARNING - 1 failed")), (Some(1), true), "{said}");
    let (code, said) = run(&["--format", "nagios", "--compromised", "a.one"]);
    assert_eq!(
        (code, said.starts_with("AUDIT CRITICAL - a.one was used")),
        (Some(2), true),
        "{said}"
    );
    assert!(said.contains("| findings=1 records="), "{said}");
    let (code, said) = run(&["--format", "nagios", "--log", "/nowhere"]);
    assert_eq!((code, said.starts_with("AUDIT UNKNOWN - ")), (Some(3), true), "{said}");
    let (code, said) = run(&["--format", "json", "--compromised", "a.one"]);
    let json: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &json["status"]), (Some(2), &"CRITICAL".into()));
    assert_eq!(run(&["--hours", "25:00-26:00"]).0, Some(3));
}

#[test]
fn text_in_records_drives_no_terminal() {
    let stage = busy();
    let hostile = "a\u{1b}[2J\u{7}\u{202e}b\u{9b}31m\r\nc|d";
    let records = [Made {
        event: hostile,
        object: hostile,
        host: hostile,
        user: hostile,
        reason: Some(hostile),
        ..Made::default()
    }];
    stage.overwrite("%w/made.jsonl", &made(&records));
    for line in [
        "audit show %s --log %w/made.jsonl",
        "audit show %s --log %w/made.jsonl --json",
        "audit export %s --log %w/made.jsonl",
        "audit verify %s --log %w/made.jsonl",
        "audit detect %s --log %w/made.jsonl --hours 12:00-13:00",
        "audit detect %s --log %w/made.jsonl --hours 12:00-13:00 --format nagios",
        "audit detect %s --log %w/made.jsonl --hours 12:00-13:00 --json",
    ] {
        let ran = stage.on(line).screen().run();
        let text = ran.text();
        let bad = text.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(bad, None, "{line}: {text:?}");
    }
}

#[test]
fn a_watch_sees_what_happens_between_two_looks() {
    let stage = busy();
    let once = |kind: Kind| {
        let keyed = stage.on("audit watch %s --once --json").run().ends(kind).json();
        let bare = stage.on("audit watch %s --once --json").bare().run().ends(kind).json();
        let names = |json: &Value| -> Vec<String> {
            let alarms = json["alarms"].as_array().unwrap().iter();
            alarms.map(|alarm| alarm["alarm"].as_str().unwrap().to_owned()).collect()
        };
        (names(&keyed), names(&bare))
    };
    assert_eq!(once(Kind::Ok), (vec![], vec![]));
    let widen = |mode: u32| {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(stage.path(LOG), permissions).expect("chmod");
    };
    widen(0o644);
    let alarm = || vec!["mode_widened".to_owned()];
    assert_eq!(once(Kind::Audit), (alarm(), alarm()));
    widen(0o600);
    damaged(
        &stage,
        |all| drop(all.pop()),
        |_| {
            let alarm = || vec!["truncated".to_owned()];
            assert_eq!(once(Kind::Audit), (alarm(), alarm()));
        },
    );
    stage.on("audit watch %s --interval 0s").refused(Kind::Usage, "--interval takes");
}

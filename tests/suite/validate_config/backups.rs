//! The rules on backups, by facts.

use std::path::Path;

use strongroom::clock::Timestamp;
use strongroom::config::Reading;
use strongroom::config::rules::facts::{ArchiveFact, BackupDir, Backups, Facts, Files, Store};
use strongroom::config::rules::{Case, Id, Report, Severity, run};
use strongroom::config::service::{Service, Start};
use strongroom::crypto::kdf::KdfParams;
use strongroom::network::NetworkMode;

const NOW: u64 = 1_790_000_000;
const DAY: u64 = 86_400;

fn judge(
    network: NetworkMode,
    config: &str,
    backups: Option<Backups>,
    dirs: &[BackupDir],
) -> Report {
    let reading = Reading::of(config.as_bytes(), Path::new("c")).expect("valid");
    let start = Start::default();
    let service = Service::of(&reading.tree, network, &start);
    let facts = Facts {
        store: Some(Store { backups, ..Store::default() }),
        files: Some(Files { backup_dirs: dirs.to_vec(), ..Files::default() }),
        ..Facts::default()
    };
    run(&Case {
        network,
        reading: &reading,
        tree: &reading.tree,
        service: &service,
        start: &start,
        facts: &facts,
        now: Timestamp::from_unix(NOW),
        config_only: false,
    })
}

fn level(report: &Report, rule: Id) -> Severity {
    let found = report.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| finding.severity).max().unwrap_or(Severity::Off)
}

fn days_ago(days: u64) -> Timestamp {
    Timestamp::from_unix(NOW - days * DAY)
}

fn good() -> Backups {
    Backups {
        content_generation: 41,
        last: Some((days_ago(1), 41)),
        drilled: Some(days_ago(20)),
        epochs: Some((2, 2)),
    }
}

#[test]
fn each_rule_has_the_severity_of_its_row_and_is_silent_when_met() {
    let bad = Backups { content_generation: 42, drilled: Some(days_ago(31)), ..good() };
    for network in NetworkMode::ALL {
        let (fine, broken) =
            (judge(network, "", Some(good()), &[]), judge(network, "", Some(bad), &[]));
        for rule in [Id::Bak001, Id::Bak002] {
            assert_eq!(level(&fine, rule), Severity::Off, "{rule} {network}");
            assert_eq!(level(&broken, rule), rule.rule().level(network), "{rule} {network}");
        }
    }
}

#[test]
fn the_configuration_sets_the_limits() {
    let config = "[backup]\nmax_age = \"12h\"\nmax_drill_age = \"400d\"\n";
    let old = Backups { drilled: Some(days_ago(399)), ..good() };
    let report = judge(NetworkMode::Mainnet, config, Some(old), &[]);
    assert_eq!(level(&report, Id::Bak001), Severity::Warning);
    assert_eq!(level(&report, Id::Bak002), Severity::Off);
}

#[test]
fn what_was_not_looked_at_is_never_called_good() {
    let why = |report: &Report, rule: Id| {
        report.not_examined.iter().find(|(id, _)| *id == rule).map(|(_, why)| *why)
    };
    let nothing = Backups { content_generation: 41, ..Backups::default() };
    let report = judge(NetworkMode::Mainnet, "", Some(nothing), &[]);
    assert_eq!(why(&report, Id::Bak001), Some("no backup is configured or recorded here"));
    assert_eq!(why(&report, Id::Bak003), Some("backup.dirs is not set"));
    // Configured, but nothing that the store says can be relied on.
    let report = judge(NetworkMode::Mainnet, "[backup]\nmax_age = \"7d\"\n", None, &[]);
    assert_eq!(why(&report, Id::Bak002), Some("the store does not tell, or cannot be relied on"));
}

#[test]
fn copies_belong_in_two_places_away_from_the_store() {
    let config = "[backup]\ndirs = [\"/a\", \"/b\"]\n";
    let dir = |path: &str, beside| BackupDir {
        path: path.to_owned(),
        beside_the_store: beside,
        ..BackupDir::default()
    };
    for network in NetworkMode::ALL {
        let fine = [dir("/a", Some(false)), dir("/b", Some(false))];
        let report = judge(network, config, Some(good()), &fine);
        assert_eq!(level(&report, Id::Bak003), Severity::Off);
        for second in [Some(true), None] {
            let bad = [dir("/a", Some(false)), dir("/b", second)];
            let report = judge(network, config, Some(good()), &bad);
            assert_eq!(level(&report, Id::Bak003), Id::Bak003.rule().level(network));
        }
    }
}

#[test]
fn a_newest_archive_that_opens_with_what_was_given_up_is_no_backup_of_what_is_there_now() {
    for (epochs, expected) in
        [((2, 2), Severity::Off), ((1, 2), Severity::Warning), ((3, 2), Severity::Off)]
    {
        let backups = Backups { epochs: Some(epochs), ..good() };
        let report = judge(NetworkMode::Mainnet, "", Some(backups), &[]);
        assert_eq!(level(&report, Id::Bak001), expected, "{epochs:?}");
    }
}

#[test]
fn archives_cost_a_guess_what_the_network_asks_and_nothing_lies_in_the_clear() {
    let config = "[backup]\ndirs = [\"/a\", \"/b\"]\n";
    for network in NetworkMode::ALL {
        let floor = network.policy().kdf_floor;
        let weak = KdfParams::fixed(floor.m_kib() - 1, floor.t(), floor.p());
        let dir = |costs, plain: &[&str]| BackupDir {
            path: "/a".to_owned(),
            beside_the_store: Some(false),
            archives: vec![ArchiveFact { path: "/a/x".to_owned(), costs }],
            plain: plain.iter().map(|path| ((*path).to_owned(), "is plain".to_owned())).collect(),
            closed: None,
        };
        for (dir, expected) in [
            (dir(vec![floor], &[]), Severity::Off),
            (dir(vec![], &[]), Severity::Off),
            (dir(vec![floor, weak], &[]), Id::Bak004.rule().level(network)),
            (dir(vec![floor], &["/a/y"]), Id::Bak004.rule().level(network)),
        ] {
            let report = judge(network, config, Some(good()), &[dir]);
            assert_eq!(level(&report, Id::Bak004), expected, "{network}");
        }
    }
}

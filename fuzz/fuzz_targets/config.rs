//! A configuration from arbitrary bytes, read by the running tools and judged by the pre-deploy gate on every network.
//!
//! Nothing is checked but that it ends, that no message drives a terminal, and that what is no TOML does not pass.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use strongroom::clock::Timestamp;
use strongroom::config::Reading;
use strongroom::config::rules::{Case, Facts, run};
use strongroom::config::service::{Service, Start};
use strongroom::network::NetworkMode;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("/etc/strongroom.toml");
    if let Err(error) = strongroom::config::parse(bytes, path) {
        assert!(!error.to_string().contains('\x1b'));
    }
    let reading = match Reading::of(bytes, path) {
        Ok(reading) => reading,
        Err(error) => return assert!(!error.to_string().contains('\x1b')),
    };
    let (facts, start) = (Facts::default(), Start::default());
    for network in NetworkMode::ALL {
        let profiles = reading.tree.at("profiles").and_then(|node| node.table());
        let tree = reading.tree.with_overlay(profiles.and_then(|table| table.0.get("a")));
        let service = Service::of(&tree, network, &start);
        let now = Timestamp::from_unix(1_790_000_000);
        let report = run(&Case {
            network,
            reading: &reading,
            tree: &tree,
            service: &service,
            start: &start,
            facts: &facts,
            now,
            config_only: true,
        });
        assert!(!reading.broken || !report.is_ok(false));
        for finding in &report.findings {
            assert!(!finding.message.contains('\x1b') && !finding.fix.contains('\x1b'));
        }
    }
});

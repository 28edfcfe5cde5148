//! Cases of the service's real validator: our forecast counts what it counted.

use serde_json::Value;
use strongroom::network::NetworkMode;

use super::image::Image;
use crate::support::{repository, vector, vector_json, vector_text};

/// `0o700` of a case.
fn mode(value: &Value) -> Option<u32> {
    u32::from_str_radix(value.as_str()?.strip_prefix("0o")?, 8).ok()
}

#[test]
fn the_forecast_is_what_the_real_validator_said() {
    let mut seen = 0;
    for entry in repository("tests/vectors/igra-validate").read_dir().expect("cases") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let base = format!("igra-validate/{name}");
        let case = vector_json(&format!("{base}/case.json"));
        let report = vector_text(&format!("{base}/report.txt"));
        let network: NetworkMode = case["network"].as_str().expect("text").parse().expect("a mode");
        let mut image = Image::good(network);
        image.config = vector_text(&format!("{base}/config.toml"));
        image.env = case["env"]
            .as_object()
            .expect("a map")
            .iter()
            .filter(|(key, _)| *key != "KASPA_IGRA_TEST_NOW_NANOS")
            .map(|(key, value)| (key.clone(), value.as_str().expect("text").into()))
            .collect();
        let nanos = case["env"]["KASPA_IGRA_TEST_NOW_NANOS"].as_str().expect("a time");
        image.now = nanos.parse::<u64>().expect("a number") / 1_000_000_000;
        for arg in case["args"].as_array().expect("a list") {
            image.arg(arg.as_str().expect("text"));
        }
        let home = format!("srv/igra/{name}");
        let modes = &case["modes"];
        image.make_dir(&home, 0o755);
        if case["data_dir_exists"] == true {
            image.make_dir(&format!("{home}/data"), 0o700);
            let fixture = case["secrets_fixture"].as_str().expect("text");
            let secrets = format!("{home}/data/secrets.bin");
            if let Some(mode) = mode(&modes["secrets"]) {
                image.write(&secrets, &vector(&format!("isec/{fixture}")), mode);
            }
            if let Some(mode) = mode(&modes["audit_log"]) {
                image.write(&format!("{home}/data/key-audit.log"), b"", mode);
            }
            image.chmod(&format!("{home}/data"), mode(&modes["data_dir"]).unwrap_or(0o700));
        }
        if let Some(mode) = mode(&modes["log_dir"]) {
            image.make_dir(&format!("{home}/logs"), mode);
        }
        image.write(
            "config.toml",
            image.config.as_bytes(),
            mode(&modes["config"]).unwrap_or(0o600),
        );
        let judged = image.run(&["--json", "--no-host"]);
        let service = &judged.json()["service"];
        let told = format!("errors={} warnings={}", service["errors"], service["warnings"]);
        assert!(report.contains(&told), "{name}: {told}, but {report}: {service}");
        assert_eq!(service["starts"], case["exit"] == 0, "{name}");
        // Nobody looked inside: that is no good news on mainnet, whatever the service says.
        let errors = judged.errors();
        assert_eq!(
            network == NetworkMode::Mainnet,
            errors.contains(&"SEC-010".to_owned()),
            "{name}"
        );
        seen += 1;
    }
    assert!(seen >= 6);
}

#[test]
fn a_look_alike_of_this_host_is_an_error_and_this_host_is_not() {
    let mut image = Image::good(NetworkMode::Mainnet);
    for (url, rules) in [
        ("grpc://127.0.0.1:16110", &[][..]),
        ("grpc://LOCALHOST:16110", &[("SVC-16", "warning")]),
        ("grpc://[::1]:16110", &[("SVC-16", "warning")]),
        ("grpc://127.evil.example:16110", &[("NET-005", "error")]),
        ("grpc://evil#@127.0.0.1", &[("NET-005", "error")]),
        ("grpc://node.example.com:16110", &[("NET-005", "error")]),
        ("grpcs://node.example.com:16110", &[("NET-005", "warning"), ("SVC-16", "error")]),
    ] {
        image.set("node_rpc_url", &format!("node_rpc_url = \"{url}\""));
        let found = image.judge().findings();
        let about_nodes: Vec<_> = found
            .iter()
            .filter(|(rule, _)| rule == "NET-005" || ("SVC-15".."SVC-20").contains(&rule.as_str()))
            .map(|(rule, severity)| (rule.as_str(), severity.as_str()))
            .collect();
        assert_eq!(about_nodes, rules, "{url}");
    }
}

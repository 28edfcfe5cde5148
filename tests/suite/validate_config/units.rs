//! Units in every form, on this host and in an image: what they set is found with its file and line.

use strongroom::network::NetworkMode;

use super::image::Image;

/// Rule, file and line of what was found in files other than the configuration.
fn lines(image: &Image, args: &[&str]) -> Vec<(String, String, u64)> {
    let json = image.run(&[&["--json", "--no-host"], args].concat()).json();
    let findings = json["findings"].as_array().expect("a list").iter();
    let outside = findings
        .filter(|found| found["path"].as_str().is_some_and(|path| !path.ends_with("config.toml")));
    outside
        .filter_map(|found| {
            let text = |key: &str| found[key].as_str().expect("text").to_owned();
            Some((text("rule"), text("path"), found["line"].as_u64()?))
        })
        .collect()
}

fn has(found: &[(String, String, u64)], rule: &str, path: &str, line: u64) {
    let wanted = (rule.to_owned(), path.to_owned(), line);
    assert!(found.contains(&wanted), "{wanted:?} is not in {found:?}");
}

#[test]
fn each_form_is_read_in_its_own_way() {
    let image = Image::good(NetworkMode::Mainnet);
    image.make_dir("etc", 0o755);
    image.write("etc/crontab", b"# jobs\n5 4 * * * root igra --token hunter2hunter2\n", 0o644);
    image.write(
        "etc/compose.yml",
        b"services:\n  igra:\n    user: root\n    environment:\n      RUST_LOG: debug\n      IGRA_SECRET__a__b: x\n    command: [\"igra\", \"--network\", \"testnet\"]\n",
        0o644,
    );
    image.write("etc/igra.env", b"A=1\nexport KASPA_IGRA_WALLET_SECRET=x\n", 0o600);
    let found = lines(
        &image,
        &["--unit", "/etc/crontab", "--unit", "/etc/compose.yml", "--unit", "/etc/igra.env"],
    );
    has(&found, "ARG-001", "/etc/crontab", 2);
    has(&found, "LOG-001", "/etc/compose.yml", 5);
    has(&found, "ENV-001", "/etc/compose.yml", 6);
    has(&found, "NET-001", "/etc/compose.yml", 7);
    has(&found, "ENV-001", "/etc/igra.env", 2);
    has(&found, "ENV-004", "/etc/igra.env", 2);
}

#[test]
fn drop_ins_directories_and_files_of_variables_are_part_of_a_unit() {
    let mut image = Image::good(NetworkMode::Mainnet);
    for dir in ["etc", "etc/igra.service.d"] {
        image.make_dir(dir, 0o755);
    }
    let unit = format!("{}EnvironmentFile=-/etc/default.env\n", image.unit);
    image.write("etc/igra.service", unit.as_bytes(), 0o644);
    image.write("etc/default.env", b"STRONGROOM_SECRET__a=x\n", 0o600);
    image.write("etc/igra.service.d/log.conf", b"[Service]\nEnvironment=RUST_LOG=trace\n", 0o644);
    let found = lines(&image, &["--unit", "/etc/igra.service"]);
    has(&found, "ENV-001", "/etc/default.env", 1);
    has(&found, "LOG-001", "/etc/igra.service.d/log.conf", 2);
    let of_directory = lines(&image, &["--unit", "/etc/igra.service.d"]);
    has(&of_directory, "LOG-001", "/etc/igra.service.d/log.conf", 2);
    image.config.push_str("env_files = [\"/etc/default.env\"]\n");
    has(&lines(&image, &[]), "ENV-001", "/etc/default.env", 1);
    assert_eq!(image.run(&["--unit", "/etc/none.service"]).kind.code(), 2);
}

#[test]
fn what_a_unit_is_started_with_lies_over_the_file() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.unit = image.unit.replace("--network", "--node-url grpc://10.0.0.1:1 --network");
    let judged = image.judge();
    assert_eq!(judged.errors(), ["NET-005"]);
    let checklist = judged.json()["checklist"].to_string();
    assert!(checklist.contains("RPC endpoint: another host, NOT encrypted"), "{checklist}");
}

#[test]
fn paths_are_those_of_the_image_and_links_stay_in_it() {
    let mut image = Image::good(NetworkMode::Mainnet);
    // As on a host where the data lies on another volume.
    image.make_dir("data", 0o755);
    std::fs::rename(image.path("var/lib/igra"), image.path("data/igra")).expect("rename");
    std::os::unix::fs::symlink("/data/igra", image.path("var/lib/igra")).expect("link");
    let judged = image.judge();
    assert_eq!(judged.errors(), Vec::<String>::new(), "{}", judged.stdout);
    assert_eq!(judged.json()["service"]["errors"], 0);
    // A directory of the image that others can change is named as the image has it.
    image.chmod("data", 0o777);
    let json = image.judge().json();
    let found = json["findings"].as_array().expect("a list").iter();
    let fixes: Vec<_> =
        found.filter(|f| f["rule"] == "FIL-004").map(|f| f["fix"].clone()).collect();
    assert_eq!(fixes, ["chmod go-w /data"]);
    // What this host remembers of stores is no matter of the image; what the image remembers is.
    image.chmod("data", 0o755);
    image.set("store_keys", "");
    image.set("min_generation", "");
    assert_eq!(image.judge().errors(), ["SEC-010"]);
}

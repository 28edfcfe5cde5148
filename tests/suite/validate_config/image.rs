//! A host in a directory: a good configuration, its store, its directories and its unit, for one network. Tests make it worse.
//!
//! The gate runs in this process with `--root` on the directory. Every answer is held against its schema, and both streams are
//! searched for the secrets of the store.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::OnceLock;

use serde_json::Value;
use strongroom::cli::context::StandardInput;
use strongroom::cli::terminal::scripted::ScriptedTerminal;
use strongroom::cli::validate_config::TOOL;
use strongroom::cli::{Context, run};
use strongroom::clock::{FixedClock, Timestamp};
use strongroom::environment::Environment;
use strongroom::kaspa::{Address, Prefix};
use strongroom::kind::Kind;
use strongroom::memory::Region;
use strongroom::network::NetworkMode;
use strongroom::store::SealedStore;

use crate::support::schema;
use crate::support::stage::{NOW, PASS, Stage};

pub const WALLET: &str = "tundra mosaic ferret oblong quaint syrup lantern vortex";
pub const PAYMENT: &str = "quarry lemon satchel bronze widget fathom pebble union";

/// Keys of a group, as hexadecimal.
pub fn members() -> Vec<String> {
    [1_u8, 2, 3].iter().map(|n| data_encoding::HEXLOWER.encode(&[*n; 32])).collect()
}

/// The script of two of those three.
pub fn script() -> Vec<u8> {
    let mut script = vec![0x52];
    for key in [1_u8, 2, 3] {
        script.push(0x20);
        script.extend([key; 32]);
    }
    script.extend([0x53, 0xae]);
    script
}

pub fn address(network: NetworkMode) -> String {
    let prefix = match network {
        NetworkMode::Mainnet => Prefix::Mainnet,
        NetworkMode::Testnet => Prefix::Testnet,
        NetworkMode::Devnet => Prefix::Devnet,
    };
    Address::of_script(prefix, &script()).to_string()
}

/// Where the log of the store lies.
pub const LOG: &str = "var/lib/igra/secrets.bin.audit.jsonl";

/// A store made by `secrets-admin`: its bytes, its audit log with the state of that, the key that signs it, and its generation.
pub struct Made {
    pub bytes: Vec<u8>,
    pub log: [Vec<u8>; 2],
    pub key: String,
    pub generation: u64,
}

/// A store of a network, with these commands run after `init`.
pub fn make_store(network: NetworkMode, commands: &[&str]) -> Made {
    let stage = Stage::empty();
    stage.given("payment", PAYMENT.as_bytes());
    stage.given("wallet", WALLET.as_bytes());
    // Long enough for testnet, and of the famous kind.
    stage.given("weak", b"passwordpassword");
    let kdf = match network {
        NetworkMode::Mainnet => "m=65536,t=3,p=1",
        NetworkMode::Testnet => "m=47104,t=2,p=1",
        NetworkMode::Devnet => "m=19456,t=2,p=1",
    };
    stage.on(&format!("init %s --network {network} --kdf {kdf}")).run().ok();
    for line in commands {
        stage.on(&line.replace("KDF", kdf)).run().ok();
    }
    let log = [stage.read("%s.audit.jsonl"), stage.read("%s.audit.jsonl.state")];
    Made::of(stage.read("%s"), log)
}

impl Made {
    /// A store and its log; two empty files stand for none.
    pub fn of(bytes: Vec<u8>, log: [Vec<u8>; 2]) -> Self {
        let mut region = Region::bulk(bytes.len()).expect("memory");
        region.copy_from_slice(&bytes);
        let sealed = SealedStore::parse(region).expect("a store");
        let header = sealed.header();
        let key = data_encoding::HEXLOWER.encode(&header.store_key.0);
        Self { bytes, log, key, generation: header.generation }
    }
}

fn good_store(network: NetworkMode) -> &'static Made {
    static MADE: [OnceLock<Made>; 3] = [const { OnceLock::new() }; 3];
    let column = NetworkMode::ALL.iter().position(|mode| *mode == network).expect("a mode");
    MADE[column].get_or_init(|| {
        make_store(
            network,
            &[
                "set %s igra.hd.wallet_secret --from file:%g/wallet",
                "set %s igra.hd.payment_secret --from file:%g/payment",
                "keyslot add %s --new-passphrase-from file:%g/pass2 --kdf KDF",
            ],
        )
    })
}

pub struct Image {
    dir: tempfile::TempDir,
    pub network: NetworkMode,
    pub config: String,
    pub unit: String,
    pub args: Vec<String>,
    pub env: Vec<(String, OsString)>,
    pub now: u64,
    /// What a person types; without any there is no person.
    pub typed: Vec<&'static str>,
}

/// What came out.
pub struct Judged {
    pub kind: Kind,
    pub stdout: String,
    pub stderr: String,
}

impl Judged {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }

    /// Rule and severity of every finding.
    pub fn findings(&self) -> Vec<(String, String)> {
        let json = self.json();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let findings = json["findings"].as_array().expect("a list").clone();
        findings.iter().map(|f| (text(&f["rule"]), text(&f["severity"]))).collect()
    }

    pub fn errors(&self) -> Vec<String> {
        let errors = self.findings().into_iter().filter(|(_, severity)| severity == "error");
        errors.map(|(rule, _)| rule).collect()
    }
}

impl Image {
    /// A host on which nothing stops a deployment.
    pub fn good(network: NetworkMode) -> Self {
        let dir = tempfile::Builder::new().prefix("image").tempdir().expect("a directory");
        let made = good_store(network);
        let coin = if network == NetworkMode::Mainnet { 111_110 } else { 111_111 };
        let config = format!(
            "[service]\nnetwork = \"{network}\"\nnode_rpc_url = \"grpc://127.0.0.1:16110\"\n\
             data_dir = \"/var/lib/igra\"\nuse_encrypted_secrets = true\n\
             active_profile = \"signer-01\"\n\n\
             [service.pskt]\nsource_addresses = [\"{}\"]\nredeem_script_hex = \"{}\"\n\n\
             [service.hd]\nkey_type = \"raw_private_key\"\nderivation_path = \"m/45'/{coin}'/0'\"\n\n\
             [group]\nthreshold_m = 2\nthreshold_n = 3\nmember_pubkeys = {:?}\n\
             session_timeout_seconds = 60\n\n[profiles.signer-01]\n\n\
             [security]\nstore_keys = [\"{}\"]\nmin_generation = {}\n",
            address(network),
            data_encoding::HEXLOWER.encode(&script()),
            members(),
            made.key,
            made.generation,
        );
        let unit = "[Service]\nUser=0\nDynamicUser=yes\nLimitCORE=0\nLimitNOFILE=65536\n\
                    ExecStart=/usr/bin/igra --network NET\n"
            .replace("User=0\n", "")
            .replace("NET", network.name());
        let image = Self {
            dir,
            network,
            config,
            unit,
            args: Vec::new(),
            env: vec![
                ("KASPA_IGRA_LOG_DIR".to_owned(), "/var/log/igra".into()),
                ("IGRA_SECRETS_PASSPHRASE".to_owned(), PASS.into()),
            ],
            now: NOW,
            typed: Vec::new(),
        };
        for dir in ["var", "var/lib", "var/lib/igra", "var/log", "var/log/igra"] {
            image.make_dir(dir, if dir.ends_with("igra") { 0o700 } else { 0o755 });
        }
        image.place(made);
        image
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn make_dir(&self, name: &str, mode: u32) {
        let path = self.path(name);
        std::fs::create_dir_all(&path).expect("mkdir");
        self.chmod(name, mode);
    }

    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) {
        std::fs::write(self.path(name), bytes).expect("write");
        self.chmod(name, mode);
    }

    pub fn chmod(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(mode)).expect("chmod");
    }

    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("rmdir");
        } else {
            std::fs::remove_file(path).expect("unlink");
        }
    }

    fn place(&self, made: &Made) {
        self.write("var/lib/igra/secrets.bin", &made.bytes, 0o600);
        for (name, bytes) in [LOG.to_owned(), format!("{LOG}.state")].iter().zip(&made.log) {
            if bytes.is_empty() {
                let _ = std::fs::remove_file(self.path(name));
            } else {
                self.write(name, bytes, 0o600);
            }
        }
    }

    /// Puts an Igra file in place of the store.
    pub fn igra_file(&self, bytes: &[u8]) {
        for end in ["", ".state"] {
            let _ = std::fs::remove_file(self.path(&format!("{LOG}{end}")));
        }
        self.write("var/lib/igra/secrets.bin", bytes, 0o600);
    }

    /// Runs the gate as [`judge`](Self::judge) does, and has it look inside with this passphrase.
    pub fn judge_inside(&self, passphrase: &str) -> Judged {
        self.write("unit.service", self.unit.as_bytes(), 0o644);
        self.write("pass", passphrase.as_bytes(), 0o600);
        let spec = format!("file:{}", self.path("pass").display());
        self.run(&[
            "--json",
            "--no-host",
            "--unit",
            "/unit.service",
            "--unlock",
            "--passphrase-from",
            &spec,
        ])
    }

    /// Takes the last record out of the log.
    pub fn cut_log(&self) {
        let text = std::fs::read_to_string(self.path(LOG)).expect("a log");
        let end = text.trim_end().rfind('\n').expect("several records") + 1;
        self.write(LOG, &text.as_bytes()[..end], 0o600);
    }

    /// Puts another store in place and pins it.
    pub fn store(&mut self, made: &Made) {
        self.place(made);
        let good = good_store(self.network);
        self.config = self.config.replace(&good.key, &made.key).replace(
            &format!("min_generation = {}", good.generation),
            &format!("min_generation = {}", made.generation),
        );
    }

    /// Replaces a line of the configuration that starts like this.
    pub fn set(&mut self, start: &str, line: &str) {
        let found = self.config.lines().any(|have| have.starts_with(start));
        assert!(found, "no line starts with {start}");
        let lines =
            self.config.lines().map(|have| if have.starts_with(start) { line } else { have });
        let lines: Vec<&str> = lines.collect();
        self.config = lines.join("\n") + "\n";
    }

    pub fn arg(&mut self, line: &str) {
        self.args.extend(line.split_whitespace().map(str::to_owned));
    }

    /// Runs the gate as JSON, with the unit and without this host's own rules.
    pub fn judge(&self) -> Judged {
        self.write("unit.service", self.unit.as_bytes(), 0o644);
        self.run(&["--json", "--no-host", "--unit", "/unit.service"])
    }

    /// Runs the gate on the image.
    pub fn run(&self, more: &[&str]) -> Judged {
        self.write("config.toml", self.config.as_bytes(), self.config_mode());
        let mut args: Vec<OsString> = ["validate-config", "--network", self.network.name()]
            .iter()
            .map(OsString::from)
            .collect();
        args.push(self.path("config.toml").into());
        if !more.contains(&"--config-only") {
            args.push("--root".into());
            args.push(self.dir.path().into());
        }
        args.extend(self.args.iter().map(OsString::from));
        args.extend(more.iter().map(OsString::from));
        self.exact(&args)
    }

    /// A question about the rules, which needs no configuration.
    pub fn ask(&self, args: &[&str]) -> Judged {
        let all = ["validate-config"].iter().chain(args).map(OsString::from);
        self.exact(&all.collect::<Vec<_>>())
    }

    fn config_mode(&self) -> u32 {
        std::fs::metadata(self.path("config.toml"))
            .map_or(0o600, |facts| facts.permissions().mode() & 0o7777)
    }

    fn exact(&self, args: &[OsString]) -> Judged {
        let terminal = match self.typed.as_slice() {
            [] => ScriptedTerminal::absent(),
            typed => ScriptedTerminal::typing(typed.iter().copied()),
        };
        let (mut context, seen) =
            Context::isolated("validate-config", terminal).expect("a context");
        context.stdin = StandardInput::holding(b"").expect("a pipe");
        context.environment = Environment::from_pairs(self.env.clone());
        context.clock = Rc::new(FixedClock(Timestamp::from_unix(self.now)));
        let kind = run(&TOOL, args, &mut context);
        let stdout = String::from_utf8(seen.stdout()).expect("UTF-8");
        let stderr = seen.stderr();
        for secret in [PASS, WALLET, PAYMENT] {
            assert!(!stdout.contains(secret) && !stderr.contains(secret), "{args:?}");
        }
        if args.iter().any(|arg| arg == "--json") && !stdout.is_empty() {
            let value: Value = serde_json::from_str(&stdout).expect("one object");
            let asked = |word: &str| args.iter().any(|arg| arg == word);
            let name = match () {
                () if asked("explain") => "validate-config-explain",
                () if asked("--list-rules") => "validate-config-rules",
                () => "validate-config",
            };
            schema::validate(name, &value);
        }
        Judged { kind, stdout, stderr }
    }
}

//! Man pages and completions: made from the grammar, checked in, and held against it.
//!
//! clap knows the synopsis and the options; what it cannot know (examples, files, what is protected and what is not) stands
//! here. The page of a command shows its own options, and points to the tool's page for those that every command has.

use std::fmt::Write as _;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use strongroom::cli::{Tool, key_rotate, secrets_admin, validate_config, wallet_backup};
use strongroom::kind::Kind;

use super::support::{assert_generated, repository};

/// What is done with a command, and how it is typed.
type Examples = &'static [(&'static str, &'static str)];

/// A tool, and what its grammar cannot say.
struct Manual {
    tool: Tool,
    examples: &'static [(&'static str, Examples)],
    files: &'static [(&'static str, &'static str)],
    security: &'static [&'static str],
    /// Exit codes with their meaning; those of the table of kinds when there are none.
    codes: &'static [(u8, &'static str)],
}

const MANUALS: &[Manual] = &[
    Manual {
        tool: secrets_admin::TOOL,
        examples: EXAMPLES,
        files: FILES,
        security: SECURITY,
        codes: &[],
    },
    Manual {
        tool: key_rotate::TOOL,
        examples: KEY_EXAMPLES,
        files: KEY_FILES,
        security: KEY_SECURITY,
        codes: &[],
    },
    Manual {
        tool: validate_config::TOOL,
        examples: GATE_EXAMPLES,
        files: GATE_FILES,
        security: GATE_SECURITY,
        codes: GATE_CODES,
    },
    Manual {
        tool: wallet_backup::TOOL,
        examples: BACKUP_EXAMPLES,
        files: BACKUP_FILES,
        security: BACKUP_SECURITY,
        codes: &[],
    },
];

const BACKUP_EXAMPLES: &[(&str, Examples)] = &[
    (
        "",
        &[
            (
                "Make an archive",
                "create --store mainnet-secrets.bin --out /backup/ --reason weekly",
            ),
            ("Check every byte of it", "verify /backup/mainnet.strongroom-backup"),
            (
                "Rehearse a restore",
                "drill /backup/mainnet.strongroom-backup --store mainnet-secrets.bin",
            ),
            ("Bring it back", "restore /backup/mainnet.strongroom-backup --to /srv/restored"),
        ],
    ),
    (
        "create",
        &[
            (
                "Into a directory, where it gets a name; the passphrase is asked for twice",
                "create --store mainnet-secrets.bin --out /backup/ --reason weekly",
            ),
            (
                "Unattended, with a second passphrase that lies in a safe, and a file more",
                "create /etc/igra/igra.toml --store mainnet-secrets.bin --out /backup/ --reason weekly --archive-passphrase-from cred:archive --extra-passphrase-from file:/run/safe",
            ),
            (
                "To another host, through a pipe",
                "create --store mainnet-secrets.bin --out - --reason weekly --archive-passphrase-from cred:archive",
            ),
        ],
    ),
    (
        "verify",
        &[
            (
                "All archives of a directory",
                "verify /backup/a.strongroom-backup /backup/b.strongroom-backup",
            ),
            (
                "Held against the store: has it changed since?",
                "verify /backup/a.strongroom-backup --store mainnet-secrets.bin --json",
            ),
        ],
    ),
    (
        "drill",
        &[
            (
                "The archive alone, every week",
                "drill /backup/a.strongroom-backup --archive-passphrase-from cred:archive",
            ),
            (
                "With every value of the store",
                "drill /backup/a.strongroom-backup --store mainnet-secrets.bin --passphrase-from prompt",
            ),
        ],
    ),
    (
        "diff",
        &[
            ("What is signed and readable", "diff /backup/a.strongroom-backup mainnet-secrets.bin"),
            (
                "Every entry, by name",
                "diff /backup/a.strongroom-backup mainnet-secrets.bin --passphrase-from prompt",
            ),
        ],
    ),
    (
        "restore",
        &[
            ("On a new host", "restore /backup/a.strongroom-backup --to /srv/restored"),
            (
                "Where this host has seen a newer state",
                "restore /backup/a.strongroom-backup --to /srv/restored --accept-rollback 'disk lost'",
            ),
        ],
    ),
    (
        "list",
        &[
            ("What is in a directory", "list /backup"),
            ("What this host remembers of a store", "list --store mainnet-secrets.bin"),
        ],
    ),
    ("inspect", &[("Without a passphrase: the header", "inspect /backup/a.strongroom-backup")]),
    (
        "prune",
        &[(
            "Daily for a week, weekly for a month, monthly for a year",
            "prune /backup --store mainnet-secrets.bin --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
        )],
    ),
    (
        "export",
        &[(
            "For the key of a safe; age -d -i KEY FILE | tar x gives the files back",
            "export /backup/a.strongroom-backup --age --out /safe/a.age --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        )],
    ),
    ("import", &[("What a record of Codomyrmex says", "import wallet_backup.json")]),
    (
        "status",
        &[("For a monitor", "status --store mainnet-secrets.bin --max-age 7d --max-drill-age 30d")],
    ),
];

const BACKUP_FILES: &[(&str, &str)] = &[
    (
        "NETWORK-STORE-gGENERATION-TIME.strongroom-backup",
        "An archive that was written to a directory. Mode 0600.",
    ),
    ("DIR.partial", "A restore that is under way, or was killed; the next one to DIR removes it."),
    (
        "STATE/ID.backups",
        "What this host remembers of the archives of a store: where they were put, when they were verified and rehearsed, and after which changes of the store older ones open the old way.",
    ),
    (
        "verify --resume FILE",
        "Which archives a verification that was interrupted had found genuine. Mode 0600; removed when all were looked at.",
    ),
];

const BACKUP_SECURITY: &[&str] = &[
    "An archive is as good as its passphrase: whoever copies it can guess at leisure. It is not the store's, and on mainnet must not be.",
    "The header of an archive is readable by everybody: which store, which generation, when. Names of files, hosts and reasons are not.",
    "An archive opens with its own passphrase for ever, whatever becomes of the store's: destroy old archives when a key in them was given up.",
    "Two instances that were restored from one archive would both sign. Nothing in an archive can prevent that; restore asks.",
];

const KEY_EXAMPLES: &[(&str, Examples)] = &[
    (
        "",
        &[
            (
                "Make an identity key",
                "key create mainnet-secrets.bin identity --kind ed25519 --role identity",
            ),
            ("See what is due, and why", "status mainnet-secrets.bin"),
            ("For a monitor", "check mainnet-secrets.bin --network mainnet"),
            (
                "From a timer, in a unit with ExecCondition=key-rotate due",
                "run-due mainnet-secrets.bin --network mainnet --non-interactive",
            ),
        ],
    ),
    ("key", &[("List the keys", "key list mainnet-secrets.bin")]),
    (
        "key create",
        &[(
            "A wallet key",
            "key create mainnet-secrets.bin treasury --kind secp256k1 --role wallet",
        )],
    ),
    (
        "key import",
        &[
            (
                "32 bytes, or 64 hexadecimal digits",
                "key import mainnet-secrets.bin api --kind ed25519 --role signing --from file:seed.hex",
            ),
            (
                "What another store gave",
                "key import mainnet-secrets.bin --wrapped api.key --archive-passphrase-from file:safe",
            ),
        ],
    ),
    (
        "key derive",
        &[(
            "A key for authenticating messages",
            "key derive mainnet-secrets.bin mac --from-key wrap --label messages --kind symmetric-32 --role mac",
        )],
    ),
    ("key list", &[("With their versions", "key list mainnet-secrets.bin")]),
    ("key show", &[("With all its versions", "key show mainnet-secrets.bin identity")]),
    ("key tree", &[("Who vouches for whom", "key tree mainnet-secrets.bin")]),
    (
        "key export",
        &[(
            "For another host, or for a safe",
            "key export mainnet-secrets.bin api --wrapped --out api.key --reason \"new host\"",
        )],
    ),
    (
        "key export-public",
        &[("As a did:key", "key export-public mainnet-secrets.bin identity --form did")],
    ),
    ("key sign", &[("A file", "key sign mainnet-secrets.bin api --in release.tar")]),
    (
        "key verify",
        &[(
            "What an older version signed",
            "key verify mainnet-secrets.bin api --in release.tar --signature HEX --version-number 1",
        )],
    ),
    ("key destroy", &[("For good", "key destroy mainnet-secrets.bin api")]),
    ("use", &[("Signatures made elsewhere", "use mainnet-secrets.bin --key api --add 500")]),
    (
        "status",
        &[
            ("No passphrase is needed", "status mainnet-secrets.bin"),
            ("For a script", "status mainnet-secrets.bin --json"),
        ],
    ),
    (
        "check",
        &[
            (
                "For Nagios, and for Prometheus at the same time",
                "check mainnet-secrets.bin --network mainnet --metrics-file /run/metrics/keys.prom",
            ),
            (
                "As a user who may not read the store",
                "check --inventory /srv/monitor/mainnet.inventory --trust sha256:HEX",
            ),
        ],
    ),
    ("due", &[("In a unit: ExecCondition=", "due mainnet-secrets.bin --network mainnet")]),
    (
        "run-due",
        &[("From cron", "run-due mainnet-secrets.bin --network mainnet --non-interactive")],
    ),
    ("plan", &[("What is due", "plan mainnet-secrets.bin")]),
    (
        "rotate",
        &[
            ("One key", "rotate mainnet-secrets.bin identity --reason 'the operator left'"),
            ("All that are due, in one commit", "rotate mainnet-secrets.bin --due"),
        ],
    ),
    ("history", &[("Verified against the log", "history mainnet-secrets.bin identity")]),
    (
        "proof",
        &[(
            "For those who know an older key",
            "proof export mainnet-secrets.bin identity --out identity.proof",
        )],
    ),
    (
        "proof export",
        &[("Into a file", "proof export mainnet-secrets.bin identity --out identity.proof")],
    ),
    (
        "proof verify",
        &[("Offline, without a store", "proof verify identity.proof --trust did:key:z6Mk...")],
    ),
];

const KEY_FILES: &[(&str, &str)] = &[
    (
        "/etc/strongroom/config.toml",
        "The configuration, unless --config names another one: when keys are due, and which hooks run, stands in [rotation].",
    ),
    (
        "STORE, STORE.lock",
        "A store, and the lock that one writer at a time holds. The lock file stays.",
    ),
    (
        "STATE/ID.state",
        "What this host has seen of a store, which the answers without a passphrase are held against.",
    ),
    (
        "$CREDENTIALS_DIRECTORY/key-rotate.passphrase",
        "The passphrase of a systemd unit, if no other source is named.",
    ),
];

const KEY_SECURITY: &[&str] = &[
    "No command prints a private key. Private halves lie sealed, each by itself, in the encrypted payload of the store; that of a replaced version is removed when its grace period is over, from this file, and not from older copies of it.",
    "check, due, status and plan read the signed inventory: they need no passphrase, take no lock and write nothing but the file of --metrics-file. An answer is given only if the signature holds, its key is one that somebody trusts, the store is not older than what this host has seen, and the clock stands behind everything in it.",
    "On mainnet [rotation] may make limits stricter and not wider, and hooks must be programs that nobody else can replace.",
    "A continuity proof shows that whoever had one version chose the next. Who has a stolen key can sign another successor: a fork is seen by those who compare.",
];

const GATE_EXAMPLES: &[(&str, Examples)] = &[
    (
        "",
        &[
            ("Before a deployment", "igra-config.toml --network mainnet"),
            (
                "With the unit that starts the service, looking inside the store",
                "igra-config.toml --unit /etc/systemd/system/igra.service --unlock",
            ),
            (
                "In continuous integration, for a code scanner",
                "igra-config.toml --config-only --output sarif:report.sarif",
            ),
            ("For a monitor", "igra-config.toml --format nagios"),
        ],
    ),
    ("explain", &[("What a rule demands, and why", "explain SEC-004")]),
];

const GATE_FILES: &[(&str, &str)] = &[
    ("CONFIG", "The TOML file of the service, with the tables of strongroom."),
    (
        "STATE/ID.state",
        "What this host has seen of a store, which is one of the things that its claims are held against. It is read, never written.",
    ),
];

const GATE_SECURITY: &[&str] = &[
    "Nothing is written or created but the files of --output and what --fix has shown and somebody confirmed. No value of a secret is printed: of a configuration only keys, numbers and flags are shown.",
    "The answer is a snapshot. Between it and the start of the service files can change; the rules that concern what the other tools touch are enforced by them again.",
    "A rule whose subject was not looked at is listed as not examined, and never counted as met.",
];

const GATE_CODES: &[(u8, &str)] = &[
    (0, "nothing stops the deployment"),
    (1, "errors were found (with \\-\\-strict also warnings), or the file is not TOML"),
    (2, "wrong command line, or no configuration that can be read"),
    (3, "with \\-\\-format nagios, where 0, 1, 2 mean OK, WARNING, CRITICAL: nothing can be said"),
    (130, "stopped by the interrupt signal"),
    (143, "stopped by the terminate signal"),
];

const EXAMPLES: &[(&str, Examples)] = &[
    (
        "",
        &[
            ("Make a mainnet store", "init mainnet-secrets.bin"),
            ("Store a value; it is asked for", "set mainnet-secrets.bin igra.hd.wallet_secret"),
            ("See what is in it", "list mainnet-secrets.bin"),
            ("See whether it is ready", "check mainnet-secrets.bin --network mainnet"),
            (
                "Unattended, in a systemd unit with LoadCredential=",
                "get mainnet-secrets.bin igra.hd.wallet_secret --passphrase-from cred:secrets-admin.passphrase",
            ),
        ],
    ),
    (
        "init",
        &[
            ("For mainnet; the passphrase is asked for twice", "init mainnet-secrets.bin"),
            ("With a generated passphrase, shown once", "init mainnet-secrets.bin --generate"),
            (
                "Unattended, for a development network",
                "init dev.bin --network devnet --new-passphrase-from file:/run/secrets/pass",
            ),
            ("In the format of an Igra service", "init secrets.bin --format igra"),
        ],
    ),
    (
        "set",
        &[
            ("The value is asked for twice", "set mainnet-secrets.bin igra.hd.wallet_secret"),
            (
                "From a file, checked",
                "set mainnet-secrets.bin igra.hd.wallet_secret --from file:words.txt --strip-newline --expect bip39",
            ),
        ],
    ),
    (
        "get",
        &[
            ("On a terminal", "get mainnet-secrets.bin igra.hd.wallet_secret --reveal"),
            ("Into a file of mode 0600", "get mainnet-secrets.bin a.key --out a.key"),
            ("Any bytes, as text", "get mainnet-secrets.bin a.key --encoding hex"),
        ],
    ),
    (
        "list",
        &[
            ("Names", "list mainnet-secrets.bin"),
            ("For a script", "list mainnet-secrets.bin --json"),
        ],
    ),
    ("remove", &[("With its history", "remove mainnet-secrets.bin old.key")]),
    ("passphrase", &[("Change it", "passphrase change mainnet-secrets.bin")]),
    (
        "passphrase change",
        &[
            ("Both passphrases are asked for", "passphrase change mainnet-secrets.bin"),
            (
                "Somebody may have seen the old one",
                "passphrase change mainnet-secrets.bin --compromised",
            ),
        ],
    ),
    ("keyslot", &[("See the slots", "keyslot list mainnet-secrets.bin")]),
    ("keyslot list", &[("No passphrase is needed", "keyslot list mainnet-secrets.bin")]),
    ("keyslot add", &[("A second passphrase", "keyslot add mainnet-secrets.bin --label 'deputy'")]),
    ("keyslot revoke", &[("Slot 1", "keyslot revoke mainnet-secrets.bin 1")]),
    ("data-key", &[("Take a new data key", "data-key rotate mainnet-secrets.bin")]),
    ("data-key rotate", &[("For every slot", "data-key rotate mainnet-secrets.bin")]),
    (
        "inventory",
        &[("For another host", "inventory export mainnet-secrets.bin --out mainnet.inventory")],
    ),
    (
        "inventory export",
        &[("Into a file", "inventory export mainnet-secrets.bin --out mainnet.inventory")],
    ),
    ("inventory pin", &[("The line for the configuration", "inventory pin mainnet-secrets.bin")]),
    (
        "state",
        &[("After the clock was wrong", "state accept-clock mainnet-secrets.bin 'battery failed'")],
    ),
    (
        "state accept-clock",
        &[("With a reason", "state accept-clock mainnet-secrets.bin 'battery failed'")],
    ),
    ("info", &[("No passphrase is needed", "info mainnet-secrets.bin")]),
    ("verify", &[("Open everything", "verify mainnet-secrets.bin")]),
    (
        "convert",
        &[
            (
                "From an Igra service to a store",
                "convert secrets.bin mainnet-secrets.bin --to strongroom",
            ),
            ("And back", "convert mainnet-secrets.bin secrets.bin --to igra"),
        ],
    ),
    ("audit", &[("Is the record true", "audit verify mainnet-secrets.bin")]),
    (
        "audit verify",
        &[
            ("The passphrase is asked for", "audit verify mainnet-secrets.bin"),
            (
                "Against anchors that another host keeps",
                "audit verify mainnet-secrets.bin --anchor anchors.jsonl",
            ),
            ("Numbers and links only", "audit verify mainnet-secrets.bin --structure-only"),
        ],
    ),
    (
        "audit show",
        &[
            (
                "What was refused since yesterday",
                "audit show mainnet-secrets.bin --phase denied --since 24h",
            ),
            (
                "Who read a secret",
                "audit show mainnet-secrets.bin --event secret.get --name igra.hd.wallet_secret",
            ),
        ],
    ),
    ("audit head", &[("The last record", "audit head mainnet-secrets.bin")]),
    (
        "audit rotate",
        &[
            ("Now", "audit rotate mainnet-secrets.bin"),
            ("From cron", "audit rotate mainnet-secrets.bin --max-size 100M --max-age 30d"),
        ],
    ),
    (
        "audit anchor",
        &[(
            "To the syslog, which goes to another host",
            "audit anchor mainnet-secrets.bin --to syslog",
        )],
    ),
    (
        "audit export",
        &[(
            "For filters made for the log of an Igra service",
            "audit export mainnet-secrets.bin --format igra",
        )],
    ),
    (
        "audit repair",
        &[(
            "After records were lost for good",
            "audit repair mainnet-secrets.bin --accept-loss 'disk failed, no copy'",
        )],
    ),
    (
        "audit watch",
        &[
            ("Once, from cron", "audit watch mainnet-secrets.bin --once"),
            ("Every ten minutes", "audit watch mainnet-secrets.bin --interval 10m"),
        ],
    ),
    (
        "audit detect",
        &[(
            "For Nagios",
            "audit detect mainnet-secrets.bin --since 24h --hours 06:00-22:00 --format nagios",
        )],
    ),
    ("check", &[("Before a deployment", "check mainnet-secrets.bin --network mainnet")]),
];

const FILES: &[(&str, &str)] = &[
    ("/etc/strongroom/config.toml", "The configuration, unless --config names another one."),
    (
        "FILE, FILE.lock",
        "A store, and the lock that one writer at a time holds. The lock file stays.",
    ),
    (
        ".FILE.*.strongroom-tmp",
        "A new store that is being written. What a killed command leaves, the next one removes.",
    ),
    (
        "STATE/ID.state",
        "What this host has seen of a store, so that an older copy is noticed. STATE is state_dir of the configuration, else $STATE_DIRECTORY, else /var/lib/strongroom for root, else $XDG_STATE_HOME/strongroom or ~/.local/state/strongroom.",
    ),
    (
        "$CREDENTIALS_DIRECTORY/secrets-admin.passphrase",
        "The passphrase of a systemd unit, if no other source is named.",
    ),
];

const SECURITY: &[&str] = &[
    "No secret is ever taken from the command line, where every process of the host could read it. On mainnet none is taken from the environment either: a variable that carries one stops the command.",
    "Values are sealed with XChaCha20-Poly1305 under a random data key; each keyslot wraps that key under a passphrase stretched with Argon2id. The file is signed, padded, written whole to a new file, synced and renamed: a crash leaves the old store or the new one.",
    "The file shows its network, its keyslots and their costs, its size in steps, and what its inventory says. Names and values are sealed.",
    "Not protected: against root on this host, against a program that runs as the same user while a secret is open, against a weak passphrase outside mainnet, and against an older copy of the store on a host that has never seen a newer one.",
];

fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq")
}

/// A page's name: `secrets-admin-keyslot-add`.
fn page_name(manual: &Manual, path: &[&str]) -> String {
    [&[manual.tool.name], path].concat().join("-")
}

fn page(manual: &Manual, command: &Command, path: &[&str]) -> String {
    let tool = roff(manual.tool.name);
    let is_tool = path.is_empty();
    let command = command.clone().mut_args(|arg| {
        // On the page of every command they would bury its own.
        let hidden = !is_tool && arg.is_global_set();
        arg.hide(hidden)
    });
    let groups = command.has_subcommands();
    let man = Man::new(command)
        .title(page_name(manual, path).to_uppercase())
        // A date would make every page stale with every build; an empty one would shift what follows it.
        .date(env!("CARGO_PKG_VERSION"))
        .source("strongroom")
        .manual("strongroom");
    let mut out = Vec::new();
    man.render_title(&mut out).expect("memory");
    man.render_name_section(&mut out).expect("memory");
    man.render_synopsis_section(&mut out).expect("memory");
    man.render_description_section(&mut out).expect("memory");
    man.render_options_section(&mut out).expect("memory");
    if groups {
        man.render_subcommands_section(&mut out).expect("memory");
    }
    let mut text = String::from_utf8(out).expect("UTF-8");
    if !is_tool {
        let _ = writeln!(
            text,
            ".SH \"GLOBAL OPTIONS\"\nThe options that every command has are described in \\fB{tool}\\fR(1)."
        );
    }
    text += ".SH \"EXIT STATUS\"\n";
    for (code, meaning) in manual.codes {
        let _ = writeln!(text, ".TP\n\\fB{code}\\fR\n{meaning}");
    }
    for kind in Kind::ALL.into_iter().filter(|_| manual.codes.is_empty()) {
        let _ = writeln!(
            text,
            ".TP\n\\fB{}\\fR\n{}: {}",
            kind.code(),
            kind.name(),
            roff(kind.meaning())
        );
    }
    if is_tool {
        text += ".SH FILES\n";
        for (file, what) in manual.files {
            let _ = writeln!(text, ".TP\n\\fI{}\\fR\n{}", roff(file), roff(what));
        }
    }
    text += ".SH EXAMPLES\n";
    let key = path.join(" ");
    let examples = manual.examples.iter().find(|(name, _)| *name == key);
    let (_, examples) = examples.unwrap_or_else(|| panic!("no example of {key}"));
    for (what, line) in *examples {
        let _ = writeln!(
            text,
            ".PP\n{}:\n.PP\n.RS 4\n.nf\n{tool} {}\n.fi\n.RE",
            roff(what),
            roff(line)
        );
    }
    if is_tool {
        text += ".SH SECURITY\n";
        for paragraph in manual.security {
            let _ = writeln!(text, ".PP\n{}", roff(paragraph));
        }
    } else {
        let _ = writeln!(text, ".SH \"SEE ALSO\"\n\\fB{tool}\\fR(1)");
    }
    text
}

/// Every page: its name and its text.
fn pages(manual: &Manual, command: &Command, path: &[&str], into: &mut Vec<(String, String)>) {
    into.push((page_name(manual, path), page(manual, command, path)));
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        pages(manual, sub, &[path, &[sub.get_name()]].concat(), into);
    }
}

fn all_pages() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for manual in MANUALS {
        let mut grammar = manual.tool.grammar();
        grammar.build();
        pages(manual, &grammar, &[], &mut found);
    }
    found
}

#[test]
fn man_pages_are_those_of_the_grammar() {
    let pages = all_pages();
    for (name, text) in &pages {
        assert_generated(&format!("man/{name}.1"), text);
    }
    for entry in repository("man").read_dir().expect("man/") {
        let file = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let known =
            file.strip_suffix(".1").is_some_and(|file| pages.iter().any(|(name, _)| name == file));
        assert!(known, "man/{file} is the page of no command");
    }
}

#[test]
fn every_example_parses() {
    for manual in MANUALS {
        for (command, examples) in manual.examples {
            for (_, line) in *examples {
                // No example quotes a blank but within one argument.
                let mut words = vec![manual.tool.name.to_owned()];
                for (n, part) in line.split('\'').enumerate() {
                    match n % 2 {
                        0 => words.extend(part.split_whitespace().map(str::to_owned)),
                        _ => words.push(part.to_owned()),
                    }
                }
                let parsed = manual.tool.grammar().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
                assert!(line.starts_with(command), "{line} is no example of {command}");
            }
        }
    }
}

#[test]
fn completions_are_those_of_the_grammar() {
    for manual in MANUALS {
        let tool = manual.tool;
        for (shell, file) in [
            (Shell::Bash, format!("{}.bash", tool.name)),
            (Shell::Zsh, format!("_{}", tool.name)),
            (Shell::Fish, format!("{}.fish", tool.name)),
        ] {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut tool.grammar(), tool.name, &mut out);
            let text = String::from_utf8(out).expect("UTF-8");
            assert_generated(&format!("completions/{file}"), &text);
        }
    }
}

#[test]
fn the_page_of_rules_is_that_of_the_table() {
    assert_generated("docs/rules.md", &validate_config::explain::page());
}

#[test]
fn the_schema_for_editors_is_that_of_the_keys() {
    let schema = validate_config::schema::schema();
    let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
    assert_generated("schemas/config.json", &text);
    assert!(jsonschema::validator_for(&schema).is_ok());
}

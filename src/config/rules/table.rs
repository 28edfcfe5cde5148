//! The table of rules: one row each, read by the gate, by `secrets-admin check`, by `explain` and by `docs/rules.md`.
//!
//! An id is for ever: a rule that goes leaves its number behind. A row says how bad it is on mainnet, testnet and devnet; whether
//! it can be waived on mainnet; and which function enforces the same rule when the tools run, if one does. Where the tools refuse
//! or warn by the table of the networks, the row names the column there (`= field`) instead of saying it again.

use std::fmt;

use crate::network::NetworkMode;
pub use crate::network::policy::Severity;
use crate::passphrase::strength;

/// What must be looked at to decide about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The file itself.
    Config,
    /// Variables of the process or of a unit.
    Environment,
    /// A unit file, a crontab, a compose file.
    Unit,
    /// Files and directories that the configuration names.
    Files,
    /// What the store shows without a passphrase.
    Store,
    /// What is inside the store, or signed claims about it.
    Secrets,
    /// The host.
    Host,
    /// What the service will say for itself.
    Service,
}

impl Subject {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "configuration",
            Self::Environment => "environment",
            Self::Unit => "unit",
            Self::Files => "files",
            Self::Store => "store",
            Self::Secrets => "secrets",
            Self::Host => "host",
            Self::Service => "service",
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: Id,
    /// Severity on mainnet, testnet and devnet.
    pub levels: [Severity; 3],
    /// True when it cannot be waived on mainnet.
    pub starred: bool,
    /// The function that enforces it when the tools run; empty when only the gate knows it.
    pub runtime: &'static str,
    /// What must be looked at.
    pub subject: Subject,
    /// What is demanded, in one line.
    pub title: &'static str,
    /// Why.
    pub why: &'static str,
    /// Where it comes from.
    pub refs: &'static [&'static str],
    /// What mends it: a command where there is one.
    pub fix: &'static str,
}

use Severity::{Error as E, Info as I, Off as O, Warning as W};
use Subject::{Config, Environment, Files, Host, Secrets, Service, Store, Unit};

macro_rules! rules {
    ($($id:ident $name:literal $star:tt [$($level:tt)*] $subject:ident, $title:literal, $why:literal, [$($refs:literal),*], $fix:literal $(, runtime $runtime:literal)?;)*) => {
        /// The id of a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the table says what each is")]
        pub enum Id { $($id),* }

        impl Id {
            /// As it is printed.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name),* }
            }
        }

        /// All rules.
        pub const RULES: &[Rule] = &[$(Rule {
            id: Id::$id,
            levels: rules!(@ levels $($level)*),
            starred: rules!(@ $star),
            runtime: rules!(@ runtime $($runtime)?),
            subject: $subject,
            title: $title,
            why: $why,
            refs: &[$($refs),*],
            fix: $fix,
        }),*];
    };
    (@ levels $m:ident $t:ident $d:ident) => { [$m, $t, $d] };
    (@ levels = $($field:ident).+) => {
        [
            NetworkMode::Mainnet.policy().$($field).+.severity(),
            NetworkMode::Testnet.policy().$($field).+.severity(),
            NetworkMode::Devnet.policy().$($field).+.severity(),
        ]
    };
    (@ *) => { true };
    (@ -) => { false };
    (@ runtime) => { "" };
    (@ runtime $name:literal) => { $name };
}

rules! {
    Env001 "ENV-001" * [E W I] Environment, "no variable carries a secret",
        "every process of the same user can read it in /proc, and every child inherits it",
        ["CWE-526", "CWE-214", "CCSS 1.03", "ASVS 13.3.1"],
        "put the value into the store, unset the variable, and change the value: it was readable", runtime "environment::carries_secret";
    Env002 "ENV-002" * [E W O] Config, "secrets come from the encrypted file",
        "a backend of variables keeps nothing encrypted at rest", ["CWE-311", "CWE-522"],
        "set service.use_encrypted_secrets = true";
    Env003 "ENV-003" - [W W O] Environment, "no variable of the unit looks like a secret",
        "a name like *_PASSWORD usually holds one", ["CWE-526"],
        "use LoadCredentialEncrypted= in the unit, or --passphrase-from fd:3";
    Env004 "ENV-004" - [E W O] Unit, "the unit holds no secret",
        "systemctl show prints Environment= to every user", ["CWE-522"],
        "use LoadCredentialEncrypted= and a wrapper that hands the credential over";
    Arg001 "ARG-001" * [E E W] Unit, "no secret stands on a command line",
        "ps shows the arguments of every process to every user", ["CWE-214", "CCSS 1.04"],
        "use a prompt, a descriptor or a credential, as in --passphrase-from fd:3";
    Sec001 "SEC-001" * [E E W] Files, "the secrets file is there and whole",
        "without it nothing can be signed; a damaged one may have been changed", ["CWE-354"],
        "restore it from a backup, or make a new one: secrets-admin init FILE", runtime "ops::StoreFile::at";
    Sec002 "SEC-002" * [E E E] Store, "the store belongs to the configured network",
        "keys of another network sign for the wrong money", ["CCSS 1.02", "CWE-1188"],
        "name the store of this network", runtime "ops::StoreFile::at";
    Sec003 "SEC-003" * [E E W] Secrets, "wallet_secret is set",
        "without it nothing can be signed", ["CWE-311"],
        "secrets-admin set FILE igra.hd.wallet_secret";
    Sec004 "SEC-004" * [= missing_payment_secret] Secrets, "payment_secret is set and not blank",
        "the second layer in front of the wallet", ["CWE-308", "CCSS 1.03.1"],
        "secrets-admin set FILE igra.hd.payment_secret", runtime "secret::SecretBytes::unless_blank";
    Sec005 "SEC-005" - [E W O] Secrets, "payment_secret is neither wallet_secret nor the passphrase",
        "one leak would give both", ["CWE-1391"],
        "set another payment_secret";
    Sec006 "SEC-006" - [= passphrase.on_weakness] Secrets, "payment_secret is strong",
        "a guessable payment secret is no second layer", ["CWE-521"],
        "set a generated payment_secret";
    Sec007 "SEC-007" - [E E W] Config, "no secret lies in the clear",
        "a configuration is copied, committed and backed up where secrets must not go", ["CWE-312", "CWE-256", "CWE-798"],
        "move it into the store, and change it: it was readable";
    Sec008 "SEC-008" - [= single_keyslot] Store, "a second keyslot is enrolled",
        "a forgotten passphrase would lose everything", ["CCSS 1.03.2"],
        "secrets-admin keyslot add FILE --label recovery";
    Sec009 "SEC-009" - [W W I] Secrets, "every name in the store is one that something reads",
        "a misspelt name hides a missing secret", ["CWE-1173"],
        "set the right name and remove the wrong one: secrets-admin list FILE";
    Sec010 "SEC-010" * [E W I] Secrets, "secrets and passphrase could be examined",
        "unknown is not OK", ["CWE-636"],
        "validate-config CONFIG --network NETWORK --unlock";
    Sec011 "SEC-011" - [E E W] Secrets, "every required secret is in the store",
        "the service would not start without it", ["CWE-1188"],
        "secrets-admin set FILE NAME";
    Sta001 "STA-001" - [W I O] Store, "this host remembers the store",
        "an older copy of the store would not be noticed", ["CWE-354"],
        "secrets-admin inventory pin FILE";
    Pwd001 "PWD-001" * [= passphrase.on_length] Secrets, "the passphrase is long enough",
        "a short passphrase opens everything", ["CWE-521", "NIST SP 800-63B-4"],
        "secrets-admin passphrase change FILE --generate", runtime "ops::gate::measure";
    Pwd002 "PWD-002" * [= passphrase.on_weakness] Secrets, "the passphrase was strong when it was chosen",
        "a guessable passphrase opens everything", ["CWE-521", "NIST SP 800-63B-4"],
        "secrets-admin passphrase change FILE --generate", runtime "ops::gate::measure";
    Pwd003 "PWD-003" - [= passphrase.on_weakness] Secrets, "the passphrase takes enough guesses",
        "too few guesses find it", ["CWE-521"],
        "secrets-admin passphrase change FILE --generate", runtime "ops::gate::measure";
    Pwd004 "PWD-004" - [= passphrase.on_weakness] Secrets, "the passphrase is not a famous one",
        "it is a famous phrase", ["ASVS 6.2.4"],
        "secrets-admin passphrase change FILE --generate", runtime "ops::gate::measure";
    Pwd005 "PWD-005" - [W W I] Config, "no composition rule is configured",
        "rules on upper case, digits and symbols make people choose worse passphrases; NIST forbids them", ["NIST SP 800-63B-4", "ASVS 6.2.5"],
        "remove the key; length and strength are checked anyway";
    Pwd006 "PWD-006" - [W W I] Config, "no calendar rule for passphrases",
        "a passphrase is changed when something happened, not because of a date", ["NIST SP 800-63B-4", "ASVS 6.2.10"],
        "remove security.passphrase_max_age";
    Kdf001 "KDF-001" * [E W W] Store, "key derivation is not below the floor",
        "a cheap derivation makes guessing cheap", ["CWE-916", "RFC 9106"],
        "secrets-admin passphrase change FILE", runtime "crypto::kdf::KdfParams::meets";
    Kdf002 "KDF-002" - [W I O] Store, "key derivation is that of new stores",
        "hardware moves", ["CWE-916"],
        "secrets-admin passphrase change FILE";
    Kdf003 "KDF-003" - [E E W] Store, "every keyslot has a salt of its own",
        "one guess would be tried on all of them at once", ["CWE-759", "CWE-760"],
        "secrets-admin passphrase change FILE";
    Kdf004 "KDF-004" - [E E I] Unit, "the service is no debug build",
        "debug builds print more, check less and are slow at deriving keys", ["CWE-489"],
        "build with --release and name that binary in the unit";
    Fil001 "FIL-001" * [E E W] Files, "secrets are closed to group and others",
        "others on the host could read them", ["CWE-276", "CWE-732", "CCSS 1.03"],
        "chmod 600 FILE", runtime "fs::checks::sensitive_file";
    Fil002 "FIL-002" * [E E W] Files, "secrets belong to the service or root",
        "their owner can replace them", ["CWE-282"],
        "chown root FILE", runtime "fs::checks::sensitive_file";
    Fil003 "FIL-003" * [E E W] Files, "secrets are plain files with one name",
        "a link leads elsewhere tomorrow; a second name keeps the old content", ["CWE-59", "CWE-62"],
        "put the file itself there", runtime "fs::checks::sensitive_file";
    Fil004 "FIL-004" * [E E W] Files, "nobody else can replace a directory above",
        "whoever can rename a parent directory chooses the file", ["CWE-367", "CWE-379"],
        "chmod go-w DIRECTORY", runtime "fs::Place::check_parents";
    Fil005 "FIL-005" - [E W I] Files, "directories of secrets are 0700",
        "others could list, and watch, what is in them", ["CWE-276"],
        "chmod 700 DIRECTORY";
    Fil007 "FIL-007" - [E W I] Files, "no secret lies in a place that is emptied, shared or published",
        "temporary directories are world-writable, work trees are pushed", ["CWE-377", "CWE-538", "CWE-527"],
        "move it to a directory of the service below /var/lib";
    Fil009 "FIL-009" - [W W I] Files, "there is room to write",
        "a full disk stops every change of the store", ["CWE-400"],
        "free space: df -h DIRECTORY";
    Fil010 "FIL-010" - [W W I] Files, "no leftovers beside the store",
        "a killed write or a hand-made copy may hold an older key", ["CWE-459"],
        "remove it once nothing needs it; leftovers of our own the next write removes";
    Fil011 "FIL-011" - [E E W] Files, "nobody else can change the configuration",
        "whoever writes it decides which rules hold", ["CWE-15"],
        "chmod 600 CONFIG";
    Host001 "HOST-001" - [W I O] Host, "swap is off or encrypted",
        "memory that holds secrets goes to the disk", ["CWE-316", "CWE-591"],
        "use an encrypted swap, or none: swapoff -a";
    Host002 "HOST-002" - [W I O] Host, "no core file can be made",
        "a core file holds the memory of the service", ["CWE-528"],
        "set LimitCORE=0 in the unit";
    Host003 "HOST-003" - [W I O] Host, "the host does not hibernate",
        "hibernation writes all memory to the disk", ["CWE-316"],
        "systemctl mask hibernate.target hybrid-sleep.target";
    Host004 "HOST-004" - [W I O] Host, "processes cannot trace each other",
        "a process of the same user could read the memory of the service", ["CWE-316"],
        "sysctl kernel.yama.ptrace_scope=1";
    Host005 "HOST-005" - [E W I] Unit, "the service does not run as root",
        "a fault in it would own the host", ["CWE-250", "ASVS 13.2.2"],
        "set User=igra in the unit";
    Host007 "HOST-007" - [E W I] Environment, "nothing is loaded into the service",
        "LD_PRELOAD and its kin run foreign code inside", ["CWE-426"],
        "unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT";
    Host008 "HOST-008" - [W I O] Unit, "enough memory can be locked",
        "keys that cannot be locked may be swapped out", ["CWE-591"],
        "set LimitMEMLOCK=16M in the unit";
    Host009 "HOST-009" - [E W I] Host, "the clock is right",
        "checks that depend on time are wrong", ["CWE-367", "ASVS 16.2.2"],
        "timedatectl set-ntp true";
    Host011 "HOST-011" - [W I O] Host, "the kernel guards links in shared directories",
        "a planted link makes a program write elsewhere", ["CWE-59"],
        "sysctl fs.protected_symlinks=1 fs.protected_hardlinks=1 fs.protected_regular=1";
    Net001 "NET-001" * [E W I] Config, "the network is stated",
        "a silent default is how test keys reach mainnet", ["CWE-1188"],
        "set service.network to the network of this host";
    Net002 "NET-002" * [E E E] Config, "every address belongs to the network and is whole",
        "money sent to it would be lost", ["CCSS 1.02"],
        "correct the address";
    Net003 "NET-003" * [E E W] Config, "derivation path and keys belong to the network",
        "another path gives another key, and no error", ["CCSS 1.02"],
        "use the coin type of the network: 111110' on mainnet, 111111' elsewhere";
    Net005 "NET-005" * [E W I] Config, "the node is reached on this host or through TLS",
        "whoever is on the way reads and changes what the service sees", ["CWE-319", "CWE-295"],
        "use grpc://127.0.0.1:16110, or grpcs:// with a credential";
    Net006 "NET-006" - [E W I] Config, "nothing listens to the whole network",
        "an admin interface on every address is open to everybody", ["CWE-668", "CWE-1327"],
        "bind it to 127.0.0.1";
    Net008 "NET-008" - [E W W] Config, "no credential stands in a URL",
        "URLs are written to logs", ["CWE-522", "CWE-532"],
        "use a credential file";
    Thr001 "THR-001" * [E E W] Config, "the threshold is one that protects",
        "one signer is a single point of failure; doubled keys lower the threshold", ["CCSS 1.02.2"],
        "choose 2 <= threshold_m < threshold_n, with as many distinct keys";
    Aud001 "AUD-001" * [E W O] Config, "audit logging is on",
        "without it nobody knows who used a key", ["CWE-778", "CCSS 2.04", "ASVS 16.3"],
        "remove the blank path: the default is on", runtime "config::schema::check";
    Aud002 "AUD-002" * [E W I] Files, "the audit log is the service's own and on a disk",
        "a log that others can change proves nothing", ["CWE-276", "CWE-532"],
        "chmod 700 DIRECTORY", runtime "audit::tail::widened";
    Aud003 "AUD-003" - [E W I] Store, "the audit log agrees with the store and with this host",
        "records are missing or were changed: somebody may have used a key and hidden it", ["CWE-117", "CWE-354"],
        "secrets-admin audit verify FILE";
    Aud004 "AUD-004" - [W I O] Store, "the audit log was anchored outside in the last 24 hours",
        "whoever can unlock the store can write its log anew, but not what he cannot reach", ["ASVS 16.4.3"],
        "secrets-admin audit anchor FILE --to syslog";
    Aud006 "AUD-006" - [E W O] Config, "no action without its audit record",
        "a full disk would switch the log off", ["ASVS 16.5.3"],
        "set audit.mode = \"enforce\", or remove it";
    Log001 "LOG-001" - [E W O] Unit, "the log level is not debug or trace",
        "debug logs hold requests, keys and addresses", ["CWE-532", "CWE-489", "ASVS 13.4.2"],
        "use --log-level info";
    Log002 "LOG-002" - [W I O] Unit, "no backtraces and traces in the log",
        "they show memory and paths", ["CWE-209", "CWE-532"],
        "unset RUST_BACKTRACE RUST_LOG";
    Cac001 "CAC-001" - [E W O] Config, "secrets stay in memory for 5 minutes at most",
        "what is in memory can be read from it", ["CWE-524", "CWE-316"],
        "set security.secret_cache_ttl = \"5m\"";
    Bak001 "BAK-001" - [W W O] Store, "there is a recent backup of what is in the store now",
        "what is lost after it is lost for good", ["CCSS 1.03.2"],
        "wallet-backup create --store FILE --reason weekly --config CONFIG --network NETWORK";
    Bak002 "BAK-002" - [W I O] Store, "a backup was restored in a drill lately",
        "a backup that was never restored may not be one", ["OWASP SM 2.9"],
        "wallet-backup drill --store FILE --config CONFIG --network NETWORK";
    Bak003 "BAK-003" - [W I O] Files, "copies are kept in two places, none of them the store's disk",
        "a fault of that disk takes the store and its backups", ["CCSS 1.03.3"],
        "name two directories on other file systems in backup.dirs, then: wallet-backup create --reason 'another place' --config CONFIG --network NETWORK";
    Bak004 "BAK-004" - [E E W] Files, "backups are encrypted, and cost a guess as much as the network asks",
        "whoever has a copy guesses offline, for as long as it takes", ["CWE-311", "CWE-916"],
        "wallet-backup create --store FILE --reason 'stronger keyslots' --config CONFIG --network NETWORK";
    Rec002 "REC-002" - [W W I] Config, "a recovery ceremony locks after a few attempts",
        "answers can be guessed", ["CWE-307"],
        "set recovery.max_attempts = 5 and a recovery.delay";
    Rot001 "ROT-001" - [E W I] Store, "no key or rotated secret is older than its limit",
        "the longer a key is used, the more is lost with it", ["NIST SP 800-57 5.3", "ASVS 13.3.4"],
        "key-rotate rotate FILE --due";
    Rot002 "ROT-002" - [E W I] Store, "no key was used more often than its limit",
        "every use gives an attacker more to work with", ["NIST SP 800-57 5.3"],
        "key-rotate rotate FILE --due";
    Rot003 "ROT-003" - [E W I] Store, "enough one-time prekeys are left",
        "without one a first message is protected by long-lived keys alone", ["Talos prekeys"],
        "key-rotate key create FILE prekey-1 --kind x25519 --role one-time-prekey";
    Rot004 "ROT-004" - [E W I] Store, "what a rotation left behind is removed when its grace period is over",
        "a private half or value that nobody needs can only be stolen", ["NIST SP 800-57 8.3.4"],
        "key-rotate run-due FILE";
    Rot005 "ROT-005" - [E E W] Store, "no compromised version of a key is in the store",
        "whoever has it can sign as its owner", ["CCSS 1.05"],
        "give the key up with key-rotate key destroy";
    Rot006 "ROT-006" - [W I O] Store, "beside an identity key there is a recovery key",
        "a stolen identity key must not be the only one that can say so; a drill of that day is not looked for yet", ["CCSS 1.05.1"],
        "key-rotate key create FILE recovery --kind ed25519 --role recovery";
    Rot007 "ROT-007" - [= widen_rotation] Config, "keys are not used longer than the network allows",
        "a limit that is wider than its default keeps a stolen key useful for longer", ["NIST SP 800-57 5.3", "ASVS 13.3.4"],
        "remove the key from [rotation], or set a stricter limit";
    Cfg001 "CFG-001" * [E W W] Config, "every key is known and every value has its type",
        "a misspelt protection is a missing one", ["CWE-1173"],
        "correct the key";
    Cfg002 "CFG-002" - [W W W] Config, "no removed key is used",
        "the service ignores it", ["CWE-1173"],
        "remove the key";
    Cfg003 "CFG-003" - [E E W] Config, "the file is not newer than the tool",
        "rules that this tool does not know would not be checked", ["CWE-1173"],
        "update strongroom";
    Cfg004 "CFG-004" - [E W I] Config, "no flag weakens the service",
        "insecure_*, skip_* and allow_* are for development", ["CWE-489"],
        "set it to false";
    Cfg005 "CFG-005" - [W W I] Config, "paths are absolute and plain",
        "a relative path means another file from another directory", ["CWE-426", "CWE-22"],
        "write the path from /";
    Cfg006 "CFG-006" - [W W I] Config, "the file is plain UTF-8 with plain line ends",
        "a byte order mark or foreign line ends trip other readers", ["CWE-1173"],
        "dos2unix CONFIG";
    Wvr001 "WVR-001" - [W W I] Config, "every waiver and level is in force",
        "a waiver that does nothing hides that the rule holds", ["CWE-1173"],
        "correct or remove the entry";
    Svc01 "SVC-01" - [E W O] Service, "the service finds service.network", "it demands an explicit network", ["Igra static rule 1"], "set service.network";
    Svc02 "SVC-02" - [E W W] Service, "service.network is the network it is started with", "it compares the two, letter by letter", ["Igra static rule 2"], "write service.network in lower case, as --network has it";
    Svc03 "SVC-03" - [E W O] Service, "KASPA_IGRA_WALLET_SECRET is not set", "the service refuses it", ["Igra static rule 3", "CWE-526"], "unset KASPA_IGRA_WALLET_SECRET";
    Svc04 "SVC-04" - [E W O] Service, "the service uses encrypted secrets", "it demands them on mainnet", ["Igra static rule 4"], "set service.use_encrypted_secrets = true";
    Svc05 "SVC-05" - [E E E] Service, "key_audit_log_path is not blank", "the service refuses a blank one", ["Igra static rule 5"], "remove service.key_audit_log_path";
    Svc06 "SVC-06" - [E W O] Service, "the directory of the audit log exists", "the service does not make it", ["Igra static rule 6"], "mkdir -m 700 DIRECTORY";
    Svc07 "SVC-07" - [E E E] Service, "the secrets file exists", "the service does not make it", ["Igra static rule 7"], "secrets-admin init FILE --format igra";
    Svc08 "SVC-08" - [W W O] Service, "IGRA_SECRETS_PASSPHRASE is set for the service", "it asks nobody on mainnet", ["Igra static rule 8"], "LoadCredentialEncrypted= and a wrapper that sets it for the service alone";
    Svc09 "SVC-09" - [W O O] Service, "the age of the passphrase is judged", "the service warns when it is not", ["Igra static rule 9"], "remove service.passphrase_rotation_enabled";
    Svc10 "SVC-10" - [E E E] Service, "the service can read the secrets file", "it reads its age", ["Igra static rule 10"], "let the user of the service read it: chmod 600 FILE";
    Svc11 "SVC-11" - [E W O] Service, "the header of the secrets file can be read", "the age stands in it", ["Igra static rule 11"], "restore it from a backup";
    Svc12 "SVC-12" - [W W W] Service, "the passphrase is younger than the service's warning", "the service warns", ["Igra static rule 12"], "secrets-admin passphrase change FILE";
    Svc13 "SVC-13" - [E W O] Service, "the passphrase is younger than the service allows", "the service refuses to start", ["Igra static rule 13"], "secrets-admin passphrase change FILE";
    Svc14 "SVC-14" - [W O O] Service, "secrets do not come from the environment", "the service warns", ["Igra static rule 14"], "set service.use_encrypted_secrets = true";
    Svc15 "SVC-15" - [E E E] Service, "node_rpc_url names a host", "the service needs one", ["Igra static rule 15"], "set service.node_rpc_url = \"grpc://127.0.0.1:16110\"";
    Svc16 "SVC-16" - [E O O] Service, "a node elsewhere is allowed explicitly", "the service refuses it otherwise", ["Igra static rule 16"], "set service.allow_remote_rpc = true, or use a node on this host";
    Svc17 "SVC-17" - [E W O] Service, "a node elsewhere is reached through TLS", "the service demands it", ["Igra static rule 17"], "use grpcs://";
    Svc18 "SVC-18" - [E O O] Service, "a node elsewhere gets a credential", "the service demands user information in the URL", ["Igra static rule 18"], "use grpcs:// and a token before the @ of the host";
    Svc19 "SVC-19" - [W O O] Service, "the node is on this host", "the service warns, and writes the URL with its credential to its log", ["Igra static rule 19", "CWE-532"], "use a node on this host";
    Svc20 "SVC-20" - [E O O] Service, "the log level is not debug or trace", "the service refuses it", ["Igra static rule 20"], "use --log-level info";
    Svc21 "SVC-21" - [E O O] Service, "KASPA_IGRA_LOG_DIR is set for the service", "it demands it", ["Igra static rule 21"], "set it in the unit";
    Svc22 "SVC-22" - [E O O] Service, "the log directory exists", "the service does not make it", ["Igra static rule 22"], "mkdir -m 700 DIRECTORY";
    Svc23 "SVC-23" - [E W O] Service, "the data directory exists", "the service does not make it", ["Igra static rule 23"], "mkdir -m 700 DIRECTORY";
    Svc24 "SVC-24" - [E O O] Service, "the data directory is 0700", "the service demands it", ["Igra static rule 24"], "chmod 700 DIRECTORY";
    Svc25 "SVC-25" - [E W O] Service, "the configuration is 0600", "the service demands it", ["Igra static rule 25"], "chmod 600 CONFIG";
    Svc26 "SVC-26" - [E W O] Service, "the secrets file is 0600", "the service demands it", ["Igra static rule 26"], "chmod 600 FILE";
    Svc27 "SVC-27" - [E W O] Service, "the audit log is 0600", "the service makes it with its umask and refuses it at the next start", ["Igra static rule 27"], "set UMask=0077 in the unit, then: chmod 600 FILE";
    Svc28 "SVC-28" - [E O O] Service, "the log directory is 0700", "the service demands it", ["Igra static rule 28"], "chmod 700 DIRECTORY";
    Svc29 "SVC-29" - [E W O] Service, "data_dir does not look like that of a test", "the service searches it for the words devnet and test", ["Igra static rule 29"], "name the directory otherwise";
    Svc30 "SVC-30" - [E E E] Service, "redeem script and source addresses agree", "the service compares them", ["Igra static rule 30"], "correct service.pskt.redeem_script_hex or source_addresses";
    Svc31 "SVC-31" - [E E O] Service, "source addresses have the prefix of the network", "the service compares them", ["Igra static rule 31"], "correct the address";
    Svc32 "SVC-32" - [E E E] Service, "the group's threshold is possible", "the service checks it", ["Igra static rule 32"], "choose 1 <= threshold_m <= threshold_n";
    Svc33 "SVC-33" - [E W O] Service, "the group needs two signers", "the service demands it", ["Igra static rule 33"], "set group.threshold_m = 2 or more";
    Svc34 "SVC-34" - [E O O] Service, "there is a [group]", "the service demands it", ["Igra static rule 34"], "add [group]";
    Svc35 "SVC-35" - [E O O] Service, "the key type is raw_private_key", "the service refuses phrases on mainnet", ["Igra static rule 35"], "set service.hd.key_type = \"raw_private_key\"";
    Svc36 "SVC-36" - [E E O] Service, "the derivation path holds the coin type", "the service searches it for the digits", ["Igra static rule 36"], "use the coin type of the network";
    Svc37 "SVC-37" - [E W O] Host, "10 GiB are free below data_dir", "the service refuses to start with less", ["Igra startup rule"], "free space: df -h DIRECTORY";
    Svc38 "SVC-38" - [E W O] Host, "1 GiB of memory is available", "the service refuses to start with less", ["Igra startup rule"], "free memory";
    Svc39 "SVC-39" - [E W O] Unit, "4096 files may be open", "the service refuses to start with fewer", ["Igra startup rule"], "set LimitNOFILE=65536 in the unit";
    Svc40 "SVC-40" - [E W O] Unit, "the service may make no core file", "it refuses to start otherwise", ["Igra startup rule"], "set LimitCORE=0 in the unit";
    Shp03 "SHP-03" - [W W W] Config, "a raw private key has its redeem script", "the service refuses to load the configuration without", ["Igra shape check"], "set service.pskt.redeem_script_hex";
    Shp04 "SHP-04" - [W W W] Config, "runtime.session_timeout_seconds is 1 to 600", "the service refuses to load the configuration", ["Igra shape check"], "choose 60";
    Shp07 "SHP-07" - [W W W] Config, "there are as many keys as signers", "the service refuses to load the configuration", ["Igra shape check"], "list threshold_n keys in group.member_pubkeys";
    Shp08 "SHP-08" - [W W W] Config, "group.session_timeout_seconds is 1 to 600", "the service refuses to load the configuration", ["Igra shape check"], "choose 60";
    Shp09 "SHP-09" - [W W W] Config, "the redeem script is that of the group", "the service refuses to load the configuration", ["Igra shape check"], "make the script again from the group's keys in their order";
    Shp10 "SHP-10" - [W W W] Config, "a fee split has parts", "the service refuses to load the configuration", ["Igra shape check"], "give one side at least one part";
    Shp11 "SHP-11" - [W W W] Config, "the least amount is not above the largest", "the service refuses to load the configuration", ["Igra shape check"], "correct policy.min_amount_sompi";
    Shp12 "SHP-12" - [W W W] Config, "keys of endpoints have 33 or 65 bytes", "the service refuses to load the configuration", ["Igra shape check"], "correct layerzero.endpoint_pubkeys";
    Shp14 "SHP-14" - [W W W] Config, "DNS discovery has a domain", "the service refuses to load the configuration", ["Igra shape check"], "set iroh.discovery.dns_domain";
    Shp15 "SHP-15" - [W W W] Config, "a relay has a URL", "the service refuses to load the configuration", ["Igra shape check"], "set iroh.relay.custom_url to a URL of 256 characters at most";
    Shp16 "SHP-16" - [W W W] Config, "the active profile is named, and is in the file", "the service refuses to load the configuration", ["Igra shape check"], "set service.active_profile, and add the [profiles.] table of that name";
}

impl Id {
    /// The rule.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The rule with this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        RULES.iter().map(|rule| rule.id).find(|id| id.name().eq_ignore_ascii_case(name))
    }
}

impl From<strength::Rule> for Id {
    fn from(rule: strength::Rule) -> Self {
        match rule {
            strength::Rule::Length => Self::Pwd001,
            strength::Rule::Score => Self::Pwd002,
            strength::Rule::Guesses => Self::Pwd003,
            strength::Rule::Blocklist => Self::Pwd004,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Rule {
    /// How bad it is on a network.
    pub fn level(&self, network: NetworkMode) -> Severity {
        let column = NetworkMode::ALL.iter().position(|mode| *mode == network).unwrap_or(0);
        self.levels[column]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_at_its_number_and_says_what_it_is() {
        for (n, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.id as usize, n);
            assert_eq!(Id::parse(&rule.id.name().to_lowercase()), Some(rule.id));
            for text in [rule.title, rule.why, rule.fix] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", rule.id);
            }
            assert!(!rule.refs.is_empty(), "{} rests on nothing", rule.id);
            let ladder = rule.levels.windows(2).all(|pair| pair[0] >= pair[1]);
            assert!(ladder, "{} is worse on a lesser network", rule.id);
        }
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.id.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn a_passphrase_is_judged_by_the_same_ids_when_it_is_chosen() {
        use strength::Rule::{Blocklist, Guesses, Length, Score};
        for rule in [Length, Score, Guesses, Blocklist] {
            assert_eq!(Id::from(rule).name(), rule.id());
        }
    }

    #[test]
    fn what_cannot_be_waived_is_an_error_on_mainnet() {
        let starred = || RULES.iter().filter(|rule| rule.starred);
        assert!(starred().all(|rule| rule.levels[0] == E));
        assert_eq!(starred().count(), 23);
    }
}

//! The environment: the one place that reads it.
//!
//! No behaviour comes from the environment, with few exceptions that all stand here: where systemd puts credentials and
//! state, where a home directory is, whether colour is wanted, and an `env:` source that an operator has named. The rest of
//! the module looks for what should not be there: on mainnet a secret in a variable stops the command, since every process
//! of the same user and every child can read it.
//!
//! Names are shown, escaped; values never leave but into [`SecretBytes`], or where the name says that they are none. The standard library copies a value onto the heap
//! to hand it out: each copy is wiped here as soon as it has been looked at.

pub mod host;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::OnceLock;

use zeroize::Zeroize;

use crate::network::{NetworkMode, Verdict};
use crate::secret::SecretBytes;

/// Starts of names that carry secrets, in any ASCII case.
const SECRET_PREFIXES: [&str; 2] = ["IGRA_SECRET__", "STRONGROOM_SECRET__"];

/// A name that carries one by itself: that of the service before it had a file.
pub const IGRA_LEGACY: &str = "KASPA_IGRA_WALLET_SECRET";

/// Where an Igra service finds its passphrase. Unless a source names it, we ignore it and say so.
pub const IGRA_PASSPHRASE: &str = "IGRA_SECRETS_PASSPHRASE";

/// Most bytes of a name that are shown.
const SHOWN: usize = 80;

/// The variables of this process, or a set of them made for a test.
pub struct Environment(Source);

enum Source {
    Process,
    /// With its names, as they were when one was first asked for.
    Command(OnceLock<Vec<OsString>>),
    Pairs(Vec<(OsString, OsString)>),
}

/// What the network makes of secrets in the environment. The names are sorted and safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvDecision {
    /// The command may not run.
    Refuse(Vec<String>),
    /// It may, with a warning that lists the names.
    Warn(Vec<String>),
    /// There are none, or the network does not mind.
    Clean,
}

/// Decides about the secrets in the environment. To be asked before any passphrase is read.
pub fn check(environment: &Environment, network: NetworkMode) -> EnvDecision {
    let verdict = network.policy().env_secrets;
    if verdict == Verdict::Allow {
        return EnvDecision::Clean;
    }
    let names = environment.secret_names();
    match verdict {
        _ if names.is_empty() => EnvDecision::Clean,
        Verdict::Refuse => EnvDecision::Refuse(names),
        Verdict::Warn | Verdict::Allow => EnvDecision::Warn(names),
    }
}

impl Environment {
    /// The environment of this process, read anew at every question.
    pub fn of_process() -> Self {
        Self(Source::Process)
    }

    /// The environment of a process that runs one command and changes none of its variables: which there are is asked once, since the
    /// standard library copies all of them to tell.
    pub fn of_command() -> Self {
        Self(Source::Command(OnceLock::new()))
    }

    /// An environment made of `pairs`, for tests. A name may stand in it twice, as in a real one.
    pub fn from_pairs<N: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(Source::Pairs(pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect()))
    }

    /// Names of all variables that carry secrets, escaped and sorted.
    pub fn secret_names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.names(carries_secret).iter().map(|name| shown(name)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Name and value of every variable of the service's configuration layer: `IGRA_` and a path whose names are joined by two
    /// underscores. Carriers of secrets are none of it.
    pub fn configuration_layer(&self) -> Vec<(String, SecretBytes)> {
        let is_layer = |name: &OsStr| {
            name.to_str().is_some_and(|text| text.starts_with("IGRA_") && text.contains("__"))
                && !carries_secret(name)
        };
        self.names(is_layer)
            .into_iter()
            .filter_map(|name| {
                let name = name.into_string().ok()?;
                let value = self.value(&name)?;
                Some((name, value))
            })
            .collect()
    }

    /// Name and value of every variable that carries a secret, in the order they stand in the environment.
    #[cfg(feature = "env-secrets")]
    #[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
    pub fn secrets(&self) -> Vec<(OsString, SecretBytes)> {
        let keep = |(name, value): (OsString, OsString)| {
            let mut value = value.into_vec();
            let secret = carries_secret(&name).then(|| SecretBytes::copy_from(&value));
            value.zeroize();
            Some((name, secret?))
        };
        match &self.0 {
            Source::Process | Source::Command(_) => std::env::vars_os().filter_map(keep).collect(),
            Source::Pairs(pairs) => pairs.iter().cloned().filter_map(keep).collect(),
        }
    }

    /// True when `IGRA_SECRETS_PASSPHRASE` is set. It is ignored, with one warning.
    pub fn has_igra_passphrase(&self) -> bool {
        !self.names(|name| name == IGRA_PASSPHRASE).is_empty()
    }

    /// True when a service that is started from here would find a passphrase in `IGRA_SECRETS_PASSPHRASE`, which it does not in a
    /// blank one. Nothing of the value is kept.
    pub fn gives_igra_passphrase(&self) -> bool {
        self.value(IGRA_PASSPHRASE).is_some_and(|value| !value.is_blank())
    }

    /// The value of a variable, for an `env:` source. Whether that source is allowed is the network's to say.
    pub fn value(&self, name: &str) -> Option<SecretBytes> {
        let mut value = self.raw(name)?.into_vec();
        let secret = SecretBytes::copy_from(&value);
        value.zeroize();
        Some(secret)
    }

    /// The value of a variable that holds no secret, as its name says; nothing for one that may.
    pub(crate) fn plain(&self, name: &str) -> Option<OsString> {
        if carries_secret(OsStr::new(name)) || name == IGRA_PASSPHRASE {
            return None;
        }
        self.raw(name)
    }

    /// `$CREDENTIALS_DIRECTORY`: where systemd puts the credentials of a unit.
    pub fn credentials_directory(&self) -> Option<PathBuf> {
        self.directory("CREDENTIALS_DIRECTORY")
    }

    /// `$STATE_DIRECTORY`: the state directory of a systemd unit, the first one when there are several.
    pub fn state_directory(&self) -> Option<PathBuf> {
        let all = self.raw("STATE_DIRECTORY")?.into_vec();
        let first = all.split(|&b| b == b':').next().unwrap_or_default();
        absolute(OsStr::from_bytes(first))
    }

    /// `$HOME`.
    pub fn home(&self) -> Option<PathBuf> {
        self.directory("HOME")
    }

    /// `$XDG_STATE_HOME`; the XDG specification has a relative one ignored.
    pub fn xdg_state_home(&self) -> Option<PathBuf> {
        self.directory("XDG_STATE_HOME")
    }

    /// True when `NO_COLOR` is set and not empty (<https://no-color.org>).
    pub fn no_color(&self) -> bool {
        self.raw("NO_COLOR").is_some_and(|value| !value.is_empty())
    }

    /// True when `TERM` is `dumb` or not set.
    pub fn is_dumb_terminal(&self) -> bool {
        self.raw("TERM").is_none_or(|value| value == "dumb")
    }

    fn directory(&self, name: &str) -> Option<PathBuf> {
        absolute(&self.raw(name)?)
    }

    /// A copy of a value.
    #[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
    fn raw(&self, name: &str) -> Option<OsString> {
        // The standard library may panic on a name that cannot be one.
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        match &self.0 {
            Source::Process | Source::Command(_) => std::env::var_os(name),
            Source::Pairs(pairs) => {
                pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
            }
        }
    }

    /// The names that are `wanted`.
    fn names(&self, wanted: impl Fn(&OsStr) -> bool) -> Vec<OsString> {
        let is_wanted = |name: &&OsString| wanted(name);
        match &self.0 {
            Source::Process => names_of_process().filter(|name| wanted(name)).collect(),
            Source::Command(names) => {
                let names = names.get_or_init(|| names_of_process().collect());
                names.iter().filter(is_wanted).cloned().collect()
            }
            Source::Pairs(pairs) => {
                pairs.iter().map(|(name, _)| name).filter(is_wanted).cloned().collect()
            }
        }
    }
}

/// The names of all variables. Values are wiped as they pass.
#[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
fn names_of_process() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, value)| {
        value.into_vec().zeroize();
        name
    })
}

/// A path, unless it is relative: no answer may depend on the working directory.
fn absolute(path: &OsStr) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    path.is_absolute().then_some(path)
}

/// True for the names that must not be there. Bytes, since a name need not be UTF-8 to be read by a service.
pub(crate) fn carries_secret(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.eq_ignore_ascii_case(IGRA_LEGACY.as_bytes())
        || SECRET_PREFIXES.iter().any(|prefix| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        })
}

/// A name as it may be printed: ASCII, without anything that drives a terminal, and not endless.
pub(crate) fn shown(name: &OsStr) -> String {
    let bytes = name.as_bytes();
    let start = bytes.get(..SHOWN).unwrap_or(bytes);
    let more = if start.len() < bytes.len() { "..." } else { "" };
    format!("{}{more}", start.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(names: &[&[u8]]) -> Environment {
        Environment::from_pairs(
            names.iter().map(|name| (OsString::from_vec(name.to_vec()), "hunter2-canary")),
        )
    }

    const CARRIER: &[u8] = b"IGRA_SECRET__igra_hd__wallet_secret";

    #[test]
    fn mainnet_refuses_testnet_warns_and_devnet_allows() {
        let names = vec![String::from_utf8_lossy(CARRIER).into_owned()];
        let environment = with(&[b"PATH", CARRIER]);
        let on = |mode| check(&environment, mode);
        assert_eq!(on(NetworkMode::Mainnet), EnvDecision::Refuse(names.clone()));
        assert_eq!(on(NetworkMode::Testnet), EnvDecision::Warn(names));
        assert_eq!(on(NetworkMode::Devnet), EnvDecision::Clean);
        for mode in NetworkMode::ALL {
            assert_eq!(check(&with(&[b"PATH", b"HOME"]), mode), EnvDecision::Clean);
        }
    }

    #[test]
    fn every_spelling_of_a_carrier_is_found() {
        for name in [
            CARRIER,
            b"igra_secret__x",
            b"Strongroom_Secret__a.b",
            b"STRONGROOM_SECRET__",
            b"KASPA_IGRA_WALLET_SECRET",
            b"kaspa_igra_wallet_secret",
            b"IGRA_SECRET__\xff\xfe",
        ] {
            assert_eq!(with(&[b"A", name, b"Z"]).secret_names().len(), 1, "{name:?}");
        }
        for name in [
            &b"IGRA_SECRET_"[..],
            b"IGRA_SECRETS_PASSPHRASE",
            b"XIGRA_SECRET__A",
            b"KASPA_IGRA_WALLET_SECRET_2",
            b"\xffIGRA_SECRET__",
            b"",
        ] {
            assert!(with(&[name]).secret_names().is_empty(), "{name:?}");
        }
    }

    #[test]
    fn names_are_escaped_and_values_never_shown() {
        let long = [b"IGRA_SECRET__".as_slice(), &[b'x'; 500]].concat();
        let names = with(&[b"IGRA_SECRET__\x1b[2J\xff", &long, CARRIER, CARRIER]).secret_names();
        assert_eq!(names.len(), 3);
        assert!(names.contains(&"IGRA_SECRET__\\x1b[2J\\xff".to_owned()));
        assert!(names.iter().all(|n| n.is_ascii() && n.len() < 400 && !n.contains("hunter2")));
        assert!(names.iter().any(|n| n.ends_with("x...")));
    }

    #[test]
    fn the_passphrase_of_igra_is_noticed_and_not_read() {
        assert!(with(&[b"IGRA_SECRETS_PASSPHRASE"]).has_igra_passphrase());
        assert!(!with(&[b"igra_secrets_passphrase"]).has_igra_passphrase());
    }

    #[test]
    fn what_may_be_a_secret_is_not_handed_out_as_a_plain_value() {
        let names = [IGRA_PASSPHRASE, IGRA_LEGACY, "igra_secret__x", "RUST_LOG"];
        let environment = Environment::from_pairs(names.map(|name| (name, "hunter2")));
        assert_eq!(
            names.map(|name| environment.plain(name).is_some()),
            [false, false, false, true]
        );
    }

    #[test]
    fn directories_must_be_absolute() {
        let environment = Environment::from_pairs([
            ("CREDENTIALS_DIRECTORY", "/run/credentials/x.service"),
            ("STATE_DIRECTORY", "/var/lib/a:/var/lib/b"),
            ("HOME", "relative/home"),
            ("XDG_STATE_HOME", ""),
            ("NO_COLOR", "1"),
        ]);
        assert_eq!(
            environment.credentials_directory(),
            Some(PathBuf::from("/run/credentials/x.service"))
        );
        assert_eq!(environment.state_directory(), Some(PathBuf::from("/var/lib/a")));
        assert_eq!(environment.home(), None);
        assert_eq!(environment.xdg_state_home(), None);
        assert!(environment.no_color());
        assert!(!Environment::from_pairs([("NO_COLOR", "")]).no_color());
    }

    #[test]
    fn a_value_is_given_byte_for_byte_when_asked_for() {
        let environment =
            Environment::from_pairs([(OsString::from("A"), OsString::from_vec(vec![0xff, b' ']))]);
        let value = environment.value("A").expect("set");
        assert_eq!(value.expose(), b"\xff ");
        assert!(environment.plain("A").is_some());
        for missing in ["B", "a", "", "A=B", "A\0"] {
            assert!(environment.value(missing).is_none(), "{missing:?}");
        }
    }

    #[test]
    fn the_environment_of_the_process_can_be_read() {
        for environment in [Environment::of_process(), Environment::of_command()] {
            for _ in 0..2 {
                assert_eq!(environment.names(|name| name == "PATH").len(), 1);
                assert!(environment.names(OsStr::is_empty).is_empty());
                assert!(environment.value("PATH").is_some_and(|path| !path.is_empty()));
            }
        }
    }
}

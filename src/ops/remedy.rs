//! The command that mends what was found at a store: with its real path and name in it, to be pasted into a shell.
//!
//! What each rule demands, and why, stands in [`config::rules`](crate::config::rules). Its remedy there is for any store; the one
//! here is for this one, whose format and network are known.

use std::path::Path;

use crate::config::rules::Id;
use crate::config::rules::finding::fill;
use crate::network::NetworkMode;
use crate::text::{quote_path, shell_quote};

/// The store that a finding is about, for the command that mends it.
pub struct Subject<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Whose rules hold.
    pub network: NetworkMode,
    /// Of our own format or Igra's.
    pub native: bool,
}

/// `store` as it stands in a command line: its path and, where the file does not say it, its network.
pub fn words(store: &Subject<'_>) -> String {
    format!("{}{}", quote_path(store.path), stated(store))
}

/// An Igra file does not say of which network it is, so every command on it has to.
fn stated(store: &Subject<'_>) -> String {
    match store.network {
        NetworkMode::Testnet | NetworkMode::Devnet if !store.native => {
            format!(" --network {}", store.network)
        }
        _ => String::new(),
    }
}

/// The command that mends `store`; `secret` is the one that the finding is about.
pub fn of(rule: Id, store: &Subject<'_>, secret: Option<&str>) -> String {
    let file = quote_path(store.path);
    let stated = stated(store);
    let run = |verb: &str, rest: &str| format!("secrets-admin {verb} {file}{rest}{stated}");
    let set = |name: &str| run("set", &format!(" {}", shell_quote(name)));
    match rule {
        Id::Sec003 => set("igra.hd.wallet_secret"),
        Id::Sec004 | Id::Sec005 | Id::Sec006 => set(secret.unwrap_or("igra.hd.payment_secret")),
        Id::Sec011 => set(secret.unwrap_or("NAME")),
        Id::Sec008 if store.native => run("keyslot add", " --label recovery"),
        Id::Sec008 => run("convert", &format!(" {file}.strongroom --to strongroom")),
        Id::Sec009 => {
            format!("set the right name and remove the wrong one: {}", run("list", ""))
        }
        Id::Sec010 => run("check", ""),
        Id::Kdf001 | Id::Kdf002 | Id::Kdf003 if store.native => run("passphrase change", ""),
        // The costs of an Igra file stay as they are unless others are named.
        Id::Kdf001 | Id::Kdf002 => {
            let costs = store.network.policy().kdf_default;
            run("passphrase change", &format!(" --kdf {costs}"))
        }
        Id::Sta001 => run("inventory pin", ""),
        Id::Host009 => {
            let accept = run("state accept-clock", " 'the clock was wrong'");
            format!("set the clock; if it is right now: {accept}")
        }
        Id::Pwd001 | Id::Pwd002 | Id::Pwd003 | Id::Pwd004 => {
            run("passphrase change", " --generate")
        }
        Id::Aud003 => run("audit verify", ""),
        Id::Aud004 => run("audit anchor", " --to syslog"),
        rule => generic(rule, store.path),
    }
}

/// The remedy that stands in the table of rules, with the path in the place of `FILE`.
pub fn generic(rule: Id, path: &Path) -> String {
    fill(rule.rule().fix, "FILE", &quote_path(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fix_is_a_command_with_the_real_path_in_it() {
        let path = Path::new("/srv/my store.bin");
        let at = |network, native| Subject { path, network, native };
        for (rule, native, command) in [
            (Id::Sec008, true, "keyslot add '/srv/my store.bin' --label recovery"),
            (
                Id::Sec008,
                false,
                "convert '/srv/my store.bin' '/srv/my store.bin'.strongroom --to strongroom --network testnet",
            ),
            (Id::Sec004, true, "set '/srv/my store.bin' igra.hd.payment_secret"),
            (
                Id::Kdf001,
                false,
                "passphrase change '/srv/my store.bin' --kdf m=65536,t=3,p=1 --network testnet",
            ),
            (Id::Pwd002, true, "passphrase change '/srv/my store.bin' --generate"),
        ] {
            let fix = of(rule, &at(NetworkMode::Testnet, native), None);
            assert_eq!(fix, format!("secrets-admin {command}"));
        }
        let fix = of(Id::Sec011, &at(NetworkMode::Mainnet, false), Some("it's"));
        assert_eq!(fix, r"secrets-admin set '/srv/my store.bin' 'it'\''s'");
    }
    #[test]
    fn no_rule_of_the_store_leaves_a_place_holder() {
        use crate::config::rules::{RULES, Subject as About};
        let path = Path::new("/srv/FILE of mine.bin");
        for rule in
            RULES.iter().filter(|rule| matches!(rule.subject, About::Store | About::Secrets))
        {
            for native in [true, false] {
                let store = Subject { path, network: NetworkMode::Mainnet, native };
                let fix = of(rule.id, &store, Some("api"));
                let rest = fix.replace("'/srv/FILE of mine.bin'", "");
                assert!(!rest.contains("FILE") && !rest.contains("NAME"), "{}: {fix}", rule.id);
            }
        }
        let fix = generic(Id::Sec002, path);
        assert_eq!(fix, Id::Sec002.rule().fix);
        let fix = generic(Id::Kdf003, path);
        assert_eq!(fix, "secrets-admin passphrase change '/srv/FILE of mine.bin'");
    }
}

//! What the rules are: `explain`, `--list-rules`, and `docs/rules.md`.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cli::{Answer, Failure};
use crate::config::rules::{Id, RULES, Rule, Severity};
use crate::network::NetworkMode;

/// Say what a rule demands, why, and what mends it
#[derive(clap::Args)]
pub struct Args {
    /// The rule's id, such as SEC-004
    rule: OsString,
}

/// Explains one rule.
pub fn run(args: &Args) -> Result<Answer, Failure> {
    let rule = args.rule.to_str().and_then(Id::parse).ok_or_else(|| {
        Failure::usage("there is no such rule").hint("validate-config --list-rules")
    })?;
    let rule = rule.rule();
    let mut text =
        format!("{}: {}\n\n  why: {}\n  fix: {}\n", rule.id, rule.title, rule.why, rule.fix);
    for network in NetworkMode::ALL {
        let _ = writeln!(text, "  {network}: {}", rule.level(network).name());
    }
    if rule.starred {
        text.push_str("  cannot be waived on mainnet\n");
    }
    if !rule.runtime.is_empty() {
        let _ = writeln!(text, "  enforced at run time too, by {}", rule.runtime);
    }
    let _ = writeln!(text, "  looks at: {}", rule.subject.name());
    if !rule.refs.is_empty() {
        let _ = writeln!(text, "  see: {}", rule.refs.join(", "));
    }
    Ok(Answer::new(text, value(rule)))
}

fn value(rule: &Rule) -> Value {
    json!({
        "rule": rule.id.name(), "title": rule.title, "why": rule.why, "fix": rule.fix,
        "mainnet": rule.levels[0].name(), "testnet": rule.levels[1].name(), "devnet": rule.levels[2].name(),
        "waivable_on_mainnet": !rule.starred,
        "runtime": if rule.runtime.is_empty() { Value::Null } else { rule.runtime.into() },
        "subject": rule.subject.name(), "refs": rule.refs,
    })
}

/// Lists all rules.
pub fn list() -> Answer {
    let mut text = String::from("RULE       M T D  TITLE\n");
    for rule in RULES {
        let star = if rule.starred { "*" } else { " " };
        let levels = rule.levels.map(letter);
        let _ = writeln!(text, "{:<9}{star} {}  {}", rule.id.name(), levels.join(" "), rule.title);
    }
    let starred = RULES.iter().filter(|rule| rule.starred).count();
    let _ = writeln!(text, "{} rules; {starred} (*) cannot be waived on mainnet", RULES.len());
    let rules: Vec<Value> = RULES.iter().map(value).collect();
    Answer::new(text, json!({ "rules": rules, "starred": starred }))
}

const fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Info => "I",
        Severity::Off => "-",
    }
}

/// The page of all rules; `docs/rules.md` is this and nothing else.
pub fn page() -> String {
    let starred = RULES.iter().filter(|rule| rule.starred).count();
    let mut text = format!("{HEAD}\n{} rules, {starred} of them starred.\n\n", RULES.len());
    text.push_str("| rule | M | T | D | demands | looks at |\n|---|---|---|---|---|---|\n");
    for rule in RULES {
        let star = if rule.starred { "\\*" } else { "" };
        let [m, t, d] = rule.levels.map(letter);
        let (id, title, subject) = (rule.id, rule.title, rule.subject.name());
        let anchor = id.name().to_lowercase();
        let _ =
            writeln!(text, "| [{id}](#{anchor}){star} | {m} | {t} | {d} | {title} | {subject} |");
    }
    text.push_str(SERVICE);
    for rule in RULES {
        let _ = write!(text, "\n### {}\n\n{}: {}.\n\n", rule.id, capital(rule.title), rule.why);
        let _ = writeln!(text, "- fix: {}", rule.fix.replace('<', "\\<"));
        if !rule.runtime.is_empty() {
            let _ = writeln!(text, "- enforced when the tools run, by `{}`", rule.runtime);
        }
        if !rule.refs.is_empty() {
            let _ = writeln!(text, "- see: {}", rule.refs.join(", "));
        }
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

const HEAD: &str = "# Rules of validate-config

This page is made from the table of rules in the source; a test fails when it is stale. `validate-config explain RULE` prints one.

M, T and D are mainnet, testnet and devnet. E is an error (exit 1: do not deploy), W a warning (exit 1 with `--strict`), I a remark,
- is not checked. A starred rule cannot be waived on mainnet.

A level goes up by `[security.levels]`; it never goes down. A finding is waived by an entry that ends:

```toml
[security.levels]
SEC-008 = \"error\"

[[security.waive]]
rule = \"HOST-001\"
until = 2027-01-31
reason = \"swap is encrypted below the hypervisor\"
```

A rule whose subject was not looked at (`--config-only`, `--no-host`, no `--unit`, a store that tells nothing without a passphrase) is
listed as not examined and never counted as met.
";

const SERVICE: &str = "
## What the service itself will say

`SVC-nn` are the checks of the Igra service's own validator, in its order. Where a rule of ours says the same, our finding carries the
forecast and no `SVC` finding is made. Where its rule is faulty, our verdict differs:

| rule | the service | here |
|---|---|---|
| SVC-02 | compares the network letter by letter: `Mainnet` is refused | a warning: the service will refuse; the network is right |
| SVC-08 | demands the passphrase in a variable on mainnet | a warning; a variable in the unit is ENV-004, a warning too, since the operator cannot change the service |
| SVC-16 to SVC-19 | take `127.evil.example` for this host, by its first letters | NET-005, an error |
| | take `evil#@127.0.0.1` for this host | NET-005, an error: a connection goes to `evil` |
| | do not see that `[::1]` and `LOCALHOST` are this host | a warning: the service will refuse |
| SVC-19 | writes the URL with its credential to the log | never printed; NET-008 tells of it |
| SVC-29 | searches data_dir for the letters `test`: `/srv/latest` is refused | a warning, unless a word of the path is one of a test |
| SVC-36 | searches the derivation path for the digits: `1111101'` passes | NET-003: a step must be the coin type |
| SVC-13 | the age stands in a header that can be edited | told as the header tells it |
| shape checks | stop the service when it loads the file, but not its static validator | SHP warnings |

Not in the service at all: secrets in variables (`IGRA_SECRET__*`), strength of passphrases, payment_secret, plaintext secrets, checksums of
addresses, unknown keys.

## Each rule
";

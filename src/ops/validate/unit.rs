//! Unit files and their kin, read for what starts the service: variables, command lines, limits.
//!
//! Four forms, told apart by name and content: systemd units and drop-ins, crontabs, compose files, files of variables. Only
//! what the rules need is understood; a line that is not is passed over. Values of variables are dropped as they are read,
//! but for a short list that cannot be secrets.

use std::path::{Path, PathBuf};

use super::look::{self, Root};
use crate::config::rules::facts::{SECRET_VALUE, Unit, Variable};
use crate::config::rules::leak;
use crate::environment;

/// Largest file.
const MAX: usize = 1 << 20;

/// Variables whose values are kept.
const KEPT: [&str; 5] =
    ["RUST_LOG", "RUST_BACKTRACE", "KASPA_IGRA_LOG_DIR", "KASPA_DATA_DIR", "KASPA_CONFIG_PATH"];

/// A variable, with its value only where it cannot be a secret.
pub fn variable(name: &str, value: &str, line: Option<(String, usize)>) -> Variable {
    // The service's configuration layer is laid over the file; what may be a secret in it is not kept either.
    let layer = name.starts_with("IGRA_")
        && name.contains("__")
        && !environment::carries_secret(name.as_ref())
        && leak::kind_of(value).is_none()
        && !name.to_ascii_uppercase().ends_with("_TOKEN")
        && !name.to_ascii_uppercase().contains("SEED");
    let kept = if KEPT.contains(&name) || layer {
        Some(value.to_owned())
    } else {
        leak::kind_of(value).map(|_| SECRET_VALUE.to_owned())
    };
    Variable {
        name: environment::shown(name.as_ref()),
        carrier: environment::carries_secret(name.as_ref()),
        value: kept,
        blank: value.trim().is_empty(),
        utf8: true,
        line,
    }
}

/// A variable that the unit passes on, whatever is in it.
fn passed_on(name: &str, line: (String, usize)) -> Variable {
    Variable { blank: false, ..variable(name, "", Some(line)) }
}

/// Reads a unit, or every unit of a directory (`x.service.d` holds drop-ins).
pub fn read_all(root: &Root, path: &Path) -> Option<Vec<Unit>> {
    let real = root.real(path);
    let stat = look::stat(&real).ok()??;
    if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::Directory {
        let mut units = vec![read(root, path)?];
        let drop_ins = PathBuf::from(format!("{}.d", path.display()));
        let more = look::names(&root.real(&drop_ins));
        units.extend(more.iter().filter_map(|name| read(root, &drop_ins.join(name))));
        return Some(merge_drop_ins(units));
    }
    let names = look::names(&real);
    Some(names.iter().filter_map(|name| read(root, &path.join(name))).collect())
}

/// What drop-ins set is the unit's.
fn merge_drop_ins(mut units: Vec<Unit>) -> Vec<Unit> {
    let settings: Vec<_> = units.iter().skip(1).flat_map(|unit| unit.settings.clone()).collect();
    if let Some(first) = units.first_mut() {
        first.settings.extend(settings);
    }
    for unit in units.iter_mut().skip(1) {
        unit.is_service = false;
    }
    units
}

fn read(root: &Root, path: &Path) -> Option<Unit> {
    let text = look::text(&root.real(path), MAX)?;
    let mut unit = parse(&crate::text::escape(&path.display().to_string()), &text);
    let files: Vec<String> = unit
        .settings
        .iter()
        .filter(|(key, _, _)| key == "EnvironmentFile")
        .map(|(_, value, _)| value.trim_start_matches('-').trim().to_owned())
        .collect();
    for file in files {
        if let Some(text) = look::text(&root.real(Path::new(&file)), MAX) {
            unit.variables.extend(env_file(&crate::text::escape(&file), &text));
        }
    }
    Some(unit)
}

/// Reads the text of a file of any of the forms.
pub fn parse(path: &str, text: &str) -> Unit {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let mut unit = Unit { path: path.to_owned(), ..Unit::default() };
    if matches!(ending, "yml" | "yaml") {
        compose(&mut unit, text);
    } else if text.lines().any(|line| line.trim().starts_with('[')) {
        systemd(&mut unit, text);
    } else if ending == "env" || is_env_file(text) {
        unit.variables = env_file(path, text);
    } else {
        crontab(&mut unit, text);
    }
    unit
}

fn is_env_file(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.all(|line| {
        let name = line.trim_start_matches("export ").split('=').next().unwrap_or_default();
        line.contains('=') && !name.contains([' ', '\t', '*'])
    })
}

/// `NAME=value` lines, as systemd and compose read them.
pub fn env_file(path: &str, text: &str) -> Vec<Variable> {
    let entry = |(n, line): (usize, &str)| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let plain = !name.is_empty() && !name.starts_with('#') && !name.contains(' ');
        let value = value.trim().trim_matches(['"', '\'']);
        plain.then(|| variable(name, value, Some((path.to_owned(), n + 1))))
    };
    text.lines().enumerate().filter_map(entry).collect()
}

/// Lines of a unit with continuations joined, each with the number of its first line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if open && line.starts_with(['#', ';']) {
            continue;
        }
        let (line, goes_on) = match line.strip_suffix('\\') {
            Some(line) => (line.trim_end(), true),
            None => (line, false),
        };
        match all.last_mut().filter(|_| open) {
            Some((_, before)) => {
                before.push(' ');
                before.push_str(line);
            }
            None => all.push((n + 1, line.to_owned())),
        }
        open = goes_on;
    }
    all
}

fn systemd(unit: &mut Unit, text: &str) {
    for (line, text) in logical_lines(text) {
        if text.starts_with('[') {
            unit.is_service |= text == "[Service]";
            continue;
        }
        let Some((key, value)) = text.split_once('=').filter(|_| !text.starts_with(['#', ';']))
        else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        if key.starts_with("Exec") {
            let value = value.trim_start_matches(['-', '@', ':', '+', '!']);
            unit.commands.push((line, words(value)));
        } else if key == "Environment" {
            for word in words(value) {
                if let Some((name, value)) = word.split_once('=') {
                    unit.variables.push(variable(name, value, Some((unit.path.clone(), line))));
                }
            }
        } else if key == "PassEnvironment" {
            let names = value.split_whitespace();
            let pass = names.map(|name| passed_on(name, (unit.path.clone(), line)));
            unit.variables.extend(pass);
        } else {
            unit.settings.push((key.to_owned(), value.to_owned(), line));
        }
    }
    // A drop-in for a service has the section; only a unit that starts something has defaults to judge.
    unit.is_service &= !unit.commands.is_empty();
}

fn crontab(unit: &mut Unit, text: &str) {
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let first = line.split('=').next().unwrap_or_default();
        let assigns = line.contains('=')
            && first.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if assigns {
            unit.variables.extend(env_file(&unit.path, line).into_iter().map(|mut variable| {
                variable.line = Some((unit.path.clone(), n + 1));
                variable
            }));
        } else {
            let skip = if line.starts_with('@') { 1 } else { 5 };
            let words = words(line).into_iter().skip(skip).collect();
            unit.commands.push((n + 1, words));
        }
    }
}

/// `environment:` entries and `command:` lines of a compose file, line by line.
fn compose(unit: &mut Unit, text: &str) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut inside: Option<(usize, &str)> = None;
    for (n, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if inside.is_some_and(|(depth, _)| indent(line) <= depth && !bare.starts_with("- ")) {
            inside = None;
        }
        let item = bare.trim_start_matches("- ").trim_matches(['"', '\'']);
        match inside {
            Some((_, "environment")) => {
                let line = (unit.path.clone(), n + 1);
                let pair = item.split_once('=').or_else(|| item.split_once(':'));
                unit.variables.push(match pair {
                    Some((name, value)) => {
                        let value = value.trim().trim_matches(['"', '\'']);
                        variable(name.trim(), value, Some(line))
                    }
                    None => passed_on(item.trim(), line),
                });
            }
            Some((_, "command")) => match unit.commands.last_mut() {
                Some((_, words)) => words.push(item.to_owned()),
                None => unit.commands.push((n + 1, vec![item.to_owned()])),
            },
            _ => {
                let (key, value) = bare.split_once(':').unwrap_or((bare, ""));
                let value = value.trim();
                match key {
                    "environment" => inside = Some((indent(line), "environment")),
                    "command" | "entrypoint" if value.is_empty() => {
                        unit.commands.push((n + 1, Vec::new()));
                        inside = Some((indent(line), "command"));
                    }
                    "command" | "entrypoint" => {
                        let list = value.trim_matches(['[', ']']).replace(',', " ");
                        unit.commands.push((n + 1, words(&list)));
                    }
                    "user" => unit.settings.push(("User".to_owned(), value.to_owned(), n + 1)),
                    _ => {}
                }
            }
        }
    }
}

/// Words as a shell or systemd takes them apart, quotes removed.
pub fn words(text: &str) -> Vec<String> {
    let (mut all, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, any) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    all.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        all.push(word);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(unit: &Unit) -> Vec<&str> {
        unit.variables.iter().map(|variable| variable.name.as_str()).collect()
    }

    #[test]
    fn a_service_is_understood() {
        let unit = parse(
            "/etc/systemd/system/igra.service",
            "[Unit]\nDescription=x\n[Service]\nUser=igra\nLimitCORE=0\n# Environment=NO=1\n\
             Environment=\"A=b c\" KASPA_IGRA_LOG_DIR=/var/log/igra\nExecStart=-/usr/bin/igra \\\n  --log-level debug\n",
        );
        assert!(unit.is_service);
        assert_eq!(names(&unit), ["A", "KASPA_IGRA_LOG_DIR"]);
        assert_eq!(unit.variables[1].value.as_deref(), Some("/var/log/igra"));
        assert_eq!(unit.variables[0].value, None);
        let words = ["/usr/bin/igra", "--log-level", "debug"].map(str::to_owned).to_vec();
        assert_eq!(unit.commands, [(8, words)]);
        assert_eq!(unit.setting("User"), Some(("igra", 4)));
    }

    #[test]
    fn crontabs_compose_files_and_variables_are_told_apart() {
        let cron =
            parse("/etc/cron.d/igra", "MAILTO=root\n5 4 * * * igra run --x 'a b'\n@daily y z\n");
        assert_eq!(names(&cron), ["MAILTO"]);
        assert_eq!(cron.commands[0].1, ["igra", "run", "--x", "a b"]);
        assert_eq!(cron.commands[1], (3, vec!["y".to_owned(), "z".to_owned()]));
        let compose = parse(
            "compose.yml",
            "services:\n  igra:\n    environment:\n      - IGRA_SECRET__a__b=x\n      RUST_LOG: debug\n    command: [\"igra\", \"--token\", \"t\"]\n",
        );
        assert_eq!(names(&compose), ["IGRA_SECRET__a__b", "RUST_LOG"]);
        assert!(compose.variables[0].carrier);
        assert_eq!(compose.commands[0].1, ["igra", "--token", "t"]);
        let env = parse("/srv/igra/.env", "# x\nexport A='1'\nB=2\n");
        assert_eq!(names(&env), ["A", "B"]);
    }

    #[test]
    fn no_value_is_kept_that_could_be_a_secret() {
        let hex = "ab".repeat(32);
        let unit = parse("x.env", &format!("A={hex}\nB=hunter2\n"));
        assert_eq!(unit.variables[0].value.as_deref(), Some(SECRET_VALUE));
        assert!(!format!("{unit:?}").contains("hunter2") && !format!("{unit:?}").contains(&hex));
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in ["", "[", "=", "[Service]\nExecStart=\\", "'", "- ", ":", "a\\\n\\\n"] {
            for path in ["a.service", "b.yml", "c.env", "d"] {
                let _ = parse(path, text);
            }
        }
    }
}

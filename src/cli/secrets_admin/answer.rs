//! Answers that several commands give.

use std::ffi::OsString;

use serde_json::{Value, json};

use crate::cli::{Answer, Context, Failure, notices};
use crate::crypto::kdf::KdfParams;
use crate::name::SecretName;
use crate::ops::Outcome;

/// The answer to a change of the store at `file`: a line for people, the new generation for scripts; under `--dry-run` the plan.
pub fn change(
    context: &mut Context,
    file: &std::path::Path,
    outcome: &Outcome,
    done: &str,
    mut extra: Value,
) -> Answer {
    notices::print(context, file, &outcome.notices);
    let Some(receipt) = &outcome.receipt else {
        let plan = &outcome.plan;
        let text = plan.iter().fold(String::new(), |text, step| text + "would " + step + "\n");
        return Answer::new(text, json!({ "dry_run": true, "plan": plan }));
    };
    extra["generation"] = match receipt.generation {
        0 => Value::Null,
        generation => generation.into(),
    };
    extra["plan"] = outcome.plan.clone().into();
    let text = match receipt.generation {
        0 => format!("{done}\n"),
        generation => format!("{done} (generation {generation})\n"),
    };
    Answer::new(text, extra)
}

/// The words of `[FILE] NAME`: one is the name, two are the store and the name. Told apart here, since clap decides at the
/// first of them and so refuses an option between the two, and both behind `--`.
pub fn file_and_name<'a>(
    first: Option<&'a OsString>,
    second: Option<&'a OsString>,
    (what, command): (&str, &str),
) -> Result<(Option<&'a OsString>, &'a OsString), Failure> {
    match (first, second) {
        (file, Some(name)) => Ok((file, name)),
        (Some(name), None) => Ok((None, name)),
        (None, None) => Err(Failure::usage(format!("{what} is missing"))
            .hint(format!("secrets-admin {command} --help"))),
    }
}

/// The name of a secret to be stored. A refused text is never repeated.
pub fn secret_name(text: &std::ffi::OsStr) -> Result<SecretName, Failure> {
    text.to_str()
        .ok_or_else(|| Failure::usage("a secret's name has only letters, digits, '.', '_' and '-'"))
        .and_then(|text| {
            SecretName::parse(text)
                .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))
        })
}

/// The name of a secret to be looked up: Igra's may be any text.
pub fn any_name(text: &std::ffi::OsStr) -> Result<&str, Failure> {
    text.to_str().ok_or_else(|| Failure::usage("a secret's name is valid UTF-8"))
}

/// `m=KIB,t=N,p=N`, in any order; what is not given is taken from `base`.
pub fn kdf(text: Option<&OsString>, base: KdfParams) -> Result<Option<KdfParams>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || Failure::usage("--kdf takes m=KIB,t=N,p=N, such as m=262144,t=3,p=1");
    let (mut m, mut t, mut p) = (base.m_kib(), base.t(), base.p());
    for part in text.to_str().ok_or_else(wrong)?.split(',') {
        let (key, value) = part.split_once('=').ok_or_else(wrong)?;
        let value = value.parse().map_err(|_| wrong())?;
        match key.trim() {
            "m" => m = value,
            "t" => t = value,
            "p" => p = value,
            _ => return Err(wrong()),
        }
    }
    KdfParams::new(m, t, p)
        .map(Some)
        .map_err(|error| Failure::from_error(crate::kind::Kind::Usage, &error, Vec::new()))
}

/// Costs as JSON.
pub fn kdf_json(params: KdfParams) -> Value {
    json!({ "m_kib": params.m_kib(), "t": params.t(), "p": params.p() })
}

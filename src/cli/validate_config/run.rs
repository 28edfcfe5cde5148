//! The check itself: read, ask, render.

use std::path::{Path, PathBuf};

use super::input::{self, Form};
use super::{Args, fix, outputs, render};
use crate::cli::needs::Needs;
use crate::cli::output::Format;
use crate::cli::setup::Setup;
use crate::cli::source::reader::Purpose;
use crate::cli::{Answer, Context, Failure};
use crate::config::rules::facts::{SECRET_VALUE, Unit};
use crate::config::rules::{Report, Severity};
use crate::config::tree::Tree;
use crate::config::{ConfigError, Reading};
use crate::kind::Kind;
use crate::ops::validate::{self, Request, Root};

/// A report with what is needed to write it down.
pub struct Run<'a> {
    /// The file, as it is shown.
    pub path: String,
    /// It, read.
    pub reading: &'a Reading<'a>,
    /// The answer.
    pub report: &'a Report,
    /// The network that was checked.
    pub network: crate::network::NetworkMode,
    /// Whether warnings stop the deployment.
    pub strict: bool,
    /// Whether nothing but the file was looked at.
    pub config_only: bool,
    /// What the answers about secrets rest on.
    pub basis: String,
}

impl Run<'_> {
    /// True when nothing stops the deployment.
    pub fn is_ok(&self) -> bool {
        self.report.is_ok(self.strict)
    }
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let form = match &args.format {
        Some(word) => Form::parse(word)?,
        None if context.output.format() == Format::Json => Form::Json,
        None => Form::Text,
    };
    if context.output.format() == Format::Json && form != Form::Json {
        return Err(Failure::usage("--json cannot be used with another --format"));
    }
    if form == Form::Json {
        let quiet = context.globals.quiet;
        context.output.configure(Format::Json, quiet);
    }
    let outputs: Vec<(Form, PathBuf)> =
        args.output.iter().map(|word| Form::parse_output(word)).collect::<Result<_, _>>()?;
    input::set_clock(context, args.now.as_ref())?;
    let path = input::config_path(context, args.file.as_ref())?;
    let bytes = input::read(context, &path)?;
    let reading = Reading::of(&bytes, &path).map_err(|error| unreadable(&error))?;
    let network = context.globals.network.unwrap_or_default();
    let request = request(args, context, &path, &reading)?;
    let image = request.root.0.is_some().then_some(&request.root);
    let setup = Setup::for_gate(context, reading.config.clone(), network, image);
    let credentials = if args.unlock && !reading.broken {
        let source = context.globals.passphrase_from.clone();
        Needs::new().passphrase(Purpose::OPEN, source.as_ref()).check(context)?;
        Some(setup.credentials(context, network)?)
    } else {
        None
    };
    let desk = setup.looking_desk();
    let progress = context.progress("checking");
    let mut report = validate::validate(&desk, &request, credentials.as_ref())?;
    drop(progress);
    if args.fix && fix::offer(context, &request, &report)? {
        report = validate::validate(&desk, &request, credentials.as_ref())?;
    }
    let run = Run {
        path: crate::text::escape(&path.display().to_string()),
        reading: &reading,
        report: &report,
        network,
        strict: args.strict,
        config_only: args.config_only,
        basis: report.basis.clone(),
    };
    for (form, path) in &outputs {
        outputs::write(path, &render::render(&run, *form))?;
    }
    Ok(answer(context, &run, form))
}

/// A size is a matter of use; what is not text is a configuration that does not parse.
fn unreadable(error: &ConfigError) -> Failure {
    let kind = match error {
        ConfigError::TooLarge { .. } => Kind::Usage,
        ConfigError::At { .. } => Kind::Findings,
    };
    Failure::from_error(kind, error, Vec::new())
}

fn answer(context: &mut Context, run: &Run<'_>, form: Form) -> Answer {
    let kind = if run.is_ok() { Kind::Ok } else { Kind::Findings };
    if form == Form::Nagios {
        context.exit_code = Some(render::nagios::status(run).code());
    }
    let answer = match form {
        Form::Json => Answer::silent(render::json::value(run)),
        form => Answer::new(render::render(run, form), serde_json::Value::Null),
    };
    answer.ending(kind)
}

fn request<'a>(
    args: &Args,
    context: &Context,
    path: &'a Path,
    reading: &'a Reading<'a>,
) -> Result<Request<'a>, Failure> {
    let root = Root(args.root.clone().map(PathBuf::from));
    if let Some(dir) = &root.0
        && !rustix::fs::stat(dir).is_ok_and(|stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Directory
        })
    {
        return Err(Failure::usage("--root names no directory"));
    }
    let mut units = Vec::new();
    for unit in &args.unit {
        let found = validate::read_units(&root, Path::new(unit))
            .ok_or_else(|| Failure::usage("--unit names no file or directory that can be read"))?;
        units.extend(found);
    }
    for node in reading.tree.list("security.env_files").iter().filter(|_| !args.config_only) {
        let file = Path::new(node.text().unwrap_or_default());
        units.extend(validate::read_units(&root, file).unwrap_or_default());
    }
    let process = validate::process_variables(&context.environment);
    let has_passphrase = context.environment.gives_igra_passphrase();
    let mut start = validate::start_of(&units, &process, has_passphrase);
    let word = |word: &Option<std::ffi::OsString>| {
        word.as_ref().map(|word| word.to_string_lossy().into_owned())
    };
    start.allow_remote_rpc |= args.allow_remote_rpc;
    start.log_level = word(&args.log_level).or(start.log_level);
    start.profile = word(&args.profile).or(start.profile);
    let mut tree = reading.tree.clone();
    let mut layer = Vec::new();
    if !args.config_only {
        layer = lay_variables(&mut tree, context, &units);
    }
    // A variable may name the profile whose overlay it then lies over.
    let active = start.profile.as_deref().or_else(|| tree.text("service.active_profile"));
    if let Some(profile) = active {
        tree = layered(reading, profile, args.profile.is_some())?;
        if !args.config_only {
            lay_variables(&mut tree, context, &units);
        }
    }
    Ok(Request {
        config_path: (path != Path::new("-")).then_some(path),
        reading,
        tree,
        network: context.globals.network.unwrap_or_default(),
        service_uid: validate::service_uid(&root, &units),
        start,
        units,
        root,
        host: !args.no_host,
        config_only: args.config_only,
        store: context.globals.store.clone(),
        process,
        layer,
    })
}

/// The tree with the overlay of the active profile. One that is named and missing is a mistake of whoever named it.
fn layered(reading: &Reading<'_>, profile: &str, typed: bool) -> Result<Tree, Failure> {
    let is_there = reading
        .tree
        .at("profiles")
        .and_then(|node| node.table())
        .is_some_and(|table| table.0.contains_key(profile));
    if typed && !is_there && !reading.broken {
        return Err(Failure::usage("--profile names no [profiles.NAME] of the configuration"));
    }
    Ok(reading.tree.with_profile(profile))
}

/// Variables of the service's configuration layer: of this process, and over them those of the units that start the service.
/// Answers with those that mean nothing; the service need not be started from this process, so that its own are worth a warning.
fn lay_variables(
    tree: &mut Tree,
    context: &Context,
    units: &[Unit],
) -> Vec<(String, String, Severity)> {
    let mut wrong = Vec::new();
    for (name, value) in context.environment.configuration_layer() {
        if let Ok(text) = std::str::from_utf8(value.expose())
            && let Err(why) = tree.lay_variable(&name, text)
        {
            wrong.push((crate::text::escape(&name), why, Severity::Warning));
        }
    }
    for variable in units.iter().flat_map(|unit| &unit.variables) {
        if let Some(text) = &variable.value
            && text != SECRET_VALUE
            && let Err(why) = tree.lay_variable(&variable.name, text)
        {
            wrong.push((variable.name.clone(), why, Severity::Error));
        }
    }
    wrong
}

/// How bad the whole is.
pub fn worst(report: &Report) -> Severity {
    report.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Off)
}

//! The check itself: read, ask, render.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::input::{self, Form};
use super::{Args, MoreArgs, fix, outputs, render};
use crate::cli::needs::Needs;
use crate::cli::output::Format;
use crate::cli::setup::Setup;
use crate::cli::source::reader::Purpose;
use crate::cli::{Answer, Context, Failure};
use crate::config::rules::facts::{SECRET_VALUE, Unit};
use crate::config::rules::{Report, Severity};
use crate::config::tree::Tree;
use crate::config::{ConfigError, Reading};
use crate::environment::Environment;
use crate::kind::Kind;
use crate::ops::validate::{self, Request, Root};
use crate::secret::SecretBytes;

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

pub(super) fn run(args: &Args, more: &MoreArgs, context: &mut Context) -> Result<Answer, Failure> {
    let form = match &more.format {
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
        more.output.iter().map(|word| Form::parse_output(word)).collect::<Result<_, _>>()?;
    input::set_clock(context, more.now.as_ref())?;
    let path = input::config_path(context, args.file.as_ref())?;
    let bytes = input::read(context, &path)?;
    let reading = Reading::of(&bytes, &path).map_err(|error| unreadable(&error))?;
    let network = context.globals.network.unwrap_or_default();
    let request = request(args, more, context, &path, &reading)?;
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
    if more.fix && fix::offer(context, &request, &report)? {
        report = validate::validate(&desk, &request, credentials.as_ref())?;
    }
    let run = Run {
        path: crate::text::escape(&path.display().to_string()),
        reading: &reading,
        report: &report,
        network,
        strict: args.strict,
        config_only: more.config_only,
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
    more: &MoreArgs,
    context: &Context,
    path: &'a Path,
    reading: &'a Reading<'a>,
) -> Result<Request<'a>, Failure> {
    let root = Root(more.root.clone().map(PathBuf::from));
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
    for node in reading.tree.list("security.env_files").iter().filter(|_| !more.config_only) {
        let file = Path::new(node.text().unwrap_or_default());
        units.extend(validate::read_units(&root, file).unwrap_or_default());
    }
    let process = validate::process_variables(&context.environment);
    let has_passphrase = context.environment.gives_igra_passphrase();
    let mut start = validate::start_of(&units, &process, has_passphrase);
    let word = |word: &Option<std::ffi::OsString>| {
        word.as_ref().map(|word| word.to_string_lossy().into_owned())
    };
    start.allow_remote_rpc |= more.allow_remote_rpc;
    start.log_level = word(&more.log_level).or(start.log_level);
    start.profile = word(&more.profile).or(start.profile);
    let mut tree = Cow::Borrowed(&reading.tree);
    let variables =
        if more.config_only { Vec::new() } else { Layer::of(&context.environment, &units) };
    let layer = Layer::lay(&variables, &mut tree);
    // A variable may name the profile whose overlay it then lies over.
    let of_tree = || tree.text("service.active_profile").map(str::to_owned);
    if let Some(profile) = start.profile.clone().or_else(of_tree) {
        tree = layered(reading, &profile, more.profile.is_some())?;
        Layer::lay(&variables, &mut tree);
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
        config_only: more.config_only,
        store: context.globals.store.clone(),
        process,
        layer,
    })
}

/// The tree with the overlay of the active profile. One that is named and missing is a mistake of whoever named it.
fn layered<'a>(
    reading: &'a Reading<'_>,
    profile: &str,
    typed: bool,
) -> Result<Cow<'a, Tree>, Failure> {
    let profiles = reading.tree.at("profiles").and_then(|node| node.table());
    let overlay = profiles.and_then(|table| table.0.get(profile));
    if typed && overlay.is_none() && !reading.broken {
        return Err(Failure::usage("--profile names no [profiles.NAME] of the configuration"));
    }
    Ok(reading.tree.with_overlay(overlay))
}

/// A variable of the service's configuration layer.
struct Layer<'a> {
    name: Cow<'a, str>,
    /// What it holds, where that is text.
    text: Text<'a>,
}

/// A value from one of the places where variables are set.
enum Text<'a> {
    /// In this process. The service need not be started from it, so that one that means nothing is worth a warning.
    Process(SecretBytes),
    /// In a unit that starts the service.
    Unit(&'a str),
}

impl<'a> Layer<'a> {
    /// Those of this process, and after them those of the units that start the service.
    fn of(environment: &Environment, units: &'a [Unit]) -> Vec<Self> {
        let process = environment.configuration_layer().into_iter();
        let of_units = units.iter().flat_map(|unit| &unit.variables);
        let of_units = of_units.filter_map(|variable| {
            let text = variable.value.as_deref().filter(|text| *text != SECRET_VALUE)?;
            let is_layer = variable.name.starts_with("IGRA_");
            is_layer.then(|| Self { name: (&variable.name).into(), text: Text::Unit(text) })
        });
        process
            .map(|(name, value)| Self { name: name.into(), text: Text::Process(value) })
            .chain(of_units)
            .collect()
    }

    /// Lays them over the tree, and answers with those that mean nothing.
    fn lay(variables: &[Self], tree: &mut Cow<'_, Tree>) -> Vec<(String, String, Severity)> {
        let mut wrong = Vec::new();
        for Self { name, text } in variables {
            let (text, severity) = match text {
                Text::Process(value) => (std::str::from_utf8(value.expose()), Severity::Warning),
                Text::Unit(text) => (Ok(*text), Severity::Error),
            };
            if let Ok(text) = text
                && let Err(why) = tree.to_mut().lay_variable(name, text)
            {
                wrong.push((crate::text::escape(name), why, severity));
            }
        }
        wrong
    }
}

/// How bad the whole is.
pub fn worst(report: &Report) -> Severity {
    report.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Off)
}

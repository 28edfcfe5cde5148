//! `--fix`: closes modes and makes directories, after it has shown the plan and asked.

use crate::cli::{Context, Failure};
use crate::config::rules::{Id, Place, Report};
use crate::ops::validate::mend::Step;
use crate::ops::validate::{self, Request};

/// Offers what can be mended safely; true when something was.
pub fn offer(
    context: &mut Context,
    request: &Request<'_>,
    report: &Report,
) -> Result<bool, Failure> {
    let steps = plan(request, report);
    if steps.is_empty() {
        context.output.note("there is nothing that --fix would mend");
        return Ok(false);
    }
    for step in &steps {
        context.output.warn(&format!("--fix would: {step}"));
    }
    if context.globals.dry_run || !context.confirm("do this now?")? {
        return Ok(false);
    }
    for step in &steps {
        step.take()?;
    }
    Ok(true)
}

/// Steps for findings about modes, and for directories that the service does not make.
fn plan(request: &Request<'_>, report: &Report) -> Vec<Step> {
    let mut steps = Vec::new();
    for finding in &report.findings {
        let can_close = matches!(
            finding.rule,
            Id::Fil001
                | Id::Fil005
                | Id::Fil011
                | Id::Aud002
                | Id::Svc24
                | Id::Svc25
                | Id::Svc26
                | Id::Svc27
                | Id::Svc28
        );
        if !can_close {
            continue;
        }
        let Place::Path(path) = &finding.place else { continue };
        let path = std::path::Path::new(path);
        let is_config = request.config_path == Some(path);
        let real = if is_config { path.to_path_buf() } else { request.root.real(path) };
        let Ok(Some(stat)) = validate::stat(&real) else { continue };
        let from = stat.st_mode & 0o7777;
        let to = from & !0o077;
        let step = Step::Close { path: real, from, to };
        if to != from && !steps.contains(&step) {
            steps.push(step);
        }
    }
    let missing = validate::missing_directories(request);
    steps.extend(missing.into_iter().map(|path| Step::Make(request.root.real(&path))));
    steps
}

//! The report in each form. Every form is made of the same value and adds nothing to it.

mod excerpt;
pub mod json;
mod junit;
pub mod nagios;
mod sarif;
mod text;

use super::input::Form;
use super::run::Run;
use crate::config::Position;
use crate::config::rules::{Finding, Place};

/// The report as text of a form.
pub fn render(run: &Run<'_>, form: Form) -> String {
    match form {
        Form::Text => text::render(run),
        Form::Json => {
            let mut value = json::value(run);
            value["schema_version"] = crate::cli::answer::SCHEMA_VERSION.into();
            crate::cli::escape::json_line(&value) + "\n"
        }
        Form::Junit => junit::render(run),
        Form::Sarif => crate::cli::escape::json_line(&sarif::value(run)) + "\n",
        Form::Nagios => nagios::line(run),
    }
}

/// Where a finding stands: a file, and a place in it.
fn location(run: &Run<'_>, finding: &Finding) -> (Option<String>, Option<Position>) {
    match &finding.place {
        Place::None => (None, None),
        Place::Config(start, _) => (Some(run.path.clone()), Some(run.reading.position(*start))),
        // Line 0 stands for something that a file lacks.
        Place::Line(path, 0) | Place::Path(path) => (Some(path.clone()), None),
        Place::Line(path, line) => (Some(path.clone()), Some(Position { line: *line, column: 1 })),
        Place::Variable(name) => (Some(format!("environment variable {name}")), None),
    }
}

//! How far long work has come.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;
use super::progress::PATIENCE;

/// A bar on stderr, for work whose length is known. Nothing at all when stderr is no terminal, or with `--quiet` or `--json`.
pub struct Bar {
    shows: bool,
    template: &'static str,
    message: String,
    start: Instant,
    drawn: Option<ProgressBar>,
}

impl Bar {
    /// Announces `what`, such as `verifying`, once it has taken a while.
    pub fn new(output: &Output, what: &str) -> Self {
        let message = format!("{}: {what}", output.tool());
        Self {
            shows: output.shows_progress(),
            template: "{msg} {wide_bar} {percent}%",
            message,
            start: Instant::now(),
            drawn: None,
        }
    }

    /// The same for work that is counted in bytes: with throughput and the time that is left.
    pub fn of_bytes(output: &Output, what: &str) -> Self {
        let mut bar = Self::new(output, what);
        bar.template = "{msg} {wide_bar} {percent}% {binary_bytes_per_sec} {eta} left";
        bar
    }

    /// So much of it is done.
    pub fn at(&mut self, done: u64, of: u64) {
        if !self.shows || self.start.elapsed() < PATIENCE {
            return;
        }
        let message = &self.message;
        let bar = self.drawn.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(self.template);
            let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr())
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(message.clone());
            bar
        });
        bar.set_length(of);
        bar.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.drawn.take() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_without_a_terminal() {
        let (output, seen) = Output::captured("t");
        let mut bar = Bar::new(&output, "verifying");
        bar.at(1, 2);
        assert!(bar.drawn.is_none());
        drop(bar);
        assert_eq!(seen.stderr(), "");
    }
}

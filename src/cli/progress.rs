//! A sign of life for work that takes longer than about a second.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// How long work stays silent: most key derivations are over by then.
pub(super) const PATIENCE: Duration = Duration::from_millis(800);
const FRAME: Duration = Duration::from_millis(120);

/// A spinner on stderr, from its start until it is dropped. Nothing at all when stderr is no terminal, or with `--quiet`
/// or `--json`.
pub struct Progress {
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Announces `what`, such as `deriving the key`, once it has taken a while.
    pub fn start(output: &Output, what: &str) -> Self {
        // A host that lends no thread gets no picture.
        let drawing = output.shows_progress().then(|| {
            let (done, waiting) = mpsc::channel::<()>();
            let message = format!("{}: {what}", output.tool());
            let work = move || {
                if waiting.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                    .with_style(ProgressStyle::default_spinner());
                spinner.set_message(message);
                while waiting.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout) {
                    spinner.tick();
                }
                spinner.finish_and_clear();
            };
            Some((done, Builder::new().spawn(work).ok()?))
        });
        Self { drawing: drawing.flatten() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.drawing.take() {
            drop(done);
            // Joined, so that the line is cleared before anything else is printed on it.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_without_a_terminal() {
        let (output, seen) = Output::captured("t");
        let progress = Progress::start(&output, "deriving the key");
        assert!(progress.drawing.is_none());
        drop(progress);
        assert_eq!(seen.stderr(), "");
    }
}

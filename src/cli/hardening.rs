//! The first thing every binary does: make the process a bad place to steal secrets from.
//!
//! After [`harden`] the process leaves no core file, cannot be traced or read through `/proc` by its own user, makes files
//! that nobody else can read, and has three open standard streams; after [`keep_descriptors`] it hands no other descriptor on.

use std::panic::PanicHookInfo;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};

use super::report::Failure;

/// Hardens the process, or says why it must not go on.
pub fn harden() -> Result<(), Failure> {
    // A store opened as descriptor 2 would receive our own error messages.
    let silent =
        open_standard_streams().map_err(|cause| Failure::io("cannot open /dev/null", cause))?;
    // An answer that nobody can read is no success. Whoever wants none says so: >/dev/null.
    if silent {
        return Err(Failure::io("cannot write to standard output", Errno::BADF));
    }
    // With the rights of another user every path, credential and configuration file of the caller would be trusted.
    if process::getuid() != process::geteuid() || process::getgid() != process::getegid() {
        return Err(Failure::policy("refuses to run setuid or setgid"));
    }
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    process::setrlimit(Resource::Core, none)
        .and_then(|()| process::set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .map_err(|cause| Failure::io("cannot turn off core dumps", cause))?;
    process::umask(Mode::RWXG | Mode::RWXO);
    // A reader that goes away is an error of a write, with an exit code, not a death without one. A handler, unlike ignoring,
    // is not passed on to programs that are started.
    signal_hook::flag::register(signal_hook::consts::SIGPIPE, Arc::default())
        .map_err(|cause| Failure::io("cannot take over SIGPIPE", cause))?;
    // So is a file that would grow beyond the limit of the process.
    signal_hook::flag::register(process::Signal::XFSZ.as_raw(), Arc::default())
        .map_err(|cause| Failure::io("cannot take over SIGXFSZ", cause))?;
    Ok(())
}

/// The rest of it, for whatever may start a program.
pub fn keep_descriptors() -> Result<(), Failure> {
    super::descriptors::keep()
        .map_err(|cause| Failure::io("cannot keep descriptors from other programs", cause))
}

/// Opens what is closed onto `/dev/null`, and says whether standard output was among it.
fn open_standard_streams() -> Result<bool, Errno> {
    let mut silent = false;
    for (number, stream) in
        [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()]
            .into_iter()
            .enumerate()
    {
        if rustix::io::fcntl_getfd(stream) == Err(Errno::BADF) {
            // The kernel gives the lowest free number, which is this stream's: those below it are open by now.
            let null = rustix::fs::open("/dev/null", OFlags::RDWR, Mode::empty())?;
            std::mem::forget(null);
            silent |= number == 1;
        }
    }
    Ok(silent)
}

/// Prints one line for a panic: where it happened, never its payload, which may quote a secret.
pub fn install_panic_hook(tool: &'static str, json: bool) {
    std::panic::set_hook(Box::new(move |panic| {
        let failure = internal_error(panic);
        let text = if json { failure.to_json() + "\n" } else { failure.to_text(tool) };
        let _ = rustix::io::write(rustix::stdio::stderr(), text.as_bytes());
    }));
}

fn internal_error(panic: &PanicHookInfo<'_>) -> Failure {
    let place = panic.location().map_or_else(String::new, |at| {
        format!(" at {}:{}", at.file().rsplit("/src/").next().unwrap_or_default(), at.line())
    });
    // One line in all tools, since some callers are promised no more.
    let message = format!("internal error{place} (please report this line)");
    Failure::new(crate::kind::Kind::Findings, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardened_process_dumps_no_core_and_makes_private_files() {
        harden().unwrap();
        assert_eq!(process::getrlimit(Resource::Core).maximum, Some(0));
        assert_eq!(process::dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(process::umask(Mode::RWXG | Mode::RWXO), Mode::RWXG | Mode::RWXO);
    }
}

//! `secrets-admin`: the encrypted secrets file. Everything it does is in the library.
//!
//! The entry point is C's `main`, not Rust's: the standard runtime would first read `/proc/self/maps` to find the bounds of the
//! main thread's stack, a sixth of all instructions of a short command, for a message on stack overflow. What else it does
//! (open descriptors 0 to 2, ignore `SIGPIPE`) is done by `cli::main` in the way a tool that holds keys needs it.
#![no_main]

use std::alloc::System;
use std::ffi::{c_char, c_int};

use strongroom::cli;
use zeroizing_alloc::ZeroAlloc;

/// Wipes every allocation when it is freed: the strength gate, the mnemonic parser and the JSON writer copy what they are given.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the one name that the C library calls; nothing else may define it")]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    cli::main(&cli::secrets_admin::TOOL).into()
}

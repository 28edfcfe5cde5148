//! `wallet-backup`: archives of a store. Everything it does is in the library.
//!
//! The entry point is C's `main`, for the reasons that stand in `secrets-admin.rs`.
#![no_main]

use std::alloc::System;
use std::ffi::{c_char, c_int};

use strongroom::cli;
use zeroizing_alloc::ZeroAlloc;

/// Wipes every allocation when it is freed: what was restored in memory does not stay there.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the one name that the C library calls; nothing else may define it")]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    cli::main(&cli::wallet_backup::TOOL).into()
}

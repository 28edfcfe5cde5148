//! `secrets-admin`: the encrypted secrets file. Everything it does is in the library.

use std::alloc::System;
use std::process::ExitCode;

use strongroom::cli;
use zeroizing_alloc::ZeroAlloc;

/// Wipes every allocation when it is freed: the strength gate, the mnemonic parser and the JSON writer copy what they are given.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    cli::main(&cli::secrets_admin::TOOL)
}

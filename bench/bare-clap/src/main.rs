//! A clap program with ten subcommands that answers and ends.

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version)]
struct Cli {
    #[arg(long, global = true)]
    store: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init { file: Option<String> },
    Set { name: String },
    Get { name: String },
    List,
    Remove { name: String },
    Info { file: Option<std::path::PathBuf> },
    Verify,
    Check,
    Convert { to: String },
    Rotate,
}

fn main() {
    let cli = Cli::parse();
    match cli.command {
        Command::Info { file } => println!("info {:?} {:?}", file, cli.store),
        _ => println!("something else"),
    }
}

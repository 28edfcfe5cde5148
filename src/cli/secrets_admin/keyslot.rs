//! `secrets-admin keyslot list|add|revoke`.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::answer;
use super::init::{needs_of_new_passphrase, new_passphrase};
use super::others::OtherSlots;
use crate::cli::needs::Needs;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::audit::Event;
use crate::ops::slots::{self, NewSecret};
use crate::ops::transaction::open_for_reading;
use crate::store::keyslot::Credentials;

/// The ways in which a store can be opened
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    List(List),
    Add(Add),
    Revoke(Revoke),
}

/// List the keyslots with their labels
#[derive(clap::Args)]
pub struct List {
    /// The store
    file: Option<OsString>,
}

/// Add a keyslot with a passphrase of its own
#[derive(clap::Args)]
pub struct Add {
    /// The store
    file: Option<OsString>,
    /// What the keyslot is for, such as "recovery"
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// Make a passphrase of 7 random words and show it once on the terminal
    #[arg(long, conflicts_with = "new_passphrase_from")]
    generate: bool,
    /// Cost of the key derivation: m=KIB,t=N,p=N
    #[arg(long, value_name = "COSTS")]
    kdf: Option<OsString>,
    /// A keyfile that the new keyslot needs beside its passphrase
    #[arg(long, value_name = "FILE")]
    new_keyfile: Option<OsString>,
}

/// Revoke a keyslot: the store gets a new data key, signing key and audit root
///
/// The other keyslots must be opened too, or they are dropped.
#[derive(clap::Args)]
#[command(override_usage = "secrets-admin keyslot revoke [OPTIONS] [FILE] <ID>")]
pub struct Revoke {
    /// The store
    file: Option<OsString>,
    /// Number of the keyslot
    id: Option<OsString>,
    #[command(flatten)]
    others: OtherSlots,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::List(args) => list(args, context),
        Verb::Add(args) => add(args, context),
        Verb::Revoke(args) => revoke(args, context),
    }
}

fn list(args: &List, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a list of keyslots")?;
    let credentials = target.credentials(context, &file)?;
    let event = Event::new("keyslot.list", None);
    let mut opening = context
        .during("deriving the key", || open_for_reading(&desk, file, &credentials, &event))?;
    opening.release(&desk, &event)?;
    notices::print(context, &target.path, &opening.notices);
    let Some(store) = opening.contents.native() else {
        return Err(Failure::usage("an Igra file has one passphrase and no keyslots"));
    };
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for slot in &store.header().slots {
        let info = &slot.info;
        let label = store.slot_label(info.id);
        let strong = store.header().inventory.strong_slots.contains_key(&info.id);
        let costs = info.kdf.map(|kdf| kdf.params.to_string()).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {}  {costs}  {}  {}{}",
            info.id,
            info.kind.name(),
            info.created,
            label.map_or_else(|| "-".to_owned(), crate::text::escape),
            if info.id == store.unlocked_slot() { "  (opened)" } else { "" },
        );
        rows.push(json!({
            "id": info.id,
            "kind": info.kind.name(),
            "label": label,
            "created": info.created.to_string(),
            "kdf": info.kdf.map(|kdf| answer::kdf_json(kdf.params)),
            "meets_policy": strong,
            "opened": info.id == store.unlocked_slot(),
        }));
    }
    Ok(Answer::new(text, json!({ "keyslots": rows })))
}

fn add(args: &Add, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a second keyslot")?;
    let network = file.network();
    let kdf = answer::kdf(args.kdf.as_ref(), network.policy().kdf_default)?;
    let needs = needs_of_new_passphrase(&context.globals, args.generate);
    let credentials = target.credentials_and(context, &file, needs)?;
    let passphrase = new_passphrase(context, &target.setup, network, args.generate)?;
    let keyfile = target
        .setup
        .keyfile_hash(context, args.new_keyfile.as_deref().map(std::path::Path::new))?;
    let new = Credentials { passphrase, keyfile };
    let secret = NewSecret { credentials: &new, kdf };
    let (outcome, id) = context.during("deriving the keys", || {
        slots::add(&desk, file, &credentials, &secret, args.label.clone())
    })?;
    Ok(answer::change(
        context,
        &target.path,
        &outcome,
        &format!("added keyslot {id}"),
        json!({ "id": id }),
    ))
}

fn revoke(args: &Revoke, context: &mut Context) -> Result<Answer, Failure> {
    let words = (args.file.as_ref(), args.id.as_ref());
    let (file, id) = answer::file_and_name(words.0, words.1, ("ID", "keyslot revoke"))?;
    let target = Target::new(context, file)?;
    let id: u16 = id
        .to_str()
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| Failure::usage("a keyslot is named by its number"))?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "revoking a keyslot")?;
    let network = file.network();
    let needs = Needs::new().confirmation_of_change(&context.globals);
    let credentials = target.credentials_and(context, &file, needs)?;
    let presented = args.others.read(&target.setup, context, network)?;
    context.confirm_change(&format!("revoke keyslot {id}?"))?;
    let outcome = context.during("deriving the keys", || {
        slots::revoke(&desk, file, &credentials, id, &args.others.others(&presented))
    })?;
    announce_key(context, &outcome);
    Ok(answer::change(
        context,
        &target.path,
        &outcome,
        &format!("revoked keyslot {id}"),
        json!({ "id": id }),
    ))
}

/// The line for the configuration after the store got another signing key. The configuration is never edited for anybody.
pub fn announce_key(context: &mut Context, outcome: &crate::ops::Outcome) {
    if let Some(key) = outcome.receipt.as_ref().and_then(|receipt| receipt.store_key) {
        context
            .output
            .warn(&format!("the store is now signed by: [security] store_keys = [\"{key}\"]"));
    }
}

//! The words of a command: the first is the store, unless `--store` names it.

use std::ffi::{OsStr, OsString};

use crate::cli::{Context, Failure};
use crate::keyring::KeyId;
use crate::ops::keys::rotate::Item;

/// The store, if a word names it, and the words behind it.
pub fn split<'a>(
    context: &Context,
    words: &'a [OsString],
) -> (Option<&'a OsString>, &'a [OsString]) {
    match words.split_first() {
        Some((store, rest)) if context.globals.store.is_none() => (Some(store), rest),
        _ => (None, words),
    }
}

/// The store, and the one key that a command is about.
pub fn store_and_key<'a>(
    context: &Context,
    words: &'a [OsString],
    command: &str,
) -> Result<(Option<&'a OsString>, KeyId), Failure> {
    let (store, rest) = split(context, words);
    match rest {
        [id] => Ok((store, key_id(id)?)),
        [] => Err(Failure::usage("KEY is missing").hint(format!("key-rotate {command} --help"))),
        _ => Err(Failure::usage("too many arguments").hint(format!("key-rotate {command} --help"))),
    }
}

/// The store alone.
pub fn store_alone<'a>(
    context: &Context,
    words: &'a [OsString],
) -> Result<Option<&'a OsString>, Failure> {
    match split(context, words) {
        (store, []) => Ok(store),
        _ => Err(Failure::usage("too many arguments")),
    }
}

/// A key, or a secret that is rotated. A refused text is never repeated.
pub fn item(text: &OsStr) -> Result<Item, Failure> {
    Item::parse(text.to_str().unwrap_or_default())
        .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))
}

/// The id of a key. A refused text is never repeated.
pub fn key_id(text: &OsStr) -> Result<KeyId, Failure> {
    KeyId::parse(text.to_str().unwrap_or_default())
        .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))
}

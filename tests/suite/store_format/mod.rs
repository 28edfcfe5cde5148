//! The native store format: what every promise about its bytes rests on.
//!
//! | module | promise |
//! |---|---|
//! | [`golden`] | files of this version open for ever, byte for byte |
//! | [`damage`] | no bit, block or length of a file can change unnoticed |
//! | [`mutants`] | faults behind every check are refused with documented errors that show no secret |
//! | [`canonical`] | every structure has one encoding |
//! | [`commitment`] | a file opens under one passphrase, not under two |
//! | [`refusals`] | hostile costs, old epochs, numbers from the future, one message for every wrong slot |
//! | [`readers`] | an independent reader agrees |

mod canonical;
mod collision;
mod commitment;
mod damage;
pub mod forge;
mod golden;
mod mutants;
mod readers;
mod refusals;
mod salts;
pub mod tree;

use strongroom::store::StoreError;

use crate::support::repository;

/// What the specification must say about an error: its text where that names the fault, else the name of the variant.
fn documented_as(error: &StoreError) -> String {
    match error {
        StoreError::Field(what) | StoreError::Limit(what) | StoreError::Unauthentic(what) => {
            (*what).to_owned()
        }
        StoreError::Encoding { part, .. } => format!("damaged {part}"),
        other => {
            let shown = format!("{other:?}");
            let end = shown.find([' ', '(', '{']).unwrap_or(shown.len());
            shown[..end].to_owned()
        }
    }
}

/// The specification, to look errors up in.
#[expect(clippy::disallowed_methods, reason = "a page of this repository")]
fn specification() -> String {
    std::fs::read_to_string(repository("docs/formats/store-v1.md")).expect("the specification")
}

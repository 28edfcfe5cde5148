//! `key-rotate`: keys over time. So far only what its three verbs for machines promise; the commands stand beside it.

pub mod verbs;

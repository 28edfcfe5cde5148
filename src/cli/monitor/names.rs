//! The names of our metrics. Dashboards and the alert rules under `contrib/` rely on them: they may be added to, never renamed.
//!
//! Each carries the label `store`, those of a single key also `key`.

/// A metric's name and help.
pub type Name = (&'static str, &'static str);

/// What `key-rotate check` answered.
pub const ROTATE_STATUS: Name =
    ("strongroom_rotate_status", "Answer of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN");
/// Keys beyond their policy.
pub const ROTATE_OVERDUE: Name = ("strongroom_rotate_overdue", "Keys that are overdue");
/// Keys within their warning window.
pub const ROTATE_DUE_SOON: Name = ("strongroom_rotate_due_soon", "Keys that will soon be due");
/// Compromised keys without a successor.
pub const ROTATE_COMPROMISED: Name =
    ("strongroom_rotate_compromised", "Compromised keys that are still active");
/// The age of a key's active version.
pub const ROTATE_KEY_AGE: Name =
    ("strongroom_rotate_key_age_seconds", "Age of the active version of a key");
/// When a key is due; not there for one without a policy of age.
pub const ROTATE_KEY_DUE: Name =
    ("strongroom_rotate_key_due_timestamp_seconds", "Unix time at which a key is due");
/// When the check last ran.
pub const ROTATE_LAST_RUN: Name =
    ("strongroom_rotate_last_run_timestamp_seconds", "Unix time of the last check");
/// When the check could last tell.
pub const ROTATE_LAST_SUCCESS: Name = (
    "strongroom_rotate_last_success_timestamp_seconds",
    "Unix time of the last check that could tell",
);
/// What `wallet-backup status` answered.
pub const BACKUP_STATUS: Name =
    ("strongroom_backup_status", "Answer of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN");
/// When the last archive was made.
pub const BACKUP_LAST: Name =
    ("strongroom_backup_last_timestamp_seconds", "Unix time of the last archive");
/// When the last archive was restored as a rehearsal.
pub const BACKUP_LAST_DRILL: Name =
    ("strongroom_backup_last_drill_timestamp_seconds", "Unix time of the last rehearsal");
/// When the check last ran.
pub const BACKUP_LAST_RUN: Name =
    ("strongroom_backup_last_run_timestamp_seconds", "Unix time of the last check");
/// When the check could last tell.
pub const BACKUP_LAST_SUCCESS: Name = (
    "strongroom_backup_last_success_timestamp_seconds",
    "Unix time of the last check that could tell",
);

/// All of them.
pub const ALL: [Name; 13] = [
    ROTATE_STATUS,
    ROTATE_OVERDUE,
    ROTATE_DUE_SOON,
    ROTATE_COMPROMISED,
    ROTATE_KEY_AGE,
    ROTATE_KEY_DUE,
    ROTATE_LAST_RUN,
    ROTATE_LAST_SUCCESS,
    BACKUP_STATUS,
    BACKUP_LAST,
    BACKUP_LAST_DRILL,
    BACKUP_LAST_RUN,
    BACKUP_LAST_SUCCESS,
];

//! Which archives go: one pure function of a list, a policy and a time.
//!
//! An archive is kept when any rule wants it, and each answer says which. What the policy counts is ordered by the store's
//! *generation*: a clock that was wrong for a day must not make an old state look like the newest one. The time of an archive only
//! says which day, week or month it stands for, in UTC.
//!
//! Four things hold whatever the policy says:
//! - an archive of another store, or of nobody knows which, is never touched;
//! - the newest archive that is known to be good stays, and so does the newest good one of the newest content; where none is known
//!   to be good, the newest one that may be stays in its stead;
//! - a damaged archive never takes the place of another, and goes only when a good one of its generation or a later one stays;
//! - an archive from the future stays: either its clock or this one is wrong, and neither is a reason to lose it.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::store::StoreId;

/// What is known of an archive's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every byte was authenticated.
    Good,
    /// It looks like an archive; nobody had its passphrase at hand.
    Unknown,
    /// It is damaged.
    Bad,
}

/// One archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<I> {
    /// What the caller calls it, such as its path or its id. Breaks ties, so that the answer does not depend on the order.
    pub id: I,
    /// Whose it is; nothing when the file does not say.
    pub store: Option<StoreId>,
    /// The generation of the store.
    pub generation: u64,
    /// The generation of its secrets.
    pub content_generation: u64,
    /// When it was made, by the clock of its host.
    pub made: Timestamp,
    /// What is known of its content.
    pub verdict: Verdict,
}

/// How many of each to keep. All zero keeps everything: a policy that was forgotten is no order to delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The newest ones.
    pub last: u32,
    /// The newest one of each of this many days that have one.
    pub daily: u32,
    /// The newest one of each of this many weeks, from Monday on.
    pub weekly: u32,
    /// The newest one of each of this many months.
    pub monthly: u32,
}

/// Why an archive stays or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It belongs to another store.
    ForeignStore,
    /// Nothing was said about how many to keep.
    NoPolicy,
    /// It was made after now.
    Future,
    /// It is the newest one that is known to be good.
    LastGood,
    /// None is known to be good, and it is the newest one that may be.
    NewestUnproven,
    /// It is the newest good one of the newest content.
    NewestContent,
    /// It is among the newest.
    Last,
    /// It stands for a day.
    Daily,
    /// It stands for a week.
    Weekly,
    /// It stands for a month.
    Monthly,
    /// It is damaged, but no good one of its generation or a later one stays.
    NothingBetter,
    /// It is damaged, and a good one that is at least as new stays.
    Damaged,
    /// No rule wants it.
    NotWanted,
}

impl Reason {
    /// In words, to follow "kept:" or "removed:".
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForeignStore => "it is not an archive of this store",
            Self::NoPolicy => "nothing was said about how many to keep",
            Self::Future => "it is from the future; a clock is wrong",
            Self::LastGood => "it is the last good one",
            Self::NewestUnproven => "it is the newest that may be good, and none is known to be",
            Self::NewestContent => "it holds the newest content",
            Self::Last => "it is among the newest",
            Self::Daily => "it stands for its day",
            Self::Weekly => "it stands for its week",
            Self::Monthly => "it stands for its month",
            Self::NothingBetter => "it is damaged, but nothing as new is good",
            Self::Damaged => "it is damaged, and one as new is good",
            Self::NotWanted => "no rule wants it",
        }
    }
}

/// What becomes of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, for these reasons, at least one.
    Keep(Vec<Reason>),
    /// It goes.
    Remove(Reason),
}

impl Fate {
    /// True when it stays.
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Keep(_))
    }
}

/// The number of the day, week or month of a time.
type Period = fn(Timestamp) -> i64;

/// Decides about every archive, in the order given.
pub fn prune<I: Ord>(
    archives: &[Candidate<I>],
    store: StoreId,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Fate> {
    let mut reasons: Vec<Vec<Reason>> = vec![Vec::new(); archives.len()];
    let mut give = |n: usize, reason: Reason| {
        if let Some(all) = reasons.get_mut(n)
            && !all.contains(&reason)
        {
            all.push(reason);
        }
    };
    let mut ours: Vec<(usize, &Candidate<I>)> = Vec::new();
    for (n, archive) in archives.iter().enumerate() {
        if archive.store != Some(store) {
            give(n, Reason::ForeignStore);
            continue;
        }
        if *policy == Policy::default() {
            give(n, Reason::NoPolicy);
        }
        if archive.made > now {
            give(n, Reason::Future);
        }
        ours.push((n, archive));
    }
    // Newest first.
    ours.sort_by(|(_, a), (_, b)| age_order(b).cmp(&age_order(a)));

    for (n, reason) in last_good(&ours) {
        give(n, reason);
    }
    // A date that cannot be right stands for no day, and what is kept for that alone takes nobody's place.
    let countable: Vec<(usize, &Candidate<I>)> =
        ours.iter().copied().filter(|(_, a)| a.verdict != Verdict::Bad && a.made <= now).collect();
    for (n, _) in countable.iter().take(count(policy.last)) {
        give(*n, Reason::Last);
    }
    let periods: [(u32, Reason, Period); 3] = [
        (policy.daily, Reason::Daily, day),
        (policy.weekly, Reason::Weekly, week),
        (policy.monthly, Reason::Monthly, month),
    ];
    for (wanted, reason, period) in periods {
        let mut seen = BTreeSet::new();
        for (n, archive) in &countable {
            if seen.len() < count(wanted) && seen.insert(period(archive.made)) {
                give(*n, reason);
            }
        }
    }

    let best = ours
        .iter()
        .filter(|(n, a)| {
            a.verdict == Verdict::Good && reasons.get(*n).is_some_and(|r| !r.is_empty())
        })
        .map(|(_, a)| a.generation)
        .max();
    for (n, archive) in &ours {
        if archive.verdict == Verdict::Bad
            && best.is_none_or(|best| best < archive.generation)
            && let Some(all) = reasons.get_mut(*n)
        {
            all.push(Reason::NothingBetter);
        }
    }
    let fates = archives.iter().zip(reasons).map(|(archive, mut why)| {
        why.sort();
        match archive.verdict {
            _ if !why.is_empty() => Fate::Keep(why),
            Verdict::Bad => Fate::Remove(Reason::Damaged),
            Verdict::Good | Verdict::Unknown => Fate::Remove(Reason::NotWanted),
        }
    });
    fates.collect()
}

/// Generation first; the clock only between archives of one state.
fn age_order<I: Ord>(archive: &Candidate<I>) -> (u64, Timestamp, &I) {
    (archive.generation, archive.made, &archive.id)
}

/// The archives that no policy may take, out of all of one store, newest first.
fn last_good<I>(ours: &[(usize, &Candidate<I>)]) -> Vec<(usize, Reason)> {
    let are = |verdict: Verdict| ours.iter().filter(move |(_, a)| a.verdict == verdict);
    let Some((newest, _)) = are(Verdict::Good).next() else {
        return are(Verdict::Unknown)
            .next()
            .map(|(n, _)| (*n, Reason::NewestUnproven))
            .into_iter()
            .collect();
    };
    let mut found = vec![(*newest, Reason::LastGood)];
    // Where two histories of one store exist, a higher generation may hold older secrets.
    let content = are(Verdict::Good).map(|(_, a)| a.content_generation).max();
    found.extend(
        are(Verdict::Good)
            .find(|(_, a)| Some(a.content_generation) == content)
            .map(|(n, _)| (*n, Reason::NewestContent)),
    );
    found
}

fn count(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn day(time: Timestamp) -> i64 {
    i64::try_from(time.as_unix() / 86_400).unwrap_or(i64::MAX)
}

/// Weeks begin on a Monday; the epoch was a Thursday.
fn week(time: Timestamp) -> i64 {
    day(time).saturating_add(3) / 7
}

fn month(time: Timestamp) -> i64 {
    let second = i64::try_from(time.as_unix()).unwrap_or(i64::MAX);
    // Behind the end of the calendar there are no months, only one long time.
    jiff::Timestamp::from_second(second).map_or(i64::MAX, |time| {
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        i64::from(date.year()) * 12 + i64::from(date.month())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STORE: StoreId = StoreId([1; 16]);
    const OTHER: StoreId = StoreId([2; 16]);
    const DAY: u64 = 86_400;
    /// A Sunday: 2026-11-22.
    const NOW: u64 = 1_795_305_600;

    fn at(generation: u64, days_ago: u64) -> Candidate<u64> {
        Candidate {
            id: generation,
            store: Some(STORE),
            generation,
            content_generation: generation,
            made: Timestamp::from_unix(NOW - days_ago * DAY),
            verdict: Verdict::Good,
        }
    }

    fn with(mut archive: Candidate<u64>, verdict: Verdict) -> Candidate<u64> {
        archive.verdict = verdict;
        archive
    }

    const fn keep(last: u32, daily: u32, weekly: u32, monthly: u32) -> Policy {
        Policy { last, daily, weekly, monthly }
    }

    fn decide(archives: &[Candidate<u64>], policy: Policy) -> Vec<Fate> {
        prune(archives, STORE, &policy, Timestamp::from_unix(NOW))
    }

    /// The generations that stay.
    fn kept(archives: &[Candidate<u64>], policy: Policy) -> Vec<u64> {
        let fates = decide(archives, policy);
        let both = archives.iter().zip(fates);
        both.filter(|(_, fate)| fate.is_kept()).map(|(archive, _)| archive.generation).collect()
    }

    /// One a day for 100 days, generation 100 today.
    fn daily() -> Vec<Candidate<u64>> {
        (1..=100).rev().map(|generation| at(generation, 100 - generation)).collect()
    }

    #[test]
    fn each_rule_keeps_the_newest_of_its_kind() {
        let all = daily();
        for (policy, expected) in [
            (keep(1, 0, 0, 0), vec![100]),
            (keep(3, 0, 0, 0), vec![100, 99, 98]),
            (keep(0, 2, 0, 0), vec![100, 99]),
            // Sundays: the newest of each week.
            (keep(0, 0, 3, 0), vec![100, 93, 86]),
            // 22 November, 31 October, 30 September.
            (keep(0, 0, 0, 3), vec![100, 78, 47]),
            (keep(2, 3, 2, 2), vec![100, 99, 98, 93, 78]),
            (keep(1000, 0, 0, 0), (1..=100).rev().collect()),
        ] {
            assert_eq!(kept(&all, policy), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_policy_that_was_forgotten_deletes_nothing() {
        let fates = decide(&daily(), Policy::default());
        assert!(fates.iter().all(Fate::is_kept));
        assert_eq!(fates[50], Fate::Keep(vec![Reason::NoPolicy]));
    }

    #[test]
    fn every_answer_gives_its_reasons() {
        let all = [
            at(9, 0),
            at(8, 0),
            at(7, 1),
            Candidate { store: Some(OTHER), ..at(6, 50) },
            Candidate { store: None, ..at(5, 50) },
            with(at(4, 2), Verdict::Bad),
        ];
        assert_eq!(
            decide(&all, keep(1, 2, 0, 0)),
            [
                Fate::Keep(vec![
                    Reason::LastGood,
                    Reason::NewestContent,
                    Reason::Last,
                    Reason::Daily
                ]),
                Fate::Remove(Reason::NotWanted),
                Fate::Keep(vec![Reason::Daily]),
                Fate::Keep(vec![Reason::ForeignStore]),
                Fate::Keep(vec![Reason::ForeignStore]),
                Fate::Remove(Reason::Damaged),
            ]
        );
    }

    #[test]
    fn the_last_good_one_stays_whatever_came_after_it() {
        let mut all: Vec<_> = (2..=20).map(|g| with(at(g, 20 - g), Verdict::Unknown)).collect();
        all.push(at(1, 30));
        assert_eq!(kept(&all, keep(2, 0, 0, 0)), [19, 20, 1]);
        // Where nothing is known to be good, the newest that may be.
        let unknown = [with(at(3, 0), Verdict::Bad), with(at(2, 1), Verdict::Unknown)];
        let fates = decide(&unknown, keep(1, 0, 0, 0));
        assert_eq!(fates[0], Fate::Keep(vec![Reason::NothingBetter]));
        assert_eq!(fates[1], Fate::Keep(vec![Reason::NewestUnproven, Reason::Last]));
    }

    #[test]
    fn a_damaged_one_goes_only_when_a_good_one_as_new_stays() {
        let all = [at(5, 0), with(at(5, 0), Verdict::Bad), with(at(6, 0), Verdict::Bad), at(4, 1)];
        let fates = decide(&all, keep(2, 0, 0, 0));
        assert_eq!(fates[1], Fate::Remove(Reason::Damaged));
        assert_eq!(fates[2], Fate::Keep(vec![Reason::NothingBetter]));
        // It took no place: both good ones are among the newest two.
        assert!(fates[0].is_kept() && fates[3].is_kept());
    }

    #[test]
    fn generation_decides_and_not_the_clock() {
        // The host's clock stood 400 days back when the newest state was archived.
        let all = [at(50, 400), at(49, 0), at(48, 1)];
        assert_eq!(kept(&all, keep(1, 0, 0, 0)), [50]);
        // Two archives of one state: the later one.
        let twice = [Candidate { id: 1, ..at(7, 3) }, Candidate { id: 2, ..at(7, 2) }];
        assert!(!decide(&twice, keep(1, 0, 0, 0))[0].is_kept());
    }

    #[test]
    fn what_comes_from_the_future_stays_and_takes_nobodys_place() {
        let future = Candidate { made: Timestamp::from_unix(NOW + 1), ..at(9, 0) };
        let fates = decide(&[future, at(8, 0), at(7, 0)], keep(1, 0, 0, 0));
        assert!(matches!(&fates[0], Fate::Keep(why) if why.contains(&Reason::Future)));
        assert_eq!(fates[1], Fate::Keep(vec![Reason::Last]));
        assert_eq!(fates[2], Fate::Remove(Reason::NotWanted));
    }

    #[test]
    fn a_higher_generation_with_older_secrets_does_not_cost_the_newest_secrets() {
        // A copy from before generation 40 was taken into use again and went on from there.
        let fork = Candidate { content_generation: 12, ..at(60, 0) };
        let lost = Candidate { content_generation: 40, ..at(41, 9) };
        let fates = decide(&[fork, lost], keep(1, 0, 0, 0));
        assert_eq!(fates[1], Fate::Keep(vec![Reason::NewestContent]));
    }

    #[test]
    fn weeks_and_months_turn_where_the_calendar_says() {
        let time = |seconds| Timestamp::from_unix(seconds);
        // Sunday 2026-11-22 and Monday 2026-11-23.
        assert_eq!(week(time(NOW)), week(time(NOW + DAY - 1)));
        assert_eq!(week(time(NOW)) + 1, week(time(NOW + DAY)));
        // 2026-11-30T23:59:59Z and a second later.
        assert_eq!(month(time(NOW + 9 * DAY - 1)) + 1, month(time(NOW + 9 * DAY)));
        assert_eq!(month(time(u64::MAX)), i64::MAX);
    }

    fn some_archive() -> impl Strategy<Value = Candidate<u64>> {
        let verdict = prop_oneof![Just(Verdict::Good), Just(Verdict::Unknown), Just(Verdict::Bad)];
        let store = prop_oneof![4 => Just(Some(STORE)), 1 => Just(Some(OTHER)), 1 => Just(None)];
        (any::<u64>(), 0..30_u64, 0..30_u64, 0..120_u64, verdict, store).prop_map(
            |(id, generation, content_generation, days, verdict, store)| Candidate {
                id,
                store,
                generation,
                content_generation,
                made: Timestamp::from_unix(NOW + 5 * DAY - days * DAY),
                verdict,
            },
        )
    }

    fn archives() -> impl Strategy<Value = Vec<Candidate<u64>>> {
        proptest::collection::vec(some_archive(), 0..40)
    }

    fn policy() -> impl Strategy<Value = Policy> {
        (0..4_u32, 0..4_u32, 0..4_u32, 0..4_u32).prop_map(|(l, d, w, m)| keep(l, d, w, m))
    }

    proptest! {
        #[test]
        fn what_must_stay_stays(all in archives(), policy in policy()) {
            let fates = decide(&all, policy);
            prop_assert_eq!(fates.len(), all.len());
            let ours = all.iter().filter(|a| a.store == Some(STORE) && a.verdict == Verdict::Good);
            let newest = ours.map(|a| a.generation).max();
            let kept_good = all.iter().zip(&fates).any(|(a, fate)| {
                fate.is_kept() && a.verdict == Verdict::Good && Some(a.generation) == newest
            });
            prop_assert!(newest.is_none() || kept_good);
            for (archive, fate) in all.iter().zip(&fates) {
                prop_assert!(fate.is_kept() || archive.store == Some(STORE));
                prop_assert!(fate.is_kept() || archive.made <= Timestamp::from_unix(NOW));
                prop_assert!(!matches!(fate, Fate::Keep(why) if why.is_empty()));
            }
        }

        #[test]
        fn a_second_run_removes_nothing_more(all in archives(), policy in policy()) {
            let fates = decide(&all, policy);
            let left: Vec<_> = all.into_iter().zip(fates).filter(|(_, f)| f.is_kept()).map(|(a, _)| a).collect();
            prop_assert!(decide(&left, policy).iter().all(Fate::is_kept));
        }

        #[test]
        fn the_order_of_the_list_does_not_matter(all in archives(), policy in policy(), turn in 0..40_usize) {
            let fates = decide(&all, policy);
            let mut turned: Vec<_> = all.iter().cloned().zip(fates).collect();
            let turn = turn.min(turned.len());
            turned.rotate_left(turn);
            let again: Vec<_> = turned.iter().map(|(a, _)| a.clone()).collect();
            let before: Vec<_> = turned.into_iter().map(|(_, f)| f).collect();
            prop_assert_eq!(decide(&again, policy), before);
        }

        #[test]
        fn asking_for_more_never_keeps_less(all in archives(), policy in policy(), more in policy()) {
            prop_assume!(policy != Policy::default());
            let wider = keep(
                policy.last + more.last,
                policy.daily + more.daily,
                policy.weekly + more.weekly,
                policy.monthly + more.monthly,
            );
            let (small, large) = (decide(&all, policy), decide(&all, wider));
            for ((archive, small), large) in all.iter().zip(small).zip(large) {
                // A damaged one may go once a good one beside it stays.
                prop_assert!(!small.is_kept() || large.is_kept() || archive.verdict == Verdict::Bad);
            }
        }
    }
}

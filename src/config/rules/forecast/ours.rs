//! Which findings of ours say what a rule of the service's says.

use std::collections::BTreeMap;

use super::Broken;
use crate::config::rules::finding::{Finding, Place};
use crate::config::rules::table::{Id, Severity};

/// Which of our rules say the same.
fn covered_by(rule: Id) -> &'static [Id] {
    match rule {
        Id::Svc01 | Id::Svc02 => &[Id::Net001],
        Id::Svc03 => &[Id::Env001],
        Id::Svc04 | Id::Svc14 => &[Id::Env002],
        Id::Svc05 => &[Id::Aud001],
        Id::Svc06 | Id::Svc27 => &[Id::Aud002],
        Id::Svc07 | Id::Svc11 => &[Id::Sec001],
        Id::Svc10 => &[Id::Sec001, Id::Fil002],
        Id::Svc16 | Id::Svc17 | Id::Svc19 => &[Id::Net005],
        Id::Svc20 => &[Id::Log001],
        Id::Svc24 | Id::Svc28 => &[Id::Fil005],
        Id::Svc25 => &[Id::Fil011],
        Id::Svc26 => &[Id::Fil001],
        Id::Svc31 => &[Id::Net002],
        Id::Svc32 | Id::Svc33 => &[Id::Thr001],
        Id::Svc36 => &[Id::Net003],
        _ => &[],
    }
}

/// Where the first finding stands of each rule and severity, for each file that findings are about. There may be as many findings, and
/// as many things to look up in them, as there are addresses in the file.
pub(super) struct Firsts(BTreeMap<(Id, Severity, Option<String>), usize>);

impl Firsts {
    pub(super) fn of(all: &[Finding]) -> Self {
        let mut firsts = BTreeMap::new();
        for (at, Finding { rule, severity, place, .. }) in all.iter().enumerate() {
            firsts.entry((*rule, *severity, file_of(place))).or_insert(at);
        }
        Self(firsts)
    }

    /// The first that says the same and is at least as bad.
    pub(super) fn saying(&self, one: &Broken, severity: Severity) -> Option<usize> {
        let its = file_of(&one.place);
        // Of two files, ours may be about the other.
        let same = |file: &Option<String>| its.is_none() || file.is_none() || *file == its;
        let of = |rule: Id| {
            let from = self.0.range((rule, severity, None)..);
            from.take_while(move |((its, ..), _)| *its == rule)
        };
        let all = covered_by(one.rule).iter().flat_map(|rule| of(*rule));
        all.filter(|((.., file), _)| same(file)).map(|(_, at)| *at).min()
    }
}

fn file_of(place: &Place) -> Option<String> {
    match place {
        Place::Path(path) => Some(path.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// As one would look for it, finding by finding.
        #[test]
        fn the_first_that_says_the_same_is_found(
            all in proptest::collection::vec((0_usize..4, 0_usize..3, 0_usize..4), 0..12),
            rule in 0_usize..4,
            (severity, place) in (0_usize..3, 0_usize..4),
        ) {
            let severities = [Severity::Info, Severity::Warning, Severity::Error];
            let places = |n| match n {
                0 => Place::None,
                1 => Place::Config(1, 2),
                n => Place::Path(n.to_string()),
            };
            let ours = [Id::Net002, Id::Aud002, Id::Sec001, Id::Fil002];
            let finding = |(rule, severity, place)| Finding {
                severity: severities[severity],
                ..Finding::new(ours[rule], "").place(places(place))
            };
            let all: Vec<Finding> = all.into_iter().map(finding).collect();
            let rule = [Id::Svc31, Id::Svc27, Id::Svc10, Id::Svc21][rule];
            let (message, levels) = (String::new(), [Severity::Error; 3]);
            let one = Broken { rule, levels, message, place: places(place), faulty: false };
            let says_it = |finding: &Finding| {
                let same = match (&one.place, &finding.place) {
                    (Place::Path(its), Place::Path(ours)) => its == ours,
                    _ => true,
                };
                same && covered_by(rule).contains(&finding.rule)
                    && finding.severity >= severities[severity]
            };
            let first = all.iter().position(says_it);
            proptest::prop_assert_eq!(Firsts::of(&all).saying(&one, severities[severity]), first);
        }
    }
}

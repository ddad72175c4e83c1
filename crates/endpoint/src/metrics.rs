//! Counters, and how they are written for Prometheus. Nothing in them names a person, a device or a record.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// What may become of a change; the order of the counters.
const VERDICTS: [&str; 4] = ["taken", "had", "held", "refused"];
/// The classes of status that are told apart.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];
/// Requests that met no route of the table: the built app's files.
pub(crate) const APP: &str = "app";

/// How full the groups of the writer were.
#[derive(Debug, Default)]
pub struct GroupFigures {
    groups: AtomicU64,
    deliveries: AtomicU64,
    rows: AtomicU64,
}

impl GroupFigures {
    pub(crate) fn count(&self, deliveries: usize, rows: usize) {
        add(&self.groups, 1);
        add(&self.deliveries, deliveries);
        add(&self.rows, rows);
    }
}

/// The counters of one process.
#[derive(Debug)]
pub(crate) struct Metrics {
    changes: [AtomicU64; VERDICTS.len()],
    requests: Vec<(&'static str, [AtomicU64; CLASSES.len()])>,
}

impl Metrics {
    /// Counters for these routes, all 0.
    pub(crate) fn new(routes: impl Iterator<Item = &'static str>) -> Self {
        let paths: BTreeSet<&'static str> = routes.chain([APP]).collect();
        let requests = paths
            .into_iter()
            .map(|route| (route, Default::default()))
            .collect();
        Self {
            changes: Default::default(),
            requests,
        }
    }

    pub(crate) fn count_verdict(&self, is: &str) {
        for (verdict, counter) in VERDICTS.iter().zip(&self.changes) {
            if *verdict == is {
                add(counter, 1);
            }
        }
    }

    pub(crate) fn count_request(&self, route: &str, status: u16) {
        let Some(class) = usize::from(status / 100).checked_sub(2) else {
            return;
        };
        let found = self.requests.iter().find(|(name, _)| *name == route);
        if let Some(counter) = found.and_then(|(_, counters)| counters.get(class)) {
            add(counter, 1);
        }
    }

    pub(crate) fn to_text(&self, groups: &GroupFigures) -> String {
        let mut text = String::new();
        family(
            &mut text,
            "so_tay_changes_total",
            "Changes handed in, by answer.",
        );
        for (verdict, counter) in VERDICTS.iter().zip(&self.changes) {
            line(
                &mut text,
                &format!("so_tay_changes_total{{is=\"{verdict}\"}}"),
                counter,
            );
        }
        family(
            &mut text,
            "so_tay_requests_total",
            "Requests, by route and class of status.",
        );
        for (route, counters) in &self.requests {
            for (class, counter) in CLASSES.iter().zip(counters) {
                let name = format!("so_tay_requests_total{{route=\"{route}\",status=\"{class}\"}}");
                line(&mut text, &name, counter);
            }
        }
        for (name, help, counter) in [
            (
                "so_tay_commits_total",
                "Groups that the writer committed.",
                &groups.groups,
            ),
            (
                "so_tay_commit_deliveries_total",
                "Requests in them.",
                &groups.deliveries,
            ),
            (
                "so_tay_commit_changes_total",
                "Changes in them.",
                &groups.rows,
            ),
        ] {
            family(&mut text, name, help);
            line(&mut text, name, counter);
        }
        text
    }
}

fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(u64::try_from(amount).unwrap_or(u64::MAX), Ordering::Relaxed);
}

fn family(text: &mut String, name: &str, help: &str) {
    text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} counter\n"));
}

fn line(text: &mut String, name: &str, counter: &AtomicU64) {
    text.push_str(&format!("{name} {}\n", counter.load(Ordering::Relaxed)));
}

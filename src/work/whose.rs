//! Several people on one phone: a notebook for each, with a lock of its own. Which there are, and for whom, lies in the clear.

use crate::{
    browser::{self, prefs},
    work::{Work, drafts, open},
};

/// More people than share a phone.
const OTHERS_MAX: usize = 8;

/// A notebook on this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Its name for the machine; empty for the first.
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The notebooks besides the first.
fn others() -> Vec<Owner> {
    let text = prefs::read(prefs::OTHERS);
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    let owner = |(id, name): (&str, &str)| Owner {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    lines.map(owner).collect()
}

fn keep(others: &[Owner]) {
    let lines: Vec<String> = others
        .iter()
        .map(|owner| format!("{}\t{}", owner.id, owner.name))
        .collect();
    prefs::keep(prefs::OTHERS, &lines.join("\n"));
}

/// The notebooks that another person may open; none on a phone of one.
pub(crate) fn elsewhere() -> Vec<Owner> {
    let others = others();
    let first = Owner {
        id: String::new(),
        name: "Sổ đầu tiên trên máy".to_owned(),
    };
    let mut all = match others.is_empty() {
        true => Vec::new(),
        false => vec![first],
    };
    all.extend(others);
    let here = open::whose();
    all.retain(|owner| owner.id != here);
    all
}

/// Whether several share this phone.
pub(crate) fn is_shared() -> bool {
    !others().is_empty()
}

/// Opens another notebook in this tab, and in the tabs that are opened from now on.
pub(crate) fn go(id: &str) {
    prefs::keep_in_tab(prefs::PART, "");
    // An empty word would be none.
    prefs::keep_in_tab(prefs::WHOSE, &format!("-{id}"));
    prefs::keep(prefs::WHOSE, id);
    browser::go_instead("/");
    browser::reload();
}

/// Leaves this notebook for another one; false when a draft would be lost.
pub(crate) async fn leave_for(work: Work, id: &str) -> bool {
    let is_kept = drafts::all_kept(work).await;
    if is_kept {
        go(id);
    }
    is_kept
}

/// A notebook for somebody else, whose first page asks for a lock; false when there are too many, or a draft would be lost.
pub(crate) async fn add(work: Work, name: &str) -> bool {
    let mut all = others();
    if all.len() >= OTHERS_MAX {
        return false;
    }
    let last = all
        .iter()
        .filter_map(|owner| owner.id.parse::<usize>().ok());
    let id = (last.max().unwrap_or(1) + 1).to_string();
    all.push(Owner {
        id: id.clone(),
        // One line each.
        name: name.split_whitespace().collect::<Vec<_>>().join(" "),
    });
    if !drafts::all_kept(work).await {
        return false;
    }
    keep(&all);
    go(&id);
    true
}

/// The notebook of this tab is no more: the next that opens is the first.
pub(crate) fn gone() {
    let here = open::whose();
    let mut all = others();
    all.retain(|owner| owner.id != here);
    keep(&all);
    prefs::keep_in_tab(prefs::WHOSE, "");
    prefs::keep(prefs::WHOSE, "");
}

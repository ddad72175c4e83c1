//! A list whose rows are told apart by a key.

use std::rc::Rc;

use leptos::{
    prelude::*,
    tachys::{
        renderer::{Rndr, types},
        view::Mountable,
    },
};
use send_wrapper::SendWrapper;

use super::Piece;

/// A list whose rows keep their place, their inputs and their focus as long as their key stays.
pub(crate) fn keyed(
    keys: impl Fn() -> Vec<String> + 'static,
    row: impl Fn(String) -> AnyView + 'static,
) -> AnyView {
    boxed(Box::new(keys), Box::new(row))
}

/// In one place, like all that many pages call.
#[inline(never)]
fn boxed(keys: Box<dyn Fn() -> Vec<String>>, row: Box<dyn Fn(String) -> AnyView>) -> AnyView {
    let maker = Rc::new(Maker {
        owner: Owner::current().unwrap_or_default(),
        row,
    });
    let rows = move || {
        let maker = SendWrapper::new(Rc::clone(&maker));
        Keyed {
            keys: keys(),
            maker,
        }
        .into_any()
    };
    rows.piece()
}

/// Makes rows. They belong to whoever made the list, and not to the effect that follows its keys.
struct Maker {
    owner: Owner,
    row: Box<dyn Fn(String) -> AnyView>,
}

impl Maker {
    fn make(&self, key: String) -> Row {
        let owner = self.owner.with(Owner::new);
        let state = owner.with(|| untrack(|| (self.row)(key.clone()).build()));
        Row { key, owner, state }
    }
}

pub(super) struct Keyed {
    keys: Vec<String>,
    maker: SendWrapper<Rc<Maker>>,
}

struct Row {
    key: String,
    owner: Owner,
    state: <AnyView as Render>::State,
}

/// A list on the screen, and the comment behind its last row.
pub(super) struct Rows {
    rows: Vec<Row>,
    end: types::Placeholder,
}

impl Render for Keyed {
    type State = Rows;

    fn build(self) -> Rows {
        Rows {
            rows: self
                .keys
                .into_iter()
                .map(|key| self.maker.make(key))
                .collect(),
            end: Rndr::create_placeholder(),
        }
    }

    fn rebuild(self, shown: &mut Rows) {
        let mut before: Vec<Option<Row>> = shown.rows.drain(..).map(Some).collect();
        let (mut next, mut is_in_order) = (0, true);
        let mut is_new = Vec::new();
        for key in self.keys {
            let at = before
                .iter()
                .position(|row| row.as_ref().is_some_and(|row| row.key == key));
            let kept = at.and_then(|at| before.get_mut(at)?.take());
            is_new.push(kept.is_none());
            if let Some(at) = at {
                is_in_order &= at >= next;
                next = at;
            }
            shown
                .rows
                .push(kept.unwrap_or_else(|| self.maker.make(key)));
        }
        for mut gone in before.into_iter().flatten() {
            gone.state.unmount();
            gone.owner.cleanup();
        }
        // A row that stands where it belongs is not touched: moving it would take the focus away.
        for at in (0..shown.rows.len()).rev() {
            if is_new.get(at) == Some(&true) || !is_in_order {
                shown.place(at);
            }
        }
    }
}

impl Rows {
    /// Puts a row before the one that follows it.
    fn place(&mut self, at: usize) {
        let (upto, behind) = self.rows.split_at_mut(at + 1);
        let Some(row) = upto.last_mut() else { return };
        match behind.first() {
            Some(next) => next.state.insert_before_this(&mut row.state),
            None => self.end.insert_before_this(&mut row.state),
        };
    }
}

impl Mountable for Rows {
    fn unmount(&mut self) {
        for row in &mut self.rows {
            row.state.unmount();
        }
        Rndr::remove(&self.end);
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        for row in &mut self.rows {
            row.state.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.rows.first() {
            Some(row) => row.state.insert_before_this(child),
            None => self.end.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        self.rows
            .iter()
            .flat_map(|row| row.state.elements())
            .collect()
    }
}

//! What the `view!` macro writes, as a view of Leptos: a static template, cloned by the browser, and the places in it that
//! change. One type for all markup, so that the rendering code is in the app once. No words and no decisions live here.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    reactive::effect::RenderEffect,
    tachys::{
        hydration::Cursor,
        renderer::{Rndr, types},
        view::{Mountable, Position, PositionState},
    },
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event;

mod keyed;
mod piece;
mod value;

pub(crate) use keyed::keyed;
pub(crate) use markup::view;
pub(crate) use piece::{Piece, several};
use value::{IntoValue, Set, Value};

/// What happens at a place when something was pressed, typed or scrolled.
type Handler = Box<dyn FnMut(Event)>;

/// Which side of an element a value goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Attribute,
    Property,
    Class,
    Style,
}

enum Place {
    Child(AnyView),
    Value(Side, &'static str, Value),
    On(&'static str, Handler),
}

/// One element with all that is in it.
pub(crate) struct Markup {
    html: &'static str,
    walk: &'static str,
    places: SendWrapper<Vec<Place>>,
}

impl Markup {
    /// A template, and how to come to its places: `>` first child, `+` next sibling, `<` parent, `.` here is one.
    #[inline(never)]
    pub(crate) fn new(html: &'static str, walk: &'static str) -> Self {
        Self {
            html,
            walk,
            places: SendWrapper::new(Vec::new()),
        }
    }

    /// A child: a text, a view, a list of views, nothing, or a closure that gives one of these.
    pub(crate) fn put_child(&mut self, child: impl Piece) {
        self.push(Place::Child(child.piece()));
    }

    pub(crate) fn put_attr(&mut self, name: &'static str, value: impl IntoValue) {
        self.put(Side::Attribute, name, value.value());
    }

    pub(crate) fn put_prop(&mut self, name: &'static str, value: impl IntoValue) {
        self.put(Side::Property, name, value.value());
    }

    pub(crate) fn put_class(&mut self, name: &'static str, value: impl IntoValue) {
        self.put(Side::Class, name, value.value());
    }

    pub(crate) fn put_style(&mut self, name: &'static str, value: impl IntoValue) {
        self.put(Side::Style, name, value.value());
    }

    pub(crate) fn listen(&mut self, name: &'static str, act: impl FnMut(Event) + 'static) {
        self.push(Place::On(name, Box::new(act)));
    }

    #[inline(never)]
    fn put(&mut self, side: Side, name: &'static str, value: Value) {
        self.push(Place::Value(side, name, value));
    }

    #[inline(never)]
    fn push(&mut self, place: Place) {
        self.places.push(place);
    }

    #[inline(never)]
    pub(crate) fn view(self) -> AnyView {
        self.into_any()
    }
}

/// How far down the element of an event is scrolled, in CSS pixels.
pub(crate) fn scrolled(event: &Event) -> i32 {
    let element = event.target().map(JsCast::unchecked_into::<types::Element>);
    element.map_or(0, |element| element.scroll_top())
}

/// A place on the screen: what is kept to change it.
enum Kept {
    Child(<AnyView as Render>::State),
    Still(Set),
    Live(#[expect(dead_code, reason = "it lives as long as its place")] RenderEffect<Set>),
    On(
        Rc<RefCell<Handler>>,
        #[expect(dead_code, reason = "it lives as long as its place")] Box<dyn core::any::Any>,
    ),
}

/// Markup on the screen.
pub(crate) struct Shown {
    html: &'static str,
    walk: &'static str,
    root: types::Element,
    nodes: Vec<types::Node>,
    kept: Vec<Kept>,
}

/// Finds the places of a clone of the template.
fn walk(root: &types::Element, way: &str) -> Vec<types::Node> {
    let mut here: Option<types::Node> = Some(root.clone().into());
    let mut found = Vec::new();
    for step in way.bytes() {
        let next = match step {
            b'>' => here.as_ref().and_then(Rndr::first_child),
            b'+' => here.as_ref().and_then(Rndr::next_sibling),
            b'<' => here.as_ref().and_then(Rndr::get_parent),
            _ => {
                found.extend(here.clone());
                continue;
            }
        };
        here = next;
    }
    found
}

fn apply(element: &types::Element, side: Side, name: &'static str, set: &Set) {
    let text = match set {
        Set::No => None,
        Set::Yes => Some(""),
        Set::Static(text) => Some(*text),
        Set::Text(text) => Some(text.as_str()),
    };
    match (side, text) {
        (Side::Attribute, Some(text)) => Rndr::set_attribute(element, name, text),
        (Side::Attribute, None) => Rndr::remove_attribute(element, name),
        (Side::Property, _) => {
            let value = match set {
                Set::No => JsValue::FALSE,
                Set::Yes => JsValue::TRUE,
                Set::Static(_) | Set::Text(_) => JsValue::from_str(text.unwrap_or_default()),
            };
            Rndr::set_property(element, name, &value);
        }
        (Side::Class, Some(_)) => Rndr::add_class(&Rndr::class_list(element), name),
        (Side::Class, None) => Rndr::remove_class(&Rndr::class_list(element), name),
        (Side::Style, Some(text)) => Rndr::set_css_property(&Rndr::style(element), name, text),
        (Side::Style, None) => Rndr::remove_css_property(&Rndr::style(element), name),
    }
}

fn follow(
    element: types::Element,
    side: Side,
    name: &'static str,
    mut value: Box<dyn FnMut() -> Set>,
) -> Kept {
    Kept::Live(RenderEffect::new(move |before: Option<Set>| {
        let now = value();
        if before.as_ref() != Some(&now) {
            apply(&element, side, name, &now);
        }
        now
    }))
}

fn listen(element: &types::Element, name: &'static str, act: Handler) -> Kept {
    let act = Rc::new(RefCell::new(act));
    let acting = Rc::clone(&act);
    let heard = Rndr::add_event_listener(
        element,
        name,
        Box::new(move |event: JsValue| {
            // An event that comes while this one is handled is the handler's own doing.
            if let Ok(mut act) = acting.try_borrow_mut() {
                act(event.unchecked_into());
            }
        }),
    );
    Kept::On(act, Box::new(heard))
}

fn build(node: &types::Node, place: Place) -> Kept {
    match place {
        Place::Child(view) => {
            let mut state = view.build();
            // The comment stays behind the child: it marks where the next one belongs.
            Rndr::try_mount_before(&mut state, node);
            Kept::Child(state)
        }
        Place::Value(side, name, Value::Still(set)) => {
            // An attribute or class that is not there needs no call.
            if set != Set::No || side == Side::Property {
                apply(node.unchecked_ref(), side, name, &set);
            }
            Kept::Still(set)
        }
        Place::Value(side, name, Value::Live(value)) => {
            follow(node.clone().unchecked_into(), side, name, value)
        }
        Place::On(name, act) => listen(node.unchecked_ref(), name, act),
    }
}

impl Render for Markup {
    type State = Shown;

    fn build(self) -> Shown {
        let root = Rndr::create_element_from_html(Cow::Borrowed(self.html));
        let nodes = walk(&root, self.walk);
        let kept = nodes
            .iter()
            .zip(self.places.take())
            .map(|(node, place)| build(node, place))
            .collect();
        Shown {
            html: self.html,
            walk: self.walk,
            root,
            nodes,
            kept,
        }
    }

    fn rebuild(self, shown: &mut Shown) {
        if self.html != shown.html || self.walk != shown.walk {
            let mut new = self.build();
            shown.insert_before_this(&mut new);
            shown.unmount();
            *shown = new;
            return;
        }
        let Shown { nodes, kept, .. } = shown;
        for ((node, kept), place) in nodes.iter().zip(kept).zip(self.places.take()) {
            match (place, kept) {
                (Place::Child(view), Kept::Child(state)) => view.rebuild(state),
                (Place::Value(side, name, Value::Still(set)), Kept::Still(before)) => {
                    if set != *before {
                        apply(node.unchecked_ref(), side, name, &set);
                        *before = set;
                    }
                }
                (Place::On(_, act), Kept::On(before, _)) => *before.borrow_mut() = act,
                (place, kept) => *kept = build(node, place),
            }
        }
    }
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        Rndr::remove(&self.root);
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        Rndr::insert_node(parent, &self.root, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.root.insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.root.clone()]
    }
}

/// Leptos asks a view how it comes from a server; this app has no server that renders.
macro_rules! client_only {
    ($view:ty, $state:ty) => {
        impl AddAnyAttr for $view {
            type Output<New: Attribute> = Self;

            fn add_any_attr<New: Attribute>(self, _: New) -> Self {
                self
            }
        }

        impl RenderHtml for $view {
            type AsyncOutput = Self;
            type Owned = Self;

            const MIN_LENGTH: usize = 0;

            fn dry_resolve(&mut self) {}

            async fn resolve(self) -> Self {
                self
            }

            fn to_html_with_buf(
                self,
                _: &mut String,
                _: &mut Position,
                _: bool,
                _: bool,
                _: Vec<AnyAttribute>,
            ) {
            }

            fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> $state {
                self.build()
            }

            fn into_owned(self) -> Self {
                self
            }
        }
    };
}
client_only!(Markup, Shown);
client_only!(keyed::Keyed, keyed::Rows);

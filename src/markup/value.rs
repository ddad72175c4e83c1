//! What may stand behind the name of an attribute, a property, a class or a style.

/// What an attribute, a property, a class or a style is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Set {
    /// The attribute is not there, the class not set.
    No,
    /// It is there without a text.
    Yes,
    /// It has this text.
    Static(&'static str),
    /// It has this text.
    Text(String),
}

/// A value that stays, or one that follows its signals.
pub(crate) enum Value {
    Still(Set),
    Live(Box<dyn FnMut() -> Set>),
}

/// What may stand behind an attribute's name.
pub(crate) trait IntoValue {
    fn value(self) -> Value;
}

/// A value without signals.
pub(crate) trait IntoSet {
    fn set(self) -> Set;
}

impl IntoSet for bool {
    fn set(self) -> Set {
        if self { Set::Yes } else { Set::No }
    }
}

impl IntoSet for &'static str {
    fn set(self) -> Set {
        Set::Static(self)
    }
}

impl IntoSet for String {
    fn set(self) -> Set {
        Set::Text(self)
    }
}

impl<T: IntoSet> IntoSet for Option<T> {
    fn set(self) -> Set {
        self.map_or(Set::No, IntoSet::set)
    }
}

macro_rules! still {
    ($($type:ty),*) => {$(
        impl IntoValue for $type {
            fn value(self) -> Value {
                Value::Still(self.set())
            }
        }
    )*};
}
still!(
    bool,
    &'static str,
    String,
    Option<String>,
    Option<&'static str>
);

impl<T: IntoSet, F: FnMut() -> T + 'static> IntoValue for F {
    fn value(mut self) -> Value {
        Value::Live(Box::new(move || self().set()))
    }
}

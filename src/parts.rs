//! Reusable pieces of screens: what they show comes in, what the person did goes out.

pub(crate) mod bars;
pub(crate) mod field;
pub(crate) mod group;
pub(crate) mod icon;
pub(crate) mod inputs;
pub(crate) mod row;
pub(crate) mod sheet;
pub(crate) mod values;
pub(crate) mod virtual_list;
pub(crate) mod writer;

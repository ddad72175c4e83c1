//! HTTP as every route needs it: bodies with bounds, who may come in, problem documents.

pub(crate) mod body;
pub(crate) mod guard;
pub(crate) mod problem;

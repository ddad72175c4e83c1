//! All changes a device holds. Merging two notebooks is uniting their sets (`docs/MERGE.md`).

use core::cmp::Ordering;

use crate::{
    change::{Change, ChangeError, parse_change},
    fold::{Dated, Record, fold},
    id::{ChangeId, DeviceId, RecordId},
    shelf::Shelf,
    stamp::Stamp,
    table,
    wire::Acceptance,
};

/// A change as it is kept: its author's bytes, and what is asked of it often.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The author's bytes, or those of the stub that the law left.
    pub raw: Box<str>,
    /// Who wrote it down.
    pub dev: DeviceId,
    /// The device's own count.
    pub n: u64,
    /// Which records it touches.
    pub recs: Box<[RecordId]>,
    /// The last acceptance that came by: what the endpoint says in its present life.
    pub acc: Option<Acceptance>,
}

impl Known {
    /// The effective stamp, once an endpoint gave one.
    #[must_use]
    pub fn eff(&self) -> Option<Stamp> {
        self.acc.as_ref().map(|acc| acc.eff)
    }
}

/// What became of a change that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is new here.
    New,
    /// It was here, byte for byte.
    Had,
    /// Another text under the same id was here first and stays.
    Twin,
    /// It replaced a body by its stub.
    Stubbed,
}

/// A set of changes.
#[derive(Debug, Clone, Default)]
pub struct Notebook {
    changes: Shelf<ChangeId, Known>,
    /// The places of the changes that touch a record, by their ids.
    by_record: Shelf<RecordId, Vec<usize>>,
    erased: Shelf<ChangeId, ChangeId>,
}

/// The order of arrival, in which the places are given, makes no difference.
impl PartialEq for Notebook {
    fn eq(&self, other: &Self) -> bool {
        self.changes == other.changes && self.erased == other.erased
    }
}

impl Notebook {
    /// Takes a change in.
    ///
    /// # Errors
    /// When the bytes are not a change.
    pub fn insert(&mut self, raw: &str) -> Result<(ChangeId, Inserted), ChangeError> {
        let change = parse_change(raw.as_bytes())?;
        let id = change.id;
        // An erasure that is itself erased still holds: otherwise the order of arrival would decide.
        for erased in change.erase.iter().flat_map(|erase| &erase.ids) {
            self.erase(*erased, id);
        }
        let by = self.erased.get(&id).copied();
        if let Some(by) = by.filter(|by| change.stub.is_none_or(|stub| *by < stub)) {
            let stub = change.stubbed(by);
            return Ok((id, self.put(&stub, &stub.to_json())));
        }
        Ok((id, self.put(&change, raw)))
    }

    fn put(&mut self, change: &Change, raw: &str) -> Inserted {
        let recs: Box<[RecordId]> = change.recs.iter().map(|writes| writes.rec).collect();
        match self.changes.get_mut(&change.id) {
            Some(known) if *known.raw == *raw => Inserted::Had,
            Some(known) if change.stub.is_some() => {
                // Two erasures of one change: the smaller id wins, so that the order of arrival does not.
                if *known.raw < *raw
                    && parse_change(known.raw.as_bytes()).is_ok_and(|c| c.stub.is_some())
                {
                    return Inserted::Had;
                }
                known.raw = raw.into();
                Inserted::Stubbed
            }
            Some(known) => {
                let is_stub = parse_change(known.raw.as_bytes()).is_ok_and(|c| c.stub.is_some());
                if is_stub {
                    Inserted::Had
                } else {
                    Inserted::Twin
                }
            }
            None => {
                let place = self.changes.len();
                for rec in &recs {
                    self.note(*rec, change.id, place);
                }
                let (dev, n) = (change.dev, change.n);
                let known = Known {
                    raw: raw.into(),
                    dev,
                    n,
                    recs,
                    acc: None,
                };
                self.changes.insert(change.id, known);
                Inserted::New
            }
        }
    }

    /// Notes that a change touches a record.
    fn note(&mut self, rec: RecordId, id: ChangeId, place: usize) {
        let Some(places) = self.by_record.get_mut(&rec) else {
            self.by_record.insert(rec, vec![place]);
            return;
        };
        let among = table::place(places.len(), &mut |at| {
            let other = places.get(at).and_then(|place| self.changes.at(*place));
            other.map_or(Ordering::Greater, |(other, _)| other.cmp(&id))
        });
        if let Err(at) = among {
            places.insert(at, place);
        }
    }

    /// Whether any erasure is known.
    #[must_use]
    pub fn has_erased(&self) -> bool {
        self.erased.iter().next().is_some()
    }

    /// Whether a change is one by which others were erased.
    #[must_use]
    pub fn is_eraser(&self, id: &ChangeId) -> bool {
        self.erased.values().any(|by| by == id)
    }

    /// Whether an erasure that is known names this change.
    #[must_use]
    pub fn is_erased(&self, id: &ChangeId) -> bool {
        self.erased.get(id).is_some()
    }

    fn erase(&mut self, id: ChangeId, by: ChangeId) {
        let first = self.erased.get(&id).map_or(by, |first| by.min(*first));
        self.erased.insert(id, first);
        let by = first;
        let body = self
            .changes
            .get(&id)
            .map(|known| parse_change(known.raw.as_bytes()));
        if let Some(Ok(body)) = body {
            let stub = body.stubbed(by);
            self.put(&stub, &stub.to_json());
        }
    }

    /// Notes that an endpoint took a change. In one life it gives one acceptance; what a later life says replaces
    /// what an earlier one said, so that all who have heard it agree.
    pub fn accept(&mut self, id: ChangeId, acc: Acceptance) {
        if let Some(known) = self.changes.get_mut(&id) {
            known.acc = Some(acc);
        }
    }

    /// A change, if it is here.
    #[must_use]
    pub fn get(&self, id: &ChangeId) -> Option<&Known> {
        self.changes.get(id)
    }

    /// All changes, by id.
    pub fn changes(&self) -> impl Iterator<Item = (&ChangeId, &Known)> {
        self.changes.iter()
    }

    /// How many changes are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// All records that any change touches, deleted ones too.
    pub fn records(&self) -> impl Iterator<Item = RecordId> {
        self.by_record.keys().copied()
    }

    /// The changes that touch a record.
    pub fn of_record(&self, rec: RecordId) -> impl Iterator<Item = (&ChangeId, &Known)> {
        let places = self.by_record.get(&rec).into_iter().flatten();
        places.filter_map(|place| self.changes.at(*place))
    }

    /// A record as these changes tell it.
    #[must_use]
    pub fn fold(&self, rec: RecordId) -> Option<Record> {
        let parsed: Vec<(Change, Option<Stamp>)> = self
            .of_record(rec)
            .filter_map(|(_, known)| Some((parse_change(known.raw.as_bytes()).ok()?, known.eff())))
            .collect();
        fold(
            rec,
            parsed
                .iter()
                .map(|(change, eff)| -> Dated<'_> { (change, *eff) }),
        )
    }
}

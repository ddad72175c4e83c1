//! Programmes: a template and a period become a programme and its tasks, in one change.

use records::{
    id::{RecordId, entry_id},
    programme::{self, Period, Template},
};

use crate::{
    browser,
    work::{
        Work,
        save::{self, SaveError},
    },
};

/// Starts a programme; answers with its record and the time of the save, or with nothing when this catalogue
/// has no form for it.
pub(crate) async fn start(
    work: Work,
    template: &Template,
    period: &Period,
) -> Result<Option<(RecordId, u64)>, SaveError> {
    let catalogue = work.book.catalogue();
    let programme = catalogue.newest("chuong_trinh");
    let Some(forms) = programme.zip(catalogue.newest("nhiem_vu")) else {
        return Ok(None);
    };
    let now = browser::now_ms();
    let mut record = || RecordId::new(now, browser::random());
    let mut entry = || entry_id(browser::random());
    let writes = programme::start(template, period, forms, &mut record, &mut entry);
    let Some(id) = writes.first().map(|writes| writes.rec) else {
        return Ok(None);
    };
    let saved = save::save(work, writes, None).await?;
    Ok(Some((id, saved)))
}

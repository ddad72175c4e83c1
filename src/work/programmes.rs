//! Programmes: a template and a period become a programme and its tasks, in one change; and back, as a file.

use records::{
    id::{RecordId, entry_id},
    programme::{self, Period, Template},
};

use crate::{
    browser,
    work::{
        Work,
        files::{FilesError, Ready, stamp_of_now},
        save::{self, SaveError},
    },
};

/// A programme of this notebook as a template, its tasks in the order of their dates.
pub(crate) fn template(work: Work, id: RecordId) -> Option<Template> {
    let programme = work.book.record(id)?.to_doc();
    let parent = id.to_string();
    let mut rows = work
        .book
        .rows(|row| row.form == "nhiem_vu" && row.parent.as_deref() == Some(parent.as_str()));
    records::order::sort(&mut rows, &mut |a, b| (&a.date, a.id) < (&b.date, b.id));
    let tasks = rows.iter().filter_map(|row| work.book.record(row.id));
    let tasks: Vec<_> = tasks.map(|task| task.to_doc()).collect();
    Some(programme::template_of(&parent, &programme, &tasks))
}

/// The file of a programme, for another commune.
pub(crate) fn file(work: Work, id: RecordId) -> Option<Ready> {
    let text = programme::to_file(&template(work, id)?);
    Some(Ready {
        name: format!("chuong-trinh-{}.json", stamp_of_now()),
        mime: "application/json",
        bytes: text.into_bytes(),
    })
}

/// The programme of such a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Template, FilesError> {
    Ok(programme::from_file(bytes)?)
}

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
    let mut writes = programme::start(template, period, forms, &mut record, &mut entry);
    let Some(first) = writes.first_mut() else {
        return Ok(None);
    };
    let id = first.rec;
    // The next period of a programme that is here.
    if let Ok(old) = template.id.parse::<RecordId>()
        && work.book.peek(|data| data.rows.get(&old).is_some())
    {
        first.set.remove("mau");
        first
            .set
            .insert("thay_the".to_owned(), template.id.as_str().into());
    }
    let saved = save::save(work, writes, None).await?;
    Ok(Some((id, saved)))
}

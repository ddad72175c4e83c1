//! The secret compartment, from outside and inside: a matter is moved in, what waits in it is brought to the endpoint, its form
//! is made. Of the second wasm.

use std::cell::Cell;

use leptos::prelude::*;
use records::{
    account,
    change::{ChangeError, SECRET},
    fold::Record,
    id::RecordId,
    replica::{Plan, Replica},
    secret::{Colleagues, catalogue, moving},
    wire::SEND_CHANGES_MAX,
};

use crate::{
    browser::{self, let_go, prefs, tabs},
    net,
    store::{Store, StoreError, lock, secret},
    work::{
        Work, audit, drafts,
        erase::{erase, me},
        open,
        save::SaveError,
    },
};

/// Another tab can save in between, but not eight times within one move.
const TRIES: usize = 8;
/// Exchanges in a row.
const ROUNDS_MAX: usize = 50;
/// How many exchanges of the ordinary notebook pass before it is asked again whether something waits inside: another tab
/// may have written.
const PASS_AFTER: u32 = 10;

thread_local! {
    static PASS: Cell<u32> = const { Cell::new(0) };
}

/// The compartment, opened beside the notebook that is on the screen.
struct Inside {
    store: Store,
    replica: Replica,
    counter_row: Vec<u8>,
    last_row: f64,
}

impl Inside {
    /// Opens it with the key that this page was let in with; none where there is no lock, or no compartment.
    async fn open(is_wanted: bool) -> Result<Option<Self>, StoreError> {
        let notebook = open::notebook();
        let Some(own) = lock::let_in_with() else {
            return Ok(None);
        };
        let Some(key) = secret::key(&notebook, &own, is_wanted).await? else {
            return Ok(None);
        };
        let store = Store::with(secret::name_of(&notebook), &key).await?;
        let loaded = store.load(|_| {}).await?;
        let mut replica = Replica::new(loaded.counter, loaded.sync);
        replica.part = SECRET;
        replica.adopt_entries(loaded.entries);
        Ok(Some(Self {
            store,
            replica,
            counter_row: loaded.counter_row,
            last_row: loaded.last_row,
        }))
    }

    fn waits(&self) -> bool {
        self.replica.waiting().next().is_some()
    }

    async fn commit(&mut self, plan: Plan) -> Result<(), StoreError> {
        let committed = self
            .store
            .take(&plan, &self.counter_row, self.last_row)
            .await?;
        if let Some(row) = committed.counter_row {
            self.counter_row = row;
        }
        self.replica.adopt(plan);
        Ok(())
    }
}

/// After a good exchange of the ordinary notebook: what waits inside goes too.
pub(crate) async fn bring(work: Work) {
    let pass = PASS.get();
    if pass > 0 {
        return PASS.set(pass - 1);
    }
    PASS.set(PASS_AFTER);
    let name = format!("{}/sync", secret::name_of(&work.tools().name));
    // What does not go now goes with a later exchange.
    let exchange = Box::pin(async move { let_go(exchange(work).await) });
    tabs::alone(&name, exchange).await;
}

async fn exchange(work: Work) -> Option<()> {
    let mut inside = Inside::open(false).await.ok()??;
    let (endpoint, key) = {
        let tools = work.tools();
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    for _ in 0..ROUNDS_MAX {
        if !inside.waits() {
            return audit::tell_all(work, &inside.store).await;
        }
        let request = inside
            .replica
            .plan_request(browser::now_ms(), SEND_CHANGES_MAX);
        let answer = net::sync(&endpoint, &key, &request).await.ok()?;
        let (now, random) = (browser::now_ms(), browser::random());
        let plan = inside.replica.plan_answer(now, random, &request, answer);
        let is_stuck = plan.entries.is_empty();
        inside.commit(plan).await.ok()?;
        if is_stuck {
            PASS.set(0);
            return None;
        }
    }
    None
}

/// Whether something inside is nowhere else yet.
pub(crate) async fn waits() -> bool {
    let inside = Inside::open(false).await;
    inside.is_ok_and(|inside| inside.is_some_and(|inside| inside.waits()))
}

/// By what a copy of a case is known.
pub(crate) fn copy_code() -> String {
    let letters = account::code(browser::random());
    format!("BS-{}", letters.get(..5).unwrap_or(&letters))
}

/// Whether this page may look into the compartment: there is a lock, and somebody was let in.
pub(crate) fn is_let_in() -> bool {
    lock::let_in_with().is_some()
}

/// Opens the compartment in this tab: the page before it asks for the PIN.
pub(crate) async fn enter(work: Work) -> bool {
    let is_kept = drafts::all_kept(work).await;
    if is_kept {
        prefs::keep_in_tab(prefs::PART, SECRET);
        browser::go_instead("/");
        browser::reload();
    }
    is_kept
}

/// Back to the ordinary notebook, which asks for the PIN.
pub(crate) async fn leave(work: Work) -> bool {
    let is_kept = drafts::all_kept(work).await;
    if is_kept {
        prefs::keep_in_tab(prefs::PART, "");
        browser::go_instead("/");
        browser::reload();
    }
    is_kept
}

/// Why nothing was moved. The record is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MoveError {
    /// There is no lock, or nothing to move.
    #[error("nothing to move, or nowhere")]
    Nothing,
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl From<StoreError> for MoveError {
    fn from(error: StoreError) -> Self {
        Self::Save(error.into())
    }
}

impl From<ChangeError> for MoveError {
    fn from(error: ChangeError) -> Self {
        Self::Save(error.into())
    }
}

/// Moves the denunciations of a record into a case; the code by which the record names it. First the case is there, then
/// nothing of it is left in the open: not in the record, not in a draft, not in what lies on the disk.
pub(crate) async fn move_in(work: Work, record: &Record) -> Result<String, MoveError> {
    let form = work.book.catalogue().form(&record.form, &record.version);
    let form = form.ok_or(MoveError::Nothing)?;
    // Of all that is known, also by other tabs.
    open::know_all(work).await?;
    let letters = account::code(browser::random());
    let code = format!("TC-{}", letters.get(..5).unwrap_or(&letters));
    let case = RecordId::new(browser::now_ms(), browser::random());
    let plan = work.book.peek(|data| {
        let notebook = &data.replica.notebook;
        let now = notebook.fold(record.id)?;
        moving(notebook, &now, form, (case, &code))
    });
    let plan = plan.ok_or(MoveError::Nothing)?;
    let mut tries = 0;
    loop {
        let mut inside = Inside::open(true).await?.ok_or(MoveError::Nothing)?;
        let (now, random) = (browser::now_ms(), browser::random());
        let recs = vec![plan.case.clone()];
        let saved = inside.replica.plan_save(now, random, me(work), recs)?;
        match inside.commit(saved).await {
            Err(StoreError::Moved) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
            Ok(()) => break,
        }
    }
    PASS.set(0);
    erase(work, (plan.stays, plan.erase)).await?;
    let drafts: Vec<String> = work.book.peek(|data| {
        let own = data
            .drafts
            .iter()
            .filter(|(_, draft)| draft.rec == record.id);
        own.map(|(name, _)| name.clone()).collect()
    });
    for name in drafts {
        drafts::discard(work, &name).await?;
    }
    let_go(audit::note_here(work, "chuyen_mat", &code).await);
    Ok(code)
}

/// The form of the compartment, with whom a case can be given to: first as it was last heard, then as the endpoint says.
pub(crate) fn grow(work: Work) {
    // What is printed here is a copy with a code, or nothing (`style/print.css`).
    browser::set_root("data-part", Some(SECRET));
    wasm_bindgen_futures::spawn_local(async move {
        let tools = work.tools();
        let kept = tools
            .store
            .colleagues()
            .await
            .unwrap_or(Colleagues { people: Vec::new() });
        take_form(work, &kept);
        work.book.is_renewed.set(true);
        // What was made before the form was here is made anew; a form waits for it.
        work.book.reopened.update(|round| *round += 1);
        let (endpoint, key) = {
            let profile = tools.profile.borrow();
            (profile.endpoint.clone(), profile.key.clone())
        };
        let now: Result<Colleagues, _> = net::ask(&endpoint, &key, "colleagues", None).await;
        if let Ok(now) = now
            && now != kept
            && tools.store.put_colleagues(&now).await.is_ok()
        {
            take_form(work, &now);
        }
    });
}

fn take_form(work: Work, people: &Colleagues) {
    if let Ok(mut form) = catalogue(&people.people) {
        form.calendar = work.book.catalogue().calendar.clone();
        work.book
            .take_catalogue(Box::leak(Box::new(form)), &|_| true);
    }
}

//! A thin wrapper of IndexedDB: bursts of requests in one transaction, strict durability, reopening.
//!
//! A burst queues all requests at once and awaits only the transaction's end, so nothing can end it early.
//! Own code because no crate of this size has strict durability, reopening and a checked write together.

use crate::browser::let_go;
use std::cell::RefCell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters,
    IdbOpenDbRequest, IdbRequest, IdbTransaction,
};

use super::{StoreError, bytes_of};
use crate::browser;

/// One request of a burst.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Get(&'static str, JsValue),
    Keys(&'static str),
    Rows(&'static str),
    KeysAfter(&'static str, f64),
    RowsAfter(&'static str, f64),
    Put(&'static str, Option<JsValue>, JsValue),
    Delete(&'static str, JsValue),
    Clear(&'static str),
    /// Everything is rolled back unless the row holds these bytes (or is not there).
    Expect(&'static str, JsValue, Option<Vec<u8>>),
}

type Shape = &'static [(&'static str, bool)];

/// A database that comes back when the browser drops it.
#[derive(Debug)]
pub(crate) struct Db {
    name: String,
    version: u32,
    shape: Shape,
    handle: RefCell<Option<IdbDatabase>>,
}

fn error_of(error: &JsValue) -> StoreError {
    let (name, message) = browser::describe(error);
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::Newer,
        _ => StoreError::Browser(name, message),
    }
}

/// A promise with its two ends.
fn promise(mut start: impl FnMut(Function, Function)) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| start(resolve, reject)))
}

impl Db {
    pub(crate) async fn open(name: &str, version: u32, shape: Shape) -> Result<Self, StoreError> {
        let db = Self {
            name: name.to_owned(),
            version,
            shape,
            handle: RefCell::new(None),
        };
        db.connect().await?;
        Ok(db)
    }

    async fn connect(&self) -> Result<IdbDatabase, StoreError> {
        if let Some(handle) = self.handle.borrow().clone() {
            return Ok(handle);
        }
        let missing = || StoreError::Missing(String::new());
        let window = browser::window().ok_or_else(missing)?;
        let factory = browser::get(&window, "indexedDB").ok_or_else(missing)?;
        let factory: IdbFactory = factory.dyn_into().or(Err(missing()))?;
        let request = factory
            .open_with_u32(&self.name, self.version)
            .map_err(|e| error_of(&e))?;
        let shape = self.shape;
        let upgraded = request.clone();
        let upgrade = Closure::<dyn Fn()>::new(move || create_stores(&upgraded, shape));
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened = promise(|resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        if opened.await.is_err() {
            let error = request.error().ok().flatten();
            return Err(error.map_or_else(missing, |error| error_of(&error)));
        }
        let handle: IdbDatabase = request.result().map_err(|e| error_of(&e))?.unchecked_into();
        let closing = handle.clone();
        // Another tab brings a newer release: let go, or its upgrade waits for ever.
        let close = Closure::once_into_js(move || closing.close());
        handle.set_onversionchange(Some(close.unchecked_ref()));
        *self.handle.borrow_mut() = Some(handle.clone());
        Ok(handle)
    }

    /// As a browser does after a long sleep.
    #[cfg(feature = "contract")]
    pub(crate) fn lose_connection(&self) {
        if let Some(handle) = self.handle.borrow().as_ref() {
            handle.close();
        }
    }

    pub(crate) async fn read(
        &self,
        stores: &[&str],
        ops: Vec<Op>,
    ) -> Result<Vec<JsValue>, StoreError> {
        self.run(stores, "readonly", ops).await
    }

    pub(crate) async fn write(
        &self,
        stores: &[&str],
        ops: Vec<Op>,
    ) -> Result<Vec<JsValue>, StoreError> {
        self.run(stores, "readwrite", ops).await
    }

    /// A connection lost while the phone slept is reopened, and the burst runs again: it had no effect.
    async fn run(
        &self,
        stores: &[&str],
        mode: &str,
        ops: Vec<Op>,
    ) -> Result<Vec<JsValue>, StoreError> {
        match self.burst(stores, mode, &ops).await {
            Err(StoreError::Browser(name, _))
                if matches!(
                    name.as_str(),
                    "InvalidStateError" | "UnknownError" | "AbortError"
                ) =>
            {
                if let Some(handle) = self.handle.borrow_mut().take() {
                    handle.close();
                }
                self.burst(stores, mode, &ops).await
            }
            done => done,
        }
    }

    async fn burst(
        &self,
        stores: &[&str],
        mode: &str,
        ops: &[Op],
    ) -> Result<Vec<JsValue>, StoreError> {
        let handle = self.connect().await?;
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        // By hand: web-sys hides the durability option behind an unstable switch.
        let options = Object::new();
        let_go(Reflect::set(
            &options,
            &"durability".into(),
            &"strict".into(),
        ));
        let begin =
            browser::get(&handle, "transaction").and_then(|f| f.dyn_into::<Function>().ok());
        let begin = begin.ok_or_else(|| StoreError::Missing(String::new()))?;
        let transaction: IdbTransaction = begin
            .call3(&handle, &names, &mode.into(), &options)
            .map_err(|e| error_of(&e))?
            .unchecked_into();
        let moved = std::rc::Rc::new(std::cell::Cell::new(false));
        let mut requests = Vec::with_capacity(ops.len());
        let mut checks = Vec::new();
        for op in ops {
            let request = queue(&transaction, op).map_err(|e| error_of(&e))?;
            if let Op::Expect(_, _, expected) = op {
                checks.push(check(&request, &transaction, expected.clone(), &moved));
            }
            requests.push(request);
        }
        let ended = promise(|resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        let ended = ended.await;
        drop(checks);
        if moved.get() {
            return Err(StoreError::Moved);
        }
        if ended.is_err() {
            let error = transaction.error().map(JsValue::from).unwrap_or_default();
            let failed = requests
                .iter()
                .find_map(|request| request.error().ok().flatten());
            return Err(error_of(&failed.map_or(error, JsValue::from)));
        }
        requests
            .iter()
            .map(|request| request.result().map_err(|e| error_of(&e)))
            .collect()
    }
}

fn create_stores(request: &IdbOpenDbRequest, shape: Shape) {
    let Ok(result) = request.result() else { return };
    let db: IdbDatabase = result.unchecked_into();
    for (name, has_numbers) in shape {
        if !db.object_store_names().contains(name) {
            let parameters = IdbObjectStoreParameters::new();
            parameters.set_auto_increment(*has_numbers);
            // Fails only outside an upgrade or for a store that is there.
            let_go(db.create_object_store_with_optional_parameters(name, &parameters));
        }
    }
}

fn queue(transaction: &IdbTransaction, op: &Op) -> Result<IdbRequest, JsValue> {
    let store = |name: &str| -> Result<IdbObjectStore, JsValue> { transaction.object_store(name) };
    let after = |last: f64| IdbKeyRange::lower_bound_with_open(&last.into(), true);
    match op {
        Op::Get(name, key) | Op::Expect(name, key, _) => store(name)?.get(key),
        Op::Keys(name) => store(name)?.get_all_keys(),
        Op::Rows(name) => store(name)?.get_all(),
        Op::KeysAfter(name, last) => store(name)?.get_all_keys_with_key(&after(*last)?.into()),
        Op::RowsAfter(name, last) => store(name)?.get_all_with_key(&after(*last)?.into()),
        Op::Put(name, None, row) => store(name)?.put(row),
        Op::Put(name, Some(key), row) => store(name)?.put_with_key(row, key),
        Op::Delete(name, key) => store(name)?.delete(key),
        Op::Clear(name) => store(name)?.clear(),
    }
}

/// Rolls the transaction back when the row is not what was expected; the closure must live until its end.
fn check(
    request: &IdbRequest,
    transaction: &IdbTransaction,
    expected: Option<Vec<u8>>,
    moved: &std::rc::Rc<std::cell::Cell<bool>>,
) -> Closure<dyn FnMut(Event)> {
    let (own, transaction, moved) = (
        request.clone(),
        transaction.clone(),
        std::rc::Rc::clone(moved),
    );
    let check = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
        let found = own.result().ok().filter(|row| !row.is_undefined());
        if found.as_ref().and_then(bytes_of) != expected || found.is_some() != expected.is_some() {
            moved.set(true);
            // Fails only when the transaction is over, and it is not inside its own event.
            let_go(transaction.abort());
        }
    });
    request.set_onsuccess(Some(check.as_ref().unchecked_ref()));
    check
}

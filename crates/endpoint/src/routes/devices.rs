//! `GET /v1/devices`: what each device last said of itself; a new one asks whether its person had another.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use records::{search, wire::Contacts};

use crate::{Endpoint, account::Visitor, http::problem::Problem, now_ms};

pub(super) async fn devices(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Problem> {
    let mut devices = endpoint.store().devices(&visitor.unit).await?;
    if let Some(visit) = &visitor.visit {
        // A person hears of their own: those let in for them, and those of before there were accounts by their name.
        let people = endpoint
            .store()
            .people(Some(visitor.unit.clone()), now_ms());
        let people = people.await?;
        let mut own = people
            .into_iter()
            .filter(|person| person.id == visit.person);
        let own = own.next().map(|person| person.devices).unwrap_or_default();
        let name = search::key(&visit.name);
        devices.retain(|contact| {
            let mut own = own.iter();
            own.any(|device| device.device == contact.device) || search::key(&contact.who) == name
        });
    }
    Ok(Json(Contacts { devices }).into_response())
}

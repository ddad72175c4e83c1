//! Two people change one field of one record, neither knowing of the other.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

#[tokio::test]
async fn one_field_edited_on_two_phones_keeps_both_values_until_one_is_chosen() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (first, second) = (
        Profile::new("conflict-first"),
        Profile::new("conflict-second"),
    );
    let here = App::begin(&first, &endpoint.url()).await;
    here.enrol(&endpoint).await;
    let dyke = Reception::new("Lê Thị Mười", "Kè bờ sông sạt lở");
    let record = here.record_reception(&dyke).await;
    here.is_all_sent().await;
    let there = App::begin(&second, &endpoint.url()).await;
    there.enrol(&endpoint).await;
    there.go(record.trim_start_matches('#')).await;
    there.browser.see(".kv", &dyke.matter).await;

    endpoint.kill();
    here.change(MATTER, "Kè bờ sông sạt lở 20 mét").await;
    there
        .change(MATTER, "Kè bờ sông sạt lở 35 mét, nứt nhà hai hộ")
        .await;
    endpoint.restart().await;
    for phone in [&here, &there, &here] {
        phone.sync_now().await;
    }

    for phone in [&here, &there] {
        phone.go(record.trim_start_matches('#')).await;
        phone.browser.see(".conflict", "20 mét").await;
        phone.browser.see(".conflict", "35 mét").await;
        phone.browser.see_count(".conflict-value button", 2).await;
    }
    assert_eq!(
        here.browser.texts(".conflict-value p").await,
        there.browser.texts(".conflict-value p").await
    );

    here.choose_value("35 mét").await;
    here.browser.see_count(".conflict", 0).await;
    for phone in [&here, &there] {
        phone.sync_now().await;
        phone.go(record.trim_start_matches('#')).await;
        phone.browser.see(".kv", "35 mét").await;
        phone.browser.see_count(".conflict", 0).await;
    }
    assert_eq!(here.values().await, there.values().await);
    assert_eq!(here.export().await.records, there.export().await.records);
    here.browser.close().await;
    there.browser.close().await;
}

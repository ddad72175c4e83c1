//! The app on a plain static host, in a folder below its root, with no endpoint anywhere.

use crate::{
    harness::{browser::Profile, static_host::StaticHost, turn},
    screens::{App, write::Reception},
};

#[tokio::test]
async fn under_a_folder_of_a_static_host_it_works_offline_after_the_first_visit() {
    let _turn = turn().await;
    let mut host = StaticHost::start();
    let profile = Profile::new("sub-path");
    let app = App::begin(&profile, &host.url()).await;
    let fence = Reception::new("Võ Thị Sáu", "Hàng rào trường học hư hỏng");
    app.record_reception(&fence).await;
    host.kill();

    app.reload().await;
    let lamp = Reception::new("Đỗ Văn Tư", "Đèn đường tổ 3 không sáng");
    app.record_reception(&lamp).await;
    app.browser.close().await;

    // A new browser has nothing in memory, only what is on disk.
    let app = App::open(&profile, &host.url()).await;
    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 2).await;
    app.finds("hang rao", &fence.citizen).await;
    assert_eq!(app.export().await.records.len(), 2);
    app.browser.close().await;
}

//! axe-core on every main screen: nothing serious, nothing critical.

use std::fs;

use serde_json::Value;

use crate::{
    flows::screens::{SCREENS, furnish},
    harness::{browser::Profile, given, static_host::StaticHost, turn},
    screens::App,
};

#[tokio::test]
async fn main_screens_have_no_serious_accessibility_problem() {
    let _turn = turn().await;
    let axe = fs::read_to_string(given("SO_TAY_AXE")).unwrap();
    let host = StaticHost::start();
    let profile = Profile::new("axe");
    let app = App::open(&profile, &host.url()).await;
    app.browser.see("#use-here", "").await;
    app.browser.js(&axe, Vec::new()).await.unwrap();
    let mut problems = found_by_axe(&app, "welcome").await;
    app.use_here().await;
    let places = furnish(&app).await;
    for scheme in ["light", "dark"] {
        app.browser.prefer(scheme).await;
        for (name, route) in SCREENS {
            let (route, landmark) = places.resolve(route);
            app.go(&route).await;
            app.browser.see(landmark, "").await;
            problems.extend(found_by_axe(&app, &format!("{name}, {scheme}")).await);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    app.browser.close().await;
}

async fn found_by_axe(app: &App, screen: &str) -> Vec<String> {
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ['violations']}).then(
            (result) => done(result.violations.flatMap((violation) => violation.nodes.map((node) =>
                [violation.impact, violation.id, node.target.join(' '), node.failureSummary.split('\\n')[1] ?? '']))),
            (error) => done([['critical', String(error), '', '']]));";
    let found = app.browser.js_later(run, Vec::new()).await.unwrap();
    let found: Vec<[Value; 4]> = serde_json::from_value(found).unwrap();
    let grave = found
        .iter()
        .filter(|[impact, ..]| impact == "serious" || impact == "critical");
    grave
        .map(|[impact, rule, place, why]| format!("{screen}: {impact} {rule} {place}: {why}"))
        .collect()
}

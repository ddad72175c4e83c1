//! axe-core on every main screen: nothing serious, nothing critical.

use std::{collections::BTreeMap, fs};

use crate::{
    flows::screens::{SCREENS, furnish},
    harness::{browser::Profile, given, static_host::StaticHost, turn},
    screens::App,
};

/// What is wrong, and on which screens.
type Problems = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn main_screens_have_no_serious_accessibility_problem() {
    let _turn = turn().await;
    let axe = fs::read_to_string(given("SO_TAY_AXE")).unwrap();
    let host = StaticHost::start();
    let profile = Profile::new("axe");
    let app = App::open(&profile, &host.url()).await;
    app.browser.see("#use-here", "").await;
    app.browser.js(&axe, Vec::new()).await.unwrap();
    let mut problems = Problems::new();
    look_with_axe(&app, "mo-lan-dau", &mut problems).await;
    app.use_here().await;
    let places = furnish(&app).await;
    for scheme in ["light", "dark"] {
        app.browser.prefer(scheme).await;
        for (name, route) in SCREENS {
            let (route, landmark) = places.resolve(route);
            app.go(&route).await;
            app.browser.see(landmark, "").await;
            look_with_axe(&app, &format!("{name} {scheme}"), &mut problems).await;
        }
    }
    let lines = problems
        .iter()
        .map(|(problem, screens)| format!("{problem}\n    {}", screens.join(", ")));
    assert!(
        problems.is_empty(),
        "{}",
        lines.collect::<Vec<_>>().join("\n")
    );
    app.browser.close().await;
}

async fn look_with_axe(app: &App, screen: &str, problems: &mut Problems) {
    let run = "const done = arguments[arguments.length - 1];
        const grave = (found) => found.impact === 'serious' || found.impact === 'critical';
        axe.run(document, {resultTypes: ['violations']}).then(
            (result) => done(result.violations.filter(grave).flatMap((found) => found.nodes.map((node) =>
                `${found.impact} ${found.id} at ${node.target.join(' ')}: ${node.failureSummary}`))),
            (error) => done([String(error)]));";
    let found = app.browser.js_later(run, Vec::new()).await.unwrap();
    let found: Vec<String> = serde_json::from_value(found).unwrap();
    for problem in found {
        problems.entry(problem).or_default().push(screen.to_owned());
    }
}

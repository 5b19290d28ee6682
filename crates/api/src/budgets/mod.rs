//! What people may spend: limits and prices for administrators, and what is left for everybody.

pub mod change;
mod forms;
pub mod own;
pub mod prices;
pub mod read;
mod views;

use serde_json::json;

use crate::app::App;
use crate::told;

/// Asks every instance to read budgets and prices anew.
const TOPIC: &str = "budgets";

/// To be called after budgets or prices were changed; returns when all instances count by them.
async fn changed(app: &App) {
    app.budgets.changed();
    told::everyone(app, TOPIC, json!({"instance": app.instance})).await;
}

/// Counts by what other instances change, as long as it runs.
pub async fn follow(app: App) {
    let Some(mut questions) = app.bus.serve(TOPIC) else { return };
    while let Some(question) = questions.recv().await {
        app.budgets.changed();
        question.answer(json!(true));
    }
}

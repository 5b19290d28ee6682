//! What one instance changes and all keep in memory: the others have it before the change is answered, so that it is true
//! for whoever asks next, whichever instance that meets.

use std::time::Duration;

use airis_domain::Json;

use crate::app::App;

/// How long others may take. One that is slower finds out by itself a little later.
const WITHIN: Duration = Duration::from_secs(2);

/// Tells the other instances, and returns when they have taken it over. Whoever follows a topic serves the questions of the
/// same name, too.
pub async fn everyone(app: &App, topic: &str, message: Json) {
    app.bus.publish(topic, message.clone());
    app.bus.ask_everyone(topic, &message, WITHIN).await;
}

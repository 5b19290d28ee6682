//! Forms whose fields are persisted settings: one declaration gives the schema, the check, reading and writing.

use std::marker::PhantomData;

use airis_config::Config;
use airis_domain::JsonMap;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::{body, invalid, read_json};
use crate::settings;

/// A form made of settings.
pub trait SettingsForm: DeserializeOwned + ToSchema {
    /// Wire name and dotted key of every field.
    const FIELDS: &'static [(&'static str, &'static str)];

    /// The present values under their wire names.
    fn view(config: &Config) -> JsonMap {
        Self::FIELDS.iter().map(|(wire, key)| ((*wire).to_owned(), config.get(key))).collect()
    }

    /// Dotted keys with the values that were sent for them.
    fn keys(mut sent: JsonMap) -> JsonMap {
        let pick = |(wire, key): &(&str, &str)| sent.remove(*wire).map(|value| ((*key).to_owned(), value));
        Self::FIELDS.iter().filter_map(pick).collect()
    }
}

/// A checked form as the settings it changes. Fields that were not sent stay as they are.
pub struct Changes<T> {
    /// Dotted keys and new values.
    pub keys: JsonMap,
    form: PhantomData<T>,
}

impl<S: Send + Sync, T: SettingsForm> FromRequest<S> for Changes<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (headers, body) = body(request, state).await?;
        read_json::<T>(&headers, &body).map_err(|findings| invalid(&findings))?;
        let sent: JsonMap = serde_json::from_slice(&body).map_err(ApiError::internal)?;
        Ok(Self { keys: T::keys(sent), form: PhantomData })
    }
}

impl<T: SettingsForm> Changes<T> {
    /// Stores the changes and returns how things stand now.
    pub async fn save(self, app: &App) -> Result<JsonMap> {
        settings::write(app, self.keys).await?;
        Ok(T::view(&app.config))
    }
}

/// Checks a list of server addresses and drops their last slash; returns how many there are.
pub fn trim_addresses(keys: &mut JsonMap, key: &str) -> Result<usize> {
    let Some(list) = keys.get_mut(key).and_then(|value| value.as_array_mut()) else { return Ok(0) };
    for value in list.iter_mut() {
        let url = value.as_str().unwrap_or_default().trim().trim_end_matches('/').to_owned();
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ApiError::bad_request(format!("\"{url}\" must begin with http:// or https://")));
        }
        *value = url.into();
    }
    Ok(list.len())
}

/// Makes a list of texts exactly `count` long.
pub fn pad_list(keys: &mut JsonMap, key: &str, count: usize) {
    if let Some(list) = keys.get_mut(key).and_then(|value| value.as_array_mut()) {
        list.resize(count, "".into());
    }
}

/// Declares a [`SettingsForm`]: `field "WIRE_NAME": type = "dotted.key"`. A type in `Option` may be
/// left out or null; with `(required)` behind it, null must be said.
macro_rules! settings_form {
    ($(#[$doc:meta])* $name:ident { $($field:ident $wire:tt: $kind:ty = $key:literal $(($must:ident))?,)* }) => {
        $(#[$doc])*
        #[derive(serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            $(
                #[serde(rename = $wire)]
                $(#[schema($must = true)] #[serde(deserialize_with = "serde::Deserialize::deserialize")])?
                pub $field: $kind,
            )*
        }

        impl $crate::settings_form::SettingsForm for $name {
            const FIELDS: &'static [(&'static str, &'static str)] = &[$(($wire, $key),)*];
        }
    };
}

pub(crate) use settings_form;

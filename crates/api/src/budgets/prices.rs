//! What models cost.

use std::collections::HashSet;

use airis_budgets::CURRENCY;
use airis_domain::Price;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::changed;
use super::forms::id;
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Prices of one server.
const MOST_PRICES: usize = 5000;
/// The highest price of a million tokens, in units of the currency.
const HIGHEST: f64 = 1e6;
/// Prices are kept in millionths.
const MILLION: f64 = 1e6;

/// The price of one model, in units of the currency for a million tokens.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct PriceForm {
    /// A model as people pick it, or one that answers for others.
    pub model_id: String,
    pub input: f64,
    pub output: f64,
    /// Whether people read what a reply cost.
    #[serde(default)]
    pub shown: Option<bool>,
}

/// All prices, in one currency.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct PricesForm {
    pub currency: String,
    pub prices: Vec<PriceForm>,
}

/// Lists the prices.
#[utoipa::path(get, path = "/api/v1/budgets/prices", tag = "budgets", security(("admin" = [])),
    responses((status = 200, body = PricesForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Result<Json<PricesForm>> {
    shown(&app).await
}

/// Puts these prices in place of all others.
#[utoipa::path(post, path = "/api/v1/budgets/prices", tag = "budgets", security(("admin" = [])),
    request_body = PricesForm, responses((status = 200, body = PricesForm)))]
pub async fn update(_admin: Admin, State(app): State<App>, Json(form): Json<PricesForm>) -> Result<Json<PricesForm>> {
    let currency = form.currency.trim();
    if !(1..=12).contains(&currency.len()) || !currency.chars().all(|sign| sign.is_ascii_alphanumeric()) {
        return Err(ApiError::bad_request("A currency is a word such as EUR"));
    }
    if form.prices.len() > MOST_PRICES {
        return Err(ApiError::bad_request(format!("There are at most {MOST_PRICES} prices")));
    }
    let mut models = HashSet::new();
    let mut prices = Vec::with_capacity(form.prices.len());
    for price in form.prices {
        let price = Price {
            model_id: id(&price.model_id)?,
            input: millionths(price.input)?,
            output: millionths(price.output)?,
            shown: price.shown.unwrap_or(true),
        };
        if !models.insert(price.model_id.clone()) {
            return Err(ApiError::bad_request(format!("{} has two prices", price.model_id)));
        }
        prices.push(price);
    }
    app.store.set_prices(currency, &prices).await?;
    changed(&app).await;
    shown(&app).await
}

async fn shown(app: &App) -> Result<Json<PricesForm>> {
    let (currency, prices) = app.store.prices().await?;
    let form = |price: Price| PriceForm {
        model_id: price.model_id,
        input: price.input as f64 / MILLION,
        output: price.output as f64 / MILLION,
        shown: Some(price.shown),
    };
    let currency = currency.unwrap_or_else(|| CURRENCY.to_owned());
    Ok(Json(PricesForm { currency, prices: prices.into_iter().map(form).collect() }))
}

fn millionths(price: f64) -> Result<i64> {
    if !(0.0..=HIGHEST).contains(&price) {
        return Err(ApiError::bad_request(format!("A price is 0 to {HIGHEST} for a million tokens")));
    }
    Ok((price * MILLION).round() as i64)
}

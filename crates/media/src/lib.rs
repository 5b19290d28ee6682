//! Pictures that other services make and change, kept as files of whoever asked for them; speech that other services
//! make of texts, and texts that they make of speech (`audio`).

pub mod audio;
mod engines;
mod error;
mod form;
mod keep;
mod order;
mod picture;
mod service;
mod source;

pub use engines::Model;
pub use error::ImageError;
pub use order::{Wish, is_size};

use std::sync::Arc;

use airis_access::effective;
use airis_config::Config;
use airis_domain::{File, Role, User};
use airis_files::Files;
use airis_outbound::Outbound;
use airis_store::Store;
use async_recursion::async_recursion as boxed;
use tokio::sync::Semaphore;

use crate::engines::{Purpose, Setup};
use crate::order::Order;

/// The permission that making and changing take.
const PERMISSION: &str = "features.image_generation";
/// The switches below which pictures are made, and changed.
pub const MAKES: &str = "image_generation.enable";
pub const CHANGES: &str = "images.edit.enable";

/// Requests that are at work at once: each holds its pictures in memory.
const AT_ONCE: usize = 8;

pub type Result<T> = std::result::Result<T, ImageError>;

/// The makers of pictures; cheap to clone.
#[derive(Clone)]
pub struct Images {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    files: Files,
    outbound: Outbound,
    config: Arc<Config>,
    places: Semaphore,
}

impl Images {
    pub fn new(store: Store, files: Files, config: Arc<Config>) -> Self {
        let (outbound, places) = (Outbound::new(), Semaphore::new(AT_ONCE));
        Self { inner: Arc::new(Inner { store, files, outbound, config, places }) }
    }

    /// Whether somebody has the permission; administrators need none.
    #[boxed]
    pub async fn permits(&self, user: &User) -> Result<bool> {
        let Inner { store, config, .. } = self.inner.as_ref();
        Ok(user.role == Role::Admin || effective(store, config, user).await?.allows(PERMISSION))
    }

    /// Makes pictures and keeps them as files of `user`. Who may, the caller has asked.
    #[boxed]
    pub async fn make(&self, user: &User, wish: Wish) -> Result<Vec<File>> {
        let inner = self.inner.as_ref();
        let setup = Setup::new(&inner.config, &inner.outbound, Purpose::Make);
        let order = Order::of(&setup, wish)?;
        let _place = inner.places.try_acquire().map_err(|_| ImageError::Busy)?;
        let pictures = engines::run(&setup, &order).await?;
        keep::all(&inner.store, &inner.files, user, pictures).await
    }

    /// Changes pictures, named by their addresses, as far as `user` may have them; the results are files of theirs.
    #[boxed]
    pub async fn change(&self, user: &User, wish: Wish, addresses: &[String]) -> Result<Vec<File>> {
        let inner = self.inner.as_ref();
        let setup = Setup::new(&inner.config, &inner.outbound, Purpose::Change);
        // What makes no sense is said before anything is fetched.
        let mut order = Order::of(&setup, wish)?;
        let _place = inner.places.try_acquire().map_err(|_| ImageError::Busy)?;
        order.sources = source::all(inner, user, addresses).await?;
        let pictures = engines::run(&setup, &order).await?;
        keep::all(&inner.store, &inner.files, user, pictures).await
    }

    /// Models that make pictures at the engine that administrators chose.
    #[boxed]
    pub async fn models(&self) -> Result<Vec<Model>> {
        let inner = self.inner.as_ref();
        engines::models(&Setup::new(&inner.config, &inner.outbound, Purpose::Make)).await
    }

    /// Whether an engine answers at an address; the error says what is wrong.
    #[boxed]
    pub async fn verify(&self, engine: &str, url: &str, key: &str) -> Result<()> {
        engines::verify(&self.inner.outbound, engine, url, key).await
    }
}

/// The address under which the bytes of a file are read.
pub fn address(file: &File) -> String {
    format!("/api/v1/files/{}/content", file.id)
}

//! `airis user`: accounts from the command line, also while the server runs.

use std::io::BufRead;
use std::sync::Arc;

use airis_config::Config;
use airis_domain::{Role, User};
use airis_identity::{NewAccount, Sessions};
use airis_store::{Store, UserQuery};
use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::cli::User as Command;
use crate::{boot, out};

/// Does one command on the configured database.
pub async fn run(config: Config, command: Command) -> Result<()> {
    let config = Arc::new(config);
    let settings = config.settings().clone();
    boot::data_folder(&settings.data_dir)?;
    let store = boot::open_store(&settings).await?;
    let sessions = Sessions::new(store.clone(), config, &boot::secret(&settings)?);
    match command {
        Command::Add { email, name, role, password_stdin } => {
            let first = store.count_users().await? == 0;
            let role = role.map_or(if first { Role::Admin } else { Role::User }, Role::from);
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let password = password(password_stdin)?;
            let account = NewAccount { name, email, password, profile_image_url: None };
            let user = sessions.add_account(account, role).await?;
            out::line(&format!("added {} as {}", user.email, user.role.as_str()))?;
        }
        Command::Password { email, password_stdin } => {
            let user = find(&store, &email).await?;
            sessions.set_password(&user, &password(password_stdin)?).await?;
            out::line(&format!("set a new password for {}; every session has ended", user.email))?;
        }
        Command::ResetFactor { email } => {
            let user = find(&store, &email).await?;
            let ticket = sessions.reset_ticket(&user).await?;
            out::line(&format!("ticket for {}, good for one day and one use: {ticket}", user.email))?;
        }
        Command::List { json } => list(&store, json).await?,
    }
    store.close().await;
    Ok(())
}

async fn find(store: &Store, email: &str) -> Result<User> {
    let email = email.trim().to_lowercase();
    match store.user_by_email(&email).await? {
        Some(user) => Ok(user),
        None => bail!("nobody has the email {email}; `airis user list` shows who there is"),
    }
}

async fn list(store: &Store, as_json: bool) -> Result<()> {
    let (users, _) = store.users(&UserQuery::default()).await?;
    if as_json {
        let view = |user: &User| json!({"id": user.id, "name": user.name, "email": user.email, "role": user.role});
        return out::line(&serde_json::to_string_pretty(&users.iter().map(view).collect::<Vec<_>>())?);
    }
    let head = ["EMAIL", "NAME", "ROLE"].map(str::to_owned).to_vec();
    let row = |user: &User| vec![user.email.clone(), user.name.clone(), user.role.as_str().to_owned()];
    let rows: Vec<_> = std::iter::once(head).chain(users.iter().map(row)).collect();
    out::line(&out::table(&rows))
}

/// Asks twice at the terminal, or takes the first line of standard input.
fn password(from_stdin: bool) -> Result<String> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("no password could be read")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let ask = |text| rpassword::prompt_password(text).context("no terminal to ask at; use --password-stdin");
    let first = ask("Password: ")?;
    if ask("Once more: ")? != first {
        bail!("the two passwords differ");
    }
    Ok(first)
}

//! The command line, written so that `--help` is enough to work with it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// A chat server for language models: one binary with its own web client and, if you like, a model inside.
#[derive(Parser)]
#[command(
    name = "airis",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
Examples:
  airis serve                            serve on http://localhost:8080, data in ./data
  PORT=9000 DATA_DIR=/srv/airis airis serve
  airis user add ada@example.com         make an account (asks for the password)
  airis models pull ./my-model.gguf      add a model that runs inside airis
  airis doctor                           what is configured, what can be reached, what to fix

Everything is configured by environment variables or a .env file in the working folder; `airis env` lists them."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the web client, the API and the sockets.
    #[command(after_help = "\
Examples:
  airis serve                            http://localhost:8080
  airis serve --port 9000                the same as PORT=9000
  DATABASE_URL=postgresql://me:secret@db/airis airis serve

The first SIGTERM or Ctrl-C lets running replies finish (SHUTDOWN_GRACE seconds); a second one ends at once.")]
    Serve(Serve),
    /// Accounts: add one, set a password, list them. Works while the server runs.
    #[command(subcommand)]
    User(User),
    /// Models that run inside airis: list them, bring one in.
    #[command(subcommand)]
    Models(Models),
    /// Move in from Open WebUI: accounts with their passwords, chats, folders, files, prompts, models, notes and settings.
    #[command(after_help = "\
Examples:
  airis import /srv/open-webui/data      its data folder, with webui.db and uploads
  airis import webui.db --dry-run        what would come, and what would not
  airis import postgres://me:secret@db/webui --uploads /srv/open-webui/data/uploads

Nothing is written there. Run it as often as you like: what came before stays as it is here, and what is new comes.")]
    Import(Import),
    /// Move everything to another database, or bring the tables of this one up to date.
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "\
Examples:
  airis migrate --from sqlite:///data/airis.db --to postgresql://me:secret@db/airis
  airis migrate --from postgresql://me:secret@db/airis --to sqlite:////srv/airis/airis.db
  airis migrate status                   which changes of the tables were applied
  airis migrate up                       apply those that are missing

Stop the server before you move. A move that was cut off goes on when it is asked for again."
    )]
    Migrate(Migrate),
    /// Write everything into one archive; the server may go on meanwhile.
    #[command(after_help = "\
Examples:
  airis backup airis-2026-11-22.tar.gz   rows, uploads, passages and the secret key
  airis backup /backups/now.tar.gz --json | jq .tables")]
    Backup {
        /// The archive; it must not be there yet.
        file: PathBuf,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Uploaded files and where they are kept.
    #[command(subcommand)]
    Storage(Storage),
    /// Bring back what an archive holds, into the configured database, whichever kind it was made from.
    #[command(after_help = "\
Examples:
  airis restore airis-2026-11-22.tar.gz
  DATABASE_URL=postgresql://me:secret@db/airis airis restore airis-2026-11-22.tar.gz
  airis restore airis-2026-11-22.tar.gz --force

The archive is checked before anything is written. Stop the server first.")]
    Restore {
        /// The archive.
        file: PathBuf,
        /// Replace everything that is in the database.
        #[arg(long)]
        force: bool,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Check configuration, database, data folder, providers, models and clock; exit code 1 if something is wrong.
    #[command(after_help = "\
Examples:
  airis doctor                           a report for people
  airis doctor --json | jq .checks       the same for machines")]
    Doctor {
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Ask a running server whether it is well; exit code 1 if it is not. Made for container health checks.
    Healthcheck {
        /// Address of the server; by default this machine at PORT.
        #[arg(long)]
        url: Option<String>,
    },
    /// Print the OpenAPI document of the HTTP API.
    Openapi,
    /// Print every environment variable with its meaning, as Markdown.
    Env,
    /// Print a completion script for a shell.
    #[command(after_help = "\
Examples:
  airis completions bash > /etc/bash_completion.d/airis
  airis completions zsh  > ~/.zfunc/_airis
  airis completions fish > ~/.config/fish/completions/airis.fish")]
    Completions { shell: Shell },
    /// Print the version.
    Version,
}

/// What may be said on the command line instead of in the environment.
#[derive(Args, Default)]
pub struct Serve {
    /// Address to listen on, instead of HOST.
    #[arg(long)]
    pub host: Option<String>,
    /// Port to listen on, instead of PORT; 0 takes a free one.
    #[arg(long)]
    pub port: Option<u16>,
}

/// Where from, and how.
#[derive(Args)]
pub struct Import {
    /// A webui.db, the folder that it lies in, or the postgres:// address of its database.
    pub from: String,
    /// Folder with the bytes of uploaded files, unless it is `uploads` beside the database.
    #[arg(long)]
    pub uploads: Option<PathBuf>,
    /// Say what would happen and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Both addresses, or one of the commands.
#[derive(Args)]
pub struct Migrate {
    #[command(subcommand)]
    pub command: Option<Schema>,
    /// Database to take everything from.
    #[arg(long, requires = "to")]
    pub from: Option<String>,
    /// Empty database to bring everything to.
    #[arg(long, requires = "from")]
    pub to: Option<String>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum Storage {
    /// Copy every uploaded file from one storage to another; the server may go on meanwhile.
    #[command(after_help = "\
Examples:
  airis storage copy --from local --to s3
  airis storage copy --from s3 --to local --json | jq .copied

Both are described by the environment, as the server's own is. What is there already is passed over, so a copy that was
cut off goes on. Then set STORAGE_PROVIDER, restart the server, and copy once more what came meanwhile. Nothing is
deleted.")]
    Copy {
        /// Where files are: local, s3, gcs or azure.
        #[arg(long)]
        from: String,
        /// Where they are to be: local, s3, gcs or azure.
        #[arg(long)]
        to: String,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub enum Schema {
    /// List the changes of the tables, and which were applied.
    Status {
        /// One JSON list instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Apply what is missing.
    Up,
}

#[derive(Subcommand)]
pub enum User {
    /// Make an account; asks for the password unless it comes through standard input.
    #[command(after_help = "\
Examples:
  airis user add ada@example.com --name Ada --role admin
  echo \"$PASSWORD\" | airis user add bot@example.com --password-stdin")]
    Add {
        email: String,
        /// Name shown to others; by default the part before the @.
        #[arg(long)]
        name: Option<String>,
        /// By default admin for the first account, user for others.
        #[arg(long)]
        role: Option<Role>,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a new password and end every session of the account.
    Password {
        email: String,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Make a ticket for somebody who lost their second factor: at the next sign-in it lets them set up another one.
    ResetFactor { email: String },
    /// List accounts.
    List {
        /// One JSON list instead of a table.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    Pending,
    User,
    Admin,
}

impl From<Role> for airis_domain::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Pending => Self::Pending,
            Role::User => Self::User,
            Role::Admin => Self::Admin,
        }
    }
}

#[derive(Subcommand)]
pub enum Models {
    /// List the models in DATA_DIR/models (or LOCAL_MODEL_PATH) with their sizes, and say why one cannot be used.
    List {
        /// One JSON list instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Bring a GGUF model in, from a file or an http(s) address. A running server sees it at once.
    #[command(after_help = "\
Examples:
  airis models pull ~/Downloads/SmolLM2-135M-Instruct.Q4_1.gguf
  airis models pull https://models.example.com/qwen.gguf --name qwen-small")]
    Pull {
        /// A .gguf file or the address of one.
        source: String,
        /// Name to keep it under, by default its own.
        #[arg(long)]
        name: Option<PathBuf>,
    },
}

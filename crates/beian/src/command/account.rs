//! Accounts, their keys and their resources, for the operator at the machine.

use super::say;
use crate::cli::Account;
use crate::config::Config;
use crate::trouble::{Doing as _, Result, Trouble};
use crate::world;
use app::act::{self, CreateAccount, CreateApiKey, ImportResources};
use app::{Actor, Via, World};
use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

/// Does what is asked with accounts.
pub async fn run(config: &Config, account: Account) -> Result {
    let world = world::of_tool(config).await?;
    let done = act_on(&world, account).await;
    world.store.close().await;
    done
}

async fn act_on(world: &World, account: Account) -> Result {
    match account {
        Account::Create { role, login } => {
            let password = read_password()?;
            let input = CreateAccount { contact: login.clone(), role, password };
            let account = act::create_account(world, &Actor::operator(), input).await.map_err(refused)?;
            say(format!("Made the account {} ({}) for {login}", account.id, account.role));
            Ok(())
        }
        Account::ApiKey { login, name, for_gateway } => {
            let reader = world.store.read().await.doing("cannot read the accounts")?;
            let holder = store::account::find_by_login(&reader, &login).await.doing("cannot read the accounts")?;
            drop(reader);
            let holder = holder.ok_or_else(|| Trouble::new(format!("nobody logs in with {login}")))?;
            let actor = Actor { account: holder.id, role: holder.role, via: Via::Cli };
            let created =
                act::create_api_key(world, &actor, CreateApiKey { name, for_gateway }).await.map_err(refused)?;
            say(created.key);
            Ok(())
        }
    }
}

/// Brings cloud resources in from a file.
pub async fn import_resources(config: &Config, file: &Path) -> Result {
    let text = std::fs::read_to_string(file).doing(format!("cannot read {}", file.display()))?;
    let input: ImportResources = serde_json::from_str(&text).map_err(|error| {
        Trouble::new(format!("{} is not a list of resources", file.display()))
            .because(error)
            .hint("examples/demo/resources.json shows the form; it is that of POST /api/v1/resources/import")
    })?;
    let world = world::of_tool(config).await?;
    let imported = act::import_resources(&world, &Actor::operator(), input).await.map_err(refused);
    world.store.close().await;
    let imported = imported?;
    say(format!("{} added, {} updated", imported.added, imported.updated));
    Ok(())
}

/// The first line of standard input; on a terminal it is asked for without showing what is typed.
fn read_password() -> Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).doing("cannot read the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    crate::terminal::ask_hidden("Password: ")
}

/// An act's refusal in the words of the command line.
pub fn refused(error: app::Error) -> Trouble {
    let findings: Vec<String> = error
        .findings()
        .iter()
        .map(|finding| format!("{}: {} {}", finding.field, finding.message.en, finding.fix.en))
        .collect();
    if findings.is_empty() {
        Trouble::new("it was refused").because(error)
    } else {
        Trouble::new(findings.join("\n  "))
    }
}

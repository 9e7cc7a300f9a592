//! Measures on domains, for the operator at the machine.

use super::{refused, say};
use crate::cli::Enforcement;
use crate::config::Config;
use crate::trouble::Result;
use crate::world;
use app::act::{self, PlaceMeasure};
use app::{Actor, World};

/// Does what is asked with the verdicts.
pub async fn run(config: &Config, asked: Enforcement) -> Result {
    let world = world::of_tool(config).await?;
    let done = decide(&world, asked).await;
    world.store.close().await;
    done
}

async fn decide(world: &World, asked: Enforcement) -> Result {
    let operator = Actor::operator();
    let (kind, measure) = match asked {
        Enforcement::Exempt(measure) => ("exemption", measure),
        Enforcement::Suspend(measure) => ("suspension", measure),
        Enforcement::RollBack(wish) => {
            let input =
                act::RollBack { since: wish.since, reason: wish.reason, hours: wish.hours, dry_run: wish.dry_run };
            let done = act::roll_back(world, &operator, input).await.map_err(refused)?;
            let would = if wish.dry_run { "would be opened" } else { "opened" };
            say(format!("{} domains {would}; {} stay closed by order", done.domains, done.ordered));
            done.first.iter().for_each(say);
            return Ok(());
        }
        Enforcement::Key => {
            let signs = act::gateway_key(world, &operator).await.map_err(refused)?;
            say(signs.key);
            return Ok(());
        }
    };
    let input =
        PlaceMeasure { domain: measure.domain, kind: kind.to_owned(), reason: measure.reason, hours: measure.hours };
    let placed = act::place_measure(world, &operator, input).await.map_err(refused)?;
    let until = placed.expires_at.map(|at| at.to_string()).unwrap_or_default();
    say(format!("{} of {} until {until}", placed.kind, placed.domain));
    Ok(())
}

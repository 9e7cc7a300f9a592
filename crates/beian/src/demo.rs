//! Everything on this machine: for a person to walk through, or for a story to be played in.

mod child;
mod folder;
mod origin;
mod ports;
mod seed;
mod stack;

pub use child::follow_parent;
pub use origin::serve as serve_origin;
pub use stack::Happening;

use crate::cli::{Demo, Given, StoryOptions};
use crate::command::refused;
use crate::config::Sources;
use crate::story::{self, Scene, Teller};
use crate::trouble::{Doing as _, Result, Trouble};
use crate::words::Language;
use crate::{shutdown, world};
use app::Actor;
use app::act;
use app::world::{Ids as _, SystemIds};
use child::Spec;
use filing::case::CaseFile;
use folder::{Folder, Setup};
use ports::Ports;
use stack::Stack;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use url::Url;

/// The case that is played when none is named.
const BUILT_IN: &str = include_str!("../../../examples/cases/company-two-sites.json");
/// Asks the authority so often in a demonstration that a person watches.
const POLL_SECONDS: u32 = 3;

/// Runs a demonstration until it is stopped, or plays a story.
///
/// # Errors
/// When a part cannot be started or kept alive, or a case did not end as it must.
pub async fn run(demo: Demo, given: &Given) -> Result {
    match demo.story.clone() {
        Some(cases) => tell(demo, given, cases).await,
        None => show(demo, given).await,
    }
}

/// Starts everything and waits for Ctrl-C.
async fn show(demo: Demo, given: &Given) -> Result {
    let language = Language::choose(demo.story_options.language.as_deref());
    let say = |key: &str, arguments: &[(&'static str, String)]| print(&language.say(key, arguments));
    let stop = shutdown::token()?;
    let ports = Ports::asked(&demo);
    ports.check()?;
    let data = demo.data.or_else(|| given.data_dir.as_ref().map(PathBuf::from));
    let folder = Folder::take(&data.unwrap_or_else(|| Sources::of_process(None, Vec::new()).data_dir.join("demo")))?;
    say("demo-folder", &[("folder", folder.path().display().to_string())]);
    let setup = setup(ports, given, POLL_SECONDS, 10);
    say(if folder.gateway_key().is_none() { "demo-first" } else { "demo-again" }, &[]);
    prepare(&folder, &setup, true).await?;

    let mut stack = Stack::new()?;
    for spec in specs(&folder, &setup.ports, false) {
        let part = language.say(&format!("part-{}", spec.name), &[]);
        say("demo-starting", &[("part", part.clone())]);
        let started = tokio::select! {
            started = stack.start(spec) => started,
            () = stop.cancelled() => break,
        };
        match started {
            Ok(Happening::Ready { after, .. }) => {
                say("demo-ready", &[("part", part), ("seconds", format!("{:.1}", after.as_secs_f64()))]);
            }
            Ok(_) => {}
            Err(trouble) => {
                stack.stop(|_| {}).await;
                return Err(trouble);
            }
        }
    }
    if !stop.is_cancelled() {
        print(&welcome(&setup.ports, &folder)?);
    }
    let ending = watch(&mut stack, &stop, language).await;
    say("demo-stopping", &[]);
    stack.stop(|part| say("demo-stopped", &[("part", language.say(&format!("part-{part}"), &[]))])).await;
    say("demo-bye", &[("folder", folder.path().display().to_string())]);
    ending
}

/// A stack that asks the authority so often and misses a process that died for so long, in seconds.
fn setup(ports: Ports, given: &Given, poll_seconds: u32, lease_seconds: u16) -> Setup {
    let (database, set) = (given.database.clone(), given.set.clone());
    Setup { ports, database, poll_seconds, timeout_seconds: u64::from(lease_seconds), lease_seconds, set }
}

/// Tells what happens to the parts until the wish to stop is there.
async fn watch(stack: &mut Stack, stop: &tokio_util::sync::CancellationToken, language: Language) -> Result {
    loop {
        let happening = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            happening = stack.next() => happening,
        };
        let name = |part: &str| language.say(&format!("part-{part}"), &[]);
        match happening {
            Some(Happening::Died { part, how, last_lines }) => {
                print(&language.say("demo-died", &[("part", name(part)), ("how", how)]));
                last_lines.iter().for_each(|line| print(&format!("    {line}")));
            }
            Some(Happening::StartedAgain { part }) => {
                print(&language.say("demo-restarted", &[("part", name(part))]));
            }
            Some(Happening::GaveUp { part, why }) => {
                return Err(Trouble::new(format!("the {part} cannot be kept running ({why})")));
            }
            Some(Happening::Ready { .. }) => {}
            None => return Ok(()),
        }
    }
}

/// Makes key, tables, accounts and configuration, as far as they are not there; with `has_ranges` also the filing of
/// the provider's addresses. A story begins without: its first upload is its own.
async fn prepare(folder: &Folder, setup: &Setup, has_ranges: bool) -> Result {
    folder.make_key()?;
    folder.write_config(setup)?;
    let sources = Sources { file: Some(folder.config_file()), ..Sources::default() };
    let config = sources.load().map_err(|invalid| Trouble::new(invalid.0.join("\n  ")))?.config;
    let store = world::store(&config).await?;
    store.migrate().await.doing("cannot make the tables")?;
    store.close().await;
    if folder.gateway_key().is_none() {
        let world = world::of_tool(&config).await?;
        let key = seed::plant(&world, &format!("127.0.0.1:{}", setup.ports.origin)).await?;
        if has_ranges {
            seed::file_ranges(&world).await?;
        }
        let signs = act::gateway_key(&world, &Actor::operator()).await.map_err(refused)?;
        let platform_key = signs.key.to_string();
        world.store.close().await;
        folder.keep_gateway_key(&key)?;
        folder.keep_platform_key(&platform_key)?;
        folder.write_config(setup)?;
    }
    Ok(())
}

/// The parts in the order they start, with a second process of the platform where it is shared.
fn specs(folder: &Folder, ports: &Ports, is_shared: bool) -> Vec<Spec> {
    let spec = |name: &'static str, command: &[&str], health: String| {
        let config = folder.config_file().display().to_string();
        let mut arguments = vec!["--config".to_owned(), config];
        arguments.extend(command.iter().map(|word| (*word).to_owned()));
        Spec { name, arguments, first_environment: Vec::new(), health, log: folder.log(name) }
    };
    // A test lets the platform die at a point of its choice, once; it must not die there again when it is back.
    let fault = std::env::var("BEIAN_PLATFORM_FAULT").ok();
    let platform = |name: &'static str, port: u16| {
        let listen = format!("127.0.0.1:{port}");
        let first_environment = fault.clone().map(|fault| ("BEIAN_FAULT", fault)).into_iter().collect();
        let spec = spec(name, &["serve", "--listen", &listen], format!("http://{listen}/readyz"));
        Spec { first_environment, ..spec }
    };
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    let origin = format!("127.0.0.1:{}", ports.origin);
    let mut specs = vec![spec("authority", &["authority"], format!("{}/healthz", at(ports.authority)))];
    specs.push(platform("platform", ports.platform));
    if is_shared {
        specs.push(platform("platform-2", ports.second_platform));
    }
    let files = folder.websites().display().to_string();
    let websites = ["demo-origin", "--listen", &origin, "--platform", &at(ports.platform), "--files", &files];
    specs.push(spec("origin", &websites, format!("{}/healthz", at(ports.origin))));
    specs.push(spec("gateway", &["gateway"], format!("{}/readyz", at(ports.metrics))));
    specs
}

/// What a person needs to know, in both languages.
fn welcome(ports: &Ports, folder: &Folder) -> Result<String> {
    let at = |port: u16| format!("http://127.0.0.1:{port}/");
    let domain = seed::domain()?;
    let rule = "─".repeat(72);
    let mut text = format!("\n{rule}\n");
    for language in [Language::Zh, Language::En] {
        let say = |key: &str, arguments: &[(&'static str, String)]| language.say(key, arguments);
        text.push_str(&format!("{}\n\n", say("demo-title", &[])));
        for (address, key) in [
            (at(ports.platform), "demo-platform"),
            (format!("{}demo/messages", at(ports.platform)), "demo-messages"),
            (at(ports.authority), "demo-authority"),
            (at(ports.gateway), "demo-gateway"),
        ] {
            text.push_str(&format!("  {address:<38} {}\n", say(key, &[])));
        }
        let url = at(ports.gateway);
        text.push_str(&format!("  {}\n", say("demo-gateway-try", &[("domain", domain.clone()), ("url", url)])));
        let websites = [("folder", folder.websites().display().to_string())];
        text.push_str(&format!("  {}\n\n", say("demo-websites", &websites)));
        text.push_str(&format!("  {}\n", say("demo-accounts", &[("password", seed::PASSWORD.to_owned())])));
        for role in seed::ROLES {
            text.push_str(&format!("    {:<28} {}\n", seed::login(role), say(&format!("role-{role}"), &[])));
        }
        text.push_str(&format!("\n  {}\n", say("demo-stop", &[])));
        text.push_str(&format!(
            "  {}\n{rule}\n",
            say("demo-folder", &[("folder", folder.path().display().to_string())])
        ));
    }
    Ok(text)
}

/// A case and the folder its pictures are named from.
struct Told {
    case: CaseFile,
    folder: PathBuf,
}

/// Plays the cases, in a stack of its own or against one that runs.
async fn tell(demo: Demo, given: &Given, cases: Vec<PathBuf>) -> Result {
    let cases = read_cases(&cases)?;
    let language = Language::choose(demo.story_options.language.as_deref());
    let mut teller = Teller::new(language, demo.story_options.json);
    let mut word = [0; 4];
    SystemIds.fill(&mut word);
    let run: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
    match demo.story_options.against.clone() {
        Some(platform) => {
            let scene = scene_of(&demo.story_options, platform, run);
            play_all(&cases, &scene, &mut teller, demo.story_options.fault.as_deref()).await
        }
        None => in_own_stack(&demo, given, &cases, &mut teller, run, u32::from_le_bytes(word)).await,
    }
}

fn scene_of(options: &StoryOptions, platform: Url, run: String) -> Scene {
    let demo_account = |role: &str| format!("{}:{}", seed::login(role), seed::PASSWORD);
    Scene {
        platforms: vec![platform],
        authority: options.authority.clone(),
        gateway: options.gateway.clone(),
        origin: options.origin.clone(),
        administrator: options.administrator.clone().unwrap_or_else(|| demo_account("administrator")),
        reviewer: options.reviewer.clone().unwrap_or_else(|| demo_account("reviewer")),
        neighbour: folder::neighbour(options.authority.clone()),
        run,
    }
}

async fn in_own_stack(
    demo: &Demo,
    given: &Given,
    cases: &[Told],
    teller: &mut Teller,
    run: String,
    seed: u32,
) -> Result {
    let temporary = tempfile::Builder::new().prefix("beian-story-").tempdir().doing("cannot make a folder")?;
    let folder = Folder::take(temporary.path())?;
    let ports = Ports::free(seed)?;
    let is_shared = demo.story_options.platforms > 1;
    let setup = setup(ports, given, 1, 3);
    prepare(&folder, &setup, false).await?;
    let mut stack = Stack::new()?;
    let url = |port: u16| Url::parse(&format!("http://127.0.0.1:{port}/")).doing("cannot write an address");
    let stop = shutdown::token()?;
    let played = async {
        for spec in specs(&folder, &ports, is_shared) {
            teller.happening(&stack.start(spec).await?);
        }
        let mut scene = scene_of(&demo.story_options, url(ports.platform)?, run);
        if is_shared {
            scene.platforms.push(url(ports.second_platform)?);
        }
        scene.authority = url(ports.authority)?;
        scene.neighbour = folder::neighbour(scene.authority.clone());
        scene.gateway = url(ports.gateway)?;
        scene.origin = format!("127.0.0.1:{}", ports.origin);
        teller.follow(stack.hand_over());
        play_all(cases, &scene, teller, demo.story_options.fault.as_deref()).await
    };
    let ending = tokio::select! {
        ending = played => ending,
        () = stop.cancelled() => Err(Trouble::new("stopped before the story ended")),
    };
    stack.stop(|_| {}).await;
    if demo.story_options.keep || ending.is_err() {
        let kept = temporary.keep();
        let _ = writeln!(std::io::stderr(), "logs and data: {}", kept.display());
    }
    ending
}

/// Plays one case after the other.
async fn play_all(cases: &[Told], scene: &Scene, teller: &mut Teller, fault: Option<&str>) -> Result {
    if let Some(fault) = fault {
        story::order_fault(scene.authority.clone(), fault).await?;
    }
    let mut failed = 0;
    for told in cases {
        if !story::play(&told.case, &told.folder, scene, teller).await {
            failed += 1;
        }
    }
    teller.close(cases.len(), failed);
    if failed == 0 {
        Ok(())
    } else {
        Err(Trouble::no(format!("{failed} of {} case(s) did not end as they must", cases.len())))
    }
}

fn read_cases(files: &[PathBuf]) -> Result<Vec<Told>> {
    let read = |text: &str, name: &str, folder: &Path| -> Result<Told> {
        let case = filing::case::validate(text).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Trouble::no(format!("{name} is not a case:\n  {}", lines.join("\n  ")))
                .hint(format!("`beian case validate {name}` explains it"))
        })?;
        Ok(Told { case, folder: folder.to_owned() })
    };
    if files.is_empty() {
        let mut told = read(BUILT_IN, "the built-in case", Path::new("."))?;
        // Its pictures lie beside the sources, and the program may have been moved away from them.
        for material in &mut told.case.materials {
            material.source = filing::case::MaterialSource::Generated;
        }
        return Ok(vec![told]);
    }
    let mut cases: Vec<Told> = Vec::new();
    for file in files {
        // The cases it needs come first, and none is played twice.
        let mut chain = Vec::new();
        let mut next = Some(file.clone());
        while let Some(file) = next.take() {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file).doing(format!("cannot read {name}"))?;
            let told = read(&text, &name, file.parent().unwrap_or(Path::new(".")))?;
            if cases.iter().any(|before| before.case.id == told.case.id) {
                break;
            }
            if chain.iter().any(|later: &Told| later.case.id == told.case.id) {
                return Err(Trouble::no(format!("{name} comes after itself")));
            }
            next = told.case.after.as_ref().map(|before| told.folder.join(before));
            chain.push(told);
        }
        cases.extend(chain.into_iter().rev());
    }
    Ok(cases)
}

/// Writes a line for the person at the terminal, who may have gone.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

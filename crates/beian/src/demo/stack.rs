//! All parts together: started in order, watched, stopped in the other order.

use super::child::{self, Spec};
use crate::trouble::{Doing as _, Result, Trouble};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a part may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Something that happened to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It answers.
    Ready {
        /// The part's name.
        part: &'static str,
        /// How long that took.
        after: Duration,
    },
    /// Its process ended though nobody asked it to.
    Died {
        /// The part's name.
        part: &'static str,
        /// With which signal or exit code.
        how: String,
        /// The end of its log.
        last_lines: Vec<String>,
    },
    /// Its process runs again.
    StartedAgain {
        /// The part's name.
        part: &'static str,
    },
    /// It cannot be kept alive.
    GaveUp {
        /// The part's name.
        part: &'static str,
        /// Why.
        why: String,
    },
}

struct Part {
    name: &'static str,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Running parts.
pub struct Stack {
    parts: Vec<Part>,
    happenings: UnboundedReceiver<Happening>,
    tell: UnboundedSender<Happening>,
    http: reqwest::Client,
}

impl Stack {
    /// A stack without parts.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new() -> Result<Self> {
        let (tell, happenings) = unbounded_channel();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(2))
            .build()
            .doing("cannot make an HTTP client")?;
        Ok(Self { parts: Vec::new(), happenings, tell, http })
    }

    /// Starts a part and waits until it answers.
    ///
    /// # Errors
    /// When it dies again and again or does not answer in time; with the end of its log.
    pub async fn start(&mut self, spec: Spec) -> Result<Happening> {
        let began = Instant::now();
        let (part, health, log) = (spec.name, spec.health.clone(), spec.log.clone());
        let stop = CancellationToken::new();
        let task = tokio::spawn(child::keep(spec, stop.clone(), self.tell.clone()));
        self.parts.push(Part { name: part, stop, task });
        let mut last = Vec::new();
        while began.elapsed() < READY_WITHIN {
            while let Ok(happening) = self.happenings.try_recv() {
                match happening {
                    // A part that cannot even start once will not start the fifth time: say so at once.
                    Happening::Died { part: dead, how, last_lines } if dead == part && how.starts_with("exit code") => {
                        return Err(Trouble::new(format!("{part} ended at its start with {how}"))
                            .because(anyhow::anyhow!("its log ends with\n    {}", last_lines.join("\n    ")))
                            .hint(format!("its whole log is {}", log.display())));
                    }
                    other => last.push(other),
                }
            }
            if self.answers(&health).await {
                // What happened to other parts meanwhile is told later.
                last.into_iter().for_each(|happening| drop(self.tell.send(happening)));
                return Ok(Happening::Ready { part, after: began.elapsed() });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(Trouble::new(format!("{part} did not answer within {} s", READY_WITHIN.as_secs()))
            .hint(format!("its log is {}", log.display())))
    }

    async fn answers(&self, url: &str) -> bool {
        self.http.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// The next thing that happens to any part.
    pub async fn next(&mut self) -> Option<Happening> {
        self.happenings.recv().await
    }

    /// Lets somebody else hear what happens from now on.
    pub fn hand_over(&mut self) -> UnboundedReceiver<Happening> {
        let (tell, nobody) = unbounded_channel();
        drop(tell);
        std::mem::replace(&mut self.happenings, nobody)
    }

    /// Stops every part, the last one started first.
    pub async fn stop(mut self, mut stopped: impl FnMut(&'static str)) {
        while let Some(part) = self.parts.pop() {
            part.stop.cancel();
            let _ = part.task.await;
            stopped(part.name);
        }
    }
}

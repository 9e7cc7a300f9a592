//! The index of one worker, the thread that follows it, and what is counted.
//!
//! The index is opened before the worker takes its first request. From then on a thread looks whether another base took
//! its place; reading a new base takes a while at ten million domains and must not hold up requests. What the thread has
//! to say is written to the log by the worker itself, because nginx's logs belong to one thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use index::host::Room;
use index::{Live, Mark};
use ngx::core::Status;
use ngx::ffi::{
    NGX_LOG_ERR, NGX_LOG_NOTICE, NGX_LOG_WARN, NGX_PROCESS_SINGLE, NGX_PROCESS_WORKER, SIG_SETMASK, ngx_add_timer,
    ngx_connection_t, ngx_cycle_t, ngx_event_t, ngx_int_t, ngx_log_t, ngx_process, pthread_sigmask, sigfillset,
    sigset_t,
};
use ngx::http::HttpModuleMainConf as _;
use ngx::ngx_log_error;

use crate::Module;
use crate::request::Verdict;

/// How soon another base is followed. Changes of one base need no following: the map shows them at once.
const OFTEN: Duration = Duration::from_millis(20);
/// How soon a first base is found.
const SOMETIMES: Duration = Duration::from_millis(200);
/// How soon an index that cannot be read is tried again; trying reads the whole of it.
const SELDOM: Duration = Duration::from_secs(5);
/// How often the worker writes down what its thread found.
const TICK: usize = 1_000;
/// How many of these lie between two lines of counts.
const TICKS_OF_COUNTS: u64 = 60;

static WORKER: OnceLock<Worker> = OnceLock::new();

struct Worker {
    live: Live,
    counts: [Count; 5],
    ticks: AtomicU64,
    is_ending: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// What the thread has found and nobody has written down yet.
    news: Mutex<Option<News>>,
}

/// How many requests had a verdict.
#[derive(Default)]
struct Count {
    passed: AtomicU64,
    stopped: AtomicU64,
    /// How many passed when it was last written down.
    told: AtomicU64,
}

#[derive(Clone, PartialEq, Eq)]
enum News {
    Opened(u64),
    None,
    Bad(String),
}

/// What the index says of a host.
pub(crate) fn verdict(host: &[u8]) -> Verdict {
    let Some(worker) = WORKER.get() else { return Verdict::NoIndex };
    match worker.live.load().as_ref() {
        None => Verdict::NoIndex,
        Some(index) => match index.seek(Some(host), &mut Room::default()) {
            Ok((_, Mark::Open)) => Verdict::Open,
            Ok((_, Mark::Closed)) => Verdict::Closed,
            Ok((_, Mark::Unknown)) => Verdict::Undetermined,
            Ok((_, Mark::Unlisted)) | Err(_) => Verdict::Unlisted,
        },
    }
}

/// Counts a decision.
pub(crate) fn count(verdict: Verdict, passes: bool) {
    if let Some(worker) = WORKER.get() {
        let count = &worker.counts[verdict as usize - 1];
        if passes { &count.passed } else { &count.stopped }.fetch_add(1, Ordering::Relaxed);
    }
}

/// Opens the index when a worker begins.
pub(crate) extern "C" fn begin(cycle: *mut ngx_cycle_t) -> ngx_int_t {
    // SAFETY: nginx sets it before any process begins. Helpers of its cache begin too, and serve nobody.
    let is_worker =
        [NGX_PROCESS_WORKER, NGX_PROCESS_SINGLE].contains(&u32::try_from(unsafe { ngx_process }).unwrap_or_default());
    // SAFETY: nginx gives the cycle that begins, which lives as long as the worker.
    let cycle = unsafe { &*cycle };
    let folder = Module::main_conf(cycle).and_then(|main| main.index.as_deref());
    let Some(folder) = folder.filter(|_| is_worker) else { return Status::NGX_OK.into() };
    let worker = WORKER.get_or_init(|| Worker {
        live: Live::new(folder),
        counts: Default::default(),
        ticks: AtomicU64::default(),
        is_ending: AtomicBool::default(),
        thread: Mutex::default(),
        news: Mutex::default(),
    });
    let (news, wait) = worker.refresh();
    if let Some(news) = &news {
        tell(cycle.log, news);
    }
    let thread =
        without_signals(|| std::thread::Builder::new().name("beian".into()).spawn(move || worker.follow(news, wait)));
    match thread {
        Ok(thread) => *worker.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread),
        Err(error) => {
            ngx_log_error!(NGX_LOG_ERR, cycle.log, "beian: no thread to follow the index with: {error}");
            return Status::NGX_ERROR.into();
        }
    }
    set_timer(cycle.log);
    Status::NGX_OK.into()
}

/// Waits for the thread: the library may be unloaded after this.
pub(crate) extern "C" fn end(cycle: *mut ngx_cycle_t) {
    let Some(worker) = WORKER.get() else { return };
    worker.is_ending.store(true, Ordering::Relaxed);
    let thread = worker.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(thread) = thread {
        thread.thread().unpark();
        drop(thread.join());
    }
    // SAFETY: nginx gives the cycle that ends.
    worker.tell_counts(unsafe { (*cycle).log });
}

/// Does something with all signals blocked, as a thread inherits it: nginx's signals are for its own thread, which
/// would not wake up if another one took them.
fn without_signals<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: both sets are written before they are read.
    unsafe {
        let (mut all, mut before): (sigset_t, sigset_t) = (std::mem::zeroed(), std::mem::zeroed());
        sigfillset(&raw mut all);
        pthread_sigmask(SIG_SETMASK.cast_signed(), &raw const all, &raw mut before);
        let outcome = work();
        pthread_sigmask(SIG_SETMASK.cast_signed(), &raw const before, std::ptr::null_mut());
        outcome
    }
}

impl Worker {
    /// Follows the folder; what to tell of it, and how long to wait before the next look.
    fn refresh(&self) -> (Option<News>, Duration) {
        let outcome = self.live.refresh();
        let current = self.live.load();
        match (outcome, current.as_ref()) {
            (Ok(false), Some(_)) => (None, OFTEN),
            (Ok(true), Some(index)) if !index.is_superseded() => (Some(News::Opened(index.len())), OFTEN),
            // The newest is damaged, and the one before it is not followed any more.
            (Ok(_), Some(_)) => {
                (Some(News::Bad("the newest base of the index is damaged; an old one serves".into())), SELDOM)
            }
            (Ok(_), None) => (Some(News::None), SOMETIMES),
            (Err(error), _) => (Some(News::Bad(format!("the newest base of the index {error}"))), SELDOM),
        }
    }

    fn follow(&self, mut told: Option<News>, mut wait: Duration) {
        while !self.is_ending.load(Ordering::Relaxed) {
            std::thread::park_timeout(wait);
            let news;
            (news, wait) = self.refresh();
            // What is bad is said once and not at every try.
            if news.is_some() && (news != told || matches!(news, Some(News::Opened(_)))) {
                told.clone_from(&news);
                *self.news.lock().unwrap_or_else(PoisonError::into_inner) = news;
            }
        }
    }

    /// Writes down what was decided since the last time, when anything passed that has no verdict.
    fn tell_counts(&self, log: *mut ngx_log_t) {
        let passed = |verdict: Verdict| self.counts[verdict as usize - 1].passed.load(Ordering::Relaxed);
        let without = [Verdict::Undetermined, Verdict::Unlisted, Verdict::NoIndex];
        let new = without.map(|verdict| {
            let passed = passed(verdict);
            passed - self.counts[verdict as usize - 1].told.swap(passed, Ordering::Relaxed)
        });
        if new.iter().all(|new| *new == 0) {
            return;
        }
        let [undetermined, unlisted, no_index] = new;
        let stopped: u64 = self.counts.iter().map(|count| count.stopped.load(Ordering::Relaxed)).sum();
        let open = passed(Verdict::Open);
        ngx_log_error!(
            NGX_LOG_WARN,
            log,
            "beian: passed without a verdict: {unlisted} unlisted, {undetermined} undetermined, {no_index} without an index \
             (this worker so far: {open} open, {stopped} stopped)"
        );
    }
}

fn tell(log: *mut ngx_log_t, news: &News) {
    match news {
        News::Opened(names) => {
            ngx_log_error!(NGX_LOG_NOTICE, log, "beian: an index of {names} domains is in use");
        }
        News::None => {
            ngx_log_error!(NGX_LOG_ERR, log, "beian: there is no index yet; every host is unknown");
        }
        News::Bad(why) => {
            ngx_log_error!(NGX_LOG_ERR, log, "beian: {why}");
        }
    }
}

/// Has `tick` called by nginx every second, without keeping a worker that should end.
fn set_timer(log: *mut ngx_log_t) {
    // SAFETY: all of both is zero to begin with, as in C. nginx's debug log takes what a timer's data points to for a
    // connection. They are never freed: a worker has one of them.
    unsafe {
        let connection = Box::leak(Box::new(std::mem::zeroed::<ngx_connection_t>()));
        connection.fd = -1;
        let event = Box::leak(Box::new(std::mem::zeroed::<ngx_event_t>()));
        event.data = (&raw mut *connection).cast();
        event.handler = Some(tick);
        event.log = log;
        event.set_cancelable(1);
        ngx_add_timer(event, TICK);
    }
}

unsafe extern "C" fn tick(event: *mut ngx_event_t) {
    // SAFETY: nginx gives the event that was set, whose log lives as long as the worker.
    let log = unsafe { (*event).log };
    if let Some(worker) = WORKER.get() {
        if let Some(news) = worker.news.lock().unwrap_or_else(PoisonError::into_inner).take() {
            tell(log, &news);
        }
        if (worker.ticks.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(TICKS_OF_COUNTS) {
            worker.tell_counts(log);
        }
    }
    // SAFETY: as above; a timer that has run out may be set again.
    unsafe { ngx_add_timer(event, TICK) };
}

//! One request: whether it passes, and what its variables say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use index::host::{Room, registrable};
use ngx::core::Status;
use ngx::ffi::{
    ngx_conf_t, ngx_http_add_variable, ngx_http_request_t, ngx_http_send_response, ngx_int_t, ngx_pnalloc, ngx_str_t,
    ngx_variable_value_t,
};
use ngx::http::{HttpModule as _, HttpModuleLocationConf as _};
use ngx::ngx_string;

use crate::Module;
use crate::settings::Answer;
use crate::worker;

/// What is known of a request's host. The numbers are what is kept with the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Verdict {
    /// Its domain is open.
    Open = 1,
    /// Its domain is closed.
    Closed = 2,
    /// Its domain is listed, but too little is known to close it.
    Undetermined = 3,
    /// Its domain is not listed, or the host is no domain at all.
    Unlisted = 4,
    /// There is no index to ask.
    NoIndex = 5,
}

impl Verdict {
    const ALL: [Self; 5] = [Self::Open, Self::Closed, Self::Undetermined, Self::Unlisted, Self::NoIndex];

    /// The word in `$beian_verdict`.
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Undetermined | Self::NoIndex => "unknown",
            Self::Unlisted => "unlisted",
        }
    }
}

/// The host as nginx has it: checked, in small letters, without its port.
fn host(request: &ngx_http_request_t) -> &[u8] {
    request.headers_in.server.as_bytes()
}

/// Asks the index once and keeps the answer with the request, so that what is logged is what was done, even when the
/// domain changes in between. It is kept where nginx has room for a pointer: nothing is allocated.
fn verdict(request: &mut ngx_http_request_t) -> Verdict {
    // SAFETY: nginx makes room for every module in `ctx` when a request begins.
    let kept = unsafe { &mut *request.ctx.add(Module::module().ctx_index) };
    if let Some(verdict) = Verdict::ALL.into_iter().find(|verdict| *verdict as usize == kept.addr()) {
        return verdict;
    }
    // A panic must not reach nginx; it says as little about the host as silence does.
    let look = AssertUnwindSafe(|| worker::verdict(host(request)));
    let verdict = catch_unwind(look).unwrap_or(Verdict::Undetermined);
    *kept = std::ptr::without_provenance_mut(verdict as usize);
    verdict
}

/// The handler of the preaccess phase: before passwords, `allow`, `auth_request` and whatever answers.
pub(crate) extern "C" fn decide(r: *mut ngx_http_request_t) -> ngx_int_t {
    const PASS: Status = Status::NGX_DECLINED;
    // SAFETY: nginx gives a handler its request, which nobody else touches meanwhile.
    let request = unsafe { &mut *r };
    // What a request asks for in its own name was decided with it.
    if request.main != r {
        return PASS.into();
    }
    let Some(here) = Module::location_conf(request).filter(|here| here.is_on()) else { return PASS.into() };
    let verdict = verdict(request);
    let passes = match verdict {
        Verdict::Open => true,
        Verdict::Closed => false,
        Verdict::Undetermined | Verdict::Unlisted | Verdict::NoIndex => here.unknown_passes(),
    };
    worker::count(verdict, passes);
    if passes {
        return PASS.into();
    }
    let Answer { status, address } = here.closed();
    if address.is_null() {
        return status.cast_signed();
    }
    // SAFETY: the address was compiled with the configuration, which lives as long as its requests.
    unsafe { ngx_http_send_response(r, status, std::ptr::null_mut(), address) }
}

type Getter = unsafe extern "C" fn(*mut ngx_http_request_t, *mut ngx_variable_value_t, usize) -> ngx_int_t;

/// Makes the variables known.
///
/// # Safety
/// To be called while nginx reads its configuration, with that configuration.
pub(crate) unsafe fn add_variables(cf: *mut ngx_conf_t) -> Status {
    let variables: [(ngx_str_t, Getter); 2] =
        [(ngx_string!("beian_verdict"), say_verdict), (ngx_string!("beian_domain"), say_domain)];
    for (mut name, getter) in variables {
        // SAFETY: as the caller promised.
        let variable = unsafe { ngx_http_add_variable(cf, &raw mut name, 0).as_mut() };
        let Some(variable) = variable else { return Status::NGX_ERROR };
        variable.get_handler = Some(getter);
    }
    Status::NGX_OK
}

fn say(value: &mut ngx_variable_value_t, data: *mut u8, length: usize) -> ngx_int_t {
    value.data = data;
    value.set_len(length.try_into().unwrap_or_default());
    value.set_valid(1);
    value.set_no_cacheable(0);
    value.set_not_found(0);
    Status::NGX_OK.into()
}

unsafe extern "C" fn say_verdict(r: *mut ngx_http_request_t, value: *mut ngx_variable_value_t, _: usize) -> ngx_int_t {
    // SAFETY: nginx gives a getter its request and a value to fill in.
    let (request, value) = unsafe { (&mut *r, &mut *value) };
    let word = verdict(request).word();
    say(value, word.as_ptr().cast_mut(), word.len())
}

unsafe extern "C" fn say_domain(r: *mut ngx_http_request_t, value: *mut ngx_variable_value_t, _: usize) -> ngx_int_t {
    // SAFETY: as in `say_verdict`.
    let (request, value) = unsafe { (&*r, &mut *value) };
    let look = AssertUnwindSafe(|| {
        let mut room = Room::default();
        registrable(Some(host(request)), &mut room).ok().map(|domain| {
            // SAFETY: the pool is the request's, and what it gives has room for the domain.
            unsafe {
                let copy: *mut u8 = ngx_pnalloc(request.pool, domain.len()).cast();
                if !copy.is_null() {
                    copy.copy_from_nonoverlapping(domain.as_ptr(), domain.len());
                }
                (copy, domain.len())
            }
        })
    });
    match catch_unwind(look).ok().flatten() {
        Some((copy, _)) if copy.is_null() => Status::NGX_ERROR.into(),
        Some((copy, length)) => say(value, copy, length),
        None => {
            value.set_not_found(1);
            Status::NGX_OK.into()
        }
    }
}

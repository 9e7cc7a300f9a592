//! The directives, and what holds at a place of the configuration.

use std::ffi::{CStr, c_char, c_void};
use std::path::PathBuf;

use ngx::core::{NGX_CONF_OK, Status};
use ngx::ffi::{
    NGX_CONF_FLAG, NGX_CONF_TAKE1, NGX_CONF_TAKE12, NGX_HTTP_LOC_CONF, NGX_HTTP_LOC_CONF_OFFSET, NGX_HTTP_MAIN_CONF,
    NGX_HTTP_MAIN_CONF_OFFSET, NGX_HTTP_SRV_CONF, ngx_command_t, ngx_conf_full_name, ngx_conf_t,
    ngx_http_compile_complex_value, ngx_http_compile_complex_value_t, ngx_http_complex_value_t, ngx_palloc, ngx_str_t,
};
use ngx::ngx_string;

/// What holds for all of nginx.
#[derive(Default)]
pub(crate) struct Main {
    /// The folder of the index.
    pub(crate) index: Option<PathBuf>,
    /// Whether `beian on` stands anywhere.
    is_used: bool,
}

/// What holds in a location; what is not said there is said around it.
#[derive(Default)]
pub(crate) struct Here {
    on: Option<bool>,
    unknown_passes: Option<bool>,
    closed: Option<Answer>,
}

/// What a visitor of a closed domain gets.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    /// The status, for which `error_page` may have a page.
    pub(crate) status: usize,
    /// Where a redirect leads; null without one. It lies in the pool of the configuration.
    pub(crate) address: *mut ngx_http_complex_value_t,
}

impl Here {
    /// Takes what is not said here from the block around.
    pub(crate) fn inherit(&mut self, outer: &Self) {
        self.on = self.on.or(outer.on);
        self.unknown_passes = self.unknown_passes.or(outer.unknown_passes);
        self.closed = self.closed.or(outer.closed);
    }

    /// Whether requests are decided about here.
    pub(crate) fn is_on(&self) -> bool {
        self.on.unwrap_or(false)
    }

    /// Whether requests pass when there is no verdict about them.
    pub(crate) fn unknown_passes(&self) -> bool {
        self.unknown_passes.unwrap_or(true)
    }

    /// What a visitor of a closed domain gets: 451, "unavailable for legal reasons" (RFC 7725), if nothing is said.
    pub(crate) fn closed(&self) -> Answer {
        self.closed.unwrap_or(Answer { status: 451, address: std::ptr::null_mut() })
    }
}

const EVERYWHERE: u32 = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

/// The table nginx reads.
pub(crate) static mut DIRECTIVES: [ngx_command_t; 5] = [
    ngx_command_t {
        name: ngx_string!("beian_index"),
        type_: (NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1) as usize,
        set: Some(set_index),
        conf: NGX_HTTP_MAIN_CONF_OFFSET,
        ..ngx_command_t::empty()
    },
    ngx_command_t {
        name: ngx_string!("beian"),
        type_: (EVERYWHERE | NGX_CONF_FLAG) as usize,
        set: Some(set_on),
        conf: NGX_HTTP_LOC_CONF_OFFSET,
        ..ngx_command_t::empty()
    },
    ngx_command_t {
        name: ngx_string!("beian_unknown"),
        type_: (EVERYWHERE | NGX_CONF_TAKE1) as usize,
        set: Some(set_unknown),
        conf: NGX_HTTP_LOC_CONF_OFFSET,
        ..ngx_command_t::empty()
    },
    ngx_command_t {
        name: ngx_string!("beian_closed"),
        type_: (EVERYWHERE | NGX_CONF_TAKE12) as usize,
        set: Some(set_closed),
        conf: NGX_HTTP_LOC_CONF_OFFSET,
        ..ngx_command_t::empty()
    },
    ngx_command_t::empty(),
];

/// What nginx prints behind the directive's name.
const fn refused(message: &'static CStr) -> *mut c_char {
    message.as_ptr().cast_mut()
}

const TWICE: *mut c_char = refused(c"is duplicate");

/// The directive's arguments, its name first.
///
/// # Safety
/// `cf` is what nginx gave to a setter.
unsafe fn arguments<'a>(cf: *mut ngx_conf_t) -> &'a mut [ngx_str_t] {
    // SAFETY: while a setter runs, this is an array of strings.
    unsafe { (*(*cf).args).as_slice_mut() }
}

extern "C" fn set_index(cf: *mut ngx_conf_t, _: *mut ngx_command_t, conf: *mut c_void) -> *mut c_char {
    // SAFETY: nginx gives a setter its configuration, and what `create_main_conf` made.
    let (arguments, main) = unsafe { (arguments(cf), &mut *conf.cast::<Main>()) };
    if main.index.is_some() {
        return TWICE;
    }
    let path = &mut arguments[1];
    // SAFETY: the path is a string of the configuration, which is put behind nginx's prefix when it is relative.
    if unsafe { ngx_conf_full_name((*cf).cycle, path, 0) } != Status::NGX_OK.0 {
        return ngx::core::NGX_CONF_ERROR;
    }
    match std::str::from_utf8(path.as_bytes()) {
        Ok("") => refused(c"names no folder"),
        Ok(path) => {
            main.index = Some(PathBuf::from(path));
            NGX_CONF_OK
        }
        Err(_) => refused(c"names a folder that is not UTF-8"),
    }
}

extern "C" fn set_on(cf: *mut ngx_conf_t, _: *mut ngx_command_t, conf: *mut c_void) -> *mut c_char {
    // SAFETY: nginx gives a setter its configuration, and what `create_loc_conf` made.
    let (arguments, here) = unsafe { (arguments(cf), &mut *conf.cast::<Here>()) };
    let on = match arguments[1].as_bytes() {
        b"on" => true,
        b"off" => false,
        _ => return refused(c"is on or off"),
    };
    if on {
        use ngx::http::HttpModuleMainConf as _;
        // SAFETY: as above; nobody else holds it while a setter runs.
        if let Some(main) = crate::Module::main_conf_mut(unsafe { &*cf }) {
            main.is_used = true;
        }
    }
    if here.on.replace(on).is_some() { TWICE } else { NGX_CONF_OK }
}

extern "C" fn set_unknown(cf: *mut ngx_conf_t, _: *mut ngx_command_t, conf: *mut c_void) -> *mut c_char {
    // SAFETY: as in `set_on`.
    let (arguments, here) = unsafe { (arguments(cf), &mut *conf.cast::<Here>()) };
    let passes = match arguments[1].as_bytes() {
        b"open" => true,
        b"closed" => false,
        _ => return refused(c"is open or closed"),
    };
    if here.unknown_passes.replace(passes).is_some() { TWICE } else { NGX_CONF_OK }
}

extern "C" fn set_closed(cf: *mut ngx_conf_t, _: *mut ngx_command_t, conf: *mut c_void) -> *mut c_char {
    // SAFETY: as in `set_on`.
    let (arguments, here) = unsafe { (arguments(cf), &mut *conf.cast::<Here>()) };
    let status = std::str::from_utf8(arguments[1].as_bytes()).ok().and_then(|status| status.parse().ok());
    let address = match (status, arguments.get_mut(2)) {
        // A permanent redirect would be kept by browsers after the domain is open.
        (Some(302 | 303 | 307), Some(address)) => {
            // SAFETY: the pool is the configuration's, and the address one of its strings.
            let compiled = unsafe { compile(cf, address) };
            if compiled.is_null() {
                return ngx::core::NGX_CONF_ERROR;
            }
            compiled
        }
        (Some(400..=599), None) => std::ptr::null_mut(),
        (Some(302 | 303 | 307), None) => return refused(c"needs the address it redirects to"),
        _ => return refused(c"is 302, 303 or 307 with an address, or a status from 400 to 599"),
    };
    let answer = Answer { status: status.unwrap_or_default(), address };
    if here.closed.replace(answer).is_some() { TWICE } else { NGX_CONF_OK }
}

/// Makes a text with variables ready; null when it names one that is none.
///
/// # Safety
/// `cf` is what nginx gave to a setter, `text` one of its arguments.
unsafe fn compile(cf: *mut ngx_conf_t, text: &mut ngx_str_t) -> *mut ngx_http_complex_value_t {
    // SAFETY: all of it is zero to begin with, as in C; the value is room for one.
    unsafe {
        let value = ngx_palloc((*cf).pool, size_of::<ngx_http_complex_value_t>()).cast::<ngx_http_complex_value_t>();
        if value.is_null() {
            return value;
        }
        let mut order: ngx_http_compile_complex_value_t = std::mem::zeroed();
        order.cf = cf;
        order.value = text;
        order.complex_value = value;
        if ngx_http_compile_complex_value(&raw mut order) == Status::NGX_OK.0 { value } else { std::ptr::null_mut() }
    }
}

/// Refuses `beian on` without an index.
pub(crate) extern "C" fn check(_: *mut ngx_conf_t, conf: *mut c_void) -> *mut c_char {
    // SAFETY: nginx gives what `create_main_conf` made, after it read the `http` block.
    let main = unsafe { &*conf.cast::<Main>() };
    if main.is_used && main.index.is_none() {
        return refused(c"has \"beian on\", but no \"beian_index\"");
    }
    NGX_CONF_OK
}

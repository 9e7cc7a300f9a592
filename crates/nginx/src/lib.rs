//! A module that lets nginx decide about requests by itself, from the index that a gateway process keeps.
//!
//! ```text
//!   platform ──feed──▶ beian gateway ──writes──▶ folder of the index ◀──maps── every worker of nginx
//!                                                                               │ Host → open / closed
//!                                                                               ▼
//!                                                                  proxy_pass, or 302 / 451 / …
//! ```
//!
//! - [`settings`]: the directives, and what holds where.
//! - [`request`]: the decision in the preaccess phase, the variables `$beian_verdict` and `$beian_domain`.
//! - [`worker`]: the index of one worker, what follows it, what is counted.
//!
//! What is unknown never blocks unless `beian_unknown closed` says so. `docs/integrate/nginx-module.md` tells operators
//! how to use it.

mod request;
mod settings;
mod worker;

use std::ffi::c_void;
use std::ptr;

use ngx::core::Status;
use ngx::ffi::{
    NGX_HTTP_MODULE, ngx_array_push, ngx_conf_t, ngx_http_handler_pt, ngx_http_module_t,
    ngx_http_phases_NGX_HTTP_PREACCESS_PHASE as PREACCESS, ngx_int_t, ngx_module_t,
};
use ngx::http::{HttpModule, HttpModuleLocationConf, HttpModuleMainConf, MergeConfigError, NgxHttpCoreModule};

use settings::{Here, Main};

/// The module, as ngx-rust wants to see it.
struct Module;

impl HttpModule for Module {
    fn module() -> &'static ngx_module_t {
        let module = &raw const ngx_http_beian_module;
        // SAFETY: nginx writes to it while it reads its configuration, when nobody else runs.
        unsafe { &*module }
    }

    unsafe extern "C" fn preconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
        // SAFETY: nginx calls this while it reads the `http` block.
        unsafe { request::add_variables(cf) }.into()
    }

    unsafe extern "C" fn postconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
        // SAFETY: nginx calls this with the configuration it has just read.
        let core = NgxHttpCoreModule::main_conf_mut(unsafe { &*cf });
        let Some(core) = core else { return Status::NGX_ERROR.into() };
        // SAFETY: the array holds handlers, and a pushed element is room for one.
        unsafe {
            let handler = ngx_array_push(&mut core.phases[PREACCESS as usize].handlers).cast::<ngx_http_handler_pt>();
            if handler.is_null() {
                return Status::NGX_ERROR.into();
            }
            handler.write(Some(request::decide));
        }
        Status::NGX_OK.into()
    }
}

// SAFETY: `create_main_conf` makes one of these.
unsafe impl HttpModuleMainConf for Module {
    type MainConf = Main;
}

// SAFETY: `create_loc_conf` makes one of these.
unsafe impl HttpModuleLocationConf for Module {
    type LocationConf = Here;
}

impl ngx::http::Merge for Here {
    fn merge(&mut self, outer: &Self) -> Result<(), MergeConfigError> {
        self.inherit(outer);
        Ok(())
    }
}

static CONTEXT: ngx_http_module_t = ngx_http_module_t {
    preconfiguration: Some(Module::preconfiguration),
    postconfiguration: Some(Module::postconfiguration),
    create_main_conf: Some(Module::create_main_conf),
    init_main_conf: Some(settings::check),
    create_srv_conf: None,
    merge_srv_conf: None,
    create_loc_conf: Some(Module::create_loc_conf),
    merge_loc_conf: Some(Module::merge_loc_conf),
};

/// What nginx looks for in a library: its modules and their names.
mod found {
    use super::ngx_http_beian_module;
    ngx::ngx_modules!(ngx_http_beian_module);
}

/// What nginx finds by its name when it loads the library.
#[unsafe(no_mangle)]
pub static mut ngx_http_beian_module: ngx_module_t = ngx_module_t {
    ctx: (&raw const CONTEXT).cast::<c_void>().cast_mut(),
    commands: (&raw mut settings::DIRECTIVES).cast(),
    type_: NGX_HTTP_MODULE as usize,
    init_process: Some(worker::begin),
    exit_process: Some(worker::end),
    name: ptr::null_mut(),
    ..ngx_module_t::default()
};

//! 未备案处理结果: how a website without a filing was handled.

use std::net::Ipv4Addr;

use crate::message::wire::records;

records! {
    /// How an unfiled website was handled (`WBACLJG/Clxx`).
    pub struct UnfiledHandling {
        /// Its domain name (`Ym`).
        pub domain: String = "Ym",
        /// Its address (`IP`).
        pub ip: Ipv4Addr = "IP",
        /// The carrier (`Yys`), a reporting unit.
        pub carrier: i64 = "Yys",
        /// The access provider (`Jrs`), a reporting unit.
        pub provider: i64 = "Jrs",
        /// The province it stands in (`Shengid`).
        pub province: i64 = "Shengid",
        /// What was done (`Cljg`), a code of the table 未备案处理.
        pub result: i64 = "Cljg",
        /// What was done, in words (`Clyj`).
        pub opinion: String = "Clyj",
        /// When it came onto the list (`Rbsj`), as `2026-11-25`.
        pub listed: String = "Rbsj",
        /// By when it must be handled (`Clsx`), as `2026-11-25`.
        pub due: String = "Clsx",
        /// Who reports (`Sbrxm`).
        pub reporter: Option<String> = "Sbrxm",
        /// His phone (`Sbrdh`).
        pub reporter_phone: Option<String> = "Sbrdh",
        /// His e-mail address (`Sbrdzyj`).
        pub reporter_email: Option<String> = "Sbrdzyj",
    }
}

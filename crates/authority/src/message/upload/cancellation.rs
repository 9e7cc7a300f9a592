//! 注销备案: the end of a subject, a site or an access.

use crate::message::wire::{codes, records};

records! {
    /// A cancellation (`ZXBA/Zx_xx`).
    pub struct Cancellation {
        /// What is cancelled (`Zxlb`).
        pub kind: CancelledKind = "Zxlb",
        /// The bureau's id of it (`Jlid`).
        pub record: i64 = "Jlid",
        /// Why (`Zxly`), a code of the table 注销理由.
        pub reason: i64 = "Zxly",
        /// Why, in words (`Zxlybz`).
        pub remark: Option<String> = "Zxlybz",
        /// The hash of the filing password (`ICPmm`), abolished on 2020-08-17.
        pub password: Option<String> = "ICPmm",
    }
}

codes! {
    /// What is or was cancelled (`Zxlb`).
    pub enum CancelledKind {
        /// 主体 with all its sites.
        Subject = 0,
        /// 网站.
        Site = 1,
        /// 接入.
        Access = 2,
    }
}

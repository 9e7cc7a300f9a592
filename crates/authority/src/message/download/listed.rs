//! What the authority tells of its own accord: cancellations, blacklists, websites found without a filing, notices.

use std::net::Ipv4Addr;

use crate::message::upload::CancelledKind;
use crate::message::wire::{codes, records};

records! {
    /// Something that is cancelled (`ZXSJ/Zxxx`).
    pub struct Cancelled {
        /// What (`Zxlb`).
        pub kind: CancelledKind = "Zxlb",
        /// The bureau's id of it (`Jlid`).
        pub record: i64 = "Jlid",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A change of the blacklist of subjects (`HMDLB/Zthmdxxs`).
    pub struct BlacklistedSubject {
        /// Name (`Dwmc`).
        pub name: String = "Zt_xx/Dwmc",
        /// Nature (`Dwxz`).
        pub nature: Option<i64> = "Zt_xx/Dwxz",
        /// Kind of credential (`Zjlx`).
        pub certificate_kind: i64 = "Zt_xx/Zj/Zjlx",
        /// Number of the credential (`Zjhm`).
        pub certificate_number: String = "Zt_xx/Zj/Zjhm",
        /// What changes (`Czlx`).
        pub change: BlacklistChange = "Czlx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A change of the blacklist of websites (`HMDLB/Wzhmdxxs`).
    pub struct BlacklistedSite {
        /// Name (`Wzmc`).
        pub name: String = "Wz_xx/Wzmc",
        /// Domain names (`Ym`).
        pub domains: Vec<String> = "Wz_xx/Ym_xx>Ym",
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Wz_xx/Syurl",
        /// What changes (`Czlx`).
        pub change: BlacklistChange = "Czlx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A domain that is hosted where it may not be (`FFJRHMD/Ffjrxx`).
    pub struct IllegalAccess {
        /// The bureau's id of the entry (`Id`).
        pub id: i64 = "Id",
        /// The domain (`Ym`).
        pub domain: String = "Ym",
        /// Where it was found (`Ip`).
        pub ip: Ipv4Addr = "Ip",
        /// Who hosts it (`Zjjrz`), a reporting unit.
        pub provider: i64 = "Zjjrz",
        /// The province (`Szs`).
        pub province: i64 = "Szs",
        /// When it was found (`Dqjcsj`), a date with or without a time.
        pub detected: String = "Dqjcsj",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A website found without a filing (`WBAWZLB/Wbawz_xx`).
    pub struct UnfiledSite {
        /// The bureau's id of the entry (`Id`).
        pub id: i64 = "Id",
        /// The domain (`Wzym_mc`).
        pub domain: String = "Wzym_mc",
        /// Languages (`Yylb_id`).
        pub languages: Vec<i64> = "Yylb/Yylb_id",
        /// Where it was found (`IP`).
        pub ip: Ipv4Addr = "IP",
        /// When it was found now (`Dqjcsj`).
        pub detected: Option<String> = "Dqjcsj",
        /// How often it was found (`Jccs`).
        pub times: Option<i64> = "Jccs",
        /// The province (`Sssh`).
        pub province: Option<i64> = "Sssh",
        /// When it was found first (`Scjcsj`).
        pub first_detected: Option<String> = "Scjcsj",
        /// The access provider (`Jrs`), a reporting unit.
        pub provider: Option<i64> = "Jrs",
        /// The carrier (`Yys`), a reporting unit.
        pub carrier: i64 = "Yys",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// An order to correct something (`XGTZ/Tzxx`).
    pub struct Notice {
        /// What is to be corrected (`Tzlb`).
        pub about: NoticeAbout = "Tzlb",
        /// Its filing number (`Baxh`).
        pub number: Option<String> = "Baxh",
        /// The bureau's id of it (`Jlid`).
        pub record: Option<i64> = "Jlid",
        /// What the authority says (`Tznr`).
        pub text: String = "Tznr",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }
}

codes! {
    /// What happens to an entry of a blacklist (`Czlx`).
    pub enum BlacklistChange {
        /// 新增.
        Add = 0,
        /// 修改.
        Change = 1,
        /// 删除.
        Delete = 2,
    }

    /// What a notice is about (`Tzlb`).
    pub enum NoticeAbout {
        /// 主体.
        Subject = 0,
        /// 网站.
        Site = 1,
    }
}

//! 核查结果 (`HCJG`): what the authority found when it looked over what is filed.

use std::net::Ipv4Addr;

use crate::message::wire::{codes, records};

records! {
    /// A subject whose data are wrong (`Zthc`).
    pub struct SubjectAudit {
        /// The bureau's id (`Ztid`).
        pub subject: i64 = "Ztid",
        /// Name (`Dwmc`).
        pub name: String = "Dwmc",
        /// Kind of credential (`Zjlx`).
        pub certificate_kind: i64 = "Zjlx",
        /// Number of the credential (`Zjhm`).
        pub certificate_number: String = "Zjhm",
        /// What is wrong (`Cwyy`).
        pub reason: Option<String> = "Cwyy",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// An access that is filed and not there, or there and not filed (`Jrhc`).
    pub struct AccessAudit {
        /// The bureau's id of the site (`Wzid`).
        pub site: i64 = "Wzid",
        /// Its filing number (`Wz_Baxh`).
        pub number: String = "Wz_Baxh",
        /// The domain (`Ym`) of an access that is not filed.
        pub domain: Option<String> = "Ym",
        /// Where the domain points (`Jxip`) when the access is not filed.
        pub ip: Option<Ipv4Addr> = "Jxip",
        /// Who filed it (`Bbisp`).
        pub provider: Option<i64> = "Bbisp",
        /// Which of both (`Hcjg`).
        pub problem: AccessProblem = "Hcjg",
        /// When it was found (`Hcsj`).
        pub at: String = "Hcsj",
        /// The bureau's id of the access (`Jrid`).
        pub access: Option<i64> = "Jrid",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A site that may be a shell (空壳, `Kkwzhc`): filed, and accessed by nobody.
    pub struct ShellAudit {
        /// The bureau's id of the site (`Wzid`).
        pub site: i64 = "Wzid",
        /// Its filing number (`Wz_Baxh`).
        pub number: String = "Wz_Baxh",
        /// What was found (`Hcjg`).
        pub state: ShellState = "Hcjg",
        /// When (`Hcsj`).
        pub at: String = "Hcsj",
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Syurl",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A site that did not answer (`Wzch`).
    pub struct LivenessAudit {
        /// The bureau's id of the site (`Wzid`).
        pub site: i64 = "Wzid",
        /// Its filing number (`Wz_Baxh`).
        pub number: String = "Wz_Baxh",
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Syurl",
        /// When (`Hcsj`).
        pub at: String = "Hcsj",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A filed range that reaches beyond what it comes from (越界, `Yj`).
    pub struct IpOutOfBounds {
        /// The bureau's id of the range (`Yjjlid`).
        pub record: Option<i64> = "Yjjlid",
        /// Its first address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Its last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// 1 the source, 2 the allocation (`Yjlx`).
        pub kind: Option<i64> = "Yjlx",
        /// The first address that is out of bounds (`Yjqsip`).
        pub out_first: Option<Ipv4Addr> = "Yjqsip",
        /// The last address that is out of bounds (`Yjzzip`).
        pub out_last: Option<Ipv4Addr> = "Yjzzip",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A filed range that another unit filed as well (冲突, `Ct`).
    pub struct Conflict {
        /// The bureau's id of our range (`Ctjlid`).
        pub record: Option<i64> = "Ctjlid",
        /// Our first address (`Qsip1`).
        pub first: Ipv4Addr = "Qsip1",
        /// Our last address (`Zzip1`).
        pub last: Ipv4Addr = "Zzip1",
        /// The other unit (`Ctbbdwid`).
        pub other: i64 = "Ctbbdwid",
        /// Its first address (`Qsip2`).
        pub other_first: Ipv4Addr = "Qsip2",
        /// Its last address (`Zzip2`).
        pub other_last: Ipv4Addr = "Zzip2",
        /// 1 the source, 2 the allocation (`Ctlx`).
        pub kind: Option<i64> = "Ctlx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A range that is used and not filed (未报, `Wb`).
    pub struct Unreported {
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// Who allocated it to this unit (`Fpdw`).
        pub source: Option<i64> = "Fpdw",
        /// 1 the source, 2 the allocation (`Wblx`).
        pub kind: Option<i64> = "Wblx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }
}

codes! {
    /// What is wrong with an access (`Hcjg`).
    pub enum AccessProblem {
        /// 多报: filed, and not there.
        OverReported = 1,
        /// 少报: there, and not filed.
        UnderReported = 2,
    }

    /// What was found of a shell (`Hcjg`).
    pub enum ShellState {
        /// 存活.
        Alive = 0,
        /// 死亡.
        Dead = 1,
    }
}

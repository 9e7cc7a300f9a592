//! 域名备案: domain names as registries and registrars report them to the ministry (else 3036).

use super::node::{Node, ReadError};
use super::wire::{Value, records};
use crate::tree::Markup;

records! {
    /// A domain name with its registrant, administrator and payer.
    pub struct DomainRecord {
        /// The reporting unit's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// The ministry's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// The name (`Ym`).
        pub name: String = "Ym",
        /// Its kind (`Ymlx`), a code of the table 域名类型.
        pub kind: i64 = "Ymlx",
        /// When it was registered (`Zcsj`), as `2026-11-25`.
        pub registered: String = "Zcsj",
        /// 注册人: name (`Zcr_mc`).
        pub registrant: String = "Zcr_mc",
        /// 注册人: organisation (`Zcr_zz`).
        pub registrant_unit: String = "Zcr_zz",
        /// 注册人: postal address (`Zcr_txdz`).
        pub registrant_address: String = "Zcr_txdz",
        /// 注册人: province (`Zcr_shengid`).
        pub registrant_province: i64 = "Zcr_shengid",
        /// 注册人: city (`Zcr_shiid`).
        pub registrant_city: i64 = "Zcr_shiid",
        /// 注册人: e-mail address (`Zcr_dzyj`).
        pub registrant_email: String = "Zcr_dzyj",
        /// 注册人: phone (`Zcr_dhhm`).
        pub registrant_phone: String = "Zcr_dhhm",
        /// 管理员: name (`Gly_mz`).
        pub administrator: String = "Gly_mz",
        /// 管理员: organisation (`Gly_zz`).
        pub administrator_unit: String = "Gly_zz",
        /// 管理员: address (`Gly_dz`).
        pub administrator_address: String = "Gly_dz",
        /// 管理员: province (`Gly_shengid`).
        pub administrator_province: i64 = "Gly_shengid",
        /// 管理员: city (`Gly_shiid`).
        pub administrator_city: i64 = "Gly_shiid",
        /// 管理员: e-mail address (`Gly_dzyj`).
        pub administrator_email: String = "Gly_dzyj",
        /// 管理员: phone (`Gly_dh`).
        pub administrator_phone: String = "Gly_dh",
        /// 缴费人: name (`Jfr_mz`); the text calls these tags `Zfr_…`.
        pub payer: Option<String> = "Jfr_mz",
        /// 缴费人: organisation (`Jfr_zz`).
        pub payer_unit: Option<String> = "Jfr_zz",
        /// 缴费人: address (`Jfr_dz`).
        pub payer_address: Option<String> = "Jfr_dz",
        /// 缴费人: province (`Jfr_shengid`).
        pub payer_province: Option<i64> = "Jfr_shengid",
        /// 缴费人: city (`Jfr_shiid`).
        pub payer_city: Option<i64> = "Jfr_shiid",
        /// 缴费人: e-mail address (`Jfr_dzyj`).
        pub payer_email: Option<String> = "Jfr_dzyj",
        /// 缴费人: phone (`Jfr_dh`).
        pub payer_phone: Option<String> = "Jfr_dh",
        /// The registrar (`Ym_zcs`).
        pub registrar: String = "Ym_zcs",
        /// The name servers (`Ym_fwq`).
        pub servers: String = "Ym_fwq",
        /// When it expires (`Yxrq`), as `2026-11-25`.
        pub expires: String = "Yxrq",
    }
}

/// A domain record that ends (`SCBA/Scxx`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletedDomain {
    /// The one with this id of the ministry (`Id`).
    Id(i64),
    /// The one of this name (`Ym`).
    Name(String),
}

impl Value for DeletedDomain {
    fn is_none(_: &Node<'_>) -> bool {
        false
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        if let Some(id) = node.child("Id") {
            return id.number().map(Self::Id);
        }
        let name = node.child("Ym").filter(|name| !name.text().is_empty());
        Ok(Self::Name(name.ok_or_else(|| node.missing("Ym"))?.text().to_owned()))
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        element.children.push(match self {
            Self::Id(id) => Markup::new("Id").containing(id),
            Self::Name(name) => Markup::new("Ym").containing(name),
        });
        true
    }
}

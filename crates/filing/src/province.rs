//! The 31 provinces whose authorities decide on filings, with what is known of their practice.

use std::sync::OnceLock;

use crate::detect::Answer;
use crate::text::Text;
use crate::words::words;

mod claim;
mod coverage;
mod line;
mod params;
mod stated;

pub use claim::{Claim, Conflict, Scoped, Source, Valued};
pub use coverage::{Count, Coverage, coverage};
pub use line::{Line, LineKind, Occasion, Scope, Topic, line, lines, told};
pub use params::{
    AccessFirst, AccessThenChange, AgeUnit, Allowance, ContentRule, DatedPaper, DistinctPhones, DomainCertificate,
    DomainHolder, FooterNumber, Holder, HolderName, Investor, LabelWord, LegalRepresentative, LocalPhone, MaxAge,
    MinAge, Nameless, OldNumber, OldSuffix, PaperAge, Params, Party, PartyLetter, PersonPapers, Practice,
    PrincipalRule, RemarkRule, Residence, ReviewDays, SiteNameRule, SmsStart, SoleTrader, Stance, SubjectChange,
};
pub use stated::{Stated, stated};

const PRACTICES_FILE: &str = include_str!("../data/provinces.json");

words! {
    /// A province; its word is the two-digit GB/T 2260 code. Hong Kong, Macau and Taiwan do not file.
    pub enum Province {
        /// 北京.
        Beijing = "11",
        /// 天津.
        Tianjin = "12",
        /// 河北.
        Hebei = "13",
        /// 山西.
        Shanxi = "14",
        /// 内蒙古.
        InnerMongolia = "15",
        /// 辽宁.
        Liaoning = "21",
        /// 吉林.
        Jilin = "22",
        /// 黑龙江.
        Heilongjiang = "23",
        /// 上海.
        Shanghai = "31",
        /// 江苏.
        Jiangsu = "32",
        /// 浙江.
        Zhejiang = "33",
        /// 安徽.
        Anhui = "34",
        /// 福建.
        Fujian = "35",
        /// 江西.
        Jiangxi = "36",
        /// 山东.
        Shandong = "37",
        /// 河南.
        Henan = "41",
        /// 湖北.
        Hubei = "42",
        /// 湖南.
        Hunan = "43",
        /// 广东.
        Guangdong = "44",
        /// 广西.
        Guangxi = "45",
        /// 海南.
        Hainan = "46",
        /// 重庆.
        Chongqing = "50",
        /// 四川.
        Sichuan = "51",
        /// 贵州.
        Guizhou = "52",
        /// 云南.
        Yunnan = "53",
        /// 西藏.
        Tibet = "54",
        /// 陕西.
        Shaanxi = "61",
        /// 甘肃.
        Gansu = "62",
        /// 青海.
        Qinghai = "63",
        /// 宁夏.
        Ningxia = "64",
        /// 新疆.
        Xinjiang = "65",
    }
}

fn practices() -> &'static [Practice] {
    static PRACTICES: OnceLock<Vec<Practice>> = OnceLock::new();
    PRACTICES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        serde_json::from_str(PRACTICES_FILE).expect("data/provinces.json is well formed")
    })
}

impl Province {
    /// The two-digit GB/T 2260 code, such as `33`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.as_str()
    }

    /// The six-digit code of the province itself, such as `330000`.
    #[must_use]
    pub fn division_code(self) -> String {
        format!("{}0000", self.code())
    }

    /// The province of a two- or six-digit code (or of any code that begins so).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::from_word(code.get(..2)?)
    }

    /// The letter that filing numbers of this province begin with.
    ///
    /// Four are not what number plates say: 甘肃 陇, 云南 滇, 四川 蜀, 贵州 黔.
    #[must_use]
    pub fn icp_prefix(self) -> char {
        self.practice().icp_prefix
    }

    /// The province of a filing number's first letter, strictly.
    #[must_use]
    pub fn from_icp_prefix(letter: char) -> Option<Self> {
        Self::ALL.iter().copied().find(|province| province.icp_prefix() == letter)
    }

    /// The province of a name without the word for its rank, such as 浙江.
    #[must_use]
    pub fn from_short_name(name: &str) -> Option<Self> {
        let begins = |province: &&Self| !name.is_empty() && province.practice().zh.starts_with(name);
        Self::ALL.iter().find(begins).copied()
    }

    /// The full name, such as 浙江省 and Zhejiang.
    #[must_use]
    pub fn name(self) -> Text {
        let practice = self.practice();
        Text::new(&practice.zh, &practice.en)
    }

    /// The usual working days the authority takes, from and to (Tencent Cloud 243/19650).
    #[must_use]
    pub fn review_days(self) -> (u32, u32) {
        let days = &self.practice().review_days;
        (days.min, days.max)
    }

    /// What public sources say about this authority's practice.
    #[must_use]
    pub fn practice(self) -> &'static Practice {
        #[expect(clippy::expect_used, reason = "a test shows that every province is in the file")]
        practices().iter().find(|practice| practice.code == self.code()).expect("every province has its practice")
    }

    /// Whether a subject without sites may add one here before it is cancelled.
    ///
    /// Everywhere it is to be cancelled first (Tencent Cloud 243/19622); eleven authorities are said to take the new
    /// site all the same (Huawei Cloud, 2025-12): the newer statement is in force, and the parameter holds both.
    #[must_use]
    pub fn shell_may_add(self) -> Answer {
        self.practice().params.shell_subject_can_add.as_ref().map_or(Answer::No, |stance| stance.value)
    }

    /// The lines that public sources hold of this authority, in the order of the source.
    pub fn lines(self) -> impl Iterator<Item = &'static Line> {
        lines().iter().filter(move |line| line.province == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_31_provinces_have_a_practice_and_a_letter_of_their_own() {
        assert_eq!(Province::ALL.len(), 31);
        for province in Province::ALL {
            assert_eq!(Province::from_icp_prefix(province.icp_prefix()), Some(*province));
            assert!(province.review_days().0 <= province.review_days().1);
            assert!(!province.name().en.is_empty());
        }
    }

    #[test]
    fn the_four_letters_that_number_plates_would_get_wrong() {
        let letter = |province: Province| province.icp_prefix();
        assert_eq!(letter(Province::Gansu), '陇');
        assert_eq!(letter(Province::Yunnan), '滇');
        assert_eq!(letter(Province::Sichuan), '蜀');
        assert_eq!(letter(Province::Guizhou), '黔');
        assert_eq!(Province::from_icp_prefix('甘'), None);
    }

    #[test]
    fn a_province_is_found_by_its_everyday_name() {
        assert_eq!(Province::from_short_name("内蒙古"), Some(Province::InnerMongolia));
        assert_eq!(Province::from_short_name("新疆"), Some(Province::Xinjiang));
        assert_eq!(Province::from_short_name(""), None);
    }

    #[test]
    fn a_shell_may_add_where_the_newer_source_says_so() {
        let may = Province::ALL.iter().filter(|province| province.shell_may_add() == Answer::Yes);
        assert_eq!(may.count(), 11);
        assert_eq!(Province::Guangdong.shell_may_add(), Answer::No);
    }

    #[test]
    fn a_province_is_found_by_any_division_code() {
        assert_eq!(Province::from_code("330106"), Some(Province::Zhejiang));
        assert_eq!(Province::from_code("33"), Some(Province::Zhejiang));
        assert_eq!(Province::from_code("71"), None);
        assert_eq!(Province::from_code("浙"), None);
    }
}

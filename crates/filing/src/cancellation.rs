//! Why something filed is to end.

use crate::text::Text;
use crate::words::words;

words! {
    /// A reason to cancel, in this platform's own words: the values of the authority's table 注销理由 are not public.
    pub enum CancelReason {
        /// The site or the subject is no longer run.
        NoLongerRun = "no_longer_run",
        /// The data changed in a way that no change may carry: it will be filed anew.
        WillRefile = "will_refile",
        /// The domain ran out, was sold or is no longer used.
        DomainGone = "domain_gone",
        /// Another provider hosts it now.
        Moved = "moved",
        /// Something else, which the note says.
        Other = "other",
    }
}

impl CancelReason {
    /// The reason in words; the Chinese ones travel to the authority.
    #[must_use]
    pub fn name(self) -> Text {
        let (zh, en) = match self {
            Self::NoLongerRun => ("网站不再运营", "The site is no longer run"),
            Self::WillRefile => ("资料变化，注销后重新备案", "The particulars changed; it will be filed anew"),
            Self::DomainGone => ("域名不再持有或不再使用", "The domain is gone or no longer used"),
            Self::Moved => ("已迁往其他接入服务商", "Another provider hosts it now"),
            Self::Other => ("其他", "Other"),
        };
        Text::new(zh, en)
    }
}

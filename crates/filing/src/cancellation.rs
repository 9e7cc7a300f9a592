//! Why something filed is to end.

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

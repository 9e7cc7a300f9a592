//! What an order asks of the authority.

use crate::words::words;

words! {
    /// The nine actions of filing; adding a site has two forms, by where the subject is filed.
    pub enum Action {
        /// 首次备案: subject and domain are both new.
        FirstFiling = "first_filing",
        /// 新增网站（原备案在本处）: the subject is filed here, the domain is new.
        AddSiteHere = "add_site_here",
        /// 新增网站（原备案不在本处）: the subject is filed at another provider, the domain is new.
        AddSiteElsewhere = "add_site_elsewhere",
        /// 接入备案: subject and domain are filed at another provider.
        AddAccess = "add_access",
        /// 一键接入: the subject is here, its domain is filed at another provider.
        OneClickAccess = "one_click_access",
        /// 变更备案: subject and site data change.
        ChangeFiling = "change_filing",
        /// 变更网站: site data change.
        ChangeSite = "change_site",
        /// 注销主体: the subject and all its sites go.
        CancelSubject = "cancel_subject",
        /// 注销网站: one site goes.
        CancelSite = "cancel_site",
        /// 取消接入: the link with this provider goes, the number stays.
        CancelAccess = "cancel_access",
    }
}

impl Action {
    /// Whether it opens a closed domain when it succeeds.
    #[must_use]
    pub const fn opens_access(self) -> bool {
        matches!(
            self,
            Self::FirstFiling | Self::AddSiteHere | Self::AddSiteElsewhere | Self::AddAccess | Self::OneClickAccess
        )
    }

    /// Whether it adds an access to sites that are filed already, which it repeats as they are.
    #[must_use]
    pub const fn adds_access(self) -> bool {
        matches!(self, Self::AddAccess | Self::OneClickAccess)
    }

    /// Whether it builds upon a subject that is filed here: the subject is shown and not asked for.
    #[must_use]
    pub const fn subject_is_here(self) -> bool {
        matches!(self, Self::AddSiteHere | Self::OneClickAccess)
    }

    /// Whether the manager is verified in person; the short form of an access filing goes without.
    #[must_use]
    pub const fn verifies_manager(self) -> bool {
        self.opens_access() && !matches!(self, Self::OneClickAccess)
    }

    /// Whether its domains open when the first review is passed; those of others open with the number (Tencent Cloud
    /// 243/18907, 接入备案类).
    #[must_use]
    pub const fn opens_at_first_review(self) -> bool {
        self.adds_access()
    }

    /// Whether the ministry texts the principal: where the subject is new, changes or goes (Tencent Cloud, SMS check).
    #[must_use]
    pub const fn texts_principal(self) -> bool {
        matches!(self, Self::FirstFiling | Self::ChangeFiling | Self::CancelSubject)
    }

    /// Whether the ministry texts the managers of its sites; nobody is texted when an access is cancelled.
    #[must_use]
    pub const fn texts_managers(self) -> bool {
        !matches!(self, Self::CancelSubject | Self::CancelAccess)
    }

    /// Whether it changes what is filed and leaves it filed.
    #[must_use]
    pub const fn changes(self) -> bool {
        matches!(self, Self::ChangeFiling | Self::ChangeSite)
    }

    /// Whether it ends what is filed.
    #[must_use]
    pub const fn cancels(self) -> bool {
        matches!(self, Self::CancelSubject | Self::CancelSite | Self::CancelAccess)
    }

    /// The operation code (`Czlx`) that results of this action carry.
    #[must_use]
    pub const fn operation_code(self) -> u16 {
        match self {
            Self::FirstFiling => 1,
            Self::AddSiteHere | Self::AddSiteElsewhere => 2,
            Self::AddAccess | Self::OneClickAccess => 3,
            Self::ChangeFiling | Self::ChangeSite => 4,
            Self::CancelAccess => 5,
            Self::CancelSubject => 6,
            Self::CancelSite => 7,
        }
    }
}

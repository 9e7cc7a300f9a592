//! The form of a site's name (网站名称): how long it is, what it is written with.

use crate::domain::DomainName;

/// What is wrong with the form of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteNameFault {
    /// It has too few letters and signs.
    #[error("it has {found} letters and signs, not {limit}")]
    Short {
        /// How many it has.
        found: usize,
        /// How many it should have at least.
        limit: usize,
    },
    /// A sign that names never have.
    #[error("{0:?} cannot stand in a name")]
    Symbol(char),
    /// It is a domain, or has no Chinese in it.
    #[error("it is a domain, Latin letters or digits alone")]
    Letters,
}

/// Whether a character is Chinese.
#[must_use]
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2ffff}')
}

/// All that is wrong with the form of a name; `limit` is how many letters and signs it needs at least.
#[must_use]
pub fn faults(name: &str, limit: usize) -> Vec<SiteNameFault> {
    let mut faults = Vec::new();
    let name = name.trim();
    let found = name.chars().filter(|c| is_han(*c) || c.is_ascii_alphanumeric()).count();
    if found < limit {
        faults.push(SiteNameFault::Short { found, limit });
    }
    let han = name.chars().any(is_han);
    // Reading a domain is the dear part: only what has a dot can be one.
    let is_domain = name.contains(['.', '。', '．', '｡']) && DomainName::parse(name).is_ok();
    let symbol = name.chars().find(|c| !is_han(*c) && !c.is_ascii_alphanumeric() && !"()（）-－".contains(*c));
    // A domain's dot is said by the next fault, in better words.
    if let Some(symbol) = symbol.filter(|_| !is_domain) {
        faults.push(SiteNameFault::Symbol(symbol));
    }
    if is_domain || !han {
        faults.push(SiteNameFault::Letters);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_name_is_named() {
        assert_eq!(faults("云杉科技（杭州）", 3), []);
        assert_eq!(faults("云杉", 3), [SiteNameFault::Short { found: 2, limit: 3 }]);
        assert_eq!(faults("云杉科技！", 3), [SiteNameFault::Symbol('！')]);
        assert_eq!(faults("yunshan", 3), [SiteNameFault::Letters]);
        assert_eq!(faults("yunshan-tech.cn", 3), [SiteNameFault::Letters]);
        assert_eq!(faults("云杉。中国", 3), [SiteNameFault::Letters], "a name that is a domain in Chinese");
    }
}

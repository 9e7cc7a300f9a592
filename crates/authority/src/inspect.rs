//! Data files under the eyes of people: by which words one is found, and what in it identifies a person.

use crate::tree::Element;

/// How an element is hidden until somebody gives a reason to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Veil {
    /// It can be read by everybody who may open the file.
    None,
    /// A person's name.
    Name,
    /// The number of a certificate.
    Number,
    /// A phone number.
    Phone,
    /// A mail address.
    Mail,
    /// Where somebody lives or works.
    Address,
    /// Something that nobody needs to read, such as a password.
    Secret,
    /// A picture in base64.
    Picture,
}

/// The groups of a file, in small letters: `xzba`, `bajg`, `jcdm`; those of the address and domain parts with the
/// part's name in front, such as `ip.xzba`.
#[must_use]
pub fn groups(file: &Element) -> Vec<String> {
    let parts = file.children.iter().map(|part| (part.name.to_lowercase(), part));
    parts
        .flat_map(|(name, part)| match name.as_str() {
            "jcdm" | "sjtb" => vec![name],
            _ => {
                let own = part.children.iter().filter(|group| group.name != "Qqdwid");
                let front = if name == "icp" { String::new() } else { format!("{name}.") };
                own.map(|group| format!("{front}{}", group.name.to_lowercase())).collect()
            }
        })
        .collect()
}

/// The domains and filing numbers of a file; of a site's number its subject's, too.
#[must_use]
pub fn names(file: &Element) -> Vec<String> {
    let mut found = Vec::new();
    gather(file, &mut found);
    found
}

fn gather(element: &Element, found: &mut Vec<String>) {
    let text = element.text.trim();
    match &*element.name {
        "Ym" | "Wzym_mc" if !text.is_empty() => found.push(text.to_owned()),
        "Baxh" | "Ztbah" | "Wzbah" | "Wz_Baxh" | "Bs" if text.contains("ICP") => {
            found.push(text.to_owned());
            found.extend(text.rsplit_once('-').map(|(subject, _)| subject.to_owned()));
        }
        _ => {}
    }
    for child in &element.children {
        gather(child, found);
    }
}

/// How an element is hidden; its parent tells whether a name is a person's or a unit's.
#[must_use]
pub fn veil(element: &Element, parent: Option<&Element>) -> Veil {
    match &*element.name {
        "Fzr_xm" | "Tzr" | "Lxrxm" | "Sbrxm" | "Hsrxm" | "Zcr_mc" | "Gly_mz" | "Jfr_mz" => Veil::Name,
        "Dwmc" if parent.is_none_or(names_a_person) => Veil::Name,
        "Zjhm" | "Fzr_zjhm" => Veil::Number,
        "Fzr_dhhm" | "Fzr_sjhm" | "sjhm" | "Lxrdh" | "Sbrdh" | "Zcr_dhhm" | "Gly_dh" | "Jfr_dh" | "Shr_dhhm" => {
            Veil::Phone
        }
        "Fzr_dzyj" | "Lxrdzyj" | "Sbrdzyj" | "Zcr_dzyj" | "Gly_dzyj" | "Jfr_dzyj" | "Msn" => Veil::Mail,
        "Xxdz" | "Zjzs" | "Zcr_txdz" | "Gly_dz" | "Jfr_dz" => Veil::Address,
        "ICPmm" | "Qq" => Veil::Secret,
        "Fjnr" | "Spwj" => Veil::Picture,
        _ => Veil::None,
    }
}

/// Whether the name of a subject is a person's: the nature says so, or nothing says that it is a unit.
fn names_a_person(parent: &Element) -> bool {
    /// The nature of individuals in the table 单位性质.
    const INDIVIDUAL: &str = "5";
    parent.name != "Bbdw" && parent.text_of("Dwxz").is_none_or(|nature| nature == INDIVIDUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(nature: Option<i64>) -> Element {
        Element::new("Zt_xx").with("Dwmc", "周明远").with_some("Dwxz", nature)
    }

    #[test]
    fn a_file_is_found_by_its_groups_domains_and_numbers() {
        let site = Element::new("Wz_xx")
            .with("Baxh", "浙ICP备2026000001号-1")
            .child(Element::new("Ym_xx").with("Ym", "example.cn"));
        let records = Element::new("BASJ").child(Element::new("Baxx").child(site));
        let result = Element::new("BAJG").child(Element::new("Jg_xx").with("Bs", "17"));
        let file = Element::new("DownloadData").child(Element::new("ICP").child(records).child(result));
        assert_eq!(groups(&file), ["basj", "bajg"]);
        assert_eq!(names(&file), ["浙ICP备2026000001号-1", "浙ICP备2026000001号", "example.cn"]);
        let upload = Element::new("UploadData").child(Element::new("IP").child(Element::new("XZBA")).with("Qqdwid", 1));
        assert_eq!(groups(&upload), ["ip.xzba"]);
        let codes = Element::new("DownloadData").child(Element::new("JCDM").child(Element::new("Bbdwlb")));
        assert_eq!(groups(&codes), ["jcdm"]);
    }

    #[test]
    fn the_name_of_a_unit_is_public_and_that_of_a_person_is_not() {
        for (nature, veiled) in [(Some(5), Veil::Name), (None, Veil::Name), (Some(4), Veil::None)] {
            let subject = subject(nature);
            assert_eq!(veil(&subject.children[0], Some(&subject)), veiled, "{nature:?}");
        }
        let unit = Element::new("Bbdw").with("Dwmc", "一家接入商");
        assert_eq!(veil(&unit.children[0], Some(&unit)), Veil::None);
    }
}

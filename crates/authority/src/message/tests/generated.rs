//! Documents made from the element tables at random: what the tables allow is read and written again without a loss.

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;

use super::*;
use crate::schema::{Content, Rule};

/// An element as a rule allows it, with nothing in it that says nothing.
fn element(u: &mut Unstructured<'_>, rule: &Rule) -> Result<Element> {
    let mut element = Element::new(rule.tag.clone());
    match &rule.content {
        Content::Long(min, max) => {
            element.text = u.int_in_range((*min).max(0)..=(*max).min(1 << 40))?.to_string().into()
        }
        Content::Text(..) if matches!(&*rule.tag, "Fjnr" | "Spwj") => {
            use base64::Engine as _;
            let bytes: Vec<u8> = (0..u.int_in_range(1..=20)?).map(|_| u.arbitrary()).collect::<Result<_>>()?;
            element.text = base64::engine::general_purpose::STANDARD.encode(bytes).into();
        }
        Content::Text(min, max) => {
            let letters = ['a', 'Z', '9', '-', '@', '<', '&', '"', '省', '备', '（', 'Ω'];
            let length = u.int_in_range((*min).max(1)..=(*max).min(min + 12))?;
            element.text = (0..length).map(|_| u.choose(&letters).copied()).collect::<Result<_>>()?;
        }
        Content::Choice(rules) => {
            let rule = u.choose(rules)?;
            fill(u, rule, &mut element, 1)?;
        }
        Content::Sequence(rules) | Content::All(rules) => {
            for rule in rules {
                fill(u, rule, &mut element, rule.min)?;
            }
        }
    }
    Ok(element)
}

fn fill(u: &mut Unstructured<'_>, rule: &Rule, parent: &mut Element, min: usize) -> Result<()> {
    // The table lets a blacklisted subject have no data at all; then there is nothing to tell.
    let min = if parent.name == "Zthmdxxs" && rule.tag == "Zt_xx" { 1 } else { min };
    for _ in 0..u.int_in_range(min..=rule.max.min(min + 2).max(min))? {
        let child = element(u, rule)?;
        if !child.text.is_empty() || !child.children.is_empty() {
            parent.children.push(child);
        }
    }
    Ok(())
}

fn rules(content: &Content) -> &[Rule] {
    match content {
        Content::Sequence(rules) | Content::All(rules) | Content::Choice(rules) => rules,
        _ => &[],
    }
}

/// A file with one business and one group of it, and whatever else that business must hold.
fn file(u: &mut Unstructured<'_>, root: &Rule, business: &str, group: &str, version: Version) -> Result<Element> {
    let business = rules(&root.content).iter().find(|rule| rule.tag == business).unwrap();
    let mut inner = Element::new(business.tag.clone());
    for rule in rules(&business.content).iter().filter(|rule| rule.tag == group || rule.tag == "Qqdwid") {
        fill(u, rule, &mut inner, 1)?;
    }
    Ok(Element::new(root.tag.clone()).attribute("version", version.attribute()).child(inner))
}

#[test]
fn every_upload_the_table_allows_is_read_and_written_again() {
    for version in Version::ALL {
        for (business, group) in UploadOperation::GROUPS {
            arbtest(|u| {
                let root = file(u, &version.upload_schema().root, business, group, version)?;
                if root.children[0].children.iter().all(|child| child.name == "Qqdwid") {
                    return Ok(());
                }
                assert_eq!(check(&root, version), [], "{}", root.to_xml());
                let upload = Upload::read(&root, version).unwrap_or_else(|error| panic!("{error}: {}", root.to_xml()));
                assert_eq!(upload.operation.group(), (*business, *group));
                assert_eq!(upload.to_tree(version), root);
                let json = serde_json::to_string(&upload).unwrap();
                assert_eq!(serde_json::from_str::<Upload>(&json).unwrap(), upload);
                let bytes = upload.to_gbk(version).unwrap();
                assert_eq!(read_document(&bytes).unwrap(), root);
                Ok(())
            })
            .budget_ms(150);
        }
    }
}

#[test]
fn every_download_the_table_allows_is_read_and_written_again() {
    let version = Version::V3_0;
    let root_rule = &version.download_schema().root;
    for business in rules(&root_rule.content) {
        for group in rules(&business.content) {
            arbtest(|u| {
                let root = file(u, root_rule, &business.tag, &group.tag, version)?;
                if root.children[0].children.is_empty() {
                    return Ok(());
                }
                assert_eq!(check(&root, version), [], "{}", root.to_xml());
                let download = Download::read(&root, version);
                assert_eq!(download.unreadable, [], "{}", root.to_xml());
                assert_eq!(download.unhandled, [""; 0]);
                let bytes = download.to_gbk(version).unwrap();
                assert_eq!(read_document(&bytes).unwrap(), root);
                let json = serde_json::to_string(&download).unwrap();
                assert_eq!(serde_json::from_str::<Download>(&json).unwrap(), download);
                Ok(())
            })
            .budget_ms(150);
        }
    }
}

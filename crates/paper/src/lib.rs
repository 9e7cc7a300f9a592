//! The letters and forms of a filing, filled in from a draft: as a page to print, and as PDF with its Chinese font.
//!
//! The words of each form are data (`data/form`), in Chinese as the authorities read them. What the draft does not
//! hold is a line to fill in by hand. Names and numbers stand in full: it is the applicant's own paper.

mod fill;
mod font;
mod form;
mod html;
mod line;
mod pdf;

pub use fill::{Block, Letter, Span, fill};
pub use font::{MissingCharacter, missing};
pub use html::{Around, STYLE, page};
pub use pdf::{Trouble, pdf};

use filing::papers::Template;
use filing::text::Text;

/// The title of a form, and in a sentence what it is for.
#[must_use]
pub fn title(template: Template) -> (&'static str, &'static Text) {
    let form = form::form(template);
    (&form.title, &form.about)
}

/// Whether a form speaks of one site and not of the whole order.
#[must_use]
pub fn is_of_site(template: Template) -> bool {
    form::form(template).of_site
}

//! What a cancellation must say (filing rules B.2, H).

use super::Context;
use crate::cancellation::CancelReason;

pub(super) fn check(cx: &mut Context<'_>) {
    if !cx.action.cancels() {
        return;
    }
    let Some(said) = &cx.draft.cancellation else {
        cx.report("cancel-01", "cancellation.reason");
        return;
    };
    let reason = CancelReason::from_word(said.reason.trim());
    if reason.is_none() {
        cx.report("cancel-01", "cancellation.reason");
    }
    let limit = cx.rule("cancel-03").limit::<usize>();
    let found = said.note.trim().chars().count();
    if found == 0 && reason == Some(CancelReason::Other) {
        cx.report("cancel-02", "cancellation.note");
    }
    if found > limit {
        cx.report("cancel-03", "cancellation.note").with("limit", limit).with("found", found);
    }
    if !said.understood {
        cx.report("cancel-04", "cancellation.understood");
    }
}

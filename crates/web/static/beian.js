// What pages gain from scripts. Everything here is an addition: every page works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // The summary of what must be mended takes the focus, so that it is the first thing heard and seen.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Time that runs out, counted down to the minute in the page's own words.
  const words = root.lang === "en"
    ? { h: (h, m) => `${h} h ${m} min`, m: (m) => `${m} min`, d: (d, h) => `${d} ${d === 1 ? "day" : "days"} ${h} h` }
    : null;
  const left = (element) => {
    const minutes = Math.max(0, Math.floor((Date.parse(element.dataset.until) - Date.now()) / 60000));
    const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60);
    if (words) return days > 1 ? words.d(days, hours % 24) : hours > 0 ? words.h(hours, minutes % 60) : words.m(minutes);
    // Chinese words stand in the page already: only the figures change while the units stay the same.
    const figures = days > 1 ? [days, hours % 24] : hours > 0 ? [hours, minutes % 60] : [minutes];
    const parts = element.textContent.match(/\d+|\D+/g) || [];
    if (parts.filter((part) => /\d/.test(part)).length !== figures.length) return null;
    return parts.map((part) => (/\d/.test(part) ? String(figures.shift()) : part)).join("");
  };
  setInterval(() => all("[data-until]").forEach((element) => {
    const text = left(element);
    if (text !== null && text !== element.textContent) element.textContent = text;
    if (Date.parse(element.dataset.until) < Date.now()) element.parentElement.classList.add("late");
  }), 15000);

  // A ready value goes into its field; without scripts the button sends it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    const field = document.getElementById(button.dataset.fill);
    if (!field) return;
    event.preventDefault();
    field.value = button.value;
    field.focus();
  });

  // Copying a number or a snippet.
  all("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = button.dataset.done;
      } catch {
        const range = document.createRange();
        range.selectNodeContents(source);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      }
    });
  });
  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // Choices that only fit another field's choice: the others step out of sight.
  all("[data-follows]").forEach((field) => {
    const leader = document.getElementById(field.dataset.follows);
    const select = field.querySelector("select");
    if (!leader || !select) return;
    const groups = all("optgroup", select);
    const follow = () => {
      const word = leader.selectedOptions[0] ? leader.selectedOptions[0].textContent : "";
      const fits = groups.filter((group) => group.label === word);
      const kept = select.value;
      select.replaceChildren(select.options[0], ...(fits.length ? fits : groups));
      // Moving options forgets the choice; one that no longer fits falls back to “please choose”.
      select.value = kept;
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      if (fits.length === 1 && fits[0].children.length === 1) fits[0].children[0].selected = true;
    };
    leader.addEventListener("change", () => { select.value = ""; follow(); });
    follow();
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  addEventListener("pageshow", () => all("form").forEach((form) => { delete form.dataset.sent; }));

  // Papers: one at a time, closer, turned; the row under the cursor shows what to compare.
  all("[data-viewer]").forEach((viewer) => {
    const papers = all("[data-paper]", viewer);
    const tabs = all("[data-show]", viewer);
    const show = (slot) => {
      if (!papers.some((paper) => paper.dataset.paper === slot)) return;
      papers.forEach((paper) => paper.classList.toggle("shown", paper.dataset.paper === slot));
      tabs.forEach((tab) => tab.dataset.show === slot ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current"));
    };
    if (papers[0]) show(papers[0].dataset.paper);
    tabs.forEach((tab) => tab.addEventListener("click", (event) => { event.preventDefault(); show(tab.dataset.show); }));
    papers.forEach((paper) => {
      const image = paper.querySelector("img");
      let scale = 1, turn = 0;
      const apply = () => { image.style.transform = `rotate(${turn}deg) scale(${scale})`; };
      paper.querySelector(".viewer-tools").hidden = false;
      all("[data-zoom]", paper).forEach((button) => button.addEventListener("click", () => {
        scale = Math.min(5, Math.max(1, scale * (button.dataset.zoom === "in" ? 1.4 : 1 / 1.4)));
        apply();
      }));
      paper.querySelector("[data-rotate]").addEventListener("click", () => { turn = (turn + 90) % 360; apply(); });
      // Held and moved, a closer picture follows the hand.
      const frame = image.parentElement;
      let from = null;
      frame.addEventListener("pointerdown", (event) => { from = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop]; });
      frame.addEventListener("pointermove", (event) => { if (from) frame.scrollTo(from[0] - event.clientX, from[1] - event.clientY); });
      addEventListener("pointerup", () => { from = null; });
    });
    all("[data-proof]").forEach((row) => {
      const look = () => {
        all(".looked").forEach((other) => other.classList.remove("looked"));
        row.classList.add("looked");
        if (row.dataset.proof) show(row.dataset.proof);
        papers.forEach((paper) => {
          const compare = paper.querySelector(".paper-compare");
          compare.hidden = false;
          compare.querySelector("[data-compare-label]").textContent = row.dataset.label;
          compare.querySelector("[data-compare-value]").textContent = row.dataset.value;
        });
      };
      row.addEventListener("mouseenter", look);
      row.addEventListener("focusin", look);
    });
  });
})();

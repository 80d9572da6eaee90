// Counts the letters while she types, copies texts, and keeps the links that carry them up to date.
// Without this script a text can be selected, and "Use my changes" does the rest.
"use strict";

for (const share of document.querySelectorAll("[data-share]")) {
  const text = share.querySelector("textarea");
  const count = share.querySelector("[data-count]");
  const copy = share.querySelector("[data-copy]");
  const plain = share.querySelector("[data-plain]");
  const written = () => (text ? text.value : share.querySelector("[data-text]").textContent).trim();

  const refresh = () => {
    if (count) count.textContent = count.dataset.count.replace("#", [...written()].length);
    for (const link of share.querySelectorAll("[data-prefix]")) {
      link.href = link.dataset.prefix + encodeURIComponent(written());
    }
  };

  if (text) text.addEventListener("input", refresh);
  refresh();

  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(written());
      copy.textContent = copy.dataset.copied;
      share.querySelector("[data-said]").textContent = copy.dataset.copied;
    });
  }
  // After a refusal there is no link to refresh, so the button has to stay.
  if (plain) plain.hidden = !share.querySelector("[aria-invalid]");
}

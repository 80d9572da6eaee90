// Counts the letters while she types, copies the text, and keeps the other links up to date.
// Without this script the text can be selected, and "Use my changes" does the rest.
"use strict";

for (const form of document.querySelectorAll("[data-share]")) {
  const text = form.querySelector("textarea");
  const count = form.querySelector("[data-count]");
  const copy = form.querySelector("[data-copy]");
  const plain = form.querySelector("[data-plain]");

  const refresh = () => {
    if (count) count.textContent = count.dataset.count.replace("#", [...text.value.trim()].length);
    for (const link of form.querySelectorAll("[data-prefix]")) {
      link.href = link.dataset.prefix + encodeURIComponent(text.value.trim());
    }
  };

  text.addEventListener("input", refresh);
  refresh();

  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.value.trim());
      copy.textContent = copy.dataset.copied;
      form.querySelector("[data-said]").textContent = copy.dataset.copied;
    });
  }
  if (plain) plain.hidden = Boolean(form.querySelector("[data-prefix]"));
}

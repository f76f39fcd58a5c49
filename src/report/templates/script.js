"use strict";
// The page can be read without this: it shows the filters, and opens everything for paper.
(() => {
  const form = document.querySelector(".filters");
  if (form) {
    const items = Array.from(document.querySelectorAll("[data-item]"), (node) => ({ node, text: null }));
    const shown = form.querySelector("output");
    const fits = (item, name, want) => !want || item.node.dataset[name] === want;
    const has = (item, words) => {
      if (words.length === 0) return true;
      item.text ??= item.node.textContent.toLowerCase();
      return words.every((word) => item.text.includes(word));
    };
    const apply = () => {
      const value = (name) => form.elements[name]?.value ?? "";
      const words = value("text").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const item of items) {
        const fit = ["family", "owner", "retry", "state"].every((name) => fits(item, name, value(name))) && has(item, words);
        item.node.hidden = !fit;
        if (fit) count += 1;
      }
      shown.textContent = `${count} of ${items.length} shown`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    apply();
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const node of closed) node.open = true;
  });
  addEventListener("afterprint", () => {
    for (const node of closed) node.open = false;
  });
})();

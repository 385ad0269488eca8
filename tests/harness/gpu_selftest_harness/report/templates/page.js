// SPDX-License-Identifier: Apache-2.0
// What is only comfort: the page says the same without it. Sorts tables, filters series, opens what
// a link points to.
"use strict";
(() => {
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target && target.tagName === "DETAILS") {
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  const value = (row, column) => {
    const cell = row.cells[column];
    const told = cell.dataset.v ?? cell.textContent.trim();
    const number = Number(told);
    return told === "" || Number.isNaN(number) ? told : number;
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number"
    ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  for (const table of document.querySelectorAll("table.sort")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (head.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => (up ? 1 : -1) * compare(value(a, column), value(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  for (const tools of document.querySelectorAll(".tools")) {
    const input = tools.querySelector("input");
    const told = tools.querySelector("output");
    const items = [...document.querySelectorAll(input.dataset.of)];
    tools.hidden = false;
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const item of items) {
        const text = item.querySelector("summary").textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        count += !item.hidden;
      }
      told.textContent = words.length ? `${count} of ${items.length}` : "";
    });
  }

  // Paper has no closed parts.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".cells:not([open]), .cell:not([open])")];
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
})();

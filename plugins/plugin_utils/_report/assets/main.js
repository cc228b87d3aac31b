// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the page and wires its parts together.

function showOnly({ class: name, reason }) {
  clearFilters();
  if (name) state.classes.add(name);
  if (reason) state.reason = reason;
  drawMap();
  byId("map-section").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function listenToPage() {
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("button[data-host]");
    if (chip) openDetail(chip.dataset.host);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && !byId("detail").open) {
      event.preventDefault();
      byId("search").focus();
    }
    if (event.key === "Escape") hideTip();
  });
  // A click beside the panel closes it: the panel itself is filled by its children.
  byId("detail").addEventListener("click", (event) => { if (event.target === byId("detail")) byId("detail").close(); });
  byId("print-button").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
}

for (const id of ["glance", "news", "map-section", "print-button"]) byId(id).hidden = false;
drawCards(drawMap);
drawBars(drawMap);
drawClasses();
fitBars();
window.addEventListener("resize", fitBars);
drawTodo(showOnly);
drawChanges();
drawFilters(drawMap);
drawLegend();
listenToMap();
listenToPage();
drawMap();
// For whoever measures: when the first frame with the map has been painted, in milliseconds since the page was asked for.
requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.drawn = String(Math.round(performance.now())); }));

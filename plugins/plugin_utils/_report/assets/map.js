// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The heat map: hosts down, requirements across. Only the rows in view exist, and the table alone listens to events, so
// a thousand hosts cost what thirty do.

const LINE = 28; // pixels, as in report.css
const SPARE = 6; // rows drawn above and below what is in view

const map = { items: [], columns: [], hosts: 0, active: { item: 0, column: -1 }, drawn: "" };

function drawMap() {
  const { hosts, columns } = select();
  map.columns = columns;
  map.hosts = hosts.length;
  map.items = [];
  if (state.group) {
    // By class, and where the estate has several products, each class by product.
    for (const name of CLASSES) for (const product of PRODUCTS) {
      const members = hosts.filter(({ host }) => host.class === name && (product === null || host.product === product));
      if (members.length) map.items.push({ group: name, product, size: members.length }, ...members);
    }
  } else {
    map.items = hosts;
  }
  map.active = { item: state.group ? 1 : 0, column: -1 };
  map.drawn = "";
  byId("count").textContent = `${count(hosts.length, "host")} × ${count(columns.length, "requirement")}`
    + (isFiltered() ? ` of ${HOSTS.length} × ${REQUIREMENTS.length}` : "");
  const box = byId("map");
  box.replaceChildren(hosts.length ? tableFrame() : el("p", { class: "empty" }, HOSTS.length
    ? "Nothing matches. Take a filter away." : "There are no hosts in this report."));
  box.scrollTop = 0;
  fitColumns();
  drawRows();
  showFilters();
}

// As wide as the room allows, within what can be read and what still looks like a map.
function fitColumns() {
  const box = byId("map");
  const corner = box.querySelector(".corner");
  if (!corner) return;
  const width = (box.clientWidth - corner.offsetWidth - 1) / Math.max(1, map.columns.length);
  box.style.setProperty("--cell", `${Math.max(27, Math.min(34, Math.floor(width)))}px`);
}

function tableFrame() {
  return el("table", {
    role: "grid", class: "grid", "aria-rowcount": map.items.length + 1, "aria-colcount": map.columns.length + 1,
    "aria-label": "Verdict of each requirement on each host",
  },
  el("colgroup", {}, el("col", { class: "host-column" }), map.columns.map(() => el("col", { class: "cell-column" })), el("col")),
  el("thead", {}, el("tr", { "aria-rowindex": 1 },
    el("th", { scope: "col", class: "corner" }, "Host"),
    map.columns.map((place) => {
      return el("th", { scope: "col", data: { column: place } }, columnHead(REQUIREMENTS[place]));
    }),
    el("th", { class: "filler", "aria-hidden": "true" }))),
  el("tbody", {}));
}

function drawRows() {
  const box = byId("map");
  const body = box.querySelector("tbody");
  if (!body) return;
  const first = Math.max(0, Math.floor(box.scrollTop / LINE) - SPARE);
  // The box is as high as its rows, up to its limit in report.css: before they are drawn its height says nothing.
  const limit = Math.max(420, 0.78 * window.innerHeight);
  const last = Math.min(map.items.length, first + Math.ceil(limit / LINE) + 2 * SPARE);
  if (map.drawn === `${first}-${last}`) return;
  map.drawn = `${first}-${last}`;
  const hadFocus = body.contains(document.activeElement);
  const rows = [];
  if (first) rows.push(spacer(first));
  for (let item = first; item < last; item += 1) rows.push(drawRow(map.items[item], item));
  if (last < map.items.length) rows.push(spacer(map.items.length - last));
  body.replaceChildren(...rows);
  markActive(hadFocus);
}

function spacer(lines) {
  const row = el("tr", { class: "spacer", "aria-hidden": "true" }, el("td", { colspan: map.columns.length + 2 }));
  row.style.height = `${lines * LINE}px`;
  return row;
}

function drawRow(entry, item) {
  const row = el("tr", { "aria-rowindex": item + 2 });
  if (entry.group) {
    row.className = "group";
    row.append(el("th", { scope: "rowgroup", colspan: map.columns.length + 2 }, el("span", { class: "stuck" },
      sign("class", entry.group), words(entry.group), entry.product && `, ${productName(entry)}`,
      el("span", { class: "muted" }, ` ${entry.size}`))));
    return row;
  }
  const { host, hits } = entry;
  row.className = `host class-${host.class}`;
  row.append(el("th", { scope: "row", tabindex: "-1", data: { item, column: -1 } },
    el("span", { class: "name" }, sign("class", host.class), bdi(host.name))));
  if (!host.cells.size) {
    row.append(el("td", { class: "nothing", colspan: map.columns.length + 1 }, el("span", { class: "stuck" },
      host.message ? bdi(host.message) : WORDS.classes[host.class])));
    return row;
  }
  map.columns.forEach((place, column) => row.append(drawCell(host.cells.get(place), hits.has(place), item, column)));
  row.append(el("td", { class: "filler", "aria-hidden": "true" }));
  return row;
}

function drawCell(found, hit, item, column) {
  const cell = document.createElement("td");
  cell.setAttribute("role", "gridcell");
  if (!found) {
    cell.className = "cell none";
    cell.setAttribute("aria-label", "does not apply");
  } else {
    cell.className = `cell verdict-${found.look}${hit ? "" : " dim"}${isWider(found) ? " wider" : ""}`;
    cell.textContent = VERDICT_SIGN[found.look];
    cell.setAttribute("aria-label", `${words(found.verdict)}, ${reasonWords(found.reason).short}${isWider(found) ? ", wider than wanted" : ""}`);
  }
  cell.tabIndex = -1;
  cell.dataset.item = item;
  cell.dataset.column = column;
  return cell;
}

// The cell, host or column that an event is about.
function target(event) {
  const anchor = event.target.closest("[data-column]");
  if (!anchor) return null;
  if (anchor.dataset.item === undefined) return { anchor, row: REQUIREMENTS[Number(anchor.dataset.column)] };
  const host = map.items[Number(anchor.dataset.item)].host;
  const column = Number(anchor.dataset.column);
  if (column < 0) return { anchor, host, item: Number(anchor.dataset.item), column };
  const place = map.columns[column];
  return { anchor, host, place, row: REQUIREMENTS[place], found: host.cells.get(place), item: Number(anchor.dataset.item), column };
}

function showTarget(event) {
  const at = target(event);
  if (!at) return hideTip();
  if (at.found) return showTip(at.anchor, tipOfCell(at.host, at.row, at.found));
  if (at.host && at.column < 0) return showTip(at.anchor, tipOfHost(at.host));
  if (!at.host) return showTip(at.anchor, tipOfRow(at.row));
  return hideTip();
}

function markActive(focus) {
  const { item, column } = map.active;
  const body = byId("map").querySelector("tbody");
  body.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  const cell = body.querySelector(`[data-item="${item}"][data-column="${column}"]`)
    || body.querySelector(`[data-item="${item}"]`) || body.querySelector("[data-item]");
  if (!cell) return;
  cell.setAttribute("tabindex", "0");
  if (focus) cell.focus({ preventScroll: true });
}

function moveTo(item, column) {
  const box = byId("map");
  map.active = { item, column };
  // The sticky head lies over the rows and the sticky column over the cells: keep the cell clear of both.
  const head = box.querySelector("thead").offsetHeight;
  const top = item * LINE;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + LINE + head > box.scrollTop + box.clientHeight) box.scrollTop = top + LINE + head - box.clientHeight;
  map.drawn = "";
  drawRows();
  const cell = box.querySelector(`[data-item="${item}"][data-column="${column}"]`) || box.querySelector(`[data-item="${item}"]`);
  if (!cell) return;
  if (column >= 0) {
    const left = cell.offsetLeft - box.querySelector(".corner").offsetWidth;
    if (left < box.scrollLeft) box.scrollLeft = left;
    if (cell.offsetLeft + cell.offsetWidth > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = cell.offsetLeft + cell.offsetWidth - box.clientWidth;
    }
  }
  markActive(true);
}

function onKey(event) {
  const at = target(event);
  if (!at || at.item === undefined) return;
  const step = (from, by) => {
    let item = from + by;
    while (map.items[item]?.group) item += by;
    return map.items[item] ? item : from;
  };
  const page = Math.max(1, Math.floor(byId("map").clientHeight / LINE) - 5);
  const near = (item, by) => {
    const wanted = Math.min(map.items.length - 1, Math.max(0, item));
    return map.items[wanted].group ? step(wanted, by) : wanted;
  };
  const last = map.items[at.item].host.cells.size ? map.columns.length - 1 : -1;
  const moves = {
    ArrowDown: () => [step(at.item, 1), at.column],
    ArrowUp: () => [step(at.item, -1), at.column],
    ArrowRight: () => [at.item, Math.min(last, at.column + 1)],
    ArrowLeft: () => [at.item, Math.max(-1, at.column - 1)],
    Home: () => (event.ctrlKey ? [near(0, 1), -1] : [at.item, -1]),
    End: () => (event.ctrlKey ? [near(map.items.length - 1, -1), -1] : [at.item, last]),
    PageDown: () => [near(at.item + page, 1), at.column],
    PageUp: () => [near(at.item - page, -1), at.column],
  };
  if (moves[event.key]) {
    event.preventDefault();
    moveTo(...moves[event.key]());
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openDetail(at.host.name, at.place);
  }
}

function listenToMap() {
  const box = byId("map");
  let waiting = false;
  box.addEventListener("scroll", () => {
    hideTip();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; drawRows(); });
  }, { passive: true });
  new ResizeObserver(() => { fitColumns(); drawRows(); }).observe(box);
  window.addEventListener("resize", drawRows);
  box.addEventListener("mouseover", showTarget);
  box.addEventListener("mouseleave", hideTip);
  box.addEventListener("focusin", showTarget);
  box.addEventListener("focusout", hideTip);
  box.addEventListener("keydown", onKey);
  box.addEventListener("click", (event) => {
    const at = target(event);
    if (at?.host) {
      map.active = { item: at.item, column: at.column };
      openDetail(at.host.name, at.place);
    }
  });
}

function drawLegend() {
  byId("legend").append(...[
    ...[...VERDICTS].reverse().map((name) => el("span", {}, sign("verdict", name), `${words(name)}: ${WORDS.verdicts[name]}`)),
    el("span", {}, sign("verdict", "unprotected"), "open, because the firewall is off"),
    DATA.totals.wider_rows > 0 && el("span", {}, el("span", { class: "sign cell verdict-open wider" }, VERDICT_SIGN.open),
      "wider: others get in as well"),
    el("span", {}, el("span", { class: "sign cell none" }, " "), "does not apply"),
    el("span", {}, el("span", { class: "sign hatch" }, " "), "nothing is known: unreachable or failed"),
    el("span", { class: "keys" }, el("kbd", {}, "/"), "search ", el("kbd", {}, "←↑↓→"), "move ", el("kbd", {}, "Enter"), "open ",
      el("kbd", {}, "Esc"), "close"),
  ].filter(Boolean));
}

// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// What is searched for and filtered by, and which hosts, requirements and cells that leaves.

const state = { query: "", classes: new Set(), verdicts: new Set(), reason: "", group: true, narrow: true };

const HOST_TEXT = HOSTS.map((host) =>
  [host.name, host.pool, host.site, productName(host), words(host.class), host.class, ...host.roles, host.message].join("\n").toLowerCase());
const ROW_TEXT = REQUIREMENTS.map((row) => [row.id, row.service, row.ports, ...row.transports].join("\n").toLowerCase());

function terms() {
  return state.query.toLowerCase().split(/\s+/).filter(Boolean);
}

function rowMatches(place, term) {
  if (/^\d{1,5}$/.test(term)) {
    // A number is a port: 50000 finds the row of 49152-65535.
    const port = Number(term);
    if (REQUIREMENTS[place].ranges.some(([first, last = first]) => first <= port && port <= last)) return true;
  }
  return ROW_TEXT[place].includes(term);
}

// The hosts that are left, each with the cells that match, and the places of the requirements that any of them is about.
function select() {
  const wanted = terms();
  const rows = wanted.map((term) => REQUIREMENTS.map((_row, place) => rowMatches(place, term)));
  const byCell = state.verdicts.size > 0 || state.reason !== "";
  const hosts = [];
  const used = new Set();
  HOSTS.forEach((host, number) => {
    if (state.classes.size && !state.classes.has(host.class)) return;
    const inHost = wanted.map((term) => HOST_TEXT[number].includes(term));
    const hits = new Set();
    for (const [place, found] of host.cells) {
      if (state.verdicts.size && !state.verdicts.has(found.verdict)) continue;
      if (state.reason && !isFor(state.reason, found)) continue;
      if (wanted.every((term, index) => inHost[index] || rows[index][place] || found.names.includes(term))) {
        hits.add(place);
      }
    }
    if (!hits.size && (byCell || !inHost.every(Boolean))) return;
    hosts.push({ host, hits });
    for (const place of hits) used.add(place);
  });
  const all = !isFiltered() || !state.narrow || !used.size;
  const columns = REQUIREMENTS.map((_row, place) => place).filter((place) => all || used.has(place));
  return { hosts, columns };
}

function isFiltered() {
  return state.query.trim() !== "" || state.classes.size > 0 || state.verdicts.size > 0 || state.reason !== "";
}

function toggle(set, value) {
  if (!set.delete(value)) set.add(value);
}

function drawFilters(changed) {
  const search = el("input", {
    type: "search", id: "search", placeholder: "Host, pool, row, port or rule name", "aria-label": "Search",
    autocomplete: "off", spellcheck: "false",
  });
  search.addEventListener("input", () => { state.query = search.value; changed(); });
  const reason = el("select", { id: "reason", "aria-label": "Reason" }, el("option", { value: "" }, "Any reason"));
  for (const trouble of TROUBLES) {
    reason.append(el("option", { value: trouble.reason },
      `${reasonWords(trouble.reason).short} (${trouble.number.toLocaleString("en")})`));
  }
  if (DATA.totals.wider_rows) {
    reason.append(el("option", { value: WIDER }, `wider than wanted (${DATA.totals.wider_rows.toLocaleString("en")})`));
  }
  if (DATA.totals.perhaps_wider_rows) {
    reason.append(el("option", { value: PERHAPS_WIDER }, `perhaps wider than wanted (${DATA.totals.perhaps_wider_rows.toLocaleString("en")})`));
  }
  reason.addEventListener("change", () => { state.reason = reason.value; changed(); });
  byId("filters").append(
    search,
    chips("Class", "class", CLASSES.filter((name) => DATA.totals[name]), state.classes, changed),
    chips("Verdict", "verdict", VERDICTS, state.verdicts, changed),
    reason,
    check("group", "Group by class", changed),
    check("narrow", "Only requirements that match", changed),
    el("button", { type: "button", id: "clear", class: "plain", click: () => { clearFilters(); changed(); } }, "Clear"),
  );
}

function chips(label, kind, values, set, changed) {
  return el("div", { class: "chips", role: "group", "aria-label": label }, values.map((value) =>
    el("button", {
      type: "button", class: "chip filter", data: { kind, value }, "aria-pressed": "false",
      click: () => { toggle(set, value); changed(); },
    }, sign(kind, value), words(value))));
}

function check(name, label, changed) {
  const box = el("input", { type: "checkbox", id: `check-${name}` });
  box.checked = state[name];
  box.addEventListener("change", () => { state[name] = box.checked; changed(); });
  return el("label", { class: "check" }, box, label);
}

function clearFilters() {
  Object.assign(state, { query: "", reason: "" });
  state.classes.clear();
  state.verdicts.clear();
}

// Filters can be set from cards, bars and lists as well: show what is set.
function showFilters() {
  if (byId("search").value !== state.query) byId("search").value = state.query;
  byId("reason").value = state.reason;
  byId("clear").hidden = !isFiltered();
  for (const button of document.querySelectorAll("button[data-kind]")) {
    const set = button.dataset.kind === "class" ? state.classes : state.verdicts;
    button.setAttribute("aria-pressed", String(set.has(button.dataset.value)));
  }
}

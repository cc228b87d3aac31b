// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// For paper everything that the filters leave is drawn: the map in parts as wide as a page, then what is wrong with each
// host. It is taken away again afterwards.

const COLUMNS_A_PAGE = 40; // of 20 pixels, beside the names, on A4 landscape

function printMap(hosts, columns) {
  const bare = hosts.filter((entry) => !entry.host.cells.size);
  const full = hosts.filter((entry) => entry.host.cells.size);
  const parts = [];
  const width = Math.ceil(columns.length / Math.ceil(columns.length / COLUMNS_A_PAGE)); // parts of about one size
  for (let from = 0; from < columns.length && full.length; from += width) parts.push(columns.slice(from, from + width));
  return [
    ...parts.map((part) => el("table", { class: "grid printed" },
      el("thead", {}, el("tr", {}, el("th", { class: "corner" }, "Host"), part.map((place) =>
        el("th", {}, el("span", { class: "head" }, el("b", {}, REQUIREMENTS[place].ports), el("i", {}, REQUIREMENTS[place].id)))))),
      el("tbody", {}, full.map(({ host }) => el("tr", { class: "host" },
        el("th", {}, el("span", { class: "name" }, sign("class", host.class), bdi(host.name))),
        part.map((place) => printCell(host.cells.get(place)))))))),
    bare.length > 0 && el("table", { class: "printed bare" },
      el("thead", {}, el("tr", {}, el("th", {}, "Hosts of which no requirement is known"), el("th", {}, "Why"))),
      el("tbody", {}, bare.map(({ host }) => el("tr", { class: `class-${host.class}` },
        el("th", {}, sign("class", host.class), bdi(host.name), ` ${words(host.class)}`), el("td", {}, bdi(host.message)))))),
  ];
}

function printCell(found) {
  if (!found) return el("td", { class: "cell none" });
  return el("td", { class: `cell verdict-${found.look}${isWider(found) ? " wider" : ""}` }, VERDICT_SIGN[found.look]);
}

function printDetail(host) {
  const cells = worstFirst(host).filter(([, found]) => isTrouble(found) || isWider(found));
  return el("article", { class: "printed-host" },
    el("h3", {}, bdi(host.name), " ", badge(host), about(host)), sections(host, cells, false));
}

function beforePrint() {
  for (const list of document.querySelectorAll("details:not([open])")) {
    list.dataset.opened = "";
    list.open = true;
  }
  const { hosts, columns } = select();
  const rank = (host) => CLASSES.indexOf(host.class);
  const sorted = state.group ? [...hosts].sort((one, other) => rank(one.host) - rank(other.host)) : hosts;
  const wrong = sorted.map((entry) => entry.host).filter((host) => !["compliant", "not_managed"].includes(host.class));
  byId("print-area").replaceChildren(
    ...[...printMap(sorted, columns), wrong.length > 0 && el("h2", {}, "What is wrong, host by host"), ...wrong.map(printDetail)]
      .filter(Boolean));
}

function afterPrint() {
  byId("print-area").replaceChildren();
  for (const list of document.querySelectorAll("details[data-opened]")) {
    delete list.dataset.opened;
    list.open = false;
  }
}

// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// For paper everything that the filters leave is drawn: the map in parts as wide as a page, then what is wrong with each
// host. It is taken away again afterwards.

const HOSTS_TOGETHER = 24; // which a map of so many has on one page
const COLUMNS_A_PAGE = 46; // of 19 pixels, beside the names, on A4 landscape

function printMap(hosts, columns) {
  const bare = hosts.filter((entry) => !entry.host.cells.size);
  const full = hosts.filter((entry) => entry.host.cells.size);
  const parts = [];
  const width = Math.ceil(columns.length / Math.ceil(columns.length / COLUMNS_A_PAGE)); // parts of about one size
  for (let from = 0; from < columns.length && full.length; from += width) parts.push(columns.slice(from, from + width));
  return [
    ...parts.map((part) => el("table", { class: `grid printed${full.length > HOSTS_TOGETHER ? "" : " whole"}` },
      el("thead", {}, el("tr", {}, el("th", { class: "corner" }, "Host"), part.map((place) =>
        el("th", {}, columnHead(REQUIREMENTS[place]))))),
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

// Our own rules are named for their ports: that each requirement has another is no difference.
function foreign(by) {
  return by.filter((name) => !name.startsWith("LyncOps "));
}

// Requirements of which the same is said share a line: a host without any rule would fill pages with one sentence.
function printRequirements(cells) {
  const alike = new Map();
  for (const [place, found] of cells) {
    const { verdict, look, reason, by, part, remedy, except } = found;
    const profiles = found.profiles.map((one) => [one.name, one.verdict, one.reason, foreign(one.by)]);
    // What is open and wider is so by a rule for each program; on paper they share a line, which has all of their names.
    const shared = verdict === "open" && found.wider;
    const wider = shared ? { ...found.wider, by: [], more_rules: 0 } : found.wider;
    const rules = shared ? [] : foreign(by);
    const key = JSON.stringify([verdict, look, reason, rules, part, remedy, except, profiles, wider, found.probe, found.log]);
    if (!alike.has(key)) alike.set(key, { found: { ...found, by: [], wider }, rows: [] });
    const group = alike.get(key);
    group.rows.push(REQUIREMENTS[place]);
    group.found.by.push(...by.filter((name) => !group.found.by.includes(name)));
    if (shared) {
      group.found.wider.by.push(...found.wider.by.filter((name) => !group.found.wider.by.includes(name)));
      group.found.wider.more_rules = Math.max(group.found.wider.more_rules, found.wider.more_rules);
    }
  }
  return el("table", { class: "requirements alike" },
    el("thead", {}, el("tr", {}, ["Verdict", "Why", "Rows"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, [...alike.values()].map(({ found, rows }) => el("tr", {},
      el("td", {}, sign("verdict", found.look), el("span", { class: "verdict-word" }, words(found.verdict))),
      el("td", {}, explain(found), found.profiles.map((one) => el("p", { class: "muted" },
        `${one.name}: ${words(one.verdict)}, ${reasonWords(one.reason).short} `, names(one.by, 2))),
        found.remedy && el("p", {}, isCommand(found.remedy) ? el("code", {}, found.remedy) : found.remedy)),
      el("td", {}, rows.map((row, number) => el("span", { class: "printed-row" }, el("strong", {}, row.id),
        ` ${serviceName(row)}, ${row.direction === "out" ? "outbound " : ""}${protocol(row)} ${row.ports}${number + 1 < rows.length ? "; " : ""}`)))))));
}

// Hosts of which the same is said, as of a new pool, are told of once.
function printDetails(hosts) {
  const alike = new Map();
  for (const host of hosts) {
    const cells = worstFirst(host).filter(([, found]) => isTrouble(found) || isWider(found));
    const { message, service, profiles, managed_rules: rules, commands, disabled_lync_rules: off, skipped_rows: skipped } = host;
    const key = JSON.stringify([host.class, message, service, profiles, rules, commands, off, skipped, cells, host.foreign?.differences]);
    if (!alike.has(key)) alike.set(key, { cells, members: [] });
    alike.get(key).members.push(host);
  }
  return [...alike.values()].map(({ cells, members }) => el("article", { class: "printed-host" },
    members.map((host) => el("h3", {}, bdi(host.name), " ", badge(host), about(host))),
    sections(members[0], cells.length > 0 && printRequirements(cells), false)));
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
    ...[...printMap(sorted, columns), wrong.length > 0 && el("h2", {}, "What is wrong, host by host"), ...printDetails(wrong)]
      .filter(Boolean));
}

function afterPrint() {
  byId("print-area").replaceChildren();
  for (const list of document.querySelectorAll("details[data-opened]")) {
    delete list.dataset.opened;
    list.open = false;
  }
}

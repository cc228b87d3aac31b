// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of a cell while the pointer or the focus is on it.

function explain(found) {
  const reason = reasonWords(found.reason);
  return [
    el("p", {}, el("strong", { class: "reason" }, reason.short), reason.meaning && ` ${reason.meaning}`),
    found.by.length > 0 && el("p", { class: "by" }, el("span", { class: "muted" }, "by "), names(found.by, 4, found.more_rules)),
    found.part && el("p", {}, el("span", { class: "muted" }, "for "), bdi(found.part)),
    found.except && exceptOf(found.except),
    found.admits.length > 0 && el("p", {}, el("span", { class: "muted" }, "lets in "), bdi(found.admits.join(", "))),
    found.wider && widerOf(found.wider),
    found.probe.length > 0 && probeOf(found.probe),
    found.log.length > 0 && loggedOf(found.log),
  ];
}

const MOST_SOURCES = 4;

// Whom the host's own log names, beside what the policy says.
function loggedOf(sources) {
  const told = sources.slice(0, MOST_SOURCES).map((one) =>
    el("p", { class: "logged", title: `${one.first} to ${one.last}` }, el("span", { class: "muted" }, "logged "),
      `${WORDS.cases[one.case] || words(one.case)}: `, bdi(one.name ? `${one.name} (${one.source})` : one.source),
      one.number === 1 ? ", once" : `, ${count(one.number, "time")}`));
  const more = sources.length - MOST_SOURCES;
  return more > 0 ? [...told, el("p", { class: "muted" }, `and ${count(more, "more source")}`)] : told;
}

// What was seen from outside, beside what the policy says: ports of which the same is said share a line.
function probeOf(ports) {
  const groups = new Map();
  for (const { transport, port, status, says, tls } of ports) {
    const text = `${words(status)}${tls === false ? " without TLS" : ""}${says ? `: ${WORDS.says[says] || words(says)}` : ""}`;
    groups.set(text, [...(groups.get(text) || []), `${transport.toUpperCase()} ${port}`]);
  }
  return [...groups].map(([text, names]) =>
    el("p", { class: "probe" }, el("span", { class: "muted" }, "probed "), bdi(`${names.join(", ")} ${text}`)));
}

// What is open to others than are meant is no better than what is closed to those who are.
function widerOf({ addresses, by, more_rules: more, profiles, ports, perhaps }) {
  return el("p", { class: "wider" }, el("strong", {}, perhaps ? "Perhaps wider than wanted: " : "Wider than wanted: "),
    bdi(addresses.join(", ")), ports && ` on ${ports}`, " by ", names(by, 3, more),
    profiles.length > 0 && profiles.length < 3 && el("span", { class: "muted" }, ` in the ${profiles.join(" and ")} profile`));
}

// A ban list is no reason to switch the protection off; a private address in it may be a colleague's.
function exceptOf({ addresses, rules, first, private: own = [] }) {
  const kept = `Except ${`${addresses.toLocaleString("en")} blocked ${addresses === 1 ? "address" : "addresses"}`} of ${count(rules, "rule")}: `;
  return el("p", { class: "except" }, kept, names(first, 3, Math.max(addresses - first.length, 0)),
    own.length > 0 && el("strong", {}, " Private among them, look at these: "), own.length > 0 && names(own, 3));
}

// A remedy is a command to run on the host, or where to look.
function isCommand(remedy) {
  return remedy.startsWith("netsh ");
}

function tipOfCell(host, row, found) {
  const remedies = found.commands.map((line) => el("code", {}, line));
  if (found.remedy) remedies.push(isCommand(found.remedy) ? el("code", {}, found.remedy) : el("p", { class: "sentence" }, found.remedy));
  return [
    el("p", { class: "tip-head" }, bdi(host.name, "strong"), " ", el("span", { class: "muted" }, row.id)),
    el("p", {}, `${row.service}: ${arrow(row)} ${protocol(row)} ${row.ports}`),
    el("p", { class: "tip-verdict" }, sign("verdict", found.look), el("strong", {}, words(found.verdict)), " ",
      el("span", { class: "muted" }, WORDS.verdicts[found.verdict])),
    explain(found),
    remedies.length > 0 && el("p", { class: "muted" }, "Remedy:"),
    remedies.slice(0, 2),
    remedies.length > 2 && el("p", { class: "muted" }, `and ${remedies.length - 2} more`),
  ];
}

function tipOfRow(row) {
  return [
    el("p", { class: "tip-head" }, el("strong", {}, row.id), " ",
      el("span", { class: "muted" }, `${arrow(row)} ${protocol(row)} ${row.ports}`)),
    el("p", {}, row.service),
    row.documented_ports && el("p", { class: "muted" }, `documented: ${row.documented_ports}`),
    row.caveat && el("p", { class: "muted" }, row.caveat),
  ];
}

function tipOfHost(host) {
  return [
    el("p", { class: "tip-head" }, bdi(host.name, "strong")),
    el("p", { class: "tip-verdict" }, sign("class", host.class), el("strong", {}, words(host.class))),
    el("p", { class: "muted" }, WORDS.classes[host.class], host.since && ` So since ${day(host.since)} or before.`),
    host.message && el("p", {}, bdi(host.message)),
    host.roles.length > 0 && el("p", {}, host.roles.map(words).join(" + ")),
    host.pool && el("p", { class: "muted" }, "pool ", bdi(host.pool)),
  ];
}

function showTip(anchor, content) {
  const tip = byId("tip");
  tip.replaceChildren(...content.flat(2).filter(Boolean));
  tip.hidden = false;
  const at = anchor.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(at.left + at.width + 8, room - tip.offsetWidth - 8));
  const below = at.bottom + 8 + tip.offsetHeight <= window.innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - tip.offsetHeight - 8)}px`;
}

function hideTip() {
  byId("tip").hidden = true;
}

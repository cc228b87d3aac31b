// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The report, as docs/report-schema-3.json has it, and what is derived from it once. WORDS stands in front of this file:
// what to say of each class, verdict and reason.

const DATA = JSON.parse(document.getElementById("data").textContent);

// Worst first, as everywhere on the page. A sign for each: colour alone says nothing to one man in twelve.
const CLASSES = ["unreachable", "failed", "drifted", "ineffective", "compliant", "not_managed"];
const CLASS_SIGN = { unreachable: "∅", failed: "!", drifted: "≠", ineffective: "⊘", compliant: "✓", not_managed: "○" };
const VERDICTS = ["closed", "unknown", "conditional", "open"];
const VERDICT_SIGN = { closed: "✕", unknown: "?", conditional: "~", open: "✓", unprotected: "!" };
const BADNESS = { closed: 3, unknown: 2, conditional: 1, open: 0 };

const REASONS = new Map(Object.entries(WORDS.reasons));
const REQUIREMENTS = DATA.requirements.map((row) => ({
  ...row,
  ranges: row.ports.split(",").map((range) => range.split("-").map(Number)),
}));

function finding(verdict, reason, by, part, unprotected, more_rules = 0) {
  return { verdict, reason, by, part, unprotected, more_rules, look: verdict === "open" && unprotected ? "unprotected" : verdict };
}

function portsOf(probe = []) {
  return probe.map(([transport, port, status, says, tls]) => ({ transport, port, status, says, tls }));
}

// Who was dropped, or would be, by the host's own log.
function logOf(log = []) {
  return log.map(([verdict, source, name, transport, ports, number, first, last]) =>
    ({ case: verdict, source, name, transport, ports, number, first, last }));
}

function readCell(host, [place, verdict, reason, by, part, more = {}]) {
  const profiles = Object.entries(more.by_profile || {}).map(([name, found]) => ({ name, ...finding(...found) }));
  return {
    ...finding(verdict, reason, by, part, more.unprotected === true, more.more_rules),
    profiles,
    remedy: more.remedy || "",
    // Who gets in by what is in effect; the document leaves out what is usual.
    admits: more.admits || (verdict === "open" && REQUIREMENTS[place].direction === "in" ? ["any"] : []),
    wider: more.wider ? { by: [], profiles: [], ports: "", more_rules: 0, perhaps: false, blockable: false, ...more.wider } : null,
    probe: portsOf(more.probe),
    log: logOf(more.log),
    except: more.except || null, // a few blocked addresses that an open verdict leaves out
    commands: (more.commands || []).map((place) => host.commands[place]),
    names: [...by, ...(more.wider?.by || []), ...profiles.flatMap((one) => one.by)].join("\n").toLowerCase(),
  };
}

const HOSTS = DATA.hosts.map((host) => ({
  judged_from: [], log: null, assumptions: [], outdated: [], unasked: [], probe: [], roles: [], pool: "", site: "", product: "", disabled_lync_rules: [], skipped_rows: [], // what the document leaves out where empty
  ...host,
  cells: new Map(host.cells.map((cell) => [cell[0], readCell(host, cell)])),
}));
// What a mixed estate runs, the oldest first, and at the end what nobody knows; null alone where all is of one product.
const PRODUCTS = (() => {
  const known = Object.keys(WORDS.products), found = new Set(HOSTS.map((host) => host.product));
  const named = [...new Set([...known, ...found])].filter((product) => product && found.has(product));
  return named.length > 1 ? [...named, ""] : [null];
})();
const HOST_BY_NAME = new Map(HOSTS.map((host) => [host.name, host]));

// Findings that ask for something: not open, or open only because the firewall is off.
function isTrouble(found) {
  return found.verdict !== "open" || found.unprotected;
}

// Open to others than are meant: a state beside the verdict, and no reason of one.
const WIDER = "wider", PERHAPS_WIDER = "perhaps-wider";

function isWider(found) {
  return found.wider !== null && !found.wider.perhaps;
}

// Whether a cell is one of those that the choice of a reason means.
function isFor(reason, found) {
  if (reason === WIDER) return isWider(found);
  return reason === PERHAPS_WIDER ? found.wider !== null && found.wider.perhaps : found.reason === reason;
}

// They are summed up by reason, the most frequent first: how many, on which hosts, the worst, and who is named how often.
const TROUBLES = (() => {
  const all = new Map();
  for (const host of HOSTS) {
    for (const found of host.cells.values()) {
      if (!isTrouble(found)) continue;
      const { reason } = found;
      if (!all.has(reason)) all.set(reason, { reason, number: 0, hosts: new Set(), worst: found, by: new Map() });
      const trouble = all.get(reason);
      trouble.number += 1;
      trouble.hosts.add(host);
      if (BADNESS[found.verdict] > BADNESS[trouble.worst.verdict]) trouble.worst = found;
      if (found.verdict === "open") continue;
      for (const name of found.by) {
        if (!trouble.by.has(name)) trouble.by.set(name, new Set());
        trouble.by.get(name).add(host);
      }
    }
  }
  return [...all.values()].sort((one, other) => other.number - one.number || (one.reason < other.reason ? -1 : 1));
})();

function words(name) {
  return name.replaceAll("_", " ");
}

// A reason of a newer version speaks for itself.
function reasonWords(reason) {
  const [short, meaning, advice] = REASONS.get(reason) || [words(reason), `The reason is: ${words(reason)}.`, ""];
  return { short, meaning, advice };
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// What the host runs, by name; empty where it was not judged.
function productName(host) {
  return WORDS.products[host.product] || host.product;
}

// What people call it: nearly every name begins and ends with the same words.
function serviceName(row) {
  if (WORDS.instead[row.id]) return WORDS.instead[row.id];
  return row.service.replace(/^(Lync|Skype for Business) Server /, "").replace(/ service$/i, "");
}

function protocol(row) {
  return row.transports.map((name) => name.toUpperCase()).join("/");
}

function arrow(row) {
  return row.direction === "out" ? "outbound" : "inbound";
}

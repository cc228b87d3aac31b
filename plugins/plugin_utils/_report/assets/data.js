// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The report's data, and what is derived from it once.

const DATA = JSON.parse(document.getElementById("data").textContent);

// Worst first, as everywhere on the page. A sign for each: colour alone says nothing to one man in twelve.
const CLASSES = ["unreachable", "failed", "drifted", "ineffective", "compliant", "not_managed"];
const CLASS_SIGN = { unreachable: "∅", failed: "!", drifted: "≠", ineffective: "⊘", compliant: "✓", not_managed: "○" };
const VERDICTS = ["closed", "unknown", "conditional", "open"];
const VERDICT_SIGN = { closed: "✕", unknown: "?", conditional: "~", open: "✓", unprotected: "!" };
const BADNESS = { closed: 3, unknown: 2, conditional: 1, open: 0 };

const FINDINGS = DATA.findings.map(([verdict, reason, by, part, unprotected, profiles, remedy, commands]) => ({
  verdict, reason, by, part, unprotected, remedy,
  commands: commands.map((place) => DATA.commands[place]),
  profiles: Object.entries(profiles).map(([name, found]) => ({
    name, verdict: found[0], reason: found[1], by: found[2], part: found[3], unprotected: found[4],
  })),
  look: verdict === "open" && unprotected ? "unprotected" : verdict,
}));

const REQUIREMENTS = DATA.requirements.map((row) => ({
  ...row,
  ranges: row.ports.split(",").map((range) => range.split("-").map(Number)),
}));

const HOSTS = DATA.hosts.map((host) => {
  const cells = new Map();
  for (let place = 0; place < host.cells.length; place += 2) {
    cells.set(host.cells[place], FINDINGS[host.cells[place + 1]]);
  }
  return {
    ...host,
    cells,
    profiles: DATA.profiles[host.profiles],
    commands: host.commands.map((place) => DATA.commands[place]),
  };
});
const HOST_BY_NAME = new Map(HOSTS.map((host) => [host.name, host]));

function words(name) {
  return name.replaceAll("_", " ");
}

function reasonWords(reason) {
  const [short, meaning, advice] = DATA.words.reasons[reason] || [words(reason), "", ""];
  return { short, meaning, advice };
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function protocol(row) {
  return row.transports.map((name) => name.toUpperCase()).join("/");
}

function arrow(row) {
  return row.direction === "out" ? "outbound" : "inbound";
}

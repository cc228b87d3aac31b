// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// All that is known of one host: for the panel, and for print.

function worstFirst(host) {
  return [...host.cells].sort((one, other) => BADNESS[other[1].verdict] - BADNESS[one[1].verdict] || one[0] - other[0]);
}

function badge(host) {
  return el("span", { class: "badge" }, sign("class", host.class), words(host.class));
}

function about(host) {
  const facts = [host.since && `since ${day(host.since)} or before`, host.roles.map(words).join(" + "), productName(host), host.pool && `pool ${host.pool}`, host.site && `site ${host.site}`];
  return facts.filter(Boolean).map((fact) => bdi(fact, "fact"));
}

function stateOf(host) {
  if (!host.service) return null;
  const on = (profile) => {
    const texts = [profile.enabled ? "on" : "off"];
    if (profile.enabled) texts.push(`${profile.inbound} in`, `${profile.outbound} out`);
    if (profile.shields_up) texts.push("shields up");
    if (!profile.local_rules) texts.push("local rules ignored");
    if (profile.by_group_policy) texts.push("by Group Policy");
    return texts.join(", ");
  };
  const facts = [
    ["Service", `${host.service.state}, starts ${host.service.start}`, !host.service.running],
    ...Object.entries(host.profiles).map(([name, profile]) =>
      [name, on(profile), !profile.enabled || profile.shields_up || !profile.local_rules]),
    ["Managed rules", String(host.managed_rules), false],
  ];
  return el("dl", { class: "facts" }, facts.map(([name, value, odd]) =>
    el("div", { class: odd ? "odd" : "" }, el("dt", {}, name), el("dd", {}, value))));
}

function foreignOf(host) {
  if (!host.foreign) return null;
  const { rules, sha256, compared, differences } = host.foreign;
  const since = compared === "plan" ? "since the plan was made" : "during the run";
  return el("section", {}, el("h3", {}, "What is not ours"),
    el("p", { class: "muted" }, `${count(rules, "rule")}, fingerprint ${sha256.slice(0, 12)}`,
      compared && `, ${differences.length ? "changed" : "unchanged"} ${since}`),
    compared && differences.length > 0 && el("ul", {}, differences.map((text) => el("li", {}, bdi(text)))));
}

const MOST_PRINTED = 4; // commands: on paper nobody copies them

function commandsOf(host, copyable) {
  if (!host.commands.length) return null;
  const shown = copyable ? host.commands : host.commands.slice(0, MOST_PRINTED);
  const rest = host.commands.length - shown.length;
  return el("section", {},
    el("div", { class: "line" }, el("h3", {}, `Remediation: ${count(host.commands.length, "command")}`,
      rest > 0 && `, ${shown.length} of them here, all in the JSON file`),
      copyable && copyButton(host.commands.join("\r\n"), "Copy all")),
    el("pre", { tabindex: copyable ? "0" : null }, shown.join("\n").split("\n")
      .map((line) => el("code", {}, line))));
}

function hostLogOf(host) {
  if (!host.log) return null;
  const { since, until, why, others = 0, more = {}, rows_for_anybody: apart = [] } = host.log;
  return el("section", { class: "log" }, el("h3", {}, "The firewall's own log"),
    since && el("p", { class: "muted" }, bdi(`${since} to ${until}`),
      others > 0 && `, ${count(others, "dropped connection")} to ports that no row asks for`,
      more.connections > 0 && `, ${count(more.connections, "connection")} of ${count(more.sources || 0, "more source")}`),
    apart.length > 0 && el("p", {}, "Who would be scoped out is not asked of rows that are for anybody: ",
      bdi(apart.join(", "))),
    why.length > 0 && el("ul", {}, why.map((text) => el("li", {}, bdi(text)))));
}

function requirementRow(place, found, copyable) {
  const row = REQUIREMENTS[place];
  return el("tr", { data: { place } },
    el("td", {}, sign("verdict", found.look), el("span", { class: "verdict-word" }, words(found.verdict))),
    el("td", {}, el("strong", {}, row.id), el("div", { class: "muted" }, row.service)),
    el("td", { class: "ports" }, protocol(row), " ", el("span", {}, row.ports), el("div", { class: "muted" }, arrow(row),
      row.documented_ports && `, documented ${row.documented_ports}`)),
    el("td", {}, explain(found),
      found.profiles.map((one) => el("p", { class: "muted" },
        `${one.name}: ${words(one.verdict)}, ${reasonWords(one.reason).short} `, names(one.by, 2))),
      found.remedy && (isCommand(found.remedy)
        ? el("div", { class: "remedy" }, el("code", {}, found.remedy), copyable && copyButton(found.remedy, "Copy"))
        : el("p", { class: "muted sentence" }, found.remedy)),
      row.caveat && found.verdict !== "open" && el("p", { class: "muted caveat" }, row.caveat)));
}

function requirementsOf(cells, copyable) {
  return el("table", { class: "requirements" },
    el("thead", {}, el("tr", {}, ["Verdict", "Row", "Ports", "Why"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, cells.map(([place, found]) => requirementRow(place, found, copyable))));
}

function sections(host, requirements, copyable) {
  return [
    host.message && el("p", { class: `message class-${host.class}` }, bdi(host.message)),
    host.judged_from.length > 0 && el("section", { class: "judged-from" }, el("h3", {}, "Judged from files"),
      el("p", {}, bdi(host.judged_from.map((one) => `${one.file}, ${one.saved}`).join("; "))),
      host.outdated.length > 0 && el("p", {}, el("strong", {}, "Too old or of the future: "), bdi(host.outdated.join("; "))),
      host.assumptions.length > 0 && el("p", {}, "Not in them, and assumed:"),
      el("ul", {}, host.assumptions.map((text) => el("li", {}, bdi(text))))),
    stateOf(host),
    commandsOf(host, copyable),
    requirements && el("section", {}, el("h3", {}, "Requirements"), requirements),
    host.disabled_lync_rules.length > 0 && el("section", {}, el("h3", {}, "Lync's own rules that are switched off"),
      el("p", {}, names(host.disabled_lync_rules, 40))),
    (copyable || host.foreign?.differences?.length > 0) && foreignOf(host),
    host.unasked.length > 0 && el("section", {}, el("h3", {}, "Open though nobody asked for it"),
      el("p", {}, `TCP ${host.unasked.join(", ")}`)),
    host.probe.length > 0 && el("section", {}, el("h3", {}, "Probed from outside"), probeOf(portsOf(host.probe))),
    hostLogOf(host),
    host.skipped_rows.length > 0 && el("section", {}, el("h3", {}, "Rows left out on purpose"),
      el("p", {}, host.skipped_rows.join(", "))),
  ];
}

function openDetail(name, place) {
  const host = HOST_BY_NAME.get(name);
  if (!host) return;
  hideTip();
  const panel = byId("detail");
  panel.replaceChildren(
    el("div", { class: "detail-head" },
      el("div", {}, el("h2", { id: "detail-title" }, bdi(host.name)), el("p", { class: "muted" }, badge(host), about(host))),
      el("button", { type: "button", class: "plain", click: () => panel.close() }, "Close")),
    el("div", { class: "detail-body" }, sections(host, host.cells.size > 0 && requirementsOf(worstFirst(host), true), true)),
  );
  if (!panel.open) panel.showModal();
  panel.querySelector(".detail-body").scrollTop = 0;
  const row = place === undefined ? null : panel.querySelector(`tr[data-place="${Number(place)}"]`);
  if (row) {
    row.classList.add("target");
    row.scrollIntoView({ block: "center" });
  }
}

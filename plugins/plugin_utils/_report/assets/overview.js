// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The estate at a glance, what to do first, and what changed.

const MOST_CHIPS = 8;
const SHOWN = 5;

function drawCards(changed) {
  byId("cards").append(
    el("div", { class: "card all" }, el("span", { class: "number" }, DATA.totals.hosts.toLocaleString("en")),
      el("span", { class: "label" }, "hosts")),
    ...[...CLASSES].reverse().map((name) =>
      el("button", {
        type: "button", class: `card card-${name}`, data: { kind: "class", value: name }, "aria-pressed": "false",
        title: WORDS.classes[name], disabled: !DATA.totals[name],
        click: () => { toggle(state.classes, name); changed(); },
      }, el("span", { class: "number" }, DATA.totals[name].toLocaleString("en")),
      el("span", { class: "label" }, sign("class", name), words(name)))));
}

// What the classes mean that there are hosts of.
function drawClasses() {
  byId("classes").append(...[...CLASSES].reverse().filter((name) => DATA.totals[name]).map((name) =>
    el("div", {}, el("dt", {}, sign("class", name), words(name)), el("dd", {}, WORDS.classes[name]))));
}

function bar(label, kind, parts, set, changed) {
  const all = parts.reduce((sum, part) => sum + part[1], 0);
  if (!all) return null;
  const row = el("div", { class: "bar", role: "group", "aria-label": label });
  for (const [name, number] of parts.filter((part) => part[1])) {
    const share = `${((100 * number) / all).toFixed(number / all < 0.1 ? 1 : 0)} %`;
    const segment = el("button", {
      type: "button", class: `segment ${kind}-${name}`, "aria-pressed": "false",
      data: { kind, value: name, long: `${words(name)} ${share}`, short: kind === "class" ? CLASS_SIGN[name] : VERDICT_SIGN[name] },
      title: `${words(name)}: ${number.toLocaleString("en")} of ${all.toLocaleString("en")} (${share})`,
      "aria-label": `${words(name)}: ${number} of ${all}`,
      click: () => { toggle(set, name); changed(); },
    });
    segment.style.flexGrow = String(number);
    row.append(segment);
  }
  return el("div", { class: "bar-line" }, el("span", { class: "bar-label" }, label), row);
}

function drawBars(changed) {
  const verdicts = new Map(VERDICTS.map((name) => [name, 0]));
  for (const host of HOSTS) for (const found of host.cells.values()) verdicts.set(found.verdict, verdicts.get(found.verdict) + 1);
  byId("bars").append(...[
    bar(count(DATA.totals.hosts, "host"), "class", [...CLASSES].reverse().map((name) => [name, DATA.totals[name]]),
      state.classes, changed),
    bar(count([...verdicts.values()].reduce((sum, number) => sum + number, 0), "requirement"), "verdict",
      [...verdicts].reverse(), state.verdicts, changed),
  ].filter(Boolean));
}

// Words where all of them have room, and else the sign: half a word says nothing.
function fitBars() {
  for (const segment of document.querySelectorAll(".segment")) {
    segment.classList.remove("small");
    segment.textContent = segment.dataset.long;
  }
  const cut = [...document.querySelectorAll(".segment")].filter((segment) => segment.scrollWidth > segment.clientWidth);
  for (const segment of cut) {
    segment.classList.add("small");
    segment.textContent = segment.dataset.short;
  }
}

// One thing to do: what it is, whom it is about, and a way to see just that.
function thing(look, title, number, advice, hosts, more, show) {
  return el("article", { class: "thing" },
    el("div", { class: "line" },
      el("h3", {}, look, title, el("span", { class: "muted" }, ` ${number}`)),
      show && el("button", { type: "button", class: "plain", click: show }, "Show")),
    advice && el("p", {}, advice),
    more,
    el("p", { class: "hosts" }, hosts.slice(0, MOST_CHIPS).map((host) => hostButton(host.name)),
      hosts.length > MOST_CHIPS && el("span", { class: "muted" }, `and ${hosts.length - MOST_CHIPS} more`)));
}

function culprits(trouble) {
  const top = [...trouble.by].filter(([name]) => !name.startsWith("LyncOps "))
    .sort((one, other) => other[1].size - one[1].size || (one[0] < other[0] ? -1 : 1));
  if (!top.length) return null;
  return el("p", { class: "by" }, el("span", { class: "muted" }, "by "), top.slice(0, 3).map(([name, hosts]) =>
    el("span", { class: "culprit" }, bdi(name, "rule"), el("span", { class: "muted" }, ` on ${count(hosts.size, "host")}`))),
  top.length > 3 && el("span", { class: "muted" }, ` and ${top.length - 3} more`));
}

// Rules that let others in, and on which hosts.
function rulesOf(wide) {
  const by = new Map();
  for (const [host, found] of wide) for (const { wider } of found) for (const name of wider.by) {
    if (!by.has(name)) by.set(name, new Set());
    by.get(name).add(host);
  }
  return by;
}

// What keeps others out whom Lync's own rules let in again and again: block rules, but not on rows that clients use.
function keepOut(found) {
  const helped = found.filter(({ wider }) => wider.blockable).length;
  const where = helped && helped < found.length ? ` of ${count(helped, "requirement")}` : "";
  return (helped ? ` Managed block rules can keep others out${where} (on_wider: block_others).` : "")
    + (helped < found.length ? ` Where no block rule is made, as on rows that clients use, a firewall before the host does, or a Group Policy that brings these rules (playbook gpo) and forbids local ones.` : "");
}

function drawTodo(showOnly) {
  const things = [];
  const advice = {
    unreachable: "Nothing is known of them. See that WinRM answers, and audit again.",
    failed: "Nothing, or not enough, is known of them. Each has a message.",
  };
  for (const name of ["unreachable", "failed"]) {
    const hosts = HOSTS.filter((host) => host.class === name);
    if (!hosts.length) continue;
    things.push(thing(sign("class", name), words(name), count(hosts.length, "host"), advice[name], hosts, null,
      () => showOnly({ class: name })));
  }
  if (DATA.left.length) things.push(leavers());
  if (DATA.files_of_nobody) things.push(filesOfNobody(DATA.files_of_nobody));
  const ranked = [...TROUBLES].sort((one, other) => BADNESS[other.worst.verdict] - BADNESS[one.worst.verdict]);
  for (const trouble of ranked) { // those of one verdict are still in order
    const text = reasonWords(trouble.reason);
    things.push(thing(sign("verdict", trouble.worst.look), text.short,
      `${count(trouble.number, "requirement")} on ${count(trouble.hosts.size, "host")}`, text.advice || text.meaning,
      [...trouble.hosts], culprits(trouble), () => showOnly({ reason: trouble.reason })));
  }
  const quiet = HOSTS.filter((host) => host.class === "drifted" && [...host.cells.values()].every((found) => found.verdict === "open"));
  if (quiet.length) {
    const narrow = quiet.filter((host) => host.narrowing).length;
    const cut = quiet.filter((host) => [...host.cells.values()].some((found) => found.log.some((one) => one.case === "would_be_scoped_out")));
    things.push(thing(sign("class", "drifted"), "drifted, and all open", count(quiet.length, "host"),
      "Managed rules or the service differ, but no requirement is closed by it. Run the remediation.", quiet,
      [narrow > 0 && el("p", { class: "muted" }, `Nothing but fewer addresses to admit is to be done on ${count(narrow, "host")}.`),
      cut.length > 0 && el("p", {}, `Not before you have looked at whom it keeps out: on ${count(cut.length, "host")} the log names some who get in today (would be scoped out).`)],
      () => showOnly({ class: "drifted" })));
  }
  // What only our own rules admit beyond the scope is drift, and the remediation narrows it.
  const byOthers = (found) => isWider(found) && (!found.wider.by.length || foreign(found.wider.by).length > 0);
  const wide = HOSTS.map((host) => [host, [...host.cells.values()].filter(byOthers)]).filter(([, found]) => found.length);
  if (wide.length) {
    const number = wide.reduce((sum, [, found]) => sum + found.length, 0);
    things.push(thing(el("span", { class: "sign cell verdict-open wider", "aria-hidden": "true" }, VERDICT_SIGN.open), "wider than wanted",
      `${count(number, "requirement")} on ${count(wide.length, "host")}`,
      `Others get in as well as those who are meant. Narrow the named rules where they are made.${keepOut(wide.flatMap(([, found]) => found))}`,
      wide.map(([host]) => host), culprits({ by: rulesOf(wide) }), () => showOnly({ reason: WIDER })));
  }
  const unsure = HOSTS.map((host) => [host, [...host.cells.values()].filter((found) => found.wider !== null && found.wider.perhaps)])
    .filter(([, found]) => found.length);
  if (unsure.length) {
    const number = unsure.reduce((sum, [, found]) => sum + found.length, 0);
    things.push(thing(el("span", { class: "sign", "aria-hidden": "true" }, "?"), "perhaps wider than wanted",
      `${count(number, "requirement")} on ${count(unsure.length, "host")}`,
      "The named rules let others in if the program or the network that they are for is the one in use, which cannot be told from outside. See which program listens on the ports; nothing is wrong if it is another.",
      unsure.map(([host]) => host), culprits({ by: rulesOf(unsure) }), () => showOnly({ reason: PERHAPS_WIDER })));
  }
  const dropped = HOSTS.filter((host) => [...host.cells.values()].some((found) => found.log.some((one) => one.case === "wanted")));
  if (dropped.length) {
    things.push(thing(el("span", { class: "sign", "aria-hidden": "true" }, "?"), "dropped, though wanted", count(dropped.length, "host"),
      "The host's own log names connections of those who are meant that were kept out in that time. Where all is open now, see what closed it then.", dropped, null, null));
  }
  const old = HOSTS.filter((host) => host.outdated.length);
  if (old.length) {
    things.push(thing(el("span", { class: "sign", "aria-hidden": "true" }, "?"), "judged from files that are too old, or of the future", count(old.length, "host"),
      "What they say may be long past. Make new files on these hosts, and audit again.", old, null, null));
  }
  if (!things.length) things.push(el("p", { class: "good" }, sign("class", "compliant"), "Nothing. Every host is as it should be."));
  byId("todo-list").append(...things.slice(0, SHOWN));
  if (things.length > SHOWN) {
    byId("todo-list").append(el("details", {}, el("summary", {}, `${things.length - SHOWN} more`), things.slice(SHOWN)));
  }
}

// Who has left: the page cannot show more of them, since nobody looks at them any more.
function leavers() {
  const why = { inventory: "is not in the inventory any more", groups: "has no role any more", roles: "lost a role" };
  const told = DATA.left.slice(0, MOST_CHIPS).map((one) => el("li", {}, bdi(one.name), ` ${why[one.why] || one.why}`,
    one.roles.length > 0 && " (", one.roles.length > 0 && bdi(one.roles.map(words).join(", ")), one.roles.length > 0 && ")",
    `; ${one.rules === null ? "whether it has rules of ours is not known" : count(one.rules, "managed rule")}${one.policy_rules
      ? `, and ${count(one.policy_rules, "rule")} of ours by Group Policy: ask the policy's owner` : ""}, seen ${day(one.seen)}`));
  return el("article", { class: "thing left" },
    el("h3", {}, sign("class", "not_managed"), "left, and not retired",
      el("span", { class: "muted" }, ` ${count(DATA.left.length, "host")}`)),
    el("p", {}, "Their rules stay, and nobody looks at them any more. The playbook lyncops.firewall.retire takes them away."),
    el("ul", { class: "leavers" }, told),
    DATA.left.length > MOST_CHIPS && el("p", { class: "muted" }, `and ${DATA.left.length - MOST_CHIPS} more`));
}

// Somebody wrote them for a host that the inventory does not have, or calls otherwise.
function filesOfNobody(files) {
  return el("article", { class: "thing files-of-nobody" },
    el("h3", {}, sign("class", "not_managed"), "files of no host", el("span", { class: "muted" }, ` ${count(files.length, "file")}`)),
    el("p", {}, "They stand for no host of the inventory, so nobody was judged by them. Call each by its host's name, or put the host into the inventory."),
    el("ul", { class: "leavers" }, files.slice(0, MOST_CHIPS).map((name) => el("li", {}, bdi(name)))),
    files.length > MOST_CHIPS && el("p", { class: "muted" }, `and ${files.length - MOST_CHIPS} more`));
}

function drawChanges() {
  const changes = DATA.changes;
  if (!changes) return;
  byId("changes").hidden = false;
  byId("since").textContent = `· compared with ${day(changes.since)}`;
  const all = [...changes.worse, ...changes.better];
  const rest = new Set(all);
  const take = (test) => { const found = [...rest].filter(test); for (const one of found) rest.delete(one); return found; };
  const became = (name) => take((one) => one.now === name && one.was !== name && changes.worse.includes(one));
  const groups = [
    ["Newly unreachable", "unreachable", became("unreachable")],
    ["Newly failed", "failed", became("failed")],
    ["New drift", "drifted", became("drifted")],
    ["Newly ineffective", "ineffective", became("ineffective")],
    ["In reach again", "", take((one) => ["unreachable", "failed"].includes(one.was) && changes.better.includes(one))],
    ["Repaired", "compliant", take((one) => one.now === "compliant" && one.was !== "compliant")],
    ["Worse", "", take((one) => changes.worse.includes(one))],
    ["Better", "", take(() => true)],
    ["Fewer addresses to admit, nothing else", "drifted", changes.narrower],
    ["Open to more than is wanted, and was not", "", changes.wider],
    ["Not managed any more", "not_managed", changes.unmanaged],
    ["New in the report", "", changes.added],
    ["No longer in the report", "", changes.removed],
  ];
  const shown = groups.filter((group) => group[2].length).map(([title, look, list]) =>
    el("article", { class: "change" },
      el("h3", {}, look && sign("class", look), title, el("span", { class: "muted" }, ` ${list.length}`)),
      el("p", { class: "hosts" }, list.slice(0, MOST_CHIPS).map((one) => hostButton(one.name)),
        list.length > MOST_CHIPS && el("span", { class: "muted" }, `and ${list.length - MOST_CHIPS} more`)),
      el("p", { class: "muted" }, moved(list))));
  byId("changes-list").append(...(shown.length ? shown : [el("p", { class: "good" }, "Nothing.")]));
}

// Rows that changed, the most frequent first.
function moved(list) {
  const counts = new Map();
  for (const one of list) for (const [row, was, now] of one.rows || []) {
    const text = `${row} ${words(was)} → ${words(now)}`;
    counts.set(text, (counts.get(text) || 0) + 1);
  }
  const top = [...counts].sort((one, other) => other[1] - one[1]);
  if (!top.length) return "";
  return top.slice(0, 3).map(([text, number]) => (number > 1 ? `${text} (${number} hosts)` : text)).join("; ")
    + (top.length > 3 ? ` and ${top.length - 3} more` : "");
}

function day(text) {
  return text.replace("T", " ").replace("Z", " UTC");
}

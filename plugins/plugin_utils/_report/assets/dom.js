// Copyright (c) 2026, the lyncops.firewall contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Elements are made here and nowhere else: texts become text nodes, so nothing a host says is ever read as HTML.

const byId = (id) => document.getElementById(id);

// Characters that show nothing, or turn the reading order round: a rule name could pretend to be another with them.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

function visible(text) {
  return String(text).replace(HIDDEN, (character) => {
    if (character === "\n") return " ⏎ ";
    if (character === "\t") return " ";
    return `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "data") Object.assign(made.dataset, value);
    else if (key === "class") made.className = value;
    else if (key === "click") made.addEventListener("click", value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(2)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    made.append(child instanceof Node ? child : visible(child));
  }
  return made;
}

// A text of a host, kept apart from the reading direction of what is around it.
function bdi(text, style) {
  return el("bdi", { class: style }, text);
}

function sign(kind, look) {
  const symbol = kind === "class" ? CLASS_SIGN[look] : VERDICT_SIGN[look];
  return el("span", { class: `sign ${kind}-${look}`, "aria-hidden": "true" }, symbol);
}

// The head of a column: its ports and row, and below them the service, read from below.
function columnHead(row) {
  return el("span", { class: "head" }, el("span", {}, el("b", {}, row.ports), " ", el("i", {}, row.id)),
    el("span", { class: "service" }, serviceName(row)));
}

function names(list, most = 4, uncounted = 0) {
  const shown = list.slice(0, most).map((name) => bdi(name, "rule"));
  const more = Math.max(list.length - most, 0) + uncounted;
  if (more > 0) shown.push(el("span", { class: "muted" }, `and ${more.toLocaleString("en")} more`));
  return shown;
}

function hostButton(name) {
  const host = HOST_BY_NAME.get(name);
  if (!host) return el("span", { class: "chip" }, bdi(name));
  return el("button", { type: "button", class: "chip", data: { host: name } }, sign("class", host.class), bdi(name));
}

function copyButton(text, label) {
  const button = el("button", { type: "button", class: "copy" }, label);
  button.addEventListener("click", async () => {
    button.textContent = (await copyText(text)) ? "Copied" : "Select and copy by hand";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard for pages opened from a file in some browsers: the older way.
    const area = el("textarea", { class: "offscreen" });
    area.value = text;
    (byId("detail").open ? byId("detail") : document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML file that loads nothing.

The data stands in it as JSON; a small script draws it with text nodes only, so that no text of a host is ever read as
HTML. The page's own policy allows that one script and that one style sheet, by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from .as_json import changes_dict, finding_list, profile_dict, requirement_dict, service_dict
from .compare import Changes
from .model import Cell, Host, HostClass, Report, summary, totals
from .words import CLASSES, VERDICTS, reason_words

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = ("data.js", "dom.js", "filter.js", "tip.js", "detail.js", "overview.js", "map.js", "print.js", "main.js")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def to_html(report: Report, changes: Changes | None = None) -> bytes:
    """The report as a page, UTF-8.

    Args:
        report: The report.
        changes: What changed since an earlier one, if there is an earlier one.
    """
    script = "\n".join(['"use strict";', "(() => {", *(_asset(name) for name in _SCRIPTS), "})();"])
    style = _asset("report.css")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(_asset("report.html.j2")).render(
        title=report.title,
        created=report.created,
        summary=summary(report),
        totals=totals(report),
        hosts=report.hosts,
        meanings=CLASSES,
        policy=(
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        # Ours, and free of what would end their elements: the tests look.
        script=Markup(script),
        style=Markup(style),
        data=Markup(embeddable(page_data(report, changes))),
    )
    return page.encode("utf-8", "replace")


def embeddable(value: Any) -> str:
    """JSON that can stand in a script element: no character that HTML or JavaScript could take for its own."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return "".join(_ESCAPES.get(character, character) for character in text) if _needs_escape(text) else text


def page_data(report: Report, changes: Changes | None) -> dict[str, Any]:
    """The report as the page's script takes it: what repeats from host to host is there once, and named by its place.

    ``cells`` of a host are requirement and finding in turn, in one flat list. 500 hosts with 60 requirements each are a
    quarter of a megabyte in this form.
    """
    findings, commands, profiles = _Pool(), _Pool(), _Pool()
    hosts = [_host(host, findings, commands, profiles) for host in report.hosts]
    reasons = {cell.finding.reason for host in report.hosts for cell in host.cells}
    for host in report.hosts:
        for cell in host.cells:
            reasons.update(found.reason for _profile, found in cell.finding.by_profile)
    return {
        "title": report.title,
        "created": report.created,
        "summary": summary(report),
        "totals": totals(report),
        "words": {
            "classes": {host_class.value: CLASSES[host_class.value] for host_class in HostClass},
            "verdicts": VERDICTS,
            "reasons": {reason: _words(reason) for reason in sorted(reasons)},
        },
        "requirements": [requirement_dict(row) for row in report.requirements],
        "findings": findings.values,
        "commands": commands.values,
        "profiles": profiles.values,
        "hosts": hosts,
        "changes": changes_dict(changes) if changes else None,
    }


class _Pool:
    """Values, each once; named by their place."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, key: Hashable, value: Any) -> int:
        """The place of a value, which is the same for the same key."""
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def _host(host: Host, findings: _Pool, commands: _Pool, profiles: _Pool) -> dict[str, Any]:
    places = [commands.place(command, command) for command in host.commands]
    cells: list[int] = []
    for cell in host.cells:
        mending = [places[place] for place in cell.commands]
        key = (cell.finding, cell.remedy, tuple(mending))
        cells += [cell.requirement, findings.place(key, _finding(cell, mending))]
    return {
        "name": host.name,
        "class": host.host_class.value,
        "message": host.message,
        "roles": list(host.roles),
        "pool": host.pool,
        "site": host.site,
        "service": service_dict(host.service),
        "profiles": profiles.place(
            host.profiles, [{"name": profile.name, **profile_dict(profile)} for profile in host.profiles]
        ),
        "rules": host.managed_rules,
        "commands": places,
        "cells": cells,
        "lync": list(host.disabled_lync_rules),
        "skipped": list(host.skipped_rows),
    }


def _finding(cell: Cell, mending: list[int]) -> list[Any]:
    """``[verdict, reason, [by], part, unprotected, {profile: finding}, remedy, [command]]``."""
    by_profile = {name: finding_list(found) for name, found in cell.finding.by_profile}
    return [*finding_list(cell.finding), by_profile, cell.remedy, mending]


def _words(reason: str) -> list[str]:
    words = reason_words(reason)
    return [words.short, words.meaning, words.advice]


def _needs_escape(text: str) -> bool:
    return any(character in text for character in _ESCAPES)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

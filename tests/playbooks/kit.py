# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of the kit: those of the lab's own hosts, and how one of a real host differs from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.fields import FIELDS, Field

if TYPE_CHECKING:
    from playbooks.runs import Run, Runner

CONSENT = {"lync_firewall_qualify": "yes"}
FOLDER = "lync_firewall_qualified"
FAST = 2.0
"""Seconds of a minute on the lab's hosts, by whose clock tasks start: half a second of a busy machine is 15 there."""

BUILDS = {7601: "2008r2", 9200: "2012", 9600: "2012r2", 14393: "2016", 17763: "2019", 20348: "2022"}
LANGUAGES = {"0409": "en", "0416": "pt", "0407": "de", "0419": "ru", "040c": "fr"}
POLICY_PLACE = "tests/lab/policies/stock"


def qualify(runner: Runner, *arguments: str, host: str = "fe01.contoso.test") -> Run:
    """Run the kit on one host."""
    return runner.play("qualify", "--limit", host, *arguments, variables=CONSENT)


def report_in(folder: Path) -> dict[str, Any]:
    """The one report that a run has written."""
    (path,) = (folder / FOLDER).glob("*.json")
    return dict(json.loads(path.read_text("utf-8")))


@dataclass(frozen=True)
class Like:
    """The host of the lab that a real one is compared with.

    Attributes:
        windows: Its release, the newest one that is not newer than the real one's.
        language: Its language; where the lab has not that of the real host, English.
        speaks: Whether it is the real host's.
        connection: The way in.
    """

    windows: str
    language: str
    speaks: bool
    connection: str


def like(report: Mapping[str, Any]) -> Like:
    """Which host of the lab a report is compared with."""
    windows = report["windows"]
    builds = [build for build in sorted(BUILDS) if build <= (windows["build"] or 0)] or [min(BUILDS)]
    language = LANGUAGES.get(str(windows["language"]).lower())
    return Like(BUILDS[builds[-1]], language or "en", language is not None, report["connection"])


def difference(field: Field, lab: Mapping[str, Any], host: Mapping[str, Any], speaks: bool = True) -> str:
    """How a host's answer differs from the lab's, in a message; empty where they are alike.

    Args:
        field: The field.
        lab: The lab's report.
        host: The host's.
        speaks: Whether both have one language; without it what is localised is not compared.
    """
    expected, found = lab["answers"][field.name], host["answers"][field.name]
    if field.localised and not speaks:
        return ""
    if field.near and isinstance(expected, int) and isinstance(found, int):
        alike = abs(expected - found) <= field.near
    else:
        alike = expected == found
    if alike:
        return ""
    return (
        f"{field.name}: the lab answers {expected!r}, the host {found!r}. {field.question} "
        f"Assumed in {', '.join(field.assumed_in)}"
    )


def missing_rules(lab: Mapping[str, Any], host: Mapping[str, Any]) -> str:
    """Which rules the lab's hosts come with, and the real one has not, in a message."""
    missing = sorted(set(lab["policy"]["stock"]) - set(host["policy"]["stock"]))
    if not missing:
        return ""
    return f"policy.stock: the lab has {len(missing)} rules that the host has not: {', '.join(missing)}. {POLICY_PLACE}"


EXPECTATIONS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], bool], str]] = {
    **{
        field.name: (lambda lab, host, speaks, field=field: difference(field, lab, host, speaks))  # type: ignore[misc]
        for field in FIELDS
    },
    "policy.stock": lambda lab, host, _speaks: missing_rules(lab, host),
}
"""What is expected of a report, by name: each says how it is not met."""

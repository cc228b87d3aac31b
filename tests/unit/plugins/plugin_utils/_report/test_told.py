# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says at its end where not all is as it should be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.told import WORST, failure_of


def made(**hosts: list[str]) -> dict[str, Any]:
    named: dict[str, list[str]] = {kind.value: [] for kind in HostClass}
    shown = {kind: names[0] for kind, names in hosts.items() if kind in ("drifted", "ineffective")}
    return {"worst": "a", "summary": "", "changed_since_plan": None, "hosts": {**named, **hosts}, "to_show": shown}


@pytest.mark.parametrize("kind", WORST)
def test_where_a_host_drifted_or_something_closes_it_the_command_is_named_that_shows_it(kind: HostClass) -> None:
    told = failure_of(made(**{kind.value: ["med01", "fe01"]}))
    assert f"{kind.value.capitalize()}: med01, fe01." in told
    assert ("lyncops.firewall.site --check --diff --limit med01" in told) == (kind is HostClass.DRIFTED)
    assert ("lyncops.firewall.site --check --limit med01" in told) == (kind is HostClass.INEFFECTIVE)
    assert ("-e of this run" in told) == (kind in (HostClass.DRIFTED, HostClass.INEFFECTIVE))


def test_no_command_is_named_that_shows_nothing() -> None:
    found = made(drifted=["med01"], ineffective=["fe01"])
    assert failure_of({**found, "to_show": {}}).endswith(" Drifted: med01. Ineffective: fe01.")
    assert "--check --limit fe02 " in failure_of({**found, "to_show": {"ineffective": "fe02"}})

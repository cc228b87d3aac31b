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
    return {"worst": "a", "summary": "1 host", "changed_since_plan": None, "hosts": {**named, **hosts}}


@pytest.mark.parametrize("kind", WORST)
def test_where_a_host_drifted_or_something_closes_it_the_command_is_named_that_shows_it(kind: HostClass) -> None:
    told = failure_of(made(**{kind.value: ["med01", "fe01"]}))
    assert f"{kind.value.capitalize()}: med01, fe01." in told
    assert ("lyncops.firewall.site --check --diff --limit med01" in told) == (kind is HostClass.DRIFTED)
    assert ("lyncops.firewall.site --check --limit med01" in told) == (kind is HostClass.INEFFECTIVE)
    assert ("-e of this run" in told) == (kind in (HostClass.DRIFTED, HostClass.INEFFECTIVE))


def test_where_others_get_in_on_one_host_the_command_is_for_another_that_something_closes() -> None:
    wide = {"too_wide": ["edge01: a row"], "too_wide_hosts": ["edge01"]}
    told = failure_of({**made(ineffective=["edge01", "fe01"]), **wide})
    assert "What else keeps its ports closed" in told
    assert told.count("--limit edge01 ") == told.count("--limit fe01 ") == 1
    assert "What else keeps" not in failure_of({**made(ineffective=["edge01"]), **wide})

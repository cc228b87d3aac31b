# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What verdicts say of hosts as Windows ships them: the policies of tests/lab/policies/stock, with every profile on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_files
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.edge_own import with_own
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy, wider
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.wanted import requested_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate

STOCK = Path(__file__).parents[4] / "lab" / "policies" / "stock"
EDITIONS = sorted(path.name.partition(".")[0] for path in STOCK.glob("*.reg.txt"))
ROLES = ("front_end", "director", "mediation", "persistent_chat", "office_web_apps", "sql")
PLAIN = {"front_end": (31, 0), "director": (6, 0), "mediation": (7, 0), "persistent_chat": (5, 0)}
"""Rows without a rule, and rows with a disabled rule that may be meant for them, on a server without Windows roles:
BranchCache's rule for 443 and the like are not."""


def reasons(edition: str, role: str) -> Counter[tuple[Status, Reason]]:
    """How often each reason is given on a fresh host."""
    snapshot = read_dump_files([str(STOCK / f"{edition}.reg.txt")]).snapshot
    profiles = tuple(replace(state, local=replace(state.local, enabled=True)) for state in snapshot.profiles)
    policy = requested_policy(validate({"roles": [role]}, HOST_OPTIONS))
    effects = judge_policy(policy, replace(snapshot, profiles=profiles))
    return Counter((effect.verdict.status, effect.verdict.reason) for effect in effects)


def test_there_are_editions() -> None:
    assert len(EDITIONS) >= 7


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_that_windows_ships_is_blamed(edition: str, role: str) -> None:
    found = reasons(edition, role)
    assert {reason for status, reason in found if status is not Status.OPEN} <= {Reason.NO_RULE, Reason.DISABLED}
    assert not {Status.CONDITIONAL, Status.UNKNOWN} & {status for status, _reason in found}
    if role in PLAIN and edition != "ws2019-roles":
        counts = (found[Status.CLOSED, Reason.NO_RULE], found[Status.CLOSED, Reason.DISABLED])
        assert counts == PLAIN[role]


@pytest.mark.parametrize("enabled", [False, True])
@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_that_windows_ships_opens_an_edge_server(edition: str, enabled: bool) -> None:
    """Nor would it once all of its rules are on, whether the host tells its networks or not."""
    snapshot = read_dump_files([str(STOCK / f"{edition}.reg.txt")]).snapshot
    profiles = tuple(replace(state, local=replace(state.local, enabled=True)) for state in snapshot.profiles)
    at = {"internal": "10.0.0.9", "external_access": "192.0.2.1", "external_webconf": "192.0.2.2",
          "external_av": "192.0.2.3"}  # fmt: skip
    policy = requested_policy(validate({"roles": ["edge"], "edge_addresses": at}, HOST_OPTIONS))
    ours = [desired.rule.named(f"LyncOps {desired.key} g1") for desired in policy.rules]
    theirs = [replace(rule, enabled=True) if enabled and not rule.opaque else rule for rule in snapshot.rules]
    host = replace(snapshot, profiles=profiles, rules=(*theirs, *ours))
    networks = {text: Profile.PRIVATE if text == at["internal"] else Profile.PUBLIC for text in at.values()}
    for known in (policy, with_own(policy, at.values(), networks)):
        found = judge_policy(known, host)
        assert wider(found) == wider(found, certain=False) == ()

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One result to one row of the table."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.rows import Row, State, to_row
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._fleet.fleet_results import audited, enforced

OPEN, CLOSED, BLOCKED = ("open", "rule"), ("closed", "no_rule"), ("closed", "block_rule")


@pytest.mark.parametrize(
    ("result", "check_mode", "state"),
    [
        (audited(OPEN), False, State.COMPLIANT),
        (audited(OPEN), True, State.COMPLIANT),
        (audited(CLOSED, rules=(1, 0, 0)), False, State.DRIFTED),
        (audited(BLOCKED), False, State.INEFFECTIVE),
        (enforced(OPEN), False, State.COMPLIANT),
        (enforced(OPEN, rules=(1, 0, 0)), False, State.REPAIRED),
        (enforced(OPEN, rules=(1, 0, 0)), True, State.DRIFTED),
        (enforced(BLOCKED, rules=(1, 0, 0)), False, State.INEFFECTIVE),
        ({"failed": True, "msg": "fe01: no"}, False, State.FAILED),
        ({"unreachable": True, "msg": "no route"}, False, State.UNREACHABLE),
        ({"skipped": True, "skip_reason": "Conditional result was False"}, False, State.NOT_MANAGED),
        ({"censored": "the output has been hidden", "changed": False}, False, State.HIDDEN),
        # Read, but compared with nothing: whatever that is, compliant it is not.
        ({name: value for name, value in audited().items() if name != "drift"}, False, State.FAILED),
        ({"results": [audited(OPEN), {"unreachable": True}, audited(OPEN)]}, False, State.UNREACHABLE),
        ({"results": ["neither"]}, False, State.FAILED),
    ],
)
def test_state(result: dict[str, Any], check_mode: bool, state: State) -> None:
    assert to_row("fe01", result, check_mode).state is state


def test_counts() -> None:
    row = to_row("fe01", audited(OPEN, CLOSED, OPEN, ("unknown", "opaque"), CLOSED, rules=(3, 2, 1)), False)
    assert row.verdicts == {Status.OPEN: 2, Status.CLOSED: 2, Status.UNKNOWN: 1}
    assert row.rules == (3, 2, 1)
    assert to_row("fe01", enforced(OPEN, rules=(4, 5, 6)), False).rules == (4, 5, 6)


def test_nothing_is_counted_where_nothing_is_known() -> None:
    row = to_row("fe01", {"unreachable": True, "msg": "fe01: no route to host"}, False)
    assert (row.verdicts, row.rules) == (None, None)


def test_why_is_the_most_frequent_reason_of_the_worst_verdict() -> None:
    conditional = ("conditional", "program_rule")
    result = audited(conditional, conditional, conditional, ("closed", "disabled"), CLOSED, CLOSED, rules=(3, 0, 0))
    assert to_row("fe01", result, False).why == "no rule (2)"
    assert to_row("fe01", audited(conditional, OPEN), False).why == "only one program (1)"
    assert to_row("fe01", audited(OPEN), False).why == ""


@pytest.mark.parametrize("message", ["fe01: no route to host", "Task failed: fe01: no route to host"])
def test_why_of_a_lost_host_is_what_it_said(message: str) -> None:
    """Without what the line says already."""
    assert to_row("fe01", {"unreachable": True, "msg": message}, False).why == "no route to host"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            "basic: HTTPConnectionPool(host='10.0.0.1', port=5985): Max retries exceeded with url: /wsman (Caused by "
            "NewConnectionError(\"HTTPConnection(host='10.0.0.1', port=5985): Failed to establish a new connection: "
            '[Errno 111] Connection refused"))',
            "Connection refused",
        ),
        (
            "ntlm: HTTPSConnectionPool(host='fe01', port=5986): Max retries exceeded with url: /wsman (Caused by "
            "ConnectTimeoutError(<urllib3.connection.HTTPSConnection object at 0x7f>, 'Connection to fe01 timed out. "
            "(connect timeout=30)'))",
            "timed out",
        ),
        (
            "the specified credentials were rejected by the server",
            "the specified credentials were rejected by the server",
        ),
        ("the command timed out; the host said: wait", "the command timed out; the host said: wait"),
    ],
)
def test_why_says_first_what_matters(message: str, why: str) -> None:
    assert to_row("fe01", {"unreachable": True, "msg": f"fe01: {message}"}, False).why == why


def test_worst_first() -> None:
    rows = [Row("b", State.COMPLIANT), Row("a", State.COMPLIANT), Row("z", State.DRIFTED), Row("c", State.UNREACHABLE)]
    assert [row.name for row in sorted(rows, key=lambda row: row.rank)] == ["c", "z", "a", "b"]


def test_what_is_beside_the_rules_is_a_reason_too() -> None:
    """A profile that is off, a service, a refusal: otherwise the table would say "drifted", and not why."""
    well = audited(OPEN)
    for changes, why in (
        ({"found": True, "profiles_enabled": ["public"]}, "profile off: public"),
        ({"found": True, "service_changes": ["automatic"]}, "service not running, or not automatic"),
        ({"refused": [{"subject": "public profile", "reason": "by policy"}]}, "refused: public profile"),
    ):
        assert to_row("h", {**well, "drift": {**well["drift"], **changes}}, False).why == why
    assert to_row("h", well, False).why == ""

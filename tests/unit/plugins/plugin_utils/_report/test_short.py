# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for somebody who does not know Lync."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Leaver
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.short import affected, in_short
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    info,
    report_of,
    row,
)

LOST = {"unreachable": True, "msg": "timed out"}


def closed(row_id: str) -> dict[str, object]:
    return row(row_id, "closed", "no_rule")


def test_what_fails_is_counted_over_the_hosts_that_serve_it() -> None:
    report = report_of(
        a=info(closed("server-47"), closed("server-48"), row("server-03"), commands=["x"]),
        b=info(row("server-47"), closed("server-03"), commands=["x"]),
        c=info(row("server-48")),
        d=LOST,
    )
    assert [(one.function.value, one.hosts, one.of) for one in affected(report)] == [("sign_in", 1, 2), ("pstn", 1, 3)]
    assert in_short(report) == (
        "This is about the firewalls of 4 servers of Lync, which carries chats, calls and conferences: what a firewall "
        "closes does not work",
        "2 of 3 servers that could be looked at do not let in all of it",
        "Of 1 server nothing is known: they could not be reached or not be looked at",
        "May fail: sign-in, presence, instant messages and the start of calls, on 1 of 2 servers",
        "May fail: calls to and from the telephone network, on 1 of 3 servers",
    )


def test_what_cannot_be_told_is_not_said_to_be_well() -> None:
    unknown = info(row(verdict="unknown", reason="other_firewall", by=["Acme Shield"]))
    (told,) = in_short(report_of(a=unknown))[1:]
    assert told == "On 1 server it cannot be told of all of it whether it gets in; the report says why"
    assert "Nothing that Lync needs is closed on 1 server that could be looked at" in in_short(
        report_of(a=unknown, b=info())
    )


def test_a_mixed_estate_is_told_by_product() -> None:
    told = in_short(report_of(a={**info(), "product": "skype_2019"}, b={**info(), "product": "lync_2013"}, c=LOST))
    assert told[0].startswith("This is about the firewalls of 3 servers of Lync or Skype for Business, which")
    assert told[1] == "By product: Lync Server 2013, 1 server; Skype for Business Server 2019, 1 server"


def test_all_is_well() -> None:
    assert in_short(report_of(a=info()))[1:] == (
        "Nothing that Lync needs is closed on 1 server that could be looked at",
    )


def test_a_row_of_another_version_fails_nothing_that_is_known() -> None:
    assert affected(report_of(a=info(closed("server-99"), closed("__proto__"), commands=["x"]))) == ()


def test_many_functions_are_a_short_list_all_the_same() -> None:
    rows = [closed(f"server-{number:02}") for number in range(1, 53)]
    sentences = in_short(report_of(a=info(*rows, commands=["x"])))
    assert len(sentences) == 9
    assert sentences[-1].startswith("May fail too: ")
    assert "chat rooms" in sentences[-1]


def test_a_role_that_nobody_has_any_more_is_no_outage_and_its_group_is_to_be_kept() -> None:
    """server-03 is for mediation servers too: without that group nobody knows that there is none."""
    report = report_of(a=info(row("server-03", "closed", "narrower_scope"), commands=["x"]))
    assert [one.function.value for one in affected(report)] == ["sign_in"]
    gone = replace(report, left=(Leaver("med", "inventory", ("mediation",), 5, "2026-03-01T06:00:00Z"),))
    assert affected(gone) == ()
    (told,) = [text for text in in_short(gone) if "any more" in text]
    assert told.startswith(
        "No server has the role mediation any more. Keep its group in the inventory (lync_mediation)"
    )
    held = replace(gone, elsewhere=(Leaver("med2", "elsewhere", ("mediation",), 5, "2026-03-01T06:00:00Z"),))
    assert len(affected(held)) == 1, "another host has it"
    other = replace(report_of(a=info(closed("server-03"), commands=["x"])), left=gone.left)
    assert len(affected(other)) == 1, "no rule at all is no matter of who is meant"


def test_a_users_computer_is_no_server() -> None:
    servers = report_of(a=info(), b=info()).hosts
    report = replace(report_of(a=info()), hosts=(*servers, replace(servers[0], name="pc01", roles=("client",))))
    first, second, *_rest = in_short(report)
    assert first.startswith("This is about the firewalls of 2 servers and 1 user computer of Lync, ")
    assert second == "Nothing that Lync needs is closed on 2 servers and 1 user computer that could be looked at"
    assert in_short(replace(report, hosts=report.hosts[2:]))[1].endswith("on 1 user computer that could be looked at")

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a HAProxy says of itself: whether it runs the file, and who is up behind its listeners."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced import balancer_listeners
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_model import BalancerListener
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_running import Running, read_running
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import read_pool
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._policy.pool_facts import member, pool

READ = 1_795_923_622_876_200
"""When HAProxy read the file, in microseconds since 1970."""
MARK = f"token {READ}"


def listeners(**drained: bool) -> tuple[BalancerListener, ...]:
    """Two web listeners, hlb-04 and hlb-06, of two members."""
    members = [member(name, drained=drained.get(name, False)) for name in ("fe01", "fe02")]
    found = balancer_listeners([read_pool(pool("hardware", *members))])
    return tuple(listener for listener in found if listener.virtual == "web_internal")


def table(of: tuple[BalancerListener, ...], check: str = "L4OK", **statuses: str) -> str:
    """Statistics as HAProxy 2.6 prints them, in part; another name than a member's is that of a further line."""
    lines = ["# pxname,svname,status,weight,check_status,last_chk,"]
    for listener in of:
        lines.append(f"{listener.name},FRONTEND,OPEN,,,,")
        lines += [
            f'{listener.name},{name},{status},1,{"" if status.startswith("MAINT") else check},"a, b",'
            for name, status in statuses.items()
        ]
    return "\n".join(lines) + "\n"


def running(of: tuple[BalancerListener, ...], text: str, mark: str = MARK, changed: float = 0.0) -> Running:
    return read_running(of, mark, text, "token", changed)


def test_the_file_that_was_read_after_it_last_changed_runs() -> None:
    found = listeners()
    assert running(found, table(found, fe01="UP", fe02="UP 1/3")) == Running("", (), ())
    assert running(found, table(found, fe01="UP", fe02="UP"), changed=READ / 1e6) == Running("", (), ())


@pytest.mark.parametrize(
    ("mark", "changed", "message"),
    [
        ("", 0.0, "it does not say which configuration it runs"),
        ("token", 0.0, "it does not say which configuration it runs"),
        ("token later", 0.0, "it does not say which configuration it runs"),
        (f"other {READ}", 0.0, "it runs another configuration than the one in the file"),
        (
            MARK,
            READ / 1e6 + 0.5,
            "it has read the file at 2026-11-29T03:40:22.876+00:00, and the file changed at "
            "2026-11-29T03:40:23.376+00:00",
        ),
    ],
)
def test_another_file_runs(mark: str, changed: float, message: str) -> None:
    found = listeners()
    assert running(found, table(found, fe01="UP", fe02="UP"), mark, changed).differs == message


def test_members_that_somebody_switched_are_named() -> None:
    (first, second) = found = listeners(fe02=True)
    assert not running(found, table(found, fe01="DOWN", fe02="MAINT")).differs
    assert running(found, table(found, fe01="UP", fe02="UP")).differs == (
        f"fe02 behind {first.name} is UP and should be drained, fe02 behind {second.name} is UP and should be drained"
    )
    for status in ("MAINT", "DRAIN"):
        told = running(found[:1], table(found, fe01=status, fe02="MAINT")).differs
        assert told == f"fe01 behind {first.name} is {status} and should be in service"
    assert running(found[:1], table(found, fe01="UP")).differs == f"fe02 is not there behind {first.name}"


def test_listeners_without_a_member_are_named_with_what_their_members_are() -> None:
    (first, second) = found = listeners(fe02=True)
    text = table((first,), "L4TOUT", fe01="DOWN", fe02="MAINT") + table((second,), fe01="UP", fe02="MAINT")
    assert running(found, text).no_member == (f"{first.name} (fe01 DOWN, L4TOUT on 5061, fe02 drained)",)
    both = running(found, table(found, "* L4CON", fe01="DOWN 1/2", fe02="MAINT")).no_member
    assert both == (f"{first.name}, {second.name} (fe01 DOWN 1/2, L4CON on 5061, fe02 drained)",)


def test_members_that_were_not_checked_yet_are_neither_up_nor_down() -> None:
    found = listeners()
    assert running(found, table(found, "INI", fe01="UP", fe02="UP")).unchecked == ("fe01", "fe02")
    assert running(found, table(found, "* INI", fe01="UP", fe02="UP")).unchecked == ("fe01", "fe02")
    assert not running(found, table(found, "* L4OK", fe01="UP", fe02="UP")).unchecked


def test_no_answer_is_no_success() -> None:
    found = listeners()
    assert read_running(found, "", "", "token", 0.0).differs
    assert read_running(found, MARK, "", "token", 0.0).differs.startswith("fe01 is not there behind")

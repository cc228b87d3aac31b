# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that did not stay what it was at the beginning: nothing is concluded from what it said."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import ReadError
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.gathered import Gathered
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.look import Look
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.marks import KEY, TASKS
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.meanwhile import (
    see_that_all_stands,
    see_that_it_is_reliable,
    see_that_it_may,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.parts import Heard

XML, SCHEDULED, LIMITED = TASKS
NONE = Heard(False, "")
AUTORUN = Heard(True, "\r\nHKEY\\Command Processor\r\n    AutoRun    REG_SZ    chcp 65001 >nul\r\n")


def state(number: int) -> Heard:
    return Heard(True, f"        TYPE : 20  X\r\n        STATUS : {number}  X\r\n")


def standing(**changes: Heard) -> dict[str, Heard]:
    return {"state": state(4), "autorun-hklm": NONE, "autorun-hkcu": NONE} | changes


def gathered(listed: Iterable[str] = TASKS, key: bool = True, fired: Iterable[str] = ()) -> Gathered:
    """A host where these tasks were registered, the key was added, and these tasks have noted a start."""
    return Gathered(
        tasks={"listed": Heard(True, "".join(f'"\\{name}","N/A","Ready"\r\n' for name in listed))},
        registry={"added": Heard(key, "")},
        fired={name: Heard(name in fired, "") for name in ("xml-fired", "sc-fired")},
    )


def look(tasks: Iterable[str] = TASKS, key: bool = True, refusal: str = "") -> Look:
    return Look(rules={}, tasks=tuple(tasks), files=True, key=key, others={"{0}": "x"}, refusal=refusal)


def test_a_host_that_is_left_alone_is_reliable() -> None:
    see_that_it_is_reliable(standing())


@pytest.mark.parametrize("root", ["hklm", "hkcu"])
def test_what_cmd_runs_first_since_is_seen(root: str) -> None:
    with pytest.raises(ReadError, match=r"\(AutoRun\) was set meanwhile\. Nothing is concluded"):
        see_that_it_is_reliable(standing(**{f"autorun-{root}": AUTORUN}))


@pytest.mark.parametrize(("found", "told"), [(state(1), "state 1"), (NONE, "state None")])
def test_a_service_that_stopped_is_seen(found: Heard, told: str) -> None:
    with pytest.raises(ReadError, match=rf"\(MpsSvc\) stopped \({told}\) meanwhile\. Nothing is concluded"):
        see_that_it_is_reliable(standing(state=found))


def test_all_that_was_made_still_stands() -> None:
    see_that_all_stands(gathered(), look())


@pytest.mark.parametrize("name", TASKS)
def test_a_task_that_went_away_is_named(name: str) -> None:
    with pytest.raises(ReadError, match=f"^{name} went away meanwhile"):
        see_that_all_stands(gathered(), look(tasks=[task for task in TASKS if task != name]))


def test_a_task_that_was_never_there_did_not_go_away() -> None:
    see_that_all_stands(gathered(listed=[XML]), look(tasks=[XML]))
    see_that_all_stands(Gathered(registry={"added": Heard(True, "")}), look(tasks=()))


@pytest.mark.parametrize(("name", "part"), [(XML, "xml-fired"), (SCHEDULED, "sc-fired")])
def test_a_task_that_noted_its_first_start_may_have_taken_itself_away(name: str, part: str) -> None:
    left = [task for task in TASKS if task != name]
    see_that_all_stands(gathered(fired=[part]), look(tasks=left))
    other = {"xml-fired": "sc-fired", "sc-fired": "xml-fired"}[part]
    with pytest.raises(ReadError, match=name):
        see_that_all_stands(gathered(fired=[other]), look(tasks=left))


def test_a_key_that_went_away_is_named_if_it_was_made() -> None:
    with pytest.raises(ReadError) as raised:
        see_that_all_stands(gathered(), look(key=False))
    assert str(raised.value).startswith(f"{KEY} went away meanwhile")
    see_that_all_stands(gathered(key=False), look(key=False))


def test_of_all_that_went_away_a_few_are_named() -> None:
    with pytest.raises(ReadError) as raised:
        see_that_all_stands(gathered(), look(tasks=(), key=False))
    assert [name in str(raised.value) for name in (*TASKS, KEY)] == [True, True, True, False]


def test_a_host_that_may_not_be_asked_any_more_comes_first() -> None:
    refused = look(tasks=(), key=False, refusal="a rollback is pending. Nothing was done; try again later")
    told = "^a rollback is pending. It was otherwise when this began. Nothing is concluded; try again later$"
    for see in (lambda: see_that_it_may(refused), lambda: see_that_all_stands(gathered(), refused)):
        with pytest.raises(ReadError, match=told):
            see()
    see_that_it_may(look(tasks=(), key=False))

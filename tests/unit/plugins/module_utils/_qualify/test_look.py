# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at a host: what is the kit's, what is others', and where it must not work."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import NotElevated, ReadError
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify import marks, questions
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.look import looked
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.parts import Heard

OTHER = "v2.31|Action=Allow|Active=TRUE|Dir=In|Name=SIP|"
OWN = f"v2.31|Action=Block|Active=FALSE|Dir=In|Name={marks.MARK}-any|"


def printed(*rules: str) -> str:
    values = "".join(f"    {{{number}}}    REG_SZ    {rule}\r\n" for number, rule in enumerate(rules))
    return f"\r\n{marks.RULES}\r\n{values}\r\n"


def parts(**changes: Heard) -> dict[str, Heard]:
    found = {part.name: Heard(False, "") for part in questions.LOOK}
    found |= {
        "token": Heard(True, "x S-1-16-12288 y\r\n"),
        "state": Heard(True, "        TYPE : 20  X\r\n        STATUS : 4  RUNNING\r\n"),
        "files": Heard(True, "System32\r\nTemp\r\n"),
        "tasks": Heard(True, '"\\Defrag","N/A","Ready"\r\n'),
        "rules": Heard(True, printed(OTHER)),
    }
    return found | changes


def test_a_clean_host() -> None:
    look = looked(parts())
    assert (look.left, look.refusal, look.others) == ((), "", {"{0}": OTHER})


def test_what_is_left_is_named() -> None:
    task = f'"\\{marks.TASKS[0]}","N/A","Ready"\r\n"\\{marks.TASKS[1]}-of-another","N/A","Ready"\r\n'
    look = looked(
        parts(
            tasks=Heard(True, task),
            rules=Heard(True, printed(OTHER, OWN)),
            files=Heard(True, f"System32\r\n{marks.MARK.upper()}.txt\r\n"),
            key=Heard(True, ""),
        )
    )
    assert (look.rules, look.others) == ({f"{marks.MARK}-any": OWN}, {"{0}": OTHER})
    assert (look.tasks, look.files, look.key) == ((marks.TASKS[0],), True, True)
    assert [text.split()[0] for text in look.left] == ["rules", "scheduled", "folder", "registry"]


def test_a_running_rollback_and_a_stopped_service_are_refused() -> None:
    assert "a rollback of this collection is pending" in looked(parts(rollback=Heard(True, "undo.cmd"))).refusal
    stopped = "        TYPE : 20  X\r\n        STATUS : 1  STOPPED\r\n"
    assert "does not run (state 1)" in looked(parts(state=Heard(True, stopped))).refusal
    assert "does not run (state None)" in looked(parts(state=Heard(False, ""))).refusal
    assert "runs something of its own" in looked(parts(), "Welcome to FE01\r\n").refusal
    assert not looked(parts(), "\r\n").refusal


@pytest.mark.parametrize("root", ["hklm", "hkcu"])
def test_an_autorun_that_prints_nothing_is_seen(root: str) -> None:
    key = "\r\nHKEY\\Command Processor\r\n    AutoRun    REG_EXPAND_SZ    "
    told = looked(parts(**{f"autorun-{root}": Heard(True, f"{key}chcp 65001 >nul\r\n")})).refusal
    assert "runs something of its own before every command (AutoRun" in told
    assert not looked(parts(**{f"autorun-{root}": Heard(True, f"{key}\r\n")})).refusal


def test_what_only_begins_like_the_kits_names_is_not_its() -> None:
    files = f"System32\r\n{marks.MARK.lower()}-notes of bob.txt\r\n"
    task = f'"\\Other\\{marks.TASKS[0]}","N/A","Ready"\r\n'
    assert looked(parts(files=Heard(True, files), tasks=Heard(True, task))).left == ()


def test_an_imitation_is_neither_the_kits_nor_in_its_way() -> None:
    forged = printed(OTHER, OWN, OWN.replace(marks.MARK, marks.MARK.upper()))
    look = looked(parts(rules=Heard(True, forged)), imitations={"{1}", "{2}"})
    assert (look.left, look.refusal, look.marked, look.others) == ((), "", (), {"{0}": OTHER})
    assert looked(parts(rules=Heard(True, forged))).marked == ("{1}", "{2}")


@pytest.mark.parametrize(
    "rule",
    [
        f"v2.10|Action=Allow|name={marks.MARK.upper()}-ANY|",
        f"v2.10|Action=Allow|Name=x|Name={marks.MARK}-any|",
        f"v2.10|Action=Allow|Name={marks.MARK}-any|Name=x|",
        f"v2.10|Action=Allow|Name={marks.MARK}-any",
        f"v2.10|Action=Allow|Name={marks.MARK}-any of bob|",
    ],
)
def test_a_name_that_netsh_might_take_for_the_kits_is_alike_and_not_its(rule: str) -> None:
    assert marks.own_name(rule) is None
    assert str(marks.name_alike(rule)).casefold().startswith(marks.MARK.casefold())


def test_a_rule_of_others_that_netsh_would_take_for_the_kits_is_not_put_at_risk() -> None:
    theirs = OWN.replace(marks.MARK, marks.MARK.upper())
    assert (
        "a rule of somebody else is called LYNCOPS" in looked(parts(rules=Heard(True, printed(OTHER, theirs)))).refusal
    )
    assert not looked(parts(rules=Heard(True, printed(OTHER, OWN)))).refusal


@pytest.mark.parametrize("name", ["rules", "tasks", "files"])
def test_what_cannot_be_read_is_not_taken_for_nothing(name: str) -> None:
    with pytest.raises(ReadError, match="failed on the host"):
        looked(parts(**{name: Heard(False, "")}))


def test_no_rule_at_all_is_not_believed() -> None:
    with pytest.raises(ReadError, match="never taken for none"):
        looked(parts(rules=Heard(True, "\r\n")))


def test_only_an_administrator_may() -> None:
    with pytest.raises(NotElevated):
        looked(parts(token=Heard(True, "S-1-16-8192\r\n")))

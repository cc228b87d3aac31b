# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what to a scheduled task, what its time limit does to a script, and queries that fail."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from lab.testing import LabHost
from lab.windows.security import ADMINISTRATOR, TOKENS, local_user
from lab.windows.task_security import TaskDenied, descriptor_of, require
from lab.windows.task_xml import TaskDefinition, TaskXmlError
from lab_tests.clients import Client

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
PRIVATE = "D:P(A;;FA;;;SY)(A;;FA;;;BA)"
FOLDER = r"C:\Windows\T"


def task_xml(sddl: str = "", limit: str = "PT10M", command: str = rf"/d /c {FOLDER}\undo.cmd") -> bytes:
    security = f"<SecurityDescriptor>{sddl}</SecurityDescriptor>" if sddl else ""
    return (
        f'<Task version="1.2" xmlns="{NAMESPACE}"><RegistrationInfo>{security}</RegistrationInfo>'
        "<Principals><Principal><UserId>S-1-5-18</UserId></Principal></Principals>"
        "<Settings><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        f"<ExecutionTimeLimit>{limit}</ExecutionTimeLimit></Settings>"
        rf"<Actions><Exec><Command>C:\Windows\System32\cmd.exe</Command><Arguments>{command}</Arguments></Exec></Actions>"
        "</Task>"
    ).encode()


def register(host: LabHost, name: str = "T", sddl: str = "", limit: str = "PT10M") -> int:
    host.run(f"md {FOLDER} 2>nul")
    host.write_file(rf"{FOLDER}\task.xml", task_xml(sddl, limit))
    return host.run(rf"schtasks /create /tn {name} /xml {FOLDER}\task.xml /f").rc


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def outcomes(host: LabHost, name: str = "T") -> dict[str, int]:
    """What an unprivileged user's attempts come to; deleting last."""
    mallory = host.user()
    return {
        verb: mallory.run(f"schtasks /{verb} /tn {name}{rest}").rc
        for verb, rest in (
            ("query", ""),
            ("run", ""),
            ("create", " /tr x /sc once /st 23:59 /f"),
            ("delete", " /f"),
        )
    }


def test_without_a_descriptor_users_may_read_and_no_more(fe01: LabHost) -> None:
    assert register(fe01) == 0
    assert outcomes(fe01) == {"query": 0, "run": 1, "create": 1, "delete": 1}
    assert "<UserId>S-1-5-18</UserId>" in fe01.user().run("schtasks /query /tn T /xml").stdout
    security = fe01.tasks()["tasks"][0]["security"]
    assert security.startswith("O:BAD:AI(A;ID;0x1f019f;;;BA)")
    assert security.endswith("(A;ID;FR;;;NS)(A;ID;FA;;;BA)")


def test_a_descriptor_keeps_users_out_altogether(fe01: LabHost) -> None:
    assert register(fe01, sddl=PRIVATE) == 0
    assert outcomes(fe01) == {"query": 1, "run": 1, "create": 1, "delete": 1}
    assert "T  " not in fe01.user().run("schtasks /query").stdout
    assert f"<SecurityDescriptor>{PRIVATE}</SecurityDescriptor>" in fe01.run("schtasks /query /tn T /xml").stdout
    assert [fe01.run(f"schtasks /{verb} /tn T").rc for verb in ("query", "run")] == [0, 0]
    assert fe01.run("schtasks /delete /tn T /f").rc == 0


@pytest.mark.parametrize(
    ("sddl", "expected"),
    [
        ("D:(A;;FA;;;BA)(A;;GRGX;;;BU)", {"query": 0, "run": 0, "create": 1, "delete": 1}),
        ("D:(A;;FA;;;BA)(A;;FA;;;WD)", {"query": 0, "run": 0, "create": 0, "delete": 0}),
        ("D:(A;;FA;;;BA)(A;;SD;;;AU)", {"query": 1, "run": 1, "create": 1, "delete": 0}),
    ],
)
def test_a_careless_descriptor_is_honoured(fe01: LabHost, sddl: str, expected: dict[str, int]) -> None:
    assert register(fe01, sddl=sddl) == 0
    assert outcomes(fe01) == expected


def test_a_bad_descriptor_is_refused(fe01: LabHost) -> None:
    assert register(fe01, sddl="D:(A;;QQ;;;BA)") == 1
    assert fe01.tasks()["tasks"] == []


def test_users_make_tasks_of_their_own_only(fe01: LabHost) -> None:
    mallory = fe01.user()
    create = "schtasks /create /tn mine /tr x /sc {}"
    assert mallory.run(create.format("once /st 23:59")).rc == 0
    assert mallory.run(create.format("once /st 23:59 /ru SYSTEM /f")).rc == 1
    assert mallory.run(create.format("onstart /f")).rc == 1
    assert fe01.tasks()["tasks"][0]["security"].startswith(f"O:{mallory.sid}D:AI")
    mallory.write(r"C:\Users\mallory\t.xml", task_xml())
    assert mallory.run("schtasks /create /tn other /xml t.xml").rc == 1


def test_a_squatted_name_keeps_its_owner_and_its_list(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.squat_task("T", sddl=f"D:(A;;FA;;;BA)(A;;FA;;;{mallory.sid})")
    assert register(fe01) == 0  # as SYSTEM, over a task that mallory may change
    assert mallory.run("schtasks /delete /tn T /f").rc == 0
    mallory.squat_task("T")
    assert register(fe01, sddl=PRIVATE) == 0
    assert fe01.tasks()["tasks"][0]["security"] == f"O:{mallory.sid}{PRIVATE}"
    assert register(fe01, sddl=f"O:BA{PRIVATE}") == 0
    assert fe01.tasks()["tasks"][0]["security"] == f"O:BA{PRIVATE}"
    with pytest.raises(TaskDenied):
        mallory.squat_task("T")


def test_a_squatted_name_may_be_closed_to_administrators(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.squat_task("T", sddl=f"D:P(A;;FA;;;{mallory.sid})")
    assert register(fe01, sddl=PRIVATE) == 1
    assert [fe01.run(f"schtasks /{line}").rc for line in ("query /tn T", "delete /tn T /f")] == [1, 1]
    assert register(fe01, name="U", sddl=PRIVATE) == 0


def test_rights_by_themselves() -> None:
    mine = descriptor_of(TaskDefinition("x"), local_user("eve"), None)
    require(mine, local_user("eve"), "delete")
    require(mine, ADMINISTRATOR, "change")
    for token in (local_user("mallory"), TOKENS["filtered"]):
        require(mine, token, "query")
        with pytest.raises(TaskDenied):
            require(mine, token, "change")
    with pytest.raises(TaskXmlError):
        descriptor_of(TaskDefinition("x", security="D:nonsense"), ADMINISTRATOR, None)


# --- the time limit -----------------------------------------------------------------------------------------------


SLOW = (
    "@echo off\r\necho one>> C:\\Windows\\T\\done.txt\r\n"
    "ping -n 3 127.0.0.1 >nul & echo two>> C:\\Windows\\T\\done.txt\r\necho three>> C:\\Windows\\T\\done.txt\r\n"
)


def done(host: LabHost) -> list[str]:
    return (host.file(rf"{FOLDER}\done.txt") or "").split()


@pytest.mark.parametrize("how", ["limit", "end"])
def test_a_script_stops_after_the_line_in_work(fe01: LabHost, how: str) -> None:
    assert register(fe01, sddl=PRIVATE, limit="PT2M") == 0
    fe01.write_file(rf"{FOLDER}\undo.cmd", SLOW.encode())
    assert fe01.run("schtasks /run /tn T").rc == 0
    wait_until(lambda: done(fe01) == ["one"])
    if how == "limit":
        fe01.set_clock(advance=2.1)
    else:
        assert fe01.run("schtasks /end /tn T").rc == 0
    wait_until(lambda: not fe01.tasks()["tasks"][0]["running"], 1.0)
    time.sleep(2.3)  # the program in work has its own end by now
    assert done(fe01) == ["one"]
    assert fe01.tasks()["tasks"][0]["last_result"] == 0x41306
    assert fe01.run(f"if exist {FOLDER} echo there").stdout == "there\r\n"


def test_a_program_in_work_does_its_work(fe01: LabHost) -> None:
    assert register(fe01, limit="PT1M") == 0
    rule = "netsh advfirewall firewall add rule name=late{} dir=in action=allow\r\n"
    fe01.write_file(rf"{FOLDER}\undo.cmd", f"@echo off\r\n{rule.format(1)}{rule.format(2)}".encode())
    fe01.set_quirks(netsh_delay=0.5)
    assert fe01.run("schtasks /run /tn T").rc == 0
    wait_until(lambda: fe01.tasks()["tasks"][0]["running"])
    fe01.set_clock(advance=1.5)
    wait_until(lambda: not fe01.tasks()["tasks"][0]["running"], 0.4)
    wait_until(lambda: any("|Name=late1|" in text for text in fe01.rules().values()))
    time.sleep(0.8)
    assert not any("|Name=late2|" in text for text in fe01.rules().values())


# --- queries that fail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["denied", "busy", "unavailable"])
@pytest.mark.parametrize("language", ["en", "pt", "de", "ru"])
def test_a_query_may_fail_though_the_task_is_there(fe01: LabHost, client: Client, trouble: str, language: str) -> None:
    assert register(fe01) == 0
    fe01.set_quirks(language=language, schtasks_query_fails=trouble, schtasks_query_failures=2)
    gone = client.run("schtasks /query /tn T")
    assert (gone.rc, gone.stdout, bool(gone.stderr)) == (1, "", True)
    assert client.run("schtasks /query").rc == 1
    assert client.run("schtasks /query /tn T").rc == 0
    missing = client.run("schtasks /query /tn nope")
    assert missing.rc == 1
    assert missing.stderr != gone.stderr
    fe01.set_quirks(schtasks_query_fails=trouble, schtasks_query_failures=None)
    assert [client.run("schtasks /query /tn T").rc for _unused in range(4)] == [1] * 4
    assert client.run("schtasks /delete /tn T /f").rc == 0  # only queries fail

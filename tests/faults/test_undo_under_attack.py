# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local user against the undo: whatever mallory does, a run at most refuses before it writes.

Nothing of mallory's ever runs as SYSTEM or as our account, and once a person has removed what the message names, the
next run works.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from faults.attacks import CANARY, PLANTED, Take, harmless, settle, tell
from faults.case import prepare
from faults.report import CONVERGED
from faults.rollbacks import FOLDER, starting
from faults.scenarios import ABSENT
from faults.stack import WRITING, Labs, attempt, lost_until_fired
from faults.state import look
from lab.lab_user import HeldObject, LabUser
from lab.testing import LabHost
from lab.windows.filesystem import FileSystemError

WINDOWS = r"C:\Windows"
_HOLDER = r"another run works on this host.*LyncOpsRollback open, and delete the folder"
_MODIFY = "(A;OICI;0x1301bf;;;BU)"


@pytest.fixture
def host(labs: Labs) -> LabHost:
    """Where something risky is about to be done."""
    return starting(labs, ABSENT)


@pytest.fixture
def mallory(host: LabHost) -> LabUser:
    return host.user()


def loose(host: LabHost) -> None:
    """Users may write into the Windows folder, as after a careless repair of permissions."""
    host.set_security(WINDOWS, host.security(WINDOWS) + _MODIFY)


def owner_file(armed: datetime) -> bytes:
    """An owner.txt as ours are."""
    text = f"controller other, run feedbeef, armed {armed:%Y-%m-%dT%H:%M:%SZ}, restores after 10 minutes, over after 99"
    return f"{text}\r\n".encode()


@pytest.mark.parametrize("entry", [False, True], ids=("inherited", "explicit"))
def test_folder_made_before(host: LabHost, mallory: LabUser, tried: Take, entry: bool) -> None:
    """An empty one is deleted and made anew: nothing is put into what somebody else owns."""
    loose(host)
    mallory.make_folder(FOLDER)
    if entry:
        mallory.set_dacl(FOLDER, f"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{mallory.sid})")
    before = look(host, ABSENT)
    owners: list[str] = []

    def hear(line: str) -> None:
        if line.startswith(WRITING):
            owners.append(host.security(FOLDER))

    made = attempt(host, ABSENT, on_line=hear)
    assert settle(host, made, before) == CONVERGED
    assert owners
    assert mallory.sid not in owners[0]
    assert "BU" not in owners[0]
    by = "with an entry of its own" if entry else "with inherited entries"
    tell(tried, f"the folder is there, empty, a user's, {by}", made, host)


def test_folder_made_before_with_a_script(host: LabHost, mallory: LabUser, tried: Take) -> None:
    loose(host)
    mallory.make_folder(FOLDER)
    mallory.write(rf"{FOLDER}\undo.cmd", PLANTED)
    before = look(host, ABSENT)
    made = attempt(host, ABSENT)
    assert settle(host, made, before, r"LyncOpsRollback.*delete it") != CONVERGED
    assert not host.run(f'rd /s /q "{FOLDER}"').rc
    tell(tried, "the folder is there with an undo.cmd of a user's", made, host)


@pytest.mark.parametrize("owned", [False, True], ids=("empty", "with-an-owner-file"))
def test_folder_made_before_that_looks_private(host: LabHost, mallory: LabUser, tried: Take, owned: bool) -> None:
    """Its list is right, but who owns a folder may change the list: it is not used either."""
    loose(host)
    mallory.make_folder(FOLDER)
    mallory.write(rf"{FOLDER}\undo.cmd", PLANTED)
    if owned:  # of a run whose rollback was over long ago
        mallory.write(rf"{FOLDER}\owner.txt", owner_file(datetime(2026, 1, 1, tzinfo=timezone.utc)))
    mallory.set_dacl(FOLDER, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
    before = look(host, ABSENT)
    owners: list[str] = []

    def hear(line: str) -> None:
        if line.startswith(WRITING):
            owners.append(host.security(FOLDER))

    made = attempt(host, ABSENT, on_line=hear)
    assert settle(host, made, before, "LyncOpsRollback") == CONVERGED
    assert owners
    assert all(mallory.sid not in owner for owner in owners)
    kind = "an owner.txt" if owned else "no owner.txt"
    tell(tried, f"the folder is there, its list like ours, a user its owner, {kind}", made, host)


@pytest.mark.parametrize("task", [False, True], ids=("without-a-task", "with-a-task"))
def test_folder_made_before_as_of_another_run(host: LabHost, mallory: LabUser, tried: Take, task: bool) -> None:
    """It says that a run works on the host now: without a task it is none; with one it is waited for, then refused."""
    loose(host)
    mallory.make_folder(FOLDER)
    mallory.write(rf"{FOLDER}\undo.cmd", PLANTED)
    mallory.write(rf"{FOLDER}\owner.txt", owner_file(datetime.now(timezone.utc)))
    mallory.set_dacl(FOLDER, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
    if task:
        mallory.squat_task("LyncOpsRollback-feedbeef", command=CANARY, sddl="D:(A;;FA;;;WD)")
    before = look(host, ABSENT)
    made = attempt(host, ABSENT)
    if task:
        assert made.error is not None
        assert re.search(f"{_HOLDER}.*and the task$", made.message), made.message
        assert "LyncOpsRollback-feedbeef" in made.message
        assert not host.run(f'schtasks /delete /tn LyncOpsRollback-feedbeef /f & rd /s /q "{FOLDER}"').rc
    assert (settle(host, made, before, _HOLDER) == CONVERGED) is not task
    with_task = ", with a task" if task else ""
    tell(tried, f"the folder is there, as if another run were at work{with_task}", made, host)


def test_file_written_as_the_folder_is_made(host: LabHost, mallory: LabUser, tried: Take) -> None:
    """Between `md` and `icacls`."""
    loose(host)
    before = look(host, ABSENT)
    host.before("icacls", lambda: mallory.write(rf"{FOLDER}\undo.cmd", PLANTED))
    made = attempt(host, ABSENT)
    assert settle(host, made, before, r"somebody put files into .*LyncOpsRollback.*delete it") != CONVERGED
    host.run(f'rd /s /q "{FOLDER}"')
    tell(tried, "a file is put into the folder as it is made", made, host)


def hold_from_the_start(host: LabHost, mallory: LabUser) -> list[HeldObject]:
    """Every user may read a new folder below the Windows folder, so one may open it before `icacls`."""
    held: list[HeldObject] = []
    host.before("icacls", lambda: held.append(mallory.hold(FOLDER)))
    return held


def test_folder_held_during_disarm(host: LabHost, mallory: LabUser, tried: Take) -> None:
    """It cannot be deleted; the task is gone, so the host does not restore itself, and the next run may refuse."""
    before = look(host, ABSENT)
    held = hold_from_the_start(host, mallory)
    made = attempt(host, ABSENT)
    assert held
    assert settle(host, made, before) == CONVERGED
    host.set_clock(advance=60)
    assert not look(host, ABSENT).ours, "the host has restored itself although all went well"
    prepare(host, ABSENT)
    again = attempt(host, ABSENT)
    assert settle(host, again, before, _HOLDER) != CONVERGED
    held[0].close()
    tell(tried, "the folder is held open from its making past disarm", made, host)


def test_folder_held_while_it_fires(host: LabHost, mallory: LabUser, tried: Take) -> None:
    """The script cannot move its folder away, and still says that it has run."""
    before = look(host, ABSENT)
    held = hold_from_the_start(host, mallory)
    made = lost_until_fired(host, ABSENT)
    assert held
    assert settle(host, made, before, "has restored itself") != CONVERGED
    assert made.known is not None
    assert made.known.rollback == "fired"
    held[0].close()
    tell(tried, "the folder is held open while the rollback fires", made, host)


@pytest.mark.parametrize("name", ["LyncOpsRollback", "LyncOpsRollback-feedbeef"])
@pytest.mark.parametrize("shut", [False, True], ids=("open", "shut"))
def test_task_name_squatted(host: LabHost, mallory: LabUser, tried: Take, name: str, shut: bool) -> None:
    """The name is random, so none can be taken; a task that looks like another run's is deleted or named."""
    sddl = f"D:P(A;;FA;;;{mallory.sid})" if shut else "D:(A;;FA;;;WD)"
    mallory.squat_task(name, command=CANARY, sddl=sddl)
    before = look(host, ABSENT)
    made = attempt(host, ABSENT)
    others = [task for task in host.tasks()["tasks"] if task["name"] != name]
    assert not others
    if made.error is not None:
        assert name in made.message
    mallory.run(f"schtasks /delete /tn {name} /f")
    host.run(f"schtasks /delete /tn {name} /f")
    settle(host, made, before, name)
    tell(tried, f"a task {name} is there, {'shut to all but a user' if shut else 'a user its owner'}", made, host)


@pytest.mark.parametrize("where", ["home", "autorun"])
def test_programs_planted_in_the_current_folder(host: LabHost, mallory: LabUser, tried: Take, where: str) -> None:
    """WinRM starts in the account's own folder, or where an AutoRun line leads."""
    shared = r"C:\ProgramData\Shared"
    mallory.make_folder(shared)
    folder = r"C:\Users\Administrator" if where == "home" else shared
    names = [f"{name}.{kind}" for name in ("netsh", "schtasks", "icacls", "reg", "sc", "findstr", "netstat", "whoami")
             for kind in ("cmd", "exe", "bat", "com")]  # fmt: skip
    for name in names:
        host.write_file(rf"{folder}\{name}", PLANTED)
    if where == "autorun":
        host.set_quirks(autorun=f"cd /d {shared}")
    before = look(host, ABSENT)
    made = attempt(host, ABSENT)
    assert settle(host, made, before) == CONVERGED
    prepare(host, ABSENT)
    lost = lost_until_fired(host, ABSENT)
    assert lost.known is not None
    assert lost.known.rollback == "fired"
    harmless(host)
    tell(tried, f"programs are planted in the current folder ({where})", made, host)


def test_what_a_user_may_see_of_it(host: LabHost, mallory: LabUser, tried: Take) -> None:
    seen: list[str] = []

    def hear(line: str) -> None:
        if not line.startswith(WRITING):
            return
        (task,) = host.tasks()["tasks"]
        for command in ("/query /xml", "/query /v /fo list", "/run", "/end", "/delete /f"):
            verb, *rest = command.split(" ", 1)
            answer = mallory.run(f"schtasks {verb} /tn {task['name']} {' '.join(rest)}")
            assert answer.rc, command
            assert "undo.cmd" not in answer.stdout
        for name in ("undo.cmd", "task.xml", "owner.txt", "before.wfw"):
            with pytest.raises(FileSystemError):
                mallory.read(rf"{FOLDER}\{name}")
            with pytest.raises(FileSystemError):
                mallory.write(rf"{FOLDER}\{name}", PLANTED)
        with pytest.raises(FileSystemError):
            mallory.hold(FOLDER)
        assert task["security"].endswith("D:P(A;;FA;;;SY)(A;;FA;;;BA)"), task["security"]
        assert re.search(r"D:P(AI)?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;BA\)$", host.security(FOLDER)), host.security(FOLDER)
        seen.append(task["name"])

    before = look(host, ABSENT)
    made = attempt(host, ABSENT, on_line=hear)
    assert seen
    assert settle(host, made, before) == CONVERGED
    tell(tried, "a user reads, runs, ends and deletes the task, and opens its files", made, host)

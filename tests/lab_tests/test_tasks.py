# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled tasks, and a rollback from end to end as a controller would arm it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from lab.testing import LabHost
from lab.windows.clock import HostClock
from lab.windows.task_xml import TaskXmlError, Trigger, decode_file, parse_duration, parse_task
from lab_tests.clients import Client

FOLDER = r"%SystemRoot%\LyncOpsRollback"
NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
WINRM_RULE = "Windows Remote Management (HTTP-In)"


def task_xml(
    triggers: str = "<RegistrationTrigger><Delay>PT6M</Delay></RegistrationTrigger><BootTrigger/>",
    command: str = rf'/c "{FOLDER}\undo.cmd"',
    word: str = "w0rd",
    settings: str = "",
    user: str = "S-1-5-18",
) -> str:
    """A task as a careful client writes it."""
    return (
        f'<?xml version="1.0"?>\r\n<Task version="1.2" xmlns="{NAMESPACE}">\r\n'
        f"<RegistrationInfo><Description>{word}</Description></RegistrationInfo>\r\n<Triggers>{triggers}</Triggers>\r\n"
        f'<Principals><Principal id="Author"><UserId>{user}</UserId><RunLevel>HighestAvailable</RunLevel></Principal>'
        "</Principals>\r\n<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
        "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable>"
        f"<Enabled>true</Enabled>{settings or '<ExecutionTimeLimit>PT10M</ExecutionTimeLimit>'}</Settings>\r\n"
        r'<Actions Context="Author"><Exec><Command>%SystemRoot%\System32\cmd.exe</Command>'
        f"<Arguments>{command}</Arguments></Exec></Actions>\r\n</Task>\r\n"
    )


UNDO = (
    "@echo off\r\n"
    f'netsh advfirewall firewall set rule name="{WINRM_RULE}" new enable=yes >nul 2>nul\r\n'
    'netsh advfirewall firewall delete rule name="LyncOps new" >nul 2>nul\r\n'
    f'echo fired> "{FOLDER}\\fired.txt"\r\n'
    f'schtasks /delete /tn LyncOpsRollback /f >nul 2>nul & rd /s /q "{FOLDER}-w0rd" 2>nul & '
    f'ren "{FOLDER}" "LyncOpsRollback-w0rd"\r\n'
)


def arm(client: Client, xml: str = "", undo: str = UNDO) -> None:
    """What the engine does before it applies anything."""
    assert client.run(f'md "{FOLDER}" && echo @w-locked || echo @w-busy').stdout == "@w-locked \r\n"
    for name, text in (("owner.txt", "controller w0rd\r\n"), ("undo.cmd", undo), ("task.xml", xml or task_xml())):
        assert client.run(f'findstr "^" > "{FOLDER}\\{name}"', text.encode()).rc == 0
        assert client.run(f'type "{FOLDER}\\{name}"').stdout == text
    assert client.run(f'schtasks /create /tn LyncOpsRollback /xml "{FOLDER}\\task.xml" /f').rc == 0
    assert "<Description>w0rd</Description>" in client.run("schtasks /query /tn LyncOpsRollback /xml").stdout


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def names(host: LabHost) -> list[str]:
    return [text.partition("|Name=")[2].partition("|")[0] for text in host.rules().values()]


# --- the rollback from end to end ---------------------------------------------------------------------------------


def test_a_plan_that_cuts_winrm_is_rolled_back_by_the_host_itself(fe01: LabHost, client: Client) -> None:
    fe01.set_clock(minute=0.3)
    before = fe01.registry_text(r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters")
    arm(client)
    assert client.run('netsh advfirewall export "%SystemRoot%\\LyncOpsRollback\\before.wfw"').rc == 0
    client.run('netsh advfirewall firewall add rule name="LyncOps new" dir=in action=allow protocol=tcp localport=5061')
    client.run(f'netsh advfirewall firewall set rule name="{WINRM_RULE}" new enable=no')
    client.close()
    assert not fe01.tcp_open(5985)
    assert fe01.tcp_open(5061)
    begun = time.monotonic()
    wait_until(lambda: fe01.tcp_open(5985))
    assert time.monotonic() - begun > 1.0
    wait_until(lambda: fe01.tasks()["tasks"] == [])
    assert fe01.tasks()["fired"] == ["LyncOpsRollback"]
    assert not fe01.tcp_open(5061)
    assert fe01.registry_text(r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters") == before
    wait_until(lambda: fe01.file(r"C:\Windows\LyncOpsRollback-w0rd\fired.txt") == "fired\r\n")
    again = Client(fe01)
    assert again.run(f'if exist "{FOLDER}" (echo @w-there) else (echo @w-gone)').stdout == "@w-gone\r\n"
    assert "before.wfw" in again.run(f'dir /b "{FOLDER}-w0rd"').stdout
    again.close()


def test_disarming_leaves_nothing(fe01: LabHost, client: Client) -> None:
    arm(client)
    client.run(f'schtasks /delete /tn LyncOpsRollback /f & rd /s /q "{FOLDER}"')
    fe01.set_clock(advance=60)
    assert client.run(f'if exist "{FOLDER}" (echo @w-there) else (echo @w-gone)').stdout == "@w-gone\r\n"
    assert client.run("schtasks /query /tn LyncOpsRollback").rc == 1
    assert fe01.tasks() == {"tasks": [], "fired": []}


def test_two_controllers_the_second_finds_the_lock_and_its_owner(
    fe01: LabHost, client: Client, connect: Callable[..., Client]
) -> None:
    arm(client)
    second = connect()
    result = second.run(f'md "{FOLDER}" && echo @x-locked || echo @x-busy')
    assert (result.stdout, "already exists" in result.stderr) == ("@x-busy\r\n", True)
    assert second.run(f'type "{FOLDER}\\owner.txt"').stdout == "controller w0rd\r\n"
    assert second.run("schtasks /query /tn LyncOpsRollback /xml").rc == 0
    second.run(f'rd /s /q "{FOLDER}"')
    assert second.run(f'md "{FOLDER}" && echo @x-locked || echo @x-busy').stdout == "@x-locked \r\n"


def test_a_reboot_between_arming_and_disarming_fires_at_once(fe01: LabHost, client: Client) -> None:
    arm(client)
    client.run(f'netsh advfirewall firewall set rule name="{WINRM_RULE}" new enable=no')
    client.close()
    assert not fe01.tcp_open(5985)
    fe01.reboot()
    wait_until(lambda: fe01.tcp_open(5985))
    assert fe01.tasks()["fired"] == ["LyncOpsRollback"]


def test_a_foreign_rule_written_while_armed_stays(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(foreign_rule_when_armed=True)
    arm(client)
    client.run('netsh advfirewall firewall add rule name="LyncOps new" dir=in action=allow protocol=tcp localport=5061')
    fe01.set_clock(advance=7)
    wait_until(lambda: fe01.tasks()["tasks"] == [])
    assert "LyncOps new" not in names(fe01)
    assert names(fe01).count("Added by a second administrator") == 1


def test_the_task_outlives_shell_and_connection(fe01: LabHost, client: Client) -> None:
    arm(client)
    client.protocol.close_shell(client.shell)
    client.close()
    fe01.set_clock(advance=7)
    wait_until(lambda: fe01.file(r"C:\Windows\LyncOpsRollback-w0rd\fired.txt") is not None)


# --- triggers, principals and settings ----------------------------------------------------------------------------


def register(host: LabHost, xml: str) -> int:
    host.run(r"md C:\T 2>nul")
    for number, line in enumerate(xml.splitlines()):
        redirect = ">>" if number else ">"
        escaped = line.replace("^", "^^").replace("<", "^<").replace(">", "^>").replace("&", "^&")
        host.run(f"echo {escaped}{redirect}C:\\T\\task.xml".replace("%SystemRoot%", r"C:\Windows"))
    return host.run(r"schtasks /create /tn T /xml C:\T\task.xml /f").rc


MARK = r"/c echo ran>>C:\T\ran.txt"


def runs(host: LabHost) -> int:
    return (host.file(r"C:\T\ran.txt") or "").count("ran")


def test_a_registration_delay_counts_in_host_minutes(fe01: LabHost) -> None:
    assert register(fe01, task_xml(command="/c echo ran^>^>C:\\T\\ran.txt".replace("^>", "&gt;"))) == 0
    fe01.set_clock(advance=5.9)
    time.sleep(0.1)
    assert runs(fe01) == 0
    fe01.set_clock(advance=0.2)
    wait_until(lambda: runs(fe01) == 1)
    fe01.set_clock(advance=600)
    time.sleep(0.1)
    assert runs(fe01) == 1


@pytest.mark.parametrize(
    ("triggers", "settings", "user", "expected"),
    [
        ("<RegistrationTrigger/>", "", "S-1-5-18", 1),
        ("<RegistrationTrigger/>", "", "NT AUTHORITY\\SYSTEM", 1),
        ("<RegistrationTrigger/>", "", "Administrator", 0),  # nobody is logged on
        ("<RegistrationTrigger><Enabled>false</Enabled></RegistrationTrigger>", "", "S-1-5-18", 0),
        ("<BootTrigger/>", "", "S-1-5-18", 0),
        ("<TimeTrigger><StartBoundary>2001-01-01T00:00:00</StartBoundary></TimeTrigger>", "", "S-1-5-18", 1),
        ("<TimeTrigger><StartBoundary>2999-01-01T00:00:00</StartBoundary></TimeTrigger>", "", "S-1-5-18", 0),
    ],
)
def test_what_starts_at_registration(fe01: LabHost, triggers: str, settings: str, user: str, expected: int) -> None:
    xml = task_xml(triggers, command=MARK.replace(">", "&gt;"), settings=settings, user=user)
    assert register(fe01, xml) == 0
    if expected:
        wait_until(lambda: runs(fe01) == expected)
    time.sleep(0.15)
    assert runs(fe01) == expected


def test_batteries(fe01: LabHost) -> None:
    fe01.set_quirks(on_batteries=True)
    good = task_xml("<RegistrationTrigger/>", command=MARK.replace(">", "&gt;"))
    assert register(fe01, good) == 0
    wait_until(lambda: runs(fe01) == 1)
    careless = good.replace("<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>", "")
    assert register(fe01, careless) == 0
    time.sleep(0.15)
    assert runs(fe01) == 1


def test_an_execution_limit_ends_a_hanging_instance(fe01: LabHost) -> None:
    slow = task_xml(
        "<RegistrationTrigger/>",
        command=MARK.replace(">", "&gt;") + " &amp; ping -n 300 127.0.0.1 &amp; echo ran&gt;&gt;C:\\T\\ran.txt",
    )
    assert register(fe01, slow) == 0
    wait_until(lambda: fe01.tasks()["tasks"][0]["running"])
    assert fe01.run("schtasks /run /tn T").rc == 0  # IgnoreNew
    assert fe01.tasks()["tasks"][0]["runs"] == 1
    fe01.set_clock(advance=11)
    wait_until(lambda: not fe01.tasks()["tasks"][0]["running"])
    assert runs(fe01) == 1


def test_run_and_end(fe01: LabHost) -> None:
    xml = task_xml("<BootTrigger/>", command=MARK.replace(">", "&gt;") + " &amp; ping -n 300 127.0.0.1")
    assert register(fe01, xml) == 0
    assert fe01.run("schtasks /end /tn T").rc == 1
    assert fe01.run("schtasks /run /tn T").rc == 0
    wait_until(lambda: runs(fe01) == 1)
    assert "Running" in fe01.run("schtasks /query /tn T").stdout
    assert fe01.run("schtasks /end /tn T").rc == 0
    wait_until(lambda: not fe01.tasks()["tasks"][0]["running"])
    assert "Ready" in fe01.run("schtasks /query /tn T").stdout


def test_a_task_that_deletes_itself_runs_to_its_end(fe01: LabHost) -> None:
    command = "/c schtasks /delete /tn T /f &amp; ping -n 1 127.0.0.1 &amp; echo ran&gt;&gt;C:\\T\\ran.txt"
    assert register(fe01, task_xml("<RegistrationTrigger/>", command=command)) == 0
    wait_until(lambda: runs(fe01) == 1)
    assert fe01.tasks()["tasks"] == []


def test_tasks_survive_a_reboot_but_what_runs_does_not(fe01: LabHost) -> None:
    xml = task_xml(
        "<RegistrationTrigger><Delay>PT6M</Delay></RegistrationTrigger><BootTrigger><Delay>PT2M</Delay></BootTrigger>",
        command=MARK.replace(">", "&gt;") + " &amp; ping -n 300 127.0.0.1",
    )
    assert register(fe01, xml) == 0
    fe01.run("schtasks /run /tn T")
    wait_until(lambda: runs(fe01) == 1)
    fe01.reboot()
    wait_until(lambda: not fe01.tasks()["tasks"][0]["running"])
    fe01.set_clock(advance=1)
    time.sleep(0.1)
    assert runs(fe01) == 1
    fe01.set_clock(advance=1.1)
    wait_until(lambda: runs(fe01) == 2)


# --- schtasks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (r"schtasks /create /tn T /sc minute /mo 6 /ru SYSTEM /tr C:\T\x.cmd /f", 0),
        (r"schtasks /create /tn T /sc onstart /ru SYSTEM /tr C:\T\x.cmd /f", 0),
        (r"schtasks /create /tn T /sc once /st 23:59 /ru SYSTEM /tr C:\T\x.cmd /f", 0),
        (r"schtasks /create /tn T /sc once /ru SYSTEM /tr C:\T\x.cmd /f", 1),
        (r"schtasks /create /tn T /sc once /st 9:5 /ru SYSTEM /tr C:\T\x.cmd /f", 1),
        (r"schtasks /create /tn T /sc once /st 23:59 /sd 01/02/2030 /ru SYSTEM /tr C:\T\x.cmd /f", 1),
        (r"schtasks /create /tn T /sc fortnightly /ru SYSTEM /tr C:\T\x.cmd /f", 1),
        (r"schtasks /create /tn T /sc minute /mo 0 /ru SYSTEM /tr C:\T\x.cmd /f", 1),
        (r"schtasks /create /tn T /sc minute /ru SYSTEM /tr " + "x" * 262 + " /f", 1),
        (r"schtasks /create /tn T /xml C:\no\such.xml /f", 1),
        (r"schtasks /create /tn T /xml C:\Windows\x.xml /sc minute /f", 1),
        ("schtasks /create /tn a?b /sc onstart /ru SYSTEM /tr x /f", 1),
        ("schtasks /create", 1),
        ("schtasks /nonsense", 1),
        ("schtasks /query /tn nothing", 1),
        ("schtasks /delete /tn nothing /f", 1),
        ("schtasks /run /tn nothing", 1),
        ("schtasks /query", 0),
        ("schtasks", 0),
    ],
)
def test_schtasks_exit_codes(fe01: LabHost, line: str, code: int) -> None:
    result = fe01.run(line)
    assert result.rc == code, result
    assert bool(result.stderr) == bool(code)
    assert bool(result.stdout) != bool(code)


def test_sc_minute_repeats(fe01: LabHost) -> None:
    fe01.run(r"md C:\T & echo echo ran^>^>C:\T\ran.txt>C:\T\x.cmd")
    assert fe01.run(r"schtasks /create /tn T /sc minute /mo 6 /ru SYSTEM /tr C:\T\x.cmd").rc == 0
    time.sleep(0.1)
    assert runs(fe01) == 0
    for number in (1, 2, 3):
        fe01.set_clock(advance=6)
        wait_until(lambda expected=number: runs(fe01) == expected)  # type: ignore[misc]


def test_an_existing_task_is_asked_about_without_f(fe01: LabHost, client: Client) -> None:
    create = r"schtasks /create /tn T /sc onstart /ru SYSTEM /tr {}"
    assert client.run(create.format("one")).rc == 0
    assert client.run(create.format("two"), b"n\r\n").rc == 1
    assert "<Command>one</Command>" in client.run("schtasks /query /tn T /xml").stdout
    assert client.run(create.format("two"), b"y\r\n").rc == 0
    assert "<Command>two</Command>" in client.run("schtasks /query /tn T /xml").stdout


@pytest.mark.parametrize(
    ("language", "created", "ready"),
    [
        ("pt", "ÊXITO: a tarefa agendada", "Pronto"),
        ("de", "ERFOLGREICH: Die geplante", "Bereit"),
        ("ru", "УСПЕХ. Запланированная", "Готово"),
    ],
)
def test_schtasks_speaks_the_hosts_language(
    fe01: LabHost, client: Client, language: str, created: str, ready: str
) -> None:
    fe01.set_quirks(language=language)
    assert created in client.run("schtasks /create /tn T /sc onstart /ru SYSTEM /tr x").stdout
    assert ready in client.run("schtasks /query /tn T").stdout
    xml = client.run("schtasks /query /tn T /xml").stdout
    assert xml.startswith('<?xml version="1.0" encoding="UTF-16"?>')
    assert "<UserId>SYSTEM</UserId>" in xml


def test_plain_users_may_not_register_nor_write_below_windows(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(token="filtered")
    assert client.run("schtasks /create /tn T /sc onstart /ru SYSTEM /tr x").rc == 1
    assert client.run(f'md "{FOLDER}"').rc == 1
    assert client.run(r"echo x>C:\Windows\x.txt").rc == 1
    # In the root of the disk users may make folders, not files.
    assert client.run(r"echo x>C:\x.txt").rc == 1
    assert client.run(r"md C:\theirs && echo x>C:\theirs\x.txt").rc == 0


def test_task_quirks(fe01: LabHost, client: Client) -> None:
    create = r"schtasks /create /tn T /sc onstart /ru SYSTEM /tr hostname"
    fe01.set_quirks(deny_schtasks=True)
    assert client.run(create).rc == 1
    fe01.set_quirks(deny_schtasks=False, tasks_lost=True)
    assert client.run(create).rc == 0
    assert client.run("schtasks /query /tn T /xml").rc == 1
    fe01.set_quirks(tasks_lost=False, tasks_never_fire=True)
    assert client.run(create).rc == 0
    assert client.run("schtasks /run /tn T").rc == 0
    assert fe01.tasks()["fired"] == []


# --- XML ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Task version", "<Task><x"),
        (NAMESPACE, "http://example/other"),
        ('version="1.2"', 'version="9.9"'),
        ("<Triggers>", "<Triggers><CalendarTrigger/>"),
        ("<Delay>PT6M</Delay>", "<Delay>6 minutes</Delay>"),
        ("<Delay>PT6M</Delay>", "<Delay>PT</Delay>"),
        ("<Delay>PT6M</Delay>", "<Delay>PT6M</Delay><Enabled>true</Enabled>"),
        ("<Delay>PT6M</Delay>", "<StartBoundary>22.11.2026 10:00</StartBoundary>"),
        ("<BootTrigger/>", "<TimeTrigger/>"),
        ("<Enabled>true</Enabled>", "<Enabled>yes</Enabled>"),
        ("<Enabled>true</Enabled>", "<Enabled>true</Enabled><Enabled>true</Enabled>"),
        ("IgnoreNew", "Whatever"),
        ("HighestAvailable", "Administrator"),
        ("<Command>", "<Program>x</Program><Command>"),
        ("<StartWhenAvailable>", "<StartWhenPossible>true</StartWhenPossible><StartWhenAvailable>"),
    ],
)
def test_malformed_tasks_are_refused(old: str, new: str) -> None:
    assert old in task_xml()
    parse_task(task_xml())
    with pytest.raises(TaskXmlError):
        parse_task(task_xml().replace(old, new, 1))


def test_actions_are_required() -> None:
    text = task_xml()
    begin, end = text.index("<Actions"), text.index("</Task>")
    with pytest.raises(TaskXmlError):
        parse_task(text[:begin] + text[end:])


def test_encodings_of_the_file() -> None:
    plain = task_xml(word="Straße")
    assert parse_task(decode_file(plain.encode())).description == "Straße"
    declared = plain.replace('version="1.0"', 'version="1.0" encoding="UTF-16"', 1)
    assert parse_task(decode_file(declared.encode("utf-16"))).description == "Straße"
    for encoding in ("UTF-16", "UTF-8"):
        with pytest.raises(TaskXmlError):
            decode_file(plain.replace('version="1.0"', f'version="1.0" encoding="{encoding}"', 1).encode())
    with pytest.raises(TaskXmlError):
        decode_file(plain.encode("latin-1"))


def test_what_is_read_from_a_definition() -> None:
    task = parse_task(task_xml())
    assert task.triggers == (Trigger("RegistrationTrigger", delay=timedelta(minutes=6)), Trigger("BootTrigger"))
    assert task.limit == timedelta(minutes=10)
    assert not task.not_on_batteries
    assert task.runs_as_system
    assert task.arguments == rf'/c "{FOLDER}\undo.cmd"'
    assert parse_task(task.xml) == task


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT6M", 360), ("P1D", 86400), ("P1DT1H1M1S", 90061), ("PT0S", 0), ("PT90S", 90)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


def test_a_clock_changes_its_pace_without_jumping() -> None:
    clock = HostClock()
    before = clock.now()
    clock.set_minute(0.1)
    assert clock.now() - before < timedelta(minutes=900)
    time.sleep(0.2)
    assert timedelta(minutes=1.9) < clock.now() - before < timedelta(minutes=900)
    clock.advance(1000)
    assert clock.now() - before > timedelta(minutes=1000)
    assert isinstance(clock.now(), datetime)

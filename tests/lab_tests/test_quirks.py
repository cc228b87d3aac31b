# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every quirk does what it says, and does nothing while it is off."""

from __future__ import annotations

import time
from dataclasses import fields

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from lab.quirks import NO_QUIRKS, QuirkError, Quirks, parse_assignment
from lab.testing import LabHost
from lab_tests.clients import Client

BATCH = (
    b"advfirewall firewall\nadd rule name=q1 dir=in action=allow\nadd rule name=bad dir=nowhere action=allow\n"
    b"add rule name=q2 dir=in action=allow\nbye\n"
)


def batch_names(host: LabHost) -> list[str]:
    return [name for name in ("q1", "q2") if any(f"|Name={name}|" in text for text in host.rules().values())]


def test_every_quirk_is_described_and_can_be_set_from_text() -> None:
    for entry in fields(Quirks):
        assert entry.name in (Quirks.__doc__ or ""), entry.name
        default = getattr(NO_QUIRKS, entry.name)
        assert NO_QUIRKS.with_changes({entry.name: str(default)}) == NO_QUIRKS


@pytest.mark.parametrize(
    "change",
    [
        {"nonsense": "1"},
        {"language": "xx"},
        {"token": "root"},
        {"receive_size": "100"},
        {"receive_size": "20000"},
        {"netsh_exit_code": "2"},
        {"netsh_delay": "-1"},
        {"netsh_delay": "soon"},
        {"deny_reg": "perhaps"},
        {"http_status": "404"},
    ],
)
def test_bad_quirks_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(QuirkError):
        NO_QUIRKS.with_changes(change)


def test_assignments() -> None:
    assert parse_assignment("fe01:language=de") == ("fe01", "language", "de")
    for text in ("fe01", "fe01:language", "language=de", ":language=de"):
        with pytest.raises(QuirkError):
            parse_assignment(text)


@pytest.mark.parametrize(
    ("language", "default", "missing", "no_match", "administrators"),
    [
        ("en", "(Default)", "ERROR", "No rules match", "BUILTIN\\Administrators"),
        ("pt", "(Padrão)", "ERRO", "Nenhuma regra", "BUILTIN\\Administradores"),
        ("de", "(Standard)", "FEHLER", "Es stimmen keine Regeln", "VORDEFINIERT\\Administratoren"),
        ("fr", "(par défaut)", "ERREUR", "Aucune règle", "BUILTIN\\Administrateurs"),
        ("ru", "(По умолчанию)", "ОШИБКА", "Ни одно правило", "BUILTIN\\Администраторы"),
    ],
)
def test_languages(
    fe01: LabHost, client: Client, language: str, default: str, missing: str, no_match: str, administrators: str
) -> None:
    fe01.set_quirks(language=language)
    fe01.run(r"reg add HKLM\SOFTWARE\T /ve /d x /f")
    assert f"    {default}    REG_SZ    x\r\n" in client.run(r"reg query HKLM\SOFTWARE\T").stdout
    assert client.run(r"reg query HKLM\SOFTWARE\Nope").stderr.startswith(missing)
    assert no_match in client.run("netsh advfirewall firewall delete rule name=nope").stdout
    groups = client.run("whoami /groups").stdout
    assert administrators in groups
    assert "S-1-5-32-544" in groups
    assert ": 4  RUNNING" in client.run("sc query MpsSvc").stdout
    # Keywords are not localised.
    assert client.run("netsh advfirewall firewall add rule name=x dir=in action=allow").rc == 0


@pytest.mark.parametrize(
    ("token", "has", "lacks", "may_write"),
    [
        ("admin", "S-1-16-12288", "S-1-16-8192", True),
        ("filtered", "S-1-16-8192", "S-1-16-12288", False),
        ("user", "S-1-16-8192", "S-1-5-32-544", False),
    ],
)
def test_tokens(fe01: LabHost, client: Client, token: str, has: str, lacks: str, may_write: bool) -> None:
    fe01.set_quirks(token=token)
    groups = client.run("whoami /groups").stdout
    assert has in groups
    assert lacks not in groups
    assert (client.run("netsh advfirewall firewall add rule name=t dir=in action=allow").rc == 0) is may_write
    assert (client.run(r"reg add HKLM\SOFTWARE\T /v a /d b /f").rc == 0) is may_write
    assert (client.run("sc config BFE start= auto").rc == 0) is may_write
    assert client.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Services\MpsSvc").rc == 0
    # The console is somebody else's.
    assert fe01.run("netsh advfirewall firewall add rule name=t dir=in action=allow").rc == 0


def test_by_default_a_batch_goes_on_after_a_bad_line(fe01: LabHost, client: Client) -> None:
    assert client.run("netsh", BATCH).rc == 0
    assert batch_names(fe01) == ["q1", "q2"]


def test_a_batch_may_stop_at_the_first_bad_line(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(netsh_stop_on_error=True)
    assert client.run("netsh", BATCH).rc == 1
    assert batch_names(fe01) == ["q1"]


@pytest.mark.parametrize(("number", "left"), [(2, ["q2"]), (4, ["q1"]), (3, ["q1", "q2"])])
def test_a_line_may_vanish(fe01: LabHost, client: Client, number: int, left: list[str]) -> None:
    fe01.set_quirks(netsh_ignore_line=number)
    assert client.run("netsh", BATCH).rc == 0
    assert batch_names(fe01) == left


def test_all_lines_may_vanish(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(netsh_ignore_stdin=True)
    result = client.run("netsh", BATCH)
    assert (result.rc, "Ok." in result.stdout, batch_names(fe01)) == (0, False, [])
    assert client.run("netsh advfirewall firewall add rule name=q1 dir=in action=allow").rc == 0


@pytest.mark.parametrize("code", [0, 1])
def test_exit_codes_may_lie(fe01: LabHost, client: Client, code: int) -> None:
    fe01.set_quirks(netsh_exit_code=code)
    assert client.run("netsh advfirewall firewall add rule name=q1 dir=in action=allow").rc == code
    assert client.run("netsh advfirewall firewall add rule name=bad").rc == code
    assert batch_names(fe01) == ["q1"]


def test_netsh_may_be_silent_or_slow(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(netsh_silent=True, netsh_delay=0.6)
    begun = time.monotonic()
    assert client.run("netsh advfirewall firewall add rule name=q1 dir=in action=allow").stdout == ""
    assert time.monotonic() - begun > 0.6
    assert batch_names(fe01) == ["q1"]


def test_netsh_may_fold_names_as_unicode_does(fe01: LabHost, client: Client) -> None:
    add = "netsh advfirewall firewall add rule dir=in action=allow name="
    assert client.run(f"{add}batch-\N{LATIN SMALL LETTER LONG S}").rc == 0
    delete = "netsh advfirewall firewall delete rule name=BATCH-S"
    assert client.run(delete).rc == 1
    fe01.set_quirks(netsh_folds_unicode=True)
    assert client.run(delete).rc == 0


def test_access_denied(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(deny_netsh=True, deny_sc=True, deny_reg=True)
    assert client.run("netsh advfirewall show allprofiles").rc == 1
    assert client.run("sc query MpsSvc").rc == 5
    result = client.run(r"reg query HKLM\SYSTEM")
    assert (result.rc, result.stdout, result.stderr) == (1, "", "ERROR: Access is denied.\r\n")


def test_mpssvc_states(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(mpssvc="disabled")
    assert ": 1  STOPPED" in client.run("sc query MpsSvc").stdout
    assert client.run("sc start MpsSvc").rc == 1058
    assert client.run("sc config MpsSvc start= auto").rc == 0
    fe01.set_quirks(mpssvc_start_refused=True)
    assert client.run("sc start MpsSvc").rc == 5
    fe01.set_quirks(mpssvc_start_refused=False)
    assert client.run("sc start MpsSvc").rc == 0
    fe01.set_quirks(mpssvc="stopped")
    assert ": 1  STOPPED" in client.run("sc query MpsSvc").stdout
    fe01.set_quirks(mpssvc="running")
    assert ": 4  RUNNING" in client.run("sc query MpsSvc").stdout


def test_reg_output_may_be_cut(fe01: LabHost, client: Client) -> None:
    query = r"reg query HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy /s"
    whole = client.run(query)
    fe01.set_quirks(reg_cut_after=2000)
    cut = client.run(query)
    assert (cut.stdout, cut.rc) == (whole.stdout[:2000], 0)
    fe01.set_quirks(reg_cut_keeps_end=True)
    assert client.run(query).stdout == whole.stdout[:2000] + whole.stdout[-1024:]
    assert client.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Services\BFE").stdout.endswith("\r\n\r\n")


def test_drop_before_does_nothing_and_drop_after_does_it(fe01: LabHost, client: Client) -> None:
    add = "netsh advfirewall firewall add rule name={} dir=in action=allow"
    fe01.set_quirks(drop_before=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.run(add.format("q1"))
    fe01.set_quirks(drop_before=None, drop_after=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.run(add.format("q2"))
    assert batch_names(fe01) == ["q2"]


def test_drop_after_send_has_applied_the_batch(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(drop_after=2)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.run("netsh", BATCH)
    assert batch_names(fe01) == ["q1", "q2"]


@pytest.mark.parametrize("status", [500, 503])
def test_http_errors(fe01: LabHost, client: Client, status: int) -> None:
    fe01.set_quirks(http_status_at=1, http_status=status)
    with pytest.raises(WinRMTransportError) as caught:
        client.run("hostname")
    assert caught.value.code == status
    assert client.run("hostname").rc == 0


def test_a_sudden_401(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(unauthorized_at=1)
    with pytest.raises(InvalidCredentialsError):
        client.run("hostname")
    assert client.run("hostname").rc == 0


def test_basic_without_encryption_may_be_refused(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(refuse_unencrypted=True)
    with pytest.raises(InvalidCredentialsError):
        client.run("hostname")


def test_creating_a_shell_may_be_denied(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(deny_create=True)
    assert client.run("hostname").rc == 0
    with pytest.raises(WSManFaultError) as caught:
        Client(fe01)
    assert caught.value.wsman_fault_code == 5


def test_receive_timeouts_are_repeated_by_the_client(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(receive_timeouts=3)
    fe01.reset_stats()
    assert client.run("hostname").stdout == "FE01\r\n"
    assert fe01.stats()["requests"]["Receive"] == 4


def test_the_shell_may_vanish(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(shell_gone_at=2)
    with pytest.raises(WSManFaultError) as caught:
        client.run("hostname")
    assert caught.value.wsman_fault_code == 2150858843


def test_send_may_be_lost(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(send_lost=True)
    result = client.run("netsh", BATCH)
    assert (result.rc, result.stdout, batch_names(fe01)) == (0, "netsh>", [])


def test_answers_may_be_slow(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(response_delay=0.2)
    begun = time.monotonic()
    client.run("hostname")
    assert time.monotonic() - begun > 0.6


def test_reset_turns_everything_off(fe01: LabHost) -> None:
    fe01.set_quirks(language="ru", mpssvc="stopped", deny_reg=True)
    fe01.run("netsh advfirewall set allprofiles state off")
    fe01.reset()
    assert fe01.quirks() == {entry.name: getattr(NO_QUIRKS, entry.name) for entry in fields(Quirks)}
    assert ": 4  RUNNING" in fe01.run("sc query MpsSvc").stdout

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host answers to questions that no document settles: the lab's own answer, and by a quirk the other one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.quirks import NO_QUIRKS, QuirkError
from lab.testing import Lab, LabHost
from lab_tests.clients import Client

FIREWALL = "netsh advfirewall firewall"
GOOD, BAD = "add rule name=k{} dir=in action=allow", "add rule name=bad dir=nowhere action=allow"


def batch(*lines: str) -> bytes:
    return ("\r\n".join(("advfirewall firewall", *lines, "bye")) + "\r\n").encode()


def names(host: LabHost) -> list[str]:
    return sorted(text.partition("|Name=")[2].split("|")[0] for text in host.rules().values() if "|Name=k" in text)


# --- netsh: sessions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ((GOOD.format(1),), {"zero": 0, "last": 0, "any": 0}),
        ((BAD, GOOD.format(1)), {"zero": 0, "last": 0, "any": 1}),
        ((GOOD.format(1), BAD), {"zero": 0, "last": 1, "any": 1}),
    ],
)
def test_the_exit_code_of_a_session_and_of_a_script(
    fe01: LabHost, client: Client, lines: tuple[str, ...], codes: dict[str, int]
) -> None:
    fe01.write_file(r"C:\lines.txt", batch(*lines))
    assert client.run("netsh", batch(*lines)).rc == 0
    for name, code in codes.items():
        fe01.set_quirks(netsh_session_code=name)
        assert client.run("netsh", batch(*lines)).rc == code
        assert client.run(r"netsh -f C:\lines.txt").rc == code
        assert client.run("netsh", batch(*lines).removesuffix(b"bye\r\n")).rc == code


def test_prompts_and_echo(fe01: LabHost, client: Client) -> None:
    lines = batch("delete rule name=nope")
    prompt = "netsh advfirewall firewall>"
    answer = "\r\nNo rules match the specified criteria.\r\n\r\n"
    assert client.run("netsh", lines).stdout == f"netsh>{prompt}{answer}{prompt}"
    fe01.set_quirks(netsh_prompts=False)
    assert client.run("netsh", lines).stdout == answer
    fe01.set_quirks(netsh_prompts=False, netsh_echo=True)
    assert client.run("netsh", lines).stdout == f"advfirewall firewall\r\ndelete rule name=nope\r\n{answer}bye\r\n"


def test_a_line_may_be_long(fe01: LabHost, client: Client) -> None:
    ports = ",".join(str(port) for port in range(10_000, 15_000))
    assert client.run("netsh", batch(f"{GOOD.format(1)} protocol=tcp localport={ports}")).rc == 0
    assert next(text for text in fe01.rules().values() if "|Name=k1|" in text).count("LPort=") == 5000


@pytest.mark.parametrize(
    ("manner", "kept", "errors"), [("split", ["k1", "k2", "k3"], 0), ("cut", ["k1", "k3"], 0), ("refused", ["k3"], 1)]
)
def test_a_line_over_the_limit(fe01: LabHost, client: Client, manner: str, kept: list[str], errors: int) -> None:
    first, second = GOOD.format(1), GOOD.format(2)
    fe01.set_quirks(netsh_line_limit=len(first), netsh_long_line=manner)
    output = client.run("netsh", batch(first + second, GOOD.format(3))).stdout
    assert names(fe01) == kept
    assert output.count("The syntax") == errors


def test_a_limit_also_counts_in_scripts(fe01: LabHost) -> None:
    fe01.write_file(r"C:\lines.txt", batch(GOOD.format(1) + " enable=no"))
    fe01.set_quirks(netsh_line_limit=len(GOOD.format(1)), netsh_long_line="cut")
    assert fe01.run(r"netsh -f C:\lines.txt").rc == 0
    assert next(text for text in fe01.rules().values() if "|Name=k1|" in text).count("Active=TRUE") == 1


def test_no_line_is_shorter_than_a_character() -> None:
    with pytest.raises(QuirkError):
        NO_QUIRKS.with_changes({"netsh_line_limit": 0})


# --- netsh: profiles, export, rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "label", "on", "off"),
    [
        ("en", "Domain Profile Settings:", "State", "ON", "OFF"),
        ("de", "Domänenprofil-Einstellungen:", "Status", "EIN", "AUS"),
        ("fr", "Paramètres Profil de domaine :", "État", "Actif", "Inactif"),
        ("pt", "Configurações de Perfil de domínio:", "Estado", "ATIVADO", "DESATIVADO"),
        ("ru", "Параметры Профиль домена:", "Состояние", "ВКЛЮЧИТЬ", "ВЫКЛЮЧИТЬ"),
    ],
)
def test_the_state_of_a_profile_by_language(
    fe01: LabHost, language: str, title: str, label: str, on: str, off: str
) -> None:
    fe01.set_quirks(language=language)
    ok = {"de": "OK.", "ru": "ОК."}.get(language, "Ok.")
    shown = f"\r\n{title} \r\n{'-' * 70}\r\n{label:<38}%s\r\n\r\n{ok}\r\n\r\n"
    assert fe01.run("netsh advfirewall show domainprofile state").stdout == shown % on
    fe01.run("netsh advfirewall set domainprofile state off")
    assert fe01.run("netsh advfirewall show domainprofile state").stdout == shown % off
    assert f"\r\n{label:<38}{on}\r\n" in fe01.run("netsh advfirewall show allprofiles").stdout
    fe01.set_quirks(netsh_english=True)
    assert f"\r\n{'State':<38}OFF\r\n" in fe01.run("netsh advfirewall show allprofiles").stdout


def test_the_whole_listing_of_a_profile(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall set publicprofile logging droppedconnections enable")
    fe01.run("netsh advfirewall set publicprofile firewallpolicy blockinboundalways,allowoutbound")
    lines = fe01.run("netsh advfirewall show publicprofile").stdout.split("\r\n")[3:-4]
    assert [(line[:38].rstrip(), line[38:]) for line in lines] == [
        ("State", "ON"),
        ("Firewall Policy", "BlockInboundAlways,AllowOutbound"),
        ("LocalFirewallRules", "N/A (GPO-store only)"),
        ("LocalConSecRules", "N/A (GPO-store only)"),
        ("InboundUserNotification", "Disable"),
        ("RemoteManagement", "Disable"),
        ("UnicastResponseToMulticast", "Enable"),
        ("", ""),
        ("Logging:", ""),
        ("LogAllowedConnections", "Disable"),
        ("LogDroppedConnections", "Enable"),
        ("FileName", r"%systemroot%\system32\LogFiles\Firewall\pfirewall.log"),
        ("MaxFileSize", "4096"),
    ]
    assert fe01.run("netsh advfirewall show publicprofile sideways").rc == 1
    assert fe01.run("netsh advfirewall show publicprofile state on").rc == 1


def test_exporting_twice_to_one_file(fe01: LabHost) -> None:
    export = r"cd C:\ProgramData & netsh advfirewall export p.wfw"
    assert fe01.run(export).rc == 0
    before = fe01.file(r"C:\ProgramData\p.wfw")
    fe01.run(f"{FIREWALL} {GOOD.format(1)}")
    assert fe01.run(export).rc == 0
    after = fe01.file(r"C:\ProgramData\p.wfw")
    assert after != before
    fe01.set_quirks(netsh_export_keeps=True)
    fe01.run(f"{FIREWALL} {GOOD.format(2)}")
    result = fe01.run(export)
    assert (result.rc, "already exists" in result.stdout) == (1, True)
    assert fe01.file(r"C:\ProgramData\p.wfw") == after
    assert fe01.run(r"netsh advfirewall export C:\ProgramData\other.wfw").rc == 0
    assert fe01.run(r"netsh advfirewall export C:\nowhere\p.wfw").rc == 1


def test_a_new_direction(fe01: LabHost) -> None:
    fe01.run(f"{FIREWALL} {GOOD.format(1)}")
    assert fe01.run(f"{FIREWALL} set rule name=k1 new dir=out").rc == 0
    assert next(text for text in fe01.rules().values() if "|Name=k1|" in text).count("Dir=Out") == 1
    fe01.set_quirks(netsh_set_dir_refused=True)
    before = fe01.rules()
    assert fe01.run(f"{FIREWALL} set rule name=k1 new dir=in").rc == 1
    assert fe01.rules() == before
    assert fe01.run(f"{FIREWALL} set rule name=k1 new enable=no").rc == 0


def test_any_written_out(fe01: LabHost) -> None:
    every = "localip=any remoteip=any localport=any remoteport=any interfacetype=any program=any profile=any"
    for number, protocol in ((1, "tcp"), (2, "any")):
        fe01.run(f"{FIREWALL} {GOOD.format(number)} protocol={protocol} {every}")
    fe01.set_quirks(netsh_any_profile_spelled=True)
    fe01.run(f"{FIREWALL} {GOOD.format(3)} profile=any")
    fe01.run(f"{FIREWALL} {GOOD.format(4)}")
    stored = {text.partition("Name=")[2][:2]: text for text in fe01.rules().values() if "|Name=k" in text}
    head = "v2.22|Action=Allow|Active=TRUE|Dir=In|"
    assert stored == {
        "k1": f"{head}Protocol=6|Name=k1|",
        "k2": f"{head}Name=k2|",
        "k3": f"{head}Profile=Domain|Profile=Private|Profile=Public|Name=k3|",
        "k4": f"{head}Name=k4|",
    }


# --- code page, version, language -----------------------------------------------------------------------------------


def test_chcp_changes_what_follows(fe01: LabHost, connect: Callable[..., Client]) -> None:
    fe01.write_registry(r"HKLM\SOFTWARE\T", "имя", "REG_SZ", "x")
    client = connect(codepage=437)
    query = r"reg query HKLM\SOFTWARE\T"
    assert "???    REG_SZ" in client.run(query).stdout
    assert "имя    REG_SZ" in client.run(f"chcp 65001 >nul & {query}").stdout
    assert client.run("chcp").stdout == "Active code page: 65001\r\n"
    assert connect(codepage=437).run("chcp").stdout == "Active code page: 437\r\n", "another shell has its own console"
    fe01.set_quirks(chcp_lasts=False)
    assert client.run("chcp 850 & chcp").stdout == "Active code page: 850\r\n" * 2
    assert client.run("chcp").stdout == "Active code page: 65001\r\n"


@pytest.mark.parametrize("words", ["1", "utf-8", "437 850", "99999"])
def test_bad_code_pages(fe01: LabHost, words: str) -> None:
    result = fe01.run(f"chcp {words} & chcp")
    assert result.stderr == "Invalid code page\r\n"
    assert result.stdout == "Active code page: 65001\r\n"
    assert fe01.run(f"chcp {words}").rc == 1


@pytest.mark.parametrize(
    ("language", "lcid", "name", "oem", "version"),
    [
        ("en", "0409", "en-US", "437", "Microsoft Windows [Version 6.3.9600]"),
        ("de", "0407", "de-DE", "850", "Microsoft Windows [Version 6.3.9600]"),
        ("fr", "040c", "fr-FR", "850", "Microsoft Windows [version 6.3.9600]"),
        ("ru", "0419", "ru-RU", "866", "Microsoft Windows [Version 6.3.9600]"),
        ("pt", "0416", "pt-BR", "850", "Microsoft Windows [versão 6.3.9600]"),
    ],
)
def test_where_the_language_stands(fe01: LabHost, language: str, lcid: str, name: str, oem: str, version: str) -> None:
    fe01.set_quirks(language=language)
    control = r"HKLM\SYSTEM\CurrentControlSet\Control"
    assert f"InstallLanguage    REG_SZ    {lcid}\r\n" in fe01.run(rf"reg query {control}\Nls\Language").stdout
    assert f"OEMCP    REG_SZ    {oem}\r\n" in fe01.run(rf"reg query {control}\Nls\CodePage").stdout
    interface = fe01.run(rf"reg query {control}\MUI\UILanguages").stdout.split()
    assert [line.rpartition("\\")[2] for line in interface] == [name]
    assert f"LocaleName    REG_SZ    {name}\r\n" in fe01.run(r'reg query "HKCU\Control Panel\International"').stdout
    assert fe01.run("ver").stdout == f"\r\n{version}\r\n"


@pytest.mark.parametrize(
    ("windows", "version"), [("2008r2", "6.1.7601"), ("2016", "10.0.14393"), ("2019", "10.0.17763.3650")]
)
def test_ver_tells_the_update_of_later_releases(windows: str, version: str) -> None:
    with Lab(hosts=["fe01"], windows=windows) as lab:
        host = lab.host("fe01")
        assert host.run("ver").stdout == f"\r\nMicrosoft Windows [Version {version}]\r\n"
        assert "UBR" in host.registry_text(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion") or windows == "2008r2"

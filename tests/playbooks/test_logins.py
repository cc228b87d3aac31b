# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every connection and login that the lab has, a host each, in one estate: site, and site again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import NEWEST_ONLY

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # Connections of pywinrm and pypsrp; test_smoke has three logins on each core.

HTTP, HTTPS = 5985, 5986
PSRP_SEALED = {"ansible_connection": "psrp", "ansible_port": HTTP, "ansible_psrp_protocol": "http"}
PSRP_TLS = {"ansible_connection": "psrp", "ansible_port": HTTPS, "ansible_psrp_protocol": "https"}
WINRM_TLS = {"ansible_port": HTTPS, "ansible_winrm_scheme": "https"}
LOGINS: dict[str, dict[str, Any]] = {
    "winrm ntlm over HTTP": {"ansible_winrm_transport": "ntlm"},
    "winrm ntlm over HTTPS": {**WINRM_TLS, "ansible_winrm_transport": "ntlm"},
    "winrm basic over HTTPS": {**WINRM_TLS, "ansible_winrm_transport": "basic"},
    "winrm credssp over HTTP": {"ansible_winrm_transport": "credssp"},
    "winrm credssp over HTTPS": {**WINRM_TLS, "ansible_winrm_transport": "credssp"},
    "winrm certificate": {**WINRM_TLS, "ansible_winrm_transport": "certificate"},
    "psrp ntlm over HTTP": {**PSRP_SEALED, "ansible_psrp_auth": "ntlm"},
    "psrp negotiate over HTTP": {**PSRP_SEALED, "ansible_psrp_auth": "negotiate"},
    "psrp ntlm over HTTPS": {**PSRP_TLS, "ansible_psrp_auth": "ntlm"},
    "psrp basic over HTTPS": {**PSRP_TLS, "ansible_psrp_auth": "basic"},
    "psrp credssp over HTTP": {**PSRP_SEALED, "ansible_psrp_auth": "credssp"},
    "psrp credssp over HTTPS": {**PSRP_TLS, "ansible_psrp_auth": "credssp"},
    "psrp certificate": {**PSRP_TLS, "ansible_psrp_auth": "certificate"},
}
WRONG = "not-the-password"
WANTED = {"Create": 1, "Command": 1, "Delete": 1}
"""What a converged host is asked, whatever the way in, beside its Receives and the steps of a login."""


@pytest.fixture(scope="module")
def ways() -> Iterator[Lab]:
    """A host for each login, with what a default Windows refuses refused."""
    from lab.testing import Lab

    with Lab(count=len(LOGINS), login="ntlm", https=True, services=False, bystanders=()) as lab:
        yield lab


@pytest.fixture
def lab(ways: Lab) -> Lab:
    for host in ways.hosts:
        host.reset()
    return ways


@pytest.fixture
def runner(lab: Lab, tmp_path: Path, warm: Warm) -> Runner:
    """The inventory has another login for each host."""
    from playbooks.runs import Runner

    found = Runner(lab, tmp_path, warm)
    assert lab.authority is not None
    authority, pair = str(lab.authority.certificate), lab.user_certificate

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for name, login in zip((host.name for host in lab.hosts), LOGINS.values(), strict=True):
            kind = "psrp" if "ansible_connection" in login else "winrm"
            hosts[name].update(login)
            hosts[name][f"ansible_{kind}_{'ca_cert' if kind == 'psrp' else 'ca_trust_path'}"] = authority
            if "certificate" in login.values():
                key, prefix = str(pair.key), "certificate_" if kind == "psrp" else "cert_"
                hosts[name][f"ansible_{kind}_{prefix}pem"] = str(pair.certificate)
                hosts[name][f"ansible_{kind}_{prefix}key_pem"] = key

    found.change_inventory(change)
    return found


def test_every_login_does_the_same_and_no_powershell_is_asked_for(runner: Runner, lab: Lab) -> None:
    first = runner.play("site")
    assert (first.code, len(first.changed)) == (0, len(LOGINS)), first.output
    for host in lab.hosts:
        host.reset_stats()
    second = runner.play("site")
    assert (second.code, second.changed) == (0, set()), second.output
    print(f"\n{'login':26}{'WS-Man':>8}{'login steps':>13}{'refused':>9}{'PowerShell':>12}")
    for login, host in zip(LOGINS, lab.hosts, strict=True):
        stats = host.stats()
        counted, powershell = stats["requests"], stats["powershell"]
        steps, refused = stats["login_steps"], stats["unauthorized"]
        print(f"{login:26}{stats['requests_total']:8}{steps:13}{refused:9}{powershell:12}")
        assert counted.pop("Receive") > 0
        assert (counted, powershell) == (WANTED, 0), login


def test_what_is_wrong_with_a_login_is_said_of_its_host(runner: Runner, lab: Lab) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        names = dict(zip(LOGINS, (host.name for host in lab.hosts), strict=True))
        hosts[names["psrp ntlm over HTTP"]]["ansible_password"] = WRONG
        hosts[names["psrp negotiate over HTTP"]]["ansible_psrp_read_timeout"] = 5
        hosts[names["psrp ntlm over HTTPS"]].pop("ansible_psrp_ca_cert")
        hosts[names["winrm ntlm over HTTP"]]["ansible_winrm_transport"] = "basic"
        hosts[names["winrm ntlm over HTTPS"]] = {"ansible_connection": "ssh"}
        hosts[names["winrm credssp over HTTP"]]["ansible_password"] = ""
        hosts[names["psrp basic over HTTPS"]]["ansible_password"] = "{{ lookup('ansible.builtin.env', 'LYNC_UNSET') }}"
        hosts[names["winrm credssp over HTTPS"]]["ansible_port"] = 9  # nobody listens

    runner.change_inventory(change)
    hosts = dict(zip(LOGINS, lab.hosts, strict=True))
    for host in lab.hosts:
        host.reset_stats()
    run = runner.play("audit")
    assert run.code != 0
    for login in ("winrm credssp over HTTP", "psrp basic over HTTPS"):
        assert hosts[login].stats()["connections"] == 0, login
    for told in (
        "the specified credentials were rejected by the server",
        "ansible_psrp_read_timeout (5 s) must be more than ansible_psrp_operation_timeout (20 s)",
        "certificate verify failed",
        "ansible_password is empty, and the login (credssp) needs one. Nothing was sent",
        "ansible_password is empty, and the login (basic) needs one. Nothing was sent",
        "see ansible_port (5986 where it is not set",
        "needs 'ansible_connection: winrm' (or psrp) for this host, not 'ssh'",
    ):
        assert told in " ".join(run.output.split())
    assert WRONG not in run.output

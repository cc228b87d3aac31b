# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that nobody here wrote, by each login they have: one host for all of them, one run of Ansible for all of its.

Every cell of the table is a command that ran, or the refusal that a default Windows gives: Basic over HTTP, and
PowerShell for Ansible's psrp connection, whose login must have passed by then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypsrp.exceptions import AuthenticationError
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan
from winrm import Session
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.executable).parent / "ansible"
REFUSED = "refused"


@dataclass(frozen=True)
class Login:
    """A column: how to log in."""

    name: str
    auth: str
    https: bool = False
    ipv6: bool = False

    @property
    def is_refused(self) -> bool:
        """By a host that takes nothing unencrypted."""
        return self.auth == "basic" and not self.https


LOGINS = (
    Login("basic http", "basic"),
    Login("basic https", "basic", https=True),
    Login("ntlm http", "ntlm"),
    Login("ntlm https", "ntlm", https=True),
    Login("certificate https", "certificate", https=True),
    Login("ntlm http ::1", "ntlm", ipv6=True),
    *([Login("credssp http", "credssp")] if find_spec("requests_credssp") else []),
)


@dataclass(frozen=True)
class Estate:
    """The one host, and files to reach it with."""

    host: LabHost
    ca: str
    certificate: str
    key: str
    ports: dict[bool, int]
    """Of ::1, by whether it is HTTPS."""

    def address(self, login: Login) -> tuple[str, int]:
        if login.ipv6:
            return "::1", self.ports[login.https]
        return self.host.address, 5986 if login.https else 5985

    def url(self, login: Login) -> str:
        address, port = self.address(login)
        return f"http{'s' if login.https else ''}://{f'[{address}]' if login.ipv6 else address}:{port}/wsman"

    def pywinrm(self, login: Login) -> dict[str, Any]:
        options: dict[str, Any] = {"transport": login.auth, "ca_trust_path": self.ca}
        if login.auth == "certificate":
            options |= {"cert_pem": self.certificate, "cert_key_pem": self.key}
        return options


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with Lab(hosts=["fe01"], login="ntlm", https=True, services=False) as lab:
        host, pair = lab.host("fe01"), lab.user_certificate
        assert lab.authority is not None
        port = int(host.listen_on_ipv6().rpartition(":")[2].partition("/")[0])
        yield Estate(host, str(lab.authority.certificate), str(pair.certificate), str(pair.key), {False: port})


def by_session(estate: Estate, login: Login) -> str:
    """pywinrm's Session.run_cmd."""
    session = Session(estate.url(login), (Lab.user, Lab.password), **estate.pywinrm(login))
    try:
        result = session.run_cmd("hostname")
    except InvalidCredentialsError:
        return REFUSED
    return f"{result.std_out.decode().strip()} {result.status_code}"


def by_protocol(estate: Estate, login: Login) -> str:
    """pywinrm's Protocol, with standard input."""
    protocol = Protocol(estate.url(login), username=Lab.user, password=Lab.password, **estate.pywinrm(login))
    try:
        shell = protocol.open_shell(codepage=65001)
    except InvalidCredentialsError:
        return REFUSED
    command = protocol.run_command(shell, 'hostname & findstr "^" & exit 0')
    protocol.send_command_input(shell, command, b"x" * 20_000, end=True)
    out, _unused, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    protocol.close_shell(shell)
    return f"{out.decode().replace('x' * 20_000, '').strip()} {code}"


def by_pypsrp(estate: Estate, login: Login) -> str:
    """pypsrp's WinRS shell and Process."""
    address, port = estate.address(login)
    options: dict[str, Any] = {"username": Lab.user, "password": Lab.password, "auth": login.auth}
    if login.auth == "certificate":
        options = {"auth": "certificate", "certificate_pem": estate.certificate, "certificate_key_pem": estate.key}
    if login.is_refused:
        options["encryption"] = "never"
    host = f"[{address}]" if login.ipv6 else address
    with WSMan(host, port=port, ssl=login.https, cert_validation=estate.ca, **options) as wsman:
        try:
            with WinRS(wsman, codepage=65001) as shell:
                process = Process(shell, "hostname")
                process.invoke()
        except AuthenticationError:
            return REFUSED
    return f"{process.stdout.decode().strip()} {process.rc}"


CLIENTS: dict[str, Callable[[Estate, Login], str]] = {
    "pywinrm Session": by_session,
    "pywinrm Protocol": by_protocol,
    "pypsrp WinRS": by_pypsrp,
}
PASSED: list[tuple[str, str]] = []


@pytest.mark.parametrize(
    ("client", "login"),
    [
        pytest.param(client, login, id=f"{client}, {login.name}")
        for client in CLIENTS
        for login in LOGINS
        if not (client == "pywinrm Session" and login.ipv6)  # it takes no address in brackets
    ],
)
def test_library(estate: Estate, client: str, login: Login) -> None:
    assert CLIENTS[client](estate, login) == (REFUSED if login.is_refused else "FE01 0")
    PASSED.append((client, login.name))


def _variables(estate: Estate, plugin: str, login: Login) -> dict[str, Any]:
    """An inventory's variables for one of Ansible's connections."""
    address, port = estate.address(login)
    found: dict[str, Any] = {
        "ansible_connection": plugin,
        "ansible_host": address,
        "ansible_port": port,
        "ansible_user": Lab.user,
        "ansible_password": Lab.password,
        "ansible_shell_type": "cmd",
    }
    scheme = "https" if login.https else "http"
    if plugin == "winrm":
        found |= {"ansible_winrm_scheme": scheme, "ansible_winrm_transport": login.auth}
        found |= {"ansible_winrm_ca_trust_path": estate.ca, "ansible_winrm_cert_pem": estate.certificate}
        return found | {"ansible_winrm_cert_key_pem": estate.key}
    found |= {"ansible_psrp_protocol": scheme, "ansible_psrp_auth": login.auth, "ansible_psrp_ca_cert": estate.ca}
    if login.auth == "certificate":
        found |= {"ansible_psrp_certificate_pem": estate.certificate, "ansible_psrp_certificate_key_pem": estate.key}
    return found | ({"ansible_psrp_message_encryption": "never"} if login.is_refused else {})


def test_ansibles_own_connections(estate: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = {
        f"{plugin}-{number}": (plugin, login)
        for number, login in enumerate(LOGINS)
        for plugin in ("winrm", "psrp")
        if not (plugin == "psrp" and login.ipv6)  # it makes a URL of the bare address
    }
    hosts = {name: _variables(estate, *cell) for name, cell in cells.items()}
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    estate.host.reset_stats()
    command = [str(ANSIBLE), "all", "-i", str(inventory), "-m", "raw", "-a", "hostname"]
    command += ["--tree", str(tmp_path / "out")]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    for name, (plugin, login) in cells.items():
        result = json.loads((tmp_path / "out" / name).read_text(encoding="utf-8"))
        said = str(result.get("msg", ""))
        if login.is_refused:
            assert result["unreachable"], result
            assert "credentials were rejected" in said or "failed to authenticate" in said, said
        elif plugin == "winrm":
            assert result["rc"] == 0, result
        else:
            assert result["unreachable"], result
            assert "Access is denied" in said, said
        PASSED.append((f"Ansible {plugin}", login.name))
    stats = estate.host.stats()
    # The plugin has PowerShell run what `raw` is given, whatever the shell: the lab's stand-in, over WinRS.
    assert len(stats["commands"]) == sum(
        1 for plugin, login in cells.values() if plugin == "winrm" and not login.is_refused
    )
    asked = stats["powershell"]
    assert asked == sum(1 for plugin, login in cells.values() if plugin == "psrp" and not login.is_refused)
    with capsys.disabled():
        clients = len({client for client, _unused in PASSED})
        print(f"\nclients x logins passed: {len(PASSED)} ({clients} clients, {len(LOGINS)} logins)")

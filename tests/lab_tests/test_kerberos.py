# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos with a throw-away realm: skipped where the KDC or the clients' libraries are not installed.

Debian: krb5-kdc krb5-admin-server krb5-user (20 s), and gcc libkrb5-dev for pip's gssapi, krb5 and pykerberos, which
compile for six minutes on two cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from pypsrp.exceptions import AuthenticationError
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost
from lab_tests.realm import REALM, Realm, missing_programs, running_realm


def _require(module: str) -> None:
    if find_spec(module) is None:
        pytest.skip(f"the Python package {module} is not installed")


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A realm that knows the user of the lab and the host, wherever it is going to live."""
    if missing_programs():
        pytest.skip(
            f"no KDC: {', '.join(missing_programs())} not installed (Debian: krb5-kdc krb5-admin-server krb5-user)"
        )
    _require("gssapi")
    names = [f"127.{number}.0.11" for number in range(78, 100)]
    with running_realm(tmp_path_factory.mktemp("realm"), {Lab.user: Lab.password}, names) as made:
        before = {name: os.environ.get(name) for name in made.environment}
        os.environ.update(made.environment)
        yield made
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def kerberos_host(realm: Realm) -> Iterator[LabHost]:
    with Lab(hosts=["fe01"], login="ntlm", services=False, keytab=realm.keytab) as lab:
        yield lab.host("fe01")


@pytest.fixture(scope="module")
def plain_host() -> Iterator[LabHost]:
    with Lab(hosts=["fe01"], login="ntlm", services=False) as lab:
        yield lab.host("fe01")


def echo(protocol: Protocol, text: str) -> bytes:
    """What `echo` gives over pywinrm."""
    shell = protocol.open_shell()
    command = protocol.run_command(shell, f"echo {text}")
    out: bytes = protocol.get_command_output(shell, command)[0]
    protocol.close_shell(shell)
    return out


def test_pywinrm_by_kerberos(realm: Realm, kerberos_host: LabHost) -> None:
    _require("kerberos")
    realm.kinit(Lab.user, Lab.password)
    user = f"{Lab.user}@{REALM}"
    sealed = Protocol(kerberos_host.endpoint, transport="kerberos", username=user, password=Lab.password)
    assert echo(sealed, "sealed") == b"sealed\r\n"
    with pytest.raises(InvalidCredentialsError):
        echo(
            Protocol(
                kerberos_host.endpoint,
                transport="kerberos",
                username=user,
                password=Lab.password,
                message_encryption="never",
            ),
            "clear",
        )


@pytest.mark.parametrize("auth", ["kerberos", "negotiate"])
def test_pypsrp_by_kerberos(realm: Realm, kerberos_host: LabHost, auth: str) -> None:
    _require("krb5")
    before = kerberos_host.stats()["requests_total"]
    options = {"username": f"{Lab.user}@{REALM}", "password": Lab.password, "ssl": False, "auth": auth}
    with WSMan(kerberos_host.address, port=kerberos_host.winrm_port, **options) as wsman, WinRS(wsman) as shell:
        process = Process(shell, "hostname")
        process.invoke()
    assert (process.stdout, process.rc) == (b"FE01\r\n", 0)
    assert kerberos_host.stats()["requests_total"] > before


def test_a_host_without_a_keytab_takes_no_ticket(realm: Realm, plain_host: LabHost) -> None:
    _require("krb5")
    options = {"username": f"{Lab.user}@{REALM}", "password": Lab.password, "ssl": False, "auth": "kerberos"}
    # Its address is in the realm, so there is a ticket; but nobody gave the host the key.
    with WSMan(plain_host.address, port=plain_host.winrm_port, **options) as wsman, pytest.raises(AuthenticationError):
        WinRS(wsman).open()
    assert plain_host.stats()["requests_total"] == 0

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks by Kerberos, with a throw-away realm; a host for each connection and way to a ticket.

Skipped where the KDC or the libraries are not installed. Debian: krb5-kdc krb5-admin-server krb5-user, and gcc
libkrb5-dev for `pip install 'pywinrm[kerberos]' 'pypsrp[kerberos]'`, which compiles for minutes, into the Python that
runs Ansible. The one that runs the tests needs gssapi, with which the lab takes tickets.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.testing import Lab
    from lab_tests.realm import Realm
    from playbooks.runs import Run, Runner

HTTP, HTTPS = 5985, 5986
USER = "Administrator@LAB.TEST"
BY_KINIT = {"ansible_winrm_transport": "kerberos", "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"]}
WINRM = {**BY_KINIT, "ansible_port": HTTP, "ansible_winrm_scheme": "http"}
WINRM_TLS = {**BY_KINIT, "ansible_port": HTTPS, "ansible_winrm_scheme": "https"}
PSRP = {"ansible_connection": "psrp", "ansible_port": HTTP, "ansible_psrp_protocol": "http"}
PSRP_TLS = {"ansible_connection": "psrp", "ansible_port": HTTPS, "ansible_psrp_protocol": "https"}
TICKET = {"ansible_password": None}
WAYS: dict[str, dict[str, Any]] = {
    "winrm over HTTP, kinit by Ansible": WINRM,
    "winrm over HTTPS, kinit by Ansible": WINRM_TLS,
    "winrm over HTTP, by a ticket": {**WINRM, **TICKET, "ansible_winrm_kinit_mode": "manual"},
    "psrp over HTTP": {**PSRP, "ansible_psrp_auth": "kerberos"},
    "psrp over HTTPS": {**PSRP_TLS, "ansible_psrp_auth": "kerberos"},
    "psrp over HTTP, by a ticket": {**PSRP, **TICKET, "ansible_psrp_auth": "kerberos"},
    "psrp negotiate over HTTP": {**PSRP, "ansible_psrp_auth": "negotiate"},
}


def _missing() -> str:
    """What is not installed, as a reason to skip; empty where all is."""
    from lab_tests.realm import missing_programs
    from playbooks.runs import BIN

    if programs := missing_programs():
        return f"no KDC: {', '.join(programs)} not installed (Debian: krb5-kdc krb5-admin-server krb5-user)"
    if find_spec("gssapi") is None:
        return "the Python package gssapi is not installed, with which the lab takes tickets"
    look = "from importlib.util import find_spec as f; print(*(n for n in ('kerberos', 'krb5', 'gssapi') if not f(n)))"
    ran = subprocess.run([str(BIN / "python"), "-c", look], capture_output=True, text=True, check=True)
    if packages := ran.stdout.split():
        return (
            f"the Python that runs Ansible has no {', '.join(packages)}: pip install pywinrm[kerberos] pypsrp[kerberos]"
        )
    return ""


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A realm that knows the user of the lab and its hosts, wherever they are going to live."""
    if missing := _missing():
        pytest.skip(missing)
    from lab.testing import Lab
    from lab_tests.realm import running_realm

    names = [f"127.{network}.0.{11 + number}" for network in range(78, 100) for number in range(len(WAYS))]
    with running_realm(tmp_path_factory.mktemp("realm"), {Lab.user: Lab.password}, names) as made:
        made.kinit(Lab.user, Lab.password)
        before = {name: os.environ.get(name) for name in made.environment}
        os.environ.update(made.environment)
        yield made
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def served(realm: Realm) -> Iterator[Lab]:
    """A host for each way, of a default Windows."""
    from lab.testing import Lab

    with Lab(count=len(WAYS), login="ntlm", https=True, services=False, bystanders=(), keytab=realm.keytab) as lab:
        yield lab


def arrange(runner: Runner, lab: Lab, **more: Any) -> None:
    assert lab.authority is not None
    ca = str(lab.authority.certificate)

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for host, way in zip(lab.hosts, WAYS.values(), strict=True):
            trust = {"ansible_winrm_ca_trust_path": ca, "ansible_psrp_ca_cert": ca}
            hosts[host.name] = {"ansible_host": host.address, "ansible_user": USER, **trust, **way, **more}

    runner.change_inventory(change)


def messages(runner: Runner, lab: Lab, run: Run) -> dict[str, str]:
    """What the report says of each way; nobody was changed."""
    assert run.code, run.output
    found = {host["name"]: host for host in runner.report()["hosts"]}
    assert {host["class"] for host in found.values()} == {"unreachable"}, run.output
    return {way: found[host.name]["message"] for way, host in zip(WAYS, lab.hosts, strict=True)}


def test_every_way_does_the_same_and_no_powershell_is_asked_for(runner: Runner, lab: Lab) -> None:
    arrange(runner, lab)
    first = runner.play("site")
    assert (first.code, len(first.changed)) == (0, len(WAYS)), first.output
    for host in lab.hosts:
        host.reset_stats()
    second = runner.play("site")
    assert (second.code, second.changed) == (0, set()), second.output
    print(f"\n{'by Kerberos':38}{'WS-Man':>8}{'login steps':>13}{'refused':>9}{'PowerShell':>12}")
    for way, host in zip(WAYS, lab.hosts, strict=True):
        stats = host.stats()
        print(f"{way:38}{stats['requests_total']:8}{stats['login_steps']:13}{stats['unauthorized']:9}", end="")
        print(f"{stats['powershell']:12}")
        counted = stats["requests"]
        assert counted.pop("Receive") > 0
        assert (counted, stats["powershell"]) == ({"Create": 1, "Command": 1, "Delete": 1}, 0), way


def test_a_wrong_password_and_no_ticket_are_told_of_the_host(runner: Runner, lab: Lab, tmp_path: Any) -> None:
    arrange(runner, lab, ansible_password="not-the-password")
    none = f"FILE:{tmp_path / 'no-tickets'}"
    told = messages(runner, lab, runner.play("audit", KRB5CCNAME=none))
    for (way, message), host in zip(told.items(), lab.hosts, strict=True):
        assert host.name in message
        assert "not-the-password" not in message
        assert "ansible_password" in message, message
        print(f"{way}: {message}")


def test_a_realm_without_a_kdc_is_told(runner: Runner, lab: Lab, tmp_path: Any) -> None:
    arrange(runner, lab)
    config = tmp_path / "krb5.conf"
    config.write_text(
        "[libdefaults]\ndefault_realm = LAB.TEST\ndns_lookup_kdc = false\n"
        "[realms]\nLAB.TEST = {\n kdc = 127.0.0.1:9\n}\n"
    )
    none = f"FILE:{tmp_path / 'no-tickets'}"
    told = messages(runner, lab, runner.play("audit", KRB5_CONFIG=str(config), KRB5CCNAME=none))
    for (way, message), host in zip(told.items(), lab.hosts, strict=True):
        assert host.name in message
        print(f"{way}: {message}")


def test_a_host_by_a_name_that_kerberos_does_not_know_is_told(runner: Runner, lab: Lab) -> None:
    arrange(runner, lab)
    outside = {host.name: host.map_port(HTTP, outside=("127.0.0.1", 0)) for host in lab.hosts}
    plain = [
        host.name for host, way in zip(lab.hosts, WAYS, strict=True) if "HTTPS" not in way and "negotiate" not in way
    ]

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for name in plain:
            hosts[name]["ansible_host"], hosts[name]["ansible_port"] = outside[name]

    runner.change_inventory(change)
    run = runner.play("audit", "--limit", ",".join(["localhost", *plain]))
    found = {host["name"]: host["message"] for host in runner.report()["hosts"] if host["name"] in plain}
    assert run.code
    for name, message in found.items():
        assert name in message
        assert "set ansible_host to that name" in message, message
        print(message)

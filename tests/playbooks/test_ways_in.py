# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between the controller and a host: a private CA, a proxy, IPv6. Each case is a host of one estate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.runs import LONG

if TYPE_CHECKING:
    from pathlib import Path

    from lab.testing import Lab
    from playbooks.forward_proxy import ForwardProxy
    from playbooks.runs import LONG, Runner

pytestmark = pytest.mark.newest_core  # it rests on pywinrm and pypsrp, not on ansible-core
HTTP, HTTPS = 5985, 5986
WINRM = {"ansible_port": HTTP, "ansible_winrm_scheme": "http", "ansible_winrm_transport": "ntlm"}
WINRM_TLS = {"ansible_port": HTTPS, "ansible_winrm_scheme": "https", "ansible_winrm_transport": "ntlm"}
PSRP = {"ansible_connection": "psrp", "ansible_port": HTTP, "ansible_psrp_protocol": "http"}
PSRP_TLS = {"ansible_connection": "psrp", "ansible_port": HTTPS, "ansible_psrp_protocol": "https"}
PLAIN, TLS = {"winrm": WINRM, "psrp": PSRP}, {"winrm": WINRM_TLS, "psrp": PSRP_TLS}
CA = {"winrm": "ansible_winrm_ca_trust_path", "psrp": "ansible_psrp_ca_cert"}
# An empty one in small letters hides the one in capitals, but for NO_PROXY.
NO_PROXY_OF_THE_MACHINE = dict.fromkeys(("http_proxy", "https_proxy", "no_proxy", "NO_PROXY"), "")
NOT_CHECKED = {
    "winrm": {"ansible_winrm_server_cert_validation": "ignore"},
    "psrp": {"ansible_psrp_cert_validation": "ignore"},
}


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    from lab.testing import Lab

    with Lab(count=10, login="ntlm", https=True, services=False, bystanders=()) as lab:
        yield lab


@pytest.fixture
def proxy() -> Iterator[ForwardProxy]:
    from playbooks.forward_proxy import ForwardProxy

    with ForwardProxy() as running:
        yield running


@pytest.fixture
def ca(lab: Lab) -> str:
    """The file with the certificate of the lab's CA."""
    assert lab.authority is not None
    return str(lab.authority.certificate)


class Ways:
    """Plays on as many hosts of the lab as there are cases, each host with the variables of one."""

    def __init__(self, lab: Lab, runner: Runner) -> None:
        self._lab = lab
        self._runner = runner

    def arrange(self, cases: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Write the inventory; the host of each case."""
        names = [host.name for host in self._lab.hosts]
        of = dict(zip(cases, names, strict=False))
        assert len(of) == len(cases)

        def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
            everything["children"]["windows"]["vars"] = {
                "ansible_connection": "winrm",
                "ansible_user": self._lab.user,
                "ansible_password": self._lab.password,
            }
            for host in self._lab.hosts:
                hosts[host.name] = {"ansible_host": host.address}
            for case, name in of.items():
                hosts[name].update(cases[case])

        self._runner.change_inventory(change)
        self._limit = ",".join(["localhost", *of.values()])
        return of

    def audit(self, cases: Mapping[str, Mapping[str, Any]], **environment: str) -> dict[str, tuple[str, str]]:
        """Class and message that the report has of each case."""
        of = self.arrange(cases)
        self._runner.play("audit", "--limit", self._limit, **{**NO_PROXY_OF_THE_MACHINE, **environment})
        found = {host["name"]: (host["class"], host["message"]) for host in self._runner.report()["hosts"]}
        return {case: found[name] for case, name in of.items()}

    def site_twice(self, cases: Mapping[str, Mapping[str, Any]], **environment: str) -> None:
        """Site changes each case, and then none."""
        of = self.arrange(cases)
        for changed in (set(of.values()), set[str]()):
            run = self._runner.play("site", "--limit", self._limit, **{**NO_PROXY_OF_THE_MACHINE, **environment})
            assert (run.code, run.changed) == (0, changed), run.output


@pytest.fixture
def ways(lab: Lab, runner: Runner) -> Ways:
    return Ways(lab, runner)


@LONG
def test_the_host_of_a_private_ca_is_known_by_its_file_or_by_the_environment(ways: Ways, ca: str) -> None:
    by_file = {kind: {**TLS[kind], CA[kind]: ca} for kind in TLS}
    ways.site_twice(by_file)
    by_environment = {kind: {**TLS[kind]} for kind in TLS}
    found = ways.audit(by_environment, REQUESTS_CA_BUNDLE=ca)
    assert {kind: one for kind, (one, _message) in found.items()} == dict.fromkeys(TLS, "compliant")


def test_a_certificate_that_is_not_to_be_trusted_is_told_with_the_host_and_the_variable(
    ways: Ways, ca: str, lab: Lab, tmp_path: Path
) -> None:
    from lab.winrm.certificates import Authority

    another = Authority("Another CA")  # its file goes with it
    cases: dict[str, dict[str, Any]] = {}
    for kind, login in TLS.items():
        cases[f"{kind} another"] = {**login, CA[kind]: str(another.certificate)}
        cases[f"{kind} none"] = {**login}
        cases[f"{kind} no file"] = {**login, CA[kind]: str(tmp_path / "none.pem")}
        cases[f"{kind} not checked"] = {**login, **NOT_CHECKED[kind]}
    # An HTTP listener's port; and the host by an address that its certificate does not have.
    cases["winrm no TLS"] = {**WINRM_TLS, "ansible_port": HTTP, CA["winrm"]: ca}
    cases["winrm name"] = {**WINRM_TLS, CA["winrm"]: ca}
    names = ways.arrange(cases)
    address, port = lab.host(names["winrm name"]).map_port(HTTPS, outside=("127.0.0.1", 0))
    cases["winrm name"] |= {"ansible_host": address, "ansible_port": port}
    found = ways.audit(cases)
    for case, (became, message) in found.items():
        kind, _blank, what = case.partition(" ")
        if what == "not checked":
            assert (became, message) == ("drifted", "")
            continue
        assert became == "unreachable"
        assert names[case] in message
        told = {"name": "set ansible_host to one that it has", "no TLS": "ansible_winrm_scheme to http"}
        assert told.get(what, CA[kind]) in message, message
        assert message.count(" set ") == 1 or what == "no file", f"it is said once: {message}"
        print(f"{case}: {message}")


@pytest.mark.long
def test_the_way_through_a_proxy(ways: Ways, lab: Lab, ca: str, proxy: ForwardProxy) -> None:
    """By a variable of the connection, then by the environment, but for those that are to be left out."""
    variable = {"winrm": "ansible_winrm_proxy", "psrp": "ansible_psrp_proxy"}
    cases: dict[str, dict[str, Any]] = {}
    for kind, option in variable.items():
        cases[f"{kind} http"] = {**PLAIN[kind], option: proxy.url}
        cases[f"{kind} https"] = {**TLS[kind], CA[kind]: ca, option: proxy.url}
    ways.site_twice(cases)
    through = {
        (method, f"{host.address}:{port}")
        for host, (method, port) in zip(lab.hosts, [("POST", HTTP), ("CONNECT", HTTPS)] * 2, strict=False)
    }
    assert set(proxy.asked) == through
    proxy.asked.clear()
    for login, kind in zip(cases.values(), ["winrm", "winrm", "psrp", "psrp"], strict=True):
        del login[variable[kind]]
    cases["psrp ignores"] = {**PSRP, "ansible_psrp_ignore_proxy": True}
    by_environment = {"http_proxy": proxy.url, "https_proxy": proxy.url}
    found = ways.audit(cases, **by_environment)
    assert [became for became, _message in found.values()] == ["compliant"] * 4 + ["drifted"]
    assert set(proxy.asked) == through
    proxy.asked.clear()
    found = ways.audit(cases, **{**by_environment, "NO_PROXY": "127.0.0.0/8"})
    assert [became for became, _message in found.values()] == ["compliant"] * 4 + ["drifted"]
    assert proxy.asked == []


def test_a_proxy_that_lets_nobody_through_is_told_as_such(ways: Ways, ca: str) -> None:
    from playbooks.forward_proxy import ForwardProxy

    with ForwardProxy(refuses=True) as refusing:
        found = ways.audit(
            {
                "winrm http": {**WINRM, "ansible_winrm_proxy": refusing.url},
                "winrm https": {**WINRM_TLS, CA["winrm"]: ca, "ansible_winrm_proxy": refusing.url},
                "psrp http": {**PSRP, "ansible_psrp_proxy": refusing.url},
                "psrp https": {**PSRP_TLS, CA["psrp"]: ca, "ansible_psrp_proxy": refusing.url},
                "winrm gone": {**WINRM, "ansible_winrm_proxy": "http://127.0.0.1:9"},
            }
        )
    for case, (became, message) in found.items():
        assert became == "unreachable"
        assert f"ansible_{case.partition(' ')[0]}_proxy" in message, message


def test_what_a_host_answers_in_place_of_winrm_does_not_follow_our_own_sentence(ways: Ways, lab: Lab) -> None:
    """The exception of pypsrp has the whole body in it, and Ansible adds the words of causes."""
    for host in lab.hosts[:2]:
        host.set_quirks(http_status_at=1, http_status=503, http_status_count=1_000_000)
    for kind, (became, message) in ways.audit(PLAIN).items():
        assert became == "unreachable"
        assert "503" in message
        assert "Content:" not in message, f"{kind}: {message}"
        assert message.count("503") == 1, f"{kind}: {message}"


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
@pytest.mark.sample("winrm")
def test_one_host_over_ipv6(ways: Ways, lab: Lab, ca: str, kind: str) -> None:
    host = lab.hosts[0]
    for login, secure in ((PLAIN[kind], False), ({**TLS[kind], CA[kind]: ca}, True)):
        host.reset()
        try:
            url = host.listen_on_ipv6(https=secure)
        except OSError as error:
            pytest.skip(f"no IPv6 on this machine: {error}")
        port = int(url.rpartition(":")[2].partition("/")[0])
        ways.site_twice({kind: {**login, "ansible_host": "::1", "ansible_port": port}})

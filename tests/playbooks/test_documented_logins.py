# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories of the guide Logins, each run as it stands there, and what is said of those that are nearly right."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lab.testing import Lab
from lab.winrm.certificates import Authority
from playbooks.documents import ROOT, blocks
from playbooks.runs import NEWEST_ONLY, Runner
from playbooks.test_kerberos import realm

if TYPE_CHECKING:
    from lab_tests.realm import Realm
    from playbooks.runs import Run
    from playbooks.warm import Warm

# Connections of pywinrm and pypsrp, which test_logins has on each core.
pytestmark = NEWEST_ONLY

__all__ = ["realm"]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "logins.rst"
INVENTORIES = blocks(GUIDE, "yaml")
BY_KERBEROS = next(text for text in INVENTORIES if "kerberos\n" in text)
HTTP, HTTPS = 5985, 5986
_EURO = "\u20acSECRET"


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    """Hosts of a default Windows, with an HTTPS listener each."""
    with Lab(count=len(NEARLY), login="ntlm", https=True, services=False, bystanders=()) as lab:
        yield lab


def use(runner: Runner, lab: Lab, text: str, **places: str) -> Run:
    """Run site with the inventory of the guide: a host of the lab stands for the Mediation Server, with its files."""
    authority, host = lab.authority, lab.hosts[0]
    assert authority is not None
    pair = lab.user_certificate
    for written, meant in {
        "/etc/ssl/lync-ca.pem": str(authority.certificate),
        "/etc/ssl/lync-user.pem": str(pair.certificate),
        "/etc/ssl/lync-user-key.pem": str(pair.key),
        "EXAMPLE\\svc-ansible": lab.user,
        **places,
    }.items():
        text = text.replace(written, meant)
    data = yaml.safe_load(text)
    data["windows"]["hosts"] = {"med01.example.com": {"ansible_host": host.address}}
    data["lync_mediation"] = {"hosts": {"med01.example.com": {}}}
    runner.inventory.write_text(yaml.safe_dump(data))
    return runner.play("site", LYNC_PASSWORD=lab.password)


@pytest.mark.parametrize(
    "text", [text for text in INVENTORIES if text != BY_KERBEROS], ids=lambda text: text.split("_connection: ")[1][:45]
)
def test_each_inventory_is_enough(runner: Runner, lab: Lab, text: str) -> None:
    run = use(runner, lab, text)
    assert (run.code, run.changed) == (0, {"med01.example.com"}), run.output


def test_kerberos(realm: Realm, tmp_path: Path, warm: Warm) -> None:
    """Skipped where there is no KDC."""
    with Lab(count=1, login="ntlm", https=True, services=False, bystanders=(), keytab=realm.keytab) as lab:
        runner = Runner(lab, tmp_path, warm)
        ours = {
            "svc-ansible@EXAMPLE.COM": f"{lab.user}@LAB.TEST",
            "transport: kerberos": "transport: kerberos\n    ansible_winrm_kinit_env_vars: [KRB5_CONFIG]",
        }
        run = use(runner, lab, BY_KERBEROS, **ours)
        assert (run.code, run.changed) == (0, {"med01.example.com"}), run.output


def test_the_guide_has_each_login() -> None:
    vars_of = [yaml.safe_load(text)["windows"]["vars"] for text in INVENTORIES]
    named = [(each["ansible_connection"], each.get("ansible_winrm_transport")) for each in vars_of]
    assert named == [
        ("winrm", "ntlm"),
        ("winrm", "ntlm"),
        ("winrm", "kerberos"),
        ("winrm", "certificate"),
        ("psrp", None),
        ("psrp", None),
    ]
    assert [each.get("ansible_psrp_auth") for each in vars_of[-2:]] == ["ntlm", "certificate"]


def test_basic_over_https_too(runner: Runner, lab: Lab) -> None:
    """The guide says `or basic` beside the second."""
    run = use(runner, lab, INVENTORIES[1].replace("transport: ntlm", "transport: basic"))
    assert run.code == 0, run.output


WINRM = {"ansible_connection": "winrm", "ansible_port": HTTP, "ansible_winrm_scheme": "http"}
WINRM_TLS = {"ansible_connection": "winrm", "ansible_port": HTTPS, "ansible_winrm_scheme": "https"}
PSRP = {"ansible_connection": "psrp", "ansible_port": HTTP, "ansible_psrp_protocol": "http"}
PSRP_TLS = {"ansible_connection": "psrp", "ansible_port": HTTPS, "ansible_psrp_protocol": "https"}
PAIR = {"ansible_winrm_cert_pem": "{cert}", "ansible_winrm_cert_key_pem": "{key}"}
PSRP_PAIR = {"ansible_psrp_certificate_pem": "{cert}", "ansible_psrp_certificate_key_pem": "{key}"}
OF_OTHERS = {name: value.replace("}", "_of_others}") for name, value in (PAIR | PSRP_PAIR).items()}
OF_BOB = {name: value.replace("}", "_of_bob}") for name, value in PAIR.items()}
CERTIFICATE = {"ansible_winrm_transport": "certificate"}
NEARLY: dict[str, tuple[dict[str, Any], str]] = {
    "in capitals": ({**WINRM, "ansible_winrm_transport": "NTLM"}, "credssp, kerberos or ntlm, in small letters"),
    "none, port 5985": (
        {"ansible_connection": "winrm", "ansible_port": HTTP},
        "set ansible_winrm_transport to ntlm or kerberos",
    ),
    "http to 5986": (
        {**WINRM, "ansible_port": HTTPS, "ansible_winrm_transport": "ntlm"},
        "set ansible_port to 5986 and ansible_winrm_scheme to https",
    ),
    "psrp, http to 5986": (
        {**PSRP, "ansible_port": HTTPS, "ansible_psrp_auth": "ntlm"},
        "set ansible_port to 5986 and ansible_psrp_protocol to https",
    ),
    "certificate over HTTP": ({**WINRM, **CERTIFICATE, **PAIR}, "A client certificate needs HTTPS"),
    "psrp certificate over HTTP": (
        {**PSRP, "ansible_psrp_auth": "certificate", **PSRP_PAIR},
        "A client certificate needs HTTPS",
    ),
    "certificate of others": (
        {**WINRM_TLS, **CERTIFICATE, **OF_OTHERS},
        "If ansible_winrm_cert_pem is set, it does not know who signed",
    ),
    "psrp certificate of others": (
        {**PSRP_TLS, "ansible_psrp_auth": "certificate", **OF_OTHERS},
        "If ansible_psrp_certificate_pem is set, it does not know who signed",
    ),
    "certificate without mapping": ({**WINRM_TLS, **CERTIFICATE, **OF_BOB}, "on the host a mapping to a user"),
    "certificate without key": (
        {**WINRM_TLS, **CERTIFICATE, "ansible_winrm_cert_pem": "{cert}"},
        "Set ansible_winrm_cert_pem and ansible_winrm_cert_key_pem",
    ),
    "psrp certificate without key": (
        {**PSRP_TLS, "ansible_psrp_auth": "certificate", "ansible_psrp_certificate_pem": "{cert}"},
        "Set ansible_psrp_certificate_pem and ansible_psrp_certificate_key_pem",
    ),
    "psrp basic over HTTP": ({**PSRP, "ansible_psrp_auth": "basic"}, "set ansible_psrp_auth to ntlm or kerberos"),
    "basic, not Latin-1": (
        {**WINRM_TLS, "ansible_winrm_transport": "basic", "ansible_password": _EURO},
        "a character cannot be sent. ansible_winrm_transport: basic",
    ),
    "psrp basic, not Latin-1": (
        {**PSRP_TLS, "ansible_psrp_auth": "basic", "ansible_password": _EURO},
        "a character cannot be sent. ansible_psrp_auth: basic",
    ),
    "proxy without host": (
        {**WINRM, "ansible_winrm_transport": "ntlm", "ansible_winrm_proxy": "http://puser:SECRET@"},
        "See ansible_winrm_proxy",
    ),
}
"""Logins that are nearly right, and what is said of them."""


@NEWEST_ONLY
def test_what_is_wrong_is_said_with_the_variable(runner: Runner, lab: Lab) -> None:
    assert lab.authority is not None
    mine, bob, others = lab.user_certificate, lab.authority.user("bob", "bob@localhost"), Authority("Others")
    foreign = others.user(lab.user, f"{lab.user}@localhost")
    files = {"cert": mine.certificate, "key": mine.key, "cert_of_bob": bob.certificate, "key_of_bob": bob.key}
    files |= {"cert_of_others": foreign.certificate, "key_of_others": foreign.key}
    trust = str(lab.authority.certificate)
    names = [host.name for host in lab.hosts]

    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        account = {"ansible_user": lab.user, "ansible_password": lab.password}
        everything["children"]["windows"]["vars"] = {
            **account, "ansible_winrm_ca_trust_path": trust, "ansible_psrp_ca_cert": trust,
        }  # fmt: skip
        for name, (variables, _told) in zip(names, NEARLY.values(), strict=True):
            for key, value in variables.items():
                hosts[name][key] = value.format(**files) if isinstance(value, str) else value

    runner.change_inventory(change)
    run = runner.play("audit")
    said = {host["name"]: host.get("message") or "" for host in runner.report()["hosts"]}
    wrong = [
        f"{login}: {said[name]}" for name, (login, (_v, told)) in zip(names, NEARLY.items(), strict=True)
        if told not in said[name]
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
    for secret in ("SECRET", "\u20ac", "u20ac"):
        assert secret not in run.output
    assert all(name in run.output for name in names), textwrap.shorten(run.output, 2000)

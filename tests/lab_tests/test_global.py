# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`netsh advfirewall show global`, and what a registered third-party firewall changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.quirks import NO_QUIRKS
from lab.testing import LabHost
from lab_tests.clients import Client

SHOW = "netsh advfirewall show global"
LABELS = ("BootTimeRuleCategory", "FirewallRuleCategory", "StealthRuleCategory", "ConSecRuleCategory")
AS_CAPTURED = f"""
Global Settings:{" "}
{"-" * 70}
IPsec:
StrongCRLCheck                        0:Disabled
SAIdleTimeMin                         5min
DefaultExemptions                     NeighborDiscovery,DHCP
IPsecThroughNAT                       Never
AuthzUserGrp                          None
AuthzComputerGrp                      None
AuthzUserGrpTransport                 None
AuthzComputerGrpTransport             None

StatefulFTP                           Disable
StatefulPPTP                          Disable

Main Mode:
KeyLifetime                           480min,0sess
SecMethods                            DHGroup2-AES128-SHA1,DHGroup2-3DES-SHA1
ForceDH                               No

Categories:
BootTimeRuleCategory                  Windows Firewall
FirewallRuleCategory                  Windows Firewall
StealthRuleCategory                   Windows Firewall
ConSecRuleCategory                    Windows Firewall

Ok.

""".replace("\n", "\r\n")


def owners(output: str) -> dict[str, str]:
    """Who owns each category, by the label at the start of a line."""
    return {
        line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1]
        for line in output.split("\r\n")
        if line.startswith(LABELS) and " " in line
    }


def test_it_looks_like_the_public_capture(client: Client) -> None:
    result = client.run(SHOW)
    assert (result.rc, result.stderr, result.stdout) == (0, "", AS_CAPTURED)


def test_a_session_knows_it_too(client: Client) -> None:
    assert "ConSecRuleCategory " in client.run("netsh", b"advfirewall\r\nshow global\r\nbye\r\n").stdout


@pytest.mark.parametrize(
    ("section", "has", "has_not"),
    [
        ("categories", "StealthRuleCategory", "ForceDH"),
        ("MainMode", "ForceDH", "StatefulFTP"),
        ("ipsec", "SAIdleTimeMin", "StatefulFTP"),
        ("statefulftp", "StatefulFTP", "StatefulPPTP"),
        ("statefulpptp", "StatefulPPTP", "StatefulFTP"),
    ],
)
def test_one_section(fe01: LabHost, section: str, has: str, has_not: str) -> None:
    result = fe01.run(f"{SHOW} {section}")
    assert result.rc == 0
    assert has in result.stdout
    assert has_not not in result.stdout


@pytest.mark.parametrize("rest", ["nonsense", "ipsec mainmode"])
def test_bad_arguments(fe01: LabHost, rest: str) -> None:
    result = fe01.run(f"{SHOW} {rest}")
    assert (result.rc, "syntax" in result.stdout, "Category" in result.stdout) == (1, True, False)


@pytest.mark.parametrize("quirk", [{"mpssvc": "stopped"}, {"deny_netsh": True}])
def test_nothing_is_shown_without_the_service_or_the_right(fe01: LabHost, quirk: dict[str, object]) -> None:
    fe01.set_quirks(**quirk)
    result = fe01.run(SHOW)
    assert (result.rc, "Category" in result.stdout) == (1, False)


@pytest.mark.parametrize(
    ("language", "title", "firewall"),
    [
        ("pt", "Categorias:", "Firewall do Windows"),
        ("de", "Kategorien:", "Windows-Firewall"),
        ("ru", "Категории:", "Брандмауэр Windows"),
    ],
)
def test_other_languages_keep_the_labels(fe01: LabHost, language: str, title: str, firewall: str) -> None:
    fe01.set_quirks(language=language)
    output = fe01.run(SHOW).stdout
    assert f"\r\n{title}\r\n" in output
    assert owners(output) == dict.fromkeys(LABELS, firewall)


def test_a_product_owns_three_categories_and_windows_filters_nothing(fe01: LabHost, client: Client) -> None:
    rule = "netsh advfirewall firewall {} rule name=block"
    fe01.run(f"{rule.format('add')} dir=in action=block protocol=tcp localport=5061")
    assert not fe01.tcp_open(5061, timeout=0.4)
    assert not fe01.udp_open(1434)
    fe01.set_quirks(firewall_product="Symantec Endpoint Protection")
    assert owners(client.run(SHOW).stdout) == {
        **dict.fromkeys(LABELS[:3], "Symantec Endpoint Protection"),
        "ConSecRuleCategory": "Windows Firewall",
    }
    assert fe01.tcp_open(5061)
    assert fe01.udp_open(1434)
    assert fe01.run(rule.format("show")).rc == 0  # the rules stand there as ever
    fe01.set_quirks(firewall_product=None)
    assert not fe01.tcp_open(5061, timeout=0.4)
    assert set(owners(client.run(SHOW).stdout).values()) == {"Windows Firewall"}


@pytest.mark.parametrize(
    "product",
    [
        "x" * 200,
        "Kaspersky Endpoint Security для Windows",
        "防火墙",
        "FirewallRuleCategory                  Windows Firewall",
        "7",
        "{} %PATH% & exit",
        "Windows Firewall\r\nFirewallRuleCategory                  Windows Firewall",
    ],
)
def test_a_product_may_have_any_name(fe01: LabHost, client: Client, product: str) -> None:
    fe01.set_quirks(firewall_product=product)
    output = client.run(f"{SHOW} categories").stdout
    for label in LABELS[:3]:
        assert f"\r\n{label:<38}{product}\r\n" in output
    assert "\r\nConSecRuleCategory                    Windows Firewall\r\n" in output


def test_a_narrow_code_page_loses_letters_of_the_name(fe01: LabHost, connect: Callable[..., Client]) -> None:
    fe01.set_quirks(firewall_product="Ж防")
    narrow = connect(codepage=437)
    command = narrow.protocol.run_command(narrow.shell, SHOW)
    assert (
        b"StealthRuleCategory                   ??\r\n" in narrow.protocol.get_command_output(narrow.shell, command)[0]
    )


@pytest.mark.parametrize("nothing", [None, "", "none"])
def test_no_product(nothing: object) -> None:
    assert NO_QUIRKS.with_changes({"firewall_product": nothing}).firewall_product is None

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe says where a port is closed for it alone, because a rule's scope does not have its address."""

from __future__ import annotations

import pytest

from lab.hints import hint, outside_scope
from lab.inventory import InventoryHost
from lab.probe import Finding, HostReport

HOST = InventoryHost("fe01", "127.77.0.1", ("lync_front_end",), 5985)
ALLOW = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|"
BLOCK = ALLOW.replace("Allow", "Block")


@pytest.mark.parametrize(
    ("rules", "is_open", "outside"),
    [
        ([f"{ALLOW}RA4=10.0.0.7|Name=x|"], False, True),
        ([f"{ALLOW}RA4=10.0.0.7|Name=x|"], True, False),
        ([f"{ALLOW}RA4=127.0.0.0-127.0.0.255|Name=x|"], False, False),
        ([f"{ALLOW}RA4=LocalSubnet|Name=x|"], False, True),
        ([f"{ALLOW}Name=x|"], False, False),
        ([f"{ALLOW}Name=x|", f"{BLOCK}RA4=11.0.0.0-223.255.255.255|Name=y|"], False, True),
        ([f"{ALLOW}Name=x|", f"{BLOCK}Name=y|"], False, False),
        ([f"{ALLOW.replace('5061', '5062')}RA4=10.0.0.7|Name=x|"], False, False),
        ([f"{ALLOW.replace('Protocol=6', 'Protocol=17')}RA4=10.0.0.7|Name=x|"], False, False),
        ([f"{ALLOW.replace('TRUE', 'FALSE')}RA4=10.0.0.7|Name=x|"], False, False),
        ([], False, False),
    ],
)
def test_a_port_that_is_closed_for_the_probe_alone(rules: list[str], is_open: bool, outside: bool) -> None:
    finding = Finding("fe01", "tcp", 5061, is_open)
    assert bool(outside_scope([finding], rules, HOST.address)) is outside
    told = hint([HostReport(HOST, True, (finding,))], lambda _name, _address: rules)
    assert ("fe01 (1). That may be meant" in told) is outside
    assert bool(told) is outside


def test_where_no_lab_answers_nothing_is_said() -> None:
    nowhere = InventoryHost("fe01", "127.1.0.1", (), 5985)
    assert hint([HostReport(nowhere, False, (Finding("fe01", "tcp", 5061, False),))]) == ""

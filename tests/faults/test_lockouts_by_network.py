# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lockouts by the network: IPsec that is required, and profiles that nobody can tell.

Each runs with a rollback and without. The numbers are those of the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.lockouts import ALL_ON, STARTED, Lockout, stock_rule, stopped
from faults.report import REFUSE, WARN, Trial
from faults.stack import Labs
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.wmi import PSTN, Interface

Take = Callable[[str, Trial], None]

BOTH = pytest.mark.parametrize("rollback", ["auto", "never"])


@pytest.mark.parametrize("action", ["Secure", "SecureServer"])
@BOTH
def test_12_ipsec_by_local_rules(labs: Labs, tried: Take, action: str, rollback: str) -> None:
    host = stopped(labs)
    rule = f"v2.20|Action={action}|Active=TRUE|Name=Server isolation|Desc=|"
    host.write_registry(LOCAL_STORE + r"\ConSecRules", "{6F1A2B30-0000-4000-8000-000000000012}", "REG_SZ", rule)
    case = Lockout(
        12,
        f"local connection security rules ({action}); MpsSvc is started",
        REFUSE,
        ("tcp 5985 ", "domain profile", "IPsec", "Server isolation", "connection security rule that exempts"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback))


@BOTH
def test_13_ipsec_by_group_policy(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    host.set_group_policy("ipsec-required")
    case = Lockout(
        13,
        "connection security rules of Group Policy; MpsSvc is started",
        REFUSE,
        ("tcp 5985 ", "domain profile", "IPsec", "Server isolation", "connection security rule that exempts"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback))


@BOTH
def test_17_stock_2008_r2_switched_on(labs: Labs, tried: Take, rollback: str) -> None:
    """It does not tell its networks, and comes with its WinRM rule disabled."""
    host = labs.host("stock-off", windows="2008r2", winrm_rule=False)
    case = Lockout(
        17,
        "stock 2008 R2, WinRM's rule disabled, networks unknown; the profiles are switched on",
        REFUSE,
        ("tcp 5985 ", "domain profile", "public profile", "WINRM-HTTP-In-TCP"),
        remedy=True,
    )
    tried("lockouts", case.run(host, ALL_ON(), rollback))


@BOTH
def test_17_stock_2008_r2_open_in_one_profile(labs: Labs, tried: Take, rollback: str) -> None:
    host = labs.host("stock-off", windows="2008r2", winrm_rule=False)
    stock_rule(host, "enable=yes profile=domain")
    decision, says = (WARN, "the host restores itself") if rollback == "auto" else (REFUSE, "public profile")
    case = Lockout(17, "the same with the rule enabled for Domain only", decision, (says,), remedy=rollback == "never")
    tried("lockouts", case.run(host, ALL_ON(), rollback))


@BOTH
def test_17_stock_2008_r2_started(labs: Labs, tried: Take, rollback: str) -> None:
    """No rollback stops MpsSvc, so where the profile may be one without a rule it is not started."""
    host = labs.host(windows="2008r2", winrm_rule=False)
    stock_rule(host, "enable=yes profile=domain")
    host.set_profile("Public")
    host.set_quirks(mpssvc="stopped")
    case = Lockout(17, "the same; MpsSvc is started", REFUSE, ("tcp 5985 ", "public profile", "Group Policy"))
    tried("lockouts", case.run(host, STARTED(), rollback))


@BOTH
def test_18_interface_without_a_network(labs: Labs, tried: Take, rollback: str) -> None:
    """Which profile counts on an interface that no network is known of is documented nowhere."""
    host = labs.host("off")
    host.set_interfaces(Interface(identified=False), PSTN)
    host.set_profile("Public")
    stock_rule(host, "enable=yes profile=domain")
    decision, says = (WARN, "is not known") if rollback == "auto" else (REFUSE, "public profile")
    case = Lockout(
        18,
        "our interface has no network profile, Public counts, WinRM has a rule in Domain; profiles are switched on",
        decision,
        ("tcp 5985 ", says),
        remedy=rollback == "never",
    )
    tried("lockouts", case.run(host, ALL_ON(), rollback))


@BOTH
def test_18_interface_without_a_network_started(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    host.set_interfaces(Interface(identified=False), PSTN)
    host.set_profile("Public")
    case = Lockout(18, "the same; MpsSvc is started", REFUSE, ("tcp 5985 ", "public profile", "Group Policy"))
    tried("lockouts", case.run(host, STARTED(), rollback))


@BOTH
def test_18_interface_without_a_network_behind_a_mapping(labs: Labs, tried: Take, rollback: str) -> None:
    """We may arrive through it: that the networks which are known are open says nothing of it."""
    host = labs.host()
    host.set_interfaces(Interface(identified=False), PSTN)
    stock_rule(host, "profile=public remoteip=any")
    host.set_quirks(mpssvc="stopped")
    case = Lockout(
        18,
        "an interface has no network profile, connected through a port mapping, rule in Public; MpsSvc is started",
        REFUSE,
        ("tcp 5985 ", "domain profile", "Group Policy"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=host.map_port(5985, outside=("127.0.0.18", 0))))

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lockouts by rules: hosts on which a run might close WinRM for good, what is decided and what comes of it.

Each runs with a rollback and without. The numbers are those of the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.lockouts import ALL_ON, MANAGED, Lockout, carried_by, stock_rule, winrm, wish
from faults.report import GO, REFUSE, WARN, Trial
from faults.stack import Labs
from lab.windows.firewall_service import LOCAL_STORE

Take = Callable[[str, Trial], None]

BOTH = pytest.mark.parametrize("rollback", ["auto", "never"])
SUBNET = winrm(remoteip=["LocalSubnet"])
_BESIDE = "Name=LyncOp\N{LATIN SMALL LETTER LONG S} x-winrm g1"


@BOTH
def test_1_interface_type_added_by_hand(labs: Labs, tried: Take, rollback: str) -> None:
    """The managed rule that carries WinRM goes, and netsh cannot say it again."""
    host = labs.host()
    carried_by(host, winrm(), conditions="IFType=Lan|")
    case = Lockout(
        1,
        "a managed rule carries WinRM, limited to an interface type by hand; dropped from the options",
        REFUSE,
        ("tcp 5985", "domain profile", MANAGED),
        remedy=True,
    )
    tried("lockouts", case.run(host, wish(), rollback))


# A keyword for one address family is nothing that netsh can say; nor is a group.
@pytest.mark.parametrize("conditions", ["RA4=LocalSubnet|", "EmbedCtxt=Ours|"])
@BOTH
def test_2_other_conditions_added_by_hand(labs: Labs, tried: Take, conditions: str, rollback: str) -> None:
    host = labs.host()
    host.set_quirks(same_subnet=True)
    carried_by(host, winrm(), conditions=conditions)
    case = Lockout(
        2,
        f"the same with {conditions[:-1]}",
        REFUSE,
        ("tcp 5985", "domain profile", MANAGED),
        remedy=True,
    )
    tried("lockouts", case.run(host, wish(), rollback))


@pytest.mark.parametrize("key", ["RUAuth", "LUOwn"])
@BOTH
def test_2_other_conditions_beside_a_stock_rule(labs: Labs, tried: Take, key: str, rollback: str) -> None:
    """Whether the rule lets us in nobody can tell, so the host must be able to put it back; without a rollback it goes.

    The stock rule lets us in through the profile that we are known to arrive by.
    """
    host = labs.host()
    value = "O:LSD:(A;;CC;;;S-1-5-21-1-2-3-1104)" if key == "RUAuth" else "S-1-5-21-1-2-3-1104"
    carried_by(host, winrm(), conditions=f"{key}={value}|", stock=True)
    decision = REFUSE if rollback == "auto" else GO
    says = (MANAGED, "could not restore itself") if rollback == "auto" else ()
    case = Lockout(2, f"the same with {key}, beside a stock rule", decision, says, remedy=rollback == "auto")
    tried("lockouts", case.run(host, wish(), rollback))


@BOTH
def test_9_the_local_subnets_rule_removed(labs: Labs, tried: Take, rollback: str) -> None:
    """Whether we are of its subnet nobody can tell, but it is what lets us in."""
    host = labs.host()
    host.set_quirks(same_subnet=True)
    carried_by(host, SUBNET)
    case = Lockout(
        9, "the rule for LocalSubnet by which we come in is removed", REFUSE, ("tcp 5985", MANAGED), remedy=True
    )
    tried("lockouts", case.run(host, wish(), rollback))


@BOTH
def test_10_the_local_subnets_rule_narrowed(labs: Labs, tried: Take, rollback: str) -> None:
    host = labs.host()
    host.set_quirks(same_subnet=True)
    carried_by(host, SUBNET)
    narrowed = winrm(remoteip=["10.9.9.0/24"])
    case = Lockout(
        10, "the rule for LocalSubnet by which we come in is narrowed", REFUSE, ("tcp 5985", MANAGED), remedy=True
    )
    tried("lockouts", case.run(host, wish(narrowed), rollback, extra_rules=(narrowed,)))


@BOTH
def test_11_another_profiles_rule_removed(labs: Labs, tried: Take, rollback: str) -> None:
    """The host tells that we arrive through Domain, where the stock rule lets us in."""
    host = labs.host()
    carried_by(host, winrm(remoteip=["LocalSubnet"], profiles=["public"]))
    stock_rule(host, "enable=yes")
    case = Lockout(11, "the same, and we are known to arrive through another profile", GO)
    tried("lockouts", case.run(host, wish(), rollback))


@BOTH
def test_14_a_look_alike_carries_winrm(labs: Labs, tried: Take, rollback: str) -> None:
    """Its name is a managed one to whoever folds letter case as Unicode does."""
    host = labs.host()
    carried_by(host, winrm())
    (rule_id,) = [rule_id for rule_id, text in host.rules().items() if f"Name={MANAGED}|" in text]
    text = host.rules()[rule_id]
    host.write_registry(
        LOCAL_STORE + r"\FirewallRules", "look-alike", "REG_SZ", text.replace(f"Name={MANAGED}", _BESIDE)
    )
    host.write_registry(LOCAL_STORE + r"\FirewallRules", rule_id, "REG_SZ", text.replace("LPort=5985", "LPort=5999"))
    host.reboot()
    case = Lockout(
        14,
        "WinRM is carried by a rule that is called as a managed one but for a long s",
        REFUSE,
        (MANAGED, "Give that rule another name"),
    )
    tried("lockouts", case.run(host, wish(), rollback))
    assert any(_BESIDE in text for text in host.rules().values())


@pytest.mark.parametrize("rollback", ["auto"])
@pytest.mark.parametrize("change", ["enable=no", "profile=public"])
def test_19_a_second_administrator_meanwhile(labs: Labs, tried: Take, change: str, rollback: str) -> None:
    """Between plan and write the rule that lets us in goes; the host restores itself, whoever was to blame."""
    host = labs.host("off")
    case = Lockout(19, f"a second administrator sets WinRM's rule to {change} between plan and write", WARN)
    tried("lockouts", case.run(host, ALL_ON(), rollback, meanwhile=lambda: stock_rule(host, change)))

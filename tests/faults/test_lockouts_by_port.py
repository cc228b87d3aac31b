# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lockouts by the way in: another port than the registry's, another network, IPsec, hosts that do not tell.

Each runs with a rollback and without. The numbers are those of the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.lockouts import ALL_ON, MANAGED, STARTED, Lockout, carried_by, stock_rule, winrm, wish
from faults.report import FAILS, GO, REFUSE, WARN, Trial
from faults.stack import Labs
from lab.testing import LabHost
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.netstat import Socket
from lab.windows.wmi import PSTN, Interface

Take = Callable[[str, Trial], None]

BOTH = pytest.mark.parametrize("rollback", ["auto", "never"])
HTTP = {"*+HTTP": 5985}
_RULES = LOCAL_STORE + r"\FirewallRules"


def stopped(labs: Labs) -> LabHost:
    """A host whose MpsSvc is stopped: what its rules say counts from its start on, and no undo stops it again."""
    host = labs.host()
    host.set_quirks(mpssvc="stopped")
    return host


@BOTH
def test_3_compatibility_listener(labs: Labs, tried: Take, rollback: str) -> None:
    """We are connected to port 80, and the registry lists 5985, which has a rule."""
    host = stopped(labs)
    host.set_winrm_listeners(HTTP, compatibility=["HTTP"])
    case = Lockout(
        3,
        "connected to the compatibility listener on 80, the registry lists 5985; MpsSvc is started",
        REFUSE,
        ("tcp 80 ", "domain profile", "WINRM-HTTP-Compat-In-TCP", "Group Policy"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=(host.address, 80)))


@BOTH
def test_3_compatibility_listener_profiles_switched_on(labs: Labs, tried: Take, rollback: str) -> None:
    """A Director has a rule for port 80 itself, and with the profiles on its rules are there before."""
    host = labs.host("off")
    host.set_winrm_listeners(HTTP, compatibility=["HTTP"])
    case = Lockout(3, "the same; the profiles are switched on, and the plan has a rule for 80", GO)
    tried("lockouts", case.run(host, ALL_ON(), rollback, dial=(host.address, 80)))


@BOTH
def test_4_port_mapping(labs: Labs, tried: Take, rollback: str) -> None:
    """Neither the port that we dial nor the registry's is the one that we arrive on."""
    host = stopped(labs)
    host.set_winrm_listeners(HTTP, unlisted=[8080])
    case = Lockout(
        4,
        "connected through a port mapping to a listener that the registry does not list; MpsSvc is started",
        REFUSE,
        ("tcp 8080 ", "domain profile", "localport: '8080'"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=host.map_port(8080)))


@BOTH
def test_4_port_mapping_to_the_right_port(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    case = Lockout(4, "connected through a port mapping to the listener of the registry; MpsSvc is started", GO)
    tried("lockouts", case.run(host, STARTED(), rollback, dial=host.map_port(5985)))


@BOTH
def test_5_two_listeners_of_one_scheme(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    host.set_winrm_listeners({**HTTP, f"IP:{host.address}+HTTP": 8888})
    case = Lockout(
        5,
        "two listeners of one scheme, connected to the one without a rule; MpsSvc is started",
        REFUSE,
        ("tcp 8888 ", "domain profile", "localport: '8888'"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=(host.address, 8888)))


@BOTH
def test_5_two_listeners_connected_to_the_open_one(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    host.set_winrm_listeners({**HTTP, f"IP:{host.address}+HTTP": 8888})
    case = Lockout(5, "the same, connected to the one with a rule", WARN)
    tried("lockouts", case.run(host, STARTED(), rollback))


@BOTH
def test_6_listener_by_policy_only(labs: Labs, tried: Take, rollback: str) -> None:
    """`state: absent` was refused for ever."""
    host = labs.host()
    carried_by(host, winrm(8443, name="Another"), stock=True)
    host.set_winrm_listeners({}, policy={"AllowAutoConfig": 1, "IPv4Filter": "*"})
    case = Lockout(6, "the listener comes from Group Policy only; state absent", GO)
    tried("lockouts", case.run(host, wish(absent=True), rollback))
    assert not [text for text in host.rules().values() if "Name=LyncOps" in text]


@BOTH
def test_7_compatibility_listener_by_policy(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    host.set_winrm_listeners(HTTP, policy={"HttpCompatibilityListener": 1})
    case = Lockout(
        7,
        "connected to 80 by HttpCompatibilityListener of Group Policy; MpsSvc is started",
        REFUSE,
        ("tcp 80 ", "domain profile", "WINRM-HTTP-Compat-In-TCP", "Group Policy"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=(host.address, 80)))


@BOTH
def test_7_compatibility_listener_by_policy_and_absent(labs: Labs, tried: Take, rollback: str) -> None:
    host = labs.host()
    carried_by(host, winrm(80), stock=True)
    host.set_winrm_listeners({}, policy={"HttpCompatibilityListener": 1})
    case = Lockout(7, "the same, by a managed rule for 80; state absent", REFUSE, ("tcp 80 ", MANAGED), remedy=True)
    tried("lockouts", case.run(host, wish(absent=True), rollback, dial=(host.address, 80)))


@BOTH
def test_8_no_listener_known(labs: Labs, tried: Take, rollback: str) -> None:
    """The connection proves its port, and an objection has a way out."""
    host = labs.host("off")
    host.set_winrm_listeners({}, unlisted=[8080])
    case = Lockout(
        8,
        "no listener is known at all, connected to 8080; the profiles are switched on",
        REFUSE,
        ("tcp 8080 ", "domain profile"),
        remedy=True,
    )
    tried("lockouts", case.run(host, ALL_ON(), rollback, dial=(host.address, 8080)))


@BOTH
def test_8_no_listener_known_and_absent(labs: Labs, tried: Take, rollback: str) -> None:
    host = labs.host()
    carried_by(host, winrm(8443, name="Another"), stock=True)
    host.set_winrm_listeners({}, unlisted=[5985])
    case = Lockout(8, "no listener is known at all, connected to 5985; state absent", GO)
    tried("lockouts", case.run(host, wish(absent=True), rollback))


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
def test_15_file_sharing_from_our_address(labs: Labs, tried: Take, rollback: str) -> None:
    """The mapping hides our source port, so every socket of the kernel's from our address could be ours."""
    host = stopped(labs)
    host.set_winrm_listeners(HTTP, unlisted=[8080])
    dial = host.map_port(8080, source="127.0.0.9")
    host.write_registry(
        _RULES, "smb", "REG_SZ", "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=445|App=System|Name=SMB|"
    )
    host.show_sockets(Socket(445, ("127.0.0.9", 50001)), Socket(139, ("127.0.0.9", 50002)))
    case = Lockout(
        15,
        "SMB sessions from our address on open ports, WinRM on a closed one; MpsSvc is started",
        REFUSE,
        ("tcp 8080 ", "domain profile"),
    )
    tried("lockouts", case.run(host, STARTED(), rollback, dial=dial))


@BOTH
def test_15_file_sharing_is_no_candidate(labs: Labs, tried: Take, rollback: str) -> None:
    host = stopped(labs)
    dial = host.map_port(5985, source="127.0.0.9")
    host.show_sockets(Socket(445, ("127.0.0.9", 50001)), Socket(139, ("127.0.0.9", 50002)))
    case = Lockout(15, "SMB sessions from our address on closed ports, WinRM on an open one", WARN)
    tried("lockouts", case.run(host, STARTED(), rollback, dial=dial))


@BOTH
def test_16_netstat_denied(labs: Labs, tried: Take, rollback: str) -> None:
    """Which of two listeners is ours is not told, so both must get in."""
    host = labs.host()
    carried_by(host, winrm(8888), stock=True)
    host.set_winrm_listeners({**HTTP, f"IP:{host.address}+HTTP": 8888})
    host.set_quirks(deny_netstat=True)
    case = Lockout(
        16, "netstat is denied, two listeners; the rule of one is removed", REFUSE, ("tcp 8888 ",), remedy=True
    )
    tried("lockouts", case.run(host, wish(), rollback))


@pytest.mark.parametrize("language", ["en", "de", "ru"])
@BOTH
def test_16_netstat_padded(labs: Labs, tried: Take, language: str, rollback: str) -> None:
    """The socket is found between the padding, whatever its state is called."""
    host = labs.host()
    carried_by(host, winrm(8888), stock=True)
    host.set_winrm_listeners({**HTTP, f"IP:{host.address}+HTTP": 8888})
    host.set_quirks(netstat_pads="newlines", language=language)
    case = Lockout(16, "netstat pads with newlines, two listeners; the rule of ours is removed", REFUSE, ("tcp 8888 ",))
    tried("lockouts", case.run(host, wish(), rollback, dial=(host.address, 8888)))
    elsewhere = Lockout(16, "the same; the rule of the other one is removed", GO)
    tried("lockouts", elsewhere.run(host, wish(), rollback))


@pytest.mark.parametrize("shape", ["blanks", "one-line"])
@BOTH
def test_16_netstat_padded_past_its_end(labs: Labs, tried: Take, shape: str, rollback: str) -> None:
    """An answer whose end cannot be seen is none."""
    host = labs.host()
    carried_by(host, winrm(8888), stock=True)
    host.set_winrm_listeners({**HTTP, f"IP:{host.address}+HTTP": 8888})
    host.set_quirks(netstat_pads=shape)
    case = Lockout(16, f"netstat pads its last line ({shape})", FAILS, ("netstat -ano", "half an answer"))
    tried("lockouts", case.run(host, wish(), rollback, dial=(host.address, 8888)))


@BOTH
def test_16_netstat_denied_and_started(labs: Labs, tried: Take, rollback: str) -> None:
    """What would be cut is not known either, which is asked where a profile begins to filter."""
    host = stopped(labs)
    host.set_quirks(mpssvc="stopped", deny_netstat=True)
    case = Lockout(16, "netstat is denied; MpsSvc is started", FAILS, ("netstat -ano",))
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

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An attempt to lose WinRM: what was decided, and whether a new connection gets in after it.

The remedy that a refusal names is pasted and tried as well: an objection without a way out is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import yaml
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Refused
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

from faults.case import check_untouched
from faults.report import FAILS, GO, REFUSE, WARN, Trial
from faults.rollbacks import until
from faults.scenarios import NOTHING, Scenario
from faults.stack import WRITING, Attempt, Labs, attempt, connect
from faults.state import look
from lab.testing import LabHost
from lab.windows.firewall_service import LOCAL_STORE

STOCK_RULE = "Windows Remote Management (HTTP-In)"
MANAGED = "LyncOps x-winrm g1"
"""The managed rule that `winrm` makes on a host without one."""

_EXTRA_RULES = re.compile(r"extra_rules: (\[\{.*?\}\])")
_BY_HAND = re.compile(r"netsh advfirewall firewall add rule [^;]*profile=\S+")


def winrm(port: int = 5985, **changes: Any) -> dict[str, Any]:
    """A site rule that admits WinRM."""
    return {"name": "WinRM", "protocol": "tcp", "localport": str(port), **changes}


def wish(
    *extra_rules: Mapping[str, Any], on: frozenset[Profile] = frozenset(), service: bool = False, absent: bool = False
) -> Scenario:
    """What is wanted: a Director's rules and these, or none at all.

    Args:
        extra_rules: Site rules.
        on: Profiles to switch on.
        service: Whether MpsSvc is to be started.
        absent: No managed rule at all, as `state: absent` has it.
    """
    policy = NOTHING if absent else build_policy(["director"], extra_rules=extra_rules)
    wanted = Wanted(policy.rules, service=service, profiles_on=on)
    return Scenario("lockout", "default", wanted, policy, switches=bool(on))


ALL_ON = partial(wish, on=ALL_PROFILES)
STARTED = partial(wish, service=True)


def carried_by(host: LabHost, *extra_rules: Mapping[str, Any], conditions: str = "", stock: bool = False) -> None:
    """Let managed rules carry WinRM, and no stock rule unless they stay.

    Args:
        host: The host.
        extra_rules: What makes the managed rules.
        conditions: What somebody adds to the rule string of MANAGED, as `IFType=Lan|`.
        stock: Whether the stock rules stay enabled.
    """
    made = attempt(host, wish(*extra_rules))
    assert made.outcome is not None, made.message
    if conditions:
        (rule_id,) = [rule_id for rule_id, text in host.rules().items() if f"Name={MANAGED}|" in text]
        host.write_registry(LOCAL_STORE + r"\FirewallRules", rule_id, "REG_SZ", host.rules()[rule_id] + conditions)
        host.reboot()  # MpsSvc reads its rules as it starts
    if not stock:
        stock_rule(host, "enable=no")


def stopped(labs: Labs) -> LabHost:
    """A host whose MpsSvc is stopped: what its rules say counts from its start on, and no undo stops it again."""
    host = labs.host()
    host.set_quirks(mpssvc="stopped")
    return host


def stock_rule(host: LabHost, change: str) -> None:
    """Change the stock rules of WinRM as a second administrator does."""
    changed = host.run(f'netsh advfirewall firewall set rule name="{STOCK_RULE}" new {change}')
    assert not changed.rc, changed.stdout


def answers(host: LabHost, dial: tuple[str, int] | None = None) -> bool:
    """Whether WinRM gets in over a connection of its own, and works."""
    connection = connect(*(dial or (host.address, host.winrm_port)))
    try:
        return "Windows" in RemoteHost(connection, lambda _line: None).run("ver", deadline=10).stdout
    except ConnectionLost:
        return False
    finally:
        connection.close()


@dataclass(frozen=True)
class Lockout:
    """One case.

    Attributes:
        number: As the issue counts them.
        name: What the host is like.
        decision: GO, WARN, REFUSE or FAILS.
        says: What the objections or warnings say, each a regular expression.
        remedy: Whether the objections name an extra_rules entry, or a rule, that lets the run go ahead.
    """

    number: int
    name: str
    decision: str
    says: Sequence[str] = ()
    remedy: bool = False

    def run(
        self,
        host: LabHost,
        wanted: Scenario,
        rollback: str = "auto",
        *,
        dial: tuple[str, int] | None = None,
        extra_rules: Iterable[Mapping[str, Any]] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Trial:
        """Run the engine, and check what was decided and what came of it.

        Args:
            host: The host, prepared.
            wanted: What is wanted.
            rollback: The option.
            dial: What is connected to, where it is not the host's own address and port.
            extra_rules: Those of `wanted`, which the remedy is added to.
            meanwhile: What somebody else does right before the plan is sent.
        """
        assert answers(host, dial), "WinRM does not work as it is"
        states = [look(host, wanted)]

        def hear(line: str) -> None:
            if line.startswith(WRITING):
                meanwhile()
                states.append(look(host, wanted))

        made = attempt(host, wanted, rollback=rollback, dial=dial, on_line=hear)
        before = states[-1]
        assert _decision(made) == self.decision, f"{made.message} {made.warnings}"
        refused = made.outcome.plan.refused if made.outcome else ()
        said = " ".join((made.message, *(f"{one.subject}: {one.reason}" for one in refused), *made.warnings))
        for part in self.says:
            assert re.search(part, said), f"{part!r} is not in: {said}"
        came = "WinRM works"
        if not answers(host, dial):
            host.set_clock(advance=60)
            until(lambda: not host.tasks()["tasks"])
            assert answers(host, dial), f"WinRM is lost for good: {made.message}"
            came = "the host has restored itself, WinRM works"
        elif made.known is not None and made.known.rollback == "fired":
            came = "the host has restored itself, WinRM works"
        after = look(host, wanted)
        assert not before.added(after)
        assert not after.tasks
        assert not after.locked
        if self.decision in (REFUSE, FAILS):
            check_untouched(before, after)
            came = "nothing changed, " + came
        if self.remedy:
            _follow(host, made.message, wanted, rollback, dial, extra_rules)
            came += "; with what it names the run goes ahead, WinRM works"
        return Trial(self.number, self.name, rollback, self.decision, came)


def _decision(made: Attempt) -> str:
    if isinstance(made.error, Refused) or (made.outcome and made.outcome.plan.refused):
        return REFUSE
    if made.error is not None and made.known is None:
        return FAILS
    return WARN if made.warnings else GO


def _follow(
    host: LabHost,
    message: str,
    wanted: Scenario,
    rollback: str,
    dial: tuple[str, int] | None,
    extra_rules: Iterable[Mapping[str, Any]],
) -> None:
    """Paste the site rule of a refusal into the options, first alone where it says so, or its line into a console.

    Then the run goes ahead.
    """
    if line := _BY_HAND.search(message):
        assert not host.run(line[0]).rc
        made = attempt(host, wanted, rollback=rollback, dial=dial)
        assert made.outcome is not None, f"the remedy does not help: {made.message}"
        assert answers(host, dial)
        return
    named = [entry for text in _EXTRA_RULES.findall(message) for entry in yaml.safe_load(text)]
    assert named, f"no extra_rules in: {message}"
    named = [entry | {"name": f"WinRM {number}"} for number, entry in enumerate(named)]
    if "once a run has added it" in message:
        alone = replace(wanted, wanted=Wanted(wish(*named).wanted.rules, exclusive=False, service=False))
        made = attempt(host, alone, rollback=rollback, dial=dial)
        assert made.outcome is not None, f"the remedy is refused: {made.message}"
    entries = (*extra_rules, *named)
    again = wish(*entries, on=wanted.wanted.profiles_on, service=wanted.wanted.service)
    made = attempt(host, again, rollback=rollback, dial=dial)
    assert made.outcome is not None, f"the remedy does not help: {made.message}"
    assert answers(host, dial)

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts against brute force: what each status and reason promises, packet by packet, on random hosts.

What a verdict promises:

open
    Every packet of the traffic passes, in every `World`, for every program, service, source port and interface that
    the traffic leaves open.
closed
    Packets of the named part do not pass. Where the reason is certain (a block rule, shields up) none passes in any
    world; for the other reasons none passes that fulfils no further condition, and the rules named do have the obstacle
    that they are named for. "No rule" also promises that no rule for any program names these ports and lacks nothing
    but to be enabled, or to be for this profile.
conditional
    Packets of the named part pass for the program or service of a rule named, and not for another one.
unknown
    Packets of the named part are stopped in one world, and pass in one where the blocks in doubt (those named) are
    about something else. That two rules may be limited to the same unknown program is not weighed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.verdict import judge
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.weighing import Verdict
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reference_evaluator import (
    Host,
    Packet,
    Rule,
    Settings,
    World,
    decide,
    is_ignored,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.strategies_verdict import (
    PROFILES,
    WORLDS,
    Ask,
    adapted,
    all_rules,
    cases,
    dump_text,
    in_part,
    neutral,
    points,
    profile_of,
    sample,
    snapshot_of,
)
from hypothesis import currently_in_test_context, given, note, settings
from hypothesis import strategies as st

EXAMPLES = 3 * settings.default.max_examples
PACKETS_PER_VERDICT = 30
FEWEST_PACKETS = 200 * settings.default.max_examples
MOST_ROUNDS = 5


@dataclass
class Tally:
    """What was compared, so that a run that compares nothing cannot pass."""

    packets: int = 0
    decisions: int = 0
    verdicts: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True)
class Case:
    """One profile's verdict on one host, and what it is checked with."""

    host: Host
    ask: Ask
    profile: str
    verdict: Verdict
    seed: int
    tally: Tally

    def packets(self, world: World) -> list[Packet]:
        """Neutral packets of the verdict's part (of all the traffic, if it is open)."""
        part = "" if self.verdict.status is Status.OPEN else self.verdict.part
        inside = [point for point in points(self.host, self.ask, world) if in_part(part, *point, world)]
        chosen = sample(inside, PACKETS_PER_VERDICT, self.seed)
        self.tally.packets += len(chosen)
        return [neutral(self.ask, self.profile, *point) for point in chosen]

    def passes(self, packet: Packet, world: World) -> bool:
        """What the reference evaluator says."""
        self.tally.decisions += 1
        return decide(self.host, packet, world).allowed

    def variants(self, packet: Packet) -> Iterator[Packet]:
        """The packet, and the same fulfilling the further conditions of each rule in turn."""
        yield packet
        seen = {packet}
        for rule in all_rules(self.host):
            for security in ("none", "encrypt"):
                other = adapted(packet, rule, self.ask)
                other = other if security == "none" or not rule.get("security") else secured(other)
                if other not in seen:
                    seen.add(other)
                    yield other

    def named(self) -> list[Rule]:
        """The rules that the verdict names."""
        by = {name.partition(" (")[0] for name in self.verdict.by}
        return [rule for rule in all_rules(self.host) if rule["name"] in by]


def secured(packet: Packet) -> Packet:
    """The same with all the protection that IPsec can give."""
    return replace(packet, security="encrypt")


def check_open(case: Case) -> None:
    for packet in case.packets(WORLDS[0]):
        for variant in case.variants(packet):
            if variant.security == "none":
                for world in WORLDS:
                    assert case.passes(variant, world), f"called open, but {variant} does not pass in {world}"
    # What a keyword of the traffic stands for differs from world to world, and so do the packets.
    for world in WORLDS[1:] if any(text[0].isalpha() for text in case.ask.remote) else ():
        for packet in case.packets(world):
            assert case.passes(packet, world), f"called open, but {packet} does not pass in {world}"


CERTAIN = {Reason.BLOCK_RULE, Reason.SHIELDS_UP}


def check_closed(case: Case) -> None:
    reason = case.verdict.reason
    for world in WORLDS if reason in CERTAIN else WORLDS[:1]:
        for packet in case.packets(world):
            for variant in case.variants(packet) if reason in CERTAIN else [packet]:
                if variant.security == "none":
                    assert not case.passes(variant, world), f"called {reason.value}, but {variant} passes in {world}"
    by_step = {Reason.BLOCK_RULE: "block", Reason.SHIELDS_UP: "shields_up", Reason.NO_RULE: "default"}
    if reason in by_step:
        for packet in case.packets(WORLDS[0]):
            decision = decide(case.host, packet, WORLDS[0])
            assert decision.step == by_step[reason], f"called {reason.value}, but {packet} meets {decision}"
            if reason is Reason.BLOCK_RULE:
                assert decision.rule in {rule["name"] for rule in case.named()}
    if reason is Reason.NO_RULE:
        check_no_rule(case)
    check_obstacle(case)


def check_no_rule(case: Case) -> None:
    """No rule is about the part but for what a person would switch on first."""
    host = case.host
    forgiving = replace(
        host,
        **{
            store: [{**rule, "active": True, "profiles": []} for rule in getattr(host, store) if _ports(rule)]
            for store in ("local_rules", "policy_rules", "mdm_rules")
        },
    )
    for packet in case.packets(WORLDS[0]):
        found = decide(forgiving, packet, WORLDS[0])
        assert found.step != "allow", f"called no_rule, but {packet} meets {found}"


def check_obstacle(case: Case) -> None:
    """Each rule named has the obstacle that it is named for, and would be about the traffic."""
    has: dict[Reason, Callable[[Rule], object]] = {
        Reason.DISABLED: lambda rule: not rule["active"],
        Reason.OTHER_PROFILE: lambda rule: rule["active"] and case.profile not in rule["profiles"],
        Reason.LOCAL_RULES_IGNORED: lambda rule: (
            rule in case.host.local_rules and is_ignored(rule, case.host, case.profile)
        ),
        Reason.NEEDS_IPSEC: lambda rule: rule["active"] and rule.get("security"),
        Reason.OPAQUE: lambda rule: rule.get("opaque"),
        Reason.NARROWER_SCOPE: lambda rule: rule["active"] and (rule.get("remote_addresses") or _ports(rule)),
        Reason.OTHER_CONDITION: lambda rule: rule["active"],
    }
    if case.verdict.reason in has:
        rules = case.named()
        assert rules
        for rule in rules:
            assert has[case.verdict.reason](rule), f"{rule} is called {case.verdict.reason.value}"
            assert rule["direction"] == case.ask.direction
            assert rule["protocol"] in (None, case.ask.protocol)
            assert rule.get("opaque") or rule["action"] == "allow"


def _ports(rule: Rule) -> list[str]:
    return [*rule.get("local_ports", []), *rule.get("remote_ports", [])]


def check_conditional(case: Case) -> None:
    rules = case.named()
    assert rules
    for rule in rules:
        assert rule["active"]
        assert rule["action"] == "allow"
        assert rule.get("program") or rule.get("service")
    for packet in case.packets(WORLDS[0]):
        assert not case.passes(packet, WORLDS[0]), f"called conditional, but {packet} passes"
        fitting = [adapted(packet, rule, case.ask) for rule in rules]
        assert any(all(case.passes(variant, world) for world in WORLDS) for variant in fitting), (
            f"called conditional, but {packet} passes for none of {rules}"
        )


def check_unknown(case: Case) -> None:
    doubted = case.named() if case.verdict.reason is Reason.POSSIBLE_BLOCK else []
    host = without(case.host, doubted)
    for packet in case.packets(WORLDS[0]):
        variants = [(variant, world) for variant in case.variants(packet) for world in WORLDS]
        assert not all(case.passes(*choice) for choice in variants), f"called unknown, but {packet} always passes"
        assert any(decide(host, *choice).allowed for choice in variants), f"called unknown, but {packet} never passes"


def without(host: Host, rules: list[Rule]) -> Host:
    """The host as it is without some rules."""
    return replace(
        host,
        local_rules=[rule for rule in host.local_rules if rule not in rules],
        policy_rules=[rule for rule in host.policy_rules if rule not in rules],
        mdm_rules=[rule for rule in host.mdm_rules if rule not in rules],
    )


CHECKS = {
    Status.OPEN: check_open,
    Status.CLOSED: check_closed,
    Status.CONDITIONAL: check_conditional,
    Status.UNKNOWN: check_unknown,
}


# -- Landmarks: hosts on which each verdict is certain, so that no run depends on luck to meet it ----------------------

ASK = Ask("in", 6, ("5061",))


def landmark(*rules: Rule, **settings: object) -> Host:
    """A host with these local rules and the same settings in every profile."""
    of_profile: Settings = {"enabled": True, **settings}  # type: ignore[typeddict-item]
    return Host(local=dict.fromkeys(PROFILES, of_profile), local_rules=rules)


def allow(**conditions: object) -> Rule:
    """An allow rule for `ASK`, with further conditions or other values."""
    rule: Rule = {"name": "rule", "action": "allow", "active": True, "direction": "in", "protocol": 6}
    return {**rule, "local_ports": ["5061"], **conditions}  # type: ignore[typeddict-item]


LANDMARKS: dict[Reason, Host] = {
    Reason.RULE: landmark(allow()),
    Reason.DEFAULT_ALLOW: landmark(inbound="allow"),
    Reason.FIREWALL_OFF: landmark(enabled=False),
    Reason.PROGRAM_RULE: landmark(allow(program="C:\\Lync\\a.exe")),
    Reason.POSSIBLE_BLOCK: landmark(allow(), allow(name="other", action="block", program="C:\\Lync\\b.exe")),
    Reason.SERVICE_NOT_RUNNING: replace(landmark(allow()), service_running=False),
    Reason.NO_RULE: landmark(),
    Reason.DISABLED: landmark(allow(active=False)),
    Reason.OTHER_PROFILE: landmark(allow(profiles=["Domain"])),
    Reason.NARROWER_SCOPE: landmark(allow(remote_addresses=["LocalSubnet"])),
    Reason.NEEDS_IPSEC: landmark(allow(security="authenticate")),
    Reason.OTHER_CONDITION: landmark(allow(interface_types=["Wireless"])),
    Reason.OPAQUE: landmark(allow(opaque=True)),
    Reason.BLOCK_RULE: landmark(allow(), allow(name="other", action="block")),
    Reason.LOCAL_RULES_IGNORED: replace(landmark(allow()), policy={word: {"merge": False} for word in PROFILES}),
    Reason.SHIELDS_UP: landmark(allow(), shields_up=True),
}


def check(host: Host, ask: Ask, seed: int, tally: Tally) -> None:
    """Compare the verdicts of all profiles with the packets."""
    verdicts = judge(ask.traffic(), snapshot_of(host))
    assert [verdict.profile for verdict in verdicts] == [profile_of(word) for word in PROFILES]
    for word, verdict in zip(PROFILES, verdicts, strict=True):
        if currently_in_test_context():
            note(str(verdict))
        tally.verdicts[verdict.status] += 1
        tally.reasons[verdict.reason] += 1
        CHECKS[verdict.status](Case(host, ask, word, verdict, seed, tally))


@pytest.mark.parametrize("reason", LANDMARKS, ids=str)
def test_each_reason_is_reached_and_agrees_with_the_reference_evaluator(reason: Reason) -> None:
    tally = Tally()
    check(LANDMARKS[reason], ASK, 0, tally)
    assert reason in tally.reasons
    assert tally.packets


def test_the_landmarks_leave_no_verdict_out() -> None:
    tally = Tally()
    for host in LANDMARKS.values():
        check(host, ASK, 0, tally)
    assert set(tally.verdicts) == set(Status)
    # They have tests of their own, in test_verdict.py and test_bombs.py; of rows for nobody in test_admitting.py.
    elsewhere = {Reason.OLDER_LIST, Reason.OTHER_FIREWALL, Reason.TOO_MANY_RULES, Reason.NOBODY}
    assert set(Reason) - set(LANDMARKS) == elsewhere


def test_verdicts_agree_with_the_reference_evaluator(
    record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()

    @settings(max_examples=EXAMPLES)
    @given(cases(), st.integers(0, 999))
    def compare(case: tuple[Host, Ask], seed: int) -> None:
        host, ask = case
        note(dump_text(host))
        note(str(ask))
        check(host, ask, seed, tally)

    rounds = 0
    while tally.packets < FEWEST_PACKETS and rounds < MOST_ROUNDS:  # how many packets an example has is left to chance
        compare()
        rounds += 1
    record_property("packets_compared", tally.packets)
    record_property("decisions_compared", tally.decisions)
    with capsys.disabled():
        print(f"\nverdicts against the reference evaluator: {tally.packets} packets, {tally.decisions} decisions")
        print("  " + ", ".join(f"{reason.value} {count}" for reason, count in tally.reasons.most_common()))
    assert tally.packets >= FEWEST_PACKETS

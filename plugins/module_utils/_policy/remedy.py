# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is told of a row that does not get through: why, and what corrects it on that host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._catalogue.ipsec_exceptions import fitting
from .._catalogue.products import ABOUT
from .._firewall.change.naming import ManagedName, parse_name
from .._firewall.change.netsh import LONGEST_LINE, can_name_rule
from .._firewall.change.site_naming import SITE_KEY, entry_name
from .._firewall.state.rule import Action, Direction, FirewallRule, Profile, Store, profile_names, protocol_name
from .._firewall.state.snapshot import Snapshot
from .._firewall.traffic.matching import match
from .._firewall.traffic.reasons import BLOCK_LIST_REMEDY, TEXTS, Reason, Status
from .._firewall.traffic.rule_names import label
from .._firewall.traffic.verdict import describe
from .._texts import LONGEST_NAME, first_few, said
from .edge import NETWORKS as EDGE_NETWORKS
from .effect import Effect

_NOWHERE: frozenset[Profile] = frozenset()
_MOST_NAMED = 4
_SWITCHED_OFF = " new enable=no"
_OF_SITE = (
    "extra_rules asks for it{entries}: narrow or leave out that entry, or leave the row out with skip_rows. Where "
    "no entry asks for it any more, the next remediation removes it"
)
_OF_OURS = (
    "{which} are ours: run the remediation, which corrects them, or removes them where nothing wants them any more"
)


def explain_all(effects: Iterable[Effect], snapshot: Snapshot, connected: frozenset[Profile] = _NOWHERE) -> list[str]:
    """Sentences for a person: what does not get through, why, and its remedy.

    Rows with one cause and one remedy share a sentence, which names the first of them.

    Args:
        effects: Rows on the host.
        snapshot, connected: As `remedy` takes them.
    """
    rows: dict[str, list[str]] = {}
    for effect in effects:
        what = f"{effect.demand.requirement.id} ({describe(effect.traffic)})"
        rows.setdefault(_why(effect, snapshot, connected), []).append(what)
    return [
        f"{first_few(whats, _MOST_NAMED)} {'is' if len(whats) == 1 else 'are'} {why}" for why, whats in rows.items()
    ]


def _why(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile]) -> str:
    verdict = effect.verdict
    where = f"in the {verdict.profile.value} profile"
    if verdict.part:
        where += f" for {verdict.part}"
    names = ", ".join(f"'{said(name)}'" for name in verdict.by)
    if verdict.more:
        names += f" and {verdict.more} more rule{'s' if verdict.more > 1 else ''}"
    sentence = f"{verdict.status.value} {where}: {TEXTS[verdict.reason].clause} {names}".strip()
    found = _correction(effect, snapshot)
    return f"{sentence}. Remedy: {found}{_other_ways(effect, connected)}" if found else sentence


def remedy(effect: Effect, snapshot: Snapshot, connected: frozenset[Profile] = _NOWHERE, command: bool = True) -> str:
    """The remedy for what this collection may not change: a command, or where to look; empty where there is none.

    Rule names on a host are hostile. A command is offered only where netsh knows the rules by these names, and where
    pasting it into a console is safe.

    Args:
        effect: A row on the host.
        snapshot: The host, as it was when the row was judged.
        connected: The profiles of the networks that the host is in; none where that is not known.
        command: Whether it may be a command, with names of rules in it.
    """
    found = _correction(effect, snapshot, command)
    # A command stands alone: the report has a button that copies it.
    return (
        found
        if not found or found.startswith("netsh ") or found.endswith(_SWITCHED_OFF)
        else found + _other_ways(effect, connected)
    )


def _correction(effect: Effect, snapshot: Snapshot, command: bool = True) -> str:
    verdict = effect.verdict
    if verdict.reason is Reason.BLOCK_RULE:
        rules = [rule for rule in snapshot.rules if rule.action is Action.BLOCK and label(rule) in verdict.by]
        ours = [name for rule in rules if rule.store is Store.LOCAL and (name := parse_name(rule.name))]
        if ours:
            told = _of_ours(rules, ours, len(ours) < len(rules))
            others = [name for name in verdict.by if not parse_name(name)]
            line = _switch_off(effect, snapshot, others) if command and others and not verdict.more else ""
            return f"{told}. Rules of others block as well; this switches them off: {line}" if line else told
        # Brute-force protection blocks some addresses on every port; who names ports means the service.
        if rules and not any(rule.remote_addresses.is_any or not rule.local_ports.is_any for rule in rules):
            return BLOCK_LIST_REMEDY
        if command and not verdict.more and (line := _switch_off(effect, snapshot, verdict.by)):
            return line
    if verdict.reason is Reason.NEEDS_IPSEC:
        return _without_ipsec(effect)
    state = next(state for state in snapshot.profiles if state.profile is verdict.profile)
    outbound = "blockoutbound" if state.outbound_block else "allowoutbound"
    return TEXTS[verdict.reason].remedy.format(profile=verdict.profile.value, outbound=outbound)


def _without_ipsec(effect: Effect) -> str:
    """The exception from IPsec that the product's page recommends for a row; empty where it has none."""
    demand = effect.demand
    found = fitting(demand.requirement, demand.product)
    if not found:
        return ""
    told = " or ".join(
        f"'{one.rule}' ({one.protocol}, from {one.source} to {one.destination}: {one.authentication.casefold()})"
        for one in found
    )
    return (
        "where connection security rules are made, make the exception that the page of "
        f"{ABOUT[demand.product].name} recommends: {told.replace(' | ', ' ')}"
    )


def _other_ways(effect: Effect, connected: frozenset[Profile]) -> str:
    return _naming_peers(effect) + _leaving_out(effect, connected)


def _leaving_out(effect: Effect, connected: frozenset[Profile]) -> str:
    """How to do without the profiles in which it is closed, where it is not in others; nothing if they are in use.

    Hardening benchmarks, for one, have the public profile ignore local rules; servers are seldom in it.
    """
    closed = frozenset(verdict.profile for verdict in effect.by_profile if verdict.status is Status.CLOSED)
    rest = frozenset(verdict.profile for verdict in effect.by_profile) - closed
    if not rest or closed & connected or (effect.demand.requirement.interface and not rest >= EDGE_NETWORKS):
        return ""
    option = f"profiles: [{', '.join(profile_names(rest))}]"
    if connected:
        return (
            f"; or, as the host's networks are all in the {' and '.join(profile_names(connected))} profile, leave it "
            f"out with {option}"
        )
    without = " or ".join(profile_names(closed))
    return f"; or, if the host has no network in the {without} profile, leave it out with {option}"


def _naming_peers(effect: Effect) -> str:
    """How to do without the addresses that a rule of others blocks, where a row is open to any."""
    some_addresses = effect.verdict.part and "any" not in effect.verdict.part
    if effect.verdict.reason is not Reason.BLOCK_RULE or not effect.traffic.remote.is_any or not some_addresses:
        return ""
    return "; or, if nobody there needs it, name who does (remote_addresses, or scope: topology with client_networks)"


def _of_ours(rules: Iterable[FirewallRule], names: Iterable[ManagedName], mixed: bool) -> str:
    """What to do about block rules of ours: no command, since the next run would bring them back."""
    if not all(name.key.startswith(SITE_KEY) for name in names):
        return _OF_OURS.format(which="those that begin with LyncOps" if mixed else "these block rules")
    entries = dict.fromkeys(repr(said(entry)) for rule in rules if (entry := entry_name(rule)))
    return _OF_SITE.format(entries=f" ({first_few(list(entries), _MOST_NAMED)})" if entries else "")


def _switch_off(effect: Effect, snapshot: Snapshot, labels: Sequence[str]) -> str:
    """The command line that disables these block rules of a verdict; empty where netsh cannot name each of them."""
    rules = [rule for rule in snapshot.rules if label(rule) in labels]
    # Labels of other stores and of built-in rules are no names that netsh knows (`matching.label`).
    if {rule.name for rule in rules} != set(labels) or not all(_is_addressable(rule) for rule in rules):
        return ""
    selectors = [_selectors(name, effect, snapshot) for name in labels]
    if None in selectors:
        return ""
    line = " & ".join(
        f'netsh advfirewall firewall set rule name="{name}"{more}{_SWITCHED_OFF}'
        for name, more in zip(labels, selectors, strict=True)
    )
    return line if len(line) <= LONGEST_LINE else ""


def _selectors(name: str, effect: Effect, snapshot: Snapshot) -> str | None:
    """What else netsh must be told to change only the rules of a name that decide; None where nothing tells them apart.

    ``set rule`` changes every rule of the name, and names are not unique.
    """
    alike = [rule for rule in snapshot.local_rules() if rule.name.casefold() == name.casefold()]
    deciding = [rule for rule in alike if rule.action is Action.BLOCK and match(rule, effect.traffic)]
    others = [rule for rule in alike if rule not in deciding]
    if not others:
        return ""
    wanted = {_selected(rule) for rule in deciding}
    if len(wanted) != 1 or not wanted.isdisjoint(map(_selected, others)) or any(rule.opaque for rule in alike):
        return None
    direction, protocol, ports = wanted.pop()
    if direction is None or protocol not in (6, 17) or ports == "any":
        return None
    return f" dir={direction.value} protocol={protocol_name(protocol)} localport={ports}"


def _selected(rule: FirewallRule) -> tuple[Direction | None, int | None, str]:
    return rule.direction, rule.protocol, str(rule.local_ports)


def _is_addressable(rule: FirewallRule) -> bool:
    # A name that the host's code page cannot hold arrives with "?" in it, and is no name that netsh knows.
    named = len(rule.name) <= LONGEST_NAME and can_name_rule(rule.name) and "?" not in rule.name
    return rule.store is Store.LOCAL and named

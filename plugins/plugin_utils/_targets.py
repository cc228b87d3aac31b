# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a playbook works on: a play's own `hosts` cannot see the variables of groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..module_utils._catalogue.words import Role
from ..module_utils._net.address_set import together
from ..module_utils._options.reading import OptionError
from ..module_utils._policy.assignment import CLIENTS, GROUP_ROLES, WITHOUT_RULES, with_named_roles
from ..module_utils._policy.peers import EXTRA, PREFIX
from ._batches import batch_sizes
from ._client_hosts import handling_mistakes, servers_too
from ._host_look import PLAN, Look, look_at
from ._keys import key_sentences
from ._named_roles import by_role, role_mistake
from ._no_effect import notes as no_effect_notes
from ._nobody import misnamed, nobody
from ._patterns import Patterns
from ._plain import plain
from ._unsaid import block

_MOST_NAMED = 5
_MOST_LISTED = 20
_SERVERS = "lync"
"""The group of hosts that the inventory plugin says are managed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is about, as far as it is said for all hosts at once.

    Attributes:
        default: The pattern for hosts without ``lync_firewall_hosts``.
        within: Hosts that the run is limited to; None means all.
        named: Hosts or patterns that are meant in place of all that, as a list or as text with commas; False where
            none are.
        sources: Where the inventory comes from, for messages.
        absent: Those of `sources` that are no file and no folder.
        plan_for_all: Whether an extra variable names a plan that the run is held to.
        hosts_for_all: Whether an extra variable is ``lync_firewall_hosts``: whoever starts the run names the hosts.
        limit: What the run is limited to, for messages.
        batches: Sizes of the batches of a remediation.
        reports: Reports of others that are given, see ``lync_firewall_report_sources``.
        slices: Whether the run puts such reports together, so that they must be given; None where it is not asked. An
            audit that is told to take the results of others would connect to all hosts for nothing.
        sliced: Whether the run is one slice of a job, which may have none of the hosts.
        roles_for_all: Whether an extra variable names the roles, which then say nothing of who is who.
        clients: Whether users' computers are looked at too. Else those are only that are to be enforced.
        scoped: Whether it is asked who connects to each host, whatever their rules admit, as for a matrix.
    """

    default: str
    within: Iterable[str] | None = None
    named: Any = False
    sources: Sequence[str] = ()
    limit: str = ""
    batches: Any = "1"
    reports: Any = ()
    slices: bool | None = None
    sliced: bool = False
    roles_for_all: bool = False
    clients: bool = False
    scoped: bool = False
    absent: Sequence[str] = ()
    plan_for_all: bool = False
    hosts_for_all: bool = False

    @property
    def nobody(self) -> bool:
        """Whether it is said that nobody is meant."""
        return bool(self.named == [])


def find_targets(
    groups: Mapping[str, Iterable[str]], hostvars: Mapping[str, Mapping[str, Any]], request: Request
) -> dict[str, Any]:
    """The hosts to work on, and what is wrong about them.

    The hosts are those of the patterns in the variable ``lync_firewall_hosts``, wherever the inventory or an extra
    variable sets it, and of the default pattern those that have no such variable. A host whose variables name a role
    counts as one of that role's group.

    Args:
        groups: Ansible's variable of that name.
        hostvars: Likewise; each host is asked for once.
        request: What the run is about.

    Returns:
        ``hosts`` to work on; ``settled`` and ``left_alone``, which a plan may fill; the ``patterns`` they come from;
        what of these is ``unknown``, because it names no host and no group; ``forgotten``, servers of the group
        ``lync`` that no pattern names; ``namesakes``, each host that shares its address with others, and these, at
        most five;
        ``addresses`` of all hosts in groups whose name begins with ``lync_``, as far as variables have them; ``roles``,
        each role that variables name, and the hosts whose do, or None where not all of them could be read; ``reports``,
        whether any host's variables name reports that are to be put together; ``held``, hosts whose own variables name
        a plan; ``idle``, whether none of the hosts has a role; ``unknown_peers``, a block of YAML with those that
        scoped rules of any host need and nobody says, empty where the hosts to work on miss none; ``mistakes``,
        sentences that say why not to begin; ``notes``, what a person should know and need not stop for.

    Raises:
        OptionError: The pattern of a host cannot be templated.
    """
    everybody = [str(host) for host in groups.get("all", ())]
    computers = {str(host) for host in groups.get(CLIENTS, ())}
    looked = {host: look_at(host, hostvars[host], request.scoped, client=host in computers) for host in everybody}
    if not request.roles_for_all:
        computers |= {host for host, look in looked.items() if look.client}
    clients = {host for host in computers if request.clients or looked[host].handling.changed}
    named = {} if request.roles_for_all else by_role((host, look.roles or ()) for host, look in looked.items())
    said_groups = groups
    groups = with_named_roles(said_groups, named)
    inventory = Patterns(groups)
    of_roles = inventory.matching(request.default)
    of_roles += [host for host in inventory.hosts if host in clients and host not in of_roles]
    if request.named is False or request.named is None:
        values = list({repr(look.said): look.said for look in looked.values() if look.said}.values())
        unsaid = {host for host, look in looked.items() if not look.said}
        found = [host for value in values for host in inventory.matching(value)]
        found += [host for host in of_roles if host in unsaid]
        patterns = values + ([request.default] if unsaid or not values else [])
    else:
        items = plain(request.named) if isinstance(request.named, list) else str(request.named).split(",")
        values = patterns = [str(item).strip() for item in items if str(item).strip()]
        found = inventory.matching(values) if values else []
    looked_at = {*of_roles, *found}
    may = set(inventory.hosts) if request.within is None else {str(host) for host in request.within}
    hosts = [host for host in dict.fromkeys(found) if host in may]
    unseen = may - looked_at - computers
    nobody_named = not request.named and request.named != []
    targets = {
        "hosts": hosts,
        "settled": [],
        "left_alone": {},
        "patterns": [value if isinstance(value, str) else ",".join(value) for value in patterns],
        "unknown": sorted({part for value in values for part in inventory.unknown(value)}),
        "forgotten": [host for host in groups.get(_SERVERS, ()) if host in unseen],
        "namesakes": _namesakes(hosts, looked),
        "addresses": _addresses(groups, looked),
        "reports": any(looked[host].reports for host in hosts),
        "unknown_peers": "",
        "held": [] if request.plan_for_all else [host for host in hosts if looked[host].held],
        "roles": named if request.roles_for_all or all(look.roles is not None for look in looked.values()) else None,
        # One whose handling is wrong has a task, which refuses it.
        "idle": bool(hosts)
        and not any(host in clients or looked[host].handling.mistake for host in hosts)
        and not _have_roles(hosts, groups, looked),
    }
    asks = {host: (host, asked, looked[host].roles or ()) for host in everybody if (asked := looked[host].asks)}
    if block([asks[host] for host in hosts if host in asks], groups):
        # It is pasted for all servers: the kinds that others need, whom a limit leaves out, would take a second round.
        targets["unknown_peers"] = block([asks[host] for host in asks if host in looked_at], groups)
    mistakes = _mistakes(targets, request, said_groups, found)
    # Where it is so of all hosts there is nobody left to work on; otherwise the others are worked on.
    keys = key_sentences([(host, looked[host].wrong_keys) for host in hosts], hosts)
    mistakes += [sentence for sentence, everywhere in keys.items() if everywhere]
    if nobody_named and not request.roles_for_all:
        # One that is worked on is refused by its own task; of the others nobody would ever hear.
        unheard = [host for host, look in looked.items() if look.has_roles and host in may and host not in looked_at]
        mistakes += _of_roles(unheard, hostvars)
    if nobody_named:
        # So it is with these: one that nobody chose is left alone, however it was meant.
        alone = [host for host in inventory.hosts if host in computers and host in may and host not in looked_at]
        mistakes += handling_mistakes((host, looked[host].handling) for host in alone)
    servers = {str(host) for group in GROUP_ROLES for host in groups.get(group, ())}
    both = servers_too(host for host in hosts if looked[host].handling.enforced and host in servers)
    opens_nothing = no_effect_notes(
        ((host, looked[host].chosen) for host in hosts),
        {Role(role): map(str, groups.get(group, ())) for group, role in GROUP_ROLES.items()},
    )
    if mistakes:
        return {**targets, "mistakes": mistakes, "notes": []}
    close = misnamed(said_groups, unseen) if nobody_named else []
    notes = [*_notes(targets, request), *close, *([both] if both else []), *keys, *opens_nothing]
    return {**targets, "mistakes": [], "notes": notes}


def _mistakes(
    targets: Mapping[str, Any], request: Request, groups: Mapping[str, Iterable[str]], without_limit: Sequence[str]
) -> list[str]:
    """Why not to begin, in sentences. A slice of a job may hold none of the hosts, and an empty list means nobody."""
    found = []
    if request.slices is not None and (bool(request.reports) or targets["reports"]) != request.slices:
        found.append(
            "lync_firewall_report_sources: name the reports to put together, as files or folders. No slice of a job "
            "before this one has handed one over."
            if request.slices
            else "lync_firewall_report_sources: an audit makes results of its own; lyncops.firewall.slices puts "
            "reports together."
        )
    where = f"({', '.join(map(str, request.sources))})"
    try:
        batch_sizes(request.batches)
    except OptionError as error:
        found.append(f"{error}.")
    if targets["idle"] and not request.sliced:
        names = ", ".join(targets["hosts"][:_MOST_NAMED])
        found.append(
            f"There is no host to work on: {names} need no rule of ours ({', '.join(WITHOUT_RULES)}). "
            "What one has of an earlier role, lyncops.firewall.retire takes away."
        )
    unknown = targets["unknown"]
    if unknown:
        more = " and more" if len(unknown) > _MOST_LISTED else ""
        found.append(
            f"Not in the inventory {where}: {', '.join(unknown[:_MOST_LISTED])}{more}. Correct the names, or leave "
            "them out; nothing was done."
        )
    if not targets["hosts"] and not request.sliced and not request.nobody:
        found.append(nobody(targets["patterns"], request.sources, request.limit, groups, without_limit, request.absent))
    if targets["held"]:
        found.append(
            f"{PLAN} of {', '.join(targets['held'][:_MOST_NAMED])}: a plan is one for the whole run, which names at "
            f"its end the hosts that it left alone. Say it as an extra variable, -e {PLAN}=FILE."
        )
    odd = [host for host in targets["hosts"] if any(map(str.isspace, host))]
    if odd:
        found.append(
            f"Ansible's patterns cannot hold names with blanks: {', '.join(map(repr, odd[:_MOST_NAMED]))}. Rename "
            "these hosts in the inventory; ansible_host says which machine is meant."
        )
    return found


def _of_roles(hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong about the roles that hosts name which so are in no role's group, in sentences."""
    found = [mistake for host in hosts if (mistake := role_mistake(host, hostvars[host]))]
    more = len(found) - _MOST_NAMED
    return found[:_MOST_NAMED] + ([f"So it is with {more} more host{'s' if more > 1 else ''}."] if more > 0 else [])


def _notes(targets: Mapping[str, Any], request: Request) -> list[str]:
    found = []
    if targets["forgotten"]:
        forgotten = ", ".join(targets["forgotten"])
        found.append(f"In the group lync, but in no role's group, so not looked at: {forgotten}")
    if not targets["hosts"] and not request.nobody:
        patterns = ", ".join(targets["patterns"])
        found.append(f"This slice of the job has none of the hosts that match {patterns}; the other slices have to.")
    if targets["unknown_peers"]:
        where = "For the group_vars of the Lync servers" if EXTRA in targets["unknown_peers"] else "Unknown peers"
        found.append(f"{where}:\n\n{targets['unknown_peers']}")
    return found


def _addresses(groups: Mapping[str, Iterable[str]], looked: Mapping[str, Look]) -> list[str]:
    """The addresses of all hosts in the group of a role or of a kind of peer, as far as variables have them."""
    hosts = dict.fromkeys(str(host) for group, names in groups.items() if group.startswith(PREFIX) for host in names)
    found = together(own for host in hosts if (own := looked[host].addresses) is not None)
    return found.texts() if found and not found.fills_a_family else []


def _have_roles(hosts: Iterable[str], groups: Mapping[str, Iterable[str]], looked: Mapping[str, Look]) -> bool:
    """Whether any of the hosts is more than a client or a load balancer, for which there is nothing to do."""
    idle = {str(host) for group in WITHOUT_RULES for host in groups.get(group, ())}
    busy = {str(host) for group, names in groups.items() if group in GROUP_ROLES for host in names}
    return any(host in busy or host not in idle or looked[host].has_roles for host in hosts)


def _namesakes(hosts: Iterable[str], looked: Mapping[str, Look]) -> dict[str, list[str]]:
    """Each host that another one shares its address with, and these others: one machine with two names."""
    by_end: dict[tuple[str, str], list[str]] = {}
    for host in hosts:
        end = looked[host].end
        if end:
            by_end.setdefault(end, []).append(host)
    return {
        host: [other for other in shared[: _MOST_NAMED + 1] if other != host][:_MOST_NAMED]
        for shared in by_end.values()
        if len(shared) > 1
        for host in shared
    }

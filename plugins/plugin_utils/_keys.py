# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt keys in variables that are dictionaries with fixed keys: one mistake of a file, and the failure of each host
that the file is for. The playbooks say it once, before they begin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._catalogue import catalogue
from ..module_utils._options.reading import OptionError
from ..module_utils._options.site import BUILTIN_GROUPS, EXTRA_RULE, PROFILE_SETTING, PROFILE_SETTINGS
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.clients import MEDIA_SETTINGS
from ..module_utils._policy.edge import KEYS as EDGE_KEYS
from ..module_utils._policy.peers import EXTRA
from ..module_utils._policy.scoping import WORDS
from ..module_utils._texts import first_few, said
from ._plain import plain
from ._shapes import no_such_key, with_small_keys

_MOST_NAMED = 5
_LONGEST_NAME = 80
_MOST_KNOWN = 30  # all kinds of peers, not all rows
_PEERS = f"{PREFIX}peers"
_RULES = f"{PREFIX}extra_rules"
_KNOWN: Mapping[str, Callable[[], Collection[str]]] = {
    EXTRA: lambda: WORDS,
    _PEERS: lambda: WORDS,
    f"{PREFIX}port_overrides": lambda: [row.id for row in catalogue.EVERY],
    f"{PREFIX}edge_addresses": lambda: EDGE_KEYS,
    f"{PREFIX}client_media": lambda: MEDIA_SETTINGS,
    _RULES: lambda: [option.name for option in EXTRA_RULE],
    f"{PREFIX}profile_settings": lambda: [option.name for option in PROFILE_SETTINGS.suboptions],
    **{
        f"{PREFIX}profile_settings.{profile.name}": lambda: [option.name for option in PROFILE_SETTING]
        for profile in PROFILE_SETTINGS.suboptions
    },
    f"{PREFIX}builtin_groups": lambda: [option.name for option in BUILTIN_GROUPS.suboptions],
}
"""Each such variable, or part of one, to the keys that it, or each dictionary in it, may have."""


def wrong_keys(known: Mapping[str, Any], scoped: bool) -> tuple[tuple[str, str], ...]:
    """Variables of a host, or entries of them, and keys in them that there are not.

    Whatever else is wrong about them is for the host's own task to say.

    Args:
        known: The host's variables.
        scoped: Whether its peers count, whatever the rules admit, as for a matrix.
    """
    found = [found for name in _KNOWN if name.partition(".")[0] in known for found in _wrong(name, known, scoped)]
    return tuple(dict.fromkeys(found))


def _wrong(name: str, known: Mapping[str, Any], scoped: bool) -> list[tuple[str, str]]:
    try:
        if name in (EXTRA, _PEERS) and not _counts(name, known, scoped):
            return []
        variable, _dot, part = name.partition(".")
        value = _small(variable, plain(known.get(variable)))
        if part:
            value = value.get(part) if isinstance(value, Mapping) else None
    except (AnsibleError, TypeError):
        return []
    right = _KNOWN[name]()
    if name != _RULES or not isinstance(value, list):
        return [(name, str(key)) for key in value if key not in right] if isinstance(value, Mapping) else []
    # Once a key: whoever keeps hundreds of old tasks has the same in all of them.
    entries: dict[str, list[str]] = {}
    for number, item in enumerate(value):
        for key in item if isinstance(item, Mapping) else ():
            if key not in right:
                entries.setdefault(str(key), []).append(f"{name}[{number}]{_called(item)}")
    return [(first_few(where, 1), key) for key, where in entries.items()]


def _small(variable: str, value: Any) -> Any:
    """A variable with its keys in small letters where they are taken in any case."""
    option = PROFILE_SETTINGS.name
    if variable != f"{PREFIX}{option}":
        return value
    try:
        return with_small_keys({option: value}, [PROFILE_SETTINGS])[option]
    except OptionError:  # for the host's own task to say
        return None


def _called(item: Any) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    return f" ({said(str(name), _LONGEST_NAME)!r})" if name else ""


def _counts(name: str, known: Mapping[str, Any], scoped: bool) -> bool:
    """Whether a variable with peers is looked at: what is added to kinds of peers counts where these are worked out."""
    if not scoped and known.get(f"{PREFIX}scope") != "topology":
        return False
    return name == _PEERS or scoped or known.get(_PEERS) is None


def key_sentences(wrong: Iterable[tuple[str, Iterable[tuple[str, str]]]], hosts: Collection[str]) -> dict[str, bool]:
    """What is wrong, a sentence each, and whether that is so on all hosts of the run.

    Args:
        wrong: Hosts of the run, each with what `wrong_keys` gives.
        hosts: All hosts of the run.
    """
    by_mistake: dict[tuple[str, str], list[str]] = {}
    for host, mistakes in wrong:
        for mistake in mistakes:
            by_mistake.setdefault(mistake, []).append(host)
    return {
        f"{_sentence(where, key)} {_of(names, len(hosts))}.": len(names) == len(hosts)
        for (where, key), names in by_mistake.items()
    }


def _sentence(where: str, key: str) -> str:
    right = list(_KNOWN[where.partition("[")[0]]())
    return f"{where}: {no_such_key(key, right, _MOST_KNOWN)}"


def _of(hosts: list[str], all_hosts: int) -> str:
    if len(hosts) == all_hosts > 1:
        return f"That is so on all {all_hosts} hosts"
    return f"That is so on {first_few([said(host) for host in hosts], _MOST_NAMED)}"

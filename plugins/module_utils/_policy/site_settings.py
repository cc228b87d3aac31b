# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person wants of the firewall profiles and of Windows' own groups of rules, checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .._firewall.change.groups import GroupWish
from .._firewall.change.profile_changes import TERMS
from .._firewall.state.groups import WELL_KNOWN, group_key
from .._firewall.state.profiles import LARGEST_LOG, ProfileSettings
from .._firewall.state.rule import Profile, same_path
from .._options.reading import OptionError, in_small_letters, read_choice, read_word
from .rule_paths import read_path
from .rule_values import read_flag

_PROFILES = {profile.value: profile for profile in Profile}
_FIELDS = {term: field for field, term in TERMS.items()}
_SWITCH = {"enabled": True, "disabled": False}
_ACTION = {"block": True, "allow": False}
_NAMES = {name.casefold(): keys for name, keys in WELL_KNOWN.items()}
_ALIKE = 0.5
_LOG_FOLDER = r"%SystemRoot%\System32\LogFiles"
_LOG_EXAMPLE = rf"{_LOG_FOLDER}\Firewall\lync.log"
_WINDOWS = re.compile(r"[a-z]:\\(windows|winnt)\\(?!system32\\logfiles\\)")  # whichever drive it is on
_SHORT = re.compile(r"~\d")  # a name of eight characters, of which only the host knows which folder it means


def read_profile_settings(
    given: Mapping[str, Any] | None, all_enabled: bool = False
) -> tuple[tuple[Profile, ProfileSettings], ...]:
    """Check settings of the profiles.

    Args:
        given: The option ``profile_settings``.
        all_enabled: Whether ``firewall_enabled`` asks for the firewall of every profile to be on.

    Returns:
        Profiles with what is wanted of them, in the order domain, private, public; what is not given is None.

    Raises:
        OptionError: A profile, a setting or a value is wrong, or contradicts ``firewall_enabled``.
    """
    found: dict[Profile, ProfileSettings] = {}
    for name, settings in in_small_letters("profile_settings", given or {}).items():
        where = f"profile_settings.{name}"
        profile = read_choice("profile_settings", name, _PROFILES)
        if settings is None:
            continue
        if not isinstance(settings, Mapping):
            raise OptionError(where, f"a dict of settings is needed, such as {{log_dropped: true}}, not {settings!r}")
        values = {
            read_choice(where, term, _FIELDS): _value(f"{where}.{term}", term, value)
            for term, value in in_small_letters(where, settings).items()
            if value is not None
        }
        found[profile] = ProfileSettings(**values)
        if all_enabled and found[profile].enabled is False:
            raise OptionError(
                f"{where}.state", "disabled contradicts firewall_enabled: enabled, which is for all profiles; drop one"
            )
    return tuple((profile, found[profile]) for profile in Profile if profile in found)


def _value(where: str, term: str, value: Any) -> Any:
    if term == "state":
        return read_word(where, value, _SWITCH)
    if term in ("inbound_action", "outbound_action"):
        return read_word(where, value, _ACTION)
    if term == "log_size":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_LOG:
            raise OptionError(where, f"{value!r} is not possible; it takes 1 to {LARGEST_LOG} kilobytes")
        return value
    if term == "log_file":
        return _log_file(where, str(value))
    return read_flag(where, value)


def _log_file(where: str, text: str) -> str:
    """A path that the firewall's log may have.

    The service appends to whatever file is named, so it is one that is a log by its name, and in Windows' folder only
    where Windows keeps its logs: ``drivers\\etc\\hosts`` is a full path, too.
    """
    path = read_path(where, text, _LOG_EXAMPLE)
    parts = path.split("\\")[1:]
    if any(part in ("", ".", "..") or part[-1] in ". " or _SHORT.search(part) for part in parts):
        raise OptionError(
            where, f"{path!r} is not as Windows writes it: name each folder in full, without dots, as in {_LOG_EXAMPLE}"
        )
    stem, dot, ending = parts[-1].rpartition(".")
    if not dot or ending.casefold() not in ("log", "txt"):
        raise OptionError(
            where,
            f"{path!r} ends in neither .log nor .txt, so it may be something else than a log, and the service would "
            f"write into it; name a file such as {_LOG_EXAMPLE}",
        )
    if not stem:
        raise OptionError(where, f"{path!r} has no name before the dot; name a file such as {_LOG_EXAMPLE}")
    if _WINDOWS.match(same_path(path)):
        raise OptionError(
            where, f"{path!r} is in Windows' own folder, where only {_LOG_FOLDER} is for logs; name {_LOG_EXAMPLE}"
        )
    return path


def read_builtin_groups(given: Mapping[str, Any] | None) -> tuple[GroupWish, ...]:
    """Check groups of Windows' own rules.

    Args:
        given: The option ``builtin_groups``.

    Raises:
        OptionError: A group is not known, or is wanted both on and off.
    """
    wishes: list[GroupWish] = []
    seen: dict[str, str] = {}
    for which, names in (given or {}).items():
        enabled = read_choice("builtin_groups", which, _SWITCH)
        for index, name in enumerate(_listed(names)):
            where = f"builtin_groups.{which}[{index}]"
            keys = _keys(where, name)
            for key in keys:
                if seen.setdefault(key, which) != which:
                    raise OptionError(where, f"{name!r} is wanted both enabled and disabled; name it once")
            if not any(wish.keys == keys for wish in wishes):
                wishes.append(GroupWish(name, keys, enabled))
    return tuple(wishes)


def _listed(names: Any) -> Iterable[str]:
    items = names if isinstance(names, (list, tuple)) else [] if names is None else [names]
    return [str(item).strip() for item in items]


def _keys(where: str, name: str) -> frozenset[str]:
    if key := group_key(name):
        return frozenset([key])
    if keys := _NAMES.get(name.casefold()):
        return frozenset(keys)
    near = difflib.get_close_matches(name, WELL_KNOWN, 3, _ALIKE)
    meant = f"Did you mean {', '.join(near)}? " if near else ""
    raise OptionError(
        where,
        f"{name!r} is neither a resource such as '@FirewallAPI.dll,-28502' nor a well-known English name. {meant}The "
        "text of another language is not taken: name the resource, which is EmbedCtxt in the registry",
    )

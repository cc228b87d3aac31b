# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the shape of an option that has keys of its own: which part of it, and what to write instead.

Ansible's own words for that are of its types, and name neither the entry nor the remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_int

from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError, in_small_letters
from ..module_utils._options.site import BUILTIN_GROUPS, EXTRA_RULES, GROUP, PROFILE_SETTINGS
from ..module_utils._texts import said

_EXAMPLES = {
    EXTRA_RULES.name: "{name: Backup agent, protocol: tcp, localport: 10000}",
    PROFILE_SETTINGS.name: "{domain: {log_dropped: true}}",
    BUILTIN_GROUPS.name: "{enabled: [Remote Event Log Management]}",
    **{profile.name: "{log_dropped: true}" for profile in PROFILE_SETTINGS.suboptions},
}
_MODULE = "win_firewall_rule"
_FORCE = "force"  # of that module, in tasks from before community.windows
_PASTED = "Paste what stands below the module's name, not the whole task"


def wrong_shape(values: Mapping[str, Any], options: Iterable[Option]) -> OptionError | None:
    """The first mistake in the shape of options that have keys of their own; None where there is none.

    Args:
        values: What was given.
        options: What may be given.
    """
    try:
        for option in options:
            if option.suboptions and values.get(option.name) is not None:
                _look(option.name, option, values[option.name])
    except OptionError as error:
        return error
    return None


def with_small_keys(values: Mapping[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    """Values with the keys of settings in small letters, and of the settings in them; all else as it was.

    Args:
        values: What was given.
        options: What may be given.

    Raises:
        OptionError: Two keys differ in nothing but case.
    """
    given = dict(values)
    for option in options:
        if option is PROFILE_SETTINGS and given.get(option.name) is not None:
            given[option.name] = _small(option.name, option, given[option.name])
    return given


def _small(where: str, option: Option, value: Any) -> Any:
    try:
        keys = in_small_letters(where, check_type_dict(value))
    except TypeError:  # it is told of what shape it has to be
        return value
    parts = {sub.name: sub for sub in option.suboptions if sub.suboptions}
    return {
        key: _small(f"{where}.{key}", parts[key], held) if key in parts and held is not None else held
        for key, held in keys.items()
    }


def without_nulls(given: Any) -> Any:
    """Entries without the keys that have a null: ansible-core 2.16 refuses one beside a default, in words that name
    neither the entry nor a remedy.

    Args:
        given: The entries as they were given, or whatever was given in their place.
    """
    if not isinstance(given, list):
        return given
    return [
        {key: value for key, value in entry.items() if value is not None} if isinstance(entry, dict) else entry
        for entry in given
    ]


def as_named(given: Any, checked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries with a null where one was given, and without the keys that Ansible's validator adds to those given.

    A variable without a value is no key that was left out, and the validator tells the two no more apart.

    Args:
        given: The entries as they were given.
        checked: The same as the validator returns them.
    """
    entries = given if isinstance(given, list) else [given]
    found = []
    for raw, entry in zip(entries, checked, strict=False):
        keys = check_type_dict(raw)  # a text may be JSON, as of -e
        values = {key: value for key, value in entry.items() if value is not None}
        found.append({**values, **{key: None for key, value in keys.items() if value is None}})
    return found


def no_such_key(key: str, right: Iterable[str], most: int = 100) -> str:
    """What to say of a key that there is not.

    Args:
        key: The key.
        right: The keys that there are.
        most: Of more than so many none is listed.
    """
    if _MODULE in key:
        return f"{said(key)!r} is none of its keys. {_PASTED}."
    if key == _FORCE:
        return f"{key!r} is none of its keys. Leave it out: a rule that differs is changed in any case."
    known = [name for name in right if name != GROUP]  # it is known to be refused
    near = difflib.get_close_matches(key, known, 1, 0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    keys = f" They are {', '.join(known)}." if len(known) <= most else ""
    return f"{said(key)!r} is none of its keys.{meant}{keys}"


def _look(where: str, option: Option, value: Any) -> None:
    if option.type == "list":
        _look_at_list(where, option, value)
    elif option.type == "dict":
        _look_at_dict(where, option, value)
    elif option.type in _PLAIN:
        check, told = _PLAIN[option.type]
        try:
            check(value)
        except (TypeError, ValueError) as error:
            raise OptionError(where, f"{_shown(value)} {told}") from error
    elif option.type == "str" and isinstance(value, (list, dict)):
        raise OptionError(where, f"one text is needed, not {_shown(value)}")


def _look_at_list(where: str, option: Option, value: Any) -> None:
    if not option.suboptions:
        wrong = value if isinstance(value, dict) else next((item for item in _items(value) if _is_many(item)), None)
        if wrong is not None:
            raise OptionError(where, f"a list of texts is needed, such as [a, b], not {_shown(wrong)}")
        return
    if not isinstance(value, list):
        raise OptionError(where, f"a list is needed, such as [{_EXAMPLES[option.name]}], not {_shown(value)}")
    for number, item in enumerate(value):
        _look_at_dict(f"{where}[{number}]", option, item)


def _look_at_dict(where: str, option: Option, value: Any) -> None:
    try:
        keys = check_type_dict(value)  # a text may be JSON, as of -e
    except TypeError as error:
        told = f"keys and values are needed, such as {_EXAMPLES[option.name]}, not {_shown(value)}"
        raise OptionError(where, told) from error
    known = {sub.name: sub for sub in option.suboptions}
    for key, held in keys.items():
        if key not in known:
            whose = f"{said(str(keys['name']))!r}: " if "name" in known and keys.get("name") else ""
            raise OptionError(where, whose + no_such_key(str(key), known).removesuffix("."))
        if held is not None:
            _look(f"{where}.{key}", known[key], held)
    for sub in option.suboptions:
        if sub.required and keys.get(sub.name) is None:
            raise OptionError(f"{where}.{sub.name}", "it is missing; each entry needs one")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_many(value: Any) -> bool:
    return isinstance(value, (list, dict))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"keys and values ({said(', '.join(map(str, value)))})"
    if isinstance(value, list):
        return f"a list ({said(', '.join(map(str, value)))})"
    return said(repr(value))


_PLAIN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "bool": (check_type_bool, "is neither true nor false"),
    "int": (check_type_int, "is no whole number"),
}

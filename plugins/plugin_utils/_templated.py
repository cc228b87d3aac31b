# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's variables as plain values, each templated when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._options.reading import OptionError
from ..module_utils._texts import said
from ._plain import plain


class Templated(Mapping[str, Any]):
    """A host's variables; each is templated when it is asked for."""

    def __init__(self, raw: Mapping[str, Any], template: Callable[[Any], Any], given: Mapping[str, Any]) -> None:
        """Nothing is templated yet.

        Args:
            raw: The variables as they were written.
            template: Ansible's way to template a value.
            given: Variables in place of those, which are as they should be.
        """
        self._raw = raw
        self._template = template
        self._given = given

    def __getitem__(self, name: str) -> Any:
        """A variable; None where it is omitted.

        Raises:
            KeyError: There is none.
            OptionError: It cannot be templated.
        """
        if name in self._given:
            return self._given[name]
        return templated(name, self._raw, self._template)

    def written(self, name: str) -> Any:
        """A variable as it was written; None where there is none."""
        return self._given[name] if name in self._given else self._raw.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def templated(name: str, raw: Mapping[str, Any], template: Callable[[Any], Any]) -> Any:
    """The value of a variable; None where it is omitted.

    Args:
        name: The variable.
        raw: The variables of its host as they were written.
        template: Ansible's way to template a value; it is asked only for what may be a template.

    Raises:
        KeyError: There is none.
        OptionError: It cannot be templated.
    """
    value = raw[name]
    if not may_be_template(value):
        return plain(value)
    try:
        return _without(plain(template(value)), raw.get("omit"))
    except AnsibleError as error:
        if type(error).__name__ == "AnsibleValueOmittedError":  # of ansible-core 2.19 and later
            return None
        raise OptionError(name, said(str(error))) from error


def _without(value: Any, omitted: Any) -> Any:
    """A value without what is omitted in it, which is one text on ansible-core 2.18 and before."""
    if not isinstance(omitted, str):
        return value
    if isinstance(value, dict):
        return {key: _without(item, omitted) for key, item in value.items() if item != omitted}
    if isinstance(value, list):
        return [_without(item, omitted) for item in value if item != omitted]
    return None if value == omitted else value


def may_be_template(value: Any) -> bool:
    """Whether there is anything for Jinja in a value; in doubt there is."""
    if value is None or isinstance(value, (bool, int, float)):
        return False
    if isinstance(value, str):
        return "{{" in value or "{%" in value or "{#" in value or value.startswith("#jinja2:")
    if isinstance(value, Mapping):
        return any(may_be_template(item) for pair in value.items() for item in pair)
    if isinstance(value, (list, tuple)):
        return any(map(may_be_template, value))
    return True

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an option is, and what Ansible is told of it: argument specifications and documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One option, in Ansible's terms.

    Attributes:
        name: Its name.
        description: Paragraphs in Ansible's markup; none for options whose documentation is written elsewhere.
        type: Ansible's type.
        default: Its default; of lists and dictionaries a tuple. None means that it has none.
        elements: Type of the elements of a list.
        choices: The possible values; none means any.
        required: Whether it must be given.
        suboptions: Keys of a dictionary, or of the dictionaries in a list.
        bounds: Least and greatest value of a number.
    """

    name: str
    description: tuple[str, ...] = ()
    type: str = "str"
    default: Any = None
    elements: str | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    suboptions: tuple[Option, ...] = ()
    bounds: tuple[int, int] | None = None

    def specification(self, below: str = "options") -> dict[str, Any]:
        """The option as Ansible's argument specifications have it.

        Args:
            below: Key for suboptions: ``options``, in documentation ``suboptions``.
        """
        found: dict[str, Any] = {"type": self.type}
        if self.elements:
            found["elements"] = self.elements
        if self.choices:
            found["choices"] = list(self.choices)
        if self.required:
            found["required"] = True
        if self.default is not None:
            found["default"] = {"list": list, "dict": dict}.get(self.type, lambda value: value)(self.default)
        if self.suboptions:
            found[below] = {option.name: option.specification(below) for option in self.suboptions}
        return found

    def documentation(self) -> dict[str, Any]:
        """The option as Ansible's documentation has it."""
        found = {"description": list(self.description), **self.specification("suboptions")}
        if self.suboptions:
            found["suboptions"] = {option.name: option.documentation() for option in self.suboptions}
        return found


def argument_spec(options: Iterable[Option]) -> dict[str, dict[str, Any]]:
    """An argument specification as Ansible's validator takes it."""
    return {option.name: option.specification() for option in options}


def documentation(
    options: Iterable[Option], notes: Iterable[str] = (), attributes: Mapping[str, Mapping[str, Any]] | None = None
) -> str:
    """A documentation fragment. It is JSON, which every reader of YAML reads.

    Args:
        options: The options it documents.
        notes: Notes of all plugins that extend it.
        attributes: What they support, in Ansible's terms.
    """
    told: dict[str, Any] = {"options": {option.name: option.documentation() for option in options}}
    if notes:
        told["notes"] = list(notes)
    if attributes:
        told["attributes"] = {name: dict(attribute) for name, attribute in attributes.items()}
    return json.dumps(told, indent=2)

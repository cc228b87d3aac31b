# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has said to everything, as it was heard: the only thing that answers are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .parts import Heard


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that had a line of its own.

    Attributes:
        text: What it printed on standard output.
        code: Its exit code; None where it did not end, or the host refused to start it.
    """

    text: str
    code: int | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that was heard. A part that was not asked is missing, and its answers are null.

    Attributes:
        who, folder, files, tasks, netsh, registry: The parts of the lines of `questions` by their names.
        fired: The last look at the files of the tasks.
        runs: Commands that had a line of their own, by name.
        rules: Rule strings of the kit by their names.
    """

    who: Mapping[str, Heard] = field(default_factory=dict)
    folder: Mapping[str, Heard] = field(default_factory=dict)
    files: Mapping[str, Heard] = field(default_factory=dict)
    tasks: Mapping[str, Heard] = field(default_factory=dict)
    netsh: Mapping[str, Heard] = field(default_factory=dict)
    registry: Mapping[str, Heard] = field(default_factory=dict)
    fired: Mapping[str, Heard] = field(default_factory=dict)
    runs: Mapping[str, Ran] = field(default_factory=dict)
    rules: Mapping[str, str] | None = None


def succeeded(parts: Mapping[str, Heard], name: str) -> bool | None:
    """Whether a part succeeded; None where it was not asked."""
    return parts[name].succeeded if name in parts else None


def text_of(parts: Mapping[str, Heard], name: str) -> str | None:
    """What a part printed if it succeeded; None otherwise."""
    found = parts.get(name)
    return found.text if found and found.succeeded else None

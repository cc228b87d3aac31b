# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What netsh makes of an argument's value: rule-string tokens, or a refusal."""

from __future__ import annotations

from collections.abc import Callable

Tokens = dict[str, tuple[str, ...]]
"""Rule-string keys and their values; an empty tuple means: no such token."""


class NetshError(Exception):
    """A command netsh refuses. ``key`` names the message, ``arguments`` fill it."""

    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


def choice(key: str, error: str = "bad_value", **words: str | None) -> Callable[[str], Tokens]:
    """A parser of one of ``words``, in any case, for the values of ``key``; None: no such token."""

    def parse(value: str) -> Tokens:
        if value.lower() not in words:
            raise NetshError(error)
        word = words[value.lower()]
        return {key: () if word is None else (word,)}

    return parse

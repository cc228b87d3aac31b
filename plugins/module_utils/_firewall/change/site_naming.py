# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a site rule tells which entry of ``extra_rules`` made it: by its key, and to people by its description."""

from __future__ import annotations

import re

from ..state.rule import FirewallRule
from .naming import parse_name

SITE_KEY = "x-"
"""Begin of the keys of site rules."""

_SLUG = re.compile(r"[^a-z0-9]+")
_DESCRIBED = "Managed by lyncops.firewall. Extra rule: "


def site_key(name: str) -> str:
    """The key of an entry's rules; two names that differ in case, blanks or punctuation alone share one.

    Args:
        name: The entry's name.
    """
    return SITE_KEY + _SLUG.sub("-", name.lower()).strip("-")


def described(name: str, own: str) -> str:
    """The description of an entry's rules.

    Args:
        name: The entry's name.
        own: What the entry itself says; may be empty.
    """
    return f"{_DESCRIBED}{name}{f'. {own}' if own else ''}"


def entry_name(rule: FirewallRule) -> str:
    """The name of the entry that made a site rule, read from its description; empty for all other rules.

    Where that entry is gone, the rule on the host is all that still has the name.

    Args:
        rule: A rule, under its display name.
    """
    managed = parse_name(rule.name)
    if not managed or not managed.key.startswith(SITE_KEY) or not rule.description.startswith(_DESCRIBED):
        return ""
    words = rule.description.removeprefix(_DESCRIBED).split(". ")
    names = (". ".join(words[:count]) for count in range(1, len(words) + 1))
    return next((name for name in names if site_key(name) == managed.key.partition(".")[0]), "")

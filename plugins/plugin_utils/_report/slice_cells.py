# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of a JSON report, read back: what each says of a requirement on a host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._firewall.traffic.proportion import Except
from ...module_utils._firewall.traffic.reasons import Status
from ...module_utils._texts import said
from .members import as_count, as_text, each, needed_texts, one_of
from .model import Beyond, Finding
from .observed import ProbedPort
from .parts import ResultError, count_of, text_of, texts_of

LONGEST_TEXT = 8191
"""Characters of a message, a command or a remedy; the report of an audit has none that is longer."""

_STATUSES = {status.value: status for status in Status}
PLAIN, MORE = 5, 6  # members of a cell without and with a sixth, where there is more to say


def read_finding(
    item: Sequence[Any], unprotected: bool, more_rules: int = 0, excepted: Except | None = None
) -> Finding:
    """``[verdict, reason, [by], part]``, and what is said of it elsewhere."""
    verdict, reason, by, part = item
    if not isinstance(by, list):
        raise ResultError("the names of what decides are no list")
    return Finding(
        verdict=_STATUSES[one_of(as_text(verdict, "a verdict"), _STATUSES, "a verdict")],
        reason=said(as_text(reason, "a reason")),
        by=each(by, lambda name: said(as_text(name, "what decides"))),
        part=said(as_text(part, "a part of the traffic"), LONGEST_TEXT),
        unprotected=unprotected,
        more_rules=more_rules,
        excepted=excepted,
    )


def read_of_profile(item: Any) -> Finding:
    """The same of one profile, with a fifth member: whether everything else gets through as well."""
    if not isinstance(item, list) or len(item) != PLAIN or not isinstance(item[4], bool):
        raise ResultError("the verdict of a profile is no list of five members, the last of them true or false")
    return read_finding(item[:4], unprotected=item[4])


def read_except(item: Mapping[str, Any]) -> Except:
    """A few blocked addresses that a verdict leaves out."""
    found = Except(
        count_of(item, "addresses"), count_of(item, "rules"), texts_of(item, "first"), texts_of(item, "private")
    )
    if not (found.addresses and found.rules and found.first):
        raise ResultError("blocked addresses are named, and yet there are none")
    return found


def read_wider(item: Mapping[str, Any]) -> Beyond:
    """Who gets in beside those whom a requirement is scoped to."""
    for key in ("perhaps", "blockable"):
        if item.get(key, True) is not True:
            raise ResultError(f"{key} is said only where it is true")
    return Beyond(
        addresses=tuple(map(said, needed_texts(item, "addresses"))),
        by=tuple(map(said, texts_of(item, "by"))),
        profiles=texts_of(item, "profiles"),
        ports=said(text_of(item, "ports")) if "ports" in item else "",
        more_rules=count_of(item, "more_rules"),
        perhaps="perhaps" in item,
        blockable="blockable" in item,
    )


def read_probed(item: Any) -> ProbedPort:
    """What a probe from outside saw of a port."""
    if not isinstance(item, list) or len(item) != PLAIN or not (item[4] is None or isinstance(item[4], bool)):
        raise ResultError("a probe is no list of five members, the last of them true, false or null")
    transport, port, status, says, tls = item
    words = [said(as_text(word, "a word of a probe"), LONGEST_TEXT) for word in (transport, status, says)]
    return ProbedPort(words[0], as_count(port, "a probe's port"), words[1], words[2], tls)

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One requirement of a registered result, as a cell of the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils._firewall.change.naming import PREFIX
from ...module_utils._firewall.traffic.proportion import Except
from ...module_utils._firewall.traffic.reasons import Status
from ...module_utils._policy.admitted import all_admitted
from ...module_utils._texts import said
from .model import EVERYBODY, Beyond, Cell, Finding, ReportRequirement
from .parts import ResultError, count_of, flag_of, mapping_of, text_of, texts_of

LONGEST_TEXT = 2000
"""Characters of a remedy, or of a message of a host."""
_MOST_NAMES = 20  # three rules, and the older lists and settings that may decide with them


def read_cell(item: Any, finding: Finding, commands: Sequence[str]) -> Cell:
    """A requirement of a result.

    Args:
        item: An entry of ``requirements``.
        finding: What `read_finding` has read of it.
        commands: The host's commands, case-folded: Windows' names of rules have no case.

    Raises:
        ResultError: It is none of ours, or damaged.
    """
    ports = text_of(item, "ports")
    return Cell(
        requirement=ReportRequirement(
            id=text_of(item, "id"),
            service=text_of(item, "service"),
            ports=ports,
            transports=texts_of(item, "transports"),
            direction=text_of(item, "direction"),
            documented_ports=text_of(item, "documented_ports") if "documented_ports" in item else ports,
            caveat=text_of(item, "caveat") if item.get("caveat") is not None else "",
        ),
        finding=finding,
        by_profile=tuple((str(name), read_finding(found)) for name, found in mapping_of(item, "by_profile").items())
        if "by_profile" in item
        else (),
        commands=_remediating(texts_of(item, "rules"), commands) if finding.verdict is not Status.OPEN else (),
        remedy=said(text_of(item, "remedy"), LONGEST_TEXT) if "remedy" in item else "",
        admits=(admits := _admits(item)),
        admits_all=tuple(map(said, all_admitted(item, admits or ()))),
        wider=_wider(mapping_of(item, "wider")) if "wider" in item else None,
    )


def _admits(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Who gets in; what is usual is not said, see `model.admitted`."""
    if "admits" not in item or text_of(item, "direction") != "in":
        return None
    if item["admits"] is None:
        return ("not known",)
    found = texts_of(item, "admits")
    if found == EVERYBODY and item.get("verdict") == Status.OPEN.value:
        return None
    return tuple(map(said, found)) or ("nobody",)


def _wider(item: Mapping[str, Any]) -> Beyond:
    by = texts_of(item, "by")
    return Beyond(
        addresses=tuple(map(said, texts_of(item, "addresses"))),
        by=shown(by[:_MOST_NAMES]),
        profiles=texts_of(item, "profiles"),
        ports=said(text_of(item, "ports")),
        more_rules=count_of(item, "more_rules") + len(by[_MOST_NAMES:]),
        perhaps=flag_of(item, "perhaps"),
        blockable=flag_of(item, "blockable"),
    )


def _remediating(keys: Iterable[str], commands: Sequence[str]) -> tuple[int, ...]:
    """Places of the commands that are about rules of these keys: those name them, `LyncOps <key> g<generation>`."""
    names = [f'name="{PREFIX} {key} g'.casefold() for key in keys]
    return tuple(place for place, command in enumerate(commands) if any(name in command for name in names))


def read_finding(item: Any) -> Finding:
    """A verdict and why, of a requirement or of one profile of it.

    Raises:
        ResultError: It is none of ours, or damaged.
    """
    verdict = text_of(item, "verdict")
    if verdict not in {known.value for known in Status}:
        raise ResultError(f"{verdict[:40]!r} is no verdict")
    by = texts_of(item, "by")
    return Finding(
        verdict=Status(verdict),
        reason=said(text_of(item, "reason")),
        by=shown(by[:_MOST_NAMES]),
        part=said(text_of(item, "part"), LONGEST_TEXT),
        unprotected=flag_of(item, "unprotected"),
        more_rules=count_of(item, "more_rules") + len(by[_MOST_NAMES:]),
        excepted=_excepted(mapping_of(item, "except")) if "except" in item else None,
    )


def shown(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts of a host as they may be shown."""
    return tuple(map(said, texts))


def _excepted(item: Mapping[str, Any]) -> Except:
    return Except(
        count_of(item, "addresses"), count_of(item, "rules"), texts_of(item, "first"), texts_of(item, "private")
    )

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof that nothing of anybody else was changed, in results: fingerprints, and what differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..module_utils._firewall.change.fingerprint import (
    differences,
    foreign,
    marks,
    names_by_mark,
    touched,
)
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._texts import said
from ._host.outcome import Outcome
from ._plan.approved import PlannedHost
from ._plan.since import changed_since
from ._said import bytes_of, fitting, texts

MOST_MARKED = 2_000
"""Rules of a host whose marks are kept with a plan; see `fingerprint.marks` for what each takes of a result."""

ROOM_FOR_NAMES = 10_000
"""Bytes of a result for the names of these rules, so that one that is gone later can be named."""

_LONGEST_NAME = 80


def read_proof(snapshot: Snapshot, planned: PlannedHost | None, connected_to: str = "") -> dict[str, Any]:
    """The fingerprint of a host that was read.

    Args:
        snapshot: The host.
        planned: What it was when a plan was made; None where there is none to compare with.
        connected_to: Where it is connected to; empty where it is a file.
    """
    found = foreign(snapshot)
    proof: dict[str, Any] = {"rules": found.rules, "sha256": found.sha256}
    if planned:
        since = changed_since(planned, snapshot, connected_to)
        proof["since_plan"] = {"rules": planned.rules, "sha256": planned.sha256, "differences": since}
    return proof


def work_proof(outcome: Outcome, *, detailed: bool) -> dict[str, Any]:
    """The fingerprints before and after the work on a host, and what differs.

    Args:
        outcome: The work, done or predicted.
        detailed: Whether to add what a plan keeps for a comparison later.
    """
    before = after = foreign(outcome.before)
    changed: tuple[str, ...] = ()
    if outcome.after is not outcome.before:  # it is the same where there was nothing to do
        # After is Windows' own word: whoever else writes meanwhile is seen here too.
        after = foreign(outcome.after)
        changed = differences(outcome.before, outcome.after, touched(outcome.plan))
    kept: dict[str, Any] = {}
    if detailed:
        told = marks(outcome.before) if before.rules <= MOST_MARKED else ()
        names = _kept_names(outcome.before) if told else {}
        by_plan = touched(outcome.plan)
        kept = {
            "marks": "".join(told),
            "names": names,
            "settings": dict(before.settings),
            "touched": {"settings": sorted(by_plan.settings), "switched": dict(by_plan.switched)},
        }
    return {
        "rules": before.rules,
        "sha256": before.sha256,
        "rules_after": after.rules,
        "sha256_after": after.sha256,
        "differences": _told(changed),
        **kept,
    }


def _kept_names(snapshot: Snapshot) -> dict[str, str]:
    """Mark to name, as many as there is room for."""
    pairs = [(mark, said(name, _LONGEST_NAME)) for mark, name in names_by_mark(snapshot)]
    return dict(fitting(pairs, ROOM_FOR_NAMES, lambda pair: len(pair[0]) + bytes_of(pair[1]) + 8))


def _told(sentences: Iterable[str]) -> list[str]:
    return texts(sentences, "foreign")

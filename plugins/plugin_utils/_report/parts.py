# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a registered result, each of the type it must have. All functions raise `ResultError` for anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._texts import said


class ResultError(ValueError):
    """A result is none of ours, or damaged."""


def mapping_of(item: Any, key: str) -> dict[str, Any]:
    """A dictionary that must be there."""
    value = _get(item, key)
    if not isinstance(value, dict):
        raise ResultError(f"{key} is no dictionary")
    return value


def list_of(item: Any, key: str) -> list[Any]:
    """A list; one that is not there is empty."""
    value = _get(item, key, [])
    if not isinstance(value, list):
        raise ResultError(f"{key} is no list")
    return value


def texts_of(item: Any, key: str) -> tuple[str, ...]:
    """A list of texts; one that is not there is empty."""
    values = list_of(item, key)
    if not all(isinstance(value, str) for value in values):
        raise ResultError(f"{key} holds something else than texts")
    return tuple(values)


def text_of(item: Any, key: str) -> str:
    """A text that must be there."""
    value = _get(item, key)
    if not isinstance(value, str):
        raise ResultError(f"{key} is no text")
    return value


def flag_of(item: Any, key: str) -> bool:
    """A truth value; one that is not there is false."""
    value = _get(item, key, False)
    if not isinstance(value, bool):
        raise ResultError(f"{key} is neither true nor false")
    return value


def count_of(item: Any, key: str) -> int:
    """A number of things; one that is not there is none."""
    value = _get(item, key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ResultError(f"{key} is no number of things")
    return value


def service_of(item: Any) -> dict[str, Any]:
    """The firewall service of a host, as the schema's ``service`` has it."""
    return {"running": flag_of(item, "running"), "state": text_of(item, "state"), "start": text_of(item, "start")}


def profile_of(item: Any) -> dict[str, Any]:
    """A profile of a host, as the schema's ``profile`` has it."""
    return {
        "enabled": flag_of(item, "enabled"),
        "inbound": text_of(item, "inbound"),
        "outbound": text_of(item, "outbound"),
        "shields_up": flag_of(item, "shields_up"),
        "local_rules": flag_of(item, "local_rules"),
        "by_group_policy": flag_of(item, "by_group_policy"),
    }


def foreign_of(item: Any) -> dict[str, Any]:
    """The fingerprint of what is not ours on a host, as the schema's ``foreign`` has it."""
    differences = texts_of(item, "differences")
    found = {"rules": count_of(item, "rules"), "sha256": text_of(item, "sha256")}
    compared = text_of(item, "compared") if "compared" in item else ""
    if compared not in ("", *COMPARED):
        raise ResultError(f"{compared[:40]!r} is nothing to compare with")
    return {**found, "compared": compared, "differences": list(differences)} if compared else found


def judged_from_of(item: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The files that were judged in place of a host, each with its time; none where it was read itself."""
    if "judged_from" not in item:
        return ()
    files = list_of(item, "judged_from")
    return tuple((said(text_of(file, "file")), said(text_of(file, "saved"))) for file in files)


def said_texts_of(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Sentences that may hold words of a host's; none where there is no such member."""
    return tuple(map(said, texts_of(item, key))) if key in item else ()


COMPARED = ("plan", "run")
"""What a fingerprint was compared with: what it was when a plan was made, or before a run."""

_MISSING = object()


def _get(item: Any, key: str, default: Any = _MISSING) -> Any:
    if not isinstance(item, dict):
        raise ResultError(f"a dictionary with {key} is missing")
    value = item.get(key, default)
    if value is _MISSING:
        raise ResultError(f"{key} is missing")
    return value

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that was made and approved, read again: what may be done to a host, and what the host was then.

The file's first line has the digest of every host's plan, and each host has a line of its own, so that whoever works
on one host of a thousand reads no more than that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...module_utils._firewall.change.fingerprint import UNTOUCHED, Touched
from .._paths import followed
from .cuts import Cuts, read_cuts

_SCHEMAS = "urn:lyncops:firewall:plan:"

SCHEMA = f"{_SCHEMAS}2"
"""Names the form of the file. A name, not an address: nothing is fetched."""

SHOWN = 12
"""Digits of a digest that people are shown."""

HOSTS = ',"hosts":['
"""How the first line ends."""


NEW_ONE = "Make a new plan with lyncops.firewall.plan and have it approved"
"""What to do about a host whose plan is not what it was."""

_CHANGED = "it was changed after it was made: its digest does not fit. Make a new one with lyncops.firewall.plan"


OF_NO_PLAN = "a digest was approved, and no plan is named: say which file it is of"
"""What is wrong about the option ``plan_digest`` alone: nothing would hold the run."""


class PlanError(ValueError):
    """A file is no plan, or one that was changed by hand; the message says which."""


@dataclass(frozen=True, slots=True)
class PlannedHost:
    """What a plan says of one host.

    Attributes:
        digest: Of all that is to be done to it; empty where it could not be planned.
        rules: How many rules of others it had.
        sha256: Fingerprint of these and of the profiles' settings; empty where it could not be read.
        marks: Short digests of these rules.
        settings: The profiles' settings.
        by_plan: What it changes of that which is not ours.
        names: Mark to the name of the rule, of as many as the plan keeps.
        connected_to: Where it was connected to; empty where that was not known.
        cuts: What would be cut.
    """

    digest: str
    rules: int = 0
    sha256: str = ""
    marks: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    by_plan: Touched = UNTOUCHED
    names: Mapping[str, str] = field(default_factory=dict)
    connected_to: str = ""
    cuts: Cuts = field(default_factory=Cuts)


@dataclass(frozen=True, slots=True)
class Course:
    """How a run that is held to a plan goes through its hosts.

    Attributes:
        batches: The hosts that are changed together, batch by batch.
        serial: The sizes that made them.
        most_failing: Percent of the hosts of a batch that may fail before the next one.
    """

    batches: tuple[tuple[str, ...], ...] = ()
    serial: tuple[str, ...] = ()
    most_failing: float = 0


def refusal(path: str, digests: Mapping[str, str], host: str, digest: str) -> str:
    """Why a host must not be changed; empty where its plan is the one that was approved.

    Args:
        path: The file, for people.
        digests: What `read_digests` has read of it.
        host: The host.
        digest: That of its plan now.
    """
    if host not in digests:
        return not_in_plan(path)
    if digests[host] == digest:
        return ""
    was = f"it was {digests[host][:SHOWN]}" if digests[host] else "it could not be made then"
    return (
        f"what is to be done is no longer what is in the plan {path} ({was}, it is {digest[:SHOWN]} now): the host or "
        "its variables changed since. Every -e that the plan was made with belongs to this run too. It is left alone. "
        f"{NEW_ONE}"
    )


def not_in_plan(path: str) -> str:
    """What is said of a host that a plan does not have."""
    return f"the host is not in the plan {path}, so it is left alone. Make a new plan with lyncops.firewall.plan"


def digest_of(digests: Mapping[str, str], seals: Mapping[str, str], course: Course) -> str:
    """The digest of a whole plan, and of all that its file says of hosts.

    Args:
        digests: Host to the digest of its plan, empty where it could not be planned.
        seals: Host to the `seal` of its line.
        course: How a run goes through them. Hosts of one batch have no order.
    """
    lines = [f"{host}\0{digest}\0{seals.get(host, '')}\n" for host, digest in sorted(digests.items())]
    lines += ["\0".join(("batch", *sorted(batch))) + "\n" for batch in course.batches]
    lines += ["\0".join(("serial", *course.serial)) + "\n", f"max_fail_percentage\0{course.most_failing:g}\n"]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def seal(line: str) -> str:
    """The digest of a host's line."""
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()


def plan_file(path: str) -> Path:
    """The file that an option or a variable names; a relative path starts at the current directory.

    Raises:
        ValueError: It leads nowhere.
    """
    return followed(path)


def read_digests(path: Path, approved: str = "") -> dict[str, str]:
    """The digest of every host's plan.

    Args:
        path: The file, as ``lync_firewall_plan`` has written it.
        approved: The digest that was approved, or its first digits; empty where nobody says.

    Raises:
        OSError: It cannot be read.
        PlanError: It is no plan, was changed after it was made, or is not the one that was approved.
    """
    return _read_head(path, approved).digests


def read_states(path: Path, approved: str = "") -> tuple[str, dict[str, str], Course]:
    """The digest of a plan, what it would do on each host, as the values of `model.PlanState`, and in which course.

    Raises:
        OSError, PlanError: See `read_digests`; or a host has no line, or one that was changed.
    """
    head = _read_head(path, approved)
    states = {}
    with path.open("rb") as stream:
        for line in stream:
            if line.startswith(b'{"name":'):
                entry = _object(line)
                host = str(entry["name"])
                if _seal_of(line) != head.seals.get(host):
                    raise PlanError(_CHANGED)
                states[host] = str(entry.get("state"))
    if states.keys() != head.digests.keys():
        raise PlanError(_CHANGED)
    return head.digest, states, head.course


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line of a plan, which is as it was made."""

    digest: str
    digests: dict[str, str]
    seals: dict[str, str]
    course: Course


def _read_head(path: Path, approved: str) -> _Head:
    with path.open("rb") as stream:
        head = _object(stream.readline(), "}")
    digests, seals, digest, schema = (head.get(key) for key in ("digests", "seals", "digest", "schema"))
    if schema != SCHEMA and str(schema).startswith(_SCHEMAS):
        raise PlanError(
            f"another version of this collection has made it (its schema is {str(schema)[:40]}, and {SCHEMA} is what "
            f"this one reads). {NEW_ONE}"
        )
    if schema != SCHEMA or not isinstance(digests, dict) or not isinstance(seals, dict):
        raise PlanError(f"it is no plan of this collection: its schema is not {SCHEMA}")
    found = {str(host): str(each) for host, each in digests.items()}
    sealed = {str(host): str(each) for host, each in seals.items()}
    course = _course(head)
    if digest_of(found, sealed, course) != digest:
        raise PlanError(_CHANGED)
    signed = approved.strip().lower()
    if signed and (len(signed) < SHOWN or not str(digest).startswith(signed)):
        raise PlanError(
            f"its digest is {digest}, and what was approved is {signed[: len(str(digest)) + 1]} (of that at least "
            f"{SHOWN} digits are needed)"
        )
    return _Head(str(digest), found, sealed, course)


def _course(head: Mapping[str, Any]) -> Course:
    try:
        batches = tuple(tuple(map(str, batch["hosts"])) for batch in head["batches"])
        return Course(batches, tuple(map(str, head["serial"])), float(head["max_fail_percentage"]))
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(_CHANGED) from error


def read_planned(path: Path, host: str, approved: str = "") -> PlannedHost | None:
    """What a plan says of one host; None where the host is not in it.

    Raises:
        OSError, PlanError: See `read_digests`.
    """
    head = _read_head(path, approved)
    digests = head.digests
    if host not in digests:
        return None
    start = f'{{"name":{json.dumps(host)},'.encode("ascii")
    with path.open("rb") as stream:
        line = next((line for line in stream if line.startswith(start)), None)
    if line is None:
        raise PlanError(f"it has no line of {host}")
    entry = _object(line)
    if _seal_of(line) != head.seals.get(host):
        raise PlanError(_CHANGED)
    foreign = entry.get("foreign")
    if not isinstance(foreign, dict):
        return PlannedHost(digests[host])
    try:
        marks, settings, rules = str(foreign["marks"]), dict(foreign["settings"]), int(foreign["rules"])
        digits = len(marks) // rules if marks and rules else 1  # all marks of a host are of one length
        return PlannedHost(
            digests[host],
            rules,
            str(foreign["sha256"]),
            tuple(marks[place : place + digits] for place in range(0, len(marks), digits)),
            {str(name): str(value) for name, value in settings.items()},
            _touched(foreign.get("touched") or {}),
            {str(mark): str(name) for mark, name in dict(foreign.get("names") or {}).items()},
            str(entry["connected_to"]),
            read_cuts(entry["cuts"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(f"its line of {host} is damaged ({type(error).__name__}: {error})") from error


def _touched(found: Mapping[str, Any]) -> Touched:
    switched = dict(found.get("switched") or {})
    return Touched(
        frozenset(map(str, found.get("settings") or ())), {str(key): bool(was) for key, was in switched.items()}
    )


def _seal_of(line: bytes) -> str:
    return seal(line.decode("utf-8", "replace").rstrip("\r\n").removesuffix(","))


def _object(line: bytes, end: str = "") -> Mapping[str, Any]:
    """The object that is a line's text, with what the line ends before."""
    try:
        found = json.loads(line.decode("utf-8").rstrip("\r\n").removesuffix(HOSTS if end else ",") + end)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"it is no plan of this collection: {error}") from error
    if not isinstance(found, dict):
        raise PlanError("it is no plan of this collection")
    return found

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON report, read back: one slice of an estate, to be put together with others by `merge`.

docs/report-schema-3.json says what it holds. Others may have changed the file: what is wrong about a host makes that
host ``failed``, with a message, and what the schema does not know is ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._texts import said
from .logged import read_host_log, read_source
from .members import as_count, each, member, needed_list, needed_texts, one_of, whole
from .model import Cell, HostClass, Leaver, ReportHost, ReportRequirement
from .parts import (
    ResultError,
    count_of,
    flag_of,
    foreign_of,
    judged_from_of,
    list_of,
    mapping_of,
    profile_of,
    said_texts_of,
    service_of,
    text_of,
    texts_of,
)
from .schemas import RETIRED_SCHEMA, SCHEMA, STATUS_SCHEMA, VERSION
from .slice_cells import LONGEST_TEXT, MORE, PLAIN, read_except, read_finding, read_of_profile, read_probed, read_wider

_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_POLICIES = ("block", "allow")
_TRANSPORTS = ("tcp", "udp")
_DIRECTIONS = ("in", "out")
_CLASSES = {host_class.value: host_class for host_class in HostClass}

_Row = ReportRequirement | ResultError


class SliceError(ValueError):
    """A file is no report that can be put together with others; the message says why."""


class NotMeant(SliceError):
    """A file is one of those that stand beside reports: in a folder it is passed over without a word."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The report of some hosts of an estate.

    Attributes:
        path: Where it was read, for messages.
        created: When it was made: UTC, ISO 8601.
        hosts: Its hosts, in its order. One that is damaged is ``failed``, and its message says what is wrong.
        left: Whom it knows to have left.
        elsewhere: Whom it knows and was not of.
        files_of_nobody: Files that stood for no host of its inventory.
        nameless: How many more entries of its list of hosts have no name, and so are nobody.
    """

    path: str
    created: str
    hosts: tuple[ReportHost, ...]
    nameless: int = 0
    left: tuple[Leaver, ...] = ()
    elsewhere: tuple[Leaver, ...] = ()
    files_of_nobody: tuple[str, ...] = ()


def read_slice(path: str, text: str | bytes) -> Slice:
    """Read a JSON report.

    Args:
        path: Where it is from, for messages.
        text: What the file holds.

    Raises:
        SliceError: It is no JSON, no report of this collection, of another version, or damaged as a whole.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SliceError(f"it is not JSON ({said(str(error))})") from error
    if isinstance(found, dict) and found.get("schema") in (STATUS_SCHEMA, RETIRED_SCHEMA):
        raise NotMeant("it stands beside reports, and is none")
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise SliceError(f"it is JSON, but no report of this collection: its schema is not {SCHEMA}")
    if found.get("version") != VERSION:
        version = said(repr(found.get("version")), 40)
        raise SliceError(f"it is a report of version {version}; this one reads {VERSION}")
    try:
        created = text_of(found, "created")
        if not _CREATED.fullmatch(created):
            raise ResultError(f"created is no time in UTC, but {said(repr(created), 40)}")
        reader = _Reader(path, [_requirement(item) for item in needed_list(found, "requirements")])
        items = needed_list(found, "hosts")
        left, elsewhere = (tuple(map(_leaver, list_of(found, key))) for key in ("left", "elsewhere"))
        files = tuple(map(said, texts_of(found, "files_of_nobody"))) if "files_of_nobody" in found else ()
    except ResultError as error:
        raise SliceError(f"it is a damaged report ({error})") from error
    hosts = tuple(reader.host(item) for item in items if _has_name(item))
    return Slice(path, created, hosts, len(items) - len(hosts), left, elsewhere, files)


def _leaver(item: Any) -> Leaver:
    if not isinstance(item, dict):
        raise ResultError("who has left is no object")
    rules = None if item.get("rules") is None else as_count(item["rules"], "rules")
    roles = texts_of(item, "roles") if "roles" in item else ()
    policy_rules = count_of(item, "policy_rules")
    return Leaver(said(text_of(item, "name")), text_of(item, "why"), roles, rules, text_of(item, "seen"), policy_rules)


def _has_name(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str) and item["name"] != ""


def _requirement(item: Any) -> _Row:
    """A requirement, or what is wrong about it: that is the trouble of the hosts that have it."""
    try:
        ports = text_of(item, "ports")
        transports = texts_of(item, "transports")
        for transport in transports:
            one_of(transport, _TRANSPORTS, "a transport")
        return ReportRequirement(
            id=text_of(item, "id"),
            ports=ports,
            service=text_of(item, "service"),
            transports=transports,
            direction=one_of(text_of(item, "direction"), _DIRECTIONS, "a direction"),
            documented_ports=text_of(item, "documented_ports") if "documented_ports" in item else ports,
            caveat=text_of(item, "caveat") if item.get("caveat") is not None else "",
        )
    except ResultError as error:
        return error


class _Reader:
    """Reads the hosts of one report. Cells that are alike, as most are, become one object."""

    def __init__(self, path: str, rows: Sequence[_Row]) -> None:
        self._path, self._rows = path, rows
        self._cells: dict[tuple[Any, ...], Cell] = {}

    def host(self, item: Mapping[str, Any]) -> ReportHost:
        """A host that has a name."""
        name = said(item["name"])
        try:
            return self._host(name, item)
        except ResultError as error:
            message = f"What {said(self._path)} has of the host cannot be read: {said(str(error))}"
            return ReportHost(name, HostClass.FAILED, message)

    def _host(self, name: str, item: Mapping[str, Any]) -> ReportHost:
        commands = tuple(said(line, LONGEST_TEXT) for line in needed_texts(item, "commands"))
        cells = [self._cell(cell, len(commands)) for cell in needed_list(item, "cells")]
        return ReportHost(
            name=name,
            host_class=_CLASSES[one_of(text_of(item, "class"), _CLASSES, "a class")],
            message=said(text_of(item, "message"), LONGEST_TEXT),
            roles=texts_of(item, "roles"),
            pool=text_of(item, "pool") if "pool" in item else "",
            site=text_of(item, "site") if "site" in item else "",
            service=None if member(item, "service") is None else whole(service_of, item["service"]),
            profiles={key: _profile(found) for key, found in mapping_of(item, "profiles").items()},
            managed_rules=as_count(member(item, "managed_rules"), "managed_rules"),
            commands=commands,
            cells=tuple(sorted(cells, key=lambda cell: cell.requirement)),
            disabled_lync_rules=tuple(map(said, texts_of(item, "disabled_lync_rules"))),
            skipped_rows=texts_of(item, "skipped_rows"),
            policy_rules=count_of(item, "policy_rules"),
            stale=count_of(item, "stale"),
            refused=flag_of(item, "refused"),
            narrowing=flag_of(item, "narrowing"),
            foreign=foreign_of(item["foreign"]) if "foreign" in item else None,
            since=text_of(item, "since") if "since" in item else "",
            judged_from=judged_from_of(item),
            assumptions=said_texts_of(item, "assumptions"),
            lacking=said_texts_of(item, "lacking"),
            outdated=said_texts_of(item, "outdated"),
            product=said(text_of(item, "product")) if "product" in item else "",
            unasked=each(list_of(item, "unasked"), lambda one: as_count(one, "an unasked port")),
            probed=each(list_of(item, "probe"), read_probed),
            log=read_host_log(mapping_of(item, "log")) if "log" in item else None,
        )

    def _cell(self, item: Any, commands: int) -> Cell:
        if not isinstance(item, list) or not PLAIN <= len(item) <= MORE:
            raise ResultError("a cell is no list of five or six members")
        if len(item) == MORE or not isinstance(item[3], list):
            return self._new_cell(item, commands)
        try:
            # With the type of its number: true is 1 to Python, and to nobody else.
            key = (type(item[0]), *item[:3], tuple(item[3]), item[4])
            if key not in self._cells:
                self._cells[key] = self._new_cell(item, commands)
            return self._cells[key]
        except TypeError:  # a member that is a list or an object, where a text or a number should be
            return self._new_cell(item, commands)

    def _new_cell(self, item: Sequence[Any], commands: int) -> Cell:
        place = as_count(item[0], "a cell's requirement")
        if place >= len(self._rows):
            raise ResultError(f"a cell's requirement is number {place} of {len(self._rows)}")
        row = self._rows[place]
        if isinstance(row, ResultError):
            raise ResultError(f"requirement number {place}: {row}")
        more = item[5] if len(item) == MORE else {}
        places = each(list_of(more, "commands"), lambda one: as_count(one, "a cell's command"))
        if any(one >= commands for one in places):
            raise ResultError(f"a cell names command number {max(places)} of {commands}")
        if more.get("unprotected", True) is not True:
            raise ResultError("unprotected is said only where it is true")
        return Cell(
            requirement=row,
            finding=read_finding(
                item[1:5],
                unprotected="unprotected" in more,
                more_rules=count_of(more, "more_rules"),
                excepted=read_except(mapping_of(more, "except")) if "except" in more else None,
            ),
            by_profile=tuple((key, read_of_profile(found)) for key, found in mapping_of(more, "by_profile").items())
            if "by_profile" in more
            else (),
            commands=places,
            remedy=said(text_of(more, "remedy"), LONGEST_TEXT) if "remedy" in more else "",
            admits=tuple(map(said, texts_of(more, "admits"))) if "admits" in more else None,
            wider=read_wider(mapping_of(more, "wider")) if "wider" in more else None,
            probed=each(list_of(more, "probe"), read_probed),
            logged=each(list_of(more, "log"), read_source),
        )


def _profile(item: Any) -> dict[str, Any]:
    found = whole(profile_of, item)
    for key in ("inbound", "outbound"):
        one_of(found[key], _POLICIES, key)
    return found

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of the slices of an estate as one: AWX's job slicing divides an audit into jobs with a report each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ...module_utils._texts import first_few, said
from .model import HostClass, Leaver, Report, ReportHost, sorted_report
from .slices import NotMeant, Slice, SliceError, read_slice

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of a report that is read; that of 5,000 hosts with 60 rows each has about 40 MB."""

APART = timedelta(hours=12)
"""Reports that were made further apart are hardly of one audit. AWX's own limit for a job of the example is an hour."""

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Merged:
    """A report, and what a person should know of how it came to be.

    Attributes:
        report: The report.
        warnings: Sentences.
    """

    report: Report
    warnings: tuple[str, ...]


def read_sources(
    paths: Iterable[Path], written: Path, handed: Mapping[str, str] | None = None
) -> tuple[list[Slice], list[str]]:
    """Read reports from files and folders.

    Args:
        paths: Files, and folders of which all files are meant whose name ends in ``.json``. A file that is met twice is
            read once.
        handed: Reports that slices of a job say to have written, by the variable that says so. One that is not there is
            told of, and its hosts will be in none.
        written: The report that is about to be written. In a folder it is passed over: it is of an earlier time.

    Returns:
        The reports, and for each file of a folder that is none a sentence.

    Raises:
        SliceError: A file that is named is not there, cannot be read, or is no report.
    """
    slices: dict[tuple[int, int], Slice] = {}
    left_out: list[str] = []
    passed_over = _identity(written) if written.is_file() else None
    by_path = {Path(path): name for name, path in (handed or {}).items()}
    for path in paths:
        if path in by_path and not path.is_file():
            left_out.append(
                f"{by_path[path]}: there is no {said(str(path))}. Do all nodes that run jobs share that folder?"
            )
            continue
        try:
            inside = sorted(map(path.joinpath, _reports_in(path))) if path.is_dir() else None
        except OSError as error:
            raise SliceError(f"{path} cannot be looked into: {_reason(error)}") from error
        for file in [path] if inside is None else inside:
            try:
                same = _identity(file)
                if same not in slices and (inside is None or same != passed_over):
                    slices[same] = read_slice(str(file), _content(file))
            except (OSError, ValueError) as error:  # a name with NUL in it is a ValueError
                if isinstance(error, NotMeant) and inside is not None:
                    continue
                if inside is None:
                    raise SliceError(f"{file} is no report to put together with others: {_reason(error)}") from error
                left_out.append(f"{said(str(file))} is left out: {_reason(error)}")
    return list(slices.values()), left_out


def _identity(file: Path) -> tuple[int, int]:
    """What two names of one file have in common.

    Raises:
        OSError: There is no such file.
        ValueError: It can be none.
    """
    found = file.stat()
    return found.st_dev, found.st_ino


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _reports_in(folder: Path) -> list[str]:
    """Names of what may be reports. A hidden file is none: the name of a report does not begin with a dot."""
    names = [path.name for path in folder.iterdir()]
    return [name for name in names if name.endswith(".json") and not name.startswith(".")]


def _content(file: Path) -> bytes:
    """What a file holds.

    Raises:
        OSError: It cannot be read.
        SliceError: It is something else than a file, or too large.
    """
    if not file.is_file():
        raise SliceError("it is no file")
    size = file.stat().st_size
    if size > LARGEST_FILE:
        raise SliceError(f"it has {size:,} bytes, and no more than {LARGEST_FILE:,} are read")
    return file.read_bytes()


def merge(title: str, now: str, slices: Sequence[Slice], expected: Iterable[str] = ()) -> Merged:
    """Put reports together as one, of the time of the newest: what they tell is no newer, whenever that is done.

    Args:
        title: Its heading.
        now: UTC, ISO 8601; its time where there is no report at all.
        slices: The reports. Of two that have a host the newer counts, and of two of one moment the later in the list.
        expected: The hosts that should be in them. One that is in none is ``failed``; without any, nobody is missed.
    """
    found: dict[str, tuple[ReportHost, Slice]] = {}
    where: dict[str, list[str]] = {}
    for one in sorted(slices, key=lambda one: one.created):
        for host in one.hosts:
            where.setdefault(host.name, []).append(one.path)
            found[host.name] = (host, one)
    wanted = set(expected)
    missing = sorted(wanted - found.keys())
    message = f"No slice has the host: it is in none of the {len(slices)} reports that were put together."
    hosts = [host for host, _slice in found.values()]
    hosts += [ReportHost(name, HostClass.FAILED, message) for name in missing]
    twice = [f"{name} ({', '.join(map(said, paths[-3:]))})" for name, paths in sorted(where.items()) if len(paths) > 1]
    created = max((one.created for one in slices), default=now)
    stray = sorted(found.keys() - wanted) if wanted else []
    return Merged(
        replace(
            sorted_report(title, created, hosts),
            # The inventory decides what they are now, see `remember`.
            left=_each_once(leaver for one in slices for leaver in one.left),
            elsewhere=_each_once(leaver for one in slices for leaver in one.elsewhere),
            files_of_nobody=_files_of_nobody(slices, hosts),
        ),
        (
            *_nameless(slices),
            *_listed("in more than one report, and the newest counts", twice),
            *_listed("in no report, and counted as failed", missing),
            *_listed("in a report and not among the expected hosts, and kept", stray),
            *_apart({one.created: one for _host, one in found.values()}),
        ),
    )


def _each_once(leavers: Iterable[Leaver]) -> tuple[Leaver, ...]:
    """Each slice has a part of the hosts and knows all that have left."""
    return tuple(dict.fromkeys(leavers))


def _files_of_nobody(slices: Iterable[Slice], hosts: Iterable[ReportHost]) -> tuple[str, ...]:
    """Each slice looks for the hosts of its own inventory: what was nobody's in one may be a host's in another."""
    judged = {name for host in hosts for name, _saved in host.judged_from}
    return tuple(sorted({name for one in slices for name in one.files_of_nobody} - judged))


def _nameless(slices: Iterable[Slice]) -> list[str]:
    return [f"{said(one.path)} has {_hosts(one.nameless)} without a name: left out" for one in slices if one.nameless]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [f"{_hosts(len(names))} {'is' if len(names) == 1 else 'are'} {what}: {first_few(names, _MOST_NAMED)}"]


def _hosts(count: int) -> str:
    return f"{count} host{'' if count == 1 else 's'}"


def _apart(by_time: dict[str, Slice]) -> list[str]:
    """A sentence if the reports that hosts are taken from are of different times."""
    if not by_time:
        return []
    oldest, newest = min(by_time), max(by_time)
    try:
        if oldest == newest or _moment(newest) - _moment(oldest) <= APART:
            return []
    except ValueError:  # such as the 30th of February: no time, and so far from any other
        pass
    files = ", ".join(f"{said(by_time[when].path)} is of {when}" for when in (oldest, newest))
    return [f"the reports are far apart in time: {files}"]


def _moment(created: str) -> datetime:
    return datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ")  # UTC like any other, and only compared

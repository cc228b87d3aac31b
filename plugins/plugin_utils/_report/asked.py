# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a report by the variables that the role and the playbooks document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils._options.reading import OptionError
from ...module_utils._options.variables import PREFIX
from .._paths import followed, resolved
from .job import is_job, reports_of_slices

FOLDER = "lync_firewall_report"
"""Where a report goes by default, in the current directory."""


def asked(known: Mapping[str, Any], variable: str, name: str) -> dict[str, Any]:
    """Options of the report, as far as variables say them; the others are left out.

    A relative folder starts at the current directory: paths usually start at the playbook, but that may be an installed
    one. An earlier report is one of that folder: its name may be an answer to a survey, and who answers need not be who
    may read the files of the controller.

    Args:
        known: The variables of the host that the task runs for.
        variable: The variable with a host's result. A result is what the report is of, whatever reports are named.
        name: Base name of the files where no variable says it.

    Raises:
        OptionError: A variable cannot be templated, or names a file that is outside the folder or not there.
        TypeError, ValueError: One is of the wrong type.
    """
    given = {option: known.get(f"{PREFIX}report_{option}") for option in ("name", "formats", "title")}
    folder, base = place(known, name)
    expected = known.get(f"{PREFIX}expected")
    found = {
        **given,
        "hosts": known.get("ansible_play_hosts_all") if expected is None else expected,
        "dest": str(folder),
        "previous": _previous(known, folder, base),
        "sources": [] if variable in known else _sources(known, folder),
    }
    return {option: value for option, value in found.items() if value is not None}


def folder_of(known: Mapping[str, Any]) -> str:
    """The folder of the reports.

    Raises:
        OptionError: The variable cannot be templated, or leads nowhere.
        TypeError: It is of the wrong type.
    """
    variable = f"{PREFIX}report_dir"
    return resolved(Path(known.get(variable) or FOLDER), variable)


def may_fail(known: Mapping[str, Any]) -> bool:
    """Whether the run is to fail if not all is as it should be.

    Raises:
        TypeError: The variable is no truth value.
    """
    value = known.get(f"{PREFIX}fail_on_drift")
    return True if value is None else bool(boolean(value))


def place(known: Mapping[str, Any], name: str) -> tuple[Path, str]:
    """Folder of the report, and base name of its files.

    Args:
        known: See `asked`.
        name: See `asked`.

    Raises:
        OptionError, TypeError, ValueError: See `asked`.
    """
    return Path(folder_of(known)), known.get(f"{PREFIX}report_name") or name


def below(folder: Path, path: Any, variable: str) -> Path:
    """A path that is below a folder; a relative one starts there.

    Args:
        folder: The folder, resolved.
        path: The path. Symbolic links are followed first.
        variable: Where it comes from, for the message.

    Raises:
        OptionError: It is elsewhere.
        TypeError: It is no text.
    """
    try:
        found = followed(folder / Path(path).expanduser())
    except (ValueError, RuntimeError):  # NUL in it, a home that nobody has, a circle of links
        found = folder / Path(path).name
    if found != folder and folder not in found.parents:
        raise OptionError(variable, f"{path} is not in the folder {folder}; name a file below it")
    return found


def _previous(known: Mapping[str, Any], folder: Path, name: str) -> str | None:
    variable = f"{PREFIX}report_previous"
    named = known.get(variable)
    if named:
        found = below(folder, named, variable)
        if not _is_file(found):
            raise OptionError(variable, f"there is no report {found}; a relative path starts at {PREFIX}report_dir")
        return str(found)
    compare = boolean(known.get(f"{PREFIX}report_compare") or False)
    last = folder / f"{name}.json"
    return str(last) if compare and last.is_file() else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _sources(known: Mapping[str, Any], folder: Path) -> list[str]:
    """A list, or text with commas, as from a survey; else what slices have handed over.

    Those of a job are below the folder of reports.
    """
    variable = f"{PREFIX}report_sources"
    given = known.get(variable)
    paths = given.split(",") if isinstance(given, str) else given or []
    asked_for = {variable: paths} if paths else {name: [path] for name, path in reports_of_slices(known).items()}
    named = [
        (name, path)
        for name, items in asked_for.items()
        for item in items
        if (path := item.strip() if isinstance(item, str) else item)
    ]
    if is_job(known):
        return [str(below(folder, path, name)) for name, path in named]
    return [resolved(Path(path), name) for name, path in named]

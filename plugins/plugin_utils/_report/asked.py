# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a report by the variables that the role and the playbooks document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils._options.variables import PREFIX

FOLDER = "lync_firewall_report"
"""Where a report goes by default, in the current directory."""


def asked(known: Mapping[str, Any], variable: str, name: str) -> dict[str, Any]:
    """Options of the report, as far as variables say them; the others are left out.

    Relative paths start at the current directory: they usually start at the playbook, but that may be an installed one.

    Args:
        known: The variables of the host that the task runs for.
        variable: The variable with a host's result. A result is what the report is of, whatever reports are named.
        name: Base name of the files where no variable says it.

    Raises:
        OptionError: A variable cannot be templated.
        TypeError, ValueError: One is of the wrong type.
    """
    given = {option: known.get(f"{PREFIX}report_{option}") for option in ("name", "formats", "title")}
    folder = folder_of(known)
    expected = known.get(f"{PREFIX}expected")
    found = {
        **given,
        "hosts": known.get("ansible_play_hosts_all") if expected is None else expected,
        "dest": folder,
        "previous": _previous(known, Path(folder) / f"{given['name'] or name}.json"),
        "sources": [] if variable in known else _sources(known.get(f"{PREFIX}report_sources")),
    }
    return {option: value for option, value in found.items() if value is not None}


def folder_of(known: Mapping[str, Any]) -> str:
    """The folder of the reports.

    Raises:
        OptionError: The variable cannot be templated.
        TypeError, ValueError: It is of the wrong type.
    """
    return _absolute(known.get(f"{PREFIX}report_dir") or FOLDER)


def may_fail(known: Mapping[str, Any]) -> bool:
    """Whether the run is to fail if not all is as it should be.

    Raises:
        TypeError: The variable is no truth value.
    """
    value = known.get(f"{PREFIX}fail_on_drift")
    return True if value is None else bool(boolean(value))


def _previous(known: Mapping[str, Any], last: Path) -> str | None:
    named = known.get(f"{PREFIX}report_previous")
    if named:
        return _absolute(named)
    compare = boolean(known.get(f"{PREFIX}report_compare") or False)
    return str(last) if compare and last.is_file() else None


def _sources(given: Any) -> list[str]:
    """A list, or text with commas, as from a survey."""
    paths = given.split(",") if isinstance(given, str) else given or []
    return [_absolute(path.strip() if isinstance(path, str) else path) for path in paths if path]


def _absolute(path: Any) -> str:
    return str(Path(path).expanduser().resolve())

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a report, for the task that makes it and for the one that looks at them before anybody is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...module_utils._options.host_table import HOST_VARIABLES
from ...module_utils._options.option import Option
from ...module_utils._options.reading import OptionError
from .files import is_base_name
from .status import REPORT_NAME

FORMATS = ("html", "json", "csv", "prom")
_USUAL = ("html", "json", "csv")

REPORT_OPTIONS: tuple[Option, ...] = (
    Option("hosts", type="list", elements="str", required=True),
    Option("variable", default="lync_firewall_audit"),
    Option("dest", type="path", required=True),
    Option("name", default=REPORT_NAME),
    Option("formats", type="list", elements="str", choices=FORMATS, default=_USUAL),
    Option("title", default="Lync Server firewall report"),
    Option("previous", type="path"),
    Option("artifacts", type="bool", default=False),
    Option("sources", type="list", elements="path"),
    HOST_VARIABLES,
)


def check(options: Mapping[str, Any]) -> None:
    """What an argument specification cannot say.

    Args:
        options: Validated values of `REPORT_OPTIONS`.

    Raises:
        OptionError: An option is wrong.
    """
    name = options["name"]
    if not is_base_name(name):
        raise OptionError("name", f"{name!r} is no base name of a file: no folder, and no dot in front")


def check_folder(folder: Path) -> None:
    """See that files can be written to a folder that may have to be made; nothing is made.

    Raises:
        OptionError: They cannot.
    """
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise OptionError("dest", f"{folder} cannot be written to: {there} is no folder that you may write to")

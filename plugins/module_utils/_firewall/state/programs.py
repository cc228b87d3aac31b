# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of services: the command line that asks a host for them, and what its output means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .read_command import Part, command_line, query
from .reading import read_keys, split
from .registry_dump import RegistryDump
from .snapshot import SERVICES

_IMAGE = re.compile(r'"([^"]+)"|(\S.*?\.exe)(?=\s|$)|(\S+)', re.IGNORECASE)


def service_programs(dump: RegistryDump) -> dict[str, str]:
    """Short name, in lower case, and program of each service that a dump has.

    ``ImagePath`` is a command line; its program may be quoted, and may hold blanks even if it is not.

    Args:
        dump: The services' keys.
    """
    found = {}
    prefix = SERVICES.casefold() + "\\"
    for key in dump.below(SERVICES):
        image = dump.value(key, "ImagePath")
        program = _IMAGE.match(image.data.strip()) if image else None
        if program:
            found[key[len(prefix) :]] = next(group for group in program.groups() if group)
    return found


def programs_command(marker: str, services: Iterable[str]) -> str:
    """The command line that asks for the programs of services.

    Args:
        marker: As in `reading.read_command`.
        services: Their short names.
    """
    return command_line(marker, _parts(services))


def parse_programs(output: str, marker: str, services: Iterable[str]) -> dict[str, str]:
    """Turn the output of `programs_command` into the program of each service that is installed.

    Args:
        output: Standard output, decoded.
        marker: The marker given to `programs_command`.
        services: The services given to it.

    Returns:
        Short name, in lower case, and path of the program.

    Raises:
        ReadError: The output was cut off, or a dump is broken.
    """
    parts = _parts(services)
    return service_programs(read_keys(split(output, marker, parts), parts))


def _parts(services: Iterable[str]) -> tuple[Part, ...]:
    return tuple(
        query(f"image{number}", rf"{SERVICES}\{name}", False, " /v ImagePath") for number, name in enumerate(services)
    )

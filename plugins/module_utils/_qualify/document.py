# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: one JSON document, the same for the same answers, with no name and no address of an estate in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .answers_host import host_answers, identity
from .answers_netsh import netsh_answers
from .fields import SCHEMA, by_field
from .gathered import Gathered
from .policy import told_policy

_DIGITS = (6, 16, 64)


def document(
    gathered: Gathered, others: Iterable[str], left: Iterable[str], version: str, connection: str
) -> dict[str, Any]:
    """The report as data.

    Args:
        gathered: What was heard.
        others: Rule strings of the host as it was before.
        left: What could not be taken back.
        version: Version of the collection.
        connection: Ansible's name of the way in.
    """
    remains = list(left)
    return {
        "schema": SCHEMA,
        "version": 1,
        "collection": version,
        "connection": connection,
        "windows": identity(gathered.who),
        "answers": by_field({**netsh_answers(gathered), **host_answers(gathered)}),
        "policy": told_policy(others),
        "restored": {"all": not remains, "left": remains},
    }


def as_text(report: Mapping[str, Any]) -> str:
    """The report as the text of a file: keys in the order of the tables, one to a line."""
    return json.dumps(report, indent=2, ensure_ascii=True) + "\n"


def file_names(report: Mapping[str, Any]) -> Iterator[str]:
    """Names that say what the report is of, and nothing of the host: build, revision, language, connection.

    Two hosts alike in all that may have other answers, as may one host that is asked twice. So digits of a SHA-256 of
    the whole text are behind that: few in the first name, more in those for a folder where it is another file's.
    """
    windows = report["windows"]
    parts = [windows["build"], windows["revision"], windows["language"], report["connection"]]
    told = [re.sub(r"[^0-9A-Za-z]", "", str(part)) for part in parts if part is not None]
    digest = hashlib.sha256(as_text(report).encode()).hexdigest()
    return (f"windows-{'-'.join([*told, digest[:digits]])}.json" for digits in _DIGITS)

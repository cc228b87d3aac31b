# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents against the schemas that are published in docs/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[5] / "docs"


def schema(name: str) -> dict[str, Any]:
    """A schema, such as ``status-schema-1``."""
    found: dict[str, Any] = json.loads((DOCS / f"{name}.json").read_text("utf-8"))
    return found


def check(document: dict[str, Any], name: str) -> None:
    """Fail unless the document is as the schema of that name says, in every member that it has."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    known = schema(name)
    jsonschema.Draft202012Validator.check_schema(known)
    jsonschema.Draft202012Validator(known).validate(document)
    assert [member for member in document if member not in known["properties"]] == []

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are too old to tell how a host is, or of the future."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._dumps_age import outdated

NOW = "2026-11-29T11:00:00Z"


@pytest.mark.parametrize(
    ("saved", "days", "told"),
    [
        ("2026-11-29T11:00:00Z", 7, []),
        ("2026-11-22T11:00:00Z", 7, []),
        ("2026-11-22T10:59:59Z", 7, ["a is of 2026-11-22T10:59:59Z, more than 7 days ago"]),
        ("2026-11-28T10:59:59Z", 1, ["a is of 2026-11-28T10:59:59Z, more than 1 day ago"]),
        ("2026-11-29T11:59:59Z", 7, []),
        ("2026-11-29T12:00:01Z", 7, ["a is of 2026-11-29T12:00:01Z, which is to come"]),
        ("1970-01-01T00:00:00Z", 0, []),
        ("2031-01-01T00:00:00Z", 0, []),
    ],
)
def test_a_file_tells_of_today_for_so_many_days(saved: str, days: int, told: list[str]) -> None:
    assert outdated([("a", saved)], days, NOW) == told


def test_of_several_files_each_is_named_that_is_too_old() -> None:
    files = [("SYSTEM", NOW), ("SOFTWARE", "2019-01-01T00:00:00Z")]
    assert outdated(files, 7, NOW) == ["SOFTWARE is of 2019-01-01T00:00:00Z, more than 7 days ago"]

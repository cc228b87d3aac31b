# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One browser for all tests, and the pages they open. Run with ``PYTHONPATH=tests``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import compare, read_earlier
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import hostile_report

from report import estate

if TYPE_CHECKING:
    from report.browser import Browser


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium; without it, or without selenium, the test is skipped and says so."""
    pytest.importorskip("selenium", reason="NO BROWSER TESTS: install tests/report/requirements.txt")
    from report.browser import CHROMIUM, DRIVER, Browser

    for program, package in ((CHROMIUM, "chromium"), (DRIVER, "chromium-driver")):
        if not program.exists():
            pytest.skip(f"NO BROWSER TESTS: {program} is absent; apt-get install {package}")
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The browser as at the beginning."""
    chromium.size(1440)
    chromium.dark(False)
    return chromium


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages: estate (40 hosts, and what changed), hostile, large (500 hosts, 60 rows), empty,
    and four with three hosts each."""
    folder = tmp_path_factory.mktemp("pages")
    sources = estate.estate()
    now = estate.report(sources)
    before = to_json(estate.report(estate.earlier_estate(sources), estate.EARLIER))
    (folder / "estate.html").write_bytes(to_html(now, compare(read_earlier(before), now)))
    (folder / "hostile.html").write_bytes(to_html(hostile_report()))
    (folder / "large.html").write_bytes(to_html(estate.report(estate.large_estate())))
    for name, hosts in estate.small_estates().items():
        (folder / f"{name}.html").write_bytes(to_html(estate.report(hosts)))
    (folder / "empty.html").write_bytes(to_html(estate.report([])))
    return folder

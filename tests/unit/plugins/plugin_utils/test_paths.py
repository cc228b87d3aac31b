# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of variables: the same on every Python, and where one leads nowhere the variable is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_matrix, lync_firewall_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._dumps import folder_of as folder_of_dumps
from ansible_collections.lyncops.firewall.plugins.plugin_utils._paths import followed, resolved
from ansible_collections.lyncops.firewall.plugins.plugin_utils._plan.approved import plan_file
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.asked import asked, folder_of

NOWHERE = ("~nobody-of-that-name/x", "circle", "circle/x", "a\0b")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a link that leads to itself."""
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_links_are_followed_and_nothing_need_be_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    (here / "link").symlink_to(here / "folder")
    assert followed("link/a.json") == here / "folder" / "a.json"
    assert resolved("~/a.json", "dest") == str(here / "a.json")
    assert followed("x" * 300) == here / ("x" * 300)


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(OptionError, match=r"^dest: .* leads nowhere: .*(home|circle|loop|null)"):
        resolved(path, "dest")
    with pytest.raises(ValueError, match=r"home|circle|loop|null"):
        plan_file(path)
    with pytest.raises(OptionError, match=r"^dumps: there is no folder"):
        folder_of_dumps(path)


def test_a_current_directory_that_is_gone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(OptionError, match=r"^dest: x leads nowhere: .*No such file"):
        resolved("x", "dest")


def of_action(module: Any) -> Callable[[Mapping[str, Any]], Any]:
    return lambda known: module.ActionModule.of_variables(object.__new__(module.ActionModule), known)


READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "lync_firewall_report_dir": folder_of,
    "lync_firewall_report_sources": lambda known: asked(known, "lync_firewall_result", "name"),
    "lync_firewall_plan_dir": of_action(lync_firewall_plan),
    "lync_firewall_matrix_dir": of_action(lync_firewall_matrix),
    "lync_firewall_matrix_report": of_action(lync_firewall_matrix),
}


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("variable", READERS)
def test_the_variable_is_named(variable: str, path: str) -> None:
    with pytest.raises(OptionError, match=f"^{variable}: .* leads nowhere"):
        READERS[variable]({variable: path})

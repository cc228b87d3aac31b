# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_files: text files on the controller, whatever connection and user a play has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..plugin_utils._controller import ControllerTask
from ..plugin_utils._left_over import index, is_of_all_hosts, left_over, sentence
from ..plugin_utils._report.files import is_base_name
from ..plugin_utils._text_files import put_files

_MOST_NAMED = 5


class ActionModule(ControllerTask):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("dest", type="path", required=True),
        Option(
            "files",
            type="list",
            elements="dict",
            required=True,
            suboptions=(
                Option("name", required=True),
                Option("content", required=True),
                Option("folder", default=""),
                Option("unite", type="bool", default=False),
                Option("owner", default=""),
            ),
        ),
        Option("notes", type="list", elements="str", default=()),
    )

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        # Relative paths start at the playbook's folder, as everywhere in Ansible.
        folder = Path(str(self._loader.path_dwim(options["dest"])))
        contents, old = _contents(options["files"]), []
        if any(file["owner"] for file in options["files"]) and is_of_all_hosts(task_vars):
            old = left_over(folder, {file["folder"] for file in options["files"]})
            contents.update(index(folder, old))
        result = put_files(folder, contents, self._task)
        result["left_over"] = old
        result["notes"] = options["notes"]
        warnings = [*_shared(options["files"]), *([f"{folder}: {sentence(old)}"] if old else []), *options["notes"]]
        if warnings:
            result["warnings"] = warnings
        return result


def _contents(files: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """Content by name, with its folder.

    Raises:
        OptionError: A name is none, or two files have one.
    """
    contents: dict[str, bytes] = {}
    united: dict[str, set[str]] = {}
    for file in files:
        for part in (file["name"], *([file["folder"]] if file["folder"] else [])):
            if not is_base_name(part):
                raise OptionError("files", f"{part!r} is no base name of a file: no folder, and no dot in front")
        name = f"{file['folder']}/{file['name']}".lstrip("/")
        if file["unite"]:
            united.setdefault(name, set()).update(file["content"].splitlines(keepends=True))
        elif contents.setdefault(name, file["content"].encode()) != file["content"].encode() or name in united:
            raise OptionError("files", f"{name} is there twice, with different contents")
    return {**contents, **{name: "".join(sorted(lines)).encode() for name, lines in united.items()}}


def _shared(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each owner that gets several folders, each of other rules for other hosts."""
    folders: dict[str, dict[str, None]] = {}
    for file in files:
        if file["owner"]:
            folders.setdefault(file["owner"], {})[file["folder"]] = None
    return [
        f"{len(names)} folders are for one policy, {owner}: {', '.join(list(names)[:_MOST_NAMED])}"
        f"{' and more' if len(names) > _MOST_NAMED else ''}. One policy with all of these rules opens each of them on "
        "all of its hosts: give every combination a policy of its own (lync_firewall_gpo as a variable of each group)"
        for owner, names in folders.items()
        if len(names) > 1
    ]

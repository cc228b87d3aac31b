# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_qualify: what no document says about Windows, asked of a host to spare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._options.words import LARGEST_ANSWER
from ..module_utils._qualify.document import as_text, document, file_names
from ..module_utils._qualify.look import Look
from ..module_utils._qualify.marks import MARK
from ..plugin_utils._action import FirewallAction
from ..plugin_utils._host.outcome import Failed
from ..plugin_utils._host.qualifying import Interrupted, Qualifying
from ..plugin_utils._report.options import check_folder
from ..plugin_utils._text_files import put_new_file
from ..plugin_utils._version import collection_version

_MADE = (
    "some fifty disabled block rules, three scheduled tasks, a folder with a file or two beside it, and a registry "
    f"key, all of them named {MARK}"
)
_VARIABLE = f"consent ({PREFIX}qualify)"
_CONSENT = f"say -e {PREFIX}qualify=yes if the host is yours to spare"
_NO_CONSENT = f"this makes {_MADE}, and takes them away again. Nothing was done: {_CONSENT}; --check only reads"
_NO_ANSWER = f"{{!r}} is neither yes nor no. Nothing was done: {_CONSENT}"
_WOULD = f"would make and take away again: {_MADE}"
_DONE = (
    "all that was made is gone again. Its answers are in {file}: please hand that file to the project, "
    "where you have the collection from; the guide qualify says what belongs to it"
)


class ActionModule(FirewallAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS = (
        Option("consent", type="raw", default=False),
        Option("dest", type="path", default=f"{PREFIX}qualified"),
        Option("largest_answer", type="int", default=LARGEST_ANSWER, bounds=(1, 512)),
    )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if not (_consents(options["consent"]) or self._task.check_mode):
            raise OptionError(_VARIABLE, _NO_CONSENT)
        # Relative paths start at the current directory, as those of the other reports do.
        folder = Path(options["dest"]).absolute()
        check_folder(folder)
        kit = Qualifying(self.remote_host(options), say=self.say)
        before = kit.look()
        if before.refusal:
            raise Failed(before.refusal)
        if self._task.check_mode:
            return self._would(before)
        try:
            found = kit.run(before)
        except Interrupted as error:
            told = {"failed": True, "changed": error.changed, "msg": self._told(error)}
            return told if error.left is None else {**told, "left": list(error.left)}
        report = document(
            found.gathered, before.others.values(), found.after.left, collection_version(), self._way_in()
        )
        try:
            file = put_new_file(folder, file_names(report), as_text(report).encode())
        except OptionError as error:  # the disk has become full: five minutes of work are not to be lost
            return {"failed": True, "changed": True, "msg": self._told(error), "report": report}
        warnings = [*_of_earlier(before), *self._of_others(before, found.after)]
        result = {
            "changed": True,  # as it was before, and not untouched
            "file": str(file),
            "windows": report["windows"],
            "answers": report["answers"],
            "left": report["restored"]["left"],
        }
        if found.after.left:
            left = "; ".join(found.after.left)
            result.update(failed=True, msg=self._told(Failed(f"could not be taken back: {left}. Run this again")))
        else:
            self.say(_DONE.format(file=file))
        return {**result, "warnings": [f"{self.host_name}: {text}" for text in warnings]} if warnings else result

    def _would(self, before: Look) -> dict[str, Any]:
        self.say(_WOULD)
        for text in _of_earlier(before):
            self.say(f"would take away first: {text}")
        return {"changed": True, "left": list(before.left)}

    def _way_in(self) -> str:
        return "psrp" if getattr(self._connection, "transport", "") == "psrp" else "winrm"

    @staticmethod
    def _of_others(before: Look, after: Look) -> list[str]:
        """A warning where rules of others are other than before: somebody else works on the host."""
        differing = {item[0] for item in before.others.items() ^ after.others.items()}
        if not differing:
            return []
        return [f"{len(differing)} rules of others changed meanwhile, by somebody else: none of them was touched"]


def _consents(given: Any) -> bool:
    """Whether it is a yes.

    Raises:
        OptionError: It is no answer.
    """
    try:
        return bool(boolean(given))
    except TypeError as error:
        raise OptionError(_VARIABLE, _NO_ANSWER.format(given)) from error


def _of_earlier(before: Look) -> list[str]:
    return [f"an earlier run had left this: {'; '.join(before.left)}"] if before.left else []

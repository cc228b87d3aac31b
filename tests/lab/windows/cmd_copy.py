# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`copy`: one file to another name or into a folder, and several put together.

Switches /a /b /y /-y /v /z and the joining of files by `+` are those of Microsoft's reference of copy. Joined files
are text unless `/b` says otherwise: each is read up to its first end-of-file character (1Ah), and one is written at the
end. A source that is not there ends the command. Over a file that stands there `copy` asks, in a batch file or behind
`/y` it does not; there is nobody to answer here, so without `/y` it is taken for yes.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable

from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import Process

_SWITCHES = frozenset(("a", "b", "y", "-y", "v", "z", "d", "n", "l"))
_END = b"\x1a"


def copy(process: Process, absolute: Callable[[str], str]) -> int:
    """Do it; how many files were written. Raises FileSystemError.

    Args:
        process: Its process.
        absolute: Makes a file name absolute.
    """
    switches, names = set(), list[str]()
    for word in split_words(re.sub(r"\s*\+\s*", "+", process.arguments)):
        if word.startswith("/"):
            switches.add(word[1:].lower())
        else:
            names.append(word)
    if not switches <= _SWITCHES or not 1 <= len(names) <= 2:
        raise FileSystemError("cmd_syntax")
    sources = [absolute(name) for name in names[0].split("+")]
    target = absolute(names[1] if len(names) > 1 else ntpath.basename(sources[0]))
    files = process.host.files
    if files.is_folder(target):
        target = ntpath.join(target, ntpath.basename(sources[0]))
    data = b""
    joined = len(sources) > 1 and "b" not in switches
    for source in sources:
        content = files.read(source, process.token)
        if content is None:
            raise FileSystemError("file_not_found")
        data += content.partition(_END)[0] if joined or "a" in switches else content
    files.write(target, data + (_END if joined else b""), token=process.token)
    return 1

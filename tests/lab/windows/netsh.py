# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netsh.exe, as far as `advfirewall` goes: as arguments, as a script, and as a session on standard input.

Simulates the commands of Microsoft's ``netsh advfirewall`` reference. A session prints a prompt per line, enters
contexts, leaves them with `..`, skips `#` comments and ends with `bye`, `quit`, `exit` or the end of input. Whether
the real program goes on after a bad line, and which exit code a session or a script has, is not documented; both are
quirks (``netsh_stop_on_error``, ``netsh_session_code``), by default it goes on and exits with 0. So are whether the
prompts are printed when standard input is a pipe (``netsh_prompts``; they are), whether lines are echoed
(``netsh_echo``; they are not), and how long a line may be (``netsh_line_limit``; any length): what one that is too
long comes to is ``netsh_long_line``. Bytes are read in the console's code page, on standard input and in files
(``netsh_stdin_codepage``, ``netsh_script_codepage``), a byte order mark in front of a file is a part of its first line
(``netsh_script_bom``).
"""

from __future__ import annotations

import asyncio
import codecs

from lab.windows.netsh_commands import ADVFIREWALL, COMMANDS, FIREWALL, ROOT, Commands
from lab.windows.netsh_values import NetshError
from lab.windows.process import Process, codec_of

_CONTEXTS: dict[tuple[str, ...], tuple[str, ...]] = {
    ROOT: ("advfirewall",),
    ADVFIREWALL: ("firewall",),
    FIREWALL: (),
}


def split_words(line: str) -> list[str]:
    """Words of a netsh line: separated by blanks, quotes group and vanish."""
    words: list[str] = []
    word, quoted, begun = "", False, False
    for character in line:
        if character == '"':
            quoted, begun = not quoted, True
        elif character.isspace() and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + character, True
    return [*words, word] if begun else words


async def run(process: Process) -> int:
    """The program's entry point; returns its exit code."""
    quirks = process.host.quirks
    if quirks.netsh_delay:
        await asyncio.sleep(quirks.netsh_delay)
    code = await _Netsh(process).main(split_words(process.arguments))
    return code if quirks.netsh_exit_code is None else quirks.netsh_exit_code


class _Netsh(Commands):
    """One running netsh."""

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        self._context = ROOT
        self._stack: list[tuple[str, ...]] = []
        self._pending: list[str] = []
        self._last, self._failed = True, False

    async def main(self, words: list[str]) -> int:
        if not words:
            return await self._session()
        if words[0].lower() == "-f" and len(words) == 2:
            return self._script(words[1])
        if words[0].lower() == "exec" and len(words) == 2:
            return self._script(words[1])
        if words[0].lower() == "-c" and len(words) >= 2:
            words = words[1].split() + words[2:]
        return 0 if self._command(words) else 1

    async def _session(self) -> int:
        quirks = self._host.quirks
        number = 0
        while True:
            if number == quirks.netsh_hang_line:
                await asyncio.Event().wait()
            if quirks.netsh_prompts:
                self._say(" ".join(("netsh", *self._context)) + ">")
            line = await self._next_line()
            if line is None:
                return self._session_code()
            if quirks.netsh_echo:
                self._say(f"{line}\r\n")
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            number += 1
            if number == quirks.netsh_hang_line:
                continue
            if quirks.netsh_ignore_stdin or number == quirks.netsh_ignore_line:
                continue
            if line.lower() in ("bye", "quit", "exit"):
                return self._session_code()
            if not self._command_line(line) and quirks.netsh_stop_on_error:
                return 1

    async def _next_line(self) -> str | None:
        """The next line without its end, None at the end of input."""
        if not self._pending:
            raw = await self._process.stdin.readline()
            if not raw:
                return None
            text = self._decoded(raw, self._host.quirks.netsh_stdin_codepage)
            self._pending = self._pieces(text.rstrip("\r\n"))
        return self._pending.pop(0)

    def _decoded(self, raw: bytes, codepage: int | None) -> str:
        return self._process.decode(raw) if codepage is None else raw.decode(codec_of(codepage), "replace")

    def _pieces(self, line: str) -> list[str]:
        """A line as it is read: in pieces or without its end where it is longer than ``netsh_line_limit``."""
        limit, manner = self._host.quirks.netsh_line_limit, self._host.quirks.netsh_long_line
        if limit is None or len(line) <= limit or manner == "refused":
            return [line]
        return [line[at : at + limit] for at in range(0, len(line) if manner == "split" else 1, limit)]

    def _command_line(self, line: str) -> bool:
        """Run a line of a session or a script; returns whether it succeeded."""
        limit = self._host.quirks.netsh_line_limit
        if limit is not None and len(line) > limit:
            self._message("bad_syntax")
            self._say("\r\n")
            done = False
        else:
            done = self._command(split_words(line))
        self._last, self._failed = done, self._failed or not done
        return done

    def _session_code(self) -> int:
        """With what a session or script ends that nothing stopped."""
        codes = {"zero": 0, "last": int(not self._last), "any": int(self._failed)}
        return codes[self._host.quirks.netsh_session_code]

    def _script(self, path: str) -> int:
        content = self._host.files.read(path)
        if content is None:
            self._message("file_not_found")
            return 1
        if self._host.quirks.netsh_script_bom:
            content = content.removeprefix(codecs.BOM_UTF8)
        codepage = self._host.quirks.netsh_script_codepage
        for piece in (piece for raw in content.splitlines() for piece in self._pieces(self._decoded(raw, codepage))):
            line = piece.strip()
            if not line or line.startswith("#"):
                continue
            if line.lower() in ("bye", "quit", "exit"):
                break
            if not self._command_line(line) and self._host.quirks.netsh_stop_on_error:
                return 1
        return self._session_code()

    def _command(self, words: list[str]) -> bool:
        """Run one command; returns whether it succeeded, after printing that."""
        before = self._context
        self._host.second_administrator.netsh_line()
        try:
            self._dispatch(words)
        except NetshError as error:
            self._context = before
            if error.key == "new_keyword" or error.key in ("bad_syntax", "missing", "bad_tag"):
                self._say("\r\n")
            self._message(error.key, *error.arguments)
            self._say("\r\n")
            return False
        return True

    def _dispatch(self, words: list[str]) -> None:
        first = words[0].lower()
        if first == "..":
            self._context = self._context[:-1]
            return
        if first == "pushd":
            self._stack.append(self._context)
            return
        if first == "popd":
            self._context = self._stack.pop() if self._stack else self._context
            return
        context = self._context
        # A word that the current context does not know is looked up from the root, as netsh does.
        if first not in _CONTEXTS[context] and first not in COMMANDS[context]:
            context = ROOT
        rest = words
        while rest and rest[0].lower() in _CONTEXTS[context]:
            context = (*context, rest[0].lower())
            rest = rest[1:]
        if not rest:
            self._context = context
            return
        handler = COMMANDS[context].get(rest[0].lower())
        if handler is None:
            raise NetshError("not_found", " ".join(words))
        handler(self, rest[1:])

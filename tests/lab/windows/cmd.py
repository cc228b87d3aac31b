# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe: runs a command line's tree, and batch files line by line.

Simulates `cmd.exe /c LINE`, which winrshost starts for each WS-Man Command, without `/d`: so the AutoRun values of
`Command Processor` run first, in the same interpreter, and may print. A line is refused when it is longer than 8,191
characters after its variables are expanded, `cmd.exe /C ` counted (KB830473). An unknown command leaves 9009 in
ERRORLEVEL; `cmd /c` then exits with 1 by Wine's conformance test, with 9009 as Wine 10 behaves (a quirk). A batch file
is opened anew for each line, as cmd.exe does: when it has moved away meanwhile, it ends there. Blocks over several
lines, labels and `call` are not simulated.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace

from lab.windows.cmd_builtins import BUILTINS, EndOfBatch, Exit, Session
from lab.windows.cmd_search import find_program, is_batch
from lab.windows.cmd_start import WINRS_CMD, behind_c, first_word, made_up, split_command
from lab.windows.cmd_syntax import (
    MAX_LINE,
    Chain,
    CmdSyntaxError,
    Group,
    If,
    Node,
    Redirect,
    Simple,
    expand,
    expand_batch,
    parse,
)
from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import InputPipe, Process, Sink, discard, nul_input
from lab.windows.security import EXECUTE, READ

UNKNOWN_COMMAND = 9009
_HEAD = "cmd.exe /C "
_AUTORUN_KEY = r"SOFTWARE\Microsoft\Command Processor"


@dataclass(frozen=True)
class _Streams:
    stdin: InputPipe
    stdout: Sink
    stderr: Sink


async def run_line(process: Process, *, autorun: bool = True, start: str = "", strip: bool = False) -> int:
    """Run ``process.arguments`` as a command line; answers cmd.exe's exit code. ``autorun`` is off for `cmd /d`.

    start: what stood before the line when cmd.exe was started with it, its `/C` last; strip: `/S` was there. Without,
    the line was typed.
    """
    first = _autorun_lines(process) if autorun else ()
    line = process.arguments
    if start:
        files, environment = process.host.files, process.environment
        line = behind_c(line, lambda name: find_program(files, name, environment) is not None, strip=strip)
    interpreter = _Interpreter(process, (start or WINRS_CMD) + process.arguments)
    return await interpreter.run((*first, line))


def _autorun_lines(process: Process) -> tuple[str, ...]:
    """The AutoRun values, the machine's before the user's; LocalSystem's own is nobody's that signs in."""
    host = process.host
    roots = ("HKLM",) if process.environment.get("USERNAME") == "SYSTEM" else ("HKLM", "HKCU")
    keys = [host.registry.find(f"{root}\\{_AUTORUN_KEY}") for root in roots]
    values = [key.get("AutoRun") for key in keys if key is not None]
    lines = [value.data for value in values if value is not None and value.data]
    return ((host.quirks.autorun,) if host.quirks.autorun else ()) + tuple(lines)


def is_batch_file(line: str) -> bool:
    """Whether a command line starts a batch file."""
    return bool(line.strip()) and first_word(line).lower().endswith((".cmd", ".bat"))


class _Interpreter:
    def __init__(self, process: Process, command_line: str) -> None:
        self._process = process
        self._command_line = command_line
        self._session = Session(dict(process.environment))

    async def run(self, lines: tuple[str, ...]) -> int:
        """Run lines one after the other; the exit code is that of the last."""
        process, session = self._process, self._session
        streams = _Streams(process.stdin, process.stdout, process.stderr)
        parsed = True
        try:
            for line in lines:
                expanded = expand(line, self._variables())
                if len(_HEAD) + max(len(line), len(expanded)) > MAX_LINE:
                    process.err(process.message("cmd_too_long") + "\r\n")
                    return 1
                parsed = await self._line(expanded, streams)
        except Exit as exit_:
            return exit_.code
        if not parsed:
            return 1
        return process.host.quirks.unknown_program_code if session.errorlevel == UNKNOWN_COMMAND else session.errorlevel

    def _variables(self) -> dict[str, str]:
        host, session = self._process.host, self._session
        own = made_up(host.clock.now(), host.quirks.language, self._command_line, session.errorlevel)
        return {**own, **session.environment}

    async def _line(self, expanded: str, streams: _Streams) -> bool:
        """Parse and run an expanded line; returns whether it could be parsed."""
        try:
            tree = parse(expanded)
        except CmdSyntaxError as error:
            streams.stderr(self._text("cmd_unexpected", error.token))
            return False
        if tree is not None:
            await self._node(tree, streams)
        return True

    async def _node(self, node: Node, streams: _Streams) -> int:
        """Run a node; returns what `&&` and `||` look at."""
        if self._process.life.ended:
            raise Exit(1)
        if isinstance(node, Chain):
            return await self._chain(node, streams)
        if isinstance(node, If):
            chosen = node.body if self._holds(node) else node.otherwise
            return 0 if chosen is None else await self._node(chosen, streams)
        redirected = self._redirected(node.redirects, streams)
        if redirected is None:
            self._session.errorlevel = 1
            return 1
        if isinstance(node, Group):
            return await self._node(node.body, redirected)
        return await self._simple(node, redirected)

    def _holds(self, node: If) -> bool:
        words = node.words
        if node.kind == "exist":
            result = self._process.host.files.exists(self._session.path(words[0]))
        elif node.kind == "defined":
            result = words[0].upper() in self._session.environment
        elif node.kind == "errorlevel":
            result = words[0].isdecimal() and self._session.errorlevel >= int(words[0])
        else:
            left, right = (word.upper() if node.ignores_case else word for word in words)
            result = left == right
        return result != node.negated

    async def _chain(self, node: Chain, streams: _Streams) -> int:
        if node.operator == "|":
            return await self._pipe(node, streams)
        code = await self._node(node.left, streams)
        if (node.operator == "&&" and code != 0) or (node.operator == "||" and code == 0):
            return code
        return await self._node(node.right, streams)

    async def _pipe(self, node: Chain, streams: _Streams) -> int:
        between = InputPipe()

        async def left() -> None:
            try:
                await self._node(node.left, replace(streams, stdout=lambda data: between.feed(data, end=False)))
            except (Exit, EndOfBatch):
                pass  # each side of a pipe is a cmd.exe of its own
            finally:
                between.feed(b"", end=True)

        task = asyncio.ensure_future(left())
        try:
            return await self._node(node.right, replace(streams, stdin=between))
        finally:
            await task

    def _redirected(self, redirects: tuple[Redirect, ...], streams: _Streams) -> _Streams | None:
        """The streams with a command's redirections; None, having said why, when a file cannot be opened."""
        for redirect in redirects:
            try:
                if redirect.operator == "<":
                    streams = replace(streams, stdin=self._read_target(redirect.target))
                elif redirect.operator == ">&":
                    sink = streams.stdout if redirect.target == "1" else streams.stderr
                    streams = _with_output(streams, redirect.handle, sink)
                else:
                    streams = _with_output(streams, redirect.handle, self._write_target(redirect))
            except FileSystemError as error:
                streams.stderr(self._text(error.key))
                return None
        return streams

    def _read_target(self, target: str) -> InputPipe:
        if target.upper() == "NUL":
            return nul_input()
        content = self._process.host.files.read(self._session.path(target), self._process.token)
        if content is None:
            raise FileSystemError("file_not_found")
        pipe = InputPipe()
        pipe.feed(content, end=True)
        return pipe

    def _write_target(self, redirect: Redirect) -> Sink:
        if redirect.target.upper() == "NUL":
            return discard
        files, path, token = self._process.host.files, self._session.path(redirect.target), self._process.token
        files.write(path, b"", append=redirect.operator == ">>", token=token)

        def append(data: bytes) -> None:
            # Windows would not let a folder with an open file go; here what is written afterwards is lost.
            with contextlib.suppress(FileSystemError):
                files.write(path, data, append=True, token=token)

        return append

    def _text(self, key: str, *arguments: object) -> bytes:
        collected: list[bytes] = []
        replace(self._process, stdout=collected.append).out(self._process.message(key, *arguments) + "\r\n")
        return b"".join(collected)

    async def _simple(self, node: Simple, streams: _Streams) -> int:
        word, arguments = split_command(node.text)
        if not word:
            return 0
        self._process.host.bystander_acts(node.text)
        session = self._session
        process = self._process.child(word.lower(), arguments, streams.stdin, streams.stdout, streams.stderr)
        process = replace(process, environment=session.environment)
        builtin = BUILTINS.get(word.lower())
        if builtin is not None:
            return await builtin(session, process)
        path = find_program(process.host.files, word, session.environment)
        if path is None:
            process.err(process.message("unknown_command", word) + "\r\n")
            session.errorlevel = UNKNOWN_COMMAND
        elif not process.host.files.allows(path, process.token, READ | EXECUTE):
            process.err(process.message("access_denied") + "\r\n")
            session.errorlevel = 1
        elif is_batch(path):
            process.host.note_run(path, arguments, process.token)
            await self._batch(path, [word, *split_words(arguments)], streams)
            if session.batch:  # without `call` the outer file does not go on
                raise EndOfBatch
        else:
            session.errorlevel = await process.host.start_program(process, path)
        return session.errorlevel

    async def _batch(self, path: str, words: list[str], streams: _Streams) -> None:
        """Run a batch file; each line is read when it is its turn."""
        session, files = self._session, self._process.host.files
        outer, session.batch = session.batch, True
        at = 0
        try:
            while True:
                try:
                    content = files.read(path, self._process.token)
                except FileSystemError:  # somebody has it open and shares nothing
                    content = None
                if content is None:
                    streams.stderr(self._text("batch_gone"))
                    session.errorlevel = 1
                    return
                if at >= len(content):
                    return
                end = content.find(b"\n", at) + 1 or len(content)
                line = self._process.decode(content[at:end]).strip("\r\n")
                at = end
                await self._batch_line(line, words, streams)
        except EndOfBatch:
            return
        finally:
            session.batch = outer

    async def _batch_line(self, line: str, words: list[str], streams: _Streams) -> None:
        session = self._session
        if not line.strip() or line.lstrip().startswith(":"):
            return
        expanded = expand_batch(line, self._variables(), words)
        if session.echo and not line.lstrip().startswith("@"):
            prompt = f"\r\n{session.environment.get('CD', '')}>{expanded}\r\n"
            replace(self._process, stdout=streams.stdout).out(prompt)
        if not await self._line(expanded, streams):
            session.errorlevel = 255
            raise EndOfBatch  # a line that cannot be parsed ends the file


def _with_output(streams: _Streams, handle: int, sink: Sink) -> _Streams:
    return replace(streams, stdout=sink) if handle == 1 else replace(streams, stderr=sink)

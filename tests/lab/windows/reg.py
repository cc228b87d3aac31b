# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe: `query`, `add`, `delete`, `export` and `import`.

Simulates the output layout recorded by Wine's conformance tests from real Windows, exit code 0 or 1, messages on
standard error, `End of search` only with `/v … /s`. Writing a key of the firewall by reg.exe changes the registry
and nothing else: the service reads its keys when it starts.
"""

from __future__ import annotations

import ntpath
from dataclasses import replace

from lab.windows.filesystem import FileSystemError
from lab.windows.netsh import split_words
from lab.windows.process import Console, Process
from lab.windows.reg_export import export_file
from lab.windows.reg_file import RegFileError, import_file
from lab.windows.registry import RegistryError, long_path, query_text, value_line

_TYPES = ("REG_SZ", "REG_DWORD", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_QWORD", "REG_BINARY", "REG_NONE")


class _RegError(Exception):
    def __init__(self, key: str, *arguments: object) -> None:
        super().__init__(key, *arguments)
        self.key = key
        self.arguments = arguments


async def run(process: Process) -> int:
    """The program's entry point; returns its exit code."""
    words = split_words(process.arguments)
    verb = words[0].upper() if words else ""
    try:
        if process.host.quirks.deny_reg:
            raise _RegError("reg_denied")
        if verb == "QUERY":
            process.stdout(_cut(process, _query(process, words[1:])))
        elif verb == "ADD":
            _add(process, words[1:])
        elif verb == "DELETE":
            _delete(process, words[1:])
        elif verb == "IMPORT":
            _import(process, words[1:])
        elif verb == "EXPORT":
            _export(process, words[1:])
        else:
            raise _RegError("reg_syntax", verb)
    except _RegError as error:
        process.err(process.message(error.key, *error.arguments) + "\r\n")
        return 1
    return 0


def _cut(process: Process, text: str) -> bytes:
    """The quirk that loses output: all after N bytes, or only a hole up to the last kilobyte."""
    collected: list[bytes] = []
    quirks = process.host.quirks
    child = process.child("reg", "", process.stdin, collected.append, process.stderr)
    (child if quirks.reg_codepage is None else replace(child, console=Console(quirks.reg_codepage))).out(text)
    data = b"".join(collected)
    if quirks.reg_cut_after is None or len(data) <= quirks.reg_cut_after:
        return data
    head = data[: quirks.reg_cut_after]
    return head + data[max(len(head), len(data) - 1024) :] if quirks.reg_cut_keeps_end else head


def _options(verb: str, words: list[str], with_value: frozenset[str], flags: frozenset[str]) -> dict[str, str]:
    """Switches by lower-case name. Raises _RegError for one that reg.exe does not have or that is given twice."""
    found: dict[str, str] = {}
    at = 0
    while at < len(words):
        switch = words[at].lower()
        if switch in found or switch not in with_value | flags | {"/reg:64", "/reg:32"}:
            raise _RegError("reg_syntax", verb)
        if switch in with_value:
            at += 1
            if at == len(words):
                raise _RegError("reg_syntax", verb)
            found[switch] = words[at]
        else:
            found[switch] = ""
        at += 1
    return found


def _key_path(verb: str, words: list[str]) -> str:
    if not words:
        raise _RegError("reg_syntax", verb)
    try:
        return long_path(words[0])
    except RegistryError:
        raise _RegError("reg_bad_key", verb) from None


def _query(process: Process, words: list[str]) -> str:
    path = _key_path("QUERY", words)
    options = _options("QUERY", words[1:], frozenset({"/v"}), frozenset({"/s", "/ve"}))
    if "/v" in options and "/ve" in options:
        raise _RegError("reg_syntax", "QUERY")
    registry = process.host.registry
    if registry.find(path) is None:
        raise _RegError("reg_not_found")
    default_name = process.message("default_value")
    if "/v" not in options and "/ve" not in options:
        return query_text(
            registry,
            path,
            recurse="/s" in options,
            default_name=default_name,
            show_empty=process.host.quirks.reg_shows_empty_keys,
        )
    wanted = options.get("/v", "")
    found = [
        (key_path, key.values[wanted.upper()])
        for key_path, key in registry.walk(path)
        if wanted.upper() in key.values and ("/s" in options or key is registry.find(path))
    ]
    if not found and "/s" not in options:
        raise _RegError("reg_not_found")
    text = "".join(f"\r\n{key_path}\r\n{value_line(value, default_name)}\r\n" for key_path, value in found) + "\r\n"
    return text + process.message("reg_end_of_search", len(found)) + "\r\n" if "/s" in options else text


def _add(process: Process, words: list[str]) -> None:
    path = _key_path("ADD", words)
    options = _options("ADD", words[1:], frozenset({"/v", "/t", "/d", "/s"}), frozenset({"/f", "/ve"}))
    kind = options.get("/t", "REG_SZ").upper()
    data = options.get("/d", "")
    if kind not in _TYPES:
        raise _RegError("reg_syntax", "ADD")
    if kind in ("REG_DWORD", "REG_QWORD"):
        try:
            data = f"0x{int(data or '0', 0):x}"
        except ValueError:
            raise _RegError("reg_syntax", "ADD") from None
    if not process.elevated and path.startswith("HKEY_LOCAL_MACHINE"):
        raise _RegError("reg_denied")
    key = process.host.registry.create(path)
    if "/v" in options or "/ve" in options:
        # The console would ask before overwriting without /f; there is no console, so it fails.
        name = options.get("/v", "")
        if key.get(name) is not None and "/f" not in options:
            raise _RegError("reg_denied")
        key.set(name, kind, data)
    process.out(process.message("reg_done") + "\r\n\r\n")


def _import(process: Process, words: list[str]) -> None:
    if len(words) != 1:
        raise _RegError("reg_syntax", "IMPORT")
    path = ntpath.join(process.environment.get("CD", "C:\\"), words[0])
    try:
        content = process.host.files.read(path, process.token)
    except FileSystemError:
        raise _RegError("reg_denied") from None
    if content is None:
        raise _RegError("reg_no_file")
    if not process.elevated:
        raise _RegError("reg_denied")
    try:
        import_file(process.host.registry, content)
    except RegFileError:
        raise _RegError("reg_bad_file", path) from None
    process.err(process.message("reg_done") + "\r\n\r\n")


def _export(process: Process, words: list[str]) -> None:
    path = _key_path("EXPORT", words)
    if len(words) < 2 or words[1].startswith("/"):
        raise _RegError("reg_syntax", "EXPORT")
    options = _options("EXPORT", words[2:], frozenset(), frozenset({"/y"}))
    if process.host.registry.find(path) is None:
        raise _RegError("reg_not_found")
    target = ntpath.join(process.environment.get("CD", "C:\\"), words[1])
    try:
        # It asks before it replaces a file; there is no console, so without /y it fails.
        if process.host.files.exists(target) and "/y" not in options:
            raise _RegError("reg_denied")
        process.host.files.write(target, export_file(process.host.registry, path), token=process.token)
    except FileSystemError:
        raise _RegError("reg_denied") from None
    process.out(process.message("reg_done") + "\r\n\r\n")


def _delete(process: Process, words: list[str]) -> None:
    path = _key_path("DELETE", words)
    options = _options("DELETE", words[1:], frozenset({"/v"}), frozenset({"/f", "/ve", "/va"}))
    key = process.host.registry.find(path)
    if key is None:
        raise _RegError("reg_not_found")
    if not process.elevated and path.startswith("HKEY_LOCAL_MACHINE"):
        raise _RegError("reg_denied")
    if "/va" in options:
        key.values.clear()
    elif "/v" in options or "/ve" in options:
        if key.values.pop(options.get("/v", "").upper(), None) is None:
            raise _RegError("reg_not_found")
    else:
        process.host.registry.delete(path)
    process.out(process.message("reg_done") + "\r\n\r\n")

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What netsh is told on standard input and in files.

No line opens anything: each rule is disabled, blocks, and is for one address of documentation (RFC 5737, RFC 3849), or
for any where what "any" leaves in the registry is the question. Names are ASCII whatever becomes of the rest, so that
each rule can be deleted by its name.
"""

from __future__ import annotations

from collections.abc import Iterable

from .marks import rule_name

ADDRESS = "192.0.2.1"
TEXT = "\u00e4 \u00e9 \u0416 \u5b57 \u20ac \U0001f600"
"""Latin, Cyrillic, CJK, a character of the 1252 code page alone, and one outside of the Basic Multilingual Plane."""

LENGTHS = (255, 256, 511, 512, 1000, 1023, 1024, 2047, 2048, 4095, 4096, 8000, 8191, 8192, 9800)
"""Lengths of lines that are tried: around the sizes that buffers have. A description has less than 10,000 characters
([MS-FASP] 2.2.37), which ends the row."""

FILE_LENGTHS = tuple(length for length in LENGTHS if length <= 8000)
"""Those that are tried in a file, which findstr writes: it takes lines of 8,191 characters at most."""

ADDRESS_COUNTS = (100, 400, 1000)
PORT_COUNTS = (100, 1000)
PROGRAM = r"%SystemRoot%\System32\svchost.exe"

_ADD = "advfirewall firewall add rule"
_NARROW = f"profile=public protocol=tcp localport=9 remoteip={ADDRESS}"
_CLOSED = "enable=no dir=in action=block"  # disabled before anything else is said
_UNKNOWN_WORD = "enable=no dir=sideways action=block"  # no netsh knows this direction
_UNKNOWN_COMMAND = "lyncopsqualify nonsense"  # nor this command


def rule(label: str, more: str = "") -> str:
    """A line that adds a rule which admits nothing.

    Args:
        label: Last part of its name.
        more: Fields behind those that all have.
    """
    fields = f"{_CLOSED} {_NARROW}"
    return f'{_ADD} name="{rule_name(label)}" {fields}{f" {more}" if more else ""}'


def any_rule(label: str, protocol: str) -> str:
    """A disabled block rule in which everything that may be any is said to be so.

    Args:
        label: Last part of its name.
        protocol: Its protocol, with ports where it has them.
    """
    words = "profile=any localip=any remoteip=any interfacetype=any service=any edge=no security=notrequired"
    return f'{_ADD} name="{rule_name(label)}" {_CLOSED} protocol={protocol} {words}'


def turn(label: str) -> str:
    """A line that gives a rule another direction. It stays disabled, and blocks."""
    return f'advfirewall firewall set rule name="{rule_name(label)}" new dir=out'


def delete(name: str) -> str:
    """A line that deletes a rule of the kit."""
    return f'advfirewall firewall delete rule name="{name}"'


def bad(label: str) -> str:
    """A line that adds no rule: its command is right, and a word in it is wrong."""
    # If netsh took it after all, the rule would do no more than the others.
    return f'{_ADD} name="{rule_name(label)}" {_UNKNOWN_WORD} {_NARROW}'


def good_lines(way: str) -> tuple[str, ...]:
    """Lines that are right: a plain rule, and one with a variable in it.

    Args:
        way: How netsh gets them, part of their names.
    """
    return rule(f"{way}-good"), rule(f"{way}-program", f'program="{PROGRAM}"')


def mixed_lines(way: str) -> tuple[str, ...]:
    """A good line, a wrong word, a good line, a wrong command, a good line."""
    first, second, third = (rule(f"{way}-mixed-{number}") for number in (1, 2, 3))
    return first, bad(f"{way}-bad"), second, _UNKNOWN_COMMAND, third


def last_lines(way: str) -> tuple[str, ...]:
    """A good line, and a bad one as the last."""
    return rule(f"{way}-last"), bad(f"{way}-last-bad")


def long_lines(way: str, lengths: Iterable[int]) -> tuple[str, ...]:
    """Lines of these lengths in characters, the shortest first: one that is too much may end the session."""
    return tuple(_padded(f"{way}-long-{length}", length) for length in sorted(lengths))


def address_lines(way: str) -> tuple[str, ...]:
    """Lines with long lists of addresses, the shortest first."""
    return tuple(_addresses(f"{way}-addresses-{count}", count) for count in ADDRESS_COUNTS)


def port_lines(way: str) -> tuple[str, ...]:
    """Lines with long lists of ports, the shortest first."""
    return tuple(_ports(f"{way}-ports-{count}", count) for count in PORT_COUNTS)


def text_line(way: str) -> str:
    """A line with a description that is not ASCII."""
    return rule(f"{way}-text", f'description="{TEXT}"')


def on_stdin(lines: Iterable[str], end: bool = True) -> bytes:
    """A session for standard input, in UTF-8.

    Args:
        lines: Its lines.
        end: Whether it ends with ``bye``, and not with its input alone.
    """
    return _encoded([*lines, *(["bye"] if end else [])])


def sessions() -> dict[str, bytes]:
    """Every session of netsh by its name."""
    return {
        "good": on_stdin(good_lines("stdin")),
        "mixed": on_stdin(mixed_lines("stdin")),
        "last": on_stdin(last_lines("stdin")),
        "open": on_stdin([rule("open-good")], end=False),
        "long": on_stdin(long_lines("stdin", LENGTHS)),
        # Sessions of their own: one that is refused may end its session.
        "addresses": on_stdin(address_lines("stdin")),
        "ports": on_stdin(port_lines("stdin")),
        "text": on_stdin([text_line("stdin")]),
    }


def in_file(lines: Iterable[str], mark: bool = False) -> bytes:
    """A script for a file, in UTF-8.

    Args:
        lines: Its lines.
        mark: Whether a byte order mark comes first.
    """
    return (b"\xef\xbb\xbf" if mark else b"") + _encoded(lines)


def description_length(length: int, label: str) -> int:
    """Characters of the description in a line of `long_lines`.

    Args:
        length: Characters of the line.
        label: Last part of the rule's name.
    """
    return length - len(rule(label, 'description=""'))


def _padded(label: str, length: int) -> str:
    return rule(label, f'description="{"x" * description_length(length, label)}"')


def _addresses(label: str, count: int) -> str:
    listed = ",".join(f"2001:db8::{number:x}" for number in range(1, count + 1))
    return f'{_ADD} name="{rule_name(label)}" {_CLOSED} profile=public protocol=tcp localport=9 remoteip={listed}'


def _ports(label: str, count: int) -> str:
    # No two of them stand side by side, so that nobody makes a range of them.
    listed = ",".join(str(2 * number + 1) for number in range(count))
    words = f"{_CLOSED} profile=public protocol=tcp localport={listed} remoteip={ADDRESS}"
    return f'{_ADD} name="{rule_name(label)}" {words}'


def _encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def by_tens(names: list[str]) -> list[list[str]]:
    """Names in groups that fit into one command line.

    Args:
        names: The names.
    """
    return [names[begin : begin + 10] for begin in range(0, len(names), 10)]

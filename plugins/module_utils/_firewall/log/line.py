# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of the firewall's log, ``pfirewall.log``.

The file begins with a few lines like ``#Version: 1.5`` and ``#Fields: date time action protocol src-ip dst-ip src-port
dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path``; newer Windows adds ``pid``. Fields are
separated by one blank, what does not apply is ``-`` (Microsoft, "Interpreting the Windows Firewall log"). They are read
by their names. Times are the host's local ones. ``path`` is RECEIVE for what comes in, SEND for what goes out.

The file is written by the service only; and yet what is read here may be anything: a line that is none says nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

HEADER = "#Fields:"
DROP, ALLOW = "DROP", "ALLOW"
LOST = "INFO-EVENTS-LOST"
"""What the service writes where it could not write what it wanted to (Microsoft, as above)."""

_NEEDED = ("date", "time", "action", "protocol", "src-ip", "dst-ip", "src-port", "dst-port", "path")
_PROTOCOLS = {"TCP": "tcp", "UDP": "udp"}
_INBOUND = "RECEIVE"
_NONE = "-"
_LONGEST = 600  # characters of a line: two addresses of IPv6 with zones, twenty numbers
_MOST_FIELDS = 40
_LONGEST_ADDRESS = 60


@dataclass(frozen=True, slots=True)
class LogFormat:
    """Where in a line what stands, as a header says.

    Attributes:
        places: Places of the fields that are needed, in the order of the attributes of `LogLine`.
        flags: Place of ``tcpflags``; None where there is none.
        fields: How many fields there are.
    """

    places: tuple[int, ...]
    flags: int | None
    fields: int

    @property
    def usual(self) -> bool:
        """Whether lines begin with date, time, action and protocol, the path behind: so they can be looked for."""
        return self.places[:4] == (0, 1, 2, 3) and self.places[-1] == max(self.places)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One inbound packet that was dropped, or one inbound connection that was let through.

    Attributes:
        at: When, in the host's local time.
        dropped: Whether it was dropped.
        transport: ``tcp`` or ``udp``.
        source: The address it came from, spelt as Python does; an IPv4 address in IPv6's clothes without them.
        target: The address it was for.
        source_port: The port it came from.
        port: The port it was for.
        begins: Whether it begins a connection, or may: a segment of TCP without SYN belongs to one that is over.
    """

    at: datetime
    dropped: bool
    transport: str
    source: str
    target: str
    source_port: int
    port: int
    begins: bool = True


def read_format(header: str) -> LogFormat | None:
    """What a header says of the lines after it; None where it does not name the fields that are needed, each once.

    Args:
        header: A line that begins with `HEADER`.
    """
    names = header[:_LONGEST].removeprefix(HEADER).split()
    if len(names) > _MOST_FIELDS or any(names.count(name) != 1 for name in _NEEDED):
        return None
    return LogFormat(
        tuple(names.index(name) for name in _NEEDED),
        names.index("tcpflags") if "tcpflags" in names else None,
        len(names),
    )


class LogReader:
    """Reads lines, one after the other; each header that says enough counts for what follows it.

    Attributes:
        format: What the last header said that says enough; None where there was none.
        headers: How many headers there were.
        lost: When the service wrote `LOST`, each time once.
        unread: How many lines were none, headers and comments aside.
    """

    def __init__(self) -> None:
        self.format: LogFormat | None = None
        self.headers = 0
        self.lost: set[datetime] = set()
        self.unread = 0
        # Times, addresses and ports come many times over: each text is looked at once.
        self._times: dict[str, datetime | None] = {}
        self._addresses: dict[str, str] = {}

    def read(self, lines: Iterable[str]) -> Iterator[LogLine]:
        """The inbound lines of TCP and UDP among some lines.

        Args:
            lines: The lines, without their ends.
        """
        for line in lines:
            if line.startswith("#"):
                if line.startswith(HEADER):
                    self.format = read_format(line) or self.format
                    self.headers += 1
                continue
            if not line.strip():
                continue
            if line[20:].startswith(LOST) and (at := read_time(line[:19])):
                self.lost.add(at)
                continue
            found = self._line(line)
            if found is None:
                self.unread += 1
            elif found:
                yield found[0]

    def _line(self, line: str) -> tuple[LogLine] | tuple[()] | None:
        """A line; nothing where it is about something else, None where it is none."""
        known = self.format
        if known is None or len(line) > _LONGEST:
            return None
        parts = line.split()  # some write a blank at the end, or tabs
        if len(parts) != known.fields:
            return None
        date, time, action, protocol, source, target, source_port, port, path = (parts[place] for place in known.places)
        transport = _PROTOCOLS.get(protocol)
        if transport is None or path != _INBOUND or action not in (DROP, ALLOW):
            return ()
        at = self._time(f"{date} {time}")
        source, target = self._address(source), self._address(target)
        numbers = _port(source_port), _port(port)
        if at is None or not source or not target or numbers[0] is None or numbers[1] is None:
            return None
        flags = parts[known.flags] if known.flags is not None else _NONE
        begins = transport == "udp" or flags == _NONE or ("S" in flags and "A" not in flags)
        return (LogLine(at, action == DROP, transport, source, target, numbers[0], numbers[1], begins),)

    def _time(self, text: str) -> datetime | None:
        if text not in self._times:
            self._times[text] = read_time(text)
        return self._times[text]

    def _address(self, text: str) -> str:
        if text not in self._addresses:
            self._addresses[text] = _address(text)
        return self._addresses[text]


def read_time(text: str) -> datetime | None:
    """A date and time as a line has them; None where it is none.

    Args:
        text: Such as ``2026-11-29 13:05:59``.
    """
    # Separators are looked at here: newer Python's fromisoformat takes many a form, and strptime is 10 times slower.
    if len(text) != 19 or not text.isascii() or text[4:20:3] != "-- ::":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _address(text: str) -> str:
    if len(text) > _LONGEST_ADDRESS:
        return ""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str((found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found)


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        return None
    number = int(text)
    return number if number <= 65535 else None

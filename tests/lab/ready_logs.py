# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made logs of the firewall, of any size, age and ugliness, in the format of `windows/firewall_log.py`."""

from __future__ import annotations

import codecs
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from lab.hostile_text import NAMES
from lab.windows.firewall_log import DEFAULT_PATH, FIELDS

_POOL = 997
_STAMP = len("2026-11-29 12:00:00") - len("\1 \2")
_ROUNDING = 1e-6
_DAY = 24 * 60 * 60
_ENCODINGS = ("utf-8", "utf-16")
_FORGED = "2026-01-02 03:04:05 DROP TCP"


@dataclass(frozen=True)
class Seen:
    """What a log tells ``count`` times: a packet of this kind, evenly over its time."""

    source: str = "10.4.2.9"
    port: int = 5061
    count: int = 1
    action: str = "DROP"
    protocol: str = "TCP"
    target: str = "10.0.0.11"


@dataclass(frozen=True)
class ReadyLog:
    """A log to be made.

    megabytes: its size, filled up with datagrams of others; seen: what else it tells; first, last: the times of its
    first and last entry; header: whether it has the lines that begin with `#`; pid: with that column; fields: other
    columns, or another order of them, than usual; encoding: utf-8, utf-16 (with a byte order mark); hostile: with lines
    in between that no service writes; nuls: so many octets of zero at its end, as after a loss of power.
    """

    megabytes: float = 0.0
    seen: Sequence[Seen] = ()
    first: datetime = datetime(2026, 11, 28, 0, 0)
    last: datetime = datetime(2026, 11, 29, 12, 0)
    header: bool = True
    pid: bool = False
    fields: str = ""
    encoding: str = "utf-8"
    hostile: bool = False
    nuls: int = 0


def hostile_lines() -> list[str]:
    """Lines that try a reader: broken, too long, in another order, with control characters, in nobody's time."""
    return [
        "",
        "-",
        "#Fields: info action time date",
        "#",
        "2026-01-02",
        _FORGED,
        f"{_FORGED} 10.0.0.1",
        f"{_FORGED} not-an-address 10.0.0.2 1 2 - - - - - - - - RECEIVE",
        f"{_FORGED} 10.0.0.1 10.0.0.2 99999 -1 - - - - - - - - RECEIVE",
        "9999-99-99 99:99:99 DROP TCP 10.0.0.1 10.0.0.2 1 2 - - - - - - - - RECEIVE",
        "2026-01-02 03:04:05 INFO-EVENTS-LOST - - - - - - - - - - - - 12 -",
        "2026-01-02 03:04:05 DROP ICMP fe80::1 ff02::1 - - 72 - - - - 135 0 - RECEIVE",
        f"{_FORGED} 2001:db8::1 2001:db8::2 1 2 60 S 1 0 1 - - - RECEIVE and more",
        f"{_FORGED} " + "x" * 100_000,
        *(f"{_FORGED} {text} 10.0.0.2 1 2 - - - - - - - {text} RECEIVE" for text in NAMES.values()),
        f"{_FORGED} 10.0.0.1\0 10.0.0.2 1 2 - - - - - - - - RECEIVE",
    ]


def ready_log(wanted: ReadyLog) -> bytes:
    """The content of the file."""
    chance = random.Random(1)
    columns = wanted.fields or (f"{FIELDS} pid" if wanted.pid else FIELDS)
    noise = [_entry(_noise(chance), columns) for _unused in range(_POOL)]
    width = sum(map(len, noise)) / len(noise) + _STAMP
    lines = [_entry(_words(chance, each), columns) for each in wanted.seen for _unused in range(each.count)]
    chance.shuffle(lines)
    filling = max(0, round(wanted.megabytes * 2**20 / width) - len(lines))
    total = filling + len(lines)
    places = {int((number + 0.5) * total / max(1, len(lines))): line for number, line in enumerate(lines)}
    ugly = hostile_lines() if wanted.hostile else []
    text = [_head(columns)] if wanted.header else []
    step = max(1, total // max(1, len(ugly)))
    usual = columns.startswith("date time ")
    for number, (date, time) in enumerate(_moments(wanted.first, wanted.last, total)):
        line = places.get(number) or noise[number % _POOL]
        if ugly and number % step == 0:
            text.append(ugly.pop() + "\r\n")
        if usual:  # much quicker
            text.append(f"{date} {time}{line[3:]}")
        else:
            text.append(line.replace("\1", date).replace("\2", time))
    text += [line + "\r\n" for line in ugly]
    content = "".join(text)
    data = codecs.BOM_UTF16_LE + content.encode("utf-16-le") if wanted.encoding == "utf-16" else content.encode()
    return data + bytes(wanted.nuls)


def _head(columns: str) -> str:
    head = "#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n"
    return f"{head}#Fields: {columns}\r\n\r\n"


def _noise(chance: random.Random) -> dict[str, str]:
    source = f"10.99.{chance.randrange(256)}.{chance.randrange(1, 255)}"
    return _words(chance, Seen(source, chance.choice((137, 138, 1900, 5353)), protocol="UDP", target="10.0.0.255"))


def _words(chance: random.Random, seen: Seen) -> dict[str, str]:
    tcp = seen.protocol == "TCP"
    return {
        "action": seen.action, "protocol": seen.protocol, "src-ip": seen.source, "dst-ip": seen.target,
        "src-port": str(chance.randrange(49152, 65536)), "dst-port": str(seen.port),
        "size": "52" if tcp else "78", "tcpflags": "S" if tcp else "-",
        "tcpsyn": str(chance.randrange(2**32)) if tcp else "-", "tcpack": "0" if tcp else "-",
        "tcpwin": "64240" if tcp else "-", "path": "RECEIVE", "pid": "4",
    }  # fmt: skip


def _entry(words: Mapping[str, str], columns: str) -> str:
    """A line that has still to get its date (at \\1) and its time (at \\2)."""
    marks = {"date": "\1", "time": "\2"}
    return " ".join(marks.get(column) or words.get(column, "-") for column in columns.split()) + "\r\n"


def _moments(first: datetime, last: datetime, count: int) -> Iterator[tuple[str, str]]:
    """So many times from first to last, as date and time of day."""
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    begin, span = int((first - midnight).total_seconds()), (last - first).total_seconds()
    day, date = -1, ""
    last_second, time = -1, ""
    pace = span / max(1, count - 1)
    for number in range(count):
        now, second = divmod(begin + int(pace * number + _ROUNDING), _DAY)
        if now != day:
            day, date = now, (midnight + timedelta(days=now)).strftime("%Y-%m-%d")
        if second != last_second:
            last_second, time = second, f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        yield date, time


@dataclass(frozen=True)
class LogFile:
    """A log on its way to a host: where it goes to (may hold variables), and whether nobody can read it there."""

    data: bytes
    path: str = DEFAULT_PATH
    locked: bool = False


def log_file(wanted: Mapping[str, object]) -> LogFile:
    """A log as the control interface and the command line describe it. Raises ValueError.

    The fields of ReadyLog but `seen`, whose fields (source, port, count, action, protocol, target) stand beside them;
    `text` for a file of just that; `path`; `old` for the rotated one beside it; `locked`.
    """
    options = dict(wanted)
    path, old, locked = (options.pop(name, None) for name in ("path", "old", "locked"))
    text = options.pop("text", None)
    seen, made = Seen(count=0), ReadyLog()
    of_seen, of_log = ({field.name for field in fields(each)} - {"seen"} for each in (Seen, ReadyLog))
    for name, value in options.items():
        if name in of_seen:
            seen = replace(seen, **{name: _converted(name, value, getattr(seen, name))})
        elif name in of_log:
            made = replace(made, **{name: _converted(name, value, getattr(made, name))})
        else:
            raise ValueError(f"a log has no {name!r}; it has {', '.join(sorted(of_seen | of_log))}")
    if made.encoding not in _ENCODINGS:
        raise ValueError(f"encoding is one of {', '.join(_ENCODINGS)}")
    data = ready_log(replace(made, seen=(seen,))) if text is None else str(text).encode()
    place = str(path or DEFAULT_PATH) + (".old" if _converted("old", old or False, False) else "")
    return LogFile(data, place, bool(_converted("locked", locked or False, False)))


def _converted(name: str, value: object, default: Any) -> Any:
    """``value``, perhaps its text, as what ``default`` is. Raises ValueError."""
    if isinstance(default, bool):
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(value).lower() not in words:
            raise ValueError(f"{name} is yes or no")
        return words[str(value).lower()]
    if isinstance(default, datetime):
        return datetime.fromisoformat(str(value))
    return type(default)(str(value))

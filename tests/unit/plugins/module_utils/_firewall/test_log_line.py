# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the firewall's log: by the header's names, and whatever else may stand there."""

from __future__ import annotations

import ipaddress
from datetime import datetime

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.line import (
    HEADER,
    LogLine,
    LogReader,
    read_format,
    read_time,
)
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

DOCUMENTED = (
    "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype "
    "icmpcode info path"
)
LINE = "2026-11-29 13:05:59 DROP TCP 10.4.2.9 10.0.0.11 50123 5061 52 S 123 0 8192 - - - RECEIVE"
READ = LogLine(datetime(2026, 11, 29, 13, 5, 59), True, "tcp", "10.4.2.9", "10.0.0.11", 50123, 5061)


def read(*lines: str, header: str = DOCUMENTED) -> list[LogLine]:
    return list(LogReader().read([header, *lines]))


def test_a_line_as_documented() -> None:
    assert read(LINE) == [READ]


def test_a_connection_that_was_let_through() -> None:
    (found,) = read(LINE.replace("DROP", "ALLOW").replace(" S 123 0 8192", " - 0 0 0"))
    assert not found.dropped
    assert found.begins


@pytest.mark.parametrize("line", [f"{LINE} ", f"{LINE}\t", LINE.replace(" ", "\t"), LINE.replace(" ", "  ")])
def test_blanks_and_tabs_are_no_trouble(line: str) -> None:
    assert read(line) == [READ]


def test_what_the_service_lost_is_no_line_and_told() -> None:
    reader = LogReader()
    lost = f"2026-11-29 13:05:59 INFO-EVENTS-LOST {'- ' * 12}12 -"
    assert list(reader.read([DOCUMENTED, lost, LINE, "  "])) == [READ]
    assert (reader.unread, reader.lost) == (0, {datetime(2026, 11, 29, 13, 5, 59)})


def test_newer_windows_adds_the_process() -> None:
    assert read(f"{LINE} 4312", header=f"{DOCUMENTED} pid") == [READ]


_FIELDS = DOCUMENTED.removeprefix(HEADER).split()
_addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6).filter(lambda a: a.ipv4_mapped is None))


@given(
    order=st.permutations([*_FIELDS, "pid", "more"]),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)),
    dropped=st.booleans(),
    transport=st.sampled_from(["tcp", "udp"]),
    ends=st.tuples(_addresses, _addresses),
    ports=st.tuples(st.integers(0, 65535), st.integers(0, 65535)),
)
def test_fields_are_found_by_their_names_in_any_order(
    order: list[str],
    at: datetime,
    dropped: bool,
    transport: str,
    ends: tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...],
    ports: tuple[int, int],
) -> None:
    at = at.replace(microsecond=0)
    line = LogLine(at, dropped, transport, str(ends[0]), str(ends[1]), *ports)
    fields = dict.fromkeys(order, "-") | {
        "date": f"{at:%Y-%m-%d}",
        "time": f"{at:%H:%M:%S}",
        "action": "DROP" if dropped else "ALLOW",
        "protocol": transport.upper(),
        "src-ip": str(ends[0]),
        "dst-ip": str(ends[1]),
        "src-port": str(ports[0]),
        "dst-port": str(ports[1]),
        "path": "RECEIVE",
    }
    assert read(" ".join(fields[name] for name in order), header=f"{HEADER} {' '.join(order)}") == [line]


@pytest.mark.parametrize(
    "other",
    [
        LINE.replace("RECEIVE", "SEND"),
        LINE.replace("RECEIVE", "FORWARD"),
        LINE.replace("TCP", "ICMP").replace("50123 5061", "- -"),
        LINE.replace("DROP", "INFO-EVENTS-LOST"),
        "#Software: Microsoft Windows Firewall",
        "",
    ],
)
def test_what_is_about_something_else_is_passed_over(other: str) -> None:
    reader = LogReader()
    assert list(reader.read([DOCUMENTED, other, LINE])) == [READ]
    assert reader.unread == 0


@pytest.mark.parametrize(
    "hostile",
    [
        LINE.replace("10.4.2.9", "10.4.2.999"),
        LINE.replace("10.4.2.9", "\x1b[31mfe01"),
        LINE.replace("10.4.2.9", "1" * 100_000),
        LINE.replace("10.4.2.9", f"fe80::1%{'1' * 100}"),
        LINE.replace("5061", "99999"),
        LINE.replace("5061", "-1"),
        LINE.replace("5061", "٥٠٦١"),
        LINE.replace("2026-11-29", "2026-13-29"),
        LINE.replace("13:05:59", "25:05:59"),
        f"{LINE} {LINE}",
        LINE[:40],
        "\0" * 2000,
        "x" * 1_000_000,
    ],
)
def test_a_line_that_is_none_is_counted_and_says_nothing(hostile: str) -> None:
    reader = LogReader()
    assert list(reader.read([DOCUMENTED, hostile, LINE])) == [READ]
    assert reader.unread == 1


@given(st.lists(st.text(), max_size=20))
def test_nothing_that_may_stand_there_is_an_error(lines: list[str]) -> None:
    for line in LogReader().read([DOCUMENTED, *lines]):
        assert 0 <= line.port <= 65535


def test_an_address_is_spelt_in_one_way() -> None:
    assert read(LINE.replace("10.4.2.9", "::ffff:10.4.2.9")) == [READ]
    (found,) = read(LINE.replace("10.4.2.9", "FE80:0:0::1%12"))
    assert found.source == "fe80::1"


@pytest.mark.parametrize(
    ("flags", "begins"), [("S", True), ("-", True), ("A", False), ("SA", False), ("AR", False), ("FA", False)]
)
def test_a_segment_without_syn_begins_no_connection(flags: str, begins: bool) -> None:
    (found,) = read(LINE.replace(" S ", f" {flags} "))
    assert found.begins is begins


@pytest.mark.parametrize(
    "header",
    [
        "#Fields:",
        "#Fields: date time",
        DOCUMENTED.replace("src-ip", "s-ip"),
        f"{DOCUMENTED} date",
        f"{HEADER} {'x ' * 100_000}",
    ],
)
def test_a_header_that_says_too_little(header: str) -> None:
    assert read_format(header) is None
    assert read(LINE, header=header) == []


def test_each_header_counts_for_what_follows_it() -> None:
    turned = " ".join(reversed(_FIELDS))
    lines = [DOCUMENTED, LINE, f"{HEADER} {turned}", " ".join(reversed(LINE.split()))]
    assert list(LogReader().read(lines)) == [READ, READ]


def test_a_header_that_says_too_little_takes_nothing_from_the_one_before() -> None:
    """As a person may have forged it, or a loss of power left it."""
    assert list(LogReader().read([DOCUMENTED, "#Fields: info action time date", LINE])) == [READ]


@pytest.mark.parametrize("text", ["2026-11-29T13:05:59", "2026-11-29 13:05", "", "2026-11-29 13:05:5٩", "x" * 19])
def test_what_is_no_time(text: str) -> None:
    assert read_time(text) is None


def test_reading_takes_no_more_than_in_proportion() -> None:
    def lines(number: int) -> list[str]:
        return [DOCUMENTED, *(LINE.replace("50123", str(one % 65536)) for one in range(number))]

    assert grows_linearly(lambda given: list(LogReader().read(given)), lines, 3_000)
    assert grows_linearly(lambda given: list(LogReader().read(given)), lambda n: [DOCUMENTED, "1 " * n], 100_000)

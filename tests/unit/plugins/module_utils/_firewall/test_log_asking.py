# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's log read newest first within its budget: what is known, how far back, and what is said of the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.asking import LogAnswer, read_log
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.budget import (
    MOST_BYTES,
    MOST_COMMANDS,
    MOST_SECONDS,
    Budget,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.commands import (
    look_command,
    read_look,
    read_slice,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.files import can_be_asked_for
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.log_host import (
    HEADER,
    PATH,
    LogHost,
    at,
    every,
    line,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

OLD = f"{PATH}.old"
NOW = at("2026-11-29 13:07:31")
DAY = timedelta(days=1)


def read(host: LogHost, span: timedelta = DAY, *, allowed: bool = False, now: datetime = NOW) -> LogAnswer:
    return read_log(host.ask, "0a1b2c3d", (PATH,), span, now, lambda: 0.0, allowed=allowed)


def test_a_quiet_log_takes_few_commands() -> None:
    times = [at("2026-11-20 00:00:00"), NOW - DAY - timedelta(seconds=1), NOW - DAY, NOW - timedelta(hours=3), NOW]
    host = LogHost({PATH: text(map(line, times))})
    answer = read(host)
    assert [one.at for one in sorted(answer.lines, key=lambda one: one.at)] == times[2:]
    assert (answer.complete, answer.why, answer.since) == (True, (), NOW - DAY)
    assert len(host.commands) == 1 + 4  # an hour, four, sixteen, and the rest of the day


def test_the_hosts_own_time_counts() -> None:
    """UTC+1 has a bias of -60; 12:07 there is 13:07, and its log says so."""
    host = LogHost({PATH: text([line(at("2026-11-20 00:00:00")), line(NOW + timedelta(minutes=59))])}, bias=-60)
    answer = read(host, timedelta(minutes=90))
    assert answer.offset == timedelta(hours=1)
    assert (answer.until, answer.since) == (NOW + timedelta(hours=1), NOW - timedelta(minutes=30))
    assert len(answer.lines) == 1
    assert answer.complete


@pytest.mark.parametrize("printed", ["    ActiveTimeBias    REG_DWORD    0x0\r\n", "no key\r\n", "\r\n"])
def test_a_bias_that_cannot_be_read_is_none(printed: str) -> None:
    """The host's time is not known then, and nothing else of the answer is lost."""
    marker = "0a1b2c3d"
    host = LogHost({PATH: text([line(NOW)])})
    whole, _all = host.ask(look_command(marker, [PATH]), 10**6)
    begin = whole.index("\r\n") + 2
    bias, end, rest = whole[begin:].partition(f"@{marker}-bias-")
    assert read_look(whole, marker, [PATH]).bias == timedelta(0)
    assert "ActiveTimeBias" in bias
    found = read_look(whole[:begin] + printed + end + rest, marker, [PATH])
    assert found.bias is None
    assert found.files == read_look(whole, marker, [PATH]).files


def test_the_rotated_file_is_read_too() -> None:
    host = LogHost(
        {OLD: text([line(NOW - 2 * DAY), line(NOW - timedelta(hours=9))]), PATH: text([line(NOW - timedelta(hours=8))])}
    )
    answer = read(host)
    assert len(answer.lines) == 2
    assert answer.complete


def test_a_log_that_does_not_go_back_far_enough_says_so() -> None:
    begins = NOW - timedelta(hours=5)
    answer = read(LogHost({PATH: text([line(begins)])}))
    assert not answer.complete
    assert answer.since == begins
    assert answer.asked == NOW - DAY
    assert answer.why == (f"{PATH} begins on 2026-11-29 08:07, and nothing is kept of what was before",)


@pytest.mark.long
def test_a_busy_log_is_read_as_far_as_the_budget_goes() -> None:
    times = every(NOW - 3 * DAY, timedelta(seconds=1), 3 * 86_400)
    host = LogHost({PATH: text(line(one, source_port=number % 65_536) for number, one in enumerate(times))})
    answer = read(host, 2 * DAY)
    assert not answer.complete
    assert 3_000 < len(answer.lines) < MOST_BYTES / 80
    assert NOW - timedelta(hours=12) < answer.since < NOW - timedelta(hours=1)
    # All of it from there on, and each line once.
    kept = [one for one in times if answer.since <= one]
    assert sorted(one.at for one in answer.lines if one.at >= answer.since) == kept
    assert "ask for a shorter time" in answer.why[0]
    assert len(host.commands) <= 1 + MOST_COMMANDS


def test_a_burst_keeps_nothing_from_being_read_that_is_newer() -> None:
    burst = every(NOW - timedelta(hours=6), timedelta(milliseconds=20), 60_000)
    quiet = every(NOW - timedelta(hours=5), timedelta(minutes=5), 60)
    host = LogHost({PATH: text(map(line, [NOW - 5 * DAY, *burst, *quiet]))})
    answer = read(host)
    assert not answer.complete
    assert {one.at for one in answer.lines} >= set(quiet)
    assert NOW - timedelta(hours=6) < answer.since <= NOW - timedelta(hours=4)


@pytest.mark.parametrize(
    ("host", "word"),
    [
        (LogHost({}), "there is no file"),
        (LogHost({}, locked=frozenset({PATH})), "cannot be read"),
        (LogHost({PATH: ""}), "cannot be read"),
        (LogHost({PATH: HEADER}), "no line yet"),
        (LogHost({PATH: "\xff\xfe#\0V\0e\0r\0s\0"}), "is no log of the Windows Firewall"),
        (LogHost({PATH: text([line(NOW)], "#Fields: date time cs-uri\n")}), "is no log of the Windows Firewall"),
        (LogHost({PATH: text([line(NOW)], HEADER.replace("date time", "time date"))}), "in another order"),
        (LogHost({PATH: text([line(NOW)], HEADER.replace("Local", "GMT"))}), "in the host's own time"),
        (LogHost({PATH: text([line(NOW + 400 * DAY)])}), "one of the two clocks is wrong"),
        (
            LogHost({PATH: text([line(NOW - 2 * DAY), line(NOW + timedelta(hours=2))])}),
            "one of the two clocks is wrong",
        ),
        (LogHost({PATH: text([line(NOW)])}, bias=None), "time zone"),
        (LogHost({PATH: text([line(NOW)])}, bias=9_000_000), "time zone"),
        (LogHost({PATH: text([line(NOW - 2 * DAY)])}, locked=frozenset({OLD})), "cannot be read"),
    ],
)
def test_what_cannot_be_known_is_said_in_a_sentence(host: LogHost, word: str) -> None:
    answer = read(host)
    assert not answer.complete
    (why,) = answer.why
    assert word in why
    assert why.isprintable()


def test_connections_that_were_let_through_are_asked_for_where_they_are_logged() -> None:
    lines = [line(NOW - 2 * DAY), line(NOW, action="ALLOW"), line(NOW), line(NOW, action="ALLOW", path="SEND")]
    host = LogHost({PATH: text(lines)})
    assert sorted(one.dropped for one in read(host, allowed=True).lines) == [False, True]
    assert [one.dropped for one in read(host).lines] == [True]


def test_a_line_as_long_as_a_file_ends_the_reading_there() -> None:
    long = f"{line(NOW - timedelta(minutes=2))} {'x' * 3_000_000} RECEIVE"
    host = LogHost({PATH: text([line(NOW - 2 * DAY), long, line(NOW - timedelta(minutes=1))])})
    answer = read(host)
    assert not answer.complete
    assert len(host.commands) <= 1 + MOST_COMMANDS


def test_lines_that_imitate_the_end_of_an_answer_end_nothing() -> None:
    lines = [line(NOW - 2 * DAY), "@0a1b2c3e-file0-ok", line(NOW)]
    answer = read(LogHost({PATH: text(lines)}))
    assert answer.complete
    assert len(answer.lines) == 1


def test_lines_that_are_not_understood_are_counted() -> None:
    lines = [line(NOW - 2 * DAY), line(NOW), line(NOW, "10.0.0.999"), line(NOW - timedelta(minutes=1), port=99999)]
    answer = read(LogHost({PATH: text(lines)}))
    assert len(answer.lines) == 1
    assert (answer.complete, answer.why) == (False, ("2 lines of the log could not be understood",))


def test_what_the_service_lost_is_a_sentence_of_its_own() -> None:
    lost = [f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:%S} INFO-EVENTS-LOST {'- ' * 12}12 -" for hours in (3, 50)]
    answer = read(LogHost({PATH: text([line(NOW - 3 * DAY), *lost, line(NOW)])}))
    assert answer.unread == 0
    (why,) = answer.why
    assert "INFO-EVENTS-LOST), 1 times since then, the last on 2026-11-29 10:07" in why


def test_half_a_line_is_no_line() -> None:
    printed = "@aa-begin\r\none\r\ntwo\r\nthr"
    assert read_slice(printed, "aa", 1) == ((("one", "two"),), False)
    assert read_slice("", "aa", 2) == (((),), False)
    assert read_slice("@aa-begin\r\none\r\n@aa-file0-ok\r\n@aa-file1-no\r\n", "aa", 2) == ((("one",), ()), True)


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        r"%SystemRoot%\System32\LogFiles\Firewall\domainfw.log",
        r"D:\Logs (old)\fire wall.log",
    ],
)
def test_paths_that_are_asked_for(path: str) -> None:
    assert can_be_asked_for(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "pfirewall.log",
        r"\\server\share\fw.log",
        r"\\.\PhysicalDrive0",
        r"C:\logs\*.log",
        r"C:\logs\..\..\SAM",
        r"C:\con",
        r"C:\x\NUL.log",
        r"%comspec%\x",
        r"%path%\x",
        'C:\\x" & del c:\\* & "',
        "C:\\x\n",
        "C:\\" + "x" * 300,
        r"C:\größe.log",
        r"C:\a^b",
        r"C:\a!b",
        r"%systemroot%\a%b",
    ],
)
def test_paths_that_are_not(path: str) -> None:
    assert not can_be_asked_for(path)


@given(
    span=st.integers(1, 31 * 24 * 60),
    slices=st.lists(
        st.tuples(st.integers(0, 3_000_000), st.booleans(), st.floats(0, 20)), min_size=MOST_COMMANDS, max_size=60
    ),
)
def test_a_budget_ends_and_never_says_more_than_was_read(span: int, slices: list[tuple[int, bool, float]]) -> None:
    until = at("2026-11-29 13:08:00")
    budget = Budget(until - timedelta(minutes=span), until)
    seconds, asked = 0.0, 0
    reached = until
    for printed, whole, more in slices:
        if budget.done:
            break
        start = budget.start
        assert budget.since <= start < budget.reached
        assert start.second == 0
        asked, seconds = asked + 1, seconds + more
        budget = budget.after(printed, whole, seconds)
        reached = start if whole else reached
        assert budget.reached == reached
    assert budget.done
    assert asked <= MOST_COMMANDS
    assert bool(budget.stopped) is (budget.reached > budget.since)
    assert MOST_SECONDS > 0

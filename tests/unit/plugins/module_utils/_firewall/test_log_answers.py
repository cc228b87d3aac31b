# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a log answers, and since when: only lines prove that logging was on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.answers import (
    Answered,
    Question,
    answers,
    silence,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.asking import read_log
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.log.files import LogFiles, ProfileFile
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.log_host import (
    PATH,
    LogHost,
    at,
    every,
    line,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = at("2026-11-29 13:07:31")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALWAYS = every(NOW - 3 * DAY, HOUR, 73)
OTHER = r"C:\logs\private.log"


def asked(
    drops: Sequence[datetime], allows: Sequence[datetime] = (), *used: ProfileFile, scoped: bool = True
) -> dict[Question, Answered]:
    lines = [line(one) for one in drops] + [line(one, action="ALLOW") for one in allows]
    host = LogHost({PATH: text(sorted(lines)), OTHER: text([line(one) for one in ALWAYS])})
    used = used or (ProfileFile(Profile.DOMAIN, PATH, True, True),)
    paths = tuple(dict.fromkeys(file.path for file in used))
    answer = read_log(host.ask, "0a1b2c3d", paths, DAY, NOW, lambda: 0.0, allowed=True)
    return {one.question: one for one in answers(LogFiles(paths, used, True), answer, scoped=scoped)}


def test_lines_of_both_kinds_all_the_time_answer_both() -> None:
    found = asked(ALWAYS, ALWAYS)
    assert [(one.complete, one.since) for one in found.values()] == [(True, NOW - DAY)] * 2


def test_who_would_be_is_no_question_where_nobody_gets_in_who_is_to_be_kept_out() -> None:
    assert list(asked(ALWAYS, scoped=False)) == [Question.DROPPED]


def test_allowed_connections_that_are_not_logged() -> None:
    found = asked(ALWAYS, (), ProfileFile(Profile.DOMAIN, PATH, True, False))
    assert found[Question.DROPPED].complete
    would = found[Question.WOULD_BE]
    assert (would.complete, would.since) == (False, None)
    assert "allowed connections are not logged in the domain profile" in would.why[0]


def test_allowed_connections_that_are_logged_since_a_second() -> None:
    would = asked(ALWAYS)[Question.WOULD_BE]
    assert (would.complete, would.since) == (False, None)
    assert "has no allowed connection from 2026-11-28 13:07 to 2026-11-29 13:07" in would.why[0]
    assert would.why[0].endswith("who would be scoped out up to then is not certain")


def test_allowed_connections_that_are_logged_since_the_morning() -> None:
    would = asked(ALWAYS, ALWAYS[-6:])[Question.WOULD_BE]
    assert (would.complete, would.since) == (False, ALWAYS[-6])


def test_a_log_whose_newest_line_is_a_month_old() -> None:
    dropped = asked([NOW - 30 * DAY], scoped=False)[Question.DROPPED]
    assert (dropped.complete, dropped.since) == (False, None)
    assert "has no dropped packet from" in dropped.why[0]


def test_logging_that_was_off_in_between() -> None:
    drops = [one for one in ALWAYS if not NOW - 9 * HOUR < one < NOW - 4 * HOUR]
    assert asked(drops, scoped=False)[Question.DROPPED].since == NOW - 4 * HOUR


def test_the_file_of_one_profile_is_no_proof_for_another() -> None:
    files = ProfileFile(Profile.DOMAIN, PATH, True, False), ProfileFile(Profile.PRIVATE, OTHER, True, False)
    (why,) = asked([NOW - 2 * DAY], (), *files, scoped=False)[Question.DROPPED].why
    assert why.startswith(f"{PATH} has no dropped packet")


def test_lines_of_a_file_that_two_profiles_share_prove_neither() -> None:
    """A line does not say which profile it is of: one of them may log since a second."""
    other = PATH.replace("%systemroot%", r"C:\Windows").upper()
    for path in (PATH, other):
        shared = ProfileFile(Profile.DOMAIN, PATH, True, True), ProfileFile(Profile.PUBLIC, path, True, False)
        found = asked(ALWAYS, ALWAYS, *shared)
        dropped = found[Question.DROPPED]
        assert (dropped.complete, dropped.since) == (False, None)
        assert any("the domain and public profiles log to one file" in why and "log_file" in why for why in dropped.why)
    alone = asked(ALWAYS, ALWAYS, shared[0])
    assert alone[Question.DROPPED].complete


def test_a_profile_that_does_not_filter_logs_nothing() -> None:
    off = ProfileFile(Profile.PUBLIC, OTHER, True, True, filters=False)
    dropped = asked(ALWAYS, ALWAYS, ProfileFile(Profile.DOMAIN, PATH, True, True), off)[Question.DROPPED]
    assert (dropped.complete, dropped.since) == (False, None)
    assert dropped.why[0].startswith("Windows Firewall does not filter in the public profile, and logs nothing there")


@given(st.lists(st.integers(-10, 1450)), st.integers(1, 1440))
def test_after_the_latest_silence_no_other_is_as_long(minutes: list[int], most: int) -> None:
    start, step = NOW - DAY, timedelta(minutes=1)
    times = [start + step * one for one in minutes]
    found = silence(times, start, NOW, step * most)
    since = found[1] if found else start
    kept = sorted({since, NOW, *(one for one in times if since < one < NOW)})
    assert all(later - one <= step * most for one, later in pairwise(kept))
    if found:
        assert found[1] - found[0] > step * most
        assert not any(found[0] < one < found[1] for one in times)

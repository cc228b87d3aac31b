# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line of progress: rewritten in place, and gone without a trace."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet import progress as fleet_progress
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.progress import ProgressLine
from hypothesis import given
from hypothesis import strategies as st


class Terminal(io.StringIO):
    """A stream that is a terminal, and the screen that it makes."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """The lines, read as [ECMA-48] says: CR, LF, and EL to the end of the line."""
        lines, column = [""], 0
        pieces = self.getvalue().replace("\x1b[K", "\x18")
        for char in pieces:
            if char == "\n":
                lines.append("")
                column = 0
            elif char == "\r":
                column = 0
            elif char == "\x18":
                lines[-1] = lines[-1][:column]
            else:
                lines[-1] = lines[-1][:column] + char + lines[-1][column + 1 :]
                column += 1
        return lines


@contextlib.contextmanager
def in_terminal() -> Iterator[Terminal]:
    """Have sys.stdout be a terminal; sys.stderr goes elsewhere. No fixture: pytest sets both anew for each phase."""
    opened = Terminal()
    with contextlib.redirect_stdout(opened), contextlib.redirect_stderr(io.StringIO()):
        yield opened


def test_it_is_rewritten_in_place() -> None:
    with in_terminal() as terminal, ProgressLine() as line:
        line.show("1/3 hosts finished  a-host-with-a-long-name drifted")
        line.show("2/3 hosts finished  fe02 compliant")
        assert terminal.screen() == ["2/3 hosts finished  fe02 compliant"]


def test_others_print_in_its_place() -> None:
    with in_terminal() as terminal:
        with ProgressLine() as line:
            line.show("1/3 hosts finished  a-host-with-a-long-name drifted")
            print("ok: [fe01]")
            assert terminal.screen() == ["ok: [fe01]", ""]
            line.show("2/3 hosts finished  fe02 compliant")
            assert terminal.screen() == ["ok: [fe01]", "2/3 hosts finished  fe02 compliant"]
        assert terminal.screen() == ["ok: [fe01]", ""]


def test_errors_print_in_its_place_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_terminal() as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with ProgressLine() as line:
            line.show("1/3 hosts finished  a-host-with-a-long-name drifted")
            sys.stderr.writelines(["[WARNING]: ", "oh\n"])
        assert terminal.screen() == ["[WARNING]: oh", ""]


def test_streams_are_given_back() -> None:
    with in_terminal() as terminal:
        errors = sys.stderr
        line = ProgressLine()
        line.open()
        line.open()
        assert sys.stdout is not terminal
        assert sys.stdout.isatty()
        assert sys.stderr is errors, "what is no terminal is left alone"
        line.close()
        assert sys.stdout is terminal
        line.close()
        assert terminal.getvalue() == ""


def test_a_stream_that_somebody_replaced_stays() -> None:
    with in_terminal():
        line = ProgressLine()
        line.open()
        other = io.StringIO()
        sys.stdout = other
        line.close()
        assert sys.stdout is other


def test_nothing_is_shown_while_it_is_closed() -> None:
    with in_terminal() as terminal:
        line = ProgressLine()
        line.show("1/3 hosts finished")
        line.close()
        line.show("2/3 hosts finished")
        assert terminal.getvalue() == ""


def test_somebodys_unfinished_line_is_left_alone() -> None:
    with in_terminal() as terminal:
        with ProgressLine() as line:
            sys.stdout.write("Password: ")
            line.show("1/3 hosts finished")
            assert terminal.screen() == ["Password: "]
            sys.stdout.write("\n")
            line.show("2/3 hosts finished")
        assert terminal.screen() == ["Password: ", ""]


def test_it_never_wraps_and_moves_no_cursor() -> None:
    with in_terminal() as terminal, ProgressLine() as line:
        line.show("\x1b[2J" + "x" * 500 + "\n\n")
        (shown,) = terminal.screen()
        assert shown.startswith("?[2Jxxx")
        assert len(shown) < 80


def test_a_worker_leaves_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of Ansible is a fork: it must not wait for a lock that one of its parent's threads held."""
    with in_terminal() as terminal, ProgressLine() as line:
        line.show("1/3 hosts finished")
        before = terminal.getvalue()
        with monkeypatch.context() as child:
            child.setattr(fleet_progress.os, "getpid", lambda: -1)
            print("from a worker")
        assert terminal.getvalue() == f"{before}from a worker\n"


@given(st.lists(st.tuples(st.booleans(), st.text(st.sampled_from("ab é名\n"), max_size=12)), max_size=12))
def test_what_is_left_is_what_others_printed(events: list[tuple[bool, str]]) -> None:
    opened, alone = Terminal(), Terminal()
    with contextlib.redirect_stdout(opened), ProgressLine() as line:
        for shown, text in events:
            if shown:
                line.show(text)
            else:
                sys.stdout.write(text)
                alone.write(text)
    assert opened.screen() == alone.screen()

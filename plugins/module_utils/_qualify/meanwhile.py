# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host stayed what it was at the beginning: else its answers are somebody's doing, not facts of Windows."""

from __future__ import annotations

from collections.abc import Mapping

from .._firewall.state.reading import ReadError, service_state
from .._texts import first_few
from .gathered import Gathered
from .look import RUNNING, Look, has_autorun, tasks_in
from .marks import KEY
from .parts import Heard
from .questions import SCHEDULED_TASK, XML_TASK

_MOST_NAMED = 3
WENT_AWAY = (
    "went away meanwhile: another run, or somebody else, works on the host. Nothing is concluded; try again when it is "
    "over"
)
_NOTED = {XML_TASK: "xml-fired", SCHEDULED_TASK: "sc-fired"}
_MEANWHILE = "meanwhile. Nothing is concluded; try again when the host is left alone"


def see_that_it_is_reliable(parts: Mapping[str, Heard]) -> None:
    """See that netsh can write, and that cmd runs nothing of somebody else.

    Args:
        parts: Those of `questions.STANDING`.

    Raises:
        ReadError: One of them is not so.
    """
    if has_autorun(parts):
        raise ReadError(f"something that cmd.exe runs before every command (AutoRun) was set {_MEANWHILE}")
    state = service_state(parts["state"].text)
    if state != RUNNING:
        raise ReadError(f"the Windows Firewall service (MpsSvc) stopped (state {state}) {_MEANWHILE}")


def see_that_all_stands(gathered: Gathered, last: Look) -> None:
    """See that what was made is still there, before it is taken back, and that the host may still be asked.

    Args:
        gathered: What was heard.
        last: The host now.

    Raises:
        ReadError: Something is gone, or it may not.
    """
    see_that_it_may(last)
    listed = gathered.tasks["listed"].text if "listed" in gathered.tasks else ""
    # One that has noted its first start takes itself away at its second, see `files`.
    noted = {name for name, part in _NOTED.items() if part in gathered.fired and gathered.fired[part].succeeded}
    gone = [name for name in tasks_in(listed) if name not in (*last.tasks, *noted)]
    if gathered.registry["added"].succeeded and not last.key:
        gone.append(KEY)
    if gone:
        raise ReadError(f"{first_few(gone, _MOST_NAMED)} {WENT_AWAY}")


def see_that_it_may(look: Look) -> None:
    """See that the host is one that the kit works on, as it was at the beginning.

    Args:
        look: The host now.

    Raises:
        ReadError: It is none any more.
    """
    if look.refusal:
        raise ReadError(
            look.refusal.replace("Nothing was done", "It was otherwise when this began. Nothing is concluded")
        )

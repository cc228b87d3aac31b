# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computers of users with a Lync client: which way their rows go, and the media ports that are configured for them.

The document lists what clients need and does not say who connects. A client opens the connections to servers and Edge
Servers (443, 3478, 5061), and asks a DHCP server; peers connect to it with media, files and shared desktops, from the
pages "Configuring port ranges for your Microsoft Lync clients" and "Technical requirements for A/V conferencing". The
setup of the client adds exceptions of its own, so these rows are judged, and enforced only where that is asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._catalogue.model import Requirement
from .._catalogue.role_names import RoleError
from .._catalogue.words import Role
from .._firewall.change.netsh_text import UnsupportedValueError, check_text
from .._firewall.state.rule import Direction
from .._net.port_set import PortSet
from .._options.reading import OptionError
from .rule_paths import is_full_path

CLIENT = Role.CLIENT.value

_OUT = ("client-01", "client-02", "client-03", "client-04", "client-05", "client-06")
_IN = ("client-07", "client-08", "client-09", "client-10", "client-11", "add-20")
DIRECTIONS: dict[str, Direction] = {**dict.fromkeys(_OUT, Direction.OUT), **dict.fromkeys(_IN, Direction.IN)}
"""Row id to the way that its connection is opened, seen from the client."""

_ENABLED, _START, _COUNT = "ClientMediaPortRangeEnabled", "ClientMediaPort", "ClientMediaPortRange"
_KINDS = {
    "client-08": "ClientAudioPort",
    "client-09": "ClientVideoPort",
    "client-10": "ClientFileTransferPort",
    "client-11": "ClientAppSharingPort",
    "add-20": "ClientAppSharingPort",
}
"""Row id to the setting with the first port of its kind of media; the number of ports is the same with ``Range``."""

MEDIA_SETTINGS: tuple[str, ...] = (
    _ENABLED, _START, _COUNT, *(name for kind in dict.fromkeys(_KINDS.values()) for name in (kind, f"{kind}Range")),
)  # fmt: skip
"""Settings of Set-CsConferencingConfiguration that move the media of clients."""

_LEAST = 20
_NEED_TWENTY = {"client-08": "audio", "client-09": "video"}


def check_roles(roles: Sequence[str]) -> None:
    """See that a client is nothing else.

    Raises:
        RoleError: It has a role of a server too.
    """
    if CLIENT in roles and set(roles) != {CLIENT}:
        others = ", ".join(str(role) for role in roles if role != CLIENT)
        raise RoleError(
            f"{CLIENT} is a role of its own and cannot stand beside {others}; a server is no user's computer"
        )


def media_ports(settings: Mapping[str, Any]) -> dict[str, PortSet]:
    """Row id to the ports that are configured for its media; none where the document's ranges hold.

    Args:
        settings: `MEDIA_SETTINGS`, as the cmdlet takes them.

    Raises:
        OptionError: A setting is none, missing, or no number of ports.
    """
    for name in settings:
        if name not in MEDIA_SETTINGS:
            near = difflib.get_close_matches(str(name), MEDIA_SETTINGS, 1)
            meant = f"did you mean {near[0]}?" if near else f"they are {', '.join(MEDIA_SETTINGS)}"
            raise OptionError(f"client_media.{name}", f"there is no such setting of a client's media ports; {meant}")
    if settings and _ENABLED not in settings:
        raise OptionError(
            f"client_media.{_ENABLED}",
            "it is missing; without it the other settings count for nothing and clients use 1024-65535, as with the "
            "cmdlet: say true, or false",
        )
    enabled = settings.get(_ENABLED, False)
    if str(enabled).casefold() not in ("true", "false"):
        raise OptionError(f"client_media.{_ENABLED}", f"{enabled!r} is neither true nor false")
    if str(enabled).casefold() == "false":
        return {}
    found = {}
    for row, kind in _KINDS.items():
        start, count = (kind, f"{kind}Range") if kind in settings or f"{kind}Range" in settings else (_START, _COUNT)
        found[row] = _ports(settings, start, count)
    return found


def check_media(ports: Iterable[tuple[Requirement, PortSet]]) -> None:
    """See that audio and video have the ports that the document says must remain.

    As the product is installed all kinds of media share 40 ports from 5350 on, and the page that moves them wants
    "unique" ranges ("Configuring port ranges for your Microsoft Lync clients"): so one range may be for both, if it has
    room for both, and ranges of their own may not overlap.

    Args:
        ports: Rows and the ports that they have.

    Raises:
        OptionError: They have too few, or ranges that overlap.
    """
    known = [(row, found) for row, found in ports if row.id in _NEED_TWENTY]
    for row, found in known:
        if len(found) < _LEAST:
            raise OptionError(
                "client_media",
                f"row {row.id} has {len(found)} ports ({found}), and {_NEED_TWENTY[row.id]} needs at least {_LEAST}: "
                f"widen {_COUNT} or {_KINDS[row.id]}Range, or the override of the row",
            )

    if len(known) == len(_NEED_TWENTY):
        _check_together(*known)


def _check_together(audio: tuple[Requirement, PortSet], video: tuple[Requirement, PortSet]) -> None:
    (audio_row, of_audio), (video_row, of_video) = audio, video
    remedy = f"widen {_COUNT}, or move {_KINDS[audio_row.id]} or {_KINDS[video_row.id]}, or the override of the row"
    if of_audio == of_video:
        if len(of_audio) < 2 * _LEAST:
            raise OptionError(
                "client_media",
                f"audio and video have the same {len(of_audio)} ports ({of_audio}), and need at least {_LEAST} each, "
                f"{2 * _LEAST} together: {remedy}",
            )
    elif of_audio != audio_row.ports and of_video != video_row.ports and (shared := of_audio & of_video):
        raise OptionError(
            "client_media",
            f"audio ({of_audio}) and video ({of_video}) share {len(shared)} ports ({shared}); ranges of their own may "
            f"not overlap: {remedy}",
        )


def check_program(path: str) -> None:
    """See that the client's program is a path that a rule can be limited to.

    Raises:
        OptionError: It is none.
    """
    try:
        check_text(path)
    except UnsupportedValueError as error:
        raise OptionError("client_program", f"{path!r}: {error}") from error
    if not is_full_path(path):
        raise OptionError(
            "client_program",
            rf"{path!r} is no full path such as C:\Program Files\Microsoft Office\Office15\lync.exe",
        )


def _ports(settings: Mapping[str, Any], start: str, count: str) -> PortSet:
    first, number = _number(settings, start), _number(settings, count)
    if not (1 <= first <= 65535 and 1 <= number <= 65536 - first):
        raise OptionError(f"client_media.{start}", f"{number} ports from {first} on do not end at 65535 or before")
    return PortSet(((first, first + number - 1),))


def _number(settings: Mapping[str, Any], name: str) -> int:
    value = settings.get(name)
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        said = "is missing" if value is None else f"{value!r} is no number"
        raise OptionError(f"client_media.{name}", f"{said}; with {_ENABLED} it is needed, as the cmdlet has it")
    return int(str(value))

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do with Lync, and which rows it needs: what to tell somebody who knows calls, and no ports.

A row's function follows from its service and its note in the source, both of which the row has: the names of nearly all
services say what they do ("Lync Server Call Park service"). Where one name stands for several things, or for none that
a user knows, the row itself is listed, by what the source's note says of it.
"""

from __future__ import annotations

from enum import Enum

from . import services
from .catalogue import EVERY
from .services import NOT_APPLICABLE, VARIOUS


class Function(str, Enum):
    """What fails where a row is closed, those that most users notice first."""

    SIGN_IN = "sign_in"
    PSTN = "pstn"
    EMERGENCY = "emergency"
    CALL_CONTROL = "call_control"
    CONFERENCES = "conferences"
    GROUP_CHAT = "group_chat"
    PRESENTATIONS = "presentations"
    SHARING = "sharing"
    DIAL_IN = "dial_in"
    WEB = "web"
    MOBILE = "mobile"
    BANDWIDTH = "bandwidth"
    RESPONSE_GROUPS = "response_groups"
    CALL_PARK = "call_park"
    AUDIO_TEST = "audio_test"
    PERSISTENT_CHAT = "persistent_chat"
    VIDEO_ROOMS = "video_rooms"
    FEDERATION = "federation"
    OUTSIDE = "outside"
    PARTNERS = "partners"
    POOL = "pool"
    DATABASE = "database"
    ADMINISTRATION = "administration"


WORDS: dict[Function, str] = {
    Function.SIGN_IN: "sign-in, presence, instant messages and the start of calls",
    Function.PSTN: "calls to and from the telephone network",
    Function.EMERGENCY: "emergency calls",
    Function.CALL_CONTROL: "control of desk phones",
    Function.CONFERENCES: "audio and video of conferences",
    Function.GROUP_CHAT: "instant messages of more than two people",
    Function.PRESENTATIONS: "presentations and whiteboards in conferences",
    Function.SHARING: "sharing of screens and programs in conferences",
    Function.DIAL_IN: "dialling into conferences by telephone",
    Function.WEB: "web services: address book, joining a conference by its link, finding the server",
    Function.MOBILE: "the client on mobile phones",
    Function.BANDWIDTH: "the limits of bandwidth for calls",
    Function.RESPONSE_GROUPS: "hunt groups and queues for callers",
    Function.CALL_PARK: "parking of calls",
    Function.AUDIO_TEST: "test calls",
    Function.PERSISTENT_CHAT: "chat rooms",
    Function.VIDEO_ROOMS: "calls of video conferencing rooms",
    Function.FEDERATION: "chats with partners over XMPP",
    Function.OUTSIDE: "sign-in, calls and conferences of users outside",
    Function.PARTNERS: "chats and calls with federated partners",
    Function.POOL: "the work of the servers of a pool together",
    Function.DATABASE: "the databases",
    Function.ADMINISTRATION: "administration: configuration copied to all servers, users moved, logs collected",
}
"""Each in a user's words, as it stands in the middle of a sentence."""

_OF_SERVICES: dict[str, tuple[Function, ...]] = {
    services.SQL_BROWSER: (Function.ADMINISTRATION,),
    services.FRONT_END: (Function.SIGN_IN,),
    services.IM_CONFERENCING: (Function.GROUP_CHAT,),
    services.WEB_CONFERENCING: (Function.PRESENTATIONS,),
    services.WEB_CONFERENCING_COMPATIBILITY: (Function.PRESENTATIONS,),
    services.AV_CONFERENCING: (Function.CONFERENCES,),
    services.WEB_COMPATIBILITY: (Function.WEB,),
    services.WEB_COMPONENT: (Function.WEB,),
    services.MOBILITY: (Function.MOBILE,),
    services.CONFERENCING_ATTENDANT: (Function.DIAL_IN,),
    services.CONFERENCING_ANNOUNCEMENT: (Function.DIAL_IN,),
    services.MEDIATION: (Function.PSTN,),
    services.APPLICATION_SHARING: (Function.SHARING,),
    services.CALL_PARK: (Function.CALL_PARK,),
    services.AUDIO_TEST: (Function.AUDIO_TEST,),
    services.RESPONSE_GROUP: (Function.RESPONSE_GROUPS,),
    services.BANDWIDTH_POLICY: (Function.BANDWIDTH,),
    services.MASTER_REPLICATOR: (Function.ADMINISTRATION,),
    services.OFFICE_WEB_APPS: (Function.PRESENTATIONS,),
    services.FILE_SHARE: (Function.WEB, Function.PRESENTATIONS),
    services.PERSISTENT_CHAT_SIP: (Function.PERSISTENT_CHAT,),
    services.PERSISTENT_CHAT_WCF: (Function.PERSISTENT_CHAT,),
    services.PERSISTENT_CHAT_FILES: (Function.PERSISTENT_CHAT,),
}
_OF_ROWS: dict[str, tuple[Function, ...]] = {
    "server-02": (Function.CALL_CONTROL,),
    "server-04": (Function.CONFERENCES, Function.SIGN_IN),  # the Focus; presence between the servers of a pool
    "server-05": (Function.ADMINISTRATION,),  # users moved and synchronised
    "server-32": (Function.EMERGENCY,),
    "server-39": (Function.CONFERENCES, Function.PSTN),  # audio, on every server where it ends
    "server-41": (Function.CALL_CONTROL,),
    "add-01": (Function.POOL,),
    "add-02": (Function.POOL,),
    "add-03": (Function.ADMINISTRATION,),
    "add-04": (Function.MOBILE, Function.WEB),
    "add-05": (Function.FEDERATION,),
    "add-06": (Function.PERSISTENT_CHAT,),
    "add-07": (Function.ADMINISTRATION,),
    "add-10": (Function.ADMINISTRATION,),
    "add-11": (Function.ADMINISTRATION,),
    "add-12": (Function.DATABASE,),
    "add-13": (Function.DATABASE,),
    "add-14": (Function.DATABASE,),
    "add-15": (Function.DATABASE,),
    "add-16": (Function.PERSISTENT_CHAT,),
    "add-17": (Function.PRESENTATIONS,),
    "add-18": (Function.PRESENTATIONS,),
    "add-21": (Function.WEB,),
    "add-22": (Function.VIDEO_ROOMS,),
    "add-23": (Function.VIDEO_ROOMS,),
    "add-24": (Function.VIDEO_ROOMS,),
    "edge-listen-01": (Function.OUTSIDE,),
    "edge-listen-02": (Function.PARTNERS,),
    "edge-listen-03": (Function.FEDERATION,),
    "edge-listen-04": (Function.OUTSIDE, Function.PRESENTATIONS),
    "edge-listen-05": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-06": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-07": (Function.PARTNERS,),
    "edge-listen-08": (Function.PARTNERS,),
    "edge-listen-09": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-10": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-11": (Function.OUTSIDE, Function.PRESENTATIONS),
    "edge-listen-12": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-13": (Function.OUTSIDE, Function.PARTNERS),
    "edge-listen-14": (Function.ADMINISTRATION,),
    "edge-listen-15": (Function.ADMINISTRATION,),
    "edge-listen-16": (Function.FEDERATION,),
}
_BY_ID = {row.id: _OF_ROWS.get(row.id) or _OF_SERVICES.get(row.service, ()) for row in EVERY}


def service_in_words(row_id: str, service: str) -> str:
    """The service of a row for people: where the document names none, what the row is for, in our words.

    Args:
        row_id: Id of a row.
        service: The service, in the document's words.
    """
    if service not in (NOT_APPLICABLE, VARIOUS):
        return service
    what = "; ".join(WORDS[function] for function in functions_of(row_id))
    said = "the document names no service" if service == NOT_APPLICABLE else "various services"
    return f"{what} ({said})" if what else said


def functions_of(row_id: str) -> tuple[Function, ...]:
    """What users do with what a row is for.

    Args:
        row_id: Id of a row. Of one that no table of this version has, and of the rows of clients, nothing is known.
    """
    return _BY_ID.get(row_id, ())

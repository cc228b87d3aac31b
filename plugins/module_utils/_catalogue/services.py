# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the services, one spelling each, as the English tables print them.

The Portuguese edition spells one service in two ways (rows server-02 and server-03), so each name is defined once.
Tables 2 to 4 have no service column: their rows have the name of the service behind the port, or, for clients, a name
made up here. What begins with "Lync Server" begins with the name of the product; `products` sees to that.
"""

from __future__ import annotations

SQL_BROWSER = "SQL Browser"
FRONT_END = "Lync Server Front-End service"
IM_CONFERENCING = "Lync Server IM Conferencing service"
WEB_CONFERENCING = "Lync Server Web Conferencing service"
WEB_CONFERENCING_COMPATIBILITY = "Lync Server Web Conferencing Compatibility service"
AV_CONFERENCING = "Lync Server Audio/Video Conferencing service"
WEB_COMPATIBILITY = "Lync Server Web Compatibility service"
WEB_COMPONENT = "Web server component"
MOBILITY = "Mobility Services component"
CONFERENCING_ATTENDANT = "Lync Server Conferencing Attendant service (dial-in conferencing)"
CONFERENCING_ANNOUNCEMENT = "Lync Server Conferencing Announcement service"
MEDIATION = "Lync Server Mediation service"
APPLICATION_SHARING = "Lync Server Application Sharing service"
CALL_PARK = "Lync Server Call Park service"
AUDIO_TEST = "Lync Server Audio Test service"
RESPONSE_GROUP = "Lync Server Response Group service"
BANDWIDTH_POLICY = "Lync Server Bandwidth Policy Service"
MASTER_REPLICATOR = "Lync Server Master Replicator Agent service"
VIDEO_INTEROP = "Video Interop Server, video SIP trunk"
VIDEO_INTEROP_MEDIA = "Video Interop Server, media"
FILE_SHARE = "Lync Server File Share server access"
NOT_APPLICABLE = "Not applicable"
VARIOUS = "Various"
OFFICE_WEB_APPS = "Office Web Apps Server"
PERSISTENT_CHAT_SIP = "Persistent Chat SIP"
PERSISTENT_CHAT_WCF = "Persistent Chat Windows Communication Foundation (WCF)"
PERSISTENT_CHAT_FILES = "Persistent Chat File Transfer Service"

CLIENT_DISCOVERY = "Registrar discovery by DHCP"
CLIENT_SIGNALING = "External SIP signaling"
CLIENT_WEB_CONFERENCING = "External web conferencing"
CLIENT_MEDIA = "External audio and video"
CLIENT_LEGACY_FILES = "File transfer with previous clients"
CLIENT_AUDIO = "Client audio"
CLIENT_VIDEO = "Client video"
CLIENT_FILES = "Peer-to-peer file transfer"
CLIENT_SHARING = "Client application sharing"

# Of an Edge Server.
ACCESS_EDGE = "Access Edge service"
WEB_CONFERENCING_EDGE = "Web Conferencing Edge service"
AV_EDGE = "A/V Edge service"
AV_AUTHENTICATION = "A/V authentication service"
XMPP_PROXY = "XMPP proxy"
EDGE_REPLICATION = "Replication service"
EDGE_LOGGING = "Centralized Logging Service Agent"

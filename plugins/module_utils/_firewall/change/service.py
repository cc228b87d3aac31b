# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that bring up the Windows Firewall service, MpsSvc ("sc config" and "sc start" of the Windows command
reference; sc needs the blank behind the equals sign). There is none to stop it: it is never stopped."""

from __future__ import annotations

SET_AUTOMATIC = "sc config MpsSvc start= auto"
START = "sc start MpsSvc"

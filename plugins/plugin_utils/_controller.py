# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that work on the controller alone."""

from __future__ import annotations

from ansible.plugins.action import ActionBase


class ControllerAction(ActionBase):  # type: ignore[misc]
    """Base of action plugins that connect to nothing, whatever connection and user a play asks for."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: simulated Windows hosts that speak real WinRM and have a live firewall.

An independent second reading of the specifications. It shares no code with the collection's
``plugins/`` and must never import from there; see ``python -m lab --help`` for how to run it.
"""

# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules support that work on the controller alone."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments are class attributes by ansible-doc's convention."""

    DOCUMENTATION = r"""
attributes:
  async:
    description: Refused. One task takes seconds.
    support: none
  become:
    description: Has no effect. Files are written by the user who runs Ansible.
    support: none
  platform:
    description: The controller.
    platforms: posix
    support: full
"""

    # ansible-doc takes no fragment without options or attributes.
    OF_PLAYBOOKS = r"""
options: {}
notes:
  - Made for the playbooks of this collection. Its options may change in a minor release.
"""

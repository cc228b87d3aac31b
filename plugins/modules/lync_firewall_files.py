#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_files
short_description: Write text files on the controller
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Writes the files of the entry points C(gpo) and C(matrix) of the role C(lync_firewall). It does so in the process
    of Ansible itself, with no connection and no other user, whatever connection and C(become) a play or extra variables
    ask for. M(ansible.builtin.copy) would follow them to another place.
  - Files are replaced as a whole or not at all. Other files in the folder stay. Where files have an owner, and the run
    is for all hosts, folders of earlier runs that are of no policy now are named, in a file as well.
options:
  dest:
    description:
      - Folder on the controller. It is made if it is not there, with those above it. A relative path starts at the
        playbook's folder.
    type: path
    required: true
  files:
    description:
      - What to write. New files and folders get the mode that the umask of the user leaves them; a file that is there
        keeps its own.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the file in O(dest), without a folder.
        type: str
        required: true
      content:
        description: Its content, which is written as UTF-8.
        type: str
        required: true
      folder:
        description: Name of a folder in O(dest) that the file goes into, without a folder above it.
        type: str
        default: ""
      unite:
        description: Whether several of one name are one file with the lines of all of them, sorted.
        type: bool
        default: false
      owner:
        description:
          - The Group Policy that the file's folder is for. It is warned of one that gets several folders, each of other
            rules for other hosts.
        type: str
        default: ""
  notes:
    description: What else is to be said of them once, as warnings.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - lyncops.firewall.on_controller
  - lyncops.firewall.on_controller.of_playbooks
attributes:
  check_mode:
    description: Tells what would be written.
    support: full
  diff_mode:
    description: Shows each file that differs.
    support: full
  idempotent:
    description: A file that has the same content is left alone.
    support: full
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.group_policy
    description: When Group Policy owns the firewall
  - plugin: lyncops.firewall.netsh_gpo_script
    plugin_type: filter
  - plugin: lyncops.firewall.lync_matrix_csv
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Keep the rules of a Front End as a table
  lyncops.firewall.lync_firewall_files:
    dest: /srv/lync
    files:
      - name: front_end.csv
        content: "{{ ['front_end'] | lyncops.firewall.lync_rules_csv }}"
  run_once: true
"""

RETURN = r"""
files:
  description: Paths of all files, in the order given.
  returned: success
  type: list
  elements: str
  sample: [/srv/lync/front_end.csv]
left_over:
  description:
    - Folders in O(dest) that an earlier run has written for the owner of a Group Policy and that are of no policy now.
      They stay. The file C(FOLDERS-OF-NO-POLICY.txt) names them too.
    - Empty where the run is not for all hosts, as with C(--limit).
  returned: success
  type: list
  elements: str
  sample: []
notes:
  description: What O(notes) says.
  returned: success
  type: list
  elements: str
  sample: []
"""

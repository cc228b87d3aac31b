#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_qualify
short_description: Find out on a Windows host what no document says
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Asks one Windows host what this collection would like to know and no document says, such as whether C(netsh) goes on
    after a bad line, and writes the answers to one JSON file on the controller. The schema is in
    C(docs/qualify-schema-1.json).
  - It works on what is its own there, by a name that nothing else has. Some fifty rules, which are disabled, block, and
    are for an address of documentation or for any; three scheduled tasks; a folder below the Windows folder; a key of
    the registry. All of it is taken away again, after a failure too, and the host is read to see that it is gone.
  - It imports no policy, stops and starts no service, and starts no PowerShell.
  - The file has no name, no address and no user of the estate in it. Of the host's own rules it has those that Windows
    brings, by the names of their resources, and how many others there are.
options:
  consent:
    description: Whether the host is yours to spare, yes or no. Without it nothing is done but in check mode, which only
      reads.
    type: raw
    default: false
  dest:
    description:
      - Folder on the controller for the file. It is made if it is not there. A relative path starts at the current
        directory.
      - The file's name says version, language and connection, nothing of the host, and has digits of the file's content
        at its end. No file is written over.
    type: path
    default: lync_firewall_qualified
  largest_answer:
    description: Megabytes that are taken from the host, of one message and of all that one command prints, 1 to 512.
    type: int
    default: 16
notes:
  - Takes two to five minutes, most of which it waits for the scheduled tasks.
  - Works over the P(ansible.builtin.winrm#connection) and P(ansible.builtin.psrp#connection) connections, with an
    account that is an administrator there with a full token.
  - Refuses to work where the Windows Firewall service (MpsSvc) does not run, where a rollback of this collection is
    pending, and where cmd.exe runs something before every command (AutoRun).
  - To break it off, with Ctrl-C for instance, leaves on the host what was made there, and Ansible gives it no chance to
    say so. The next run takes that away first. After a task's timeout or a lost connection it takes it away itself, for
    three minutes at most.
attributes:
  check_mode:
    description: Says what would be made and taken away, and what an earlier run has left. Reads only, and writes no
      file.
    support: full
  diff_mode:
    description: Shows nothing.
    support: none
  idempotent:
    description: A run makes and takes away the same again.
    support: none
  become:
    description: Refused, because it would be ignored.
    support: none
  async:
    description: Refused. Who breaks it off would leave on the host what it made there.
    support: none
  platform:
    description: Windows Server 2008 R2 SP1 and later, and the clients of their time.
    platforms: windows
    support: full
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.qualify
    description: A Windows host to spare
  - module: lyncops.firewall.lync_firewall_info
"""

EXAMPLES = r"""
- name: Ask a host to spare what no document says
  lyncops.firewall.lync_qualify:
    consent: true
"""

RETURN = r"""
file:
  description: Path of the file.
  returned: success
  type: str
  sample: /home/me/lync_firewall_qualified/windows-9600-0407-winrm-3fa91c.json
windows:
  description: Version, build, edition, language and code pages.
  returned: success
  type: dict
  sample: {version: 6.3.9600, build: 9600, language: "0407"}
answers:
  description: The answers by their names, as in the file; null where the host did not tell.
  returned: success
  type: dict
  sample: {netsh.stdin.goes_on_after_bad_word: true}
report:
  description: All that would have been in the file, which could not be written.
  returned: where the file could not be written
  type: dict
left:
  description: What is left on the host, in words; in check mode what an earlier run has left. Empty as a rule.
  returned: always, but where the host was lost
  type: list
  elements: str
  sample: []
"""

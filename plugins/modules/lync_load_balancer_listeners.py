#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_load_balancer_listeners
short_description: Work out the listeners of the role lync_load_balancer
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Gives the value of the variable C(lync_load_balancer_listeners) of the role C(lync_load_balancer), or works it out
    with P(lyncops.firewall.lync_pools#filter) and P(lyncops.firewall.lync_listeners#filter), and sees that the role's
    other variables fit it.
  - Warns of listeners whose clients would reach nobody, such as those whose members are all drained.
  - What is wrong with the variables of the pools is told in one sentence. Of a template Ansible would tell where it
    stands first.
  - It connects to nothing and changes nothing.
options: {}
extends_documentation_fragment:
  - lyncops.firewall.on_controller
  - lyncops.firewall.on_controller.of_playbooks
attributes:
  check_mode:
    description: Nothing is ever changed.
    support: full
  diff_mode:
    description: Shows nothing.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: N/A
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.load_balancers
    description: Load balancers
  - plugin: lyncops.firewall.lync_listeners
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Work out the listeners
  lyncops.firewall.lync_load_balancer_listeners:
  register: lync_load_balancer_found
"""

RETURN = r"""
listeners:
  description: The listeners, as P(lyncops.firewall.lync_listeners#filter) gives them.
  returned: success
  type: list
  elements: dict
  sample: [{name: pool1-hlb-01, pool: pool1, row: hlb-01, address: 10.1.0.100, port: 5061, transport: tcp}]
"""

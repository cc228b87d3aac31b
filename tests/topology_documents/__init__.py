# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic Lync Server topology documents, and what an inventory must say about them.

Nobody may redistribute the few public topology documents, so these are invented, in the same shapes. An estate is
described once (`estate`, `enterprise`, `standard`, `large`), written in four shapes (`published`, `builder`, `archive`,
`powershell_json`), and its inventory is worked out from the description (`expected`), never from a document. The
package must not import from ``plugins/``: it is the second, independent reading of the same facts.

``python -m topology_documents write DIR`` (with ``PYTHONPATH=tests``) writes every document; the unit tests write them
into a temporary folder. Two of them are committed, so that a change of the writers is seen: ``enterprise.xml`` as
``examples/contoso_topology.xml``, and ``tests/unit/files/topology/enterprise.json``.
"""

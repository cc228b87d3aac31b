# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX makes of a job template's variables, its survey and the answers: the extra variables of the job.

After awx/main/models/mixins.py (SurveyJobTemplateMixin): the template's extra variables, then the defaults of the
survey, then what comes at launch. A default that is not valid for its own question is left out without a word; that of
a multiselect always is, since it is text with one choice a line where a list is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awx.setup_data import Question, Template


def extra_vars(template: Template, at_launch: Mapping[str, Any]) -> dict[str, Any]:
    """The extra variables of a job of this template.

    :param at_launch: Answers, or what earlier jobs of a workflow handed over; AWX lets both through.
    """
    defaults = {
        question.variable: question.default
        for question in template.questions
        if question.default is not None and not problems(question, question.default)
    }
    return {**template.extra_vars, **defaults, **at_launch}


def problems(question: Question, value: object) -> list[str]:
    """Why AWX refuses a value as an answer. Empty: it does not."""
    if question.type in ("text", "textarea"):
        if not isinstance(value, str):
            return ["not text"]
        return _bounds(question, len(value))
    if question.type == "integer":
        return (
            _bounds(question, value) if isinstance(value, int) and not isinstance(value, bool) else ["not an integer"]
        )
    if question.type == "multiselect":
        if not isinstance(value, list):
            return ["not a list"]
        return [f"{item} is no choice" for item in value if item not in question.choices]
    if question.type == "multiplechoice":
        return [] if value in question.choices else [f"{value} is no choice"]
    return [f"{question.type} is no type that the set-up uses"]


def _bounds(question: Question, size: int) -> list[str]:
    small = question.least is not None and size < question.least
    large = question.most is not None and size > question.most
    return ["too small"] * small + ["too large"] * large

"""What a step does, as entered: checked and brought into the stored form, action by action."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from partners.facts import vocabulary
from partners.rows import accept
from partners.vocabulary import FieldKind, Subject, Vocabulary
from programs.journeys import conditions
from programs.journeys.models import JourneyStep
from programs.models import Message, Program

if TYPE_CHECKING:
    from programs.journeys.authoring import StepDraft

LONGEST = 3650
"""Days that a step may wait."""
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
"""What a webhook's receiver tells steps apart by."""
Errors = dict[str, list[str]]


def checked(draft: StepDraft) -> dict[str, Any]:
    """The columns of a step; ValidationError by field."""
    errors: Errors = {}
    values: dict[str, Any] = {
        "action": draft.action,
        "wait_days": draft.wait_days,
        "only_while": draft.only_while,
        "condition": draft.condition,
        "program": None,
        "message": None,
        "text": "",
        "field": "",
    }
    if not 0 <= draft.wait_days <= LONGEST:
        errors["wait_days"] = [f"Wait between 0 and {LONGEST} days."]
    if draft.condition is not None:
        conditions.check(draft.condition)
    if draft.action in _ACTIONS:
        values |= _ACTIONS[draft.action](draft, errors)
    else:
        errors["action"] = ["Choose what is to be done."]
    if errors:
        raise ValidationError(errors)
    return values


def _offer(draft: StepDraft, errors: Errors) -> dict[str, Any]:
    program = Program.objects.exclude(status="archived").filter(slug=draft.program).first()
    if program is None:
        errors["program"] = ["Choose a programme that is not archived."]
    return {"program": program}


def _message(draft: StepDraft, errors: Errors) -> dict[str, Any]:
    message = Message.objects.filter(status="journey", notice="", pk=draft.message or 0).first()
    if message is None:
        errors["message"] = ["Choose a message that is kept for journeys."]
    return {"message": message}


def _task(draft: StepDraft, errors: Errors) -> dict[str, Any]:
    text = draft.text.strip()
    if not text or len(text) > 500:
        errors["text"] = ["Say what is to be done, in at most 500 characters."]
    return {"text": text}


def _webhook(draft: StepDraft, errors: Errors) -> dict[str, Any]:
    word = draft.text.strip()
    if not WORD.fullmatch(word):
        errors["text"] = ["Give the receiver a word for it: letters, digits, points and hyphens, such as crm.renewal."]
    return {"text": word}


def _attribute(draft: StepDraft, errors: Errors) -> dict[str, Any]:
    errors.update(_attribute_errors(draft))
    return {"text": draft.text.strip(), "field": draft.field}


_ACTIONS: dict[str, Callable[[StepDraft, Errors], dict[str, Any]]] = {
    JourneyStep.Action.OFFER: _offer,
    JourneyStep.Action.MESSAGE: _message,
    JourneyStep.Action.TASK: _task,
    JourneyStep.Action.WEBHOOK: _webhook,
    JourneyStep.Action.ATTRIBUTE: _attribute,
}


def _attribute_errors(draft: StepDraft) -> dict[str, list[str]]:
    found = settable().get(draft.field)
    if found is None:
        return {"field": ["Choose an attribute that is kept (not one that is worked out)."]}
    if len(draft.text) > 500:
        return {"text": ["At most 500 characters."]}
    try:
        accept(found, draft.text.strip() or None)
    except ValueError as error:
        return {"text": [f"“{draft.text}”: {error}."]}
    return {}


def settable() -> Vocabulary:
    """The attributes of a partner that a step may set: neither worked out nor a reference to other records."""
    return {
        name: found
        for name, found in vocabulary(Subject.PARTNER).items()
        if found.kind is not FieldKind.COMPUTED and not found.refers_to and name not in {"external_id", "name"}
    }

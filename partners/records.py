"""One record made, changed or taken out: what forms, the API's single writes and journeys use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from partners.coverage import MODELS
from partners.importing import upsert_rows
from partners.models import Customer, Deal, Origin, Partner
from partners.rows import Invalid
from partners.touching import announce
from partners.vocabulary import Subject

AnyRecord = Partner | Customer | Deal


def subject_of(record: AnyRecord) -> Subject:
    """What kind of record it is."""
    return next(subject for subject, model in MODELS.items() if isinstance(record, model))


@transaction.atomic
def create_record(*, subject: Subject, values: Mapping[str, Any], origin: Origin) -> AnyRecord:
    """A new record; `Invalid` says by field what cannot be kept, also when the id is taken."""
    key = str(values.get("external_id") or "").strip()
    if key and MODELS[subject].objects.present().filter(external_id=key).exists():
        raise Invalid({"external_id": f"“{key}” is taken; choose another id, or change that {subject}"})
    return _put(subject, dict(values), origin)


@transaction.atomic
def change_record(*, record: AnyRecord, values: Mapping[str, Any], origin: Origin) -> AnyRecord:
    """Change the given fields of a record and leave the others; gives it as it is then. `Invalid` by field otherwise.

    A value equal to the present one changes nothing, neither `updated_at` nor provenance. The external id stays.
    """
    given = values.get("external_id", record.external_id)
    if given != record.external_id:
        raise Invalid({"external_id": f"stays “{record.external_id}”: other systems know the record by it"})
    if not type(record).objects.present().select_for_update().filter(pk=record.pk).exists():
        raise Invalid({"external_id": f"“{record.external_id}” was deleted; import it again to bring it back"})
    return _put(subject_of(record), {**values, "external_id": record.external_id}, origin)


@transaction.atomic
def delete_record(*, record: AnyRecord, origin: Origin) -> None:
    """Take a record out of sight. The row stays, so that history stays readable; importing its id again brings it back."""
    now = timezone.now()
    model = MODELS[subject_of(record)]
    locked = model.objects.select_for_update().filter(pk=record.pk, deleted_at=None).first()
    if locked is None:
        return
    if origin._state.adding:
        origin.save()
    locked.deleted_at = locked.updated_at = now
    locked.provenance = {**locked.provenance, "deleted_at": origin.pk}
    locked.save(update_fields=["deleted_at", "updated_at", "provenance"])
    record.deleted_at = now
    announce()


def _put(subject: Subject, row: dict[str, Any], origin: Origin) -> AnyRecord:
    (outcome,) = upsert_rows(subject=subject, rows=[row], origin=origin).rows
    if outcome.errors:
        raise Invalid({error.field: error.reason for error in outcome.errors})
    found: AnyRecord = MODELS[subject].objects.get(external_id=outcome.external_id)
    return found

"""What a kit or a sales play holds, in order, and the customers a play is for. (Verbs.)"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from partners.vocabulary import Subject
from programs.models import Content, KitItem, PlaySegment
from segments.models import Segment


def write_items(content: Content, items: Sequence[dict[str, str]]) -> None:
    """Make these, in this order, what the kit holds; ValidationError at `items` for what it cannot."""
    wanted = [each["content"] for each in items]
    found = {
        each.program.slug: each for each in Content.objects.filter(program__slug__in=wanted).select_related("program")
    }
    errors = [f"There is no content “{slug}”." for slug in wanted if slug not in found]
    errors += [
        f"“{slug}” is named more than once." for slug in sorted({each for each in wanted if wanted.count(each) > 1})
    ]
    errors += [
        f"“{slug}” is a kit or a play itself. A kit holds single resources."
        for slug, each in found.items()
        if each.form != Content.Form.PIECE
    ]
    if wanted and content.form == Content.Form.PIECE:
        errors.append("A single resource holds nothing else. Make it a kit or a sales play.")
    if errors:
        raise ValidationError({"items": errors})
    have = {each.item_id: each for each in content.items.all()}
    KitItem.objects.filter(kit=content).exclude(item__in=list(found.values())).delete()
    for position, each in enumerate(items, start=1):
        item = found[each["content"]]
        values = {"position": position, "message": each.get("message", "").strip()}
        if item.pk in have:
            KitItem.objects.filter(pk=have[item.pk].pk).update(**values)
        else:
            KitItem.objects.create(kit=content, item=item, **values)


def write_customer_segments(content: Content, slugs: Sequence[str]) -> None:
    """Make these the customers that the play is for; ValidationError at `customer_segments` for what cannot be."""
    found = {each.slug: each for each in Segment.objects.filter(slug__in=slugs, subject=Subject.CUSTOMER)}
    errors = [f"There is no segment of customers “{slug}”." for slug in slugs if slug not in found]
    errors += [f"“{slug}” is archived and has no members." for slug, each in found.items() if each.status == "archived"]
    if slugs and content.form != Content.Form.PLAY:
        errors.append("Only a sales play is for segments of customers.")
    if errors:
        raise ValidationError({"customer_segments": errors})
    PlaySegment.objects.filter(play=content).exclude(segment__in=list(found.values())).delete()
    have = set(content.customer_segments.values_list("segment_id", flat=True))
    PlaySegment.objects.bulk_create(
        [PlaySegment(play=content, segment=each) for each in found.values() if each.pk not in have]
    )

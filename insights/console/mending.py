"""Where what health and linter find is mended: one click away, and offered only to whom the page is open."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from insights.bounds import BAD, WARN
from insights.linting import Finding
from insights.models import SetCheckup
from insights.principles import Judged
from partners.vocabulary import Subject
from segments.models import Segment

EDITORS = frozenset(
    {
        "console_program_new",
        "console_imports",
        "console_segment_edit",
        "console_segment_profile",
        "console_set_edit",
    }
)
"""Addresses that are closed to those who only read."""
OF_ALL = frozenset({"console_imports", "console_sets", "console_insights_voice", "console_insights_health"})
"""Addresses that name no segment and no set."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A link to where something is mended."""

    href: str
    label: str


def new_program(slug: str, subject: str, stage: str = "") -> str:
    """Where a programme for a segment is begun, which it is for from the start: of customers, a sales play."""
    more = {"stage": stage} if stage else {}
    if subject == Subject.CUSTOMER.value:
        query = {"form": "play", "customer_segments": slug, **more}
        return f"{reverse('console_program_new_kind', args=['content'])}?{urlencode(query)}"
    return f"{reverse('console_program_new')}?{urlencode({'any': slug, **more})}"


def of_finding(finding: Finding, *, may_edit: bool) -> Fix | None:
    """Where a mistake is mended."""
    if finding.fix in EDITORS and not may_edit:
        return None
    if finding.other:
        href = f"{reverse(finding.fix)}?{urlencode({'a': finding.slug, 'b': finding.other})}"
    elif finding.fix == "console_program_new":
        href = new_program(finding.slug, finding.subject)
    elif finding.fix == "console_insights_health":
        href = f"{reverse(finding.fix)}?{urlencode({'subject': finding.subject})}"
    else:
        href = reverse(finding.fix, args=[] if finding.fix in OF_ALL else [finding.slug])
    return Fix(href, finding.fix_label)


def of_principle(each: Judged, segment: Segment, *, may_edit: bool) -> Fix | None:
    """Where a segment is mended by a principle; None where it stands well, or nothing could be done there."""
    principle = each.principle
    name, label = principle.fix, principle.fix_label
    if each.verdict not in (WARN, BAD):
        # What cannot be said yet is mended only where a choice is missing: a set, or whether partners see it.
        if principle.name == "bought_into" and each.value is None and segment.subject == Subject.PARTNER.value:
            if segment.partner_visible:
                return None
            name, label = "console_segment_edit", "Let partners see it"
        elif principle.fix != "console_sets" or each.value is not None:
            return None
        else:
            label = "Put it into a set"
    if segment.kind == Segment.Kind.LIST and name == "console_segment_edit":
        name, label = "console_segment_members", "Look at its members"
    if name in EDITORS and not may_edit:
        return None
    if name == "console_program_new":
        return Fix(new_program(segment.slug, segment.subject), label)
    if name == "console_sets" and each.value is not None:
        weakest = SetCheckup.objects.filter(set__entries__segment=segment).order_by(principle.name, "set__name")
        if slug := weakest.values_list("set__slug", flat=True).first():
            return Fix(reverse("console_set", args=[slug]), label)
    return Fix(reverse(name, args=[] if name in OF_ALL else [segment.slug]), label)

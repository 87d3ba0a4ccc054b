"""Addresses of the staff's pages about records and people, under /console/."""

from django.urls import path, register_converter

from partners.console import (
    attributes,
    bulk,
    customers,
    deals,
    editing,
    finding,
    imports,
    lists,
    mending,
    notes,
    partners,
    parts,
    people,
    registrations,
    revealing,
    timeline,
)
from partners.vocabulary import Subject


class SubjectInPath:
    """partner, customer or deal in an address."""

    regex = "partner|customer|deal"

    def to_python(self, value: str) -> Subject:
        """The subject."""
        return Subject(value)

    def to_url(self, value: str) -> str:
        """Its word."""
        return str(value)


register_converter(SubjectInPath, "subject")

urlpatterns = [
    path("partners/", partners.partners, name="console_partners"),
    path("partners/<str:external_id>/", partners.partner, name="console_partner"),
    path("partners/<str:external_id>/edit/", editing.edit_partner, name="console_partner_edit"),
    path("partners/<str:external_id>/team/invite/", people.invite_to_team, name="console_partner_invite"),
    path("customers/", customers.customers, name="console_customers"),
    path("customers/<str:external_id>/", customers.customer, name="console_customer"),
    path("customers/<str:external_id>/edit/", editing.edit_customer, name="console_customer_edit"),
    # beside the lists, not beneath them: there any id may stand
    path("find/partners/", finding.partners, name="console_find_partners"),
    path("find/partners/picked/", editing.partners_picked, name="console_partners_picked"),
    path("new/partner/", editing.new_partner, name="console_partner_new"),
    path("new/customer/", editing.new_customer, name="console_customer_new"),
    path("deals/", deals.deals, name="console_deals"),
    path("deals/<str:external_id>/", deals.deal, name="console_deal"),
    path("partners/<str:external_id>/notes/", notes.partner_notes, name="console_partner_notes"),
    path("customers/<str:external_id>/notes/", notes.customer_notes, name="console_customer_notes"),
    path("notes/<int:pk>/delete/", notes.delete, name="console_note_delete"),
    path("partners/<str:external_id>/timeline/", timeline.partner, name="console_partner_timeline"),
    path("customers/<str:external_id>/timeline/", timeline.customer, name="console_customer_timeline"),
    path("reveal/<subject:subject>/<str:external_id>/<slug:name>/", revealing.reveal, name="console_reveal"),
    path("lists/<subject:subject>/export/", lists.export, name="console_list_export"),
    path("lists/<subject:subject>/views/", lists.save_view, name="console_list_save_view"),
    path("lists/views/<int:pk>/delete/", lists.delete_view, name="console_list_delete_view"),
    path("lists/<subject:subject>/change/", bulk.change, name="console_list_change"),
    path("lists/changes/<int:pk>/", bulk.one_change, name="console_bulk_change"),
    path("lists/changes/<int:pk>/progress/", bulk.change_progress, name="console_bulk_progress"),
    path("lists/changes/<int:pk>/undo/", bulk.undo_change, name="console_bulk_undo"),
    path("registrations/", registrations.registrations, name="console_registrations"),
    path("registrations/<int:pk>/", registrations.registration, name="console_registration"),
    path("registrations/<int:pk>/decide/", registrations.decide, name="console_registration_decide"),
    path("imports/", imports.imports, name="console_imports"),
    path("imports/new/", imports.new_import, name="console_import_new"),
    path("imports/<int:pk>/", imports.one_import, name="console_import"),
    path("imports/<int:pk>/apply/", imports.apply_import, name="console_import_apply"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="console_import_progress"),
    path("imports/<int:pk>/rejects/", imports.import_rejects, name="console_import_rejects"),
    path("imports/<int:pk>/correct/", mending.correct_import, name="console_import_correct"),
    path("imports/<int:pk>/mend/", mending.mend_import, name="console_import_mend"),
    path("imports/<int:pk>/undo/", imports.undo_import, name="console_import_undo"),
    path("attributes/", attributes.attributes, name="console_attributes"),
    path("attributes/new/", attributes.new_attribute, name="console_attribute_new"),
    path("attributes/<int:pk>/", attributes.attribute, name="console_attribute"),
    path("attributes/<int:pk>/archive/", attributes.archive, name="console_attribute_archive"),
    path("people/", people.people, name="console_people"),
    path("people/invite/", people.invite, name="console_people_invite"),
    path("people/<int:pk>/", people.person, name="console_person"),
    path("people/<int:pk>/invite/", people.invite_again, name="console_person_invite_again"),
    path("parts/", parts.parts, name="console_parts"),
]

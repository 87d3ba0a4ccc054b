"""Addresses of the staff's pages about records and people, under /console/."""

from django.urls import path

from partners.console import customers, deals, partners, parts, people

urlpatterns = [
    path("partners/", partners.partners, name="console_partners"),
    path("partners/<str:external_id>/", partners.partner, name="console_partner"),
    path("partners/<str:external_id>/team/invite/", people.invite_to_team, name="console_partner_invite"),
    path("customers/", customers.customers, name="console_customers"),
    path("customers/<str:external_id>/", customers.customer, name="console_customer"),
    path("deals/", deals.deals, name="console_deals"),
    path("people/", people.people, name="console_people"),
    path("people/invite/", people.invite, name="console_people_invite"),
    path("people/<int:pk>/", people.person, name="console_person"),
    path("people/<int:pk>/invite/", people.invite_again, name="console_person_invite_again"),
    path("parts/", parts.parts, name="console_parts"),
]

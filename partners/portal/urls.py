"""Addresses of a partner's own deals, under /portal/."""

from django.urls import path

from partners.portal import deals

urlpatterns = [
    path("deals/", deals.deals, name="portal_deals"),
    path("deals/register/", deals.register, name="portal_deal_register"),
    path("deals/<int:pk>/", deals.deal, name="portal_deal"),
    path("registrations/<int:pk>/", deals.registration, name="portal_registration"),
]

"""The addresses of records."""

from django.urls import path

from partners.api import bulk, records

urlpatterns = [
    path("partners/", records.PartnerList.as_view(), name="api_partners"),
    path("partners/bulk/", bulk.PartnerBulk.as_view(), name="api_partners_bulk"),
    path("partners/<str:external_id>/", records.PartnerDetail.as_view(), name="api_partner"),
    path("customers/", records.CustomerList.as_view(), name="api_customers"),
    path("customers/bulk/", bulk.CustomerBulk.as_view(), name="api_customers_bulk"),
    path("customers/<str:external_id>/", records.CustomerDetail.as_view(), name="api_customer"),
    path("deals/", records.DealList.as_view(), name="api_deals"),
    path("deals/bulk/", bulk.DealBulk.as_view(), name="api_deals_bulk"),
    path("deals/<str:external_id>/", records.DealDetail.as_view(), name="api_deal"),
]

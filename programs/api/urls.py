"""The addresses of programmes and offers."""

from django.urls import path

from programs.api import accounts, offers, programs

urlpatterns = [
    path("partners/<str:external_id>/offers/", offers.PartnerOffers.as_view(), name="api_partner_offers"),
    path("claims/", accounts.ClaimList.as_view(), name="api_claims"),
    path("claims/<int:claim_id>/", accounts.ClaimDetail.as_view(), name="api_claim"),
    path("fund-requests/", accounts.FundRequestList.as_view(), name="api_fund_requests"),
    path("ledger/", accounts.Ledger.as_view(), name="api_ledger"),
    path("programs/", programs.AnyList.as_view(), name="api_programs"),
    path("programs/<slug:slug>/", programs.AnyDetail.as_view(), name="api_program"),
    path("content/", programs.ContentList.as_view(), name="api_content"),
    path("content/<slug:slug>/", programs.ContentDetail.as_view(), name="api_content_one"),
    path("courses/", programs.CourseList.as_view(), name="api_courses"),
    path("courses/<slug:slug>/", programs.CourseDetail.as_view(), name="api_course"),
    path("incentives/", programs.IncentiveList.as_view(), name="api_incentives"),
    path("incentives/<slug:slug>/", programs.IncentiveDetail.as_view(), name="api_incentive"),
]

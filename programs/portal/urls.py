"""Addresses of the portal."""

from django.urls import path

from programs.portal import account, accounts, customers, feedback, learning, notifications, pieces, proofs, views

urlpatterns = [
    path("", views.home, name="portal_home"),
    path("resources/", views.shelf, {"kind": "content"}, name="portal_resources"),
    path("training/", views.shelf, {"kind": "course"}, name="portal_training"),
    path("incentives/", accounts.incentives, name="portal_incentives"),
    path("claims/", accounts.claims, name="portal_claims"),
    path("claims/statement.csv", accounts.ledger, name="portal_statement"),
    path("claims/new/<slug:slug>/", accounts.new_claim, name="portal_claim_new"),
    path("claims/<int:pk>/", accounts.claim, name="portal_claim"),
    path("claims/<int:pk>/proof/", accounts.proof, name="portal_claim_proof"),
    path("segments/", views.segments, name="portal_segments"),
    path("offers/<int:pk>/", views.offer, name="portal_offer"),
    path("offers/<int:pk>/file/", views.offer_file, name="portal_offer_file"),
    path("offers/<int:pk>/start/", views.start, name="portal_offer_start"),
    path("offers/<int:pk>/resume/", learning.resume, name="portal_resume"),
    path("offers/<int:pk>/lessons/<int:number>/", learning.lesson, name="portal_lesson"),
    path("offers/<int:pk>/lessons/<int:number>/file/", learning.lesson_file, name="portal_lesson_file"),
    path("offers/<int:pk>/lessons/<int:number>/quiz/", learning.quiz, name="portal_quiz"),
    path("offers/<int:pk>/complete/", learning.complete, name="portal_offer_complete"),
    path("training/transcript/", proofs.transcript, name="portal_transcript"),
    path("certificates/<str:code>.<str:form>", proofs.certificate, name="portal_certificate"),
    path("offers/<int:pk>/items/<int:item>/", pieces.offer_item, name="portal_offer_item"),
    path("offers/<int:pk>/items/<int:item>/file/", pieces.offer_item_file, name="portal_offer_item_file"),
    path("customers/", customers.customers, name="portal_customers"),
    path("customers/<str:external_id>/", customers.customer, name="portal_customer"),
    path("customers/<str:external_id>/plays/<slug:slug>/", customers.play, name="portal_play"),
    path("customers/<str:external_id>/plays/<slug:slug>/file/", customers.play_file, name="portal_play_file"),
    path(
        "customers/<str:external_id>/plays/<slug:slug>/items/<int:item>/", customers.play_item, name="portal_play_item"
    ),
    path(
        "customers/<str:external_id>/plays/<slug:slug>/items/<int:item>/file/",
        customers.play_item_file,
        name="portal_play_item_file",
    ),
    path("offers/<int:pk>/feedback/", feedback.of_offer, name="portal_offer_feedback"),
    path("segments/<slug:slug>/feedback/", feedback.of_segment, name="portal_segment_feedback"),
    path("notifications/", notifications.notifications, name="portal_notifications"),
    path("notifications/seen/", notifications.see_all, name="portal_notifications_seen"),
    path("notifications/<int:pk>/", notifications.notification, name="portal_notification"),
    path("notifications/<int:pk>/follow/", notifications.follow, name="portal_notification_follow"),
    path("preferences/", account.preferences_page, name="portal_preferences"),
    path("team/", account.team_page, name="portal_team"),
    path("team/<int:pk>/remove/", account.remove_member, name="portal_team_remove"),
    path("company/", account.company_page, name="portal_company"),
    path("company/<slug:field>/dispute/", account.dispute, name="portal_dispute"),
]

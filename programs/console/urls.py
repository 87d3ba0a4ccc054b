"""Addresses of the console's programmes."""

from django.urls import path

from programs.console import accounts, courses, panels, preview, results, views

urlpatterns = [
    path("programs/", views.programs, name="console_programs"),
    path("programs/new/", views.new, name="console_program_new"),
    path("programs/new/lesson/", views.lesson_row, name="console_program_lesson"),
    path("programs/new/<str:kind>/", views.new, name="console_program_new_kind"),
    path("programs/new/<str:kind>/effect/", views.effect, name="console_program_new_effect"),
    path("programs/<slug:slug>/", views.program, name="console_program"),
    path("programs/<slug:slug>/edit/", views.edit, name="console_program_edit"),
    path("programs/<slug:slug>/effect/<str:kind>/", views.effect, name="console_program_effect"),
    path("programs/<slug:slug>/activate/", views.activate, name="console_program_activate"),
    path("programs/<slug:slug>/archive/", views.archive, name="console_program_archive"),
    path("programs/<slug:slug>/delete/", views.delete, name="console_program_delete"),
    path("programs/<slug:slug>/accounts/", accounts.accounts, name="console_incentive_accounts"),
    path("programs/<slug:slug>/accounts/statement.csv", accounts.incentive_statement, name="console_statement"),
    path("claims/", accounts.claims, name="console_claims"),
    path("claims/<int:pk>/", accounts.claim, name="console_claim"),
    path("claims/<int:pk>/proof/", accounts.claim_proof, name="console_claim_proof"),
    path("claims/<int:pk>/decide/", accounts.decide_claim, name="console_claim_decide"),
    path("partners/<str:external_id>/portal/", preview.portal_preview, name="console_portal_preview"),
    path("partners/<str:external_id>/statement.csv", accounts.partner_statement, name="console_partner_statement"),
    path("segments/<slug:slug>/programs/", panels.segment_programs, name="console_segment_programs"),
    path("segments/<slug:slug>/effects/", panels.segment_effects, name="console_segment_effects"),
    path("programs/<slug:slug>/lessons/", courses.lessons, name="console_lessons"),
    path("programs/<slug:slug>/lessons/new/<str:kind>/", courses.lesson_new, name="console_lesson_new"),
    path("programs/<slug:slug>/lessons/<str:key>/", courses.lesson, name="console_lesson"),
    path("programs/<slug:slug>/lessons/<str:key>/move/", courses.lesson_move, name="console_lesson_move"),
    path("programs/<slug:slug>/lessons/<str:key>/delete/", courses.lesson_delete, name="console_lesson_delete"),
    path("programs/<slug:slug>/lessons/<str:key>/preview/", courses.lesson_preview, name="console_lesson_preview"),
    path(
        "programs/<slug:slug>/lessons/<str:key>/questions/new/<str:type>/",
        courses.question,
        name="console_question_new",
    ),
    path("programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/", courses.question, name="console_question"),
    path(
        "programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/move/",
        courses.question_change,
        {"act": "move"},
        name="console_question_move",
    ),
    path(
        "programs/<slug:slug>/lessons/<str:key>/questions/<str:question>/delete/",
        courses.question_change,
        {"act": "delete"},
        name="console_question_delete",
    ),
    path("programs/<slug:slug>/results/", results.results, name="console_course_results"),
    path("programs/<slug:slug>/results/<int:pk>/attempt/", results.grant, name="console_course_grant"),
    path("partners/<str:external_id>/offers/", views.partner_offers, name="console_partner_offers"),
]

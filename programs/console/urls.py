"""Addresses of the console's programmes."""

from django.urls import path

from programs.console import panels, views

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
    path("segments/<slug:slug>/programs/", panels.segment_programs, name="console_segment_programs"),
    path("segments/<slug:slug>/effects/", panels.segment_effects, name="console_segment_effects"),
    path("partners/<str:external_id>/offers/", views.partner_offers, name="console_partner_offers"),
]

"""Addresses of the console's programmes."""

from django.urls import path

from programs.console import journeys, messages, views, voices

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
    path("messages/", messages.message_list, name="console_messages"),
    path("messages/new/", messages.new_message, name="console_message_new"),
    path("messages/preview/", messages.preview_message, name="console_message_preview"),
    path("messages/<int:pk>/", messages.message_page, name="console_message"),
    path("messages/<int:pk>/edit/", messages.edit_message, name="console_message_edit"),
    path("messages/<int:pk>/send/", messages.send_message, name="console_message_send"),
    path("messages/<int:pk>/unsend/", messages.unsend_message, name="console_message_unsend"),
    path("messages/<int:pk>/delete/", messages.delete_message, name="console_message_delete"),
    path("journeys/", journeys.journey_list, name="console_journeys"),
    path("journeys/new/", journeys.new_journey, name="console_journey_new"),
    path("journeys/<slug:slug>/", journeys.journey_page, name="console_journey"),
    path("journeys/<slug:slug>/edit/", journeys.edit_journey, name="console_journey_edit"),
    path("journeys/<slug:slug>/rehearsal/", journeys.journey_rehearsal, name="console_journey_rehearsal"),
    path("journeys/<slug:slug>/start/", journeys.start_journey, name="console_journey_start"),
    path("journeys/<slug:slug>/pause/", journeys.pause_journey, name="console_journey_pause"),
    path("journeys/<slug:slug>/archive/", journeys.archive_journey, name="console_journey_archive"),
    path("journeys/<slug:slug>/steps/new/<str:action>/", journeys.new_step, name="console_journey_step_new"),
    path("journeys/<slug:slug>/steps/<int:pk>/", journeys.edit_step, name="console_journey_step"),
    path("journeys/<slug:slug>/steps/<int:pk>/remove/", journeys.remove_step, name="console_journey_step_remove"),
    path("tasks/", voices.task_list, name="console_tasks"),
    path("tasks/<int:pk>/done/", voices.task_done, name="console_task_done"),
    path("disputes/", voices.dispute_list, name="console_disputes"),
    path("disputes/<int:pk>/", voices.dispute_page, name="console_dispute"),
    path("feedback/", voices.feedback_list, name="console_feedback"),
    path("partners/<str:external_id>/offers/", views.partner_offers, name="console_partner_offers"),
]

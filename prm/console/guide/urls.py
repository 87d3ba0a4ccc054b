"""Addresses of the guided set-up, under /console/guide/."""

from django.urls import path

from prm.console.guide import beginning, finishing, grouping

urlpatterns = [
    path("", beginning.guides, name="console_guides"),
    path("new/", beginning.new, name="console_guide_new"),
    path("leave/", beginning.leave, name="console_guide_leave"),
    path("<int:pk>/", beginning.resume, name="console_guide"),
    path("<int:pk>/give-up/", beginning.give_up, name="console_guide_give_up"),
    path("<int:pk>/objective/", beginning.objective, name="console_guide_objective"),
    path("<int:pk>/data/", beginning.data, name="console_guide_data"),
    path("<int:pk>/variables/", beginning.variables, name="console_guide_variables"),
    path("<int:pk>/groups/", grouping.groups, name="console_guide_groups"),
    path("<int:pk>/groups/split/", grouping.split, name="console_guide_split"),
    path("<int:pk>/groups/template/", grouping.take, name="console_guide_template"),
    path("<int:pk>/profiles/", grouping.profiles, name="console_guide_profiles"),
    path("<int:pk>/strategy/", grouping.strategy, name="console_guide_strategy"),
    path("<int:pk>/review/", finishing.review, name="console_guide_review"),
    path("<int:pk>/review/note/", finishing.note, name="console_guide_note"),
    path("<int:pk>/publish/", finishing.publish, name="console_guide_publish"),
    path("<int:pk>/publish/counts/", finishing.counts, name="console_guide_counts"),
    path("<int:pk>/date/", finishing.date, name="console_guide_date"),
]

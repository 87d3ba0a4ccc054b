"""The courses of everybody's people are counted from an index alone: nothing is sorted, and no row is looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0014_deal_by_name")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["partner", "about"],
                include=["kind", "at"],
                condition=models.Q(kind__in=["course_started", "course_completed"]),
                name="activity_by_course",
            ),
        ),
    ]

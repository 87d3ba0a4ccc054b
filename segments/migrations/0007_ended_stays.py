"""Stays that ended since an instant: who was a member then is the present members, without those since, with those gone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0006_time_zone")]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)), fields=["segment", "left_at"], name="membership_by_end"
            ),
        ),
    ]

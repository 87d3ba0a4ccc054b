"""What happened in a month is found by its days, without walking through all deals and activities."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0015_activity_by_course")]

    operations = [
        migrations.AddIndex(
            model_name="deal", index=models.Index(fields=["registered_on"], name="deal_by_registration")
        ),
        migrations.AddIndex(model_name="deal", index=models.Index(fields=["closed_on"], name="deal_by_close")),
        migrations.AddIndex(
            model_name="activity",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="activity_by_time", autosummarize=True),
        ),
    ]

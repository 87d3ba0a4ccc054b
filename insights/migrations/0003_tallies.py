"""What partners said, tallied every night by segment and region."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0002_groupings_and_predictions"),
        ("programs", "0009_stage_and_voices"),
        ("segments", "0010_guides"),
    ]

    operations = [
        migrations.CreateModel(
            name="Liking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region", models.CharField(blank=True, max_length=200)),
                ("good", models.IntegerField()),
                ("bad", models.IntegerField()),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.program"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("segment", "program", "region"), name="liking_once_per_region")
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("need", models.CharField(max_length=200)),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), size=None
                    ),
                ),
                ("reported", models.IntegerField()),
                ("on_record", models.IntegerField()),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "needs told",
                "constraints": [models.UniqueConstraint(fields=("segment", "need", "regions"), name="need_told_once")],
            },
        ),
    ]

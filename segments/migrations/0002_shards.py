"""Shards of a run, the next boundary of a segment's members, runs by the clock, and bitmaps stored as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [
        migrations.AddField(model_name="memberset", name="as_of", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="memberset", name="next_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            model_name="recompute",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("nightly", "Nightly"),
                    ("manual", "By hand"),
                    ("api", "API"),
                    ("publish", "Publishing"),
                    ("change", "On change"),
                    ("time", "By the clock"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Shard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("ranges", models.JSONField()),
                ("found", models.BinaryField(null=True)),
                (
                    "recompute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shards", to="segments.recompute"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recompute", "attempt", "number"), name="shard_number_once_per_attempt"
                    )
                ],
            },
        ),
        # Roaring bitmaps are compact already; compressing them again costs more than it saves.
        migrations.RunSQL(
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTERNAL;"
            "ALTER TABLE segments_shard ALTER COLUMN found SET STORAGE EXTERNAL;",
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTENDED;",
        ),
    ]

"""Shards of a run, the next boundary of a segment's members, runs by the clock, and bitmaps stored as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="memberset", name="as_of", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="memberset", name="next_at", field=models.DateTimeField(blank=True, null=True)
        ),
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
        # Millions of rows are written at once, by one writer that holds the segments and the run locked; to have each of
        # them checked again costs more than writing them. The first of an index pair on the segment alone is redundant.
        migrations.AlterField(
            model_name="membership",
            name="segment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="segments.segment",
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="segment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="segments.segment",
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="recompute",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="segments.recompute",
            ),
        ),
        # Roaring bitmaps are compact already; compressing them again costs more than it saves.
        migrations.RunSQL(
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTERNAL;"
            "ALTER TABLE segments_shard ALTER COLUMN found SET STORAGE EXTERNAL;",
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTENDED;",
        ),
    ]

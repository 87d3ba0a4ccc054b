"""Fewer and smaller indexes, for a run pays for each of them; and first builds whose ledger lines are written afterwards.

Ended stays have an index by subject of their own beside that of the open ones. Which lines a run wrote is asked rarely, and
runs write one after another: a summary per stretch of the table does. Bitmaps are packed already.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0007_ended_stays")]

    operations = [
        migrations.CreateModel(
            name="FirstBuild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("bitmap", models.BinaryField()),
                ("count", models.PositiveIntegerField()),
                (
                    "recompute",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="segments.recompute",
                    ),
                ),
                (
                    "segment",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="first_build",
                        to="segments.segment",
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex(model_name="membership", name="membership_by_subject"),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)),
                fields=["subject_id", "segment"],
                name="membership_ended_by_subject",
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="recompute",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="segments.recompute",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["recompute"], name="change_by_recompute", pages_per_range=32
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTERNAL;"
            " ALTER TABLE segments_firstbuild ALTER COLUMN bitmap SET STORAGE EXTERNAL;",
            "ALTER TABLE segments_memberset ALTER COLUMN bitmap SET STORAGE EXTENDED",
        ),
    ]

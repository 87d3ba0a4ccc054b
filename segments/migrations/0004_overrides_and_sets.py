"""Overrides by hand, and sets of segments with an order."""

import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("segments", "0002_shards"),
        ("segments", "0003_profile_and_comments"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=100, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "subject",
                    models.CharField(choices=[("partner", "Partners"), ("customer", "Customers")], max_length=10),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("exclusive", "Exclusive"), ("overlapping", "Overlapping")],
                        default="exclusive",
                        max_length=11,
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="SegmentSetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("slug", models.SlugField(db_index=False, max_length=100)),
                ("name", models.CharField(max_length=200)),
                (
                    "subject",
                    models.CharField(choices=[("partner", "Partners"), ("customer", "Customers")], max_length=10),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("exclusive", "Exclusive"), ("overlapping", "Overlapping")],
                        default="exclusive",
                        max_length=11,
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SetEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("is_rest", models.BooleanField(default=False)),
                ("lost", models.BinaryField(null=True)),
                ("lost_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "set entries",
                "ordering": ["set", "position"],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("kind", models.CharField(choices=[("include", "Included"), ("exclude", "Excluded")], max_length=7)),
                ("author", models.CharField(help_text="The person's name, or the API key's", max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="overrides", to="segments.segment"
                    ),
                ),
            ],
            options={
                "ordering": ["segment", "subject_id"],
            },
        ),
        migrations.CreateModel(
            name="OverrideEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("subject_id", models.BigIntegerField()),
                ("kind", models.CharField(choices=[("include", "Included"), ("exclude", "Excluded")], max_length=7)),
                ("author", models.CharField(help_text="The person's name, or the API key's", max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="segments.override",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segmentset",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "segments_segmentsetevent" ("created_at", "description", "id", "mode", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "subject", "updated_at") VALUES (NEW."created_at", NEW."description", NEW."id", NEW."mode", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."slug", NEW."subject", NEW."updated_at"); RETURN NULL;',
                    hash="56a83f7a3457f379e302d8b867ca4fe4d4f2491e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_30451",
                    table="segments_segmentset",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segmentset",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "segments_segmentsetevent" ("created_at", "description", "id", "mode", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "subject", "updated_at") VALUES (NEW."created_at", NEW."description", NEW."id", NEW."mode", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."slug", NEW."subject", NEW."updated_at"); RETURN NULL;',
                    hash="de15bdcdce755df2da039afb2dd9cb0d8bff7587",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c136a",
                    table="segments_segmentset",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="segmentsetevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="segmentsetevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="segments.segmentset",
            ),
        ),
        migrations.AddField(
            model_name="setentry",
            name="segment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="set_entries", to="segments.segment"
            ),
        ),
        migrations.AddField(
            model_name="setentry",
            name="set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="segments.segmentset"
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.UniqueConstraint(fields=("segment", "subject_id"), name="override_once_per_subject"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "segments_overrideevent" ("author", "created_at", "expires_at", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "segment_id", "subject_id") VALUES (NEW."author", NEW."created_at", NEW."expires_at", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."segment_id", NEW."subject_id"); RETURN NULL;',
                    hash="241de18fec37456eeebaca7c9bd6de372fa4a777",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d5161",
                    table="segments_override",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="override",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "segments_overrideevent" ("author", "created_at", "expires_at", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "segment_id", "subject_id") VALUES (NEW."author", NEW."created_at", NEW."expires_at", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."segment_id", NEW."subject_id"); RETURN NULL;',
                    hash="ec827caed223f5a9760d8831af4f8d9cb471a211",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4560b",
                    table="segments_override",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.UniqueConstraint(fields=("set", "segment"), name="set_entry_once_per_segment"),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("set", "position"),
                name="set_entry_once_per_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="setentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_rest", True)), fields=("set",), name="set_entry_one_rest"
            ),
        ),
    ]

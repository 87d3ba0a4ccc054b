"""References of stays and changes are not checked row by row any more.

Millions of rows are written at once, by one writer that holds the segments and the run locked; to have each of them checked
again costs more than writing them. The index on a change's segment alone was the beginning of another.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0004_overrides_and_sets")]

    operations = [
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
    ]

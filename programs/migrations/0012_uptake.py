"""How programmes are taken up, tallied every few minutes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programs", "0011_fund_requests")]

    operations = [
        migrations.CreateModel(
            name="Uptake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region", models.CharField(blank=True, max_length=200)),
                ("on_count", models.PositiveIntegerField()),
                ("opened_count", models.PositiveIntegerField()),
                ("started_count", models.PositiveIntegerField()),
                ("completed_count", models.PositiveIntegerField()),
                ("tallied_at", models.DateTimeField()),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uptakes",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("program", "region"), name="uptake_once_per_region")],
            },
        ),
    ]

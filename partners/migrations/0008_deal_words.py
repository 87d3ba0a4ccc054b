"""Deals are found by the words of their name, id and product line."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0007_outbox"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("name", "external_id", "product_line", config="simple"),
                name="deal_by_words",
            ),
        ),
    ]

"""Deals are listed by name, page by page, as partners and customers are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0013_ids_by_code_point")]

    operations = [
        migrations.AddIndex(model_name="deal", index=models.Index(fields=["name", "id"], name="deal_by_name")),
    ]

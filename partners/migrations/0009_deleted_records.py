"""Deleted records, found without a look at all of them."""

from django.db import migrations, models

DELETED = models.Q(("deleted_at__isnull", False))


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_deal_words")]

    operations = [
        migrations.AddIndex(
            model_name=name, index=models.Index(condition=DELETED, fields=["id"], name=f"{name}_deleted")
        )
        for name in ("partner", "customer")
    ]

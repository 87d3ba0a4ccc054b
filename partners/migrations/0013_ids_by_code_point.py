"""External ids in the order of their code points: one index finds them whole and by their beginning, and keeps them unique.

Django keeps a second index for beginnings, which in this order the first one serves. Writing a record pays for each.
"""

from django.db import migrations, models

INDEXES = {
    "partner": "partners_partner_external_id_b9fa7acc_like",
    "customer": "partners_customer_external_id_32dad83f_like",
    "deal": "partners_deal_external_id_de8b19e2_like",
}


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_quicker_marks")]

    operations = [
        operation
        for subject, index in INDEXES.items()
        for operation in (
            migrations.RunSQL(
                f"DROP INDEX IF EXISTS {index}",
                f"CREATE INDEX {index} ON partners_{subject} (external_id varchar_pattern_ops)",
            ),
            migrations.AlterField(
                model_name=subject,
                name="external_id",
                field=models.CharField(db_collation="C", max_length=100, unique=True),
            ),
        )
    ]

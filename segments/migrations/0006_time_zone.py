"""A version of a segment may count in the days of a time zone of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0005_unchecked_references")]

    operations = [
        migrations.AddField(
            model_name="segmentversion",
            name="zone",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="time zone"),
            preserve_default=False,
        ),
    ]

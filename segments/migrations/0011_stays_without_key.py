"""Stays lose the index of their number: nobody asks for a stay by it, and twenty million entries cost a first run seconds.

What makes a stay one of its kind is `membership_one_open_stay`. The numbers themselves stay, handed out by the one writer
there is at a time; they order the stays of a subject. Letting go of an index is a matter of an instant on a table of any size.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("segments", "0010_guides")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE segments_membership DROP CONSTRAINT segments_membership_pkey",
            "ALTER TABLE segments_membership ADD CONSTRAINT segments_membership_pkey PRIMARY KEY (id)",
        ),
    ]

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import HStoreExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        TrigramExtension(),
        HStoreExtension(),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("note", models.TextField()),
                ("lines", models.JSONField(default=list)),
                ("placed", models.DateTimeField(auto_now_add=True)),
            ],
            options={"indexes": [GinIndex(fields=["lines"], name="order_lines")]},
        ),
    ]

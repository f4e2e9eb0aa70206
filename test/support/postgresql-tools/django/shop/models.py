from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Order(models.Model):
    note = models.TextField()
    lines = models.JSONField(default=list)
    placed = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [GinIndex(fields=["lines"], name="order_lines")]

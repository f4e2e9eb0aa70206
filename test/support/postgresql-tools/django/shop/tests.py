from django.db import connection
from django.test import TestCase, TransactionTestCase

from .models import Order


class OrderTest(TestCase):
    def test_an_order_is_kept(self):
        Order.objects.create(note="first", lines=[{"what": "tea"}])
        self.assertEqual(Order.objects.filter(lines__contains=[{"what": "tea"}]).count(), 1)


class FlushTest(TransactionTestCase):
    """Truncates all tables and resets all sequences between tests."""

    reset_sequences = True

    def test_a_table_is_made_and_dropped(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE scratch (); DROP TABLE scratch")
        self.assertEqual(Order.objects.create(note="again").pk, 1)

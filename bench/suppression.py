"""What an attacker who subtracts finds in 10,000 tables: nothing, unless one half is left out."""

import random

from tests.surgeries.rules.attacker import published, recovered

TABLES = 10_000
SEED = 2009


def run():
    """Print how many small counts she works out, with the second suppression and without."""
    tables = [_table(random.Random(SEED + number)) for number in range(TABLES)]
    for threshold in (5, 10):
        for second in (True, False):
            found = [_found(table, threshold, second) for table in tables]
            print(
                f"threshold {threshold:2}, second suppression {'on: ' if second else 'off:'} "
                f"{sum(found)} counts worked out, in {sum(map(bool, found))} of {TABLES} tables"
            )


def _table(chance):
    """1 to 12 networks in 1 to 4 periods; most networks send few people, some send many."""
    width = chance.randint(1, 4)
    means = [chance.choice((1, 2, 4, 8, 25)) for _ in range(chance.randint(1, 12))]
    return [[int(chance.expovariate(1 / mean)) for _ in range(width)] for mean in means]


def _found(table, threshold, second):
    tables = list(published(table, threshold, second=second))
    counts = recovered(tables, len(table)).values()
    return sum(0 < count < threshold for count in counts)

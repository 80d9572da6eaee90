"""Somebody who holds every table that left the team, and subtracts.

She knows how the rule works: 0 is never hidden, so what is hidden is at least 1. She solves the
sums exactly, then narrows each count by what the others leave for it.
"""

from surgeries.rules.suppression import masked, small_cells, suppress, with_totals

SURELY_LESS = 10**9


def published(counts, threshold, *, second=True):
    """What leaves the team in the end: each period by itself, and all of them together.

    Each is (columns, table with totals). Without `second` only the small counts are hidden.
    """
    width = len(counts[0])
    chosen = [[j] for j in range(width)] + [list(range(width))]
    for columns in chosen:
        part = [[row[j] for j in columns] for row in counts]
        table = with_totals(part)
        yield (
            columns,
            (suppress(part, threshold) if second else masked(table, small_cells(table, threshold))),
        )


def recovered(tables, height):
    """The cells, as (row, column), whose one possible value she finds: {cell: count}.

    A column of "all" is the total of a table; of a table with one period it is that period.
    """
    known, lines = {}, []
    for columns, table in tables:
        names = [*columns, columns[0] if len(columns) == 1 else "all"]
        for i, row in enumerate(table):
            for name, count in zip(names, row, strict=True):
                if count is not None:
                    assert known.setdefault((i, name), count) == count
        if len(columns) > 1:
            lines += [[*((i, j) for j in columns), (i, "all")] for i in range(height + 1)]
        lines += [[*((i, name) for i in range(height)), (height, name)] for name in set(names)]
    unknown = {cell for line in lines for cell in line} - set(known)
    return _solved(lines, known, unknown) | _narrowed(lines, known, unknown)


def _solved(lines, known, unknown):
    """By elimination: the last cell of a line is the sum of the others."""
    equations = []
    for *parts, total in lines:
        left, right = {}, 0
        for cell, sign in [*((part, 1) for part in parts), (total, -1)]:
            if cell in unknown:
                left[cell] = left.get(cell, 0) + sign
            else:
                right -= sign * known[cell]
        equations.append((left, right))
    pivots = {}
    for left, right in equations:
        left, right = _reduced(left, right, pivots)
        if not left:
            continue
        cell = next(iter(left))
        pivot = {c: f * left[cell] for c, f in left.items()}, right * left[cell]
        for name, (other, value) in list(pivots.items()):
            pivots[name] = _reduced(other, value, {cell: pivot})
        pivots[cell] = pivot
    return {cell: right for cell, (left, right) in pivots.items() if set(left) == {cell}}


def _reduced(left, right, pivots):
    left = dict(left)
    for cell, (pivot, value) in pivots.items():
        if factor := left.get(cell, 0):
            for other, f in pivot.items():
                left[other] = left.get(other, 0) - factor * f
            right -= factor * value
    return {cell: f for cell, f in left.items() if f}, right


def _narrowed(lines, known, unknown):
    """By bounds: a count is at most what the others leave over, and at least what they lack."""
    low = dict.fromkeys(unknown, 1) | known
    high = dict.fromkeys(unknown, SURELY_LESS) | known
    changed = True
    while changed:
        changed = False
        for *parts, total in lines:
            least, most = sum(low[p] for p in parts), sum(high[p] for p in parts)
            bounds = [(total, least, most)]
            bounds += [
                (p, low[total] - most + high[p], high[total] - least + low[p]) for p in parts
            ]
            for cell, at_least, at_most in bounds:
                if at_least > low[cell] or at_most < high[cell]:
                    low[cell], high[cell] = max(low[cell], at_least), min(high[cell], at_most)
                    changed = True
    return {cell: low[cell] for cell in unknown if low[cell] == high[cell]}

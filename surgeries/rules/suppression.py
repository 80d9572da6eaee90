"""What a table of people keeps to itself when it leaves the team (R66, domain.md C.6).

Rows are networks, columns are periods. Small counts are hidden, and so many others that none of
them can be worked out: within a column, along a row, from the totals, or by subtracting a table of
some of the periods from a table of all of them.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

THRESHOLD = 5  # counts from 1 to 4 are hidden
HIGHEST_THRESHOLD = 10

Cell = tuple[int, int]
Table = list[list[int]]


def suppress(counts: Sequence[Sequence[int]], threshold: int = THRESHOLD) -> list[list[int | None]]:
    """`counts` (rows by columns) with a total row and a total column; None is hidden.

    A column looks the same whatever columns stand beside it, so that each period may be shown by
    itself as soon as it is over. Nobody can tell of a hidden small count that it is below
    `threshold`, even if she knows all that is shown, how this works, and that 0 is never hidden.
    """
    table = with_totals(counts)
    hidden = small_cells(table, threshold)
    for column in range(len(table[0]) - 1):
        _settle_column(table, column, hidden, threshold)
    for cell in sorted(small_cells(table, threshold)):
        _close_a_loop(table, cell, hidden, threshold)
    return masked(table, hidden)


def suppress_one(count: int, threshold: int = THRESHOLD) -> int | None:
    """A count that is part of no table, or None if it is small."""
    return None if 0 < count < threshold else count


def with_totals(counts: Sequence[Sequence[int]]) -> Table:
    """`counts` with the sum of each row at its end and the sums of the columns below."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def small_cells(table: Table, threshold: int) -> set[Cell]:
    """Where a count, or a total, is from 1 to below `threshold`."""
    return {cell for cell in _cells(table) if 0 < _at(table, cell) < threshold}


def masked(table: Table, hidden: set[Cell]) -> list[list[int | None]]:
    """The table with None in the place of what is hidden."""
    return [
        [None if (i, j) in hidden else count for j, count in enumerate(row)]
        for i, row in enumerate(table)
    ]


def _settle_column(table: Table, column: int, hidden: set[Cell], threshold: int) -> None:
    """Hide beside each small count one that could be smaller by as much as it may be larger."""
    total = (len(table) - 1, column)
    cells = [(i, column) for i in range(total[0])]
    larger = sorted((c for c in cells if _at(table, c) >= threshold), key=lambda c: _at(table, c))
    for cell in [c for c in cells if 0 < _at(table, c) < threshold]:
        need = threshold - _at(table, cell)
        others = (c for c in cells if c in hidden and c != cell)
        if total not in hidden and not any(_at(table, c) > need for c in others):
            hidden.add(larger[0] if larger else total)


def _close_a_loop(table: Table, cell: Cell, hidden: set[Cell], threshold: int) -> None:
    """Hide the totals on the cheapest loop along which `cell` could grow to the threshold.

    Every line adds up to its total. So a count grows unseen exactly if others change with it round
    a loop of hidden cells, each line entered and left once.
    """
    need = threshold - _at(table, cell)
    last_column = len(table[0]) - 1
    hidden.update(
        step for step in _cheapest_loop(table, cell, hidden, need) if step[1] == last_column
    )


def _cheapest_loop(table: Table, cell: Cell, hidden: set[Cell], need: int) -> list[Cell]:
    """The cells of the loop through `cell` that hides the least more.

    A search from one of its lines to the other. Lines are ("row", i) and ("column", j); a step
    goes over a cell in the direction in which it grows, or shrinks and is large enough for that.
    """
    start, goal = _ends(table, cell)[::-1]
    waiting: list[tuple[int, tuple[str, int], list[Cell]]] = [(0, start, [])]
    seen = set()
    while True:  # a loop over the totals is always there
        cost, line, path = heappop(waiting)
        if line == goal:
            return path
        if line in seen:
            continue
        seen.add(line)
        for step, beyond in _steps(table, line, need):
            if step != cell and (step in hidden or step[1] == len(table[0]) - 1):
                price = 0 if step in hidden else _at(table, step)
                heappush(waiting, (cost + price, beyond, [*path, step]))


def _steps(
    table: Table, line: tuple[str, int], need: int
) -> Iterator[tuple[Cell, tuple[str, int]]]:
    """The cells of a line that may grow, or shrink by `need`, and the line beyond each."""
    kind, number = line
    across = range(len(table[0])) if kind == "row" else range(len(table))
    for other in across:
        cell = (number, other) if kind == "row" else (other, number)
        grows_from, grows_to = _ends(table, cell)
        if _at(table, cell) and line == grows_from:
            yield cell, grows_to
        elif line == grows_to and _at(table, cell) > need:
            yield cell, grows_from


def _ends(table: Table, cell: Cell) -> tuple[tuple[str, int], tuple[str, int]]:
    """Between which lines a growing cell leads: totals the other way round than what they sum."""
    row, column = ("row", cell[0]), ("column", cell[1])
    is_total = (cell[0] == len(table) - 1) != (cell[1] == len(table[0]) - 1)
    return (column, row) if is_total else (row, column)


def _cells(table: Table) -> Iterator[Cell]:
    return ((i, j) for i, row in enumerate(table) for j in range(len(row)))


def _at(table: Table, cell: Cell) -> int:
    return table[cell[0]][cell[1]]

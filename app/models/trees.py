"""The tables of an encrypted store read from its pages, as far as they can be read.

The database library stops at the first damaged page of a table, and a damaged root hides all the pages below. Here
every page that is whole is looked at: first down the trees as the schema names them, then those that no tree leads to
any more. A row is only taken for one of a table when it has the table's shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, LargeBinary, Table

from app.models import schema
from app.vault.pages import USABLE, SealedPages

Value = None | int | float | str | bytes
_INDEX_INNER, _TABLE_INNER, _INDEX_LEAF, _TABLE_LEAF = 2, 5, 10, 13
_INNER = (_INDEX_INNER, _TABLE_INNER)
_WHOLE_NUMBERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_REAL = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """A row, or what an inner node says: its number (of tables that have them), its values, the page below.

    ``torn`` when it has values and they go on in a page that is damaged.
    """

    number: int | None = None
    values: tuple[Value, ...] | None = None
    below: int | None = None
    torn: bool = False


@dataclass(slots=True)
class Found:
    """What was read of a table: its rows by column, and whether a part of it could not be reached."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    broken: bool = False


@dataclass(slots=True)
class Contents:
    """Everything that could be read. ``indexes`` holds the entries of each index: they name rows that are lost.

    ``of`` says which table an index belongs to; ``bad`` are the numbers of damaged pages.
    """

    tables: dict[str, Found]
    indexes: dict[str, list[tuple[Value, ...]]] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    bad: list[int] = field(default_factory=list)


def read_everything(pages: SealedPages) -> Contents:
    """Read what is whole: about ten megabytes a second. Changes nothing."""
    return _Reader(pages).contents()


class _Reader:
    def __init__(self, pages: SealedPages) -> None:
        self._pages = pages
        self._seen: set[int] = set()
        self._found = Contents(tables={name: Found() for name in schema.metadata.tables})

    def contents(self) -> Contents:
        found = self._found
        found.bad = [number for number in range(1, self._pages.count + 1) if self._pages.read(number) is None]
        reached = Found()
        plan = [cell.values for cell in self._tree(1, reached) if cell.values]
        if reached.broken:
            plan += self._stray_plan()
        named = {values[1] for values in plan if _is_plan(values)}
        for values in plan:
            if _is_plan(values):
                self._take_tree(*values[:4])
        for name, table in found.tables.items():
            table.broken = table.broken or (reached.broken and name not in named)
        if broken := [name for name, table in found.tables.items() if table.broken]:
            self._take_strays(broken)
        return found

    def _stray_plan(self) -> list[tuple[Value, ...]]:
        """The store's list of its tables, as far as it can be read, when its first page is damaged."""
        cells = (cell for number in self._strays() for cell in self._cells(number, self._pages.read(number) or b""))
        return [cell.values for cell in cells if cell.number is not None and cell.values and _is_plan(cell.values)]

    def _strays(self) -> Iterator[int]:
        """Whole pages that no tree led to."""
        for number in range(1, self._pages.count + 1):
            if number not in self._seen and self._pages.read(number) is not None:
                yield number

    def _take_tree(self, kind: Any, name: Any, table_name: Any, root: Any) -> None:
        if kind == "index":
            self._found.of[name] = table_name
            self._found.indexes[name] = [cell.values for cell in self._tree(root, Found()) if cell.values is not None]
        elif name in self._found.tables:
            table = self._found.tables[name]
            for cell in self._tree(root, table):
                self._take(name, table, cell)

    def _take(self, name: str, table: Found, cell: Cell) -> None:
        row = _row(schema.metadata.tables[name], cell.number, cell.values or ())
        if row is None:
            table.broken = True
            return
        table.rows.append(row)
        if cell.number is not None:
            table.numbers.add(cell.number)

    def _take_strays(self, broken: Sequence[str]) -> None:
        """Leaves that no tree leads to any more; a row whose shape fits more than one broken table is left out."""
        for number in self._strays():
            for cell in self._cells(number, self._pages.read(number) or b""):
                shape = cell.values or ()
                fits = [name for name in broken if _row(schema.metadata.tables[name], cell.number, shape) is not None]
                if len(fits) == 1:
                    self._take(fits[0], self._found.tables[fits[0]], cell)

    def _tree(self, root: int, found: Found) -> Iterator[Cell]:
        """Every cell below a root, in no promised order; ``found.broken`` when a page on the way is damaged."""
        waiting = [root]
        while waiting:
            number = waiting.pop()
            content = self._pages.read(number) if number not in self._seen else None
            self._seen.add(number)
            if content is None:
                found.broken = True
                continue
            for cell in self._cells(number, content):
                if cell.below is not None:
                    waiting.append(cell.below)
                found.broken = found.broken or cell.torn
                if cell.values is not None:
                    yield cell

    def _cells(self, number: int, content: bytes) -> Iterator[Cell]:
        start = 100 if number == 1 else 0
        if not content:
            return
        kind, count = content[start], int.from_bytes(content[start + 3 : start + 5])
        if kind not in (_INDEX_INNER, _TABLE_INNER, _INDEX_LEAF, _TABLE_LEAF):
            return
        places = start + (12 if kind in _INNER else 8)
        if kind in _INNER:
            yield Cell(below=int.from_bytes(content[start + 8 : start + 12]))
        for place in range(places, places + 2 * count, 2):
            yield self._cell(content, kind, int.from_bytes(content[place : place + 2]))

    def _cell(self, content: bytes, kind: int, at: int) -> Cell:
        below, number = None, None
        if kind in _INNER:
            below, at = int.from_bytes(content[at : at + 4]), at + 4
        if kind == _TABLE_INNER:
            return Cell(below=below)
        length, at = _varint(content, at)
        if kind == _TABLE_LEAF:
            number, at = _varint(content, at)
        most = USABLE - 35 if kind == _TABLE_LEAF else (USABLE - 12) * 64 // 255 - 23
        record = self._record(content, at, length, most)
        values = None if record is None else _values(record)
        return Cell(number, values, below, torn=values is None)

    def _record(self, content: bytes, at: int, length: int, most: int) -> bytes | None:
        """The bytes of a record, gathered from the pages that it runs over into; None when one of them is damaged."""
        if length <= most:
            return content[at : at + length]
        least = (USABLE - 12) * 32 // 255 - 23
        here = least + (length - least) % (USABLE - 4)
        here = here if here <= most else least
        parts, left = [content[at : at + here]], length - here
        following = int.from_bytes(content[at + here : at + here + 4])
        while left > 0:
            more = self._pages.read(following) if following else None
            if more is None:
                return None
            self._seen.add(following)
            parts.append(more[4 : 4 + min(left, USABLE - 4)])
            left -= USABLE - 4
            following = int.from_bytes(more[:4])
        return b"".join(parts)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of up to nine bytes, seven bits in each but the last, and the place after it."""
    if at < len(content) and content[at] < 0x80:
        return content[at], at + 1
    number = 0
    for place in range(at, min(at + 8, len(content))):
        number = number << 7 | content[place] & 0x7F
        if content[place] < 0x80:
            return number, place + 1
    return number << 8 | (content[at + 8] if at + 8 < len(content) else 0), at + 9


def _values(record: bytes) -> tuple[Value, ...] | None:
    """The values of a record, or None when it is none."""
    end, at = _varint(record, 0)
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(record, at)
        kinds.append(kind)
    found: list[Value] = []
    at = end
    try:
        for kind in kinds:
            length = _WHOLE_NUMBERS.get(kind, 8 if kind == _REAL else max(0, (kind - 12) // 2))
            raw, at = record[at : at + length], at + length
            found.append(_value(kind, raw))
    except UnicodeDecodeError:
        return None
    return tuple(found) if at == len(record) else None


def _value(kind: int, raw: bytes) -> Value:
    if kind in _WHOLE_NUMBERS:
        return int.from_bytes(raw, signed=True)
    if kind in (8, 9):
        return kind - 8
    if kind < 12:  # nothing; the program stores no numbers with a point
        return None
    return raw.decode() if kind % 2 else raw


def _row(table: Table, number: int | None, values: tuple[Value, ...]) -> dict[str, Any] | None:
    """The record as a row of the table, or None when it has not its shape.

    A row that was written before the table got another column is shorter; the column then has its default.
    """
    columns = list(table.columns)
    with_numbers = table.dialect_options["sqlite"]["with_rowid"]
    newer = columns[len(values) :]
    if len(values) > len(columns) or not values or with_numbers != (number is not None):
        return None
    if not all(column.nullable or column.server_default is not None for column in newer):
        return None
    row: dict[str, Any] = {}
    for column, value in zip(columns, (*values, *[None] * len(newer)), strict=True):
        if value is None and number is not None and column.primary_key and isinstance(column.type, Integer):
            value = number  # noqa: PLW2901 - a whole number that is the key is kept as the row's own number
        if value is None and column in newer and column.server_default is not None:
            value = 0 if isinstance(column.type, Integer) else ""  # noqa: PLW2901 - the only defaults there are
        if not _fits(column, value):
            return None
        row[column.name] = value
    return row


def _is_plan(values: tuple[Value, ...]) -> bool:
    """Whether it is an entry of the store's list of tables, for something that has pages of its own."""
    return len(values) == 5 and values[0] in ("table", "index") and isinstance(values[3], int) and values[3] > 0


def _fits(column: Any, value: Value) -> bool:
    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, Integer):
        return isinstance(value, int)
    return isinstance(value, bytes if isinstance(column.type, LargeBinary) else str)

"""Where somebody was when the window locked: enough to bring them back, and nothing that says who or what is shown.

It leaves the process that held the record, so it is made of ids, keys of fields and numbers only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QWidget
from shiboken6 import isValid

from app.ui.tasks import Tasks
from app.ui.widgets.field import Field

_LOOK_EVERY_MS = 30
_LOOK_FOR_MS = 5000


class Place(NamedTuple):
    """A page with its argument (an id, or the fields of an :class:`~app.ui.pages.assessment.page.Open`), the field or
    widget that had the keyboard, and how far each part was scrolled (pixels)."""

    user: str
    page: str
    arg: str | dict[str, str] | None = None
    field: str = ""
    path: tuple[int, ...] = ()
    scroll: tuple[int, ...] = ()

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Place:
        """From the JSON of :meth:`_asdict`."""
        return cls(**{**plain, "path": tuple(plain["path"]), "scroll": tuple(plain["scroll"])})


def plain_argument(arg: object) -> str | dict[str, str] | None:
    """A page's argument as JSON."""
    from app.ui.pages.assessment.page import Open

    if isinstance(arg, Open):
        return {name: getattr(arg, name) for name in Open.__dataclass_fields__}
    return arg if isinstance(arg, str) else None


def argument(plain: str | dict[str, str] | None) -> object:
    """The argument again."""
    if not isinstance(plain, dict):
        return plain
    from app.domain.people import ResidentId
    from app.ui.pages.assessment.page import Open

    rest = {name: value for name, value in plain.items() if name != "resident_id"}
    return Open(ResidentId(plain["resident_id"]), **rest)


def place_of(user: str, key: str, arg: object, page: QWidget | None) -> Place:
    """Where the person is."""
    focused = None if page is None else page.window().focusWidget()
    if page is None or focused is None or not page.isAncestorOf(focused):
        return Place(user, key, plain_argument(arg), scroll=_scrolled(page))
    field: QObject | None = focused.parent()
    while field is not None and field is not page and not (isinstance(field, Field) and field.key):
        field = field.parent()
    name = field.key if isinstance(field, Field) else ""
    return Place(user, key, plain_argument(arg), name, _path(page, focused), _scrolled(page))


class Return(QObject):
    """Brings the keyboard back to where it was once the page has loaded; gives up when it cannot be found, or when the
    person has begun to do something else."""

    def __init__(self, page: QWidget, place: Place, tasks: Tasks) -> None:
        super().__init__(page)
        self._place = place
        self._tasks = tasks
        self._since = QElapsedTimer()
        self._since.start()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_EVERY_MS)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The person has begun to type or click."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self.give_up()
        return False

    def give_up(self) -> None:
        """Leave the keyboard where it is."""
        self._timer.stop()
        self.deleteLater()

    def _look(self) -> None:
        page = self.parent()
        if not isinstance(page, QWidget) or not page.isVisible() or self._since.elapsed() > _LOOK_FOR_MS:
            self.give_up()
            return
        if (handle := page.window().windowHandle()) is not None:
            handle.installEventFilter(self)  # again does no harm
        if self._tasks.busy:
            return
        target = _find(page, self._place)
        if target is not None:
            target.setFocus()
            if isinstance(target, QPlainTextEdit):
                target.moveCursor(QTextCursor.MoveOperation.End)
        areas = page.findChildren(QScrollArea)
        if len(areas) == len(self._place.scroll):
            for area, value in zip(areas, self._place.scroll, strict=True):
                area.verticalScrollBar().setValue(value)
        self.give_up()


def _find(page: QWidget, place: Place) -> QWidget | None:
    if place.field:
        field = next((each for each in page.findChildren(Field) if each.key == place.field), None)
        if field is not None:
            inner = _follow(page, place.path)
            return inner if inner is not None and field.isAncestorOf(inner) else field.target
    return _follow(page, place.path) if place.path else None


def _path(page: QWidget, part: QWidget) -> tuple[int, ...]:
    """The way down from the page: at each step the number of the widget among its parent's widgets."""
    steps: list[int] = []
    while part is not page:
        above = part.parentWidget()
        if above is None:
            return ()
        steps.append(_widgets(above).index(part))
        part = above
    return tuple(reversed(steps))


def _follow(page: QWidget, path: tuple[int, ...]) -> QWidget | None:
    found = page
    for step in path:
        inside = _widgets(found)
        if step >= len(inside):
            return None
        found = inside[step]
    return found if found.isVisible() and found.isEnabled() else None


def _widgets(part: QWidget) -> list[QWidget]:
    return [each for each in part.children() if isinstance(each, QWidget) and isValid(each)]


def _scrolled(page: QWidget | None) -> tuple[int, ...]:
    areas = [] if page is None else page.findChildren(QScrollArea)
    return tuple(area.verticalScrollBar().value() for area in areas)

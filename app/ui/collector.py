"""When Python may take cyclic garbage apart: between two events of the main thread, and never at another moment.

Left to itself Python collects wherever it happens to allocate: on the store thread, where a widget must not be
destroyed, or inside a handler that Qt called while it walks its list of styled widgets (a change of style sheet or of
palette does), where a widget destroyed beneath it is a crash of the whole program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000


class Collector(QObject):
    """Collects on the main thread from a timer, by Python's own thresholds, until :meth:`end`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect_due)
        self._timer.start(_EVERY_MS)

    def end(self) -> None:
        """Leave it to Python again, if it was before."""
        self._timer.stop()
        if self._was:
            gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose threshold has been passed, and with it the younger ones."""
    for generation in (2, 1, 0):
        limit = gc.get_threshold()[generation]
        if limit and gc.get_count()[generation] > limit:
            gc.collect(generation)
            return

"""What the desktop says about the session: locked, handed to another user, going to sleep. Each of them locks Hartwell.

On Linux it is said over D-Bus by logind and the screen saver, on Windows by messages to a window. Where nobody says
it, Hartwell still locks by itself when nobody touches it, and when the clocks show that the laptop has slept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Slot
from PySide6.QtWidgets import QWidget

WM_POWERBROADCAST = 0x0218
WM_WTSSESSION_CHANGE = 0x02B1
_PBT_APMSUSPEND = 0x0004
_WTS = {"console disconnect": 2, "remote disconnect": 4, "log-off": 6, "lock": 7}

_LOGIN = "org.freedesktop.login1"
_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
)
_PATIENCE_MS = 500


def watch(window: QWidget, lock: Callable[[], None]) -> QObject | None:
    """Call ``lock`` whenever the desktop says so, as long as the answer lives; None where it cannot say so.

    Slow (D-Bus is loaded here): call it when the first page is on the screen.
    """
    if sys.platform == "win32":
        return WindowsSession(window, lock)
    if sys.platform == "linux":
        from PySide6.QtDBus import QDBusConnection

        made = LinuxSession(window, lock)
        made.follow_login(QDBusConnection.systemBus(), os.environ.get("XDG_SESSION_ID", "auto"))
        made.follow_savers(QDBusConnection.sessionBus())
        return made
    return None


def windows_locks(message: int, wparam: int) -> bool:
    """Whether a message to a window on Windows says: lock now."""
    if message == WM_WTSSESSION_CHANGE:
        return wparam in _WTS.values()
    return message == WM_POWERBROADCAST and wparam == _PBT_APMSUSPEND


class LinuxSession(QObject):
    """Follows logind and the screen saver."""

    def __init__(self, parent: QObject | None, lock: Callable[[], None]) -> None:
        super().__init__(parent)
        self._lock = lock
        self._delay: object = None
        self._session: Any = None

    def follow_login(self, bus: Any, session: str) -> bool:
        """The desktop session with this id, and sleep. Whether logind is there."""
        from PySide6.QtDBus import QDBusInterface, QDBusMessage

        if not bus.isConnected():
            return False
        manager = QDBusInterface(_LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", bus)
        manager.setTimeout(_PATIENCE_MS)
        if not manager.isValid():
            return False
        bus.connect(
            _LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", "PrepareForSleep", self, SLOT("_switched(bool)")
        )
        # With this the laptop waits a moment before it sleeps; the end of this process lets it go.
        told = manager.call("Inhibit", "sleep", "Hartwell", "Locks the records first", "delay")
        if told.type() == QDBusMessage.MessageType.ReplyMessage:
            self._delay = told.arguments()[0]
        found = manager.call("GetSession", session)
        if found.type() == QDBusMessage.MessageType.ReplyMessage:
            path = _path(found.arguments()[0])
            bus.connect(_LOGIN, path, f"{_LOGIN}.Session", "Lock", self, SLOT("_locked()"))
            # The change itself is of a type that the binding cannot read safely: asked again instead.
            self._session = QDBusInterface(_LOGIN, path, f"{_LOGIN}.Session", bus)
            self._session.setTimeout(_PATIENCE_MS)
            properties = "org.freedesktop.DBus.Properties"
            bus.connect(_LOGIN, path, properties, "PropertiesChanged", self, SLOT("_changed()"))
        return True

    def follow_savers(self, bus: Any) -> bool:
        """The screen saver, under each of its names. Whether there is a bus on which it could speak."""
        if not bus.isConnected():
            return False
        for service, path in _SAVERS:
            bus.connect(service, path, service, "ActiveChanged", self, SLOT("_switched(bool)"))
        return True

    @Slot()
    def _locked(self) -> None:
        self._lock()

    @Slot(bool)
    def _switched(self, on: bool) -> None:
        if on:
            self._lock()

    @Slot()
    def _changed(self) -> None:
        """Another user's session has come to the front."""
        if self._session is not None and self._session.property("Active") is False:
            self._lock()


class WindowsSession(QObject, QAbstractNativeEventFilter):
    """Follows the messages that Windows sends to a window; the window must live as long."""

    def __init__(self, window: QWidget, lock: Callable[[], None]) -> None:
        QObject.__init__(self, window)
        QAbstractNativeEventFilter.__init__(self)
        self._lock = lock
        import ctypes

        try:
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(int(window.winId()), 0)  # type: ignore[attr-defined]
        except (AttributeError, OSError):
            return  # sleep is still told to every window
        finally:
            app = QCoreApplication.instance()
            if app is not None:
                app.installNativeEventFilter(self)

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:  # noqa: N802
        """Lock when the message says so; the message goes on to Qt."""
        if QByteArray(kind).data() == b"windows_generic_MSG":
            import ctypes.wintypes

            told = ctypes.wintypes.MSG.from_address(int(message))
            if windows_locks(told.message, told.wParam):
                self._lock()
        return False, 0


def _path(told: object) -> str:
    """An object path as D-Bus brings it."""
    path = getattr(told, "path", None)
    return str(path() if callable(path) else told)

"""A desktop session manager and a screen saver on a D-Bus of their own: run as a script, it sends the signals that it
reads from its standard input, one a line: PATH INTERFACE NAME true|false|none."""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage

SESSION = "/org/freedesktop/login1/session/c1"


@ClassInfo({"D-Bus Interface": "org.freedesktop.login1.Manager"})
class Manager(QObject):
    """What a program asks logind."""

    @Slot(str, str, str, str, result=int)
    def Inhibit(self, _what: str, _who: str, _why: str, _mode: str) -> int:  # noqa: N802 - D-Bus's name
        """Hold up sleep."""
        return 7

    @Slot(str, result=str)
    def GetSession(self, _session: str) -> str:  # noqa: N802 - D-Bus's name
        """The path of a session."""
        return SESSION


@ClassInfo({"D-Bus Interface": "org.freedesktop.login1.Session"})
class Session(QObject):
    """A session of the desktop."""

    active = True

    def _active(self) -> bool:
        return self.active

    Active = Property(bool, _active)


def main() -> None:
    """Serve until the input ends."""
    app = QCoreApplication([])
    bus, manager, session = QDBusConnection.sessionBus(), Manager(), Session()
    everything = QDBusConnection.RegisterOption.ExportAllContents
    bus.registerObject("/org/freedesktop/login1", manager, everything)
    bus.registerObject(SESSION, session, everything)
    for name in ("org.freedesktop.login1", "org.gnome.ScreenSaver"):
        bus.registerService(name)

    def follow() -> None:
        for line in sys.stdin:
            path, interface, name, value = line.split()
            signal = QDBusMessage.createSignal(path, interface, name)
            if name == "PropertiesChanged":
                session.active = value == "true"
                signal.setArguments(["org.freedesktop.login1.Session"])
            elif value != "none":
                signal.setArguments([value == "true"])
            bus.send(signal)
        app.quit()

    threading.Thread(target=follow, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    app.exec()


if __name__ == "__main__":
    main()

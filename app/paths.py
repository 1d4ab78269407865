"""Where the program's own files are and where a home's record is kept.

The only module that asks how the program was installed: from a clone, as a wheel, or frozen into a folder. It imports
nothing heavy, so that the sign-in window may use it.
"""

from __future__ import annotations

import sys
from pathlib import Path

_NAME = "Hartwell"


def resources() -> Path:
    """The read-only folder of instruments, icons, style, fonts and the practice home."""
    if getattr(sys, "frozen", False):
        return Path(sys._MEIPASS) / "resources"  # type: ignore[attr-defined]
    package = Path(__file__).resolve().parent
    packed = package / "_resources"
    return packed if packed.is_dir() else package.parent / "resources"


def default_store() -> Path:
    """The folder of this home's store and keyfile when ``--store`` names none; it need not exist yet.

    It belongs to the person's account on this computer and, on Windows, does not roam to others with the profile.
    """
    return _user_data() / "store"


def demo_store() -> Path:
    """The folder of the practice home: never inside, and never mistaken for, the folder of the real store."""
    return _user_data() / "practice"


def log_dir() -> Path:
    """The folder of the program's logs, which hold no resident data; it need not exist yet."""
    from platformdirs import user_log_path

    return user_log_path(_NAME, appauthor=False)


def _user_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path(_NAME, appauthor=False, roaming=False)

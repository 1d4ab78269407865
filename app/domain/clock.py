"""The one shape of a clock. The domain never asks for the time; services are handed something of this shape."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is now."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

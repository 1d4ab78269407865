"""All files of a bundle in one, for sending: the same files give the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

from app.domain.dates import to_local


def archive(files: Mapping[str, bytes], made_at: datetime) -> bytes:
    """A ZIP of the files in the order given. What is packed already (PDF, workbook, photos) is stored as it is."""
    out = BytesIO()
    stamp = to_local(made_at).timetuple()[:6]
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=stamp)
            entry.external_attr = 0o600 << 16  # to be read by whoever unpacks it, and by nobody else
            packed = name.endswith((".csv", ".json"))
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            made.writestr(entry, content)
    return out.getvalue()

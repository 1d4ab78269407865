"""Looking somebody up who must be there, inside a transaction already open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import UserError
from app.domain.people import ResidentId
from app.models import residents
from app.models.residents import ResidentLine

if TYPE_CHECKING:
    from sqlalchemy import Connection


def known_resident(connection: Connection, resident_id: ResidentId) -> ResidentLine:
    """The resident as recorded; UserError (field ``resident``) when nobody has that id."""
    line = residents.resident(connection, resident_id)
    if line is None:
        raise UserError("This resident is not in the records", field="resident")
    return line

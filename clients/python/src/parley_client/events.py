"""Event streams (server-sent events), and the text of a turn that arrives in pieces."""

import json
from dataclasses import dataclass
from typing import Any, BinaryIO, Iterator, Optional

from .errors import ParleyError


@dataclass(frozen=True)
class SessionEvent:
    """One event of a stream; `id` is None for what no reconnect can resume after."""

    id: Optional[str]
    type: str
    data: dict[str, Any]


def read_events(stream: BinaryIO) -> Iterator[SessionEvent]:
    """The events of one response, in order, until it ends. Raises `ParleyError` for one that is not JSON."""
    event_id: Optional[str] = None
    name = "message"
    data: list[str] = []
    for raw in stream:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line == "":
            if data:
                yield SessionEvent(event_id, name, _parsed("\n".join(data)))
            event_id, name, data = None, "message", []
            continue
        field, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id":
            event_id = value


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as cause:
        raise ParleyError(0, "bad_answer", "An event of the stream is not JSON.") from cause
    return value if isinstance(value, dict) else {}


class DeltaText:
    """Puts the pieces of a turn together.

    Pieces say where they stand, so one that arrives again after a reconnect adds nothing; a higher attempt (another
    server took the turn over) begins the text anew.
    """

    def __init__(self) -> None:
        self._attempt = -1
        self._parts: dict[int, str] = {}

    def take(self, data: dict[str, Any]) -> Optional[dict[str, Any]]:
        """The piece with what is new of it (`text`) and all so far (`text_so_far`); None = it brings nothing new."""
        attempt, part, at, text = (data.get(name) for name in ("attempt", "part", "at", "text"))
        if not (isinstance(attempt, int) and isinstance(part, int) and isinstance(at, int) and isinstance(text, str)):
            return None
        if attempt < self._attempt:
            return None
        if attempt > self._attempt:
            self._attempt, self._parts = attempt, {}
        known = self._parts.get(part, "")
        # Positions count as the server does, in UTF-16 units; a hole is filled by the whole message at the end.
        length = _units(known)
        if at > length or at + _units(text) <= length:
            return None
        fresh = _from_unit(text, length - at)
        self._parts[part] = known + fresh
        return {**data, "text": fresh, "text_so_far": known + fresh}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _from_unit(text: str, unit: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * unit :].decode("utf-16-le", "surrogatepass")

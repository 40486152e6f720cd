"""The client: conversations by a signing key, everything else by either credential."""

import http.client
import queue
import random
import threading
import time
import uuid
from typing import Any, Iterator, Mapping, Optional
from urllib.parse import quote

from .errors import ParleyError, problem_of
from .events import DeltaText, SessionEvent, read_events
from .transport import STREAM_SILENCE, Key, Transport

_SESSIONS = "/api/chat/sessions"
_STREAM = {"accept": "text/event-stream"}


class Sessions:
    """Conversations of the text chat API. Every call raises `ParleyError`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        tenant_id: str,
        agent_id: str,
        version: Optional[int] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        participant: Optional[Mapping[str, str]] = None,
        idempotency_key: Optional[str] = None,
    ) -> dict[str, Any]:
        """Opens a session; `agent_id` is the agent's id or slug, without `version` its active one answers."""
        given = {"version": version, "metadata": metadata, "participant": participant}
        body = {"tenant_id": tenant_id, "agent_id": agent_id, **_present(given)}
        return self._transport.json("POST", _SESSIONS, body, headers=_key(idempotency_key))

    def send(self, session_id: str, content: str, client_message_id: Optional[str] = None) -> dict[str, Any]:
        """Sends a message and waits for its answer. The same `client_message_id` is answered, not said, twice."""
        return self._transport.json("POST", f"{_path(session_id)}/messages", _message(content, client_message_id))

    def stream(
        self, session_id: str, content: str, client_message_id: Optional[str] = None
    ) -> Iterator[SessionEvent]:
        """As `send`, as it is made: `status`, `message.delta` (each piece once), and `turn` with the answer, last."""
        path = f"{_path(session_id)}/messages"
        body = _message(content, client_message_id)
        text = DeltaText()
        # The call repeats itself from within, so it runs beside the reader and hands over what comes.
        ready: "queue.Queue[SessionEvent | ParleyError | None]" = queue.Queue()
        left = threading.Event()

        def read(response: Any) -> None:
            for event in read_events(response):
                if left.is_set():
                    return
                if event.type == "error":
                    raise problem_of(event.data, 200, {})
                data = text.take(event.data) if event.type == "message.delta" else event.data
                if data is not None:
                    ready.put(SessionEvent(event.id, event.type, data))
                if event.type == "turn":
                    return
            raise ParleyError(0, "network_error", "The stream broke off before the answer.")

        def run() -> None:
            try:
                self._transport.open(read, "POST", path, body, headers=_STREAM, silence=STREAM_SILENCE)
                ready.put(None)
            except ParleyError as error:
                ready.put(error)

        threading.Thread(target=run, daemon=True).start()
        try:
            while (event := ready.get()) is not None:
                if isinstance(event, ParleyError):
                    raise event
                yield event
        finally:
            left.set()

    def get(self, session_id: str) -> dict[str, Any]:
        """Status, collected data and times."""
        return self._transport.json("GET", _path(session_id))

    def end(self, session_id: str, idempotency_key: Optional[str] = None) -> dict[str, Any]:
        """Ends the session; answers its final numbers."""
        return self._transport.json("DELETE", _path(session_id), headers=_key(idempotency_key))

    def history(self, session_id: str, limit: int = 50, cursor: Optional[str] = None) -> dict[str, Any]:
        """`{data, next_cursor}`: the newest page, oldest first; the cursor walks back in time."""
        return self._transport.json("GET", f"{_path(session_id)}/messages", query={"limit": limit, "cursor": cursor})

    def events(self, session_id: str, after: Optional[str] = None) -> Iterator[SessionEvent]:
        """All events from `after` on, resumed by itself, until `session_ended` or the end of an ended session's log."""
        last, failures = after, 0
        while True:
            try:
                headers = {**_STREAM, **({} if last is None else {"last-event-id": last})}
                with self._transport.connect(f"{_path(session_id)}/events", headers, STREAM_SILENCE) as response:
                    if response.status == 204:
                        return
                    for event in read_events(response):
                        last, failures = event.id or last, 0
                        yield event
                        if event.type == "session_ended":
                            return
            except ParleyError as error:
                if not error.is_transient:
                    raise
                failures += 1
            except (OSError, http.client.HTTPException):
                failures += 1
            time.sleep(random.random() * min(15.0, 2.0 ** max(0, failures - 1)))


class ParleyClient:
    """A client of one server.

    `api_key` is a signing key, which belongs on a server, and `key_id` says which; `token` is a management token (`ak_…`).
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Optional[str] = None,
        key_id: Optional[str] = None,
        always_nonce: bool = False,
        token: Optional[str] = None,
        timeout: float = 180.0,
    ) -> None:
        if (not api_key) == (not token):
            raise ValueError("give api_key or token")
        credentials = token if token else Key(api_key or "", key_id, always_nonce)
        self.transport = Transport(base_url, credentials, timeout)
        self.sessions = Sessions(self.transport)

    def get(self, path: str, **query: Any) -> Any:
        """Any reading call; what is None is left out of the query."""
        return self.transport.json("GET", path, query=query)

    def post(self, path: str, body: Optional[Mapping[str, Any]] = None, idempotency_key: Optional[str] = None) -> Any:
        """Any call that makes or does something, under one idempotency key for all its tries."""
        return self.transport.json("POST", path, body, headers=_key(idempotency_key))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Any call that sets something."""
        return self.transport.json("PUT", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Any call that changes something."""
        return self.transport.json("PATCH", path, body)

    def delete(self, path: str) -> Any:
        """Any call that takes something away."""
        return self.transport.json("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page by page until its end."""
        cursor: Optional[str] = None
        while True:
            page = self.get(path, **{**query, "cursor": cursor})
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return


def _path(session_id: str) -> str:
    return f"{_SESSIONS}/{quote(session_id, safe='')}"


def _key(given: Optional[str]) -> dict[str, str]:
    return {"idempotency-key": given or uuid.uuid4().hex}


def _message(content: str, client_message_id: Optional[str]) -> dict[str, Any]:
    # The id is made once per call, so every try of it is the same message.
    return {"content": content, "client_message_id": client_message_id or uuid.uuid4().hex}


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}

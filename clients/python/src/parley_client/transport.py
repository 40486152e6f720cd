"""Signing, retries, deadlines and the correction of the clock: what every call of this package goes through."""

import http.client
import json
import random
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, TypeVar

from .errors import ParleyError, problem_error
from .signature import sign

T = TypeVar("T")

#: A 401 within this distance of the clocks is about the key, not about the time. Seconds.
_SKEW_WORTH_CORRECTING = 30.0
_MAX_WAIT = 30.0
#: Seconds of silence after which a stream counts as broken; the server sends a sign every 12 s.
STREAM_SILENCE = 40.0


@dataclass(frozen=True)
class Key:
    """A signing key."""

    secret: str
    key_id: Optional[str] = None
    always_nonce: bool = False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Transport:
    """Calls of one server. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        credentials: "Key | str",
        timeout: float = 180.0,
        attempts: int = 4,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urllib.parse.urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("base_url must be an http address")
        self._base = base_url.rstrip("/")
        self._credentials = credentials
        self._timeout = timeout
        self._attempts = attempts
        self._clock = clock
        #: Seconds that the server's clock is ahead of ours, as far as known.
        self.skew = 0.0
        self._opener = urllib.request.build_opener(_NoRedirect)

    def json(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        query: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Any:
        """Calls and parses a JSON answer. Raises `ParleyError`."""

        def read(response: http.client.HTTPResponse) -> Any:
            try:
                return json.loads(response.read())
            except ValueError as cause:
                raise ParleyError(0, "bad_answer", "The server's answer is not JSON.") from cause

        return self.open(read, method, path, body, query, headers)

    def open(
        self,
        consume: Callable[[http.client.HTTPResponse], T],
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        query: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, str]] = None,
        silence: Optional[float] = None,
    ) -> T:
        """Opens a response and hands it to `consume`; a failure inside counts as a failed try.

        `silence` is the longest wait in seconds between two pieces of the answer; default the timeout.
        """
        asked = {name: str(value) for name, value in (query or {}).items() if value is not None}
        target = path + (f"?{urllib.parse.urlencode(asked)}" if asked else "")
        text = b"" if body is None else json.dumps(body).encode()
        corrected = False
        tries = 1
        while True:
            try:
                return self._attempt(consume, method, target, text, headers or {}, silence or self._timeout)
            except ParleyError as error:
                if error.status == 401 and not corrected and self._corrects_clock(error):
                    corrected = True
                    continue
                wait = _next_try(error, tries, self._attempts)
                if wait is None:
                    raise
                time.sleep(wait)
                tries += 1

    def connect(self, path: str, headers: Mapping[str, str], silence: float) -> http.client.HTTPResponse:
        """Opens a stream for a reader that repeats the call itself, and closes it."""
        try:
            return self._send("GET", path, b"", headers, silence)
        except ParleyError as error:
            if error.status != 401 or not self._corrects_clock(error):
                raise
            return self._send("GET", path, b"", headers, silence)

    def _attempt(
        self,
        consume: Callable[[http.client.HTTPResponse], T],
        method: str,
        target: str,
        text: bytes,
        headers: Mapping[str, str],
        silence: float,
    ) -> T:
        with self._send(method, target, text, headers, silence) as response:
            try:
                return consume(response)
            except (OSError, http.client.HTTPException) as cause:
                raise _broken(cause, silence) from cause

    def _send(
        self, method: str, target: str, text: bytes, headers: Mapping[str, str], silence: float
    ) -> http.client.HTTPResponse:
        sent = {"accept": "application/json", **headers, **self._authority(method, target, text)}
        if text:
            sent["content-type"] = "application/json"
        request = urllib.request.Request(self._base + target, data=text or None, headers=sent, method=method)
        try:
            return self._opener.open(request, timeout=silence)
        except urllib.error.HTTPError as refusal:
            with refusal:
                told = {name.lower(): value for name, value in refusal.headers.items()}
                raise problem_error(refusal.code, refusal.read(), told) from None
        except (OSError, http.client.HTTPException) as cause:
            raise _broken(cause, silence) from cause

    def _authority(self, method: str, target: str, text: bytes) -> dict[str, str]:
        """Fresh for each try: a signature is bound to its second, and a nonce is good for one use."""
        key = self._credentials
        if isinstance(key, str):
            return {"authorization": f"Bearer {key}"}
        timestamp = str(int(self._clock() + self.skew))
        nonce = secrets.token_hex(16) if key.always_nonce or method != "GET" else ""
        headers = {"x-timestamp": timestamp, "x-signature": sign(key.secret, timestamp, method, target, text, nonce)}
        if nonce:
            headers["x-nonce"] = nonce
        if key.key_id is not None:
            headers["x-key-id"] = key.key_id
        return headers

    def _corrects_clock(self, error: ParleyError) -> bool:
        if not isinstance(self._credentials, Key) or error.server_time is None:
            return False
        skew = error.server_time - self._clock()
        if abs(skew - self.skew) < _SKEW_WORTH_CORRECTING:
            return False
        self.skew = skew
        return True


def _broken(cause: Exception, silence: float) -> ParleyError:
    """No answer, or one that broke off."""
    if isinstance(cause, TimeoutError) or isinstance(getattr(cause, "reason", None), TimeoutError):
        return ParleyError(0, "timeout", f"The server was silent for {silence:g} s.")
    return ParleyError(0, "network_error", "The server cannot be reached.")


def _next_try(error: ParleyError, tries: int, attempts: int) -> Optional[float]:
    """Seconds until the next try, a random part of the doubled base so that callers do not come back in one moment."""
    if tries >= attempts or not error.is_transient:
        return None
    asked = error.retry_after or 0.0
    return None if asked > _MAX_WAIT else asked + random.random() * min(_MAX_WAIT, 0.25 * 2 ** (tries - 1))

"""Every failure of this package."""

import json
from email.utils import parsedate_to_datetime
from typing import Any, Mapping, Optional


class ParleyError(Exception):
    """A refusal of the server, or no usable answer. Decide by `code`; sentences may change."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Optional[list[dict[str, str]]] = None,
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(detail)
        #: HTTP status; 0 = no answer arrived.
        self.status = status
        #: Stable code of docs/errors.md, or `network_error`, `timeout`, `bad_answer` of this client.
        self.code = code
        self.detail = detail
        #: Wrong fields: `pointer`, `rule`, `message`.
        self.errors = errors or []
        self.request_id = request_id
        #: Seconds after which a repeat makes sense; None = the server named none.
        self.retry_after = retry_after
        #: The server's clock when it refused, in Unix seconds; None = it did not say.
        self.server_time: Optional[float] = None

    @property
    def is_transient(self) -> bool:
        """Whether the same call may succeed later. A turn that failed is over: its message needs a new id."""
        if self.code in ("model_unavailable", "model_timeout", "not_configured"):
            return False
        if self.status == 429:
            return self.retry_after is not None
        return self.status == 0 or self.status >= 500


def problem_error(status: int, body: bytes, headers: Mapping[str, str]) -> ParleyError:
    """A problem document (RFC 9457), or whatever a proxy answered instead of one, as an error."""
    error = problem_of(_object(body), status, headers)
    try:
        error.server_time = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        pass
    return error


def problem_of(problem: dict[str, Any], status: int, headers: Mapping[str, str]) -> ParleyError:
    """As `problem_error`, of a document that is parsed; its own status wins over 200, that of a stream."""
    told = problem.get("status")
    return ParleyError(
        status=status if status != 200 else told if isinstance(told, int) else 500,
        code=str(problem.get("code") or f"http_{status}"),
        detail=str(problem.get("detail") or f"The server answered with status {status}."),
        errors=problem.get("errors") if isinstance(problem.get("errors"), list) else None,
        request_id=problem.get("request_id") or headers.get("x-request-id"),
        retry_after=_seconds(headers.get("retry-after")) if "retry-after" in headers else problem.get("retry_after"),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(header: Optional[str]) -> Optional[float]:
    try:
        return max(0.0, float(header or ""))
    except ValueError:
        return None

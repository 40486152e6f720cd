"""Typed client of Parley's HTTP interface, on the standard library alone."""

from .client import ParleyClient, Sessions
from .errors import ParleyError
from .events import SessionEvent
from .signature import sign

__all__ = ["ParleyClient", "ParleyError", "SessionEvent", "Sessions", "sign"]

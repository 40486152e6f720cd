"""The signature of a request."""

import hashlib
import hmac


def sign(api_key: str, timestamp: str, method: str, target: str, body: bytes = b"", nonce: str = "") -> str:
    """Hex HMAC-SHA-256 over timestamp + nonce + METHOD + target + sha256hex(body).

    `timestamp` is in Unix seconds, `target` is path and query exactly as sent, `nonce` what `X-Nonce` says.
    """
    signed = f"{timestamp}{nonce}{method.upper()}{target}{hashlib.sha256(body).hexdigest()}"
    return hmac.new(api_key.encode(), signed.encode(), hashlib.sha256).hexdigest()

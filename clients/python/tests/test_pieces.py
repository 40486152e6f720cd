"""What needs no server: signatures, event streams, pieces of text, errors."""

import io
import unittest

from parley_client import ParleyError, sign
from parley_client.errors import problem_error
from parley_client.events import DeltaText, read_events


class Pieces(unittest.TestCase):
    def test_signature_is_the_documented_one(self) -> None:
        # openssl dgst -sha256 -hmac test-key over the documented string, of an empty body.
        self.assertEqual(
            sign("test-key", "1732000000", "get", "/api/chat/sessions/text_x"),
            "fbfe9b8435368fbcbcc0f80c067bec89bbb050234d21bdd169d9a47f94e9ce1e",
        )

    def test_events_are_read_over_any_line_ends(self) -> None:
        stream = io.BytesIO(b': hello\r\nid: 1-2\r\nevent: message\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: {}\n\nevent: cut\n')
        events = list(read_events(stream))
        self.assertEqual([(e.id, e.type, e.data) for e in events], [("1-2", "message", {"a": 1}), (None, "message", {})])

    def test_an_event_that_is_not_json_is_an_error(self) -> None:
        with self.assertRaises(ParleyError) as caught:
            list(read_events(io.BytesIO(b"data: <html>\n\n")))
        self.assertEqual(caught.exception.code, "bad_answer")

    def test_pieces_are_put_together_once_whatever_is_repeated(self) -> None:
        text = DeltaText()

        def take(attempt: int, at: int, words: str):
            piece = text.take({"attempt": attempt, "part": 0, "at": at, "text": words})
            return piece and (piece["text"], piece["text_so_far"])

        self.assertEqual(take(0, 0, "Hi 👋"), ("Hi 👋", "Hi 👋"))
        self.assertIsNone(take(0, 0, "Hi"))
        # The emoji counts twice, as the server counts it.
        self.assertEqual(take(0, 3, "👋 Ada"), (" Ada", "Hi 👋 Ada"))
        self.assertIsNone(take(0, 99, "a hole"))
        self.assertEqual(take(1, 0, "Hello"), ("Hello", "Hello"))
        self.assertIsNone(take(0, 5, "late"))

    def test_refusals_keep_what_the_server_says_and_proxies_have_a_code_too(self) -> None:
        told = problem_error(429, b'{"code":"rate_limited","detail":"Too many.","retry_after":7}', {"retry-after": "3"})
        self.assertEqual((told.code, told.retry_after, told.is_transient), ("rate_limited", 3.0, True))
        page = problem_error(502, b"<html>", {"x-request-id": "r-1"})
        self.assertEqual((page.code, page.request_id, page.is_transient), ("http_502", "r-1", True))
        over = problem_error(502, b'{"code":"model_unavailable"}', {})
        self.assertFalse(over.is_transient)


if __name__ == "__main__":
    unittest.main()

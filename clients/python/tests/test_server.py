"""Against a running server, named by PARLEY_URL, PARLEY_KEY, PARLEY_TOKEN, PARLEY_TENANT and AGENT."""

import os
import socket
import threading
import time
import unittest

from parley_client import ParleyClient, ParleyError

URL = os.environ["PARLEY_URL"]
TENANT = os.environ["PARLEY_TENANT"]
AGENT = os.environ["AGENT"]


def by_key(url: str = URL, **options) -> ParleyClient:
    return ParleyClient(url, api_key=os.environ["PARLEY_KEY"], **options)


class CutOnce:
    """A proxy that breaks off the first answer it passes on, after `after` bytes of it."""

    def __init__(self, after: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.after = after
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self) -> None:
        host, port = URL.split("//")[1].split(":")
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection((host, int(port)))
            left = self.after if self.connections == 1 else None
            threading.Thread(target=_pass, args=(client, server, None), daemon=True).start()
            threading.Thread(target=_pass, args=(server, client, left), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, left) -> None:
    try:
        while data := source.recv(65536):
            if left is not None:
                data, left = data[:left], left - len(data)
            target.sendall(data)
            if left is not None and left <= 0:
                break
    except OSError:
        pass
    for one in (source, target):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Conversations(unittest.TestCase):
    def test_a_conversation_from_its_beginning_to_its_end(self) -> None:
        sessions = by_key(always_nonce=True).sessions
        session = sessions.create(TENANT, AGENT, metadata={"channel": "python"})
        turn = sessions.send(session["session_id"], "My name is Jack")
        self.assertTrue(turn["response"])
        pieces = list(sessions.stream(session["session_id"], "And my zip code is 30301"))
        self.assertEqual(pieces[-1].type, "turn")
        deltas = [piece.data for piece in pieces if piece.type == "message.delta"]
        self.assertEqual("".join(one["text"] for one in deltas if one["part"] == 0), deltas[-1]["text_so_far"])
        said = [one["content"] for one in sessions.history(session["session_id"])["data"]]
        self.assertEqual(said.count("My name is Jack"), 1)
        self.assertEqual(sessions.get(session["session_id"])["status"], "active")
        self.assertTrue(sessions.end(session["session_id"])["success"])
        events = list(sessions.events(session["session_id"]))
        self.assertEqual(events[-1].type, "session_ended")
        self.assertEqual([e.id for e in events if e.id], list(dict.fromkeys(e.id for e in events if e.id)))
        with self.assertRaises(ParleyError) as caught:
            sessions.send(session["session_id"], "Hello?")
        self.assertEqual((caught.exception.status, caught.exception.code), (410, "session_ended"))

    def test_an_answer_that_breaks_off_is_said_once(self) -> None:
        session = by_key().sessions.create(TENANT, AGENT)["session_id"]
        proxy = CutOnce(after=20)
        answer = by_key(proxy.url).sessions.send(session, "Only once")
        self.assertTrue(answer["response"])
        self.assertEqual(proxy.connections, 2)
        said = [one["content"] for one in by_key().sessions.history(session)["data"]]
        self.assertEqual(said.count("Only once"), 1)

    def test_a_stream_that_breaks_off_goes_on_where_it_stood(self) -> None:
        session = by_key().sessions.create(TENANT, AGENT)["session_id"]
        proxy = CutOnce(after=900)
        pieces = list(by_key(proxy.url).sessions.stream(session, "My name is Jack and my zip code is 30301"))
        self.assertEqual(pieces[-1].type, "turn")
        self.assertEqual(proxy.connections, 2)

    def test_a_clock_that_is_wrong_is_corrected_once(self) -> None:
        client = by_key()
        client.transport._clock = lambda: time.time() - 4000
        self.assertTrue(client.sessions.create(TENANT, AGENT)["session_id"])
        self.assertAlmostEqual(client.transport.skew, 4000, delta=30)

    def test_a_server_that_is_not_there_is_named_so(self) -> None:
        client = ParleyClient("http://127.0.0.1:9", token="ak_x")
        client.transport._attempts = 1
        with self.assertRaises(ParleyError) as caught:
            client.get("/api/agents")
        self.assertEqual((caught.exception.status, caught.exception.code), (0, "network_error"))


class Management(unittest.TestCase):
    def test_links_are_made_once_and_listed_page_by_page(self) -> None:
        client = ParleyClient(URL, token=os.environ["PARLEY_TOKEN"])
        path = f"/api/agents/{AGENT}/public-links"
        first = client.post(path, {"title": "From Python"}, idempotency_key="python-once")
        again = client.post(path, {"title": "From Python"}, idempotency_key="python-once")
        self.assertEqual(again["id"], first["id"])
        client.post(path, {"title": "Another"})
        titles = [one["title"] for one in client.pages(path, limit=1)]
        self.assertEqual((titles.count("From Python"), titles.count("Another")), (1, 1))
        changed = client.put(f"{path}/{first['id']}", {"is_active": False})
        self.assertEqual(changed["status"], "inactive")
        self.assertTrue(client.delete(f"{path}/{first['id']}")["deleted"])

    def test_a_refusal_names_the_wrong_field(self) -> None:
        client = ParleyClient(URL, token=os.environ["PARLEY_TOKEN"])
        with self.assertRaises(ParleyError) as caught:
            client.post(f"/api/agents/{AGENT}/public-links", {"max_sessions": 0})
        error = caught.exception
        self.assertEqual((error.status, error.code), (422, "validation_failed"))
        self.assertEqual(error.errors[0]["pointer"], "/max_sessions")
        self.assertTrue(error.request_id)


if __name__ == "__main__":
    unittest.main()

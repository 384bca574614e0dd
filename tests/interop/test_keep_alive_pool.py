"""The pool's books against real sockets, urllib3's pool and httpx's."""

import contextlib
import http.client
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import urllib3
from urllib3.exceptions import EmptyPoolError, FullPoolError

SECONDS = 10  # after which a test gives up


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # which keeps connections open
    timeout = SECONDS

    def do_GET(self):
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class CountingServer(ThreadingHTTPServer):
    daemon_threads = True
    accepted = 0

    def get_request(self):
        connection = super().get_request()
        self.accepted += 1
        return connection


@pytest.fixture
def server():
    with CountingServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)


@pytest.fixture
def pool_class(answer):
    return answer("keep-alive-pool")["ConnectionPool"]


class Client:
    """A client whose sockets are looked up by the pool's ids."""

    def __init__(self, pool, server):
        self.pool, self.address = pool, server.server_address
        self.sockets = {}

    @property
    def host(self):
        return "{}:{}".format(*self.address)

    def send(self, path):
        conn_id = self.pool.get_connection(self.host)
        if conn_id not in self.sockets:
            self.sockets[conn_id] = http.client.HTTPConnection(*self.address, timeout=SECONDS)
        self.sockets[conn_id].request("GET", path)
        return conn_id

    def receive(self, conn_id):
        text = self.sockets[conn_id].getresponse().read().decode()
        self.pool.release_connection(self.host, conn_id)
        return text

    def get(self, path):
        return self.receive(self.send(path))

    def close(self):
        for connection in self.sockets.values():
            connection.close()


@contextlib.contextmanager
def client_of(pool, server):
    with contextlib.closing(Client(pool, server)) as client:
        yield client


def test_ten_requests_travel_on_one_connection(pool_class, server):
    with client_of(pool_class(), server) as client:
        assert [client.get(f"/{n}") for n in range(10)] == [f"/{n}" for n in range(10)]
        assert server.accepted == client.pool._created == 1


def test_without_reuse_every_request_opens_a_connection(pool_class, server):
    with client_of(pool_class(idle_timeout_s=0), server) as client:
        assert [client.get(f"/{n}") for n in range(5)] == [f"/{n}" for n in range(5)]
        assert server.accepted == client.pool._created == 5


def test_answers_to_requests_at_once_do_not_cross(pool_class, server):
    with client_of(pool_class(max_per_host=3), server) as client:
        for turn in "abc":
            paths = [f"/{turn}{n}" for n in range(3)]
            under_way = [client.send(path) for path in paths]
            with pytest.raises(RuntimeError):
                client.send("/one-too-many")
            assert [client.receive(conn_id) for conn_id in reversed(under_way)] == paths[::-1]
        assert server.accepted == client.pool._created == 3
        assert client.pool._reused == 6


def test_a_connection_that_two_requests_share_is_what_the_pool_prevents(pool_class, server):
    with client_of(pool_class(), server) as client:
        conn_id = client.send("/first")
        with pytest.raises(http.client.CannotSendRequest):
            client.sockets[conn_id].request("GET", "/second")
        assert client.send("/second") != conn_id


def test_httpx_opens_as_many_connections(pool_class, server):
    url = "http://{}:{}".format(*server.server_address)
    with httpx.Client(timeout=SECONDS, trust_env=False) as real, contextlib.ExitStack() as together:
        streams = [together.enter_context(real.stream("GET", f"{url}/{n}")) for n in range(3)]
        for stream in streams:
            stream.read()  # an unread answer would cost its connection
        together.close()
        for n in range(3):
            real.get(f"{url}/{n}")
    by_httpx = server.accepted
    with client_of(pool_class(), server) as client:
        for conn_id in [client.send(f"/{n}") for n in range(3)]:
            client.receive(conn_id)
        for n in range(3):
            client.get(f"/{n}")
    assert server.accepted - by_httpx == by_httpx == 3


@pytest.mark.parametrize("seed", range(20))
def test_urllib3_takes_the_same_connections(pool_class, seed):
    """A random schedule of takes and returns, beside urllib3's pool for one host."""
    rng = random.Random(seed)
    limit = rng.randint(1, 5)
    ours = pool_class(max_per_host=limit)
    theirs = urllib3.HTTPConnectionPool("127.0.0.1", maxsize=limit, block=True)
    ids, in_use = {}, {}  # their connection -> number in order of opening; our id -> theirs
    for _ in range(200):
        if rng.random() < 0.5:
            try:
                connection = theirs._get_conn(timeout=0.0001)
            except EmptyPoolError:
                with pytest.raises(RuntimeError):
                    ours.get_connection("127.0.0.1")
                continue
            number = ids.setdefault(connection, len(ids) + 1)
            assert ours.get_connection("127.0.0.1") == number
            in_use[number] = connection
        elif in_use:
            number = rng.choice(sorted(in_use))
            theirs._put_conn(in_use.pop(number))
            ours.release_connection("127.0.0.1", number)
    assert ours._created == theirs.num_connections == len(ids)


def test_urllib3_refuses_one_return_too_many_as_well(pool_class):
    theirs = urllib3.HTTPConnectionPool("127.0.0.1", maxsize=1, block=True)
    connection = theirs._get_conn(timeout=0.0001)
    theirs._put_conn(connection)
    with pytest.raises(FullPoolError):
        theirs._put_conn(connection)
    ours = pool_class(max_per_host=1)
    ours.release_connection("127.0.0.1", ours.get_connection("127.0.0.1"))
    with pytest.raises(ValueError):
        ours.release_connection("127.0.0.1", 1)

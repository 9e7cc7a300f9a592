"""How long one change takes until the next request meets it, in a program that keeps its verdicts in memory."""

import json
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request

from proxies import Failed, free_port

TIMES = 200
# Seconds: longer than this nothing takes that is still at work.
PATIENCE = 60


def spread(took):
    """The median and 99 of 100, of milliseconds."""
    took.sort()
    return f"{statistics.median(took):.2f} ms | {took[len(took) * 99 // 100]:.2f} ms"


def until(is_so, what, pause=0.0):
    """Asks again and again."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > PATIENCE:
            raise Failed(f"{what}: not after {PATIENCE} s")
        time.sleep(pause)


class Visitor:
    """Asks for one host after the other on a kept connection; on another one when it was closed."""

    def __init__(self, port):
        self.port, self.answers = port, None

    def ask(self, host):
        """The status of one request."""
        for _ in range(2):
            if self.answers is None:
                self.connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
                self.answers = self.connection.makefile("rb")
            self.connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            if (first := self.answers.readline()):
                break
            self.answers = None
        if not first:
            raise ConnectionError(f"no answer for {host}")
        status, length = int(first.split()[1]), 0
        while (line := self.answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.answers.read(length)
        return status


def of_haproxy(program, map_):
    """Adds names to a map through the runtime API and asks for each until it is closed."""
    took, visitor = [], Visitor(program.port)
    for number in range(TIMES):
        host = f"www.added{number}.cn"
        visitor.ask(host)
        begun = time.perf_counter()
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(program.folder / "admin.sock"))
            admin.sendall(f"add map {map_} {host} closed\n".encode())
            while admin.recv(4096):
                pass
        until(lambda: visitor.ask(host) == 403, f"{host} is closed")
        took.append((time.perf_counter() - begun) * 1e3)
    return spread(took)


def of_platform(binary, folder):
    """Starts everything, decides on names at the platform, and asks the gateway that follows it for each until it obeys.

    Gives the times from the platform's answer, which comes when the decision is on disk, and those from the question.
    """
    parts = ["platform", "authority", "gateway", "origin", "metrics", "ask"]
    # A run before has decided on the same names.
    shutil.rmtree(folder, ignore_errors=True)
    ports = {part: free_port() for part in parts}
    command = [binary, "demo", "--data", folder, *(f"--{part}-port={port}" for part, port in ports.items())]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return decide(f"http://127.0.0.1:{ports['platform']}", ports["gateway"])
    finally:
        demo.terminate()
        try:
            demo.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            demo.kill()
            demo.wait()


def decide(platform, gateway):
    def post(path, body, token=None):
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        asked = urllib.request.Request(f"{platform}/api/v1/{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    visitor = Visitor(gateway)
    token = None

    def is_ready():
        nonlocal token
        try:
            token = token or post("session", {"login": "supervisor@demo.test", "password": "beian-demo-8600"})["token"]
            return visitor.ask("www.ready.cn") != 503
        except OSError:
            return False

    until(is_ready, "the demonstration's platform and gateway serve", 0.1)
    after, whole = [], []
    for number in range(TIMES):
        host = f"www.decided{number}.cn"
        before = visitor.ask(host)
        begun = time.perf_counter()
        post("measures", {"domain": host, "kind": "exemption", "reason": "a benchmark", "hours": 1}, token)
        answered = time.perf_counter()
        until(lambda: visitor.ask(host) != before, f"the decision on {host} is obeyed", 0.001)
        after.append((time.perf_counter() - answered) * 1e3)
        whole.append((time.perf_counter() - begun) * 1e3)
    return spread(after), spread(whole)

"""How long one change takes until the next request meets it, in a program that keeps its verdicts in memory."""

import socket
import statistics
import time

TIMES = 200


def of_haproxy(program, map_):
    """Adds names to a map through the runtime API and asks for each until it is closed."""
    took = []
    with socket.create_connection(("127.0.0.1", program.port)) as visitor:
        answers = visitor.makefile("rb")
        for number in range(TIMES):
            host = f"www.added{number}.cn"
            request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            begun = time.perf_counter()
            with socket.socket(socket.AF_UNIX) as admin:
                admin.connect(str(program.folder / "admin.sock"))
                admin.sendall(f"add map {map_} {host} closed\n".encode())
                while admin.recv(4096):
                    pass
            while True:
                visitor.sendall(request)
                status = int(answers.readline().split()[1])
                length = 0
                while (line := answers.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                answers.read(length)
                if status == 403:
                    break
            took.append((time.perf_counter() - begun) * 1e3)
    took.sort()
    return f"{statistics.median(took):.2f} ms | {took[len(took) * 99 // 100]:.2f} ms"

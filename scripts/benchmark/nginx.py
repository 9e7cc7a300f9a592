"""Loads nginx with and without the module, in turns and each time anew, and prints what a request costs.

    nginx.py MODULE SYNTHETIC FOLDER NAMES MAP_NAMES ROUNDS SECONDS

MODULE is the library, SYNTHETIC the program that writes an index, FOLDER what may be filled with files. One worker of
nginx has the first processor for itself; the load generator (wrk) and the origin, another nginx, have the second.
"""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"
MODULE, SYNTHETIC, FOLDER = (Path(path).resolve() for path in sys.argv[1:4])
NAMES, MAP_NAMES, ROUNDS, SECONDS = (int(number) for number in sys.argv[4:8])
CLOSED = "https://beian.example.com/closed?domain="

# Hosts as they come: any of the names, always with a sub-name; the tenth names are the closed ones.
LOAD = """
local names, closed = tonumber(os.getenv("NAMES")), os.getenv("CLOSED") == "1"
math.randomseed(7)
request = function()
  local number = math.random(0, names - 1)
  number = number - number % 10
  if not closed then number = number + math.random(1, 9) end
  return "GET / HTTP/1.1\\r\\nHost: www.site" .. number .. ".cn\\r\\n\\r\\n"
end
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Nginx:
    """One nginx of one worker, from its start to its end."""

    def __init__(self, name, http, processor, top=""):
        self.port = free_port()
        self.folder = FOLDER / name
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = "".join(f"{what}_temp_path {what};\n" for what in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        conf = f"""{top}
daemon off; user root; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600; {paths} {http.replace("PORT", str(self.port))} }}
"""
        (self.folder / "nginx.conf").write_text(conf)
        command = ["taskset", "-c", str(processor), "nginx", "-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begun > 600:
                sys.exit(f"nginx does not start: {(self.folder / 'error.log').read_text()[-600:]}")
            time.sleep(0.001)
        self.started = time.monotonic() - begun

    def ask(self, host):
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as one:
            one.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return int(one.recv(4096).split()[1])

    def answers(self):
        try:
            return self.ask("www.site1.cn") > 0
        except OSError:
            return False

    def worker(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def cpu(self):
        """Microseconds the worker has been on a processor: all its threads, that of the module too."""
        threads = Path(f"/proc/{self.worker()}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1000

    def memory(self):
        """MiB of the master and the worker: their own, and their part of what they share."""
        pages = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in (self.process.pid, self.worker())]
        return sum(int(re.search(r"^Pss:\s+(\d+)", page, re.M)[1]) for page in pages) / 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def load(nginx, closed):
    """Requests a second, and the worker's microseconds for each."""
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c64", "-s", str(FOLDER / "load.lua"), f"http://127.0.0.1:{nginx.port}/"]
    environment = os.environ | {"NAMES": str(NAMES), "CLOSED": "1" if closed else "0"}
    subprocess.run(command + ["-d1"], env=environment, check=True, stdout=subprocess.DEVNULL)
    before = nginx.cpu()
    said = subprocess.run(command + [f"-d{SECONDS}"], env=environment, check=True, capture_output=True, text=True).stdout
    spent = nginx.cpu() - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    if "Socket errors" in said:
        sys.exit(said)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), spent / requests


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "load.lua").write_text(LOAD)
    index = FOLDER / f"index-{NAMES}"
    if not index.exists():
        subprocess.run([SYNTHETIC, index, str(NAMES)], check=True)
    origin = Nginx("origin", "server { listen 127.0.0.1:PORT; return 200 hello; }", 1)
    proxied = f"""upstream origin {{ server 127.0.0.1:{origin.port}; keepalive 64; }}
        server {{ listen 127.0.0.1:PORT; DECIDE
        location / {{ proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}"""
    top = f"load_module {MODULE};"
    decided = f"beian_index {index}; " + proxied.replace("DECIDE", f"beian on; beian_closed 302 {CLOSED}$beian_domain;")
    answered = f"server {{ listen 127.0.0.1:PORT; location / {{ return 302 {CLOSED}$host; }} }}"
    # What is compared stands one after the other, so that a busy minute of the machine falls on both.
    kinds = {
        "proxied, nginx alone": (proxied.replace("DECIDE", ""), "", False, 200),
        "proxied, with the module": (decided, top, False, 200),
        "302 by `return`, nginx alone": (answered, "", True, 302),
        "302 by the module, closed domains": (decided, top, True, 302),
    }
    measured = {kind: [] for kind in kinds}
    starts = []
    for round_ in range(ROUNDS):
        for kind, (http, top_, closed, status) in kinds.items() if round_ % 2 == 0 else reversed(kinds.items()):
            nginx = Nginx("measured", http, 0, top_)
            if nginx.ask("www.site0.cn" if closed else "www.site1.cn") != status:
                sys.exit(f"{kind}: not {status}")
            measured[kind].append(load(nginx, closed))
            if top_:
                starts.append((nginx.started, nginx.memory()))
            nginx.end()
            print(f"{kind}: {measured[kind][-1][0]:.0f} a second, {measured[kind][-1][1]:.2f} µs", file=sys.stderr)
    origin.end()

    print(f"\n{NAMES:,} domains, medians of {ROUNDS} rounds of {SECONDS} s in turns:\n")
    print("| nginx, one worker | requests a second | worker's CPU a request |\n|---|---:|---:|")
    for kind, runs in measured.items():
        rate, cpu = (statistics.median(values) for values in zip(*runs))
        print(f"| {kind} | {rate:,.0f} | {cpu:.2f} µs |")
    print("\n| with the module, against nginx alone | requests a second | CPU a request |\n|---|---:|---:|")
    kinds = list(kinds)
    for what, alone, module in [("proxied", kinds[0], kinds[1]), ("302", kinds[2], kinds[3])]:
        pairs = list(zip(measured[alone], measured[module]))
        rates, cpus = [with_[0] / without[0] for without, with_ in pairs], [with_[1] / without[1] for without, with_ in pairs]
        spread = lambda values: f"{statistics.median(values):.2f} × ({min(values):.2f} to {max(values):.2f})"
        print(f"| {what} | {spread(rates)} | {spread(cpus)} |")

    started, memory = (statistics.median(values) for values in zip(*starts))
    print("\n| from nothing to the first answer | time | memory, its part of what is shared |\n|---|---:|---:|")
    print(f"| module, {NAMES:,} domains | {started * 1000:.0f} ms | {memory:,.0f} MiB |")
    if MAP_NAMES:
        with open(FOLDER / "names.map", "w") as names:
            names.writelines(f".site{number}.cn {'open' if number % 10 else 'closed'};\n" for number in range(MAP_NAMES))
        http = f"""map_hash_max_size {MAP_NAMES * 2}; map_hash_bucket_size 128;
            map $host $verdict {{ hostnames; default unknown; include {FOLDER}/names.map; }}
            server {{ listen 127.0.0.1:PORT; location / {{ if ($verdict = closed) {{ return 302 {CLOSED}$host; }} return 200; }} }}"""
        runs = []
        for _ in range(3):
            nginx = Nginx("map", http, 0)
            if (nginx.ask("www.site0.cn"), nginx.ask("www.site1.cn")) != (302, 200):
                sys.exit("the map does not decide")
            runs.append((nginx.started, nginx.memory()))
            nginx.end()
        started, memory = (statistics.median(values) for values in zip(*runs))
        print(f"| `map`, {MAP_NAMES:,} domains | {started * 1000:,.0f} ms | {memory:,.0f} MiB |")
    (FOLDER / f"measured-{NAMES}.json").write_text(json.dumps(measured, indent=1))


main()

"""Programs that are measured, each on a processor of its own, and what loads them.

The program that is measured has the first processor for itself; the load generator (wrk) and the origin have the second.
What a program has spent is the time of all its processes and threads on a processor, as the kernel counts it.
"""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"

# Hosts as they come: any of the names, always with a sub-name; the tenth names are the closed ones.
LOAD = """
local names, closed = tonumber(os.getenv("NAMES")), os.getenv("CLOSED") == "1"
local path, header = os.getenv("LOAD_PATH"), os.getenv("LOAD_HEADER")
math.randomseed(7)
request = function()
  local number = math.random(0, names - 1)
  number = number - number % 10
  if not closed then number = number + math.random(1, 9) end
  local host = "www.site" .. number .. ".cn"
  return "GET " .. path:gsub("HOST", host) .. " HTTP/1.1\\r\\n" .. header .. ": " .. host .. "\\r\\n"
    .. (header == "Host" and "" or "Host: beian\\r\\n") .. "\\r\\n"
end
"""

running = []
# Below the ports that the kernel gives to outgoing connections, so that none of those takes one before its program does.
ports = iter(range(20_000 + os.getpid() % 5_000, 32_000))


class Failed(Exception):
    """What was measured did not do its work; the tables that follow may still be measured."""


def free_port():
    for port in ports:
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failed("no port is free")


def end_all(but=None):
    for program in list(running):
        if program is not but:
            program.end()


def forget(*paths):
    """Lets the kernel forget the pages of files, or of all files in folders: the next who reads them reads the disk."""
    for path in paths:
        for file in path.iterdir() if path.is_dir() else [path]:
            with open(file, "rb") as one:
                os.fsync(one.fileno())
                os.posix_fadvise(one.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Program:
    """One program from its start to its end; it is started when it answers a request for a host."""

    def __init__(self, folder, command, port, processor=0, raw=False, patience=600):
        self.port, self.raw = port, raw
        # What it needs and is not measured; ended with it.
        self.beside = None
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.log = open(folder / "log", "wb")
        begun = time.monotonic()
        command = ["taskset", "-c", str(processor), *map(str, command)]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=folder)
        running.append(self)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begun > patience:
                raise Failed(f"{command[3]} does not start: {(folder / 'log').read_text(errors='replace')[-800:]}")
            time.sleep(0.001)
        self.started = time.monotonic() - begun

    def ask(self, host):
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as one:
            one.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = one.recv(4096).split()
            if self.raw:
                # Its origin answers a byte to whatever comes.
                return len(answer)
            return int(answer[1]) if len(answer) > 1 else 0

    def answers(self):
        try:
            # Until it has what it decides by, a gateway answers 503.
            return self.ask("www.site1.cn") not in (0, 503)
        except OSError:
            return False

    def processes(self):
        """The program and what it started."""
        all_, new = [], [self.process.pid]
        while new:
            all_ += new
            children = [Path(f"/proc/{pid}/task/{pid}/children").read_text().split() for pid in new]
            new = [int(pid) for some in children for pid in some]
        return all_

    def cpu(self):
        """Microseconds on a processor."""
        tasks = [task for pid in self.processes() for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000

    def memory(self):
        """MiB: its own, and its part of what is shared."""
        pages = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.processes()]
        return sum(int(re.search(r"^Pss:\s+(\d+)", page, re.M)[1]) for page in pages) / 1024

    def end(self):
        if self in running:
            running.remove(self)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        if self.beside:
            self.beside.end()


def nginx(folder, http, top="", **more):
    """An nginx of one worker; PORT in its configuration is where it listens."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    paths = "".join(f"{what}_temp_path {what};\n" for what in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    (folder / "nginx.conf").write_text(f"""{top}
daemon off; user root; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600; {paths} {http.replace("PORT", str(port))} }}
""")
    return Program(folder, ["nginx", "-p", folder, "-c", "nginx.conf", "-e", "error.log"], port, **more)


def haproxy(folder, frontend, origin, **more):
    """A HAProxy of one thread, with a socket for its runtime API."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "haproxy.cfg").write_text(f"""
global
    nbthread 1
    maxconn 4096
    stats socket {folder}/admin.sock mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
frontend websites
    bind 127.0.0.1:{port}
{frontend}
    default_backend origin
backend origin
    http-reuse always
    server one 127.0.0.1:{origin}
""")
    return Program(folder, ["haproxy", "-db", "-f", "haproxy.cfg"], port, **more)


def gateway(folder, binary, index, origin, tls_origin=None, **more):
    """Our gateway of one worker over an index that is there already; its platform is away, as it may be."""
    ports = {name: free_port() for name in ["listen", "metrics_listen", "ask_listen", "tls"]}
    at = lambda name: f'"127.0.0.1:{ports[name]}"'
    folder.mkdir(parents=True, exist_ok=True)
    tls = f'[gateway.tls]\nlisten = {at("tls")}\norigin_port = {tls_origin}\n' if tls_origin else ""
    (folder / "beian.toml").write_text(f"""
[gateway]
listen = {at("listen")}
metrics_listen = {at("metrics_listen")}
ask_listen = {at("ask_listen")}
platform_url = "http://127.0.0.1:9"
public_url = "https://beian.example.com"
api_key = "bk_of_nobody"
index = "{index}"
default_origin = "127.0.0.1:{origin}"
workers = 1
[gateway.client]
max_requests = 1000000000
[gateway.follow]
retry_min = "30s"
retry_max = "30s"
{tls}
[log]
format = "json"
""")
    program = Program(folder, [binary, "--config", "beian.toml", "--log", "warn", "gateway"], ports["listen"], **more)
    program.ports = ports
    return program


def peer(folder, binary, kind, to, **more):
    """One of the programs of `peers.rs`."""
    port = free_port()
    return Program(folder, [binary, kind, f"127.0.0.1:{port}", f"127.0.0.1:{to}"], port, **more)


def load(program, port, names, seconds, closed=False, path="/", header="Host", folder=None):
    """Requests a second, and the program's microseconds for each."""
    script = folder / "load.lua"
    script.write_text(LOAD)
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c64", "--timeout", "30s", "-s", str(script), f"http://127.0.0.1:{port}/"]
    more = {"NAMES": str(names), "CLOSED": "1" if closed else "0", "LOAD_PATH": path, "LOAD_HEADER": header}
    environment = os.environ | more
    run = lambda time_: subprocess.run(
        command + [f"-d{time_}"], env=environment, check=True, capture_output=True, text=True, timeout=time_ + 120
    ).stdout
    run(1)
    before = program.cpu()
    said = run(seconds)
    spent = program.cpu() - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    # An answer that came late is a slow machine; one that was no answer is no measure.
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)", said)
    if requests == 0 or "Non-2xx" in said or (errors and any(int(number) for number in errors.groups())):
        raise Failed(f"{program.folder}:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), spent / requests

"""Prints the tables of the gate: what a decision costs in our gateway, in nginx and in HAProxy, each beside itself without.

    gateway.py TARGET FOLDER

TARGET is the folder of the release builds, FOLDER what may be filled with files. Every program is started anew for every
round, and the kinds take turns, forwards and backwards, so that a busy minute of the machine falls on all of them. From
the environment: BENCH_NAMES (domains in our index), BENCH_MAP_NAMES (in the maps), BENCH_LARGE_MAP (in the one HAProxy
that is started with a large map; 0 for none), BENCH_ROUNDS, BENCH_SECONDS, BENCH_TABLES (some of hello, index, proxied,
blocked, ask, sni, change and start, with commas).
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import changes
from proxies import Failed, end_all, forget, free_port, gateway, haproxy, load, nginx, peer

TARGET, FOLDER = (Path(path).resolve() for path in sys.argv[1:3])
NUMBER = lambda name, otherwise: int(os.environ.get(name, otherwise))
NAMES, MAP_NAMES, LARGE_MAP = NUMBER("BENCH_NAMES", 10_000_000), NUMBER("BENCH_MAP_NAMES", 1_000_000), NUMBER("BENCH_LARGE_MAP", 10_000_000)
ROUNDS, SECONDS = NUMBER("BENCH_ROUNDS", 5), NUMBER("BENCH_SECONDS", 3)
TABLES = os.environ.get("BENCH_TABLES", "proxied,blocked,ask,sni,change,start").split(",")
# These are cargo's, and `scripts/bench` has run them.
TABLES = [table for table in TABLES if table not in ("", "hello", "index")]
BEIAN, PEERS, MODULE = TARGET / "beian", TARGET / "examples/peers", TARGET / "libbeian_nginx.so"
CLOSED = "https://beian.example.com/closed?domain="


def index(names):
    folder = FOLDER / f"index-{names}"
    if not folder.exists():
        subprocess.run([TARGET / "examples/synthetic", folder, str(names)], check=True)
    return folder


def maps(names):
    """The same names as a map of nginx (with all below them) and one of HAProxy (with the one below them that is asked)."""
    ours, theirs = FOLDER / f"nginx-{names}.map", FOLDER / f"haproxy-{names}.map"
    for path, line in [(ours, ".site{}.cn {};\n"), (theirs, "www.site{}.cn {}\n")]:
        if not path.exists():
            with open(path, "w") as out:
                out.writelines(line.format(n, "open" if n % 10 else "closed") for n in range(names))
    return ours, theirs


def rounds(kinds):
    """Runs each kind once a round; each gives the program it started and how it is loaded, and is ended by us."""
    measured = {kind: [] for kind in kinds}
    for round_ in range(ROUNDS):
        for kind in list(kinds) if round_ % 2 == 0 else reversed(kinds):
            start, run = kinds[kind]
            program = start()
            measured[kind].append(run(program))
            program.end()
            print(f"{kind}: {measured[kind][-1][0]:,.0f} a second, {measured[kind][-1][1]:.2f} µs", file=sys.stderr)
    return measured


def table(title, what, measured, pairs):
    """Medians, and for each pair the ratios of the rounds: how much it does of what the other does, by CPU."""
    print(f"\n| {title} | {what} a second | CPU each |\n|---|---:|---:|")
    for kind, runs in measured.items():
        rate, cpu = (statistics.median(values) for values in zip(*runs))
        print(f"| {kind} | {rate:,.0f} | {cpu:.2f} µs |")
    print(f"\n| of what the other does with the same CPU | by CPU | by {what} a second | aim |\n|---|---:|---:|---:|")
    for one, other, aim in pairs:
        if one not in measured or other not in measured:
            continue
        both = list(zip(measured[one], measured[other]))
        spread = lambda values: f"{statistics.median(values):.2f} × ({min(values):.2f} to {max(values):.2f})"
        cpus, rates = [theirs[1] / ours[1] for ours, theirs in both], [ours[0] / theirs[0] for ours, theirs in both]
        print(f"| {one}, of {other} | {spread(cpus)} | {spread(rates)} | {aim} |")


def expect(program, host, *statuses):
    if (found := program.ask(host)) not in statuses:
        raise Failed(f"{host} is answered with {found} instead of {statuses[0]}: {program.folder}")


def nginx_proxy(origin, decide="", before=""):
    return f"""{before} upstream origin {{ server 127.0.0.1:{origin}; keepalive 64; }}
        server {{ listen 127.0.0.1:PORT; {decide}
        location / {{ proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}"""


def nginx_map(path, names):
    return f"map_hash_max_size {names * 2}; map_hash_bucket_size 128; map $host $verdict {{ hostnames; default unknown; include {path}; }}"


def programs(origin):
    """Everything that proxies and decides, by its name."""
    here, (ours, theirs) = index(NAMES), maps(MAP_NAMES)
    map_ = nginx_proxy(origin, f"if ($verdict = closed) {{ return 302 {CLOSED}$host; }}", nginx_map(ours, MAP_NAMES))
    module = nginx_proxy(origin, f"beian on; beian_closed 302 {CLOSED}$beian_domain;", f"beian_index {here};")
    # The cheapest way there is: one look-up of the whole host. docs/integrate/haproxy.md has to look up to four times.
    decide = f"    http-request redirect location {CLOSED}%[req.hdr(host)] code 302 if {{ req.hdr(host),map_str({theirs}) -m str closed }}"
    top = f"load_module {MODULE};"
    return {
        "nginx": lambda: nginx(FOLDER / "nginx", nginx_proxy(origin)),
        f"nginx, our module, {NAMES:,}": lambda: nginx(FOLDER / "module", module, top),
        f"nginx, `map`, {MAP_NAMES:,}": lambda: nginx(FOLDER / "map", map_),
        f"HAProxy, `map_str`, {MAP_NAMES:,}": lambda: haproxy(FOLDER / "haproxy", decide, origin),
        "pingora": lambda: peer(FOLDER / "pingora", PEERS, "proxy", origin),
        f"our gateway, {NAMES:,}": lambda: gateway(FOLDER / "gateway", BEIAN, here, origin),
    }


def proxied(origin):
    # Only names that all of them know: a map has fewer than the index, which looks among all its own all the same.
    names = {kind: NAMES if f"{NAMES:,}" in kind else MAP_NAMES for kind in programs(origin)}

    def run(kind):
        def with_(program):
            expect(program, "www.site1.cn", 200)
            return load(program, program.port, names[kind], SECONDS, folder=FOLDER)
        return with_

    measured = rounds({kind: (start, run(kind)) for kind, start in programs(origin).items()})
    plain, module, map_, haproxy_, pingora, ours = measured
    pairs = [(module, plain, "0.97"), (ours, pingora, "0.97"), (ours, haproxy_, "1.0"), (map_, plain, ""), (haproxy_, plain, "")]
    table("open: proxied", "requests", measured, pairs)


def blocked(origin):
    fixed = f"server {{ listen 127.0.0.1:PORT; location / {{ return 302 {CLOSED}$host; }} }}"
    kinds = {"nginx, `return 302`": lambda: nginx(FOLDER / "fixed", fixed)}
    kinds |= {kind: start for kind, start in programs(origin).items() if kind not in ("nginx", "pingora")}

    def run(kind):
        def with_(program):
            expect(program, "www.site0.cn", 302)
            names = NAMES if f"{NAMES:,}" in kind else MAP_NAMES
            return load(program, program.port, names, SECONDS, closed=True, folder=FOLDER)
        return with_

    measured = rounds({kind: (start, run(kind)) for kind, start in kinds.items()})
    fixed, module, map_, haproxy_, ours = measured
    pairs = [(ours, haproxy_, "1.4"), (ours, map_, "0.92"), (module, fixed, "0.97"), (module, map_, "")]
    table("closed: 302", "requests", measured, pairs)


def ask(origin):
    here = index(NAMES)
    fixed = 'server { listen 127.0.0.1:PORT; location / { default_type application/json; return 200 "{\\"enforcement\\":\\"open\\"}"; } }'
    start = lambda: gateway(FOLDER / "gateway", BEIAN, here, origin)

    def asked(path, header):
        return lambda program: load(program, program.ports["ask_listen"], NAMES, SECONDS, path=path, header=header, folder=FOLDER)

    plain = lambda program: load(program, program.port, NAMES, SECONDS, folder=FOLDER)

    def asking():
        asked = gateway(FOLDER / "asked", BEIAN, here, origin, processor=1)
        http = f"""upstream beian {{ server 127.0.0.1:{asked.ports["ask_listen"]}; keepalive 64; }}""" + nginx_proxy(origin).replace(
            "location / {", """location = /beian { internal; proxy_pass http://beian/auth; proxy_http_version 1.1;
            proxy_set_header Connection ""; proxy_set_header X-Original-Host $host; proxy_pass_request_body off; }
            location / { auth_request /beian;""")
        program = nginx(FOLDER / "auth", http)
        program.beside = asked
        return program

    measured = rounds({
        "nginx, a fixed answer": (lambda: nginx(FOLDER / "fixed", fixed), plain),
        "our `/v1/verdict`": (start, asked("/v1/verdict?host=HOST", "Host")),
        "our `/auth`": (start, asked("/auth", "X-Original-Host")),
        "nginx, proxied": (lambda: nginx(FOLDER / "nginx", nginx_proxy(origin)), plain),
        "nginx, proxied, `auth_request`": (asking, plain),
    })
    fixed, verdict, auth, alone, with_auth = measured
    table("asked", "answers", measured, [(verdict, fixed, "0.8"), (auth, fixed, "0.8"), (with_auth, alone, "published as it is")])


def sni(origin):
    here, port = index(NAMES), free_port()
    command = ["taskset", "-c", "1", PEERS, "origin", f"127.0.0.1:{port}"]
    tls_origin = subprocess.Popen(command)

    def run(tls):
        def with_(program):
            target = f"127.0.0.1:{program.ports['tls'] if tls else program.port}"
            command = ["taskset", "-c", "1", PEERS, "connect", target]
            subprocess.run(command + ["1", str(NAMES)], check=True, stdout=subprocess.DEVNULL, timeout=120)
            before = program.cpu()
            command += [str(SECONDS), str(NAMES)]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS + 120).stdout
            done, failed, took = said.split()
            if int(failed) > 0:
                raise Failed(f"{failed} of the connections failed: {program.folder}")
            return int(done) / float(took), (program.cpu() - before) / int(done)
        return with_

    try:
        measured = rounds({
            "handed on unread": (lambda: peer(FOLDER / "pass", PEERS, "pass", port, raw=True), run(False)),
            "our gateway, by name": (lambda: gateway(FOLDER / "tls", BEIAN, here, origin, tls_origin=port), run(True)),
        })
    finally:
        tls_origin.terminate()
        tls_origin.wait()
    unread, ours = measured
    table("TLS passed by its name", "connections", measured, [(ours, unread, "0.93")])


def change(origin):
    _, theirs = maps(MAP_NAMES)
    print("\n| one change, until the next request meets it | median | 99 of 100 |\n|---|---:|---:|")
    frontend = f"    http-request return status 403 if {{ req.hdr(host),map_str({theirs}) -m str closed }}"
    program = haproxy(FOLDER / "haproxy", frontend, origin)
    print(f"| HAProxy's runtime API, a map of {MAP_NAMES:,} | {changes.of_haproxy(program, theirs)} |")
    program.end()
    after, whole = changes.of_platform(BEIAN, FOLDER / "platform")
    print(f"| a decision at the platform, in the gateway that follows it, from the platform's answer | {after} |")
    print(f"| the same, from the question | {whole} |")
    print("\nOur own index is in the table `index` (`cargo bench -p beian-index`): until another thread sees it, and until it is on disk.")


def start(origin):
    here, all_ = index(NAMES), list(programs(origin).values())
    # As they proxy and decide: a `return` would answer before the module is asked.
    module, map_program, own = all_[1], all_[2], all_[5]
    # What is started, how often, and the files that the kernel is to forget before.
    kinds = {
        f"nginx, our module, {NAMES:,}": (module, ROUNDS, []),
        "the same, the index on disk": (module, ROUNDS, [here]),
        f"our gateway, {NAMES:,}": (own, ROUNDS, []),
        "the same again, the index on disk": (own, ROUNDS, [here]),
        f"nginx, `map`, {MAP_NAMES:,}": (map_program, min(ROUNDS, 3), []),
    }
    if LARGE_MAP:
        _, large = maps(LARGE_MAP)
        frontend = f"    http-request return status 403 if {{ req.hdr(host),map_str({large}) -m str closed }}"
        kinds[f"HAProxy, `map_str`, {LARGE_MAP:,}"] = (lambda: haproxy(FOLDER / "large", frontend, origin), 1, [])
    print("\n| from starting the program to its first answer | time | of our gateway's | memory, its part of what is shared |")
    print("|---|---:|---:|---:|")
    medians = {}
    for kind, (begin, times, forgotten) in kinds.items():
        runs = []
        for _ in range(times):
            forget(*forgotten)
            program = begin()
            # That it answers is not enough: it must have what it decides by.
            expect(program, "www.site0.cn", 302, 403)
            expect(program, "www.site1.cn", 200)
            runs.append((program.started, program.memory()))
            program.end()
        medians[kind] = tuple(statistics.median(values) for values in zip(*runs))
    ours = medians[f"our gateway, {NAMES:,}"][0]
    for kind, (started, memory) in medians.items():
        print(f"| {kind} | {started * 1000:,.0f} ms | {started / ours:,.2f} × | {memory:,.0f} MiB |")


def version(*command):
    said = subprocess.run(command, capture_output=True, text=True)
    return (said.stdout + said.stderr).strip().splitlines()[0]


def main():
    tables = {"proxied": proxied, "blocked": blocked, "ask": ask, "sni": sni, "change": change, "start": start}
    if unknown := set(TABLES) - set(tables):
        sys.exit(f"bench: there is no table {', '.join(sorted(unknown))}; say some of {', '.join(tables)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    # What was started is ended however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended from outside"))
    origin = nginx(FOLDER / "origin", "server { listen 127.0.0.1:PORT; return 200 hello; }", processor=1)
    print(f"BENCH_NAMES={NAMES} BENCH_MAP_NAMES={MAP_NAMES} BENCH_LARGE_MAP={LARGE_MAP} BENCH_ROUNDS={ROUNDS} "
          f"BENCH_SECONDS={SECONDS} BENCH_TABLES={','.join(TABLES)} scripts/bench gateway\n")
    print(f"{version('nginx', '-v')}; {version('haproxy', '-v')}; {version('wrk', '-v')}; load {os.getloadavg()[0]:.1f} before it began")
    print(f"{NAMES:,} domains in our index, {MAP_NAMES:,} in the maps; medians of {ROUNDS} rounds of {SECONDS} s in turns.")
    failed = []
    for name in TABLES:
        try:
            tables[name](origin.port)
        except (Failed, OSError, subprocess.SubprocessError) as error:
            failed.append(name)
            print(f"\n{name} could not be measured: {error}")
            end_all(but=origin)
        sys.stdout.flush()
    print(f"\nIt took {time.monotonic() - begun:,.0f} s; load {os.getloadavg()[0]:.1f} at its end.")
    if failed:
        sys.exit(f"bench: not measured: {', '.join(failed)}")


try:
    main()
finally:
    end_all()

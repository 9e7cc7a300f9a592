"""Times `beian check --stdin --json` and python-stdnum on the same lines, and compares what they say."""

import datetime
import json
import os
import random
import subprocess
import sys
import time

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
BASE_31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(chance, areas):
    day = datetime.date(1990, 1, 1) + datetime.timedelta(days=chance.randrange(12_000))
    # Sequences from 970 are hardly ever given: no line is anybody's number.
    first = f"{chance.choice(areas)}{day:%Y%m%d}{chance.randrange(970, 1000)}"
    return first + "10X98765432"[sum(int(c) * w for c, w in zip(first, WEIGHTS)) % 11]


def credit_code(chance, areas):
    body = "MA" + "".join(chance.choice(BASE_31) for _ in range(6))
    total = sum(int(c, 36) * w for c, w in zip(body, [3, 7, 9, 10, 5, 8, 4, 2]))
    body += {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    first = f"91{chance.choice(areas)}{body}"
    total = sum(BASE_31.index(c) * pow(3, place, 31) for place, c in enumerate(first))
    return first + BASE_31[(31 - total % 31) % 31]


def lines(count):
    """Half resident IDs, half credit codes; of ten, one has a digit changed."""
    chance = random.Random(20261121)
    with open("crates/filing/data/divisions.csv", encoding="utf-8") as file:
        codes = [line.split(",")[0] for line in file][1:]
    # Counties that were one for all those years: python-stdnum refuses a birth in a year without its county, where
    # beian warns, because people are registered later and counties move.
    areas = [code for code in codes if not code.endswith("00") and known(code)]
    for number in range(count):
        kind, make = ("resident-id", resident_id) if number % 2 else ("uscc", credit_code)
        value = make(chance, areas)
        if chance.random() < 0.1:
            place = chance.randrange(len(value))
            value = value[:place] + chance.choice([c for c in "0123456789" if c != value[place]]) + value[place + 1 :]
        yield {"kind": kind, "value": value}


def known(area):
    try:
        return all(ric.get_birth_place(f"{area}{year}01010000") for year in range(1990, 2023))
    except (ValidationError, KeyError):
        # It stumbles over areas that are a province alone.
        return False


ORACLE = """
import json, sys
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
facts = sys.argv[1] == 'facts'
write = sys.stdout.write
for line in sys.stdin:
    ask = json.loads(line)
    kind, value, told = ask['kind'], ask['value'], {}
    try:
        normal = (ric if kind == 'resident-id' else uscc).validate(value)
        if facts and kind == 'resident-id':
            place = ric.get_birth_place(normal)
            told = {'birth': str(ric.get_birth_date(normal)), 'area': normal[:6], 'area_name': place['county']}
        valid = True
    except (ValidationError, KeyError):
        normal, valid = None, False
    write(json.dumps({'kind': kind, 'value': value, 'valid': valid, 'normalized': normal, 'facts': told}) + '\\n')
"""


def timed(command, source, answers):
    best = None
    for _ in range(3):
        with open(source, "rb") as stdin, open(answers, "wb") as stdout:
            start = time.perf_counter()
            code = subprocess.run(command, stdin=stdin, stdout=stdout, env=dict(os.environ, LC_ALL="C.UTF-8")).returncode
            took = time.perf_counter() - start
        if code not in (0, 1):
            sys.exit(f"bench: {command[0]} ended with {code}")
        best = took if best is None else min(best, took)
    return best


def main(beian, folder, count):
    os.makedirs(folder, exist_ok=True)
    source = os.path.join(folder, "values.jsonl")
    with open(source, "w", encoding="utf-8") as file:
        for line in lines(count):
            file.write(json.dumps(line) + "\n")
    oracle = os.path.join(folder, "oracle.py")
    with open(oracle, "w", encoding="utf-8") as file:
        file.write(ORACLE)
    runs = [
        ("`beian check --stdin --json`", [beian, "check", "--stdin", "--json"], "beian.jsonl"),
        ("python-stdnum, with date and place of birth", [sys.executable, oracle, "facts"], "facts.jsonl"),
        ("python-stdnum, validity alone", [sys.executable, oracle, "valid"], "valid.jsonl"),
    ]
    print(f"\n| {count} lines: half resident IDs, half credit codes, one in ten wrong | lines a second | time, against beian’s |")
    print("|---|---:|---:|")
    first = None
    for name, command, answers in runs:
        took = timed(command, source, os.path.join(folder, answers))
        first = first or took
        print(f"| {name} | {count / took:,.0f} | {took / first:.1f} × |")
    compare(os.path.join(folder, "beian.jsonl"), os.path.join(folder, "facts.jsonl"))


def compare(ours, theirs):
    """Both must say the same of every line: whether it is valid, and when somebody was born."""
    agreed, wrong = 0, []
    with open(ours, encoding="utf-8") as one, open(theirs, encoding="utf-8") as other:
        for a, b in zip(map(json.loads, one), map(json.loads, other), strict=True):
            if a["valid"] == b["valid"] and (not a["valid"] or a["facts"].get("birth") == b["facts"].get("birth")):
                agreed += 1
            else:
                wrong.append((a["kind"], a["value"], a["valid"], b["valid"]))
    print(f"\nThe two agree on {agreed} of {agreed + len(wrong)} lines.")
    if wrong:
        sys.exit(f"bench: they disagree on {len(wrong)} lines, the first: {wrong[:5]}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

"""Sections about large stores and large archives: what they do to other requests, and what growing does to all of them."""

import io
import json
import random
import statistics
import sys
import threading
import time
import zipfile

from sections import check, fill
from servers import KEY, KEY_NAME, Client

STALL_ENTRIES = 100_000
TEMPORAL_ENTRIES = 40_000
HOUR = 3_600_000
GROWN = [100_000, 400_000, 1_000_000, 1_500_000]  # entries at which a store that grows is read
MEMBERS, MEMBER = 10_000, 1024  # of an archive, and bytes of each
SAMPLE = 50_000  # entries the random reads go round


def stalls(bench):
    """Retrieves while others count and list all entries, and scans of a second in which nothing was stored."""
    for mode in ("memory", "embedded"):
        with bench.start(mode) as server:
            fill(bench, server, STALL_ENTRIES)
            ids = sample(bench, server, "stalls", 1_000)
            for _ in range(bench.args.rounds):
                bench.load("stalls", f"{mode}, alone", server, "retrieve.lua", ids=ids)
                for path in ("/bench/stats", "/bench/file-ids"):
                    name = f"{mode}, beside {path.rsplit('/')[-1]}"
                    with Repeated(server, path) as repeated:
                        bench.load("stalls", name, server, "retrieve.lua", ids=ids)
                    bench.report.add("stalls", f"{name}, each", repeated.median_ms(), "ms", errors=repeated.errors)
    for mode in ("memory", "embedded", "local_disk"):
        with bench.start(mode) as server:
            fill(bench, server, TEMPORAL_ENTRIES // (20 if mode == "local_disk" else 1), strategy="temporal_versioned")
            now = round(time.time() * 1000)
            for name, start in (("before", now - HOUR), ("after", now + HOUR)):
                path = f"/bench/temporal/entries?from={start}&to={start + 1000}"
                times = [timed(Client(server), path) for _ in range(20 * bench.args.rounds)]
                bench.report.add("stalls", f"{mode}, empty second {name}", statistics.median(times), "ms")


def grows(bench):
    """Stores until there are 1.5 million entries; random reads over all of them in between."""
    with bench.start("embedded") as server:
        check(server)
        stored = 0
        for entries in (count for count in GROWN if count <= max(bench.args.grown, GROWN[0])):
            result = fill(bench, server, entries - stored)
            stored = entries
            name = f"{entries:,} entries"
            bench.report.add("grows", f"{name}, stores", result, "1/s")
            ids = sample(bench, server, "grows", SAMPLE)
            bench.background(server, "retrieve.lua", bench.args.seconds, ids=ids).wait()  # warms up
            read, load = server.bytes_read(), bench.background(server, "retrieve.lua", bench.args.seconds, ids=ids)
            result = load.wait()
            bench.report.add_load("grows", f"{name}, random reads", result)
            bench.report.add("grows", f"{name}, read a GET", (server.bytes_read() - read) / result.requests / 1e3, "kB")
            bench.report.add("grows", f"{name}, RSS", server.rss_mb(), "MB")
            first = f"{GROWN[0]:,} entries"
            if entries != GROWN[0]:
                bench.report.ratio("grows", f"{name}, random reads", f"{first}, random reads")
                bench.report.ratio("grows", f"{name}, stores", f"{first}, stores")


def archives(bench):
    """Adds a member to an archive of many, lists it and retrieves one, beside nothing else."""
    packed = io.BytesIO()
    draw = random.Random(2026)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(MEMBERS):
            archive.writestr(f"folder-{number % 100}/member-{number}.bin", draw.randbytes(MEMBER))
    for mode in ("memory", "embedded"):
        with bench.start(mode) as server:
            client = Client(server)
            began = time.perf_counter()
            headers = {KEY_NAME: KEY, "content-type": "application/zip"}
            client.connection.request("POST", "/bench/direct/zip/store/key/archive", packed.getvalue(), headers)
            stored = json.loads(client.connection.getresponse().read())
            bench.report.add("archives", f"{mode}, store", (time.perf_counter() - began) * 1000, "ms")
            at = f"/bench/zip/{stored['cache_id']}"
            member = json.dumps("x" * MEMBER)
            for name, call in {
                "list": lambda _: timed(client, f"{at}/files/list"),
                "retrieve a member": lambda _: timed(client, f"{at}/file/retrieve/folder-7/member-7.bin"),
                "add a member": lambda n: timed(client, f"{at}/file/add/from/string/new-{n}", "POST", member),
            }.items():
                times = [call(number) for number in range(20 * bench.args.rounds)]
                bench.report.add("archives", f"{mode}, {name}", statistics.median(times), "ms")


def sample(bench, server, name, count):
    """Writes the ids of some entries, chosen at random, to a file."""
    ids = json.loads(Client(server).call("GET", "/bench/file-ids")[2])
    path = bench.work / f"{name}-{server.mode}.ids"
    path.write_text("\n".join(random.Random(2026).sample(ids, min(count, len(ids)))))
    return path


def timed(client, path, method="GET", body=None):
    began = time.perf_counter()
    if client.call(method, path, body)[0] != 200:
        sys.exit(f"{path} fails")
    return (time.perf_counter() - began) * 1000


class Repeated:
    """Makes one request again and again beside a load."""

    def __init__(self, server, path):
        self.client, self.path = Client(server), path
        self.times, self.errors, self.ended = [], 0, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.ended.is_set():
            began = time.perf_counter()
            self.errors += self.client.call("GET", self.path)[0] != 200
            self.times.append((time.perf_counter() - began) * 1000)

    def median_ms(self):
        return statistics.median(self.times)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

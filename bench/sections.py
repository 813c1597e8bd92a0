"""The sections of the benchmark. Each takes a Bench (run.py) and adds figures to its report."""

import http.client
import json
import math
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import quote

from load import body, run_label
from servers import Client

MODES = ["memory", "embedded", "local_disk"]
OBJECTS_PER_ENTRY = 5  # content, two sidecars, two references
RETRIEVED = 1_000  # entries the retrieves go round
SHARED = 10_000  # ids in one hash reference
PAGE, PAGES = 100, 200
CRASH_AFTER = 3  # seconds of load before kill -9
SOAK_ENTRIES = 20_000
SOAK_SAMPLE = 5  # seconds


def stores(bench):
    """Stores of new content, each load on a fresh server."""
    for _ in range(bench.args.rounds):
        for mode in bench.python_mode + MODES:
            with bench.start(mode) as server:
                check(server)
                bench.load("stores", mode, server, "store.lua", contents=0)
    for mode in MODES:
        bench.report.ratio("stores", mode, "python")
    bench.report.ratio("stores", "embedded", "memory")
    bench.report.ratio("stores", "embedded", "local_disk")


def retrieves(bench):
    """Retrieves by id and, in turn with them, the cheapest request the server knows."""
    modes = bench.python_mode + MODES
    with ExitStack() as stack:
        servers, ids = {}, {}
        for mode in modes:
            servers[mode] = server = stack.enter_context(bench.start(mode))
            check(server)
            ids[mode] = bench.work / f"{mode}.ids"
            ids[mode].write_text("\n".join(store_all(server, keys(RETRIEVED))))
        for _ in range(bench.args.rounds):
            for mode, server in servers.items():
                bench.load("retrieves", f"{mode} health", server, "common.lua", path="/info/health")
                bench.load("retrieves", mode, server, "retrieve.lua", ids=ids[mode])
    for mode in MODES:
        bench.report.ratio("retrieves", mode, "python")
    for mode in modes:
        bench.report.ratio("retrieves", mode, f"{mode} health")
        bench.report.ratio("retrieves", f"{mode}, CPU", f"{mode} health, CPU")


def hash_10k(bench):
    """Stores of one content: each adds an id to the same hash reference, whose list is never cut."""
    for _ in range(bench.args.rounds):
        for mode in ("memory", "embedded"):
            # 20,000 contents in turn: the same work as below, on lists that stay short.
            with bench.start(mode) as server:
                bench.load("hash-10k", f"{mode}, a few ids", server, "store.lua", contents=20_000)
            with bench.start(mode) as server:
                run = run_label()
                store_all(server, [f"{run}-00-{0:010d}"] * SHARED)
                bench.load("hash-10k", f"{mode}, {SHARED:,} ids and more", server, "store.lua", contents=1, run=run)
    for mode in ("memory", "embedded"):
        bench.report.ratio("hash-10k", f"{mode}, {SHARED:,} ids and more", f"{mode}, a few ids")


def listing(bench):
    """Pages from the middle of a listing of a million objects."""
    with bench.start("memory") as server:
        fill(bench, server, bench.args.entries)
        time_pages(bench, server)
    with million(bench) as server:
        time_pages(bench, server)


def time_pages(bench, server):
    client = Client(server)
    cursor = middle(client, bench.args.entries * OBJECTS_PER_ENTRY // 2)
    for _ in range(bench.args.rounds):
        times, errors = [], 0
        for _ in range(PAGES):
            began = time.perf_counter()
            status, headers, answer = client.call("GET", page_path(PAGE, cursor))
            times.append((time.perf_counter() - began) * 1000)
            errors += status != 200 or len(json.loads(answer)["files"]) != PAGE
            cursor = headers["x-next-cursor"]
        p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        bench.report.add("listing", server.mode, p50, "ms/page", p50, p99, errors)


def middle(client, wanted):
    """Walks the listing in large pages and returns the cursor after `wanted` objects."""
    seen, cursor = 0, ""
    while seen < wanted:
        status, headers, answer = client.call("GET", page_path(1_000, cursor))
        cursor = headers["x-next-cursor"]
        if status != 200 or not cursor:
            sys.exit(f"listing: status {status} and cursor {cursor!r} after {seen} of {wanted} objects")
        seen += len(json.loads(answer)["files"])
    return cursor


def page_path(limit, cursor):
    path = f"/admin/storage/files/all/bench?limit={limit}"
    return path + (f"&cursor={quote(cursor, safe='')}" if cursor else "")


def start(bench):
    """Time from exec to the address line; memory of an idle server; start after a crash."""
    add = bench.report.add
    for _ in range(bench.args.rounds):
        for mode in bench.python_mode + ["memory", "embedded"]:
            with bench.start(mode) as server:
                add("start", f"{mode}, empty", server.start_ms, "ms")
                if mode == "embedded":
                    time.sleep(1)  # let background threads settle
                    add("start", "embedded, idle RSS", server.rss_mb(), "MB")
    for _ in range(bench.args.rounds):
        stored = crash(bench)
        with million(bench) as server:
            client = Client(server)
            lost = sum(not client.holds(cache_id, text) for cache_id, text in stored)
            add("start", "embedded, after kill -9", server.start_ms, "ms", errors=lost)


def crash(bench):
    """Kills the server with the million objects under load; returns the entries it had acknowledged."""
    stored = []

    def write(client):
        for text in map(body, keys(sys.maxsize)):
            try:
                stored.append((client.store(text), text))
            except (OSError, http.client.HTTPException):
                return  # killed

    with million(bench) as server:
        load = bench.background(server, "store.lua", 60, contents=0)
        writer = threading.Thread(target=write, args=[Client(server)])
        writer.start()
        time.sleep(CRASH_AFTER)
        server.kill()
        writer.join()
        load.cancel()
    if not stored:
        sys.exit("embedded: not one store was acknowledged before the kill")
    return stored


def soak(bench):
    """Memory under a mixed load that keeps the number of entries constant."""
    minutes = bench.args.soak_minutes
    if not minutes:
        print("soak       skipped (--soak-minutes)")
        return
    with bench.start("embedded") as server:
        pool = SOAK_ENTRIES // bench.args.threads
        load = bench.background(server, "mixed.lua", round(minutes * 60), pool=pool)
        began, samples = time.monotonic(), []
        while load.running():
            samples.append(((time.monotonic() - began) / 60, server.rss_mb()))
            time.sleep(SOAK_SAMPLE)
        bench.report.add_load("soak", "mixed load", load.wait())
    # The first half fills the set, the caches and the storage engine.
    minute, rss = zip(*samples[len(samples) // 2 :])
    slope = statistics.linear_regression(minute, rss).slope if len(rss) > 1 else math.nan
    bench.report.add("soak", "slope of RSS", slope, "MB/min")
    for value in (min(rss), max(rss)):
        bench.report.add("soak", "RSS", value, "MB")


def s3(bench):
    """Stores and retrieves over SeaweedFS by one and two servers, and by the same requests made without any."""
    for _ in range(bench.args.rounds):
        with bench.bucket_server() as bucket:
            bench.raw("s3", "raw store", bucket, "store")
            bench.raw("s3", "raw retrieve", bucket, "retrieve")
        for servers in (1, 2):
            with bench.bucket_server() as bucket, ExitStack() as stack:
                many = [stack.enter_context(bench.start("s3", bucket=bucket)) for _ in range(servers)]
                check(many[0])
                ids = bench.work / "s3.ids"
                ids.write_text("\n".join(store_all(many[0], keys(RETRIEVED))))
                name = "1 server" if servers == 1 else "2 servers"
                bench.shared_load("s3", f"{name}, store", many, "store.lua", contents=0)
                bench.shared_load("s3", f"{name}, retrieve", many, "retrieve.lua", ids=ids)
    for name in ("1 server", "2 servers"):
        for operation in ("store", "retrieve"):
            bench.report.ratio("s3", f"{name}, {operation}", f"raw {operation}")


def check(server):
    """Stops the benchmark when the server does not do the work that is to be measured."""
    client, text = Client(server), body(next(keys(1)))
    if not client.holds(client.store(text), text):
        sys.exit(f"{server.mode}: a stored entry cannot be retrieved")


def keys(count):
    """Keys that no load uses."""
    run = run_label()
    return (f"{run}-xx-{n:010d}" for n in range(count))


def store_all(server, all_keys):
    """Stores an entry for each key and returns the cache ids."""
    local = threading.local()

    def store(key):
        if not hasattr(local, "client"):
            local.client = Client(server)
        return local.client.store(body(key))

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(store, all_keys))


def fill(bench, server, entries, strategy="direct"):
    """Stores at least so many entries, in loads as long as the rate so far suggests; returns the rate."""
    stored, seconds, spent = 0, 1, 0
    while stored < entries:
        result = bench.background(server, "store.lua", seconds, contents=0, strategy=strategy).wait()
        if result.errors:
            sys.exit(f"{server.mode}: {result.errors} errors in the preload")
        stored, spent = stored + result.requests, spent + result.seconds
        seconds = max(1, min(30, math.ceil((entries - stored) * spent / stored)))
    print(f"{server.mode}: {stored * OBJECTS_PER_ENTRY:,} objects stored", flush=True)
    return stored / spent


def million(bench):
    """Starts an embedded server on the folder with a million objects, made on first use."""
    if bench.million:
        return bench.start("embedded", bench.million)
    bench.million = bench.folder("million")
    server = bench.start("embedded", bench.million)
    fill(bench, server, bench.args.entries)
    return server


SECTIONS = {
    "stores": stores,
    "retrieves": retrieves,
    "hash-10k": hash_10k,
    "listing": listing,
    "start": start,
    "s3": s3,
    "soak": soak,
}

#!/usr/bin/env python3
"""Folders that the Python service damaged by running concurrently, and by being killed, are found out and mended; its SQLite file and its
archive are copied, and copied back.

    damaged.py target/release/cache-server

Many clients store the same contents at once, so that the service loses ids of references by hash and tears files; then it is killed in the
middle. `verify` finds that, `verify --repair` mends it, and our server serves every entry that was acknowledged, by its id and by its hash.
Needs Python 3.12 and the packages of requirements.txt; without them it says so and ends with status 0.
Last line: 'N passed, M failed'; status 1 when M > 0.
"""
import http.client, json, os, subprocess, sys, tempfile, threading
from servers import ENV, FOREIGN, PYTHON_SERVICE, Server, in_folder, ours, python_service, python_service_missing

# Nothing is younger than an hour then.
LATER = '33000000000000'
passed = failed = 0


def check(name, good, why=''):
    global passed, failed
    if good: passed += 1
    else:
        failed += 1
        print(f'FAIL {name}\n     {str(why)[:1500]}')


def tool(binary, *arguments):
    """A subcommand: its status and its lines of JSON."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run([binary, *arguments, '--json'], env=kept, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, lines, done.stderr


def store(base, number, entries, ended):
    server = Server(base)
    def send(strategy, text):
        status, _, body = server.send('POST', f'/ns/{strategy}/store/string', text.encode(), {'content-type': 'text/plain'})
        # What it has torn itself, it cannot add to.
        if status != 200: return
        answer = json.loads(body)
        entries.append((answer['cache_id'], answer['cache_hash'], text))
        if len(entries) > 500: ended.set()
    try:
        for round in range(200):
            # Of every content, two or more at the same time.
            send('direct', f'text {number // 2} {round}')
            send('temporal_latest', f'text {number} {round}')
    except (OSError, http.client.HTTPException): ended.set()


def damage(folder):
    """Loads the Python service from many clients, and kills it. The entries that were acknowledged."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    process = subprocess.Popen([sys.executable, '-W', 'ignore', '-c', PYTHON_SERVICE], env={**kept, **ENV, **in_folder(folder)},
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        base = process.stdout.readline().split('listening on ')[1].strip()
        entries, ended = [], threading.Event()
        clients = [threading.Thread(target=store, args=(base, number, entries, ended)) for number in range(16)]
        for client in clients: client.start()
        ended.wait(120)
        process.kill()
        for client in clients: client.join()
        return entries
    finally:
        process.kill()
        process.wait()


def mended(binary, folder, entries):
    status, lines, errors = tool(binary, 'verify', f'disk:{folder}', '--read-data', '--now', LATER)
    kinds = {name: of['found'] for name, of in lines[-1]['damage'].items()} if lines else errors
    print(f'{len(entries)} entries acknowledged; damage: {kinds}')
    check('the damage is found', status == 3 and 'hash-reference-misses-id' in kinds, (status, kinds, errors))
    # What one repair moves may show something else.
    for _ in range(3):
        status, lines, errors = tool(binary, 'verify', f'disk:{folder}', '--repair', '--now', LATER)
        if status == 0: break
    check('the damage is mended', status == 0, (status, lines[-1:], errors))
    with ours(binary, in_folder(folder)) as server:
        for cache_id, cache_hash, text in entries:
            got = server.send('GET', f'/ns/retrieve/{cache_id}/string')
            check(f'{cache_id} is served', (got[0], got[2]) == (200, text.encode()), got)
        for cache_hash in {cache_hash for _, cache_hash, _ in entries}:
            named = server.json('GET', f'/ns/retrieve/hash/{cache_hash}/refs-hash')
            ids = {ref['cache_id'] for ref in named['cache_ids']}
            missing = {cache_id for cache_id, of, _ in entries if of == cache_hash} - ids
            check(f'{cache_hash} names all of its entries', not missing, missing)


def handed_over(binary, mode, kind, variable, file):
    """The file of one of the modes that only the Python service has, copied to `embedded`, and from there back into a new file."""
    storage = lambda path: {'CACHE__SERVICE__STORAGE_MODE': mode, variable: path}
    with tempfile.TemporaryDirectory() as folder:
        first, second = f'{folder}/first-{file}', f'{folder}/second-{file}'
        with python_service(storage(first)) as python:
            entries = []
            for number in range(10):
                # A string it cannot read again in these modes.
                document = {'mode': mode, 'number': number}
                answer = python.json('POST', '/ns/direct/store/json', json.dumps(document).encode(), {'content-type': 'application/json'})
                entries.append((answer['cache_id'], document))
        status, _, errors = tool(binary, 'copy', '--from', f'{kind}:{first}', '--to', f'embedded:{folder}/embedded')
        check(f'{mode} is copied', status == 0, errors)
        with ours(binary, {'CACHE__SERVICE__STORAGE_MODE': 'embedded', 'CACHE__SERVICE__EMBEDDED_PATH': f'{folder}/embedded'}) as server:
            for cache_id, document in entries:
                got = server.json('GET', f'/ns/retrieve/{cache_id}/json')
                check(f'{mode}: {cache_id} is served', got == document, got)
        status, _, errors = tool(binary, 'copy', '--from', f'embedded:{folder}/embedded', '--to', f'{kind}:{second}')
        check(f'{mode} is copied back', status == 0, errors)
        with python_service(storage(second)) as python:
            for cache_id, document in entries:
                got = python.json('GET', f'/ns/retrieve/{cache_id}/json')
                check(f'{mode}: {cache_id} is served by the Python service', got == document, got)


def main():
    binary = sys.argv[1]
    if reason := python_service_missing():
        print(f'SKIP: {reason}')
        return 0
    with tempfile.TemporaryDirectory() as folder: mended(binary, folder, damage(folder))
    handed_over(binary, 'sqlite', 'sqlite', 'CACHE__SERVICE__SQLITE_PATH', 'cache.sqlite')
    handed_over(binary, 'zip', 'zip', 'CACHE__SERVICE__ZIP_PATH', 'cache.zip')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__': sys.exit(main())

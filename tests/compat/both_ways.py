#!/usr/bin/env python3
"""A folder or a bucket is handed over in both directions: what one server wrote, the other one serves.

    both_ways.py target/release/cache-server [--s3 ENDPOINT [--all]]

(a) The Python service writes entries of all strategies, kinds and child files; our server serves every one of them.
(b) Our server writes the same; the Python service serves what it can serve of its own folders. What it answers for its
    own tree (a part of it with 500 or 404) is what it must answer for ours.
Then our server goes on in the Python service's tree: it updates, stores again and deletes.
With --s3, all this in buckets; then both go on at once in one bucket. The Python service answers some 20 requests a second
there: without --all it is asked for all contents, child files and listings, and for one of 24 other answers, always the
same ones.
Needs Python 3.12 and the packages of requirements.txt; without them it says so and ends with status 0.
Last line: 'N passed, M failed'; status 1 when M > 0.
"""
import argparse, base64, contextlib, gzip, json, sys, tempfile
from binascii import crc32
from urllib.parse import quote
from servers import in_bucket, in_folder, ours, python_service, python_service_missing

STRATEGIES = ('direct', 'temporal', 'temporal_latest', 'temporal_versioned', 'key_based')
TEXT, JSON, BYTES = {'content-type': 'text/plain'}, {'content-type': 'application/json'}, {'content-type': 'application/octet-stream'}
DOCUMENT = {'z': 1, 'id': 'é🙂', 'list': [1, 2.5, 1e22, -0.0, None, True, {}], 'big': 10 ** 30, 'empty': {}, 'text': 'a\n"b"\\'}
BLOB = bytes(range(256))


class Entry:
    """What was stored, and by which names it is found."""
    def __init__(self, strategy, label, kind, content, answer):
        self.strategy, self.label, self.kind, self.content = strategy, label, kind, content
        self.namespace, self.id, self.hash, self.paths = answer['namespace'], answer['cache_id'], answer['cache_hash'], answer['paths']


def write(server):
    """Stores everything there is to store."""
    entries = []
    for strategy in STRATEGIES:
        # None begins with another: on S3, the Python service lists with a namespace those whose names go on after it.
        namespace = f'{strategy}-ns'
        def store(kind, content, key='', query='', **headers):
            body = content if kind == 'binary' else content.encode() if kind == 'string' else json.dumps(content).encode()
            if headers.get('content-encoding') == 'gzip': body = gzip.compress(body, mtime=0)
            media = {'string': TEXT, 'json': JSON, 'binary': BYTES}[kind]
            answer = server.json('POST', f'/{namespace}/{strategy}/store/{kind}{key}{query}', body, {**media, **headers})
            entries.append(Entry(strategy, f'{strategy} {kind}{key}{query}{" gzip" if headers else ""}', kind, content, answer))
        store('string', 'plain ünï 🙂 "q"\n')
        store('string', 'keyed', '/a/key', '?file_id=text-1')
        store('json', DOCUMENT)
        store('json', {'meta': {'id': strategy}, 'n': 1}, '/a/key', '?file_id=doc-1&json_field_path=meta.id')
        store('json', {'meta': {'id': strategy}, 'n': 2}, '/a/key', '?file_id=doc-2&json_field_path=meta.id')
        store('json', {'no': 'file id'}, '/b%20c/d.e')
        store('binary', BLOB)
        store('binary', b'\x00', '/a', '?file_id=blob')
        store('binary', BLOB * 50, '/a', '?file_id=packed', **{'content-encoding': 'gzip'})
        parent = next(e for e in entries if e.namespace == namespace and e.label.endswith('doc-1&json_field_path=meta.id'))
        for kind, body, media in (('string', 'kind é'.encode(), TEXT), ('json', json.dumps(DOCUMENT).encode(), JSON), ('binary', BLOB, BYTES)):
            for where in ('/one', '/k/l/one', '/k/two'):
                server.json('POST', f'/{namespace}/cache/{parent.id}/data/store/{kind}{where}', body, media)
    return entries


# What `contents` looks at, and what shows the content of any kind of entry; `below` are child files and listings.
CONTENTS, ONE_CONTENT = ('', '/string', '/json', '/binary', 'below', 'list'), ('/binary', 'below')


def read(server, entries, every, always):
    """The answers about the entries: {path: (status, body)}. All that are named in `always`, and one of so many others."""
    answers = {}
    def get(path, *name):
        if name[1] not in always and crc32(' '.join(name).encode()) % every: return
        status, headers, data = server.send('GET', path)
        try: body = json.loads(data) if 'json' in headers.get('content-type', '') else data
        except ValueError: body = data
        answers[path] = (status, body)
    for entry in entries:
        at, by_hash = f'/{entry.namespace}/retrieve/{entry.id}', f'/{entry.namespace}/retrieve/hash/{entry.hash}'
        for view in ('', '/string', '/json', '/binary', '/config', '/metadata', '/refs', '/refs/all'): get(at + view, entry.label, view)
        for view in ('', '/string', '/json', '/binary', '/metadata', '/refs-hash', '/cache-id'): get(by_hash + view, entry.label, 'by hash' + view)
        get(f'/{entry.namespace}/exists/id/{entry.id}', entry.label, 'exists id')
        get(f'/{entry.namespace}/exists/hash/{entry.hash}', entry.label, 'exists hash')
        for group, paths in entry.paths.items():
            for number, path in enumerate(paths):
                get(f'/admin/storage/file/bytes/{quote(path)}', entry.label, 'bytes', group, str(number))
                get(f'/admin/storage/file/exists/{quote(path)}', entry.label, 'exists', group, str(number))
        if 'doc-1' not in entry.label: continue
        data = f'/{entry.namespace}/cache/{entry.id}/data'
        for kind in ('string', 'json', 'binary'):
            for where in ('/one', '/k/l/one', '/k/two', '/none'):
                get(f'{data}/{kind}{where}', entry.label, 'none' if where == '/none' else 'below', kind, where)
                get(f'{data}/exists/{kind}{where}', entry.label, 'exists', kind, where)
        for query in ('/list', '/list?recursive=false', '/list/k', '/list/k/l'): get(data + query, entry.label, 'below' if query == '/list' else 'list', query)
    for namespace in sorted({entry.namespace for entry in entries}):
        for listing in ('file-ids', 'file-hashes'): get(f'/{namespace}/{listing}', namespace, 'below')
        get(f'/admin/storage/files/all/{namespace}', namespace, 'below')
        get(f'/admin/storage/folders/{namespace}', namespace, 'below')
    get('/namespaces/list', '', 'below')
    return answers


def plain(body, path=''):
    """A body without what is meant to differ: sizes that are 0 there, the time of a listing, the order of lists of paths."""
    if isinstance(body, bytes): return body
    if isinstance(body, dict):
        skip = {'content_size'} | ({'timestamp'} if path.startswith('/admin/storage/files') else set())
        if body.get('data_type') == 'binary': skip |= {'size'}
        return {key: plain(value, path) for key, value in body.items() if key not in skip}
    if isinstance(body, list):
        values = [plain(value, path) for value in body]
        if '/list' in path or '/files/' in path or '/folders/' in path or '/file-' in path: values.sort(key=lambda v: json.dumps(v, sort_keys=True))
        return values
    return body


class Report:
    def __init__(self): self.passed, self.failed = 0, 0

    def check(self, name, good, why=''):
        if good: self.passed += 1
        else:
            self.failed += 1
            print(f'FAIL {name}\n     {str(why)[:600]}')
        return good


def contents(report, label, entries, answers):
    """The contents themselves, whatever the other server can read."""
    for entry in entries:
        at = f'/{entry.namespace}/retrieve/{entry.id}'
        want = {'string': {'/string': entry.content.encode() if entry.kind == 'string' else b'', '/json': None},
                'json': {'/json': entry.content}, 'binary': {'/binary': entry.content}}[entry.kind]
        for view, content in want.items():
            status, body = answers[at + view]
            if content is None: report.check(f'{label}: {entry.label} {view}', status == 415, f'{status} {body!r}')
            else: report.check(f'{label}: {entry.label} {view}', status == 200 and body == content, f'{status} {body!r}')
        status, body = answers[at]
        report.check(f'{label}: {entry.label}', status == 200 and (entry.kind == 'binary' or body['data'] == entry.content), f'{status} {body!r}')
        if entry.kind == 'binary':
            status, body = answers[at + '/string']
            report.check(f'{label}: {entry.label} /string', (status, body) == (200, base64.b64encode(entry.content)), f'{status} {body!r}')
        if 'doc-1' not in entry.label: continue
        data = f'/{entry.namespace}/cache/{entry.id}/data'
        for kind, content in (('string', 'kind é'.encode()), ('json', DOCUMENT), ('binary', BLOB)):
            for where in ('/one', '/k/l/one', '/k/two'):
                status, body = answers[f'{data}/{kind}{where}']
                report.check(f'{label}: {entry.label} child {kind}{where}', (status, body) == (200, content), f'{status} {body!r}')
        copies = {'temporal_latest': 2, 'temporal_versioned': 3}.get(entry.strategy, 1)
        for query, count in (('/list', 9), ('/list?recursive=false', 3), ('/list/k', 6), ('/list/k/l', 3)):
            status, body = answers[data + query]
            report.check(f'{label}: {entry.label} {query}', status == 200 and body['file_count'] == count * copies, f'{status} {body!r}')


def same(report, label, want, got):
    """Where the Python service could answer its own folder, the answers are equal."""
    for path, (status, body) in want.items():
        if status != 200: continue
        ours = got[path]
        report.check(f'{label}: GET {path}', ours[0] == 200 and plain(ours[1], path) == plain(body, path),
                     f'{ours[0]} {plain(ours[1], path)!r}\n     instead of {plain(body, path)!r}')


def go_on(report, server, entries):
    """Our server in the Python service's tree: an update, another store of the same content, a delete."""
    for entry in entries:
        if entry.kind != 'json' or '?' in entry.label: continue
        at = f'/{entry.namespace}/retrieve/{entry.id}'
        body = json.dumps(entry.content).encode()
        again = server.json('POST', f'/{entry.namespace}/{entry.strategy}/store/json', body, JSON)
        refs = server.json('GET', f'/{entry.namespace}/retrieve/hash/{entry.hash}/refs-hash')
        report.check(f'store again: {entry.label}', [r['cache_id'] for r in refs['cache_ids']] == [entry.id, again['cache_id']] and refs['total_versions'] == 2, refs)
        updated = server.json('POST', f'/{entry.namespace}/update/{entry.id}/json', b'{"new": 1}', JSON)
        report.check(f'update: {entry.label}', updated['updated_content'] and server.json('GET', at + '/json') == {'new': 1}, updated)
        deleted = server.json('DELETE', f'/{entry.namespace}/delete/{entry.id}')
        report.check(f'delete: {entry.label}', deleted['status'] == 'success' and server.send('GET', at)[0] == 404, deleted)
        left = [path for path in entry.paths['data'] if server.json('GET', f'/admin/storage/file/exists/{quote(path)}')['exists']]
        report.check(f'delete leaves nothing: {entry.label}', not left, left)
        report.check(f'the other one stays: {entry.label}', server.json('GET', f'/{entry.namespace}/retrieve/hash/{entry.hash}/json') == entry.content)


def in_turns(report, python, server):
    """Both services at once on one bucket: each sees at once what the other did, and removes nothing of the other's."""
    for strategy in ('key_based', 'temporal_versioned'):
        def store(service, value, file_id):
            answer = service.json('POST', f'/turns-{strategy}/{strategy}/store/json/k?file_id={file_id}', json.dumps({'is': value}).encode(), JSON)
            return answer['cache_id'], answer['cache_hash']
        def holds(name, service, at, value):
            status, _, body = service.send('GET', f'/turns-{strategy}/retrieve/{at}/json')
            good = json.loads(body) == {'is': value} if status == 200 else value is None and status == 404
            report.check(f'in turns: {strategy}: {name}', good, f'{status} {body!r}')
        entry, _ = store(python, 1, 'a')
        holds('stored by python', server, entry, 1)
        python.json('DELETE', f'/turns-{strategy}/delete/{entry}')
        holds('read by ours, deleted by python', server, entry, None)
        entry, _ = store(server, 1, 'b')
        for value, by, other in ((2, python, server), (3, server, python)):
            by.json('POST', f'/turns-{strategy}/update/{entry}/json', json.dumps({'is': value}).encode(), JSON)
            holds(f'update {value}', other, entry, value)
        older, _ = store(server, 4, 'c')
        newer, _ = store(python, 5, 'c')
        server.json('DELETE', f'/turns-{strategy}/delete/{older}')
        for service in (server, python): holds('stored by python over an entry of ours that was then deleted', service, newer, 5)
        stored = [store(service, 6, 'd') for service in (server, python, server)]
        for service in (server, python):
            listed = service.json('GET', f'/turns-{strategy}/retrieve/hash/{stored[0][1]}/refs-hash')['cache_ids']
            report.check(f'in turns: {strategy}: the ids of a hash', [ref['cache_id'] for ref in listed] == [entry for entry, _ in stored], listed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('binary')
    parser.add_argument('--s3', metavar='ENDPOINT', help='buckets of this S3 server instead of folders')
    parser.add_argument('--all', action='store_true', help='every answer in buckets, too')
    arguments = parser.parse_args()
    binary = arguments.binary
    if reason := python_service_missing():
        print(f'SKIP: {reason}')
        return 0
    report, every = Report(), 24 if arguments.s3 and not arguments.all else 1
    with contextlib.ExitStack() as folders:
        if arguments.s3: theirs, own = (in_bucket(arguments.s3, f'{service}-wrote') for service in ('python', 'rust'))
        else: theirs, own = (in_folder(folders.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        with python_service(theirs) as python:
            entries = write(python)
            python_reads_python = read(python, entries, every, ONE_CONTENT)
        with ours(binary, theirs) as server:
            answers = read(server, entries, every, CONTENTS)
            contents(report, '(a) python -> ours', entries, answers)
            same(report, '(a) python -> ours', python_reads_python, answers)
            go_on(report, server, entries)

        with ours(binary, own) as server:
            own_entries = write(server)
            ours_reads_ours = read(server, own_entries, every, CONTENTS)
            contents(report, '(b) ours', own_entries, ours_reads_ours)
        with python_service(own) as python:
            answers = read(python, own_entries, every, ONE_CONTENT)
            if arguments.s3:
                with ours(binary, own) as server: in_turns(report, python, server)
        # What the Python service cannot read of its own tree it need not read of ours: path by path, ids exchanged.
        place = {entry.label: entry for entry in entries}
        unreadable = 0
        for entry in own_entries:
            twin = place[entry.label]
            for path, (status, body) in answers.items():
                if entry.id not in path and f'/{entry.namespace}/retrieve/hash/{entry.hash}' not in path or '/admin/' in path: continue
                was = python_reads_python.get(path.replace(entry.id, twin.id).replace(entry.hash, twin.hash), (None, None))[0]
                if was != 200: unreadable += 1; continue
                mine = ours_reads_ours[path]
                report.check(f'(b) ours -> python: {entry.label} GET {path}', status == 200 and plain(body, path) == plain(mine[1], path),
                             f'{status} {plain(body, path)!r}\n     instead of {plain(mine[1], path)!r}')
        print(f'{unreadable} answers that the Python service does not give of its own folder either')
    print(f'{report.passed} passed, {report.failed} failed')
    return 1 if report.failed else 0


if __name__ == '__main__': sys.exit(main())

#!/usr/bin/env python3
"""Archives against Python's `zipfile`, both ways, and in folders that our server and the Python service hand over.

    archives.py target/release/cache-server [--rounds 40]

(a) `zipfile` packs archives of every kind it can; our server stores them, lists and unpacks every member, and hashes them as the
    Python service does.
(b) Our server changes them by every operation, in an order drawn at random, always the same; `zipfile` reads what has become
    of them, and compares it with a dictionary that was changed in the same way.
(c) The Python service stores and changes archives in a folder, and our server goes on with them; then the other way round.
    Without the packages of requirements.txt this part is left out.
Last line: 'N passed, M failed'; status 1 when M > 0.
"""
import argparse, contextlib, fnmatch, hashlib, io, json, random, struct, sys, tempfile, zipfile, zlib
from urllib.parse import quote
from servers import in_folder, in_memory, ours, python_service, python_service_missing

BYTES, JSON = {'content-type': 'application/octet-stream'}, {'content-type': 'application/json'}
NAMES = ['a.txt', 'b.tmp', 'dir/c.txt', 'dir/deep/d.bin', 'ünï/é 🙂.txt', 'with blank', 'no-extension', 'UPPER.TXT', 'x.tmp']


class Unseekable(io.RawIOBase):
    """What `zipfile` cannot go back in: sizes follow their members."""
    def __init__(self): self.data = bytearray()
    def writable(self): return True
    def write(self, part): self.data += part; return len(part)


def packed(files, how, draw):
    """An archive that zipfile makes of a dictionary, in one of the ways it can."""
    target = Unseekable() if how == 'unseekable' else io.BytesIO()
    with zipfile.ZipFile(target, 'w') as archive:
        if how == 'comment': archive.comment = b'a comment with PK\x05 in it'
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6))
            info.compress_type = draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]) if how != 'unseekable' else zipfile.ZIP_DEFLATED
            if how == 'extra': info.extra, info.comment = b'UT\x05\x00\x01\x00\x00\x00\x00', b'of a member'
            if how == 'unicode path': info.extra, info.filename = unicode_path(name), name.encode('ascii', 'replace').decode().replace('?', '#')
            if how == 'modes': info.external_attr = 0o100755 << 16
            with archive.open(info, 'w', force_zip64=how == 'zip64') as member: member.write(content)
        if how == 'folders': archive.mkdir('a folder') if hasattr(archive, 'mkdir') else archive.writestr('a folder/', b'')
    data = bytes(target.data) if how == 'unseekable' else target.getvalue()
    return b'#!/bin/sh\n' + data if how == 'after a script' else data


WAYS = ['plain', 'unseekable', 'comment', 'extra', 'unicode path', 'modes', 'zip64', 'folders', 'after a script']


def unicode_path(name):
    """The field by which Info-ZIP's zip gives a member another name than its header, in Unicode."""
    plain = name.encode('ascii', 'replace').decode().replace('?', '#').encode()
    return struct.pack('<HHBI', 0x7075, 5 + len(name.encode()), 1, zlib.crc32(plain)) + name.encode()


def unpacked(data):
    """The members of an archive, which has to be a good one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None, 'a member is damaged'
        names = archive.namelist()
        assert len(names) == len(set(names)), f'a name is there twice: {names}'
        return {name: archive.read(name) for name in names}


def hashed(files):
    digest = hashlib.sha256()
    for name in sorted(files): digest.update(name.encode() + b'\0' + files[name] + b'\0')
    return digest.hexdigest()[:16]


class Report:
    def __init__(self): self.passed, self.failed = 0, 0

    def equal(self, name, got, want):
        if got == want: self.passed += 1
        else:
            self.failed += 1
            print(f'FAIL {name}\n     {got!r:.400}\n     instead of {want!r:.400}')


def holds(report, name, server, namespace, cache_id, files):
    """An archive of a server is what it should be: as a whole, listed, hashed, and member by member."""
    at = f'/{namespace}/zip/{cache_id}'
    status, headers, data = server.send('GET', f'{at}/retrieve')
    report.equal(f'{name}: retrieve', (status, headers.get('content-type'), unpacked(data)), (200, 'application/zip', files))
    report.equal(f'{name}: list', server.json('GET', f'{at}/files/list')['file_list'], sorted(files))
    report.equal(f'{name}: hash', server.json('GET', f'/{namespace}/retrieve/{cache_id}/refs')['cache_hash'], hashed(files))
    for member, content in files.items():
        if member.endswith('/'): continue
        got = server.send('GET', f'{at}/file/retrieve/{quote(member)}')
        report.equal(f'{name}: {member}', (got[0], got[2]), (200, content))


def contents(draw): return draw.choice([draw.randbytes(draw.randrange(3000)), b'text ' * draw.randrange(400), b''])


def change(draw, files):
    """A change drawn at random: the request, and what becomes of the dictionary."""
    files, name, verb = dict(files), draw.choice(NAMES), draw.choice(['string', 'bytes', 'delete', 'batch', 'batch'])
    if verb == 'delete':
        files.pop(name, None)
        return ('DELETE', f'file/delete/{quote(name)}', None, None), files
    if verb != 'batch':
        text = f'added {draw.random()}'
        files.pop(name, None)
        files[name] = text.encode()
        body, media = (json.dumps(text).encode(), JSON) if verb == 'string' else (text.encode(), BYTES)
        return ('POST', f'file/add/from/{verb}/{quote(name)}', body, media), files
    operations = []
    for _ in range(draw.randrange(1, 6)):
        name, action = draw.choice(NAMES), draw.choice(['add', 'replace', 'remove', 'rename', 'pattern'])
        condition = draw.choice(['always', 'if_exists', 'if_not_exists'])
        operation = {'action': 'remove' if action == 'pattern' else action, 'path': name, 'condition': condition}
        skipped = condition == 'if_exists' and name not in files or condition == 'if_not_exists' and name in files
        if action in ('add', 'replace'):
            operation['content'] = f'é {draw.random()}'
            if not skipped: files.pop(name, None); files[name] = operation['content'].encode()
        elif action == 'rename':
            operation['new_path'] = draw.choice(NAMES)
            if not skipped and name in files: content = files.pop(name); files.pop(operation['new_path'], None); files[operation['new_path']] = content
        else:
            if action == 'pattern': operation['pattern'] = draw.choice(['*.tmp', 'dir/*', 'a.*', '*é*'])
            gone = fnmatch.filter(files, operation['pattern']) if action == 'pattern' else [name]
            if not skipped: files = {name: content for name, content in files.items() if name not in gone}
        operations.append(operation)
    return ('POST', 'batch/operations', json.dumps({'operations': operations, 'atomic': False}).encode(), JSON), files


def alone(report, binary, rounds):
    """(a) and (b)."""
    with ours(binary, in_memory()) as server:
        for number in range(rounds):
            draw, how = random.Random(number), WAYS[number % len(WAYS)]
            files = {name: contents(draw) for name in draw.sample(NAMES, draw.randrange(len(NAMES)))}
            sent = packed(files, how, draw)
            if how == 'folders': files['a folder/'] = b''
            strategy, name = ('direct', 'temporal', 'key_based')[number % 3], f'{how} {number}'
            stored = server.json('POST', f'/zips/{strategy}/zip/store/a/key/f-{number}', sent, {'content-type': 'application/zip'})
            report.equal(f'{name}: stored', (stored['cache_hash'], stored['size'], stored['file_count']), (hashed(files), len(sent), len(files)))
            report.equal(f'{name}: as sent', server.send('GET', f'/zips/zip/{stored["cache_id"]}/retrieve')[2], sent)
            holds(report, name, server, 'zips', stored['cache_id'], files)
            at, first = stored['cache_id'], files
            for step in range(6):
                (method, path, body, media), files = change(draw, files)
                at = server.json(method, f'/zips/zip/{at}/{path}', body, media)['cache_id']
                holds(report, f'{name} step {step} {method} {path} {body}', server, 'zips', at, files)
            holds(report, f'{name} original', server, 'zips', stored['cache_id'], first)


def in_turns(report, label, first, second, storage):
    """(c): `first` makes archives, `second` reads and changes them, and `first` reads that."""
    files = {'a.txt': b'aaa', 'dir/b.json': b'{"b": 1}'}
    with first(storage) as server:
        stored = server.json('POST', '/turns/key_based/zip/store/a/key/sent', packed(files, 'plain', random.Random(1)), {'content-type': 'application/zip'})
        empty = server.json('POST', '/turns/direct/zip/create/a/key/empty')
        added = server.json('POST', f'/turns/zip/{empty["cache_id"]}/file/add/from/string/n/c.txt', b'"ccc"', JSON)
    with second(storage) as server:
        holds(report, f'{label}: stored', server, 'turns', stored['cache_id'], files)
        holds(report, f'{label}: added', server, 'turns', added['cache_id'], {'n/c.txt': b'ccc'})
        removed = server.json('DELETE', f'/turns/zip/{stored["cache_id"]}/file/delete/a.txt')
        more = server.json('POST', f'/turns/zip/{removed["cache_id"]}/file/add/from/bytes/d.bin', b'\0d', BYTES)
    with first(storage) as server:
        holds(report, f'{label}: changed', server, 'turns', more['cache_id'], {'dir/b.json': files['dir/b.json'], 'd.bin': b'\0d'})
        holds(report, f'{label}: original', server, 'turns', stored['cache_id'], files)


def of_the_python_service_alone(report, binary, storage):
    """What the Python service lets in: a name twice. Our server serves the last one, and keeps that one when it makes a change."""
    with python_service(storage) as server:
        stored = server.json('POST', '/odd/direct/zip/store/k/f', packed({'a.txt': b'old', 'b.txt': b'b'}, 'plain', random.Random(1)), {'content-type': 'application/zip'})
        twice = server.json('POST', f'/odd/zip/{stored["cache_id"]}/file/add/from/string/a.txt', b'"new"', JSON)
    with ours(binary, storage) as server:
        at = f'/odd/zip/{twice["cache_id"]}'
        report.equal('twice: the last one', server.send('GET', f'{at}/file/retrieve/a.txt')[2], b'new')
        changed = server.json('POST', f'{at}/file/add/from/string/c.txt', b'"c"', JSON)
        holds(report, 'twice: changed', server, 'odd', changed['cache_id'], {'a.txt': b'new', 'b.txt': b'b', 'c.txt': b'c'})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('binary'); parser.add_argument('--rounds', type=int, default=40)
    arguments = parser.parse_args()
    report = Report()
    alone(report, arguments.binary, arguments.rounds)
    if reason := python_service_missing(): print(f'left out: {reason}')
    else:
        here = lambda storage: ours(arguments.binary, storage)
        with contextlib.ExitStack() as folders:
            folder = lambda: in_folder(folders.enter_context(tempfile.TemporaryDirectory()))
            in_turns(report, 'python, ours', python_service, here, folder())
            in_turns(report, 'ours, python', here, python_service, folder())
            of_the_python_service_alone(report, arguments.binary, folder())
    print(f'{report.passed} passed, {report.failed} failed')
    return 1 if report.failed else 0


if __name__ == '__main__': sys.exit(main())

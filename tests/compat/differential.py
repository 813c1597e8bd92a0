#!/usr/bin/env python3
"""Sends the same generated requests to the Python service and to our server, and lists where the answers differ.

    differential.py target/release/cache-server [--all] [--show REGEX] [--explained] [--s3 ENDPOINT]

Both start fresh, on memory storage; with --s3, ours on a bucket. Some 700 of 4,100 cases, always the same
ones, without --all; 70 on a bucket. A case is a few requests in a namespace of its own: names with odd characters and
percent-encodings in every place, query strings, content types, bodies of every JSON type and encoding on every route,
ids and hashes in odd forms. Statuses are compared and, where the Python service answers 200, bodies with ids, times and
folders masked. A difference that the contract wants has its reason in `explain`; any other one is printed.
Needs Python 3.12 and the packages of requirements.txt; without them it says so and ends with status 0.
Last line: 'N passed, M failed'; status 1 when M > 0.
"""
import argparse, collections, gzip, http.client, json, re, sys, zlib
from binascii import crc32
from urllib.parse import quote, unquote_to_bytes
from servers import in_bucket, in_memory, ours, python_service, python_service_missing

JSON, TEXT, BYTES = 'application/json', 'text/plain', 'application/octet-stream'
MISSING_ID, MISSING_HASH = '00000000-0000-4000-8000-000000000000', '0' * 16

# What http.client does not let through goes out all the same.
http.client.HTTPConnection._validate_path = lambda self, url: None
http.client.HTTPConnection._encode_request = lambda self, request: request.encode('latin-1')


class Case:
    """A namespace, and requests (method, path, body, content type, more headers) that may use the ids of the first answer."""
    def __init__(self, label, *steps): self.label, self.steps = label, steps


def step(method, path, body=None, media=None, **headers):
    if isinstance(body, str): body = body.encode()
    return method, path, body, {**({'content-type': media} if media else {}), **{k.replace('_', '-'): v for k, v in headers.items()}}


def views(*which, kind='retrieve/{id}'): return [step('GET', f'/{{ns}}/{kind}{view}') for view in which]


ODD = ['%2F', '%2f', '%5C', '%00', '%01', '%0A', '%09', '%7F', '%C2%85', '%C2%A0', '%E3%80%80', '%E2%80%8B', '%EF%BB%BF', '%E2%80%AE', '%1F',
       '%20', '+', '%2B', '%25', '%2525', '%252F', '%FF', '%C3', '%C3%28', '%ED%A0%80', '%F4%90%80%80', '%C0%AF', '%F0%9F%99%82', '%C3%A9', 'e%CC%81',
       '%', '%G1', '%2', '%u0041', '.', '..', '%2e', '%2E%2e', '...', '/', '//', '/./', '/../', '%2F..%2F', ';', ';x=1', '=', '&', '@', ':', ',', '~', '!',
       "'", '(', '*', '$', '|', '^', '"', '<', '{', '[', '`', '_', '-', '%3F', '%23', '%26', '%3D', '%41']


def names():
    for odd in ODD:
        for form in ('{}', 'a{}b', '{}b', 'a{}'):
            name = form.format(odd)
            yield Case(f'key {name}', step('POST', f'/{{ns}}/key_based/store/json/{name}?file_id=f', '{"a": 1}', JSON), *views('/metadata', '/json', '/refs'))
            yield Case(f'data key {name}', step('POST', '/{ns}/direct/store/json', '{}', JSON),
                       step('POST', f'/{{ns}}/cache/{{id}}/data/store/string/{name}/f', 'x', TEXT), step('GET', '/{ns}/cache/{id}/data/list'),
                       step('GET', f'/{{ns}}/cache/{{id}}/data/string/{name}/f'), step('GET', f'/{{ns}}/cache/{{id}}/data/exists/string/{name}/f'))
        for form in ('{}', 'a{}b', 'a{}'):
            name = form.format(odd)
            yield Case(f'namespace {name}', step('POST', f'/{{ns}}{name}/direct/store/string', 'x', TEXT), step('GET', f'/{{ns}}{name}/retrieve/{{id}}/metadata'),
                       step('GET', f'/{{ns}}{name}/file-hashes'))
            yield Case(f'file id {name}', step('POST', f'/{{ns}}/key_based/store/string/k?file_id={name}', 'x', TEXT), *views('/metadata'))
            yield Case(f'child {name}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', f'/{{ns}}/cache/{{id}}/data/store/json/{name}', '{"c": 1}', JSON),
                       step('GET', f'/{{ns}}/cache/{{id}}/data/json/{name}'), step('GET', '/{ns}/cache/{id}/data/list'),
                       step('DELETE', f'/{{ns}}/cache/{{id}}/data/delete/json/{name}'))
            yield Case(f'admin {name}', step('POST', '/{ns}/key_based/store/json/k?file_id=f', '{}', JSON), step('GET', f'/admin/storage/file/exists/{{ns}}/{name}'),
                       step('GET', f'/admin/storage/files/in/{{ns}}/{name}'), step('GET', f'/admin/storage/folders/{{ns}}/{name}'), step('GET', f'/admin/storage/file/json/{{ns}}/{name}'))
            yield Case(f'field {name}', step('POST', f'/{{ns}}/direct/store/json/k?file_id=f&json_field_path={name}', '{"a": "x", "a_b": "y", "a.b": 1, "_": 2}', JSON))
        yield Case(f'strategy {odd}', step('POST', f'/{{ns}}/direct{odd}/store/string', 'x', TEXT))
        yield Case(f'id {odd}', step('GET', f'/{{ns}}/retrieve/{MISSING_ID}{odd}'), step('GET', f'/{{ns}}/exists/id/{odd}'))
        yield Case(f'hash {odd}', step('GET', f'/{{ns}}/retrieve/hash/{MISSING_HASH}{odd}'), step('GET', f'/{{ns}}/exists/hash/{odd}'))


def lengths():
    for size in (127, 128, 129, 300):
        yield Case(f'file id of {size}', step('POST', f'/{{ns}}/direct/store/string/k?file_id={"f" * size}', 'x', TEXT), *views('/metadata'))
        yield Case(f'file id of {size} characters of two bytes', step('POST', f'/{{ns}}/direct/store/string/k?file_id={"%C3%A9" * size}', 'x', TEXT), *views('/metadata'))
        yield Case(f'namespace of {size}', step('POST', f'/{{ns}}{"n" * (size - 6)}/direct/store/string', 'x', TEXT))
        yield Case(f'child of {size}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', f'/{{ns}}/cache/{{id}}/data/store/string/{"c" * size}', 'x', TEXT))
    for size in (255, 256, 257, 1023, 1024, 1025):
        yield Case(f'key of {size}', step('POST', f'/{{ns}}/direct/store/string/{"k" * size}?file_id=f', 'x', TEXT))
        yield Case(f'data key of {size}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', f'/{{ns}}/cache/{{id}}/data/store/string/{"k" * size}/f', 'x', TEXT))
        yield Case(f'field path of {size}', step('POST', f'/{{ns}}/direct/store/json/k?json_field_path={"a" * size}', json.dumps({'a' * size: 'v'}), JSON))
    for size in (9, 10, 15, 16, 17, 32, 64, 96, 97):
        yield Case(f'hash of {size}', step('GET', f'/{{ns}}/exists/hash/{"a" * size}'), step('GET', f'/{{ns}}/retrieve/hash/{"a" * size}'))


def queries():
    for query in ('file_id=a&file_id=b', 'file_id=', 'file_id', 'file_id=&file_id=b', 'file_id=b&file_id=', 'FILE_ID=a', 'file_id=a;file_id=b', 'file_id=a%26b', 'file_id=+a+',
                  '%66ile_id=a', 'file%5Fid=a', 'file_id =a', 'file_id[]=a', '&&file_id=a&&', 'file_id=a=b', '?file_id=a', 'unknown=1&file_id=a', 'file_id=%E9', 'file_id=a%00b', 'file_id=é',
                  'file_id=a#b', '=a', 'file_id=null', 'file_id=None', 'json_field_path=', 'json_field_path=a&json_field_path=b', 'json_field_path=a.b', 'json_field_path=c.0', 'json_field_path=n',
                  'json_field_path=t', 'json_field_path=f', 'json_field_path=o', 'json_field_path=l', 'json_field_path=x.y', 'json_field_path=%20a%20', 'json_field_path=a%20', 'json_field_path=big', 'json_field_path=a.',
                  'json_field_path=.a', 'json_field_path=o.p.q', 'json_field_path=z', 'json_field_path=s', 'json_field_path=l.0', 'json_field_path=e'):
        body = '{"a": "é", "b": "2", "c": ["x"], "n": 1, "t": true, "f": 1.50, "o": {"z": 1, "p": {"q": "deep"}}, "l": [3, {"b": 1, "a": 2}], "big": 123456789012345678901234567890, "z": null, "s": " ", "e": 1e5}'
        yield Case(f'query {query}', step('POST', f'/{{ns}}/direct/store/json/k?{query}'.encode().decode('latin-1'), body, JSON), *views('/metadata'))
    for value in ('true', 'True', 'TRUE', 'tRue', '1', '0', '1.0', 'yes', 'on', 't', 'y', 'Y', 'false', 'False', 'off', 'no', 'n', 'f', '', '2', '-1', 'maybe', '%20true', 'true%20', 'null', 'true&recursive=false', 'false&recursive=true', 'true,false'):
        store = step('POST', '/{ns}/key_based/store/json/a/b?file_id=f', '{}', JSON)
        yield Case(f'flag {value}', store, step('POST', '/{ns}/cache/{id}/data/store/string/k/f', 'x', TEXT), step('GET', f'/{{ns}}/cache/{{id}}/data/list?recursive={value}'),
                   step('GET', f'/admin/storage/files/in/{{ns}}?recursive={value}'), step('GET', f'/admin/storage/files/in/{{ns}}/data/key-based/a/b?return_full_path={value}'),
                   step('GET', f'/admin/storage/folders/{{ns}}?recursive={value}'), step('GET', f'/admin/storage/folders/{{ns}}?return_full_path={value}'))


def deep(levels, opening='[', closing=']'): return opening * levels + closing * levels


TEXTS = {
    'null': 'null', 'true': 'true', 'zero': '0', 'minus zero': '-0', 'minus zero float': '-0.0', 'integer': '42', 'float': '1.5', 'exponent': '1E5', 'small': '1e-7', 'tiny': '5e-324', 'under': '1e-400',
    'over': '1e400', 'big': '1' * 40, 'huge': '9' * 4299, 'past 4300 digits': '9' * 4301, 'nan': 'NaN', 'infinity': 'Infinity', 'minus infinity': '-Infinity', 'leading zero': '01', 'plus': '+1', 'point': '.5',
    'trailing point': '1.', 'hex': '0x10', 'string': '"text"', 'empty string': '""', 'blank string': '" "', 'unicode': '"é🙂\u2028"', 'escapes': r'"\u00e9\ud83d\ude42\n\/\b"', 'nul': r'"a\u0000b"',
    'surrogate': r'"\ud800"', 'surrogates swapped': r'"\ude42\ud83d"', 'bad escape': r'"\x41"', 'short escape': r'"\u12"', 'raw control': '"a\nb"', 'raw tab': '"a\tb"', 'del': '"\x7f"', 'unclosed': '"a', 'single quotes': "'a'",
    'array': '[]', 'array of all': '[null, true, 1, "a", {}]', 'object': '{}', 'object of all': '{"n": null, "t": true, "i": 1, "f": 1.0, "s": "a", "l": [1, [2]], "o": {"p": {}}}', 'duplicates': '{"a": 1, "b": 2, "a": 3}',
    'nested duplicates': '{"o": {"a": 1, "a": {"b": 1}}, "o": {"z": 1, "a": 2}}', 'number keys': '{1: 2}', 'unquoted': '{a: 1}', 'trailing comma': '{"a": 1,}', 'array trailing comma': '[1,]', 'comment': '{"a": 1} // c', 'two values': '{} {}',
    'spaces': ' \t\r\n {"a" : 1 } \n', 'other space': '\u00a0{}', 'form feed': '\x0c{}', 'only spaces': '  ', 'nothing': '', 'word': 'word', 'surrogate key': r'{"\ud800": 1}', 'surrogate in object': r'{"a": "\udfff"}', 'nul in object': r'{"a": "\u0000", "\u0000": 1}',
    'unicode keys': '{"é": 1, "🙂": 2, "Z": 3, "a": 4, "\ufffd": 5, "": 6}', 'floats': '{"a": [0.1, 1e16, 1e15, 123456789012345680.0, 1.0e-5, 0.0001, 1e22, 1.7976931348623157e308, 2.5e-8, 100000000000000000000.0, 3.0, 1E400]}',
    'fine floats': '{"a": [0.1, 1e16, 1e15, 123456789012345680.0, 1.0e-5, 0.0001, 1e22, 1.7976931348623157e308, 2.5e-8, 100000000000000000000.0, 3.0, -0.0, 9007199254740993, 0.30000000000000004, 1e-320]}',
    'integers': '{"a": [9223372036854775807, 9223372036854775808, -9223372036854775809, 18446744073709551616, -0]}', 'big integer in object': '{"a": ' + '7' * 3000 + '}', 'too big integer in object': '{"a": ' + '7' * 4400 + '}',
    'infinity in object': '{"a": Infinity}', 'nan in object': '{"a": [NaN]}', 'lower nan': '{"a": nan}', 'deep 100': '{"a": ' + deep(100) + '}', 'deep 126': '{"a": ' + deep(126) + '}', 'deep 127': '{"a": ' + deep(127) + '}',
    'deep 128': '{"a": ' + deep(128) + '}', 'deep 300': '{"a": ' + deep(300) + '}', 'deep 3000': deep(3000), 'deep objects': deep(100, '{"a":', '}').replace('}', '1}', 1), 'unclosed deep': '{"a": ' + '[' * 500,
    'true in capitals': 'True', 'long string': '"' + 'x' * 100_000 + '"', 'many keys': json.dumps({f'k{i}': i for i in range(500)}), 'html': '<b>"q"</b>', 'solidus': '{"a/b": "c\\/d"}',
}
OTHERS = {
    'bom': b'\xef\xbb\xbf{"a": 1}', 'bom string': b'\xef\xbb\xbf"a"', 'utf-16': '{"a": "é"}'.encode('utf-16'), 'utf-16-le': '{"a": "é"}'.encode('utf-16-le'), 'utf-16-be': '{"a": "é"}'.encode('utf-16-be'),
    'utf-32': '{"a": "é"}'.encode('utf-32'), 'utf-32-le': '{"a": 1}'.encode('utf-32-le'), 'utf-32-be': '{"a": 1}'.encode('utf-32-be'), 'utf-16 string': '"é"'.encode('utf-16'), 'utf-16-le string': '"é"'.encode('utf-16-le'),
    'latin-1': '{"a": "é"}'.encode('latin-1'), 'latin-1 string': '"é"'.encode('latin-1'), 'overlong': b'{"a": "\xc0\xaf"}', 'surrogate bytes': b'"\xed\xa0\x80"', 'truncated': b'"\xf0\x9f"', 'zero bytes': b'\x00\x00\x00\x00', 'one zero': b'\x00',
    'odd utf-16': '"é"'.encode('utf-16') + b'\x00', 'utf-16 without end': '{"a": 1'.encode('utf-16'), 'bytes': bytes(range(256)), 'one': b'1', 'brace': b'{', 'digit and zero': b'1\x00', 'bom alone': b'\xef\xbb\xbf', 'bom twice': b'\xef\xbb\xbf\xef\xbb\xbf{}',
}
BODIES = {**{name: text.encode() for name, text in TEXTS.items()}, **OTHERS}
MEDIA = [None, '', TEXT, BYTES, 'application/json; charset=utf-8', 'application/json; charset=utf-16', 'application/json;', 'APPLICATION/JSON', ' application/json ', 'application/problem+json', 'application/vnd.x+JSON; v=1',
         'application/+json', 'text/json', 'application/jsonp', 'application/json-seq', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b', 'multipart/form-data', 'json', 'application/', '/', '*/*', 'application/json, text/plain',
         'application/json x', 'application/javascript+json', 'image/svg+json', 'text/plain; charset=latin-1']


def bodies():
    for name, body in BODIES.items():
        for kind in ('string', 'json', 'binary'):
            yield Case(f'store {kind} of {name}', step('POST', f'/{{ns}}/direct/store/{kind}', body, JSON), *views('', '/string', '/json', '/binary'))
            yield Case(f'child {kind} of {name}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', f'/{{ns}}/cache/{{id}}/data/store/{kind}/c', body, JSON), step('GET', f'/{{ns}}/cache/{{id}}/data/{kind}/c'))
            first = {'string': ('"x"', JSON), 'json': ('{}', JSON), 'binary': ('x', BYTES)}[kind]
            yield Case(f'update {kind} with {name}', step('POST', f'/{{ns}}/direct/store/{kind}', *first), step('POST', f'/{{ns}}/update/{{id}}/{kind}', body, JSON), *views('', '/string'))
        for kind in ('string', 'binary'):
            yield Case(f'store {kind} of raw {name}', step('POST', f'/{{ns}}/temporal/store/{kind}', body, TEXT), *views('/string', '/binary'))
        yield Case(f'child string of raw {name}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', '/{ns}/cache/{id}/data/store/string/c', body, BYTES), step('GET', '/{ns}/cache/{id}/data/string/c'))
    for media in MEDIA:
        for kind in ('string', 'json', 'binary'):
            for name in ('string', 'object', 'word', 'integer', 'nothing', 'bytes'):
                yield Case(f'store {kind} of {name} as {media}', step('POST', f'/{{ns}}/direct/store/{kind}', BODIES[name], media), *views('/string'))
            yield Case(f'child {kind} as {media}', step('POST', '/{ns}/direct/store/json', '{}', JSON), step('POST', f'/{{ns}}/cache/{{id}}/data/store/{kind}/c', '{"a": 1}', media), step('GET', f'/{{ns}}/cache/{{id}}/data/{kind}/c'))
    packed = gzip.compress(b'{"a": 1}', mtime=0)
    for encoding in ('gzip', 'GZIP', ' gzip ', 'x-gzip', 'gzip, gzip', 'gzip,identity', 'deflate', 'br', 'identity', '', 'utf-8', 'a b/c', 'x' * 200, 'é'):
        for label, body in (('gzip', packed), ('zlib', zlib.compress(b'{"a": 1}')), ('plain', b'{"a": 1}'), ('cut gzip', packed[:-5]), ('two members', packed * 2), ('trailing', packed + b'x'), ('empty gzip', gzip.compress(b'', mtime=0))):
            yield Case(f'{label} as {encoding}', step('POST', '/{ns}/direct/store/binary', body, BYTES, content_encoding=encoding), *views('', '/metadata', '/binary', '/string', '/json'))
        for kind in ('string', 'json'):
            yield Case(f'{kind} encoded as {encoding}', step('POST', f'/{{ns}}/direct/store/{kind}', '{"a": 1}' if kind == 'json' else '"a"', JSON, content_encoding=encoding), *views('/metadata', '/string'))


def identifiers():
    store = step('POST', '/{ns}/direct/store/json', '{"a": 1}', JSON)
    for form in ('{ID}', '{id}%20', '%20{id}', '{{{id}}}', 'urn:uuid:{id}', '{hex}', '{id}x', '{id}/', '/{id}', '{id}.json', '{id}%0A', '%7B{id}%7D', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', '0', '{hash}'):
        yield Case(f'id as {form}', store, step('GET', f'/{{ns}}/exists/id/{form}'), step('GET', f'/{{ns}}/retrieve/{form}'), step('GET', f'/{{ns}}/retrieve/{form}/json'), step('GET', f'/{{ns}}/retrieve/{form}/refs'),
                   step('GET', f'/{{ns}}/cache/{form}/data/list'), step('POST', f'/{{ns}}/update/{form}/json', '{"b": 1}', JSON), step('DELETE', f'/{{ns}}/delete/{form}'))
    for form in ('{HASH}', '{hash}%20', '%20{hash}', '{hash}0', '{hash10}', '{hash}x', '{hash}/', 'g' * 16, '0x{hash}', '{id}'):
        yield Case(f'hash as {form}', store, step('GET', f'/{{ns}}/exists/hash/{form}'), step('GET', f'/{{ns}}/retrieve/hash/{form}'), step('GET', f'/{{ns}}/retrieve/hash/{form}/json'), step('GET', f'/{{ns}}/retrieve/hash/{form}/refs-hash'),
                   step('GET', f'/{{ns}}/retrieve/hash/{form}/cache-id'), step('GET', f'/{{ns}}/retrieve/hash/{form}/metadata'))
    for kind in ('string', 'json', 'binary', 'type-safe', 'String', 'txt', 'text', ''):
        yield Case(f'data type {kind}', store, step('POST', '/{ns}/cache/{id}/data/store/string/c', 'x', TEXT), step('GET', f'/{{ns}}/cache/{{id}}/data/exists/{kind}/c'), step('GET', f'/{{ns}}/cache/{{id}}/data/{kind}/c'),
                   step('POST', f'/{{ns}}/cache/{{id}}/data/update/{kind}/c', '"y"', JSON), step('DELETE', f'/{{ns}}/cache/{{id}}/data/delete/{kind}/c'))
    for strategy in ('Direct', 'DIRECT', 'temporal-latest', 'temporal_latest%20', '%20direct', 'direct/', 'versioned', '0', 'null'):
        yield Case(f'strategy as {strategy}', step('POST', f'/{{ns}}/{strategy}/store/string', 'x', TEXT))


def missing():
    store = step('POST', '/{ns}/direct/store/json', '{"a": 1}', JSON)
    for kind, body in (('string', '"x"'), ('json', '{}'), ('binary', 'x')):
        media = BYTES if kind == 'binary' else JSON
        yield Case(f'missing {kind}', step('GET', f'/{{ns}}/retrieve/{MISSING_ID}/{kind}'), step('GET', f'/{{ns}}/retrieve/hash/{MISSING_HASH}/{kind}'), step('POST', f'/{{ns}}/update/{MISSING_ID}/{kind}', body, media),
                   step('GET', f'/{{ns}}/cache/{MISSING_ID}/data/{kind}/c'), step('POST', f'/{{ns}}/cache/{MISSING_ID}/data/store/{kind}/c', body, media), step('POST', f'/{{ns}}/cache/{MISSING_ID}/data/update/{kind}/c', body, media),
                   step('DELETE', f'/{{ns}}/cache/{MISSING_ID}/data/delete/{kind}/c'), step('DELETE', f'/{{ns}}/cache/{MISSING_ID}/data/delete/{kind}/k/c'), step('GET', f'/{{ns}}/cache/{MISSING_ID}/data/exists/{kind}/k/c'))
        yield Case(f'missing child {kind}', store, step('GET', f'/{{ns}}/cache/{{id}}/data/{kind}/c'), step('GET', f'/{{ns}}/cache/{{id}}/data/{kind}/k/c'), step('POST', f'/{{ns}}/cache/{{id}}/data/update/{kind}/c', body, media),
                   step('DELETE', f'/{{ns}}/cache/{{id}}/data/delete/{kind}/c'), step('GET', f'/{{ns}}/cache/{{id}}/data/exists/{kind}/c'))
        for other, body in (('string', '"y"'), ('json', '{"y": 1}'), ('binary', 'y')):
            yield Case(f'{kind} updated as {other}', step('POST', f'/{{ns}}/direct/store/{kind}', {'string': '"x"', 'json': '{"x": 1}', 'binary': 'x'}[kind], media),
                       step('POST', f'/{{ns}}/update/{{id}}/{other}', body, BYTES if other == 'binary' else JSON), *views('', '/string', '/json', '/binary', '/metadata'))
    yield Case('nothing there', step('GET', '/{ns}/file-ids'), step('GET', '/{ns}/file-hashes'), step('GET', '/admin/storage/files/all/{ns}'), step('GET', '/admin/storage/files/in/{ns}'), step('GET', '/admin/storage/folders/{ns}'),
               step('GET', f'/{{ns}}/retrieve/{MISSING_ID}/refs'), step('GET', f'/{{ns}}/retrieve/{MISSING_ID}/refs/all'), step('GET', f'/{{ns}}/retrieve/{MISSING_ID}/config'), step('GET', f'/{{ns}}/retrieve/{MISSING_ID}/metadata'),
               step('GET', f'/{{ns}}/retrieve/hash/{MISSING_HASH}/refs-hash'), step('GET', f'/{{ns}}/retrieve/hash/{MISSING_HASH}/cache-id'), step('GET', f'/{{ns}}/retrieve/hash/{MISSING_HASH}/metadata'),
               step('DELETE', f'/{{ns}}/cache/{MISSING_ID}/data/delete/all'), step('DELETE', f'/{{ns}}/cache/{MISSING_ID}/data/delete/all/k'), step('DELETE', '/admin/storage/file/delete/{ns}/x'), step('GET', f'/{{ns}}/cache/{MISSING_ID}/data/list/k'))
    for path in ('/{ns}', '/{ns}/', '/{ns}/retrieve', '/{ns}/retrieve/', '/{ns}/direct/store', '/{ns}/direct/store/json/', '/{ns}/direct/store/yaml', '/{ns}//retrieve/x', '//{ns}/file-ids', '/{ns}/file-ids/', '/namespaces/list/', '/NAMESPACES/list',
                 '/info/health/', '/info', '/admin/storage/', '/admin/storage/files/in/', '/admin/storage/files/in', '/admin/storage/folders/', '/%2e/info/health', '/info/../info/health', '/info%2Fhealth', '/info/health?x=1', '/info/health#x', '/info//health'):
        for method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE'): yield Case(f'{method} {path}', step(method, path, '{}' if method == 'POST' else None, JSON if method == 'POST' else None))


def cases():
    for group in (names, lengths, queries, bodies, identifiers, missing): yield from group()


UUID  = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
SHARD = re.compile(r'[0-9a-f]{2}/[0-9a-f]{2}/(?=<id>)')
FOLDER = re.compile(r'(refs/by-id|data/direct)/[0-9a-f]{2}(/[0-9a-f]{2})?(?=/?$)')
HOUR  = re.compile(r'20\d\d/\d\d/\d\d/\d\d(/\d\d)?(?=/|$)')


def mask(body, path):
    """A JSON body without ids, times, folders, and what the contract lets differ everywhere."""
    if isinstance(body, str):
        body = HOUR.sub('<hour>', body)
        if not body.startswith(MISSING_ID): body = SHARD.sub('<shard>/', UUID.sub('<id>', body))
        return FOLDER.sub(r'\1/<shard>', body)
    if isinstance(body, dict):
        return {mask(k, path): '<time>' if k in ('timestamp', 'stored_at') else '<request>' if k == 'request_id' else mask(v, path) for k, v in body.items() if k != 'content_size' and not (k == 'size' and body.get('data_type') == 'binary')}
    if isinstance(body, list):
        values = [mask(v, path) for v in body]
        return sorted(values, key=lambda v: json.dumps(v, sort_keys=True)) if '/data/list' in path or '/admin/' in path or '/file-' in path else values
    return body


def run(server, number, case):
    """The answers of one case: [(status, body or bytes)]."""
    names, answers = {'ns': f'ns{number:04}', 'id': MISSING_ID, 'hash': MISSING_HASH}, []
    for method, path, body, headers in case.steps:
        known = {**names, 'ID': names['id'].upper(), 'hex': names['id'].replace('-', ''), 'HASH': names['hash'].upper(), 'hash10': names['hash'][:10]}
        target = re.sub(r'\{(\w+)\}', lambda m: known.get(m.group(1), m.group(0)), path)
        try: status, got, data = server.send(method, target, body, headers)
        except Exception as error:
            answers.append((type(error).__name__, None, target))
            continue
        try: content = json.loads(data) if 'json' in got.get('content-type', '') else data
        except ValueError: content = data
        if status == 200 and isinstance(content, dict) and method == 'POST' and names['id'] == MISSING_ID and 'cache_id' in content: names.update(id=content['cache_id'], hash=content.get('cache_hash', ''))
        answers.append((status, content, target))
    return answers


def explain(case, request, python, ours):
    """Why this difference is meant, in the words of wire.md and layout.md; None when it is not."""
    method, path, body, headers = request
    status, answer = ours[0], ours[1]
    text = json.dumps(answer) if isinstance(answer, (dict, list)) else ''
    decoded = unquote_to_bytes(ours[2].split('?')[0]).decode('utf-8', 'replace')
    if python[0] == 500: return 'nothing answers a client\'s mistake with 500'
    if 'data_files_created' not in text and python[0] == 404 and python[1] == b'' and (status, answer) == (200, b''): return 'an empty file that was stored is there'
    if '{ID}' in path and status == 200 and method != 'DELETE': return 'an upper-case UUID finds its entry'
    if '#' in ours[2]: return 'no HTTP: a request target has no fragment'
    if path.startswith('/admin/storage/folders/{ns}/') and answer == []: return 'stored paths are not trimmed'
    if path in ('/admin/storage/folders/', '/admin/storage/files/in/'): return 'every namespace of the run is listed, also those of names only one of the two accepts'
    if python[0] == 404 and any('%0A' in path for _, path, _, _ in case.steps): return 'control characters at an end are trimmed like blanks'
    if status == 400 and 'control character' in text: return 'control characters are refused'
    if status == 400 and 'segment' in text: return '. and .. segments are refused'
    if status == 400 and re.search('is empty|no valid character', text): return 'empty names are refused'
    if '/update/' in path and method == 'POST' and status in (404, 409): return 'an update of a missing entry is 404, of another kind 409'
    if status == 400 and body is not None and re.search(rb'NaN|Infinity|[eE]400', body): return 'no NaN or Infinity'
    if status == 400 and re.search('128|[Rr]ecursion|nest', text): return 'JSON depth 128'
    if status == 400 and re.search('surrogate|hex escape|unicode code point', text): return 'nothing unreadable is stored'
    if '/update/' in path and '/cache/' not in path and status == 200 == python[0] and {**mask(answer, path), 'size': 0} == {**mask(python[1], path), 'size': 0}: return 'size is the number of bytes written'
    if status == 400 and answer == b'' and re.search(r'["<>`^{|}\\\x00-\x20\x7f-\xff]', ours[2]): return 'no HTTP: characters that a request line may not have'
    if status == 400 and 'out of range' in text: return 'an integer of too many digits is refused as other bad JSON is, with a place'
    if status == 415 and 'UNSUPPORTED_MEDIA_TYPE' in text: return 'a coding or character set that is not read is refused'
    coding = (case.steps[0][3] or {}).get('content-encoding', '')
    if coding.strip().lower() in ('gzip', 'x-gzip') and coding != 'gzip': return 'gzip is gzip by every name it has'
    if coding.strip().lower() == 'identity': return 'identity is no coding'
    if coding.strip().lower() in ('br', 'deflate', 'zstd', 'compress', 'x-compress') and 'content_encoding' in text: return 'a coding is kept by one name'
    if python[0] == 307: return 'no redirects from a path with a slash at its end'
    targets = [unquote_to_bytes(path.split('?')[0]).decode('utf-8', 'replace') for _, path, _, _ in case.steps]
    if status in (200, 400) and any('//' in target or (target.endswith('/') and '/store/' in target) for target in targets + [decoded]): return 'empty segments are dropped'
    return None


def compare(path, python, ours):
    """What differs, or None. Refusals: the kind of `detail` and its error_type."""
    if not isinstance(ours[0], int) or ours[0] >= 500: return f'{python[0]} there, {ours[0]} here'
    if python[0] != ours[0]: return f'{python[0]} there, {ours[0]} here'
    if python[0] == 200:
        there, here = mask(python[1], path), mask(ours[1], path)
        if there == here and (not isinstance(there, (dict, list)) or json.dumps(there) == json.dumps(here) or sorted_alike(there, here)): return None
        return 'another body'
    shape = lambda body: (type(body['detail']).__name__, body['detail'].get('error_type') if isinstance(body['detail'], dict) else None) if isinstance(body, dict) and 'detail' in body else type(body).__name__
    if shape(python[1]) != shape(ours[1]) and python[0] not in (401,): return f'another refusal: {shape(python[1])} there, {shape(ours[1])} here'
    return None


def sorted_alike(there, here): return json.dumps(there, sort_keys=True) == json.dumps(here, sort_keys=True)


def short(value):
    text = json.dumps(value, ensure_ascii=True) if isinstance(value, (dict, list)) else repr(value)
    return text if len(text) < 400 else text[:400] + '…'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('binary'); parser.add_argument('--show', default='', help='only cases whose name matches'); parser.add_argument('--all', action='store_true', help='all cases, not one of six')
    parser.add_argument('--s3', metavar='ENDPOINT', help='our server on a bucket of this S3 server')
    parser.add_argument('--explained', action='store_true', help='print these too')
    arguments = parser.parse_args()
    if reason := python_service_missing():
        print(f'SKIP: {reason}')
        return 0
    passed = failed = 0
    reasons = collections.Counter()
    storage, one_of = (in_bucket(arguments.s3, 'differential'), 60) if arguments.s3 else (in_memory(), 6)
    with python_service(in_memory()) as python, ours(arguments.binary, storage) as server:
        for number, case in enumerate(cases()):
            if not re.search(arguments.show, case.label): continue
            if not arguments.all and not arguments.show and crc32(case.label.encode()) % one_of: continue
            for request, there, here in zip(case.steps, run(python, number, case), run(server, number, case)):
                difference = compare(request[1], there, here)
                reason = difference and isinstance(here[0], int) and here[0] < 500 and explain(case, request, there, here)
                if reason: reasons[reason] += 1
                if not difference or reason: passed += 1
                else: failed += 1
                if difference and (not reason or arguments.explained):
                    print(f'{"MEANT" if reason else "DIFFERS"} {case.label}: {request[0]} {here[2][:200]} {short(request[2]) if request[2] is not None else ""} {request[3] or ""}\n     {reason or difference}\n     there {there[0]} {short(mask(there[1], request[1]))}\n     here  {here[0]} {short(mask(here[1], request[1]))}')
                if (there[0] == 200) != (here[0] == 200): break                       # what follows would only say it again
    for reason, count in reasons.most_common(): print(f'{count:5} meant: {reason}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__': sys.exit(main())

#!/usr/bin/env python3
"""Uses the unmodified Python client package against a running server.

    python_client.py http://127.0.0.1:8080 ref-secret-key [--key-name x-api-key]

Every method of every sub-client and of the entities; a method that is neither called nor named in NOT_CALLED is a failure.
Needs Python 3.12 and the packages in requirements.txt; without them it says so and ends with status 0.
Namespaces are new in every run, so the server may hold anything. Last line: 'N passed, M failed'; status 1 when M > 0.
"""
import argparse, functools, importlib, inspect, io, pkgutil, sys, traceback, uuid, zipfile

STRATEGIES = ('direct', 'temporal', 'temporal_latest', 'temporal_versioned', 'key_based')
MISSING    = '00000000-0000-4000-8000-000000000000'
# The methods that are not called, by reason. Any other one that is not fails the test, and so does one that has no reason to be here.
NOT_CALLED = {
    'it has no argument for the body that it sends': [f'Cache__Service__Client__Zip.zip_file_add_from_{kind}' for kind in ('bytes', 'string')],
    'it reads the form for the cookie, which is HTML, as JSON, and fails whatever the server answers': ['Cache__Service__Client__Set_Cookie.set_cookie_form'],
}


def packages():
    """The names this test needs, or None with the reason printed."""
    if sys.version_info < (3, 12):
        return print(f'SKIP: the Python client needs Python 3.12, this is {sys.version.split()[0]}')
    try:
        from programs.connection import connect
        from mgraph_ai_service_cache_client.schemas.cache.enums.Enum__Cache__Store__Strategy import Enum__Cache__Store__Strategy
        from mgraph_ai_service_cache_client.schemas.cache.enums.Enum__Cache__Data_Type import Enum__Cache__Data_Type
    except (ImportError, RuntimeError) as error:                     # starlette raises the latter where httpx is missing
        return print(f'SKIP: mgraph-ai-service-cache-client cannot be imported: {error}')
    return connect, Enum__Cache__Store__Strategy, Enum__Cache__Data_Type


def methods():
    """Every public method of the client, of its parts and of its entities: {'Class.method': class}."""
    from mgraph_ai_service_cache_client.client import cache_client, client_contract, client_entities
    found = {}
    for package in (cache_client, client_contract, client_entities):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
            module = importlib.import_module(module.name)
            for cls in (value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__):
                found |= {f'{cls.__name__}.{name}': cls for name, value in vars(cls).items() if inspect.isfunction(value) and not name.startswith('_')}
    return found


def record(methods):
    """Notes the methods that are called, in the set that it returns."""
    called = set()
    def noting(method, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            called.add(method)
            return function(*args, **kwargs)
        return wrapper
    for method, cls in methods.items():
        name = method.split('.')[1]
        setattr(cls, name, noting(method, vars(cls)[name]))
    return called


class Run:
    """Runs the checks and counts; a check is a function that asserts."""
    def __init__(self, client, strategy, data_type):
        self.client, self.strategy, self.data_type = client, strategy, data_type
        self.tag, self.passed, self.failed = uuid.uuid4().hex[:8], 0, 0

    def namespace(self, name): return f'py-{self.tag}-{name}'

    def check(self, name, function, *args):
        try:
            function(self, *args)
            self.passed += 1
        except Exception as error:
            self.failed += 1
            where = traceback.extract_tb(error.__traceback__)
            line = next((f for f in reversed(where) if f.filename == __file__ and f.name != 'equal'), where[-1])
            print(f'FAIL {name}  line {line.lineno}: {line.line}\n     {type(error).__name__}: {str(error)[:500]}')


def equal(got, want): assert got == want, f'{got!r} is not {want!r}'


def paths_of(stored):
    equal(sorted(stored.paths.json()), ['by_hash', 'by_id', 'data'])
    files = list(stored.paths.data)
    assert files and files == sorted(files), files
    return files


def strings(run, name):
    client, namespace, strategy = run.client, run.namespace(f'str-{name}'), run.strategy(name)
    text = 'some text – ünï 🙂 "quoted"\n\twith lines'
    stored = client.store().store__string(strategy=strategy, namespace=namespace, body=text)
    assert stored is not None, 'not stored'
    copies = {'temporal_latest': 2, 'temporal_versioned': 3}.get(name, 1)
    equal(len(paths_of(stored)), 3 * copies)
    cache_id, cache_hash = str(stored.cache_id), str(stored.cache_hash)
    for answer in (client.retrieve().retrieve__cache_id(cache_id, namespace), client.retrieve().retrieve__hash__cache_hash(cache_hash, namespace)):
        equal(answer.data, text)
        equal(str(answer.data_type.value), 'string')
        equal(str(answer.metadata.cache_id), cache_id)
        equal(str(answer.metadata.cache_hash), cache_hash)
        equal(str(answer.metadata.namespace), namespace)
        equal(str(answer.metadata.strategy.value), name)
    equal(client.retrieve().retrieve__cache_id__string(cache_id, namespace), text)
    equal(client.retrieve().retrieve__hash__cache_hash__string(cache_hash, namespace), text)
    equal(client.retrieve().retrieve__cache_id__json(cache_id, namespace), None)                  # 415
    equal(client.retrieve().retrieve__cache_id__binary(cache_id, namespace), text.encode())


def documents(run, name):
    client, namespace, strategy = run.client, run.namespace(f'json-{name}'), run.strategy(name)
    document = {'z': 1, 'a': [1, 2.5, None, True, {'ü': '🙂'}], 'big': 10 ** 30, 'e': '', 'nested': {'b': {}, 'c': []}}
    stored = client.store().store__json(strategy=strategy, namespace=namespace, body=document)
    cache_id, cache_hash = str(stored.cache_id), str(stored.cache_hash)
    equal(client.retrieve().retrieve__cache_id__json(cache_id, namespace), document)
    equal(list(client.retrieve().retrieve__cache_id__json(cache_id, namespace)), list(document))  # the order of keys
    equal(client.retrieve().retrieve__hash__cache_hash__json(cache_hash, namespace), document)
    equal(client.retrieve().retrieve__cache_id(cache_id, namespace).data, document)
    keyed = client.store().store__json__cache_key(namespace=namespace, strategy=strategy, cache_key='a/b/c.d', file_id='doc-1',
                                                  body={'id': 'one', 'meta': {'tag': 'x-1'}}, json_field_path='meta.tag')
    again = client.store().store__json__cache_key(namespace=namespace, strategy=strategy, cache_key='a/b/c.d', file_id='doc-2',
                                                  body={'id': 'two', 'meta': {'tag': 'x-1'}}, json_field_path='meta.tag')
    equal(str(keyed.cache_hash), str(again.cache_hash))
    assert any('doc-1.json' in str(path) for path in keyed.paths.data), keyed.paths.data
    assert name != 'key_based' or any(f'{namespace}/data/key-based/a/b/c.d/doc-1.json' == str(path) for path in keyed.paths.data)
    equal(client.retrieve().retrieve__cache_id__json(str(keyed.cache_id), namespace), {'id': 'one', 'meta': {'tag': 'x-1'}})
    equal(client.retrieve().retrieve__hash__cache_hash__json(str(keyed.cache_hash), namespace), {'id': 'two', 'meta': {'tag': 'x-1'}})
    refs = client.retrieve().retrieve__hash__cache_hash__refs_hash(str(keyed.cache_hash), namespace)
    equal([entry['cache_id'] for entry in refs['cache_ids']], [str(keyed.cache_id), str(again.cache_id)])
    equal((refs['latest_id'], refs['total_versions']), (str(again.cache_id), 2))
    equal(client.retrieve().retrieve__hash__cache_hash__cache_id(str(keyed.cache_hash), namespace)['cache_id'], str(again.cache_id))


def binaries(run, name):
    client, namespace, strategy = run.client, run.namespace(f'bin-{name}'), run.strategy(name)
    content = bytes(range(256)) * 4
    stored = client.store().store__binary(strategy=strategy, namespace=namespace, body=content)
    cache_id, cache_hash = str(stored.cache_id), str(stored.cache_hash)
    equal(client.retrieve().retrieve__cache_id__binary(cache_id, namespace), content)
    equal(client.retrieve().retrieve__hash__cache_hash__binary(cache_hash, namespace), content)
    reference = client.retrieve().retrieve__cache_id(cache_id, namespace)
    equal(type(reference).__name__, 'Schema__Cache__Binary__Reference')
    equal(str(reference.binary_url), f'/{namespace}/retrieve/{cache_id}/binary')
    keyed = client.store().store__binary__cache_key(namespace=namespace, strategy=strategy, cache_key='logs/app', body=b'\x00x', file_id='blob')
    assert any(str(path).endswith('blob.bin') for path in keyed.paths.data), keyed.paths.data
    equal(client.retrieve().retrieve__cache_id__binary(str(keyed.cache_id), namespace), b'\x00x')


def keyed_strings(run, name):
    client, namespace, strategy = run.client, run.namespace(f'key-{name}'), run.strategy(name)
    stored = client.store().store__string__cache_key(namespace=namespace, strategy=strategy, cache_key='logs/2024/app one', body='line', file_id='f-1')
    metadata = client.retrieve().retrieve__cache_id__metadata(str(stored.cache_id), namespace)
    equal(metadata.json()['data']['cache_key'], 'logs/2024/app one')
    equal(metadata.json()['data']['file_id'], 'f-1')
    plain = client.store().store__string__cache_key(namespace=namespace, strategy=strategy, cache_key='k', body='line')   # sends file_id=
    assert any(str(plain.cache_id) in str(path) for path in plain.paths.data), plain.paths.data


def records(run, name):
    client, namespace, strategy = run.client, run.namespace(f'rec-{name}'), run.strategy(name)
    stored = client.store().store__json(strategy=strategy, namespace=namespace, body={'a': 1})
    cache_id, cache_hash = str(stored.cache_id), str(stored.cache_hash)
    config = client.retrieve().retrieve__cache_id__config(cache_id, namespace)
    equal(config['file_type']['name'], 'json')
    equal(len(config['file_paths']), len(stored.paths.data) // 3)
    metadata = client.retrieve().retrieve__cache_id__metadata(cache_id, namespace).json()
    equal((metadata['data']['cache_id'], metadata['data']['cache_hash']), (cache_id, cache_hash))
    refs = client.retrieve().retrieve__cache_id__refs(cache_id, namespace).json()
    equal((refs['cache_id'], refs['strategy'], refs['namespace']), (cache_id, name, namespace))
    assert refs['file_paths']['content_files'] and refs['file_paths']['data_folders'], refs
    equal(sorted(refs['all_paths']['data']), sorted(map(str, stored.paths.data)))
    every = client.retrieve().retrieve__cache_id__refs__all(cache_id, namespace)
    equal(every['by_id'], refs)
    equal(every['details'][str(stored.paths.by_hash[0])]['latest_id'], cache_id)
    equal(sum(path.endswith('.metadata') for path in every['details']), len(stored.paths.data) // 3)
    by_hash = client.retrieve().retrieve__hash__cache_hash__metadata(cache_hash, namespace)
    equal(str(by_hash.json()['cache_id']), cache_id)


def exists(run, name):
    client, namespace = run.client, run.namespace(f'exists-{name}')
    stored = client.store().store__string(strategy=run.strategy(name), namespace=namespace, body='x')
    equal(client.exists().exists__cache_id(stored.cache_id, namespace).exists, True)
    equal(client.exists().exists__hash__cache_hash(stored.cache_hash, namespace).exists, True)
    equal(client.exists().exists__cache_id(MISSING, namespace).exists, False)
    equal(client.exists().exists__hash__cache_hash('0' * 16, namespace).exists, False)


def updates(run, name):
    client, namespace, strategy = run.client, run.namespace(f'upd-{name}'), run.strategy(name)
    text = client.store().store__string(strategy=strategy, namespace=namespace, body='before')
    updated = client.update().update__string(text.cache_id, namespace, 'after ü')
    equal((updated.updated_content, updated.updated_metadata), (True, False))
    equal(str(updated.cache_id), str(text.cache_id))
    equal(client.retrieve().retrieve__cache_id__string(str(text.cache_id), namespace), 'after ü')
    document = client.store().store__json(strategy=strategy, namespace=namespace, body={'a': 1})
    assert client.update().update__json(document.cache_id, namespace, {'b': [2]}) is not None
    equal(client.retrieve().retrieve__cache_id__json(str(document.cache_id), namespace), {'b': [2]})
    content = client.store().store__binary(strategy=strategy, namespace=namespace, body=b'\x01')
    assert client.update().update__binary(content.cache_id, namespace, b'\x02\x03') is not None
    equal(client.retrieve().retrieve__cache_id__binary(str(content.cache_id), namespace), b'\x02\x03')
    equal(client.update().update__string(MISSING, namespace, 'x'), None)


def deletes(run, name):
    client, namespace = run.client, run.namespace(f'del-{name}')
    stored = client.store().store__string(strategy=run.strategy(name), namespace=namespace, body='x')
    deleted = client.delete().delete__cache_id(str(stored.cache_id), namespace)
    equal((deleted['status'], deleted['cache_id'], deleted['failed_count']), ('success', str(stored.cache_id), 0))
    assert deleted['deleted_count'] >= 4, deleted
    equal(client.retrieve().retrieve__cache_id(str(stored.cache_id), namespace), None)
    equal(client.retrieve().retrieve__hash__cache_hash(str(stored.cache_hash), namespace), None)
    equal(client.retrieve().retrieve__cache_id__string(str(stored.cache_id), namespace), None)
    equal(client.exists().exists__cache_id(stored.cache_id, namespace).exists, False)
    equal(client.delete().delete__cache_id(str(stored.cache_id), namespace)['status'], 'not_found')


def children(run, name):
    client, namespace, kinds = run.client, run.namespace(f'kids-{name}'), run.data_type
    parent = client.store().store__json__cache_key(namespace=namespace, strategy=run.strategy(name), cache_key='p/q', file_id='parent', body={'p': 1})
    at = dict(cache_id=parent.cache_id, namespace=namespace)
    text_at = dict(cache_id=str(parent.cache_id), namespace=namespace)
    store, data = client.data_store(), client.data()
    folders = {'temporal_latest': 2, 'temporal_versioned': 3}.get(name, 1)

    first = store.data__store_string(str(parent.cache_id), namespace, 'no id')
    equal(len(first.data_files_created), folders)
    for stored, size in ((store.data__store_string__with__id(**text_at, data_file_id='t1', body='text ü'), 7),
                         (store.data__store_json__with__id(**text_at, data_file_id='j1', body={'x': [1]}), None),
                         (store.data__store_binary__with__id(**text_at, data_file_id='b1', body=b'\x00\x01'), 2)):
        assert stored is not None and len(stored.data_files_created) == folders, stored
        assert size is None or stored.file_size == size, stored.json()
    assert store.data__store_json(str(parent.cache_id), namespace, {'no': 'id'}) is not None
    assert store.data__store_binary(str(parent.cache_id), namespace, b'no id') is not None
    assert store.data__store_string__with__id_and_key(**at, data_key='k/l', data_file_id='t2', body='deep') is not None
    assert store.data__store_json__with__id_and_key(**at, data_key='k/l', data_file_id='j2', body={'deep': 1}) is not None
    assert store.data__store_binary__with__id_and_key(**text_at, data_key='k', data_file_id='b2', body=b'deep') is not None

    retrieve = data.retrieve()
    equal(retrieve.data__string__with__id(**text_at, data_file_id='t1'), 'text ü')
    equal(retrieve.data__json__with__id(**text_at, data_file_id='j1'), {'x': [1]})
    equal(retrieve.data__binary__with__id(**text_at, data_file_id='b1'), b'\x00\x01')
    equal(retrieve.data__string__with__id_and_key(**text_at, data_key='k/l', data_file_id='t2'), 'deep')
    equal(retrieve.data__json__with__id_and_key(**text_at, data_key='k/l', data_file_id='j2'), {'deep': 1})
    equal(retrieve.data__binary__with__id_and_key(**text_at, data_key='k', data_file_id='b2'), b'deep')
    equal(retrieve.data__json__with__id(**text_at, data_file_id='nope'), None)

    known = data.exists()
    equal(known.data__exists__with__id(**at, data_type=kinds.STRING, data_file_id='t1').exists, True)
    equal(known.data__exists__with__id(**at, data_type=kinds.JSON, data_file_id='t1').exists, False)
    equal(known.data__exists__with__id_and_key(**at, data_type=kinds.JSON, data_key='k/l', data_file_id='j2').exists, True)

    listing = data.list()
    every = listing.data__list(**at)
    equal(every.file_count, 9 * folders)                                                          # every copy is listed
    equal(sorted({str(f.data_file_id) for f in every.files if len(f.data_file_id) == 2}), ['b1', 'b2', 'j1', 'j2', 't1', 't2'])
    equal(listing.data__list(**at, recursive=False).file_count, 6 * folders)
    equal(listing.data__list__with__key(**at, data_key='k').file_count, 3 * folders)
    equal(listing.data__list__with__key(**at, data_key='k', recursive=False).file_count, folders)

    update = data.update()
    assert update.data__update_string__with__id(**at, data_file_id='t1', body='new') is not None
    assert update.data__update_json__with__id(**at, data_file_id='j1', body={'new': 1}) is not None
    assert update.data__update_binary__with__id(**at, data_file_id='b1', body=b'new') is not None
    assert update.data__update_string__with__id_and_key(**at, data_key='k/l', data_file_id='t2', body='newer') is not None
    assert update.data__update_json__with__id_and_key(**at, data_key='k/l', data_file_id='j2', body={'newer': 1}) is not None
    assert update.data__update_binary__with__id_and_key(**at, data_key='k', data_file_id='b2', body=b'newer') is not None
    equal(update.data__update_string__with__id(**at, data_file_id='nope', body='x'), None)
    equal(retrieve.data__string__with__id(**text_at, data_file_id='t1'), 'new')
    equal(retrieve.data__json__with__id_and_key(**text_at, data_key='k/l', data_file_id='j2'), {'newer': 1})
    equal(retrieve.data__binary__with__id_and_key(**text_at, data_key='k', data_file_id='b2'), b'newer')

    delete = data.delete()
    assert delete.delete__data__file__with__id(**text_at, data_type=kinds.STRING, data_file_id='t1') is not None
    equal(known.data__exists__with__id(**at, data_type=kinds.STRING, data_file_id='t1').exists, False)
    assert delete.delete__data__file__with__id_and_key(**text_at, data_type=kinds.JSON, data_key='k/l', data_file_id='j2') is not None
    removed = delete.delete__all__data__files__with__key(**text_at, data_key='k')
    equal(removed['deleted_count'], 2 * folders)
    removed = delete.delete__all__data__files(**text_at)
    equal(removed['deleted_count'], 5 * folders)
    equal(listing.data__list(**at).file_count, 0)
    equal(client.retrieve().retrieve__cache_id__json(str(parent.cache_id), namespace), {'p': 1})


def archives(run, name):
    client, namespace, strategy = run.client.zip(), run.namespace(f'zip-{name}'), name
    created = client.zip_create(namespace=namespace, strategy=strategy, cache_key='a/key', file_id='empty')
    equal((created['cache_hash'], created['size'], created['file_count'], created['success']), ('e3b0c44298fc1c14', 22, 0, True))
    # The client has no argument for what these send; what it sends goes through its own transport.
    execute = client.requests.execute
    equal(client.zip_store(namespace=namespace, strategy=strategy, cache_key='a/key', file_id='full'), None)
    equal(client.batch_operations(created['cache_id'], namespace), None)
    added = execute('POST', f'/{namespace}/zip/{created["cache_id"]}/file/add/from/string/dir/a.txt', body='é').json()
    equal((added['operation'], added['original_cache_id'], added['files_affected']), ('add', created['cache_id'], ['dir/a.txt']))
    added = execute('POST', f'/{namespace}/zip/{added["cache_id"]}/file/add/from/bytes/b.bin', body=b'\0b').json()
    equal(client.zip_files_list(added['cache_id'], namespace)['file_list'], ['b.bin', 'dir/a.txt'])
    removed = client.zip_file_delete(added['cache_id'], 'b.bin', namespace)
    equal((removed['success'], removed['operation'], removed['files_affected']), (True, 'remove', ['b.bin']))
    operations = [{'action': 'add', 'path': 'n.json', 'content': '{"n": 1}'}, {'action': 'rename', 'path': 'dir/a.txt', 'new_path': 'a.txt'}]
    done = execute('POST', f'/{namespace}/zip/{removed["cache_id"]}/batch/operations', body={'operations': operations}).json()
    equal((done['success'], done['files_added'], done['files_modified']), (True, ['n.json'], ['dir/a.txt', 'a.txt']))
    equal(client.zip_file_retrieve(done['cache_id'], 'n.json', namespace), {'n': 1})
    equal(client.zip_file_retrieve(done['cache_id'], 'nope', namespace), None)
    with zipfile.ZipFile(io.BytesIO(execute('GET', f'/{namespace}/zip/{done["cache_id"]}/retrieve').content)) as archive:
        equal({name: archive.read(name) for name in archive.namelist()}, {'n.json': b'{"n": 1}', 'a.txt': 'é'.encode()})
    equal(client.zip_files_list(created['cache_id'], namespace)['file_list'], [])                 # the original
    missing = str(uuid.uuid4())
    equal((client.zip_files_list(missing, namespace), client.zip_retrieve(missing, namespace), client.zip_file_delete(missing, 'a', namespace)), (None, None, None))


def fixtures(run):
    manifest = run.client.server().create__test_fixtures()
    equal(manifest, run.client.server().create__test_fixtures())
    made = manifest['data']['fixtures']
    equal(len(made), 9)
    equal(run.client.retrieve().retrieve__cache_id__json(made['json_simple']['cache_id'], 'default'), {'key': 'value', 'number': 42})


def namespaces(run):
    client, namespace = run.client, run.namespace('names')
    stored = [client.store().store__string(strategy=run.strategy('direct'), namespace=namespace, body=text) for text in ('a', 'b', 'b')]
    equal(sorted(map(str, client.namespace().cache_ids(namespace))), sorted(str(s.cache_id) for s in stored))
    equal(sorted(map(str, client.namespace().cache_hashes(namespace))), sorted({str(s.cache_hash) for s in stored}))
    assert namespace in client.namespaces().list(), client.namespaces().list()
    stats = client.namespace().stats(namespace)
    equal((stats['namespace'], stats['direct_files'], stats['refs_id_files'], stats['refs_hash_files']), (namespace, 9, 3, 2))
    equal(client.namespace().cache_ids(run.namespace('nobody')), [])


def admin(run):
    client, namespace = run.client, run.namespace('admin')
    stored = client.store().store__json__cache_key(namespace=namespace, strategy=run.strategy('key_based'), cache_key='k', file_id='f', body={'a': 1})
    storage, path = client.admin_storage(), f'{namespace}/data/key-based/k/f.json'
    assert isinstance(storage.bucket_name(), dict), storage.bucket_name()
    equal(storage.file__exists(path)['exists'], True)
    equal(storage.file__exists(path + 'x')['exists'], False)
    equal(storage.file__bytes(path), b'{\n  "a": 1\n}')
    equal(storage.file__json(path), {'a': 1})
    equal(storage.file__json(str(stored.paths.by_id[0]))['cache_id'], str(stored.cache_id))
    everything = storage.files__all__path(namespace)
    equal(everything.file_count, 5)
    equal(sorted(map(str, everything.files)), sorted(map(str, stored.paths.data)) + sorted(map(str, stored.paths.by_hash)) + sorted(map(str, stored.paths.by_id)))
    equal(sorted(storage.files__in__path(f'{namespace}/data/key-based/k')), ['f.json', 'f.json.config', 'f.json.metadata'])
    full = storage.files__in__path(f'{namespace}/data/key-based/k', return_full_path=True)
    equal(sorted(full), [path, path + '.config', path + '.metadata'])
    equal(len(storage.files__in__path(namespace, recursive=True)), 5)
    equal(sorted(storage.folders(namespace)), ['data', 'refs'])
    equal(sorted(storage.folders(namespace, return_full_path=True)), [f'{namespace}/data', f'{namespace}/refs'])
    assert f'{namespace}/data/key-based/k' in storage.folders(namespace, return_full_path=True, recursive=True)
    assert storage.file__delete(path) is not None
    equal(storage.file__exists(path)['exists'], False)


def about(run):
    client = run.client
    equal(client.health(), True)
    equal(client.info().health(), {'status': 'ok'})
    for answer in (client.info().server(), client.info().status(), client.info().versions(), client.server().storage__info()):
        assert isinstance(answer, dict) and answer, answer


def entities(run):
    from mgraph_ai_service_cache_client.client.client_entities.Cache__Entity import Cache__Entity
    from mgraph_ai_service_cache_client.client.client_entities.Cache__Entity__Json_File import Cache__Entity__Json_File
    namespace, kinds = run.namespace('entities'), run.data_type
    stored = run.client.store().store__json(strategy=run.strategy('direct'), namespace=namespace, body={'a': {'b': 1}})
    at = dict(cache_client=run.client, cache_id=stored.cache_id, namespace=namespace)
    entity = Cache__Entity(**at)
    equal((entity.exists(), entity.entry__json(), entity.entry__json__obj().a.b, entity.entry__with_metadata().data), (True, {'a': {'b': 1}}, 1, {'a': {'b': 1}}))
    equal((entity.metadata().json()['data']['cache_id'], str(entity.refs().cache_id)), (str(stored.cache_id), str(stored.cache_id)))
    equal((str(entity.cache__hash()), entity.cache__file__hash()['total_versions'], entity.cache__file__hash__obj().total_versions), (str(stored.cache_hash), 1, 1))
    equal((entity.data__exists('k', 't'), entity.data__string('k', 't'), entity.data__json('k', 'j'), entity.data__update_string('k', 't', 'x')), (False, None, None, False))
    assert entity.data__store_string('k', 't', 'text') and entity.data__store_json('k/l', 'j', {'j': 1})
    equal((entity.data__update_string('k', 't', 'newer'), entity.data__update_json('k/l', 'j', {'j': 2})), (True, True))
    equal((entity.data__string('k', 't'), entity.data__json('k/l', 'j'), entity.data__exists('k', 't'), entity.data__exists('k/l', 'j', kinds.JSON)), ('newer', {'j': 2}, True, True))
    equal((entity.data__files().file_count, entity.data__files('k', recursive=False).file_count, len(entity.data__files__paths())), (2, 1, 2))
    equal((entity.data__delete('k', 't'), entity.data__delete('k', 't'), entity.data__string('k', 't')), (True, False, None))

    text = entity.data_file('k', 'other')
    equal((text.exists__string(), text.string(), text.update__string('x')), (False, None, False))
    assert text.store__string('one') and text.store__json({'one': 1})
    equal((text.update__string('two'), text.update__json({'two': 2}), text.string(), text.json()), (True, True, 'two', {'two': 2}))
    equal((text.exists__json(), text.delete__data_type(kinds.JSON), text.exists__data_type(kinds.JSON), text.exists__string(), text.delete__data_type()), (True, True, False, True, True))
    document = Cache__Entity__Json_File(**at, data_key='k', data_file_id='d')
    equal((document.exists(), document.retrieve(), document.update({}), document.delete()), (False, None, False, False))
    assert document.store({'d': 1}) and document.exists()
    equal((document.update({'d': 2}), document.retrieve(), document.delete(), document.exists()), (True, {'d': 2}, True, False))
    equal((entity.delete(), entity.exists(), entity.delete(), entity.entry__json()), (True, False, False, None))


def sessions(run):
    from mgraph_ai_service_cache_client.client.client_contract.auth.Cache__Service__Client__Set_Cookie import Cache__Service__Client__Set_Cookie
    equal(Cache__Service__Client__Set_Cookie(requests=run.client.requests()).set_auth_cookie(), None)   # it sends no key


def every_method(run, methods, called):
    """The last check: each method was called, or there is a reason."""
    reasons = {method for named in NOT_CALLED.values() for method in named}
    equal(sorted(methods.keys() - called - reasons), [])
    equal(sorted((reasons & called) | (reasons - methods.keys())), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('base_url'); parser.add_argument('key'); parser.add_argument('--key-name', default='x-api-key')
    arguments = parser.parse_args()
    needed = packages()
    if needed is None: return 0
    connect, strategy, data_type = needed
    every = methods()
    called = record(every)
    run = Run(connect(arguments.base_url, arguments.key, arguments.key_name), strategy, data_type)
    for function in (strings, documents, binaries, keyed_strings, records, exists, updates, deletes, children, archives):
        for name in STRATEGIES: run.check(f'{function.__name__} {name}', function, name)
    for function in (fixtures, namespaces, admin, about, entities, sessions): run.check(function.__name__, function)
    run.check('every method', every_method, every, called)
    print(f'{run.passed} passed, {run.failed} failed')
    return 1 if run.failed else 0


if __name__ == '__main__': sys.exit(main())

#!/usr/bin/env python3
"""Stores graphs as documents of JSON: their versions, their latest state, and what was computed from them.

    graphs.py http://127.0.0.1:8080 KEY [--python-service]

A saved graph is an entry of its own, hashed by its field `graph.id`: the hash finds the latest one, and its references
all of them. A published graph lies under its name, with child files that hold what was drawn from it. Results are cached
by the client's decorator. The program reads all of it back, compares it with what it wrote, and ends with an error where
they differ. --python-service leaves out what that service cannot do; the reason stands beside it.
"""
import argparse, copy, uuid
from mgraph_ai_service_cache_client.client.cache_client.Cache__Service__Client import Cache__Service__Client
from mgraph_ai_service_cache_client.client.client_entities.Cache__Entity import Cache__Entity
from mgraph_ai_service_cache_client.client.client_entities.Cache__Entity__Json_File import Cache__Entity__Json_File
from mgraph_ai_service_cache_client.client.decorator.Cache__Decorator import cache_response
from mgraph_ai_service_cache_client.client.decorator.Decorator__Cache import Decorator__Cache
from mgraph_ai_service_cache_client.client.decorator.schemas.Schema__Cache__Decorator__Config import Schema__Cache__Decorator__Config
from mgraph_ai_service_cache_client.schemas.cache.enums.Enum__Cache__Store__Strategy import Enum__Cache__Store__Strategy
from osbot_utils.helpers.cache.Cache__Hash__Generator import Cache__Hash__Generator
from osbot_utils.type_safe.Type_Safe import Type_Safe
from osbot_utils.type_safe.primitives.domains.identifiers.safe_str.Safe_Str__Id import Safe_Str__Id
from connection import connect, equal

FIELD = 'graph.id'                                                   # what a graph is hashed by


class Graph_Store(Type_Safe):
    """Graphs in one namespace: saved ones, of which every version is kept, and published ones, of which the last is."""
    cache_client: Cache__Service__Client
    hash_generator: Cache__Hash__Generator
    namespace: Safe_Str__Id

    def save(self, graph): return self.store(graph, Enum__Cache__Store__Strategy.TEMPORAL_VERSIONED)

    def publish(self, graph): return self.store(graph, Enum__Cache__Store__Strategy.KEY_BASED)

    def store(self, graph, strategy, field=FIELD):
        name = graph['graph']['name']
        return self.cache_client.store().store__json__cache_key(namespace=self.namespace, strategy=strategy, cache_key=f'graphs/{name}', file_id=name,
                                                                body=graph, json_field_path=field)

    def hash_of(self, graph, field=FIELD): return str(self.hash_generator.from_json_field(graph, field))

    def latest(self, graph): return self.cache_client.retrieve().retrieve__hash__cache_hash__json(self.hash_of(graph), self.namespace)

    def load(self, cache_id): return self.cache_client.retrieve().retrieve__cache_id__json(str(cache_id), self.namespace)

    def entity(self, cache_id): return Cache__Entity(cache_client=self.cache_client, cache_id=cache_id, namespace=self.namespace)

    def file(self, cache_id, data_key, data_file_id):
        return Cache__Entity__Json_File(cache_client=self.cache_client, cache_id=cache_id, namespace=self.namespace, data_key=data_key, data_file_id=data_file_id)

    def files(self): return [str(path) for path in self.cache_client.admin_storage().files__all__path(str(self.namespace)).files]


def graph(name, nodes):
    """A ring with chords; names, numbers and texts of many kinds."""
    return {'graph': {'id': f'{name}-ü', 'name': name, 'weight': 2.5, 'size': nodes, 'tags': ['a', {'b': None}], 'directed': True},
            'nodes': {f'n{n}': {'label': f'node {n} – 🙂 "q"', 'value': n * 10 ** 18, 'at': [n / 7, -0.0, 1e22]} for n in range(nodes)},
            'edges': [{'from': f'n{n}', 'to': f'n{(n * step + 1) % nodes}', 'kind': kind} for step, kind in ((1, 'next'), (7, 'chord')) for n in range(nodes)]}


def grown(old, node):
    """The graph with one more node and one more edge."""
    new = copy.deepcopy(old)
    new['nodes'][node] = {'label': node}
    new['edges'].append({'from': 'n0', 'to': node, 'kind': 'grown'})
    return new


def difference(old, new):
    """The nodes and the edges that only one of the two has."""
    return ({name for name in old['nodes'].keys() ^ new['nodes'].keys()},
            [edge for edge in old['edges'] + new['edges'] if (edge in old['edges']) != (edge in new['edges'])])


class Work:
    def __init__(self, store, of_python):
        self.store, self.of_python = store, of_python
        first = graph('roads', 300)
        self.versions = [first, grown(first, 'bridge'), grown(grown(first, 'bridge'), 'tunnel')]
        self.saved = []


def history(work):
    """Each save is an entry; the hash finds the last one and the references list them in order."""
    store, versions = work.store, work.versions
    client = store.cache_client
    for number, version in enumerate(versions, 1):
        stored = store.save(version)
        assert stored is not None, f'version {number} was not stored'
        equal(str(stored.cache_hash), store.hash_of(version), f'the hash of version {number}')
        work.saved.append(stored)
        equal(store.latest(version), version, f'the latest graph after version {number}')
    ids = [str(stored.cache_id) for stored in work.saved]
    equal(len(set(ids)), 3, 'the number of ids')
    equal(store.load(ids[-1]), versions[-1], 'the last version, by its id')
    references = client.retrieve().retrieve__hash__cache_hash__refs_hash(store.hash_of(versions[0]), store.namespace)
    equal([entry['cache_id'] for entry in references['cache_ids']], ids, 'the versions of the hash, in order')
    equal((references['latest_id'], references['total_versions']), (ids[-1], 3), 'the latest version')
    equal(client.retrieve().retrieve__hash__cache_hash__cache_id(store.hash_of(versions[0]), str(store.namespace))['cache_id'], ids[-1], 'the id of the hash')
    if work.of_python: return                                        # each of its versions is v1: the second one overwrites the first
    for number, (stored, version) in enumerate(zip(work.saved, versions), 1):
        path = f'{store.namespace}/data/temporal-versioned/versions/v{number}/roads.json'
        assert path in map(str, stored.paths.data), f'{path} is not among {stored.paths.data}'
        equal(client.admin_storage().file__json(path), version, f'the file of version {number}')
        equal(store.load(ids[number - 1]), version, f'version {number}, by its id')
        equal(list(store.load(ids[number - 1])['nodes']), list(version['nodes']), f'the order of the nodes of version {number}')
    read = [store.load(cache_id) for cache_id in ids]
    for old, new, node in ((read[0], read[1], 'bridge'), (read[1], read[2], 'tunnel')):
        equal(difference(old, new), ({node}, [{'from': 'n0', 'to': node, 'kind': 'grown'}]), f'what {node} added')


def hashes(work):
    """A field of any kind gives the hash that the client computes; no field gives no entry."""
    store, one = work.store, graph('fields', 3)
    for field in ('graph.id', 'graph.weight', 'graph.size', 'graph.tags', 'graph.directed', 'graph', 'nodes.n1', 'edges'):
        stored = store.store(one, Enum__Cache__Store__Strategy.DIRECT, field)
        assert stored is not None, f'not stored by {field}'
        equal(str(stored.cache_hash), store.hash_of(one, field), f'the hash by {field}')
        equal(store.cache_client.retrieve().retrieve__hash__cache_hash__json(str(stored.cache_hash), store.namespace), one, f'the graph by {field}')
        assert store.entity(stored.cache_id).delete(), f'the graph by {field} was not deleted'
    equal(store.latest(graph('nobody', 2)), None, 'a graph that was never stored')
    elsewhere = Graph_Store(cache_client=store.cache_client, namespace=f'{store.namespace}-2')
    equal(elsewhere.latest(work.versions[0]), None, 'a graph of another namespace')
    if work.of_python: return                                        # its answer is 500, and it closes the connection under the client's next request
    for field in ('graph.nobody', 'nobody', 'graph.id.deeper', 'nodes.n1.label.x'):
        equal(store.store(one, Enum__Cache__Store__Strategy.DIRECT, field), None, f'a graph without {field}')


def references(work):
    """An entry's references name its files, and the files are there."""
    store, stored = work.store, work.saved[-1]
    entity, client = store.entity(stored.cache_id), store.cache_client
    refs = entity.refs()
    equal((str(refs.cache_id), str(refs.cache_hash), str(refs.namespace), refs.strategy.value), (str(stored.cache_id), str(stored.cache_hash), str(store.namespace), 'temporal_versioned'), 'the references')
    equal(str(entity.cache__hash()), str(stored.cache_hash), 'the hash in the references')
    equal(entity.cache__file__hash()['latest_id'], str(stored.cache_id), 'the latest id in the references of the hash')
    written = sorted(map(str, [*stored.paths.data, *stored.paths.by_id, *stored.paths.by_hash]))
    every = client.retrieve().retrieve__cache_id__refs__all(str(stored.cache_id), str(store.namespace))
    equal(sorted(every['details']), sorted(path for path in every['details'] if path in written), 'files with details were written')
    equal(every['details'][str(stored.paths.by_id[0])]['cache_id'], str(stored.cache_id), 'the details of the id')
    files = store.files()
    equal([path for path in written if path not in files], [], 'files that were written and are not listed')
    full = entity.entry__with_metadata()
    equal((full.data, str(full.metadata.cache_key), str(full.metadata.file_id), str(full.metadata.cache_id)), (work.versions[-1], 'graphs/roads', 'roads', str(stored.cache_id)), 'the graph with its metadata')
    equal(entity.metadata().json()['data']['cache_id'], str(stored.cache_id), 'the metadata')


def published(work):
    """A published graph lies under its name; the next one takes its place, and its drawings are read and changed."""
    store, one, two = work.store, graph('map', 20), grown(graph('map', 20), 'new')
    path = f'{store.namespace}/data/key-based/graphs/map/map.json'
    first = store.publish(one)
    assert path in map(str, first.paths.data), f'{path} is not among {first.paths.data}'
    equal(store.cache_client.admin_storage().file__json(path), one, 'the file of a published graph')
    second = store.publish(two)
    equal((store.load(second.cache_id), store.load(first.cache_id), store.latest(one)), (two, two, two), 'the graph that took the place')
    assert store.cache_client.update().update__json(second.cache_id, store.namespace, one), 'the graph was not updated'
    equal((store.load(second.cache_id), store.latest(one)), (one, one), 'the updated graph')

    entity, drawing = store.entity(second.cache_id), {'svg': '<svg>é</svg>', 'at': {f'n{n}': [n, -n] for n in range(20)}}
    layout = store.file(second.cache_id, 'drawings/ring', 'layout')
    equal((layout.exists(), layout.retrieve()), (False, None), 'a drawing that was not made')
    assert layout.store(drawing) and layout.exists(), 'the drawing was not stored'
    equal(layout.retrieve(), drawing, 'the drawing')
    equal(layout.exists__string(), False, 'whether the drawing is there as text')
    assert layout.update({'svg': ''}), 'the drawing was not updated'
    equal(layout.retrieve(), {'svg': ''}, 'the updated drawing')
    dot = entity.data_file('drawings', 'dot')
    assert dot.store__string('digraph { a -> b }\n'), 'the text was not stored'
    assert dot.update__string('digraph { b -> a }\n'), 'the text was not updated'
    equal(dot.string(), 'digraph { b -> a }\n', 'the text')
    equal(sorted(map(str, entity.data__files__paths())), [f'{path[:-5]}/data/drawings/dot.txt', f'{path[:-5]}/data/drawings/ring/layout.json'], 'the files of the graph')
    equal([str(file.data_file_id) for file in entity.data__files(data_key='drawings', recursive=False).files], ['dot'], 'the files directly in a folder')
    assert layout.delete() and not layout.exists(), 'the drawing was not deleted'
    assert dot.delete__data_type() and dot.string() is None, 'the text was not deleted'
    equal(entity.data__files().file_count, 0, 'the files of the graph after their delete')


def listed(work):
    """A namespace lists its entries and hashes, each once."""
    store, client, few = Graph_Store(cache_client=work.store.cache_client, namespace=f'{work.store.namespace}-list'), work.store.cache_client, [graph(f'g{n}', n + 2) for n in range(8)]
    stored = [store.publish(each) for each in few] + [store.save(few[0])]
    equal(sorted(map(str, client.namespace().cache_ids(store.namespace))), sorted(str(each.cache_id) for each in stored), 'the ids of the namespace')
    equal(sorted(map(str, client.namespace().cache_hashes(store.namespace))), sorted(store.hash_of(each) for each in few), 'the hashes of the namespace')
    names = client.namespaces().list()
    equal([name for name in (str(store.namespace), str(work.store.namespace)) if name not in names], [], 'namespaces that are not listed')
    equal(len(store.files()), 8 * 5 + 9 + 1, 'the number of files: five for each published graph, nine and an id for the saved one')
    if not work.of_python:                                           # it counts every file of the namespace for every strategy
        stats = client.namespace().stats(str(store.namespace))
        equal({name: stats[f'{name}_files'] for name in ('direct', 'temporal_versioned', 'key_based', 'refs_id', 'refs_hash', 'total')},
              {'direct': 0, 'temporal_versioned': 9, 'key_based': 24, 'refs_id': 9, 'refs_hash': 8, 'total': 50}, 'the counts of the namespace')
    assert store.entity(stored[0].cache_id).delete(), 'the published graph was not deleted'
    equal((store.latest(few[0]), client.namespace().cache_ids(store.namespace).count(str(stored[0].cache_id))), (few[0], 0), 'the saved graph after the published one of its hash was deleted')


def computed(work):
    """A decorated method computes a result once, whoever asks, and again when its entry is gone."""
    config, calls = Schema__Cache__Decorator__Config(namespace=f'{work.store.namespace}-results', key_fields=['name']), []

    class Analysis:
        def __init__(self): self.decorator__cache = Decorator__Cache(cache_service_client=work.store.cache_client)

        @cache_response(config)
        def degrees(self, name, graph):
            calls.append(name)
            return {node: sum(node in (edge['from'], edge['to']) for edge in graph['edges']) for node in graph['nodes']}

        @cache_response(config)
        def title(self, name): return calls.append(name) or f'the graph {name} – 🙂'

    roads = work.versions[0]
    wanted = Analysis.degrees._original_func(None, 'roads', roads)
    calls.clear()
    for _ in range(3): equal(Analysis().degrees('roads', roads), wanted, 'the degrees')
    equal(calls, ['roads'], 'what was computed')
    for _ in range(2): equal(Analysis().title('roads'), 'the graph roads – 🙂', 'the title')
    equal(calls, ['roads', 'roads'], 'what was computed for another method')
    Analysis().title('rails')
    equal(calls, ['roads', 'roads', 'rails'], 'what was computed for another graph')
    helper = Analysis().decorator__cache
    equal(helper.get_status()['available'], True, 'whether the decorator has a cache')
    key, cache_hash = helper._build_cache_key_and_hash(Analysis.title._original_func, (None, 'roads'), {}, config, 'Analysis', 'title')
    operations = helper.operations()
    equal((operations.exists(config.namespace, cache_hash), operations.invalidate(config.namespace, cache_hash), operations.exists(config.namespace, cache_hash)), (True, True, False), f'the delete of {key}')
    Analysis().title('roads')
    equal(calls[3:], ['roads'], 'what was computed after the delete')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('url'); parser.add_argument('key'); parser.add_argument('--python-service', action='store_true')
    arguments = parser.parse_args()
    store = Graph_Store(cache_client=connect(arguments.url, arguments.key), namespace=f'graphs-{uuid.uuid4().hex[:8]}')
    work = Work(store, arguments.python_service)
    for part in (history, hashes, references, published, listed, computed):
        part(work)
        print(f'graphs: {part.__name__} holds')


if __name__ == '__main__': main()

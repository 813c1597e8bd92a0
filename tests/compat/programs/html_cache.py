#!/usr/bin/env python3
"""Caches pages of HTML, and what is made of them, as the Python HTML service does with its Html_Cache__Client.

    html_cache.py http://127.0.0.1:8080 KEY [--python-service]

An entry is a page: stored under its address, hashed by its field `cache_key`, found again by that hash alone. What was
made of the page lies below it in child files: its HTML, its text, its links. The program serves pages from the cache,
fetches those that are missing, and ends with an error where what it read is not what it wrote. --python-service leaves
out what that service cannot do; the reason stands beside it.
"""
import argparse, html.parser, uuid
from mgraph_ai_service_cache_client.client.cache_client.Cache__Service__Client import Cache__Service__Client
from mgraph_ai_service_cache_client.schemas.cache.enums.Enum__Cache__Data_Type import Enum__Cache__Data_Type
from mgraph_ai_service_cache_client.schemas.cache.enums.Enum__Cache__Store__Strategy import Enum__Cache__Store__Strategy
from osbot_utils.helpers.cache.Cache__Hash__Generator import Cache__Hash__Generator
from osbot_utils.type_safe.Type_Safe import Type_Safe
from osbot_utils.type_safe.primitives.domains.identifiers.safe_str.Safe_Str__Id import Safe_Str__Id
from connection import connect, equal

STRING, JSON = Enum__Cache__Data_Type.STRING, Enum__Cache__Data_Type.JSON
NO_KEY = ''                                                          # asked for as a doubled slash: /data/string//{file}


class Html_Cache(Type_Safe):
    """The cache's operations in words of pages, with one namespace and one strategy throughout."""
    cache_client: Cache__Service__Client
    hash_generator: Cache__Hash__Generator
    namespace: Safe_Str__Id

    def entry__store(self, cache_key, title):
        return self.cache_client.store().store__json__cache_key(
            namespace=self.namespace, strategy=Enum__Cache__Store__Strategy.KEY_BASED, cache_key=cache_key, file_id='page',
            body={'cache_key': cache_key, 'title': title}, json_field_path='cache_key')

    def cache_id__from_key(self, cache_key):
        """The id of the page of an address, or None: the hash is made here, and only it is sent."""
        found = self.cache_client.retrieve().retrieve__hash__cache_hash__cache_id(
            cache_hash=self.hash_generator.from_string(cache_key), namespace=self.namespace)
        return found and found['cache_id']

    def entry__retrieve(self, cache_id): return self.cache_client.retrieve().retrieve__cache_id__json(cache_id, self.namespace)

    def entry__exists(self, cache_id): return self.cache_client.exists().exists__cache_id(cache_id, self.namespace).exists

    def entry__exists_by_hash(self, cache_key):
        return self.cache_client.exists().exists__hash__cache_hash(self.hash_generator.from_string(cache_key), self.namespace).exists

    def entry__update(self, cache_id, body): return self.cache_client.update().update__json(cache_id, self.namespace, body)

    def entry__delete(self, cache_id): return self.cache_client.delete().delete__cache_id(cache_id, self.namespace)

    def at(self, cache_id, data_key, data_file_id):
        return dict(cache_id=cache_id, namespace=self.namespace, data_key=data_key, data_file_id=data_file_id)

    def data__store_string(self, *at, text): return self.cache_client.data_store().data__store_string__with__id_and_key(**self.at(*at), body=text)

    def data__store_json(self, *at, value): return self.cache_client.data_store().data__store_json__with__id_and_key(**self.at(*at), body=value)

    def data__retrieve_string(self, *at): return self.cache_client.data().retrieve().data__string__with__id_and_key(**self.at(*at))

    def data__retrieve_json(self, *at): return self.cache_client.data().retrieve().data__json__with__id_and_key(**self.at(*at))

    def data__exists(self, *at, data_type):
        return self.cache_client.data().exists().data__exists__with__id_and_key(**self.at(*at), data_type=data_type).exists

    def data__update_string(self, *at, text): return self.cache_client.data().update().data__update_string__with__id_and_key(**self.at(*at), body=text)

    def data__update_json(self, *at, value): return self.cache_client.data().update().data__update_json__with__id_and_key(**self.at(*at), body=value)

    def data__delete(self, *at, data_type):
        return self.cache_client.data().delete().delete__data__file__with__id_and_key(**self.at(*at), data_type=data_type)

    def data__delete_all(self, cache_id, data_key=None):
        deletes = self.cache_client.data().delete()
        return deletes.delete__all__data__files(cache_id, self.namespace) if data_key is None else deletes.delete__all__data__files__with__key(cache_id, self.namespace, data_key)

    def data__list(self, cache_id, data_key=None):
        """The child files as (folder, file, type), in order."""
        lists = self.cache_client.data().list()
        listed = lists.data__list(cache_id, self.namespace) if data_key is None else lists.data__list__with__key(cache_id, self.namespace, data_key)
        equal(listed.file_count, len(listed.files), 'the count of a list of child files')
        return sorted((str(file.data_key), str(file.data_file_id), file.data_type.value) for file in listed.files)

    def namespace__all_files(self): return [str(path) for path in self.cache_client.admin_storage().files__all__path(str(self.namespace)).files]

    def health_check(self): return self.cache_client.info().health()


class Page(html.parser.HTMLParser):
    """What is made of a page: its text and its links."""
    def __init__(self, source):
        super().__init__()
        self.texts, self.links = [], []
        self.feed(source)

    def handle_starttag(self, tag, attributes): self.links += [value for name, value in attributes if (tag, name) == ('a', 'href')]
    def handle_data(self, data): self.texts += [data.strip()] if data.strip() else []


class Html_Service:
    """Serves pages, their text and their links, each of them from the cache when it is there."""
    def __init__(self, cache, web, of_python):
        self.cache, self.web, self.of_python = cache, web, of_python
        self.fetched, self.made = [], []

    def page(self, address):
        """The id of the page's entry; a page that is asked for the first time gets one."""
        cache_id = self.cache.cache_id__from_key(address)
        if cache_id: return cache_id
        stored = self.cache.entry__store(address, title=address.rsplit('/', 1)[-1])
        assert stored is not None, f'{address} was not stored'
        equal(str(stored.cache_hash), str(self.cache.hash_generator.from_string(address)), f'the hash of {address}, made there and here')
        return str(stored.cache_id)

    def html(self, address):
        at = self.page(address), 'html', 'raw'
        source = self.cache.data__retrieve_string(*at)
        if source is None:
            self.fetched.append(address)
            source = self.web[address]
            assert self.cache.data__store_string(*at, text=source), f'the HTML of {address} was not stored'
        return source

    def text(self, address):
        at = self.page(address), 'text', 'extracted'
        text = self.cache.data__retrieve_string(*at)
        if text is None:
            self.made.append(('text', address))
            text = '\n'.join(Page(self.html(address)).texts)
            assert self.cache.data__store_string(*at, text=text), f'the text of {address} was not stored'
        return text

    def links(self, address):
        at = self.page(address), 'json/links', 'all'
        links = self.cache.data__retrieve_json(*at)
        if links is None:
            self.made.append(('links', address))
            links = {'links': Page(self.html(address)).links}
            assert self.cache.data__store_json(*at, value=links), f'the links of {address} were not stored'
        return links


FRONT, DEEP, LARGE = 'example.com/index', 'example.com/blog/2026/a post.html', 'example.com/large'
WEB = {
    FRONT: '<!doctype html>\n<html><body><h1>Welcome – ünï 🙂</h1><p>"quotes" &amp; \\backslashes\\</p><a href="/blog">blog</a><a href="https://example.org/?a=b&amp;c=d">out</a></body></html>',
    DEEP: '<p>a post</p>\r\n\t<!-- \u2028 kept -->',
    LARGE: '<ul>' + ''.join(f'<li><a href="/item/{n}">item {n} é</a></li>' for n in range(8000)) + '</ul>',
}


def serve_twice(service):
    """All is fetched and made once; the second time, it is read."""
    for again in (False, True):
        for address, source in WEB.items():
            equal(service.html(address), source, f'the HTML of {address}')
            equal(service.text(address), '\n'.join(Page(source).texts), f'the text of {address}')
            equal(service.links(address), {'links': Page(source).links}, f'the links of {address}')
        equal(sorted(service.fetched), sorted(WEB), f'what was fetched {"again" if again else "once"}')
        equal(sorted(service.made), sorted((what, address) for what in ('text', 'links') for address in WEB), 'what was made')
    equal(service.cache.entry__retrieve(service.page(DEEP)), {'cache_key': DEEP, 'title': 'a post.html'}, 'the entry of a page')


def miss(service):
    """Nothing is there of what was never stored, by any way of asking."""
    cache, nobody, page = service.cache, str(uuid.uuid4()), service.page(FRONT)
    equal(cache.cache_id__from_key('example.com/nowhere'), None, 'the id of a page that was never stored')
    equal(cache.entry__exists_by_hash('example.com/nowhere'), False, 'whether there is a page that was never stored')
    equal((cache.entry__exists(nobody), cache.entry__retrieve(nobody)), (False, None), 'an id that was never given')
    for cache_id, data_key in ((nobody, 'html'), (page, 'html'), (page, 'html/raw'), (page, NO_KEY)):
        equal(cache.data__retrieve_string(cache_id, data_key, 'absent'), None, f'text that was never stored, below {data_key!r}')
        equal(cache.data__retrieve_json(cache_id, data_key, 'absent'), None, f'JSON that was never stored, below {data_key!r}')
        equal(cache.data__exists(cache_id, data_key, 'absent', data_type=STRING), False, f'whether there is a file, below {data_key!r}')
    equal(cache.data__exists(page, 'html', 'raw', data_type=JSON), False, 'whether the HTML is there as JSON')
    equal(cache.data__update_string(page, 'html', 'absent', text='new'), None, 'an update of text that was never stored')


def without_key(service):
    """A program without a data key asks with an empty one: the file lies directly below the entry."""
    cache, page = service.cache, service.page(FRONT)
    assert cache.data__store_string(page, NO_KEY, 'note', text='no key ü'), 'text without a data key was not stored'
    assert cache.data__store_json(page, NO_KEY, 'note', value={'no': 'key'}), 'JSON without a data key was not stored'
    for _ in range(2):                                               # as on every request
        equal(cache.data__retrieve_string(page, NO_KEY, 'note'), 'no key ü', 'text without a data key')
        equal(cache.data__retrieve_json(page, NO_KEY, 'note'), {'no': 'key'}, 'JSON without a data key')
    direct = cache.cache_client.data().retrieve().data__string__with__id(page, str(cache.namespace), 'note')
    equal(direct, 'no key ü', 'text without a data key, asked for without one')
    equal(cache.data__exists(page, NO_KEY, 'note', data_type=STRING), True, 'whether there is text without a data key')
    equal([file for file in cache.data__list(page) if file[1] == 'note'], [('', 'note', 'json'), ('', 'note', 'string')], 'the list without a data key')
    assert cache.data__update_string(page, NO_KEY, 'note', text='newer'), 'text without a data key was not updated'
    assert cache.data__update_json(page, NO_KEY, 'note', value={'newer': 1}), 'JSON without a data key was not updated'
    equal(cache.data__retrieve_string(page, NO_KEY, 'note'), 'newer', 'updated text without a data key')
    equal(cache.data__retrieve_json(page, NO_KEY, 'note'), {'newer': 1}, 'updated JSON without a data key')
    assert cache.data__delete(page, NO_KEY, 'note', data_type=STRING), 'text without a data key was not deleted'
    equal(cache.data__retrieve_string(page, NO_KEY, 'note'), None, 'deleted text without a data key')
    equal(cache.data__retrieve_json(page, NO_KEY, 'note'), {'newer': 1}, 'JSON beside deleted text')
    assert cache.data__delete(page, NO_KEY, 'note', data_type=JSON), 'JSON without a data key was not deleted'
    equal(service.html(FRONT), WEB[FRONT], 'the HTML beside files without a data key')


def change(service):
    """An update changes what it names, and nothing beside it."""
    cache, page = service.cache, service.page(FRONT)
    assert cache.data__update_string(page, 'html', 'raw', text='<p>new 🙂</p>'), 'the HTML was not updated'
    equal(service.html(FRONT), '<p>new 🙂</p>', 'the updated HTML')
    equal(service.text(FRONT), '\n'.join(Page(WEB[FRONT]).texts), 'the text beside updated HTML')
    assert cache.data__update_json(page, 'json/links', 'all', value={'links': []}), 'the links were not updated'
    equal(service.links(FRONT), {'links': []}, 'the updated links')
    assert cache.data__store_string(page, 'html', 'raw', text='<p>stored over</p>'), 'the HTML was not stored again'
    equal(service.html(FRONT), '<p>stored over</p>', 'HTML stored again')
    assert cache.entry__update(page, {'cache_key': FRONT, 'title': 'renamed'}), 'the entry was not updated'
    equal(cache.entry__retrieve(page), {'cache_key': FRONT, 'title': 'renamed'}, 'the updated entry')
    equal(service.page(FRONT), page, 'the id of an updated page')
    equal(service.html(DEEP), WEB[DEEP], 'the HTML of another page')


def listed(service):
    """The lists hold what was stored, and no more."""
    cache, page = service.cache, service.page(FRONT)
    equal(cache.data__list(page), [('html', 'raw', 'string'), ('json/links', 'all', 'json'), ('text', 'extracted', 'string')], 'the child files of a page')
    equal(cache.data__list(page, 'json'), [('json/links', 'all', 'json')], 'the child files below a folder')
    equal(cache.data__list(page, 'nothing'), [], 'the child files below a folder that is not there')
    files = cache.namespace__all_files()
    for address in WEB:
        base = f'{cache.namespace}/data/key-based/{address}/page'
        for path in (f'{base}.json', f'{base}.json.config', f'{base}.json.metadata', f'{base}/data/html/raw.txt', f'{base}/data/text/extracted.txt', f'{base}/data/json/links/all.json'):
            assert path in files, f'{path} is not among the files of the namespace: {files}'
    equal(len(files), 8 * len(WEB), 'the number of files: six by name, one by id and one by hash for each page')


def removed(service):
    """What is deleted is a miss; the next request makes it again."""
    cache, page, fetched = service.cache, service.page(DEEP), len(service.fetched)
    assert cache.data__delete(page, 'html', 'raw', data_type=STRING), 'the HTML was not deleted'
    equal(cache.data__exists(page, 'html', 'raw', data_type=STRING), False, 'whether deleted HTML is there')
    equal((service.html(DEEP), len(service.fetched)), (WEB[DEEP], fetched + 1), 'deleted HTML is fetched again')
    equal(cache.data__delete_all(page, 'json')['deleted_count'], 1, 'the number of files deleted below a folder')
    equal(cache.data__list(page), [('html', 'raw', 'string'), ('text', 'extracted', 'string')], 'the files that are left')
    equal(cache.data__delete_all(page)['deleted_count'], 2, 'the number of files deleted')
    equal(cache.data__list(page), [], 'the files of a page without any')
    equal(cache.entry__exists(page), True, 'whether the page is there without its files')

    assert cache.data__store_string(page, 'html', 'raw', text='of the page before'), 'the HTML was not stored'
    equal(cache.entry__delete(page)['status'], 'success', 'the delete of a page')
    equal((cache.entry__exists(page), cache.entry__exists_by_hash(DEEP), cache.cache_id__from_key(DEEP)), (False, False, None), 'a deleted page')
    equal(cache.entry__delete(page)['status'], 'not_found', 'the second delete of a page')
    again = service.page(DEEP)
    assert again != page, 'a page that is stored again has the id of the deleted one'
    if not service.of_python:                                        # it deletes an entry without its child files, which the next one at that place then has
        equal(cache.data__list(again), [], 'the files of a page that is stored again')
    for address in (FRONT, LARGE): equal(service.cache.entry__exists_by_hash(address), True, f'{address} after another page was deleted')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('url'); parser.add_argument('key'); parser.add_argument('--python-service', action='store_true')
    arguments = parser.parse_args()
    cache = Html_Cache(cache_client=connect(arguments.url, arguments.key), namespace=f'html-{uuid.uuid4().hex[:8]}')
    equal(cache.health_check(), {'status': 'ok'}, 'the health of the server')
    service = Html_Service(cache, WEB, arguments.python_service)
    for part in (serve_twice, miss, without_key, change, listed, removed):
        part(service)
        print(f'html_cache: {part.__name__} holds')


if __name__ == '__main__': main()

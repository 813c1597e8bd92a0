#!/usr/bin/env python3
"""Starts the local stack as plain processes and proves what it promises.

    prove.py CACHE_SERVER SEND_ADMIN WEED PROMETHEUS
"""
import concurrent.futures, json, os, secrets, signal, sys, tempfile, threading, time, urllib.error, urllib.request
from topology import Client, Topology, wait_until

CACHES = ('cache-1', 'cache-2')


def main():
    *programs, weed, prometheus = (os.path.abspath(path) for path in sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix='stack-') as folder:
        stack = Topology(programs, weed, prometheus, folder)
        try:
            for proof in (the_bucket_is_created_at_the_start, the_health_check_tells_a_server_from_none,
                          the_balancer_uses_both_servers, what_one_server_stores_both_retrieve,
                          one_of_many_conditional_creates_wins, what_one_server_deletes_is_gone_on_both,
                          a_wrong_key_is_refused, large_bodies_pass, administrators_make_tokens_that_hold,
                          everything_is_watched, a_killed_server_is_taken_out_and_in_again,
                          a_server_that_is_told_to_end_loses_no_request, data_outlives_both_servers):
                begin = time.monotonic()
                proof(stack)
                print(f'ok: {proof.__name__.replace("_", " ")} ({time.monotonic() - begin:.1f} s)', flush=True)
        except BaseException:
            for service in stack.processes: print(f'-- {service}\n{stack.log(service)[-2000:]}', file=sys.stderr)
            raise
        finally:
            stack.close()


def the_bucket_is_created_at_the_start(stack):
    os.mkdir(f'{stack.folder}/data')
    stack.start('seaweedfs')
    stack.wait_for('seaweedfs')
    bucket = f'http://127.0.0.1:{stack.others["filer.port"]}/buckets/cache/'
    assert status_of(bucket) == 404
    assert status_of(stack.url('seaweedfs')) == 403, 'the S3 server serves without a key'
    # Both at once, as containers.
    for server in CACHES: stack.start(server)
    for server in CACHES: stack.wait_for(server)
    assert status_of(bucket) == 200
    assert any('created the bucket' in stack.log(server) for server in CACHES)
    stack.start('balancer')
    stack.wait_for('balancer')
    both_are_up(stack)


def the_health_check_tells_a_server_from_none(stack):
    assert all(stack.is_healthy(service) for service in stack.processes)
    stack.end('balancer', signal.SIGTERM)
    stack.end('cache-2', signal.SIGTERM)
    assert not stack.is_healthy('balancer') and not stack.is_healthy('cache-2') and stack.is_healthy('cache-1')
    for service in ('cache-2', 'balancer'):
        stack.start(service)
        stack.wait_for(service)
    both_are_up(stack)


def the_balancer_uses_both_servers(stack):
    through = client(stack)
    assert instances(through) == {instance(client(stack, server)) for server in CACHES}


def what_one_server_stores_both_retrieve(stack):
    for writer in (*CACHES, 'balancer'):
        value = {'by': writer, 'nonce': secrets.token_hex(8)}
        stored = client(stack, writer).json('POST', '/stack/direct/store/json', value)
        for reader in (*CACHES, 'balancer', 'balancer'):
            assert retrieved(client(stack, reader), stored['cache_id']) == value
            assert client(stack, reader).json('GET', f'/stack/retrieve/hash/{stored["cache_hash"]}/json') == value


def one_of_many_conditional_creates_wins(stack):
    for name in range(5):
        path = f'/stack/key_based/store/json/race/{name}?file_id=one'
        def create(racer):
            return client(stack).send('POST', path, {'racer': racer}, {'if-none-match': '*'})
        with concurrent.futures.ThreadPoolExecutor(8) as pool: answers = list(pool.map(create, range(8)))
        assert sorted(status for status, _ in answers) == [200] + [412] * 7, answers
        winner = next(racer for racer, (status, _) in enumerate(answers) if status == 200)
        cache_id = json_of(answers[winner])['cache_id']
        for server in CACHES: assert retrieved(client(stack, server), cache_id) == {'racer': winner}


def what_one_server_deletes_is_gone_on_both(stack):
    cache_id = client(stack, 'cache-1').json('POST', '/stack/direct/store/json', {'gone': 'soon'})['cache_id']
    # Both have read it, and may remember.
    for server in CACHES: retrieved(client(stack, server), cache_id)
    assert client(stack).json('DELETE', f'/stack/delete/{cache_id}')['status'] == 'success'
    for server in (*CACHES, 'balancer'):
        assert client(stack, server).send('GET', f'/stack/retrieve/{cache_id}/json')[0] == 404, server
        assert client(stack, server).json('DELETE', f'/stack/delete/{cache_id}')['status'] == 'not_found'


def a_wrong_key_is_refused(stack):
    for key in ('wrong', None):
        refused = Client(stack.url('balancer'), key)
        assert refused.send('GET', '/stack/file-ids')[0] == 401
        assert refused.send('POST', '/stack/direct/store/json', {})[0] == 401
        assert refused.send('GET', '/health/ready')[0] == 200
    assert client(stack).send('GET', '/admin/storage/bucket-name')[0] == 403
    assert Client(stack.url('balancer'), stack.admin_key).send('GET', '/admin/storage/bucket-name')[0] == 200


def large_bodies_pass(stack):
    content = secrets.token_bytes(16 << 20)
    cache_id = client(stack).json('POST', '/stack/direct/store/binary', content)['cache_id']
    for _ in range(2): assert client(stack).send('GET', f'/stack/retrieve/{cache_id}/binary') == (200, content)
    assert client(stack).send('POST', '/stack/direct/store/binary', bytes(33 << 20))[0] == 413


def administrators_make_tokens_that_hold(stack):
    stack.start('send-admin')
    stack.wait_for('send-admin')
    admin = Client(stack.url('send-admin'), stack.send_admin_key)
    assert Client(stack.url('send-admin'), stack.key).send('GET', '/tokens/list')[0] == 401, 'the key of the cache opens it'
    assert admin.send('GET', '/admin/')[0] == 200
    status, body = admin.send('POST', '/tokens/create', {'token_name': 'friends', 'usage_limit': 5})
    assert status in (200, 201), body
    def use(_): return json_of(Client(stack.url('send-admin'), stack.send_admin_key).send('POST', '/tokens/use/friends', {}))
    with concurrent.futures.ThreadPoolExecutor(8) as pool: answers = list(pool.map(use, range(16)))
    assert sum(answer['success'] for answer in answers) == 5, answers
    # Its browser of the cache has the administrators' key.
    assert admin.send('GET', '/cache/namespaces')[0] == 200


def everything_is_watched(stack):
    stack.start('prometheus')
    stack.wait_for('prometheus')
    def asked(path): return json.load(urllib.request.urlopen(stack.url('prometheus') + path, timeout=10))['data']
    def up(): return sorted(target['labels']['job'] for target in asked('/api/v1/targets')['activeTargets'] if target['health'] == 'up')
    wait_until(lambda: up() == ['cache-server', 'cache-server', 'send-admin'], 'all three are read')
    served = asked('/api/v1/query?query=sum(http_requests_total)%20by%20(job)')['result']
    assert {row['metric']['job'] for row in served if float(row['value'][1]) > 0} == {'cache-server', 'send-admin'}, served
    def rules(): return [rule for group in asked('/api/v1/rules')['groups'] for rule in group['rules']]
    wait_until(lambda: len(rules()) >= 10 and all(rule['health'] == 'ok' for rule in rules()), 'every rule was evaluated')


def a_killed_server_is_taken_out_and_in_again(stack):
    with Load(stack) as load:
        load.has_done(200)
        killed = time.monotonic()
        stack.end('cache-1', signal.SIGKILL)
        wait_until(lambda: stack.up() == {'cache-2'}, 'the balancer takes the killed server out')
        out = time.monotonic()
        load.has_done(200)
        stack.start('cache-1')
        stack.wait_for('cache-1')
        both_are_up(stack)
        wait_until(lambda: len(instances(client(stack))) == 2, 'the balancer uses the server again')
        load.has_done(200)
    print(f'   out after {out - killed:.2f} s; {load}')
    # Of a write that was under way nobody knows whether it was done: it alone may be answered with an error.
    assert not load.failed('GET'), load.failures
    lost = load.failed('POST')
    assert all(began <= out for began, *_ in lost), lost
    assert len(lost) <= 2 * Load.WRITERS, lost
    load.is_all_there()


def a_server_that_is_told_to_end_loses_no_request(stack):
    for server in CACHES:
        with Load(stack) as load:
            load.has_done(100)
            assert stack.end(server, signal.SIGTERM) == 0
            load.has_done(100)
            stack.start(server)
            stack.wait_for(server)
            both_are_up(stack)
            load.has_done(100)
        print(f'   {server}: {load}')
        assert not load.failures, load.failures
        load.is_all_there()


def data_outlives_both_servers(stack):
    value = {'nonce': secrets.token_hex(8)}
    cache_id = client(stack).json('POST', '/stack/temporal_versioned/store/json', value)['cache_id']
    for server, how in zip(CACHES, (signal.SIGTERM, signal.SIGKILL)): stack.end(server, how)
    wait_until(lambda: not stack.up(), 'the balancer takes both out')
    assert client(stack).send('GET', '/info/health')[0] == 503
    assert not stack.is_healthy('balancer')
    for server in CACHES: stack.start(server)
    for server in CACHES: stack.wait_for(server)
    both_are_up(stack)
    for server in (*CACHES, 'balancer'): assert retrieved(client(stack, server), cache_id) == value


class Load:
    """Reads and writes through the balancer, from several connections, until it is left."""
    WRITERS = 6

    def __init__(self, stack):
        self.stack = stack
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.done = {'GET': 0, 'POST': 0}
        self.failures, self.written = [], {}
        self.threads = [threading.Thread(target=self.run, args=(name, number)) for number in range(self.WRITERS)
                        for name in ('GET', 'POST')]

    def __enter__(self):
        self.known = client(self.stack).json('POST', '/stack/direct/store/json', {'for': 'readers'})['cache_id']
        for thread in self.threads: thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads: thread.join()

    def run(self, method, number):
        through, count = client(self.stack), 0
        while not self.stop.is_set():
            began, count = time.monotonic(), count + 1
            value = {'writer': number, 'count': count, 'nonce': secrets.token_hex(4)}
            try:
                if method == 'GET': status, body = through.send('GET', f'/stack/retrieve/{self.known}/json')
                else: status, body = through.send('POST', '/stack/direct/store/json', value)
            except Exception as error: status, body = repr(error), b''
            with self.lock:
                self.done[method] += 1
                if status != 200: self.failures.append((began, method, status, body[:200]))
                elif method == 'POST': self.written[json_of((status, body))['cache_id']] = value

    def has_done(self, count):
        """Waits until so many more requests of both kinds are done."""
        begin = dict(self.done)
        wait_until(lambda: all(self.done[method] >= begin[method] + count for method in begin), f'{count} more requests')

    def failed(self, method):
        return [failure for failure in self.failures if failure[1] == method]

    def is_all_there(self):
        """What was acknowledged can be read."""
        through = client(self.stack)
        for cache_id, value in self.written.items(): assert retrieved(through, cache_id) == value

    def __str__(self):
        return f'{self.done["GET"]} reads, {self.done["POST"]} writes, {len(self.failures)} failed'


def client(stack, service='balancer'):
    return Client(stack.url(service), stack.key)


def both_are_up(stack):
    wait_until(lambda: stack.up() == set(CACHES), 'both servers are in')


def instance(through):
    return through.json('GET', '/info/server')['server_instance_id']


def instances(through):
    """Who answers."""
    return {instance(through) for _ in range(20)}


def retrieved(through, cache_id):
    return through.json('GET', f'/stack/retrieve/{cache_id}/json')


def json_of(answer):
    return json.loads(answer[1])


def status_of(url):
    try: return urllib.request.urlopen(url, timeout=5).status
    except urllib.error.HTTPError as refusal: return refusal.code


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""A rolling upgrade: a server of the release before and one of this, on one bucket, under load.

    upgrade.py OLD NEW ENDPOINT [SECONDS]

What either acknowledges both read, deleted entries stay deleted, a counter that both raise on a condition loses nothing, and of
names that both store and delete nothing is left that cannot be deleted.
"""
import collections, json, random, sys, threading, time

import servers

TEXT = {'content-type': 'text/plain'}
WRITERS = 4


class Load:
    """Requests of one thread, each to one of the two servers."""
    def __init__(self, number, bases, until, counts):
        self.random = random.Random(number)
        self.servers = [servers.Server(base) for base in bases]
        self.until, self.counts, self.number = until, counts, number
        self.kept, self.raised = {}, 0

    def send(self, method, path, body=None, headers=None):
        status, headers, body = self.random.choice(self.servers).send(method, path, body, {**TEXT, **(headers or {})})
        assert status in (200, 404, 412, 503), (method, path, status, body)
        self.counts[(method, path.split('/')[2], status)] += 1
        return status, headers, body

    def own_entries(self):
        """Entries nobody else knows: what is acknowledged is read by either."""
        for turn in range(1 << 30):
            if time.monotonic() > self.until: return
            text = b'entry %d' % self.random.randrange(6)
            status, _, body = self.send('POST', '/ns/direct/store/string', text)
            if status != 200: continue
            entry = json.loads(body)
            path = f'/ns/retrieve/{entry["cache_id"]}/string'
            assert self.send('GET', path)[2] == text, (path, text)
            if self.random.random() < .5:
                new = b'update %d %d' % (self.number, turn)
                if self.send('POST', f'/ns/update/{entry["cache_id"]}/string', new)[0] == 200: text = new
                # Otherwise either is right.
                else: continue
            if self.random.random() < .6:
                if self.send('DELETE', f'/ns/delete/{entry["cache_id"]}')[0] == 200:
                    status, _, body = self.send('GET', path)
                    assert status == 404, (path, status, body)
            else: self.kept[entry['cache_id']] = (text, entry['cache_hash'])

    def shared_names(self):
        """Names that everybody stores over and deletes."""
        name = f'k{self.number % 2}?file_id=f'
        while time.monotonic() < self.until:
            status, _, body = self.send('POST', f'/shared/key_based/store/string/{name}', b's %d' % self.random.randrange(3))
            if status != 200: continue
            entry = json.loads(body)['cache_id']
            if self.random.random() < .5: self.send('POST', f'/shared/update/{entry}/string', b'v %d' % self.random.randrange(3))
            self.send('DELETE', f'/shared/delete/{entry}')

    def counter(self, entry):
        """Raises a number on the condition that it is what was read."""
        while time.monotonic() < self.until:
            status, headers, body = self.send('GET', f'/counter/retrieve/{entry}/string')
            if status != 200: continue
            status, _, _ = self.send('POST', f'/counter/update/{entry}/string', b'%d' % (int(body) + 1), {'if-match': headers['etag']})
            self.raised += status == 200


def main():
    old, new, endpoint = sys.argv[1:4]
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 15
    bucket = servers.in_bucket(endpoint, 'upgrade')
    with servers.ours(old, bucket) as first, servers.ours(new, bucket) as second:
        entry = first.json('POST', '/counter/key_based/store/string/n?file_id=f', b'0', TEXT)['cache_id']
        counts, until = collections.Counter(), time.monotonic() + seconds
        loads = [Load(number, (first.base, second.base), until, counts) for number in range(2 * WRITERS + 2)]
        work = [load.own_entries for load in loads[:WRITERS]] + [load.shared_names for load in loads[WRITERS:2 * WRITERS]]
        work += [lambda load=load: load.counter(entry) for load in loads[2 * WRITERS:]]
        failed = []
        def run(task):
            try: task()
            except BaseException as error: failed.append(error); raise
        threads = [threading.Thread(target=run, args=(task,)) for task in work]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not failed, failed
        kept = {entry: what for load in loads for entry, what in load.kept.items()}
        raised, unknown = sum(load.raised for load in loads), counts[('POST', 'update', 503)]
        for server in (first, second):
            for name, (text, hashed) in kept.items():
                assert server.send('GET', f'/ns/retrieve/{name}/string')[2] == text, (name, text)
                references = server.json('GET', f'/ns/retrieve/hash/{hashed}/refs-hash')
                assert name in [found['cache_id'] for found in references['cache_ids']], (name, references)
            number = int(server.send('GET', f'/counter/retrieve/{entry}/string')[2])
            assert raised <= number <= raised + unknown, (raised, number, unknown)
        for name in second.json('GET', '/shared/file-ids'): second.send('DELETE', f'/shared/delete/{name}')
        left = second.json('GET', '/shared/file-ids')
        assert left == [], f'{left} cannot be deleted'
    print(f'{sum(counts.values())} requests to two releases, {len(kept)} entries kept, {raised} times counted: nothing lost')


if __name__ == '__main__': main()

#!/usr/bin/env python3
"""Servers whose clocks are ten minutes off, on one bucket: what one stores the others read, update and delete.

    clocks.py SERVER ENDPOINT

Needs `faketime`. Run it with `tests/s3/serve.py seaweedfs -- …`, which checks signatures and the times in them.
"""
import contextlib, itertools, sys

import servers

TEXT = {'content-type': 'text/plain'}


def main():
    binary, endpoint = sys.argv[1:3]
    bucket = servers.in_bucket(endpoint, 'clocks')
    with contextlib.ExitStack() as stack:
        start = lambda command: stack.enter_context(servers.running([*command, binary, '--port', '0'], bucket))
        clocks = {off: start(['faketime', '-f', off] if off else []) for off in ('', '+10m', '-10m')}
        pairs = itertools.permutations(clocks.items(), 2)
        for (first, storing), (second, other) in pairs:
            for place in ('direct/store/string', 'key_based/store/string/k?file_id=f'):
                about = f'stored at {first or "now"}, used at {second or "now"}, {place}'
                entry = storing.json('POST', f'/ns/{place}', b'one', TEXT)['cache_id']
                assert other.send('GET', f'/ns/retrieve/{entry}/string')[2] == b'one', about
                other.json('POST', f'/ns/update/{entry}/string', b'two', TEXT)
                status, headers, body = storing.send('GET', f'/ns/retrieve/{entry}/string')
                assert (status, body) == (200, b'two'), f'{about}: {status} {body}'
                stale = other.send('DELETE', f'/ns/delete/{entry}', headers={'if-match': '"stale"'})
                assert stale[0] == 412, f'{about}: {stale}'
                gone = other.json('DELETE', f'/ns/delete/{entry}', headers={'if-match': headers['etag']})
                assert gone['status'] == 'success', f'{about}: {gone}'
                assert storing.send('GET', f'/ns/retrieve/{entry}/string')[0] == 404, about
        left = clocks[''].json('GET', '/admin/storage/files/all/ns')['files']
        assert left == [], f'left behind: {left}'
    print('three clocks, ten minutes apart: nothing lost, nothing left')


if __name__ == '__main__': main()

"""Reads the sketches of stored aggregations with the DataSketches library, and compares what it says with the figures beside them.

    python tests/compat/sketches.py tests/fixtures/sketches.json

`tests/tests/send/accuracy.rs` writes the file: what the cache holds after requests of known visitors.
"""
import base64
import hmac
import ipaddress
import json
import math
import sys

from datasketches import frequent_items_error_type, frequent_strings_sketch, hll_sketch, hll_union, tgt_hll_type

LG_REGISTERS = 15
GAMMA = 1.01


def check(what, ours, theirs):
    print(f'{what}: {ours} {"==" if ours == theirs else "!="} {theirs}')
    if ours != theirs:
        sys.exit(f'{what} differs')


def hashes(recorded, visitors):
    """What stands for the addresses of the visitors on that day."""
    salt = hmac.digest(recorded['secret'].encode(), recorded['day'].encode(), 'sha256')
    first = ipaddress.ip_address(recorded['first_address'])
    for number in range(visitors):
        yield hmac.new(salt, str(first + number).encode(), 'sha256').hexdigest()


def quantile(buckets, share):
    """The value of the bucket in which the duration of this rank lies."""
    rank = int(share * (sum(buckets.values()) - 1))
    for bucket, count in sorted(buckets.items()):
        rank -= count
        if rank < 0:
            return math.floor(2 * GAMMA ** (bucket - 1) / (GAMMA + 1) + 0.5) if bucket else 0


with open(sys.argv[1]) as file:
    recorded = json.load(file)
for hour in recorded['hours']:
    stored, visitors = hour['stored'], hour['visitors']
    state = stored['merge_state']
    print(f'-- an hour of {visitors} visitors')
    check('format', state['format'], 2)

    ours = hll_sketch.deserialize(base64.b64decode(state['visitors']))
    check('unique_visitors', stored['unique_visitors'], round(ours.get_estimate()))
    # The same visitors, counted by the library itself. As a union with itself, it makes the estimate that knows no order.
    theirs = hll_sketch(LG_REGISTERS, tgt_hll_type.HLL_4)
    for visitor in hashes(recorded, visitors):
        theirs.update(visitor)
    union = hll_union(LG_REGISTERS)
    union.update(theirs)
    union.update(theirs)
    check('estimate of the visitors', ours.get_estimate(), union.get_result(tgt_hll_type.HLL_4).get_estimate())

    for name in ['paths', 'countries', 'referrers']:
        sketch = frequent_strings_sketch.deserialize(base64.b64decode(state[name]))
        rows = sketch.get_frequent_items(frequent_items_error_type.NO_FALSE_NEGATIVES)
        top = sorted(((-estimate, value) for value, estimate, _, _ in rows))[:20]
        check(f'top_{name}', [(row['value'], row['count']) for row in stored[f'top_{name}']], [(value, -count) for count, value in top])
        error = max((upper - lower for _, _, lower, upper in rows), default=0)
        check(f'top_{name}_error', stored[f'top_{name}_error'], error)
        check(f'events with {name}', stored['total_requests'] if rows else 0, sketch.total_weight)

    buckets = {int(bucket): int(count) for bucket, count in (pair.split(':') for pair in state['durations'].split())}
    for percentile in [50, 95, 99]:
        check(f'p{percentile}_duration_ms', stored[f'p{percentile}_duration_ms'], quantile(buckets, percentile / 100))
print('every sketch says the same')

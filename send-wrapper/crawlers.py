"""Writes src/analytics/user_agent/crawlers.txt: patterns of the user agents of bots, from the npm package `crawler-user-agents`.

    python3 send-wrapper/crawlers.py [VERSION]

Needs npm. The list is kept by people who add a new bot every few weeks (https://github.com/monperrus/crawler-user-agents, MIT).
"""
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

version = sys.argv[1] if len(sys.argv) > 1 else 'latest'
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(['npm', 'pack', '--silent', f'crawler-user-agents@{version}'], cwd=folder, check=True)
    [archive] = pathlib.Path(folder).glob('*.tgz')
    with tarfile.open(archive) as package:
        read = lambda name: package.extractfile(f'package/{name}').read().decode()
        about, licence = json.loads(read('package.json')), read('LICENSE')
        patterns = [crawler['pattern'] for crawler in json.loads(read('crawler-user-agents.json'))]

lines = [f'# Made by send-wrapper/crawlers.py from crawler-user-agents {about["version"]}:', '#']
lines += [f'# {line}'.rstrip() for line in licence.strip().splitlines()]
target = pathlib.Path(__file__).parent / 'src/analytics/user_agent/crawlers.txt'
target.parent.mkdir(exist_ok=True)
target.write_text('\n'.join(lines + patterns) + '\n')
print(f'{len(patterns)} patterns of {about["version"]}')

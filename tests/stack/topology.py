"""The services of docker-compose.yml as plain processes on free ports of the loopback interface."""
import contextlib, csv, ctypes, glob, http.client, io, json, os, secrets, shutil, signal, socket, subprocess, time, urllib.request
import composed

HERE = '127.0.0.1'
# Under full load a start takes a while.
PATIENCE = 90
# The address that a service listens on in its container.
LISTENS = {'seaweedfs': 'seaweedfs:8333', 'cache-1': 'cache-1:8080', 'cache-2': 'cache-2:8080', 'balancer': '0.0.0.0:8080',
           'status': '127.0.0.1:8404', 'send-admin': 'send-admin:8081', 'prometheus': '127.0.0.1:9090'}
# Where services show their metrics.
METRICS = {service: f'{service}:9464' for service in ('cache-1', 'cache-2', 'send-admin')}


class Topology:
    """Has a process for every service. What a service is given in docker-compose.yml it is given here, other addresses apart."""
    def __init__(self, programs, weed, prometheus, folder):
        self.key, self.admin_key, self.send_admin_key = (secrets.token_hex(16) for _ in range(3))
        self.services = composed.config({
            'CACHE_API_KEY': self.key, 'CACHE_ADMIN_API_KEY': self.admin_key, 'SEND_ADMIN_KEY': self.send_admin_key,
            'S3_ACCESS_KEY_ID': secrets.token_hex(10), 'S3_SECRET_ACCESS_KEY': secrets.token_hex(20), 'CACHE_LOG': 'info'})['services']
        self.binaries = {'seaweedfs': weed, 'balancer': 'haproxy', 'prometheus': prometheus}
        self.folder = folder
        # As in an image: the programs alone, and for whoever has no rights.
        os.chmod(folder, 0o711)
        for program in programs: shutil.copy(program, f'{folder}/{os.path.basename(program)}')
        for service in self.services:
            if target := self.target(service): self.binaries[service] = f'{folder}/{target}'
        self.processes = {}
        ports = iter(free_ports(18))
        # What is reached under these addresses in containers, and where it is here.
        self.addresses = {name: f'{HERE}:{next(ports)}' for name in (*LISTENS.values(), *METRICS.values())}
        self.addresses['balancer:8080'] = self.addresses[LISTENS['balancer']]
        self.others = {name: next(ports) for name in ('s3.port.grpc', 'filer.port', 'filer.port.grpc', 'volume.port',
                                                      'volume.port.grpc', 'master.port', 'master.port.grpc')}

    def start(self, service):
        """Starts the process of a service; `wait_for` tells when it serves."""
        environment = {name: self.here(value) for name, value in self.services[service].get('environment', {}).items()}
        log = open(f'{self.folder}/{service}.log', 'ab')
        self.processes[service] = subprocess.Popen(
            self.command(service), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={'PATH': os.environ['PATH'], **self.image(service), **environment, **self.ports_of(service)},
            preexec_fn=end_with_this_process, **self.user(service))
        log.close()

    def command(self, service):
        binary, command = self.binaries[service], self.services[service].get('command') or []
        if service == 'seaweedfs':
            # Later flags win.
            places = [f'-dir={self.folder}/data', f'-ip={HERE}', f'-ip.bind={HERE}', f'-s3.port={self.port("seaweedfs:8333")}']
            return [binary, *command, *places, *(f'-{kind}={port}' for kind, port in self.others.items())]
        if service == 'balancer':
            # As the image's own command, with the file that is mounted into the container.
            mounted, = self.services[service]['volumes']
            return [binary, '-W', '-db', '-f', mounted['source']]
        if service == 'prometheus':
            # Later flags are refused: those that name a place are left out.
            rest = [flag for flag in command if not flag.startswith(('--config.file', '--storage.tsdb.path'))]
            return [binary, *rest, f'--config.file={self.mounted(service)}', f'--storage.tsdb.path={self.folder}/prometheus',
                    f'--web.listen-address={self.addresses[LISTENS[service]]}']
        return [binary, *command]

    def mounted(self, service):
        """Copies the files that are mounted into a container, with the addresses of here; answers the first one."""
        files = [volume for volume in self.services[service]['volumes'] if volume['type'] == 'bind']
        copies = [f'{self.folder}/{os.path.basename(file["target"])}' for file in files]
        for file, copy in zip(files, copies):
            with open(file['source']) as source, open(copy, 'w') as target: target.write(self.here(source.read()))
        return copies[0]

    def target(self, service):
        """The image of the Dockerfile that a service runs; none for images of others."""
        return self.services[service].get('build', {}).get('target')

    def image(self, service):
        """What the image itself sets."""
        return composed.image_environment(self.target(service)) if self.target(service) else {}

    def user(self, service):
        """Whom the image runs as, where that can be done."""
        if not self.target(service) or os.geteuid() != 0: return {}
        user, group = map(int, composed.image_user(self.target(service)).split(':'))
        return {'user': user, 'group': group, 'extra_groups': []}

    def ports_of(self, service):
        if not self.target(service): return {}
        prefix = self.target(service).upper().replace('-', '_')
        return {f'{prefix}__HOST': HERE, f'{prefix}__PORT': str(self.port(LISTENS[service])),
                f'{prefix}__METRICS_ADDRESS': self.addresses[METRICS[service]]}

    def here(self, value):
        for there, here in self.addresses.items(): value = value.replace(there, here)
        return value

    def port(self, there):
        return int(self.addresses[there].split(':')[1])

    def url(self, service):
        """Where a service is reached; of the balancer, what it publishes."""
        return 'http://' + self.addresses[LISTENS[service]]

    def is_healthy(self, service):
        """What the health check of the service finds."""
        check = self.services[service]['healthcheck'].get('test')
        if check is None:
            environment = {'PATH': f'{self.folder}:{os.environ["PATH"]}', **self.ports_of(service)}
            command = composed.health_check(self.target(service))
            return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=30).returncode == 0
        *_, url = check
        there = {'seaweedfs': ('127.0.0.1:8333', 'seaweedfs:8333'), 'balancer': ('127.0.0.1:8404', '127.0.0.1:8404'),
                 'prometheus': ('127.0.0.1:9090', '127.0.0.1:9090')}[service]
        try: return urllib.request.urlopen(url.replace(there[0], self.addresses[there[1]]), timeout=5).status == 200
        except OSError: return False

    def wait_for(self, service):
        """Waits until a service is healthy."""
        def healthy():
            ended = self.processes[service].poll()
            assert ended is None, f'{service} ended with status {ended}: {self.log(service)[-3000:]}'
            return self.is_healthy(service)
        wait_until(healthy, f'{service} is healthy')

    def end(self, service, how):
        """Sends a signal and waits for the end; answers the status."""
        self.processes[service].send_signal(how)
        return self.processes[service].wait(PATIENCE)

    def log(self, service):
        with open(f'{self.folder}/{service}.log', errors='replace') as log: return log.read()

    def up(self):
        """The cache servers to which the balancer sends requests."""
        table = urllib.request.urlopen(self.url('status') + '/;csv', timeout=5).read().decode()
        rows = csv.DictReader(io.StringIO(table.removeprefix('# ')))
        return {row['svname'] for row in rows
                if row['pxname'] == 'cache' and row['svname'] != 'BACKEND' and row['status'].startswith('UP')}

    def close(self):
        for process in self.processes.values(): process.kill()
        for process in self.processes.values(): process.wait()
        for left in (name for port in (self.port('seaweedfs:8333'), *self.others.values())
                     for name in glob.glob(f'/tmp/seaweedfs-*-{port}.sock')): os.remove(left)


class Client:
    """Sends requests over one connection. Repeats none: a request that is lost raises."""
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(url.removeprefix('http://'), timeout=90)
        self.key = key

    def send(self, method, path, body=None, headers=None):
        if isinstance(body, (dict, list)): body = json.dumps(body)
        kind = 'application/octet-stream' if isinstance(body, bytes) else 'application/json'
        headers = {**({'x-api-key': self.key} if self.key else {}), 'content-type': kind, **(headers or {})}
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return response.status, response.read()
        except BaseException:
            self.connection.close()
            raise

    def json(self, method, path, body=None, headers=None):
        """A request that has to answer 200 with JSON."""
        status, data = self.send(method, path, body, headers)
        assert status == 200, f'{method} {path}: {status} {data[:300]!r}'
        return json.loads(data)


def wait_until(holds, what):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f'not in {PATIENCE} s: {what}'
        time.sleep(0.02)


def free_ports(count):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HERE, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in held]


def end_with_this_process():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

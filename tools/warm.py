"""A process that has imported PyTorch and the test machinery once, and forks one child for every notebook that is tested.

    with Warm(env, cwd) as warm: passed, core_seconds, printed = warm.run(path, flags, timeout=600)

The imports take three core-seconds, so a hundred notebooks in processes of their own would spend five minutes on them. A
child shares no state with other notebooks: it is a copy of a process that has executed none."""
import importlib.util, json, os, signal, socket, subprocess, sys, tempfile, types
from pathlib import Path

MISSING = ("retro",) * (importlib.util.find_spec("stable_retro") is None)       # flags of cells whose package is not installed
SKIP = ("long", "slow", "gpu", "extra", *MISSING)


class Warm:
    "The server as a child process; `address` may be given to other processes, which call `run_notebook` with it"
    def __init__(self, env: dict, cwd: Path, preloads: bool = True):
        self.env, self.cwd, self.preloads = env, cwd, preloads

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.address = str(Path(self.folder.name) / "socket")
        self.process = subprocess.Popen([sys.executable, __file__, self.address, "all" if self.preloads else ""], cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n": raise RuntimeError("the process that tests notebooks did not start")
        return self

    def run(self, path: Path, flags=(), timeout: float = 600): return run_notebook(self.address, path, flags, timeout)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def run_notebook(address: str, path: Path, flags=(), timeout: float = 600) -> tuple[bool, float, str]:
    "Test one notebook in a fork of the server: (passed, core-seconds with those of its own children, what it printed)"
    with tempfile.TemporaryFile("w+", errors="replace") as printed, socket.socket(socket.AF_UNIX) as link:
        link.settimeout(timeout)
        link.connect(address)
        socket.send_fds(link, [json.dumps([str(path), list(flags)]).encode()], [printed.fileno()])
        reply, pid = b"", 0
        try:
            while reply.count(b"\n") < 2 and (more := link.recv(4096)):
                reply += more
                if not pid and b"\n" in reply: pid = int(reply.split(b"\n")[0])
        except TimeoutError:
            if pid: os.killpg(pid, signal.SIGKILL)
            return False, 0.0, f"ran for more than {timeout:.0f} s"
        printed.seek(0)
        text = printed.read()
    lines = reply.decode().splitlines()
    if len(lines) < 2: return False, 0.0, f"{text}\nthe process of the notebook was killed"
    passed, seconds = json.loads(lines[1])
    return passed, seconds, text


def preload():
    "What most notebooks import; torch._dynamo is imported by the first optimizer"
    import gymnasium, ipywidgets, matplotlib.pyplot, moviepy, nbdev.test, numpy, pandas, torch, torch._dynamo, torch.utils.tensorboard  # noqa: F401


def leave_history_out():
    "Stop the thread that saves what was typed: a process without other threads can be forked"
    from execnb.shell import CaptureShell
    start = CaptureShell.__init__
    def start_alone(shell, *args, **kwargs):
        start(shell, *args, **kwargs)
        if shell.history_manager.save_thread is not None: shell.history_manager.save_thread.stop()
    CaptureShell.__init__ = start_alone


def child(link: socket.socket):
    "In the fork: run the notebook, answer with its process id and then with the result, and end"
    import resource
    from nbdev.test import test_nb
    leave_history_out()
    os.setpgid(0, 0)
    message, fds, _, _ = socket.recv_fds(link, 65536, 1)
    path, flags = json.loads(message)
    os.dup2(fds[0], 1)
    os.dup2(fds[0], 2)
    link.sendall(f"{os.getpid()}\n".encode())
    sys.argv = ["-c", path, *flags]
    sys.modules["__main__"] = types.ModuleType("__main__")        # as with `python -c`: processes that the notebook spawns import no file
    passed, _ = test_nb(Path(path), skip_flags=list(SKIP), force_flags=flags, basepath=".")
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    sys.stdout.flush()
    sys.stderr.flush()
    link.sendall(json.dumps([passed, sum(u.ru_utime + u.ru_stime for u in used)]).encode() + b"\n")


def serve(address: str, preloads: str):
    sys.path[0] = ""
    parent = os.getppid()
    if preloads: preload()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(16)
        listening.settimeout(2)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)             # children that end leave nothing behind
        print("ready", flush=True)
        while True:
            try: link, _ = listening.accept()
            except TimeoutError:
                if os.getppid() != parent: return                 # whoever started us was killed
                continue
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                try: child(link)
                finally: os._exit(0)
            link.close()


if __name__ == "__main__": serve(*sys.argv[1:])

"""Search by other libraries: the vectors, codes and answers of sets.tsv.

    python3 peers.py FOLDER < JOBS

Runs each line of JOBS as a command, and after it searches what the command
added to FOLDER/sets.tsv; with no jobs, all that is there.  So ours and theirs
are measured close to each other.  Prints rows as bench.h says.  Each peer gets two threads and whichever number
of BLAS threads suits it better, its codes prepared beforehand where it can
keep them so, and the best of its runs counts.  The note says how many answers
are other than ours: ties and rounding.
"""
import contextlib
import os
import shlex
import subprocess
import sys
import time

THREADS = 2
RUNS = 5
ENOUGH_SECONDS = 1.0
CHUNK_FLOATS = 1 << 22  # of distances at a time, where we cut the work
SOME_DIMS = (8, 32, 128)  # shapes of Gaussian data for the slower imports

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(THREADS)

try:
    import numpy as np
except ImportError:
    np = None  # then there are no peers either


def blas_limit(n):
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return contextlib.nullcontext()
    return threadpool_limits(limits=n, user_api="blas")


def origin(module):
    debian = module.__file__.startswith("/usr/lib/python3/dist-packages/")
    return "Debian" if debian else "not Debian's"


class Faiss:
    """IndexFlatL2, k = 1."""

    def __init__(self):
        import faiss

        faiss.omp_set_num_threads(THREADS)
        self.faiss = faiss
        self.name = "faiss " + faiss.__version__
        options = faiss.get_compile_options().strip()
        self.about = f"{self.name} ({origin(faiss)}; {options}): IndexFlatL2"

    def wants(self, section, d):
        return True

    def prepare(self, code):
        index = self.faiss.IndexFlatL2(code.shape[1])
        index.add(code)
        return lambda x: index.search(x, 1)[1][:, 0]


class Sklearn:
    """KMeans.predict with the codes as centres."""

    def __init__(self):
        import sklearn
        from sklearn.cluster import KMeans

        self.kmeans = KMeans
        self.name = "scikit-learn " + sklearn.__version__
        self.about = f"{self.name} ({origin(sklearn)}): KMeans.predict"

    def wants(self, section, d):
        return section != "search" or d in SOME_DIMS

    def prepare(self, code):
        model = self.kmeans(len(code), init=code, n_init=1, max_iter=1)
        model.cluster_centers_ = code
        model.n_features_in_ = code.shape[1]
        model._n_threads = THREADS
        return model.predict


class Torch:
    """argmin of |c|^2/2 - x c^T by addmm, a chunk of rows at a time."""

    def __init__(self):
        import torch

        torch.set_num_threads(THREADS)
        self.torch = torch
        self.name = "torch " + torch.__version__.split("a")[0]
        self.about = f"{self.name} ({origin(torch)}): addmm, argmin"

    def wants(self, section, d):
        return section != "search" or d in SOME_DIMS

    def prepare(self, code):
        torch = self.torch
        c = torch.from_numpy(code)
        half = (c * c).sum(1) / 2
        rows = max(256, CHUNK_FLOATS // len(code))

        def search(x):
            with torch.no_grad():
                return torch.cat([
                    torch.addmm(half, part, c.T, alpha=-1).argmin(1)
                    for part in torch.from_numpy(x).split(rows)]).numpy()

        return search


def measure(search, x):
    """Seconds and answers: the better number of BLAS threads, best run."""
    best = None
    for blas in (1, THREADS):
        with blas_limit(blas):
            got = search(x)
            begun = time.perf_counter()
            for _ in range(RUNS):
                start = time.perf_counter()
                got = search(x)
                spent = time.perf_counter() - start
                best = spent if best is None else min(best, spent)
                if time.perf_counter() - begun > ENOUGH_SECONDS:
                    break
    return best, got


def available():
    for make in (Faiss, Sklearn, Torch):
        try:
            yield make()
        except ImportError:
            print(f"#   {make.__name__.lower()}: not installed "
                  "(make bench-deps)")


def compare(peers, section, d, k, n, x_path, code_path, idx_path):
    d, k, n = int(d), int(k), int(n)
    x = np.fromfile(x_path, "f4", n * d).reshape(n, d)
    code = np.fromfile(code_path, "f4", k * d).reshape(k, d)
    ours = np.fromfile(idx_path, "u4")
    for peer in peers:
        if not peer.wants(section, d):
            continue
        seconds, theirs = measure(peer.prepare(code), x)
        differ = int((ours != theirs.astype("u4")).sum())
        rate = 2e-9 * n * k * d / seconds
        print(section, "  " + peer.name, d, k, THREADS, f"{rate:.6g}",
              "GFLOP/s", "=", f"{differ} differ", sep="\t", flush=True)


def new_sets(path, done):
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [line.rstrip("\n").split("\t") for line in f][done:]


def main():
    path = os.path.join(sys.argv[1], "sets.tsv")
    peers = list(available())
    for peer in peers:
        print("#   " + peer.about, flush=True)
    done = 0
    for job in list(sys.stdin) or ["true"]:
        subprocess.run(shlex.split(job), stdin=subprocess.DEVNULL, check=True)
        for one in new_sets(path, done):
            compare(peers, *one)
            done += 1


main()

"""k-means by other libraries, 20 iterations of Lloyd.

    python3 kmeans.py VECTORS D K PEERS

Writes a line a peer into PEERS: name, seconds, mean squared distance of a
vector to its centre, between tabs.  The start is in the time, as it is in
ours.  kmeans.c measures how long ours takes to serve the vectors as well.
"""
import os
import sys
import time

THREADS = 2
ITERATIONS = 20

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(THREADS)

try:
    import numpy as np
except ImportError:
    print("#   faiss, scikit-learn: not installed (make bench-deps)")
    sys.exit(0)


def error(x, centre):
    """In double, rows at a time."""
    total = 0.0
    c = centre.astype("f8")
    half = (c * c).sum(1) / 2
    for part in np.array_split(x.astype("f8"), max(1, len(x) // 2048)):
        nearest = (half - part @ c.T).argmin(1)
        total += ((part - c[nearest]) ** 2).sum()
    return total / len(x)


def sklearn_peer(x, k, init):
    from sklearn.cluster import KMeans

    model = KMeans(k, init=init, n_init=1, max_iter=ITERATIONS, tol=0,
                   algorithm="lloyd", random_state=1)
    start = time.perf_counter()
    model.fit(x)
    spent = time.perf_counter() - start
    return f"scikit-learn, {init}", spent, model.cluster_centers_


def faiss_peer(x, k):
    import faiss

    faiss.omp_set_num_threads(THREADS)
    model = faiss.Kmeans(x.shape[1], k, niter=ITERATIONS, nredo=1, seed=1,
                         min_points_per_centroid=1,
                         max_points_per_centroid=len(x))
    start = time.perf_counter()
    model.train(x)
    spent = time.perf_counter() - start
    return f"faiss {faiss.__version__}", spent, model.centroids


def main():
    d, k = int(sys.argv[2]), int(sys.argv[3])
    x = np.fromfile(sys.argv[1], "f4").reshape(-1, d)
    peers = (
        ("scikit-learn", lambda: sklearn_peer(x, k, "random")),
        ("scikit-learn", lambda: sklearn_peer(x, k, "k-means++")),
        ("faiss", lambda: faiss_peer(x, k)),
    )
    missing = set()
    with open(sys.argv[4], "w") as out:
        for library, run in peers:
            try:
                name, spent, centre = run()
            except ImportError:
                missing.add(library)
                continue
            print(name, f"{spent:.6g}", f"{error(x, centre):.9g}", sep="\t",
                  file=out, flush=True)
    for library in sorted(missing):
        print(f"#   {library}: not installed (make bench-deps)")


main()

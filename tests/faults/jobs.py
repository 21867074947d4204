"""jobs.py - every command at small work, for the sweep.

A job runs in an empty folder beside "in", which holds what stock.py makes.
"""
from collections import namedtuple

# words    the command line
# feed     a file of "in" that comes through a pipe to stdin
# to       stdout is this file, not a pipe
# before   {name: file of "in"}: what is in the folder already
# grows    files that are written as the work goes on: after an error they hold
#          a beginning of what they would
# kept     checkpoints: any whole one is right after an error; what is right is
#          seen by running "again" afterwards, which must end as unbroken
# again    words to add for that
# rest     {operand: others}: after an error all may be as if the others had
#          been there: the items that did not fail
# check    a command that succeeds where the output of less than all is whole
Job = namedtuple("Job",
                 "name words feed to before grows kept again rest check")


def job(name, words, feed=None, to=None, before=None, grows=(), kept=(),
        again=None, rest=None, check=None):
    return Job(name, words.split(), feed, to, before or {}, tuple(grows),
               tuple(kept), again, rest or {}, check)


# One item is missing: the other is done, and the status is 1.
A, B = "../in/images/a.png", "../in/images/b.png"
IMAGES = {"../in/images": ["gone.png " + B, A + " gone.png"]}
SOUNDS = {"../in/sounds": ["../in/sounds/a.wav gone.wav",
                           "gone.wav ../in/sounds/b.wav"]}
ROWS = {"../in/x.npy ../in/y.npy": ["gone.npy ../in/y.npy",
                                    "../in/x.npy gone.npy"]}
READS = "vq-stats --list m.vq"


TINY = "-q -j 1 -k 8 -d 4 -s 4 -b 32"
CONV = "-q -j 1 -n conv --width 8 --depth 1+1 -k 4 -s 4 -b 32"
EXPERTS = "-q -j 1 -E 4 -s 6 -b 16 --width 8"

JOBS = [
    # vq-train
    job("train", f"vq-train {TINY} -o m.vq ../in/images", check=READS),
    job("train-stdout", f"vq-train {TINY} ../in/sounds/a.wav"),
    job("train-kmeans", "vq-train -q -j 1 -n none -t kmeans -k 8 -o m.vq "
        "../in/x.npy ../in/y.npy", check=READS),
    job("train-log", f"vq-train {TINY} --log log --preview shown -o m.vq "
        "--valid ../in/images/b.png ../in/images/a.png", grows=["log"]),
    job("train-pipe", "vq-train -q -j 1 -n none -k 8 -s 3 -b 32 -o m.vq "
        "--buffer 1k", feed="x.npy"),
    job("train-conv", f"vq-train {CONV} -o m.vq --checkpoint c "
        "--checkpoint-every 2 --log log ../in/images", grows=["log"],
        kept=["c"], again="--resume -f", check=READS),
    job("train-j3", "vq-train -q -j 3 -k 8 -d 4 -s 4 -b 2000 -o m.vq "
        "../in/images", check=READS),
    # vq-encode
    job("encode", "vq-encode -q -j 1 -m ../in/image.vq --index i.tsv "
        "--labels ../in/labels.tsv ../in/images", rest=IMAGES),
    job("encode-o", "vq-encode -q -j 1 -m ../in/sound.vq -o codes "
        "../in/sounds", rest=SOUNDS),
    job("encode-O", "vq-encode -q -j 1 -m ../in/image.vq -O out "
        "--files-from ../in/list"),
    job("encode-O-j3", "vq-encode -q -j 3 -m ../in/image.vq -O out "
        "../in/images ../in/decoded/images"),
    job("encode-skip", "vq-encode -q -j 1 -m ../in/image.vq -O out "
        "--skip-done ../in/images", kept=["out/.vq-done"], again="-q"),
    job("encode-f", "vq-encode -q -j 1 -f -m ../in/image.vq -o codes "
        "../in/images/a.png", before={"codes": "rows.codes"}),
    job("encode-pack", "vq-encode -q -j 1 -m ../in/image.vq --pack -o codes "
        "../in/images", rest=IMAGES),
    job("encode-latents", "vq-encode -q -j 1 -m ../in/conv.vq --latents "
        "-o latents ../in/images/a.png"),
    job("encode-npy", "vq-encode -q -j 1 -m ../in/rows.vq --npy",
        feed="x.npy"),
    job("encode-raw", "vq-encode -q -j 1 -m ../in/rows.vq --raw f32:4 "
        "--format raw -o codes", feed="x.f32"),
    job("encode-beam", "vq-encode -q -j 1 -m ../in/rows.vq --beam 2 "
        "../in/x.npy ../in/y.npy", to="codes", rest=ROWS),
    # vq-decode
    job("decode-png", "vq-decode -q -j 1 -m ../in/image.vq -O out "
        "../in/images.codes"),
    job("decode-wav", "vq-decode -q -j 1 -m ../in/sound.vq -O out "
        "../in/sounds.codes"),
    job("decode-wav-pipe", "vq-decode -q -j 1 -m ../in/sound.vq "
        "--format wav --tensor codes", feed="one.codes"),
    job("decode-flac", "vq-decode -q -j 1 -m ../in/sound.vq --format flac "
        "-O out ../in/sounds.codes"),
    job("decode-npy", "vq-decode -q -j 1 -m ../in/rows.vq --npy -o x.npy "
        "../in/rows-codes.npy"),
    job("decode-npy-pipe", "vq-decode -q -j 1 -m ../in/rows.vq --npy",
        feed="rows-codes.npy"),
    job("decode-packed", "vq-decode -q -j 1 -m ../in/image.vq -O out "
        "../in/images.vqp"),
    job("decode-O-j3", "vq-decode -q -j 3 -m ../in/image.vq -O out "
        "../in/images.codes"),
    job("decode-conv", "vq-decode -q -j 1 -m ../in/conv.vq -o a.png "
        "../in/conv.codes"),
    # vq-stats
    job("stats", "vq-stats -q -j 1 -m ../in/image.vq ../in/images.codes"),
    job("stats-j3", "vq-stats -q -j 3 --json ../in/images.codes"),
    job("stats-json", "vq-stats -q -j 1 --json --by item -o figures "
        "../in/images.codes"),
    job("stats-reference", "vq-stats -q -j 1 --json -R ../in/images "
        "../in/decoded/images", rest={
            "../in/decoded/images": ["gone.png ../in/decoded/images/b.png",
                                     "../in/decoded/images/a.png gone.png"]}),
    job("stats-sounds", "vq-stats -q -j 1 --tsv -R ../in/sounds/a.wav "
        "../in/decoded/sounds/a.wav"),
    job("stats-routes", "vq-stats -q -j 1 --audit audit --boundary 3 "
        "../in/routes"),
    job("stats-state", "vq-stats -q -j 1 --state state ../in/rows.codes",
        before={"state": "state"}),
    job("stats-merge", "vq-stats -q -j 1 -f --merge --state sum ../in/state"),
    job("stats-plot", "vq-stats -q -j 1 --plot p.png -o text "
        "../in/images.codes"),
    job("stats-html", "vq-stats -q -j 1 --html p.html -o text "
        "../in/images.codes"),
    job("stats-log", "vq-stats -q -j 1 ../in/log"),
    job("stats-list", "vq-stats -q -j 1 --list ../in/images.codes "
        "../in/rows.vq ../in/state", rest={
            "../in/" + gone: ["gone"] for gone in
            ("images.codes", "rows.vq", "state")}),
    job("stats-fail-if", "vq-stats -q -j 1 --fail-if utilization<0.01 "
        "../in/rows.codes"),
    # moe-train
    job("moe-train", f"moe-train {EXPERTS} -o m.moe --log log --trace t "
        "--probe ../in/x8.npy ../in/experts.rec", grows=["log", "t"]),
    job("moe-train-j3", "moe-train -q -j 3 -E 4 -s 4 -b 16 --width 8 "
        "-o m.moe ../in/experts.rec"),
    job("moe-train-kept", f"moe-train {EXPERTS} -o m.moe --checkpoint c "
        "--checkpoint-every 2 ../in/experts.rec", kept=["c"],
        again="--resume -f"),
    # moe-route
    job("route", "moe-route -q -j 1 -m ../in/gate.npy -t 2 ../in/x8.npy",
        ),
    job("route-apply", "moe-route -q -j 1 -m ../in/experts.moe --apply "
        "-o out ../in/x8.npy"),
    job("route-plan", "moe-route -q -j 1 -m ../in/gate.npy --plan -O out "
        "../in/x8.npy"),
    job("route-pipe", "moe-route -q -j 1 -m ../in/experts.moe --npy "
        "--layer 0", feed="x8.npy"),
]

# shellcheck shell=bash
# tests/cmd/ready.bash - the commands, ready to run on small rows.

export COMMANDS=${COMMANDS:-vq-train vq-encode vq-decode vq-stats moe-route}

# Once a file: 2,000 rows of 4, a model of two stages for them, their codes.
stock_up() {
	local python=${PYTHON:-/usr/bin/python3}
	export STOCK=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' || skip 'no numpy'
	"$python" "$BATS_TEST_DIRNAME/models.py" rows 4 "$STOCK/rows.vq"
	"$python" - "$STOCK" <<'PY'
import sys
import numpy as np
x = np.random.default_rng(1).normal(size=(2000, 4)).astype("<f4")
np.save(sys.argv[1] + "/x.npy", x)
np.save(sys.argv[1] + "/gate.npy", x[:8])
np.save(sys.argv[1] + "/large.npy", np.tile(x, (50, 1)))
head = ('{"x":{"dtype":"F32","shape":[2000,4],"data_offsets":[0,32000]},'
        '"y":{"dtype":"U8","shape":[2000],"data_offsets":[32000,34000]}}')
with open(sys.argv[1] + "/xy", "wb") as f:
    f.write(len(head).to_bytes(8, "little") + head.encode() + x.tobytes()
            + (x[:, 0] > 0).astype("u1").tobytes())
PY
	PATH=$VQ_BIN:$PATH vq-encode -m "$STOCK/rows.vq" -o "$STOCK/x.codes" \
		"$STOCK/x.npy"
}

# ready COMMAND [ARGUMENT...]: with all the options that it must have.  A
# subshell may set EXEC to become the command itself.
ready() {
	case $1 in
	vq-train) set -- "$1" -q -n none -k 8 -s 2 -b 64 "${@:2}" ;;
	vq-encode | vq-decode) set -- "$1" -m "$STOCK/rows.vq" "${@:2}" ;;
	vq-stats) set -- "$1" -q --json "${@:2}" ;;
	moe-route) set -- "$1" -m "$STOCK/gate.npy" "${@:2}" ;;
	moe-train) set -- "$1" -q -E 2 --width 8 -s 2 -b 64 "${@:2}" ;;
	esac
	${EXEC:-} "$@"
}

# on_terminal WHICH COMMAND [ARGUMENT...]: ready, with a terminal for WHICH
# of the streams (letters of i, o, e); what it showed goes to stdout.
on_terminal() (
	EXEC="$PYTHON $BATS_TEST_DIRNAME/terminal.py $1"
	ready "${@:2}"
)

# input_for COMMAND: a file that it reads.
input_for() {
	case $1 in
	vq-train | vq-encode | moe-route) echo "$STOCK/x.npy" ;;
	moe-train) echo "$STOCK/xy" ;;
	*) echo "$STOCK/x.codes" ;;
	esac
}

# Stderr is one line: program: item: reason.  vq-train adds a line when it
# cannot go on, others one that counts what failed.
one_line() { # PROGRAM ITEM [REASON]
	local said
	said=$(grep -v -e '^vq-train: no input could be read$' \
		-e ' items failed$' "$ERR")
	case $said in
	*$'\n'*) ;;
	"$1: $2: "*"${3:-}"*) return ;;
	esac
	printf 'expected one line  %s: %s: ...%s\nbut:\n' "$1" "$2" "${3:-}"
	cat "$ERR"
	return 1
}

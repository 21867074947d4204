# shellcheck shell=bash
# tests/cmd/disks.bash - file systems and limits that fail, for the tests of
# what happens then.  The commands are all six, moe-train too.
export COMMANDS='vq-train vq-encode vq-decode vq-stats moe-route moe-train'

# The holder of ./disk: a shell in a mount namespace of its own, which does
# what it is told and takes the file system with it.
small_disk() { # OPTIONS, such as size=64k
	mkdir -p "$TMPDIR.disk"
	mkfifo "$TMPDIR.do" "$TMPDIR.done"
	# shellcheck disable=SC2016 # of the inner shell
	unshare -Urm sh -c '
		mount -t tmpfs -o "$1" none "$2" || exit
		exec <"$3" >"$4"
		echo mounted
		while read -r line; do eval "$line" || exit; echo did; done
	' sh "$1" "$TMPDIR.disk" "$TMPDIR.do" "$TMPDIR.done" 3>&- 2>"$ERR" &
	HOLDER=$!
	local said=
	exec 8<>"$TMPDIR.do" 9<>"$TMPDIR.done"
	read -r -t 10 said <&9 || true
	[ "$said" = mounted ] ||
		skip "no small file system: $(head -n 1 "$ERR")"
	ln -s "/proc/$HOLDER/root$TMPDIR.disk" disk
}

# As root of that file system: words for its shell.
on_disk() {
	local said=
	printf 'cd %q && %s; cd /\n' "$TMPDIR.disk" "$*" >&8
	read -r -t 10 said <&9
	[ "$said" = did ]
}

teardown() {
	[ -z "${HOLDER:-}" ] && return
	exec 8>&- 9>&-
	kill "$HOLDER" 2>/dev/null || true
	wait "$HOLDER" || true
}

# Nothing fits any more, or again.
fill_up() {
	dd if=/dev/zero of=disk/.filler bs=4k status=none 2>/dev/null || true
}
make_room() {
	rm -f disk/.filler
}

# What is on the disk, but for what fills it.
disk_has() { # NAME...
	local there wanted
	there=$(find -H disk -mindepth 1 ! -name .filler -printf '%P\n' | sort)
	wanted=$(printf '%s\n' "$@" | sed '/^$/d' | sort)
	[ "$there" = "$wanted" ] && return
	printf 'expected on the disk:\n%s\nthere is:\n%s\n' "$wanted" "$there"
	return 1
}

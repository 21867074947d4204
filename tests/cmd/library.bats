#!/usr/bin/env bats
# The library for C programs: what `make install` gives them is enough to build
# with, has no names but vq_*, and makes the codes that the commands make.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	# What is there, however it was built: MINE is what would be built first.
	make -s -C "$ROOT" O="${VQ_BIN%/bin}" PREFIX="$PWD/inst" MINE= \
		install >install.log 2>&1
}

# Installed in a folder of its own, and nothing of the tree in reach.
installed() {
	need_plain_build
	INST=$BATS_FILE_TMPDIR/inst
	PKG_CONFIG_PATH=$INST/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
	export PKG_CONFIG_PATH
	cp "$ROOT/tests/example/tokens.c" .
}

# build COMPILER...: by what pkg-config says, with any warning an error.
build() {
	local flags libs

	read -ra flags <<<"$(pkg-config --cflags vq)"
	read -ra libs <<<"$(pkg-config --libs --static vq)"
	"$@" -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
		"${flags[@]}" tokens.c "${libs[@]}" -o tokens
}

noise() { # rows of 8 numbers, always the same
	sox -R -n -t f32 -c 1 -r 8000 - synth 1 pinknoise
}

@test "the installed library has no global names but vq_*" {
	installed
	nm -g --defined-only "$INST/lib/libvq.a" | awk 'NF == 3' >names
	[ "$(wc -l <names)" -ge 20 ]
	not grep -v ' T vq_' names
	[ "$(ar t "$INST/lib/libvq.a" | wc -l)" = 1 ]
}

@test "the library has nothing that trains, and so neither BLAS nor MPI" {
	installed
	nm -u "$INST/lib/libvq.a" >needed
	grep -q ' crc32_z$' needed
	not grep -E 'sgemm|blas|_$|MPI|atexit|png_|sf_' needed
	nm "$INST/lib/libvq.a" >names
	not grep -E 'learner|preinit|sgemm' names
	[ "$(pkg-config --print-requires vq | sort | xargs)" = \
		'jansson samplerate zlib' ]
}

@test "vq.h declares all that the library has, and no more" {
	installed
	nm -g --defined-only "$INST/lib/libvq.a" | awk 'NF == 3 { print $3 }' |
		sort >there
	grep -oE '^[a-z].*\<vq_[a-z_]+\(' "$INST/include/vq.h" |
		grep -oE 'vq_[a-z_]+\(' | tr -d '(' | sort >declared
	diff there declared
	while read -r name; do
		grep -q "^\.F[no] .*$name\>" "$ROOT/man/vq.3" ||
			{ echo "vq(3) has no $name"; false; }
	done <declared
}

@test "a C99 program outside the tree makes vq-encode's tokens of rows" {
	installed
	build cc -std=c99
	noise >rows.f32
	vq-train -q -t kmeans -k 64 -r 2 --raw f32:8 -o rows.vq rows.f32
	./tokens rows.vq codes.u32 back.f32 <rows.f32 >said
	vq-encode -m rows.vq --raw f32:8 --format raw:u32 rows.f32 >want.u32
	cmp codes.u32 want.u32
	vq-encode -m rows.vq --raw f32:8 rows.f32 |
		vq-decode -m rows.vq --format raw:f32 >want.f32
	cmp back.f32 want.f32
	vq-encode -m rows.vq --raw f32:8 rows.f32 | vq-stats --tsv >stats.tsv
	read -r tokens _ used _ <said
	[ "$tokens" = 1000 ] && [ "$used" -gt 64 ]
	grep -qw "$used" stats.tsv
}

@test "a C++ program makes vq-encode's tokens of an image, of a model by name" {
	installed
	command -v g++ >/dev/null || skip 'no g++ here'
	build g++ -x c++ -std=c++11
	export VQ_MODEL_PATH=$INST/share/vqtools
	vq-encode -m image-8x8 "$DATA/images/chelsea.png" >first
	vq-decode -m image-8x8 -o in.png first
	vq-decode -m image-8x8 --format raw:u8 first >in.u8
	./tokens image-8x8 codes.u32 back.u8 451 300 3 <in.u8 >said
	vq-encode -m image-8x8 in.png >second
	vq-encode -m image-8x8 --format raw:u32 in.png | cmp - codes.u32
	vq-decode -m image-8x8 -o back.png second
	"$PYTHON" "$ROOT/tests/unit/png_pixels.py" back.png >crc
	"$PYTHON" -c 'import sys, zlib; print("%08x" % zlib.crc32(
		sys.stdin.buffer.read()))' <back.u8 >mine
	grep -q "^$(cat mine)" crc
}

# The build folder as it is, but that the library is linked for this PREFIX.
@test "a program anywhere finds models where make install put them" {
	local libs

	installed
	[ "$(pkg-config --variable=modeldir vq)" = "$INST/share/vqtools" ]
	cp -rs "${VQ_BIN%/bin}" o
	rm o/lib/libvq.a o/lib/place.*
	make -s -C "$ROOT" O="$PWD/o" PREFIX="$PWD/a b" -o "$PWD/o/flags" \
		-o "$PWD/o/objects" -o "$PWD/o/libvq.a" "$PWD/o/lib/libvq.a"
	read -ra libs <<<"$(pkg-config --libs jansson zlib samplerate)"
	cc "-I$INST/include" -o anywhere tokens.c o/lib/libvq.a -pthread \
		"${libs[@]}" -lm
	unset VQ_MODEL_PATH
	fails 1 ./anywhere tiny codes back </dev/null
	stderr_has 'no model of that name'
	mkdir -p 'a b/share/vqtools'
	noise >rows.f32
	vq-train -q -t kmeans -k 16 --raw f32:8 -o 'a b/share/vqtools/tiny.vq' \
		rows.f32
	./anywhere tiny codes back <rows.f32
	vq-encode -m 'a b/share/vqtools/tiny.vq' --raw f32:8 \
		--format raw:u32 rows.f32 | cmp - codes
}

@test "a shared object may have it inside, and is loaded by another program" {
	local libs

	installed
	read -ra libs <<<"$(pkg-config --cflags --libs --static vq)"
	echo '#include <vq.h>
	const char *plugin(void);
	const char *plugin(void) { struct vq_book *b;
		return vq_book_open(0, 1, 1, &b) ? vq_error() : "";
	}' >plugin.c
	cc -shared -fPIC -Wl,-z,defs,-z,text -o plugin.so plugin.c "${libs[@]}"
	"$PYTHON" -c 'import ctypes
plugin = ctypes.CDLL("./plugin.so").plugin
plugin.restype = ctypes.c_char_p
print(plugin().decode())' >said
	grep -qx 'vq_book_open: a pointer is NULL' said
}

@test "a program that gives nonsense gets words, and the library is silent" {
	installed
	build cc -std=c99
	fails 1 ./tokens no-such-model a b </dev/null
	output_is ''
	stderr_has 'no-such-model: ' 'no model of that name'
	[ "$(wc -l <"$ERR")" = 1 ]
	head -c 100 "$DATA/images/brick.png" >cut.vq
	fails 1 ./tokens cut.vq a b </dev/null
	stderr_has 'cut.vq: '
	[ "$(wc -l <"$ERR")" = 1 ]
}

examples() { # the literal blocks of vq(3) that begin with such a line
	awk -v first="$1" '/^\.Ed/ { inside = 0 }
		begin && $0 ~ first { inside = 1 }
		inside { print }
		{ begin = /^\.Bd -literal/ }' "$ROOT/man/vq.3" |
		sed 's/\\&//g;s/\\e/\\/g;s/\\-/-/g'
}

@test "the example of vq(3) is built as it says, and prints vq-encode's codes" {
	installed
	examples '^#include' >codes.c
	noise >rows.f32
	examples '^cc' >script
	[ "$(wc -l <script)" = 3 ]
	bash -euo pipefail script >said 2>err || { cat err; false; }
	[ "$(wc -l <said)" = 3 ]
	vq-encode -m rows.vq --raw f32:8 --format raw:u32 rows.f32 |
		od -An -v -tu4 -w4 | sed -n 's/ //g;1,3p' >want
	tr -d ' ' <said | cmp - want
}

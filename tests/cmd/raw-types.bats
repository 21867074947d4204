#!/usr/bin/env bats
# raw-types.bats - codes and experts as rows of any type that holds them.
load helper

numbers() { # TYPE: those of stdin, one a line
	local bytes=$((${1#?} / 8)) kind=${1:0:1}
	od -An -v -w"$bytes" -t "${kind/s/d}$bytes" | tr -d ' '
}

trained() { # K: a model of four bytes a row, and what to encode
	head -c 8000 "$DATA/text/austen.txt" >in
	vq-train -q -j 1 -k "$1" -s 3 -n none -o m.vq --raw u8:4 in 2>/dev/null
	vq-encode -q -m m.vq --raw u8:4 --format raw:u32 in | numbers u32 >want
	[ "$(wc -l <want)" = 2000 ]
	[ "$(sort -un want | wc -l)" -gt 200 ]
}

@test "codes are the same numbers in every type" {
	local type
	trained 300
	for type in s16 u16 f32 f64; do
		clean vq-encode -m m.vq --raw u8:4 --format "raw:$type" in |
			numbers $type | cmp - want
	done
}

@test "codes that a type does not hold are an error, none is changed" {
	trained 300
	fails 1 vq-encode -m m.vq --raw u8:4 --format raw:u8 -o got in
	stderr_has '296 does not fit in U8'
	[ ! -e got ]
}

@test "experts are the same numbers in every type" {
	local type
	head -c 800 "$DATA/text/austen.txt" >in
	route() {
		clean moe-route --router hash -E 100 --bytes --format "raw:$1" in
	}
	route u32 | numbers u32 >want
	[ "$(wc -l <want)" = 800 ]
	for type in u8 s16 u16 f32; do
		route $type | numbers $type | cmp - want
	done
}

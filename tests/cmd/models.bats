#!/usr/bin/env bats
# Models that are named without a path, what they say of themselves, and those
# that come with the installation.
load helper

# A small model of bytes in the folder shelf, as NAME.vq.
put() { # NAME OPTION...
	mkdir -p shelf
	head -c 4000 "$DATA/text/austen.txt" >rows
	vq-train -q -n none -k 16 -s 0 --raw u8:4 "${@:2}" -o "shelf/$1.vq" rows
	export VQ_MODEL_PATH=$PWD/shelf
}

@test "every command that takes a model takes its name" {
	put tiny
	vq-encode -m shelf/tiny.vq --raw u8:4 rows >codes
	vq-decode -m shelf/tiny.vq codes >back
	vq-stats -m shelf/tiny.vq codes >figures
	for m in tiny tiny.vq; do
		clean vq-encode -m $m --raw u8:4 rows | cmp - codes
		clean vq-decode -m $m codes | cmp - back
		clean vq-stats -m $m codes | cmp - figures
		for way in --init --continue; do
			clean vq-train -q $way $m -s 0 --raw u8:4 rows >m.vq
			cmp <(vq-train -q $way shelf/tiny.vq -s 0 --raw u8:4 rows) m.vq
		done
	done
	vq-encode -m tiny --latents --raw u8:4 rows >x
	clean moe-route -m tiny -E 4 x | cmp - <(
		moe-route -m shelf/tiny.vq -E 4 x)
	fails 1 moe-route -m tin -E 4 x
	stderr_has 'tin: No such file' 'did you mean tiny?'
}

@test "a file here comes before a name, a path is never looked for" {
	put tiny
	put other -k 8
	cp shelf/other.vq tiny
	vq-encode -m tiny --raw u8:4 rows | cmp - <(
		vq-encode -m shelf/other.vq --raw u8:4 rows)
	rm tiny
	fails 1 vq-encode -m ./tiny --raw u8:4 rows
	stderr_has './tiny: ' 'No such file'
}

@test "a name that is nowhere is an error that says where and what is near" {
	put tiny
	fails 1 vq-encode -m tinny --raw u8:4 rows
	stderr_has 'tinny: ' 'No such file' "$PWD/shelf" 'did you mean tiny?'
	fails 1 vq-stats -m tinny rows
	stderr_has 'tinny: ' 'did you mean tiny?'
	fails 2 vq-encode rows
	stderr_has --list-models
}

@test "-v says which file a name stands for" {
	put tiny
	vq-encode -v -m tiny --raw u8:4 rows 2>said >codes
	grep -qF "model tiny is $PWD/shelf/tiny.vq" said
}

@test "models are listed with rate, size and quality; a broken one is named" {
	put one -r 2
	mkdir second
	cp shelf/one.vq second/one.vq
	vq-train --relabel shelf/one.vq --describe quality=perfect \
		--describe 'data=a novel' -o second/two.vq
	VQ_MODEL_PATH=shelf:second clean vq-encode --list-models >table
	grep -E '^one +rows +8 bit/row +2 x 16 +[0-9]+ kB +mse [0-9.]+ +1 item$' table
	grep -E '^one \(hidden\) +rows ' table
	grep -E '^two +rows .* perfect +a novel$' table
	head -c 300 shelf/one.vq >second/three.vq
	VQ_MODEL_PATH=second fails 1 vq-encode --list-models
	stderr_has 'second/three.vq: '
	grep -q '^two ' "$OUT"
}

@test "a pipe among the models is passed over" {
	put tiny
	mkfifo shelf/pipe.vq
	timeout 20 vq-encode --list-models >list
	grep -q '^tiny ' list
	not grep -q pipe list
}

@test "a model of another format, or that says it is none, is refused" {
	put tiny
	for how in format:1:2 kind:model:modem; do
		IFS=: read -r key old new <<<"$how"
		sed -e "1s/\"$key\":\"$old\"/\"$key\":\"$new\"/" \
			-e s/crc32.header/crc32.absent/ shelf/tiny.vq >other
		not cmp -s shelf/tiny.vq other
		fails 1 vq-encode -m other --raw u8:4 rows
		stderr_has 'other: ' "metadata key \"$key\""
		fails 1 vq-train -s 0 --init other --raw u8:4 rows
		stderr_has 'other: ' "metadata key \"$key\""
	done
}

@test "--relabel changes words and no tensor" {
	put one
	clean vq-train --relabel one -o same.vq
	cmp shelf/one.vq same.vq
	clean vq-train --relabel one --describe a.b=c --describe d=e=f -o new.vq
	vq-stats --list new.vq | grep -x 'new.vq  about.a.b=c'
	vq-stats --list new.vq | grep -x 'new.vq  about.d=e=f'
	vq-encode -m one --raw u8:4 rows >codes
	vq-decode -m new.vq codes >back
	clean vq-train --relabel new.vq --describe a.b= -f -o new.vq
	vq-stats --list new.vq | not grep 'about.a.b'
	fails 2 vq-train --relabel one --describe Key=x -o x.vq
	fails 2 vq-train --relabel one --describe nothing -o x.vq
	fails 2 vq-train --relabel one -o x.vq rows
	fails 1 vq-train --relabel codes -o x.vq
	fails 1 vq-train --relabel one -o new.vq
	not test -e x.vq
}

@test "a training keeps what is said of it" {
	put one --describe licence=CC0
	vq-stats --list shelf/one.vq | grep 'about.licence=CC0'
}

@test "--weights f16 is half the size, and can be gone on with" {
	vq-train -q -k 64 -s 20 -b 256 -o a.vq "$DATA/images/brick.png"
	vq-train -q -k 64 -s 20 -b 256 --weights f16 -o b.vq \
		"$DATA/images/brick.png"
	[ "$(stat -c %s b.vq)" -lt $(($(stat -c %s a.vq) * 6 / 10)) ]
	vq-stats --list b.vq | grep 'encoder.weight F16'
	vq-stats --list b.vq | grep 'transform.mu F32'
	for way in --init --continue; do
		vq-train -q $way b.vq -s 5 -b 256 -f -o c.vq \
			"$DATA/images/camera.png"
	done
	vq-encode -m b.vq "$DATA/images/camera.png" >b.codes
	vq-decode -m b.vq b.codes >b.png
	VQ_KERNEL=ref vq-encode -m b.vq "$DATA/images/camera.png" |
		cmp - b.codes
}

@test "an installed program finds the models of its installation" {
	put tiny
	unset VQ_MODEL_PATH
	mkdir -p opt/bin opt/share
	mv shelf opt/share/vqtools
	cp "$VQ_BIN/vq-encode" opt/bin
	ln -s opt/bin/vq-encode elsewhere
	./elsewhere --list-models | grep '^tiny '
	./elsewhere -m tiny --raw u8:4 rows >codes
	fails 1 opt/bin/vq-encode -m tiny-- --raw u8:4 rows
	stderr_has "$PWD/opt/share/vqtools" 'did you mean tiny?'
	rm opt/share/vqtools/*
	opt/bin/vq-encode --list-models 2>said >table
	grep -qF "no models in $PWD/opt/share/vqtools" said
	[ "$(wc -l <table)" -eq 1 ]
}

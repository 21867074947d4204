#!/usr/bin/env bats
# coverage.bats - make coverage names the lines that never ran, and judges.
load helper

built() { # a library and a command, run once with 1 and once with -1
	mkdir -p lib/util cmd build/lib/util build/cmd
	cat >lib/util/sign.c <<-'EOT'
	int sign(int x)
	{
		if (x > 0)
			return 1;
		if (x < 0)
			return -1;
		return 0;
	}
	EOT
	cat >cmd/say.c <<-'EOT'
	int sign(int x);
	int main(int argc, char *argv[])
	{
		return argv && sign(argc < 2 ? 1 : -1) < 0;
	}
	EOT
	for part in lib/util/sign cmd/say; do
		gcc --coverage -c -o "build/$part.o" "$part.c"
	done
	gcc --coverage -o build/say build/lib/util/sign.o build/cmd/say.o
	build/say
	not build/say twice
}

coverage() {
	"$PYTHON" "$ROOT/tests/coverage" "$@"
}

@test "what ran in any process has run, and every other line is named" {
	built
	clean coverage -t 87 -f 83 build >told
	grep -qx ' *6 *1 *83.3%  util' told
	grep -qx ' *2 *0 *100.0%  cmd' told
	grep -qx ' *8 *1 *87.5%  in all' told
	printf 'lib/util/sign.c:7:return 0;\n' | cmp - build/coverage/missed
	grep -qx ' *6 *1 *83.3%  lib/util/sign.c' build/coverage/files
}

@test "too little in all or in a floor is a failure that names it" {
	built
	fails 1 coverage -t 88 -f 83 build
	stderr_has 'in all: 87.5%, not 88%'
	fails 1 coverage -t 87 -f 84 build
	stderr_has 'util: 83.3%, not 84%'
}

@test "a file that never ran counts, and nothing built so is an error" {
	built
	rm build/lib/util/sign.gcda
	fails 1 coverage build
	stderr_has 'util: 0.0%, not 85%'
	mkdir empty
	fails 1 coverage empty
	stderr_has 'empty: nothing there was built with --coverage'
}

#undef _FILE_OFFSET_BITS /* as in calls.c */

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

#define RULES 4

struct rule {
	unsigned kind, caller;
	unsigned long first, last, every;
	int how;
};

static struct rule rule[RULES];
static size_t rules;
static struct fault_tally *tally;
static uintptr_t text, text_end; /* of the command */
static atomic_bool counting;
static bool trap;

/* The first that is told of is the program itself. */
static int
find_text(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size, (void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		text = info->dlpi_addr + p->p_vaddr;
		text_end = text + p->p_memsz;
	}
	return 1;
}

static void
bad(const char *what)
{
	fprintf(stderr, "fault.so: %s\n", what);
	_exit(125);
}

static void
read_rules(const char *s)
{
	int used;

	for (; *s; s += used + (s[used] == ';')) {
		struct rule *r = &rule[rules];

		used = 0;
		if (rules == RULES ||
			sscanf(s, "%u %u %lu %lu %lu %d%n", &r->kind,
				&r->caller, &r->first, &r->last, &r->every,
				&r->how, &used) != 6 ||
			r->kind >= FAULT_KINDS || r->caller >= FAULT_CALLERS ||
			r->every == 0)
			bad("FAULT cannot be read");
		rules++;
	}
}

static void
map_tally(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd < 0 || ftruncate(fd, sizeof(*tally)) != 0)
		bad("FAULT_FILE cannot be opened");
	p = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		0);
	if (p == MAP_FAILED)
		bad("FAULT_FILE cannot be mapped");
	close(fd);
	tally = p;
}

/* Runs behind the constructors of all other libraries. */
static void __attribute__((constructor)) begin(void)
{
	const char *file = getenv("FAULT_FILE"), *what = getenv("FAULT");

	if (!file)
		return;
	dl_iterate_phdr(find_text, NULL);
	map_tally(file);
	if (what)
		read_rules(what);
	if (getenv("FAULT_CHAINS"))
		fault_chain_begin(getenv("FAULT_CHAINS"));
	trap = getenv("FAULT_TRAP") != NULL;
	atomic_store(&counting, true);
}

int
fault_ours(const void *from)
{
	return (uintptr_t)from - text < text_end - text;
}

const void *
fault_us(void)
{
	return (const void *)text;
}

/* What the report is to say: the file, or who asked for memory. */
static void
note(const struct fault_call *c)
{
	char link[64];
	ssize_t n = 0;

	if (trap)
		raise(SIGTRAP);
	snprintf(tally->call, sizeof(tally->call), "%s", c->name);
	if (c->path) {
		snprintf(tally->about, sizeof(tally->about), "%s", c->path);
		return;
	}
	if (c->fd < 0) {
		snprintf(tally->about, sizeof(tally->about), "%s",
			fault_asker());
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", c->fd);
	n = readlink(link, tally->about, sizeof(tally->about) - 1);
	tally->about[n > 0 ? n : 0] = '\0';
}

/* The same for the same number, and otherwise without a pattern (splitmix64,
 * Steele, Lea and Flood 2014). */
static uint64_t
scatter(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static bool
meant(const struct rule *r, const struct fault_call *c, unsigned caller,
	uint64_t number)
{
	return r->kind == c->kind && r->caller == caller &&
		number >= r->first && number <= r->last &&
		(number - r->first) % r->every == 0;
}

int
fault_next(struct fault_call c, size_t *n)
{
	unsigned caller = fault_ours(c.from) ? FAULT_COMMAND : FAULT_LIBRARY;
	uint64_t number;

	if (!atomic_load(&counting))
		return 0;
	number = atomic_fetch_add(&tally->calls[c.kind][caller], 1) + 1;
	if (c.kind == FAULT_ALLOC)
		fault_chain(caller, number);
	for (size_t i = 0; i < rules; i++) {
		if (!meant(&rule[i], &c, caller, number))
			continue;
		if (rule[i].how == 0 && (!n || *n < 2))
			continue;
		note(&c);
		atomic_fetch_add(&tally->faults, 1);
		if (rule[i].how)
			return rule[i].how;
		*n = 1 + (size_t)(scatter(number) % (*n - 1));
	}
	return 0;
}

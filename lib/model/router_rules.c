#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/router_rules.h"
#include "util/mem.h"
#include "util/num.h"

#define GATE SIZE_MAX /* as expert: left to the gate */
#define REST SIZE_MAX /* as code: all that no line names */
#define BLANKS " \t\r\n"

struct rule {
	size_t from, to; /* codes, both included */
	size_t expert, line;
};

void
router_rules_free(struct router_rules *r)
{
	free(r->path);
	free(r->codebook);
	free(r->rule);
	*r = (struct router_rules){ 0 };
}

static void
add(struct router_rules *r, struct rule one)
{
	r->rule = mem_grow(r->rule, r->count + 1, sizeof(*r->rule));
	r->rule[r->count++] = one;
}

/* "5" or "5-9". */
static int
parse_range(char *text, struct rule *one)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash = '\0';
	if (num_size(text, NUM_DECIMAL, &one->from) != 0 ||
		num_size(dash ? dash + 1 : text, NUM_DECIMAL, &one->to) != 0)
		return -1;
	return one->from <= one->to && one->to < UINT32_MAX ? 0 : -1;
}

/* "CODES EXPERT". */
static int
parse_rule(struct router_rules *r, char *codes, const char *expert,
	struct rule one, struct err *e)
{
	char *more = NULL;

	one.expert = GATE;
	if (strcmp(expert, "gate") != 0 &&
		(num_size(expert, NUM_DECIMAL, &one.expert) != 0 ||
			one.expert == GATE))
		return err_set(
			e, "\"%s\" is neither an expert nor gate", expert);
	if (strcmp(codes, "*") == 0) {
		for (size_t i = 0; i < r->count; i++)
			if (r->rule[i].from == REST)
				return err_set(e, "a second *");
		one.from = one.to = REST;
		add(r, one);
		return 0;
	}
	for (char *c = strtok_r(codes, ",", &more); c;
		c = strtok_r(NULL, ",", &more)) {
		char *whole = mem_strdup(c);
		int status = parse_range(c, &one);

		if (status != 0)
			err_set(e, "\"%s\" is no code or range of codes",
				whole);
		free(whole);
		if (status != 0)
			return -1;
		add(r, one);
	}
	return 0;
}

static int
parse_line(struct router_rules *r, char *text, size_t line, struct err *e)
{
	char *more = NULL, *first, *second;
	size_t n;

	text[strcspn(text, "#")] = '\0';
	first = strtok_r(text, BLANKS, &more);
	if (!first)
		return 0;
	if (strcmp(first, "codebook") == 0) {
		more += strspn(more, BLANKS);
		for (n = strlen(more); n && strchr(BLANKS, more[n - 1]); n--)
			more[n - 1] = '\0';
		if (!n)
			return err_set(e, "codebook of no file");
		if (r->codebook)
			return err_set(e, "a second codebook");
		r->codebook = mem_strdup(more);
		return 0;
	}
	second = strtok_r(NULL, BLANKS, &more);
	if (!second || strtok_r(NULL, BLANKS, &more))
		return err_set(e, "not: codes, expert");
	return parse_rule(r, first, second, (struct rule){ .line = line }, e);
}

int
router_rules_load(struct router_rules *r, const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0, line = 0;
	int status = 0;

	*r = (struct router_rules){ 0 };
	if (!f)
		return err_sys(e, "%s", path);
	r->path = mem_strdup(path);
	while (status == 0 && getline(&text, &room, f) > 0) {
		status = parse_line(r, text, ++line, e);
		if (status != 0)
			err_wrap(e, "%s: line %zu", path, line);
	}
	if (status == 0 && !feof(f)) /* no memory is no error of the stream */
		status = err_sys(e, "%s", path);
	free(text);
	fclose(f);
	if (status != 0)
		router_rules_free(r);
	return status;
}

/* The expert of one code, by the only rule for it. */
static int
apply(const struct router_rules *r, const struct rule *one, size_t k,
	size_t experts, size_t *by, struct err *e)
{
	if (one->expert != GATE && one->expert >= experts)
		return err_set(e, "%s: line %zu: expert %zu, but there are %zu",
			r->path, one->line, one->expert, experts);
	if (one->from == REST)
		return 0;
	if (one->to >= k)
		return err_set(e, "%s: line %zu: code %zu, but there are %zu",
			r->path, one->line, one->to, k);
	for (size_t i = one->from; i <= one->to; i++) {
		if (by[i])
			return err_set(e,
				"%s: line %zu: code %zu has a rule in line %zu",
				r->path, one->line, i, by[i]);
		by[i] = one->line;
	}
	return 0;
}

int
router_rules_map(const struct router_rules *r, size_t k, size_t experts,
	uint32_t *map, struct err *e)
{
	size_t *by = mem_zalloc(k, sizeof(*by)); /* line of each code's rule */
	size_t rest = GATE;
	int status = 0;

	for (size_t i = 0; i < k; i++)
		map[i] = (uint32_t)experts;
	for (size_t j = 0; j < r->count && status == 0; j++) {
		const struct rule *one = &r->rule[j];

		status = apply(r, one, k, experts, by, e);
		if (one->from == REST)
			rest = one->expert;
		for (size_t i = one->from; status == 0 && one->from != REST &&
			i <= one->to && one->expert != GATE;
			i++)
			map[i] = (uint32_t)one->expert;
	}
	for (size_t i = 0; i < k && rest != GATE && status == 0; i++)
		if (!by[i])
			map[i] = (uint32_t)rest;
	free(by);
	return status;
}

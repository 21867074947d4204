#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/condition.h"
#include "util/mem.h"

struct parser {
	struct condition_lex l;
	struct condition *c;
	size_t depth;
	struct err *e;
};

void
condition_free(struct condition *c)
{
	for (size_t i = 0; i < c->steps; i++) {
		free(c->step[i].name);
		free(c->step[i].index);
	}
	free(c->step);
	free(c->node);
	free(c->text);
	*c = (struct condition){ 0 };
}

static int
next(struct parser *p)
{
	return condition_lex_next(&p->l, p->e);
}

static int
add(struct parser *p, struct condition_node node, size_t *index)
{
	struct condition *c = p->c;

	if (c->nodes == CONDITION_NODES_MAX)
		return condition_lex_error(&p->l, node.at, p->e,
			"more than %d numbers, figures and operators",
			CONDITION_NODES_MAX);
	c->node = mem_grow(c->node, c->nodes + 1, sizeof(*c->node));
	*index = c->nodes++;
	c->node[*index] = node;
	return 0;
}

/* A number cannot be a condition; a figure may be either. */
static int
want_truth(const struct parser *p, size_t index)
{
	const struct condition_node *n = &p->c->node[index];

	if (n->op != CONDITION_IS_NUMBER && n->op < CONDITION_IS_MIN)
		return 0;
	return condition_lex_error(&p->l, n->at, p->e,
		"\"%.*s\" is a number, and no condition: compare it with "
		"something",
		(int)(n->n < 60 ? n->n : 60), p->l.text + n->at);
}

static int
want_number(const struct parser *p, size_t index, size_t sign)
{
	const struct condition_node *n = &p->c->node[index];

	if (n->op >= CONDITION_IS_NUMBER)
		return 0;
	if (n->op == CONDITION_IS_COMPARE)
		return condition_lex_error(&p->l, sign, p->e,
			"comparisons do not chain: write a < b && b < c");
	return condition_lex_error(&p->l, sign, p->e,
		"one side of this comparison is a condition%s",
		n->op == CONDITION_IS_NOT ? ": write !(a < b) for not a < b"
					  : "");
}

/* name [index], at the name. */
static int
parse_step(struct parser *p, struct condition_node *of)
{
	struct condition *c = p->c;
	struct condition_step *s;

	if (p->l.word != CONDITION_NAME)
		return condition_lex_expected(&p->l, "a key", p->e);
	if (of->steps == CONDITION_STEPS_MAX)
		return condition_lex_error(&p->l, p->l.at, p->e,
			"more than %d steps", CONDITION_STEPS_MAX);
	c->step = mem_grow(c->step, c->steps + 1, sizeof(*c->step));
	s = &c->step[c->steps++];
	*s = (struct condition_step){ .name = mem_printf("%.*s", (int)p->l.n,
					      p->l.text + p->l.at) };
	of->steps++;
	of->n = p->l.at + p->l.n - of->at;
	if (next(p) != 0)
		return -1;
	if (p->l.word != CONDITION_INDEX)
		return 0;
	if (condition_lex_index(&p->l, &s->pick, &s->index, p->e) != 0)
		return -1;
	of->n = p->l.at - of->at;
	while (strchr(" \t\n\r", p->l.text[of->at + of->n - 1]))
		of->n--;
	return 0;
}

static bool
takes_all(const struct condition *c, const struct condition_node *n)
{
	for (size_t i = 0; i < n->steps; i++)
		if (c->step[n->step + i].pick == CONDITION_ALL)
			return true;
	return false;
}

/* At the first name; its steps, to of. */
static int
parse_path(struct parser *p, struct condition_node *of)
{
	of->step = p->c->steps;
	do {
		if (of->steps && next(p) != 0)
			return -1;
		if (parse_step(p, of) != 0)
			return -1;
	} while (p->l.word == CONDITION_DOT);
	return 0;
}

static int
parse_figure(struct parser *p, size_t *index)
{
	struct condition_node n = { .op = CONDITION_IS_FIGURE, .at = p->l.at };

	if (parse_path(p, &n) != 0)
		return -1;
	if (takes_all(p->c, &n))
		return condition_lex_error(&p->l, n.at, p->e,
			"[] means all of them: write min(%.*s), or max, mean, "
			"count",
			(int)(n.n < 60 ? n.n : 60), p->l.text + n.at);
	return add(p, n, index);
}

/* Behind its name: ( path ). */
static int
parse_taken(struct parser *p, struct condition_node n, size_t *index)
{
	struct condition_node path = { 0 };

	if (next(p) != 0)
		return -1;
	path.at = p->l.at;
	if (parse_path(p, &path) != 0)
		return -1;
	if (!takes_all(p->c, &path))
		return condition_lex_error(&p->l, path.at, p->e,
			"expected a path with [] for all of something, like "
			"items[].psnr_db");
	if (p->l.word != CONDITION_CLOSE)
		return condition_lex_expected(&p->l, ")", p->e);
	n.step = path.step;
	n.steps = path.steps;
	n.n = p->l.at + 1 - n.at;
	return next(p) == 0 ? add(p, n, index) : -1;
}

static int
parse_name(struct parser *p, size_t *index)
{
	static const struct {
		const char *name;
		enum condition_op op;
	} taken[] = { { "min", CONDITION_IS_MIN }, { "max", CONDITION_IS_MAX },
		{ "mean", CONDITION_IS_MEAN },
		{ "count", CONDITION_IS_COUNT } };
	const char *s = p->l.text + p->l.at;
	struct condition_node n = { .at = p->l.at, .n = p->l.n };
	const char *behind = s + n.n + strspn(s + n.n, " \t\n\r");

	for (size_t i = 0; *behind == '(' && i < 4; i++)
		if (strlen(taken[i].name) == n.n &&
			strncmp(s, taken[i].name, n.n) == 0) {
			n.op = taken[i].op;
			return next(p) == 0 ? parse_taken(p, n, index) : -1;
		}
	if (*behind == '(')
		return condition_lex_expected(
			&p->l, "min, max, mean or count in front of (", p->e);
	n.number = n.n == 4 && strncmp(s, "true", 4) == 0;
	if (n.number == 0 && !(n.n == 5 && strncmp(s, "false", 5) == 0))
		return parse_figure(p, index);
	n.op = CONDITION_IS_TRUTH;
	return next(p) == 0 ? add(p, n, index) : -1;
}

static int parse_or(struct parser *p, size_t *index);

static int parse_one(struct parser *p, size_t *index);

/* At ( or !. */
static int
parse_deeper(struct parser *p, size_t *index)
{
	struct condition_node n = {
		.op = CONDITION_IS_NOT, .at = p->l.at, .n = 1
	};
	bool negates = p->l.word == CONDITION_NOT;

	if (++p->depth > CONDITION_DEPTH_MAX)
		return condition_lex_error(&p->l, p->l.at, p->e,
			"more than %d brackets and ! within one another",
			CONDITION_DEPTH_MAX);
	if (next(p) != 0)
		return -1;
	if (negates) {
		if (parse_one(p, &n.left) != 0 || want_truth(p, n.left) != 0 ||
			add(p, n, index) != 0)
			return -1;
	} else {
		if (parse_or(p, index) != 0)
			return -1;
		if (p->l.word != CONDITION_CLOSE)
			return condition_lex_expected(
				&p->l, "an operator or )", p->e);
		if (next(p) != 0)
			return -1;
	}
	p->depth--;
	return 0;
}

static int
parse_one(struct parser *p, size_t *index)
{
	struct condition_node n = { .op = CONDITION_IS_NUMBER,
		.at = p->l.at,
		.n = p->l.n,
		.number = p->l.number };

	switch (p->l.word) {
	case CONDITION_NOT:
	case CONDITION_OPEN: return parse_deeper(p, index);
	case CONDITION_NAME: return parse_name(p, index);
	case CONDITION_NUMBER: return next(p) == 0 ? add(p, n, index) : -1;
	default:
		return condition_lex_expected(
			&p->l, "a key, a number, ! or (", p->e);
	}
}

static int
parse_compare(struct parser *p, size_t *index)
{
	struct condition_node n = { .op = CONDITION_IS_COMPARE };

	if (parse_one(p, index) != 0)
		return -1;
	while (p->l.word >= CONDITION_LESS) {
		n.how = p->l.word;
		n.at = p->l.at;
		n.n = p->l.n;
		n.left = *index;
		if (want_number(p, n.left, n.at) != 0 || next(p) != 0 ||
			parse_one(p, &n.right) != 0 ||
			want_number(p, n.right, n.at) != 0 ||
			add(p, n, index) != 0)
			return -1;
	}
	return 0;
}

/* One level of && or ||: parts, and the sign between them. */
static int
parse_chain(struct parser *p, size_t *index, enum condition_word sign,
	enum condition_op op, int (*part)(struct parser *, size_t *))
{
	struct condition_node n = { .op = op };

	if (part(p, index) != 0)
		return -1;
	while (p->l.word == sign) {
		n.at = p->l.at;
		n.n = p->l.n;
		n.left = *index;
		if (want_truth(p, n.left) != 0 || next(p) != 0 ||
			part(p, &n.right) != 0 || want_truth(p, n.right) != 0 ||
			add(p, n, index) != 0)
			return -1;
	}
	return 0;
}

static int
parse_and(struct parser *p, size_t *index)
{
	return parse_chain(
		p, index, CONDITION_AND, CONDITION_IS_AND, parse_compare);
}

static int
parse_or(struct parser *p, size_t *index)
{
	return parse_chain(p, index, CONDITION_OR, CONDITION_IS_OR, parse_and);
}

int
condition_parse(struct condition *c, const char *text, struct err *e)
{
	struct parser p = { .c = c, .e = e };
	json_t *utf8 = json_string(text);
	size_t whole = 0;

	*c = (struct condition){ 0 };
	if (!utf8)
		return err_set(e, "it is not UTF-8");
	json_decref(utf8);
	*c = (struct condition){ .text = mem_strdup(text) };
	p.l.text = c->text;
	if (next(&p) == 0 && parse_or(&p, &whole) == 0 &&
		want_truth(&p, whole) == 0) {
		if (p.l.word == CONDITION_END) {
			assert(whole + 1 == c->nodes);
			return 0;
		}
		condition_lex_expected(
			&p.l, "a comparison, && or ||, or the end", e);
	}
	condition_free(c);
	return -1;
}

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/condition_eval.h"
#include "report/condition_find.h"
#include "report/figures.h"
#include "util/mem.h"

enum truth { FALSE, TRUE, UNKNOWN };

/* Whole numbers as such, so that all digits of a count are shown. */
static void
set_value(json_t *values, const char *key, double v)
{
	if (fabs(v) < 1e15 && v == floor(v))
		json_object_set_new(values, key, json_integer((json_int_t)v));
	else
		figures_real(values, key, v);
}

static bool
is_looked_up(const struct condition_node *n)
{
	return n->op >= CONDITION_IS_FIGURE;
}

static char *
text_of(const struct condition *c, const struct condition_node *n)
{
	return mem_printf("%.*s", (int)n->n, c->text + n->at);
}

/* min, max, mean or count of those that are known. */
static int
take_over(const struct condition_node *n, const struct condition_figure *figure,
	size_t figures, double *value, struct err *e)
{
	double least = INFINITY, most = -INFINITY, sum = 0, v;
	size_t known = 0;

	for (size_t i = 0; i < figures; i++) {
		/* Elements can be counted whatever they are. */
		if (n->op == CONDITION_IS_COUNT && !figure[i].key)
			v = 0;
		else if (condition_find_number(figure[i], &v, e) != 0)
			return -1;
		if (isnan(v))
			continue;
		known++;
		sum += v;
		least = v < least ? v : least;
		most = v > most ? v : most;
	}
	*value = (double)known;
	if (n->op == CONDITION_IS_COUNT)
		return 0;
	if (!known)
		return err_set(e, "there is none that is known%s",
			figures ? "" : " (items ask for --by item)");
	*value = n->op == CONDITION_IS_MIN  ? least
		: n->op == CONDITION_IS_MAX ? most
					    : sum / (double)known;
	return 0;
}

/* The number that a node is; NAN: it is null. */
static int
look_up(const struct condition *c, const struct condition_node *n,
	const json_t *root, double *value, struct err *e)
{
	struct condition_figure *figure;
	ptrdiff_t figures = condition_find(c, n, root, &figure, e);
	int status;

	if (figures < 0)
		return -1;
	status = n->op == CONDITION_IS_FIGURE
		? condition_find_number(figure[0], value, e)
		: take_over(n, figure, (size_t)figures, value, e);
	free(figure);
	return status;
}

/* value is [nodes]: numbers of all that is looked up.  Goes on behind an
 * error; the first is told. */
static int
look_all_up(const struct condition *c, const json_t *root, double *value,
	json_t *values, struct err *e)
{
	struct err first;
	int status = 0;

	for (size_t i = 0; i < c->nodes; i++) {
		const struct condition_node *n = &c->node[i];
		char *text;

		value[i] = n->number;
		if (!is_looked_up(n))
			continue;
		text = text_of(c, n);
		if (look_up(c, n, root, &value[i], &first) == 0) {
			set_value(values, text, value[i]);
		} else if (status == 0) {
			*e = first;
			status = strstr(e->msg, text) ? -1
						      : err_wrap(e, "%s", text);
		}
		free(text);
	}
	return status;
}

static enum truth
compare(enum condition_word how, double a, double b)
{
	if (isnan(a) || isnan(b))
		return UNKNOWN;
	switch (how) {
	case CONDITION_LESS: return a < b;
	case CONDITION_AT_MOST: return a <= b;
	case CONDITION_MORE: return a > b;
	case CONDITION_AT_LEAST: return a >= b;
	case CONDITION_EQUAL: return a == b;
	default: return a != b;
	}
}

/* Nodes come behind their parts, so one pass in order is enough. */
static enum truth
judge(const struct condition *c, const double *value, enum truth *truth)
{
	for (size_t i = 0; i < c->nodes; i++) {
		const struct condition_node *n = &c->node[i];
		enum truth a = truth[n->left], b = truth[n->right];

		switch (n->op) {
		case CONDITION_IS_COMPARE:
			truth[i] = compare(
				n->how, value[n->left], value[n->right]);
			break;
		case CONDITION_IS_NOT:
			truth[i] = a == UNKNOWN ? UNKNOWN : !a;
			break;
		case CONDITION_IS_AND:
			truth[i] = a == FALSE || b == FALSE ? FALSE
				: a == TRUE                 ? b
							    : a;
			break;
		case CONDITION_IS_OR:
			truth[i] = a == TRUE || b == TRUE ? TRUE
				: a == FALSE              ? b
							  : a;
			break;
		default: truth[i] = isnan(value[i]) ? UNKNOWN : value[i] != 0;
		}
	}
	return truth[c->nodes - 1];
}

static bool
stands_alone(const struct condition *c, size_t i)
{
	for (size_t j = 0; j < c->nodes; j++)
		if (c->node[j].op == CONDITION_IS_COMPARE &&
			(c->node[j].left == i || c->node[j].right == i))
			return false;
	return true;
}

/* A figure by itself must be true or false; one that says which is null. */
static int
check(const struct condition *c, const double *value, const json_t *root,
	struct err *e)
{
	for (size_t i = 0; i < c->nodes; i++) {
		struct condition_figure *figure;
		bool number;
		char *text;

		if (c->node[i].op != CONDITION_IS_FIGURE ||
			!stands_alone(c, i) ||
			condition_find(c, &c->node[i], root, &figure, e) != 1)
			continue;
		number = json_is_number(
			json_object_get(figure[0].in, figure[0].key));
		free(figure);
		if (!number)
			continue;
		text = text_of(c, &c->node[i]);
		err_set(e, "%s is a number (%g): compare it, as in %s > 0",
			text, value[i], text);
		free(text);
		return -1;
	}
	return 0;
}

static int
cannot_tell(const struct condition *c, const double *value, struct err *e)
{
	for (size_t i = 0; i < c->nodes; i++)
		if (is_looked_up(&c->node[i]) && isnan(value[i])) {
			char *text = text_of(c, &c->node[i]);

			err_set(e, "%s is null: it is not known here", text);
			free(text);
			return -1;
		}
	return err_set(e, "it cannot be told");
}

int
condition_eval(const struct condition *c, const json_t *root, json_t **values,
	struct err *e)
{
	double *value = mem_alloc(c->nodes, sizeof(*value));
	enum truth *truth = mem_zalloc(c->nodes, sizeof(*truth));
	int status;

	*values = json_object();
	status = look_all_up(c, root, value, *values, e);
	if (status == 0)
		status = check(c, value, root, e);
	if (status == 0) {
		enum truth whole = judge(c, value, truth);

		status = whole == UNKNOWN ? cannot_tell(c, value, e)
					  : (int)whole;
	}
	free(value);
	free(truth);
	return status;
}

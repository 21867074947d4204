/*
 * condition.h - what vq-stats --fail-if is given, as a tree.
 *
 *     condition = and { "||" and }
 *     and       = compare { "&&" compare }
 *     compare   = one [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) one ]
 *     one       = "!" one | "(" condition ")" | number | true | false | path
 *               | ( "min" | "max" | "mean" | "count" ) "(" path ")"
 *     path      = step { "." step }
 *     step      = name [ "[" [ number | name | quoted ] "]" ]
 *
 * `!` holds tighter than a comparison, which asks for numbers on both sides;
 * && || ! ask for conditions.  true and false are 1 and 0, which is what a
 * figure of that kind is in a comparison.  Empty brackets mean all elements,
 * and stand within min, max, mean and count, there at least once.
 *
 * Depth and length are bounded, so whatever the text holds, the stack is
 * enough.
 */
#ifndef REPORT_CONDITION_H
#define REPORT_CONDITION_H

#include <stddef.h>

#include "report/condition_lex.h"
#include "util/err.h"

#define CONDITION_DEPTH_MAX 100  /* brackets and ! within one another */
#define CONDITION_NODES_MAX 1000 /* operators, numbers, figures */
#define CONDITION_STEPS_MAX 16   /* of one path */

enum condition_op {
	CONDITION_IS_OR,
	CONDITION_IS_AND,
	CONDITION_IS_NOT,     /* of left */
	CONDITION_IS_COMPARE, /* by `how` */
	CONDITION_IS_NUMBER,
	CONDITION_IS_TRUTH, /* true, false: number 1, 0 */
	CONDITION_IS_FIGURE,
	CONDITION_IS_MIN,
	CONDITION_IS_MAX,
	CONDITION_IS_MEAN,
	CONDITION_IS_COUNT
};

struct condition_node {
	enum condition_op op;
	enum condition_word how;
	size_t left, right; /* nodes */
	double number;
	size_t step, steps; /* of figures and what is taken over them */
	size_t at, n;       /* its text, for the first three and comparisons
	                       where their sign is */
};

struct condition_step {
	char *name, *index; /* owned; index NULL without one */
	enum condition_pick pick;
};

/* All-zero is none. */
struct condition {
	char *text;
	struct condition_node *node; /* [nodes]; the last one is the whole */
	struct condition_step *step; /* [steps] */
	size_t nodes, steps;
};

/* Error: "column N: ..."; c is all-zero then. */
int condition_parse(struct condition *c, const char *text, struct err *e);
void condition_free(struct condition *c);

#endif

/*
 * router_rules.h - which codes go by the codebook, and which stay with a gate.
 *
 * A text file.  What follows # is a comment; blank lines are passed over.
 *
 *     codebook FILE        where the codes are; else in the router's file
 *     0-15,20 3            these codes go to expert 3
 *     16 gate              this one is left to the gate
 *     * gate               all others; without such a line: gate
 */
#ifndef MODEL_ROUTER_RULES_H
#define MODEL_ROUTER_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct router_rules {
	char *path, *codebook; /* codebook NULL: not named */
	struct rule *rule;
	size_t count;
};

/* Messages name file and line. */
int router_rules_load(struct router_rules *r, const char *path, struct err *e);
void router_rules_free(struct router_rules *r);

/* map[k]: the expert of each code, or `experts` for the gate.  A code that is
 * not there or has two rules, and an expert that is not there, are errors. */
int router_rules_map(const struct router_rules *r, size_t k, size_t experts,
	uint32_t *map, struct err *e);

#endif

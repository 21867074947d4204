/*
 * audit.h - which codes go to which experts, how often, and how clearly.
 */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "stats/joint.h"

/* Codes are below this, else there is no table. */
#define AUDIT_CODES_MAX ((size_t)1 << 22)

struct audit_code {
	uint64_t count, dropped;
	uint64_t margins; /* that are finite */
	double margin_sum;
	float least; /* margin */
};

/* All-zero is empty. */
struct audit {
	struct audit_code *code; /* [room], by code */
	size_t room, seen;       /* the largest code + 1 */
	struct joint experts;    /* (code, expert) */
	uint64_t tokens;
	bool full; /* codes too large: counted no more */
};

void audit_free(struct audit *a);

/* A token: its code, the expert of that code (or LOAD_DROPPED), its margin
 * (INFINITY where no expert is near, NaN where it is not known). */
void audit_add(struct audit *a, uint32_t code, uint16_t expert, float margin);

/* Codes that came at least once. */
size_t audit_used(const struct audit *a);

/* -sum p log2 p of the codes. */
double audit_entropy_bits(const struct audit *a);

/*
 * An array of objects, the most used code first: code, count, share, expert
 * (the one with most of its tokens), expert_share, experts (how many
 * different ones), code_dropped, mean_margin, least_margin.
 */
json_t *audit_table(const struct audit *a);

#endif

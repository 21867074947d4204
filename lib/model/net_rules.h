/*
 * net_rules.h - which options and data do not go with a net.
 */
#ifndef MODEL_NET_RULES_H
#define MODEL_NET_RULES_H

#include "model/training.h"

/* Fails where an option, or a loss, is for another net than t's.  The net may
 * come from a file: then once it has said so (forerunner.h). */
int net_rules_check(const struct training *t, struct err *e);

/* Fails where options say otherwise than the file that t starts from, whose
 * net this is. */
int net_rules_fixed(
	const struct training *t, const struct net *n, struct err *e);

/* Fails where the net cannot learn from such data, or not so. */
int net_rules_data(
	const struct trainer_opts *o, const struct transform *t, struct err *e);

#endif

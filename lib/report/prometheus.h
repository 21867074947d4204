/*
 * prometheus.h - a report in the text format that Prometheus scrapes
 * (exposition format 0.0.4), for a node_exporter's textfile collector.
 *
 * Each figure is a gauge vq_KEY with what it belongs to as labels (stage, item,
 * part, layer, path, expert, label, router, ...); vq_shadow_KEY and the like
 * where it is of something else than what was read.  True is 1.  What is null
 * is left out, and so are long tables (of codes, pairs, flows, steps, curves):
 * each of their rows would be a time series.
 */
#ifndef REPORT_PROMETHEUS_H
#define REPORT_PROMETHEUS_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

int prometheus_write(const json_t *root, struct output *o, struct err *e);

#endif

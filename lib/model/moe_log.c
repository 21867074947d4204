#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "model/moe_log.h"
#include "util/progress.h"

#define DEAD_ROWS 16 /* an expert */

double
moe_log_bits(double nats)
{
	return nats / log(2);
}

static json_t *
layer(const struct moe_window *w, size_t l)
{
	struct moe_window_layer f = moe_window_layer(w, l);
	json_t *o = json_object();

	jsonlog_real(o, "load_cv", f.load_cv);
	jsonlog_real(o, "max_violation", f.max_violation);
	if (w->steps)
		jsonlog_count(o, "dead_experts", f.dead_experts);
	else
		json_object_set_new(o, "dead_experts", json_null());
	if (w->codes && w->steps)
		jsonlog_count(o, "used_codes", f.used_codes);
	else
		json_object_set_new(o, "used_codes", json_null());
	jsonlog_real(o, "gate_discrete", f.gate_discrete);
	return o;
}

void
moe_log_put(struct jsonlog *l, const struct moe_log_point *p,
	const struct moe_window *w)
{
	json_t *o = json_object(), *layers = json_array();

	jsonlog_count(o, "step", p->step);
	jsonlog_real(o, "seconds", p->seconds);
	jsonlog_real(o, "loss", moe_window_mean(w, MOE_WINDOW_LOSS));
	jsonlog_real(o, "task", moe_window_mean(w, MOE_WINDOW_TASK));
	jsonlog_real(o, "vq", moe_window_mean(w, MOE_WINDOW_VQ));
	jsonlog_real(o, "code_entropy", moe_window_mean(w, MOE_WINDOW_USAGE));
	jsonlog_real(o, "balance", moe_window_mean(w, MOE_WINDOW_BALANCE));
	jsonlog_real(o, "z", moe_window_mean(w, MOE_WINDOW_Z));
	jsonlog_real(o, "accuracy", p->classes ? moe_window_accuracy(w) : NAN);
	jsonlog_real(o, "bits_per_byte",
		p->bytes ? moe_log_bits(p->valid_loss) : NAN);
	jsonlog_real(o, "valid_loss", p->valid_loss);
	jsonlog_real(o, "valid_accuracy", p->classes ? p->valid_accuracy : NAN);
	for (size_t i = 0; i < w->layers; i++)
		json_array_append_new(layers, layer(w, i));
	json_object_set_new(o, "layers", layers);
	jsonlog_count(o, "tokens", w->rows);
	jsonlog_count(o, "expert_multiply_adds", p->multiply_adds);
	jsonlog_count(o, "skipped", p->skipped);
	jsonlog_put(l, o);
}

void
moe_log_warn_dead(const struct moe_window *w)
{
	size_t layers = 0, first = 0, dead = 0;
	char more[64] = "";

	if (w->rows < DEAD_ROWS * w->experts)
		return;
	for (size_t l = w->layers; l-- > 0;) {
		size_t n = moe_window_layer(w, l).dead_experts;

		if (n == 0)
			continue;
		layers++;
		first = l;
		dead = n;
	}
	if (layers > 1)
		snprintf(more, sizeof(more), "; some in %zu more layers",
			layers - 1);
	if (layers)
		say_warning("layer %zu: %zu of %zu experts got none of the "
			    "last %ju rows, on any path%s",
			first, dead, w->experts, (uintmax_t)w->rows, more);
}

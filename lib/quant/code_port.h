/*
 * code_port.h - where coded bits go to, or come from.
 */
#ifndef QUANT_CODE_PORT_H
#define QUANT_CODE_PORT_H

#include <stdbool.h>

#include "tensor/range_coder.h"

/* One of the two, or neither: bits are counted. */
struct code_port {
	struct range_encoder *to;
	struct range_decoder *from;
	double bits;
};

/* A bit, which is 1 with the probability p in 65,536ths: what it is where it
 * comes in, else what it was said to be. */
bool code_port_bit(struct code_port *port, bool bit, unsigned p);

#endif

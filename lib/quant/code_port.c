#include <math.h>

#include "quant/code_port.h"

bool
code_port_bit(struct code_port *port, bool bit, unsigned p)
{
	if (port->from)
		return range_coder_get(port->from, p);
	if (port->to)
		range_coder_put(port->to, bit, p);
	else
		port->bits -= log2((bit ? p : 65536 - p) / 65536.0);
	return bit;
}

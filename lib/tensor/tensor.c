#include "tensor/record.h"
#include "util/mem.h"

size_t
tensor_elements(const struct tensor *t)
{
	return t->rank ? t->shape[0] * tensor_row_elements(t) : 1;
}

size_t
tensor_row_elements(const struct tensor *t)
{
	size_t n = 1;

	for (size_t i = 1; i < t->rank; i++)
		n *= t->shape[i];
	return n;
}

float *
tensor_floats(const struct tensor *t)
{
	size_t n = tensor_elements(t);
	float *x = mem_floats(n);

	dtype_to_f32(x, t->data, n, t->dtype);
	return x;
}

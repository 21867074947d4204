#include "tensor/cut.h"

size_t
cut_rows(size_t main, size_t all)
{
	size_t by_main = PART_BYTES / (main ? main : 1);
	size_t by_all = PART_BYTES_ALL / (all ? all : 1);
	size_t rows = by_main < by_all ? by_main : by_all;

	return rows ? rows : 1;
}

size_t
cut_passing(size_t row)
{
	size_t rows = PART_BYTES_PASSING / (row ? row : 1);

	return rows ? rows : 1;
}

#include "vq/vq.h"
#include "vq/fail.h"

const char *
vq_version(void)
{
	return VQ_VERSION;
}

const char *
vq_strerror(int status)
{
	switch (status) {
	case VQ_OK: return "no error";
	case VQ_EINVAL: return "not an argument that can be";
	case VQ_EMODEL: return "no such model, or a file that is none";
	case VQ_EKIND: return "the model is of another kind of data";
	case VQ_ESHAPE: return "not the model's dimensions or columns";
	case VQ_ECODE: return "a code that its codebook does not have";
	case VQ_EVALUE: return "NaN or infinity";
	case VQ_ENOMEM: return "no memory for an input of this size";
	default: return "not a status of this library";
	}
}

const char *
vq_error(void)
{
	return fail_words();
}

void
vq_on_no_memory(void (*fn)(void))
{
	fail_memory(fn);
}

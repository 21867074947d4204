/*
 * vq_help.h - what the tests of the public library share.
 */
#ifndef VQ_HELP_H
#define VQ_HELP_H

#include "model_help.h"
#include "vq/vq.h"

/* The status, and a word that is in vq_error(). */
HELP void
refused(int status, int want, const char *word)
{
	assert_int_equal(status, want);
	if (!strstr(vq_error(), word))
		fail_msg("\"%s\" does not say %s", vq_error(), word);
}

#endif

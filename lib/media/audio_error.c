#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "media/audio_error.h"

int
audio_error(SNDFILE *sf, const char *what, struct err *e)
{
	const char *text = sf_strerror(sf);
	char why[256];
	size_t n;

	/* Some of its messages begin so. */
	if (strncmp(text, "Error : ", 8) == 0)
		text += 8;
	snprintf(why, sizeof why, "%s", text);
	n = strcspn(why, "\n");
	while (n > 0 && (why[n - 1] == '.' || why[n - 1] == ' '))
		n--;
	why[n] = '\0';
	if (isupper((unsigned char)why[0]) && islower((unsigned char)why[1]))
		why[0] = (char)tolower((unsigned char)why[0]);
	return err_set(e, "%s: %s", what, why);
}

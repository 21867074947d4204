#include "report/match.h"
#include "report/survey_paths.h"
#include "report/survey_state.h"
#include "util/progress.h"

/* What is there now counts, not what was before.  -1: that failed. */
static int
again(struct survey *s, const char *path)
{
	struct err e;

	if (!follow_again(s->o.follow))
		return -1;
	if (survey_restart(s, &e) == 0)
		return 0;
	survey_failed(s, path, e.msg);
	return -1;
}

int
survey_paths(struct survey *s, const struct strlist *paths,
	char *const *operands, size_t count)
{
	struct follow *f = s->o.follow;
	struct err e;

	if (!f) /* whose lines are progress enough */
		progress_start("reading", "files", paths->count);
	for (size_t i = 0; i < paths->count && !survey_stopped(s); i++) {
		const char *path = paths->item[i];

		do {
			survey_operand(
				s, path, match_relative(path, operands, count));
		} while (f && again(s, path) == 0);
		progress_update(i + 1, NULL);
	}
	progress_end();
	if (!f || follow_end(f, &e) == 0)
		return 0;
	say_error("stdout", e.msg);
	return 1;
}

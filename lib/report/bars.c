#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "report/bars.h"
#include "report/figures.h"
#include "util/mem.h"

/* The count of the last rank that is known at or before this one, of codes
 * that were hit. */
static double
count_at(const json_t *curve, double rank)
{
	double count = 0;

	for (size_t i = 0; i < json_array_size(curve); i++) {
		const json_t *p = json_array_get(curve, i);
		double at = figures_get(p, "rank"), n = figures_get(p, "count");

		if (!(n > 0) || (count > 0 && !(at <= rank)))
			break;
		count = n;
	}
	return count;
}

static double
height_of(double count)
{
	return 1 + log2(count);
}

size_t
bars_heights(const json_t *stage, double height[BARS_COLS])
{
	const json_t *curve = json_object_get(stage, "curve");
	double used = figures_get(stage, "used"), most = count_at(curve, 1);
	double codes = figures_get(stage, "codes"), each;
	size_t cols;

	codes = isnan(codes) ? used : codes;
	if (!(most >= 1) || !(used >= 1) || !(codes >= used))
		return 0;
	cols = codes < BARS_COLS ? (size_t)codes : BARS_COLS;
	each = codes / (double)cols;
	for (size_t i = 0; i < cols; i++) {
		double first = floor((double)i * each);

		height[i] = first < used
			? height_of(count_at(curve, first + 1)) /
				height_of(most)
			: 0;
	}
	return cols;
}

char *
bars_text(const json_t *stage, bool utf8)
{
	static const char *const block[] = { "\u00b7", "\u2581", "\u2582",
		"\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const ascii[] = { ".", "_", "-", "=", "+", "o", "*",
		"%", "#" };
	double height[BARS_COLS];
	size_t cols = bars_heights(stage, height);
	char *text;

	if (cols == 0)
		return NULL;
	text = mem_zalloc(cols, 4);
	for (size_t i = 0; i < cols; i++) {
		size_t level = (size_t)ceil(8 * fmin(height[i], 1));

		strcat(text, utf8 ? block[level] : ascii[level]);
	}
	return text;
}

bool
bars_utf8(void)
{
	locale_t of_user = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool yes;

	if (!of_user)
		return false;
	yes = strcmp(nl_langinfo_l(CODESET, of_user), "UTF-8") == 0;
	freelocale(of_user);
	return yes;
}

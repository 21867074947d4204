/*
 * opt.h - one table of options: parsing, --help, defaults, man page check.
 *
 * Rows point at the variables they set; what a variable holds before parsing
 * is the default that --help shows.  Exactly one target a row.  Short and
 * long forms go through getopt_long; "--" ends options; operands may stand
 * between options.
 */
#ifndef UTIL_OPT_H
#define UTIL_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/num.h"
#include "util/strlist.h"

struct opt {
	int letter;       /* 0: long form only */
	const char *name; /* long form, without dashes; NULL ends the table */
	const char *arg;  /* name of the argument; NULL for a flag */
	const char *help; /* one phrase, no full stop, no default */

	bool *flag;           /* set to true */
	const char **str;     /* borrowed from argv */
	size_t *num;          /* min <= value <= max */
	double *real;         /* min <= value <= max */
	struct strlist *list; /* appended to; repeatable */

	double min, max;     /* for num and real; max 0 means no limit */
	enum num_unit unit;  /* what k and M mean for num */
	const char *choices; /* for str: "vq|ema|simvq"; others are refused;
	                        --help lists them behind help and a colon */
	const char *words;   /* "record|npy|FILE": what completion offers where
	                        there are no choices; in capitals what it knows
	                        to find: FILE, MODEL, KEY */
	const char *none;    /* what --help says where the value means unset,
	                        for example "all cores"; else the value */
	bool *given;         /* if not NULL: true when it was on the line */
	const char *with;    /* for a flag: "files-from|valid-from", texts
	                        of which one must be given, too */
	const char **many;   /* for num: a text with commas goes here unread
	                        (borrowed), NULL behind one without */
	const char *group;   /* heading in --help above this row and those that
	                        follow, up to the next */
};

struct opt_cmd {
	const char *name;     /* "vq-train" */
	const char *operands; /* "[FILE|DIR ...]" */
	const char *purpose;  /* one line, below the usage line */
	const struct opt *opts;
	const char *notes; /* below the options: examples; may be NULL */

	/* Prints more on stdout for --version with a row "verbose" on the
	 * line; may be NULL. */
	void (*version_more)(void);
};

/* Rows up to the end mark go to the end of a table, which has the room. */
void opt_append(struct opt *table, const struct opt *rows);

/* Go on, or stop: all printed, wrong usage, stdout could not be written. */
enum opt_result { OPT_RUN, OPT_DONE, OPT_USAGE, OPT_FAILED };

/* The exit status for a result: 0, 2 for OPT_USAGE, 1 for OPT_FAILED. */
int opt_status(enum opt_result r);

/*
 * Parse.  -h/--help and -V/--version are added to every table and print on
 * stdout (OPT_DONE).  Wrong usage prints "name: reason" and a pointer to
 * --help on stderr (OPT_USAGE); an unknown long option is answered with the
 * nearest name.  A repeated option's last value holds.  On OPT_RUN argv is
 * reordered and *first is the index of the first operand.
 *
 * For the lint and make completions, "--help-table" alone prints a line an option: letter, long
 * form, argument, default, help, and choices or words, by tabs, "-" for what is
 * not there.
 */
enum opt_result opt_parse(
	const struct opt_cmd *c, int argc, char *argv[], int *first);

/* Settings every command shares (DESIGN section 2), and their rows. */
struct opt_common {
	const char *output, *output_dir, *files_from, *nan, *shard;
	size_t threads, seed, max_errors;
	bool quiet, verbose, force, null, skip_done;
};

#define OPT_COMMON_INIT \
	{ \
		.seed = 1, .nan = "error" \
	}

/* The rows for a command that reads items and writes one or many files. */
#define OPT_COMMON_ROWS(c) \
	{ 'o', "output", "FILE", "write there", .str = &(c)->output, \
		.none = "stdout", .group = "Input and output" }, \
		OPT_SHARED_ROWS(c)

#define OPT_DIR_ROW(c) \
	{ \
		'O', "output-dir", "DIR", "write one file an item below DIR", \
			.str = &(c)->output_dir \
	}

#define OPT_SHARD_ROW(c) \
	{ \
		0, "shard", "I/N", "do part I of N, told by the items' names", \
			.str = &(c)->shard, .none = "all" \
	}

#define OPT_SKIP_ROW(c) \
	{ \
		0, "skip-done", NULL, \
			"below DIR, do what is not done, changed or damaged", \
			.flag = &(c)->skip_done \
	}

#define OPT_SHARED_ROWS(c) \
	{ 'j', "threads", "N", "worker threads", .num = &(c)->threads, \
		.max = 1024, .none = "all cores" }, \
		{ 0, "seed", "N", "seed of the random numbers", \
			.num = &(c)->seed }, \
		{ 'q', "quiet", NULL, "no progress, no notes", \
			.flag = &(c)->quiet }, \
		{ 'v', "verbose", NULL, "say more on stderr", \
			.flag = &(c)->verbose }, \
		{ 'f', "force", NULL, \
			"overwrite files; write binary to a terminal", \
			.flag = &(c)->force }, \
		{ 0, "files-from", "LIST", \
			"read operands from LIST, one a line", \
			.str = &(c)->files_from }, \
		{ '0', "null", NULL, "names in LIST end with a NUL byte", \
			.flag = &(c)->null, .with = "files-from|valid-from" }, \
		{ 0, "max-errors", "N", "stop after N failed items", \
			.num = &(c)->max_errors, .min = 1, .none = "never" }, \
	{ \
		0, "nan", "WHAT", "what NaN or infinity in the input does", \
			.str = &(c)->nan, .choices = "error|drop" \
	}

#endif

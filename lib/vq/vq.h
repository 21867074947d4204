/*
 * vq.h - vector quantization for C and C++ programs.  vq(3) is its manual.
 *
 * Models are those of vq-train(1), or a codebook from elsewhere.  Codes are
 * numbers from 0; a token has `columns` of them, column = stage * groups +
 * group.  Arrays are dense, the last axis runs fastest.
 *
 * Functions that return int give VQ_OK or a status below 0, and leave words for
 * it in vq_error().  What an output array holds after an error is undefined;
 * a handle that was to be opened is NULL.  NULL for a handle is an error with
 * words in every function but those that close.  Nothing here prints or calls
 * exit(); where memory is exhausted see vq_on_no_memory().
 *
 * Threads: whatever takes a pointer to const may be called from any number of
 * threads at once, also with the same handle.  A function that takes it
 * without const needs it alone.
 */
#ifndef VQ_H
#define VQ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Before 1.0 a new minor number may change what is here. */
#define VQ_VERSION_MAJOR 0
#define VQ_VERSION_MINOR 1
#define VQ_VERSION_PATCH 0

/* "MAJOR.MINOR.PATCH" of the library that was linked. */
const char *vq_version(void);

enum vq_status {
	VQ_OK = 0,
	VQ_EINVAL = -1, /* NULL, 0, or a size that no array has */
	VQ_EMODEL = -2, /* no such model, or a file that is none */
	VQ_EKIND = -3,  /* the model is of another kind of data */
	VQ_ESHAPE = -4, /* not the numbers of dimensions, columns, channels */
	VQ_ECODE = -5,  /* a code that its codebook does not have */
	VQ_EVALUE = -6, /* NaN, infinity, too long a vector, or what the model
	                   makes of it is beyond what a float holds */
	VQ_ENOMEM = -7  /* no memory for an input of this size */
};

/* A few words for a status; never NULL. */
const char *vq_strerror(int status);

/* A sentence on what last failed in the calling thread, "" if nothing has; it
 * stays until the next failure there. */
const char *vq_error(void);

/*
 * Sizes are checked, and large ones are tried, before work begins.  Where
 * memory is exhausted nevertheless fn is called, in any thread, and the process
 * ends by abort() when it returns.  NULL: abort() at once.  To be called before
 * there are other threads.
 */
void vq_on_no_memory(void (*fn)(void));

/* ---- models ---- */

struct vq_model;

enum vq_kind { VQ_IMAGE = 0, VQ_SOUND = 1, VQ_ROWS = 2 };

struct vq_facts {
	enum vq_kind kind;
	size_t dim; /* numbers in a vector; rows: of a row */
	size_t d;   /* numbers that are quantized of it */
	size_t stages, groups;
	size_t columns;     /* codes in a token: stages * groups */
	size_t patch;       /* image: p of its p x p tokens; sound: samples of a
	                    token; rows: 0 */
	size_t channels;    /* image: 1 to 4 */
	size_t sample_rate; /* sound */
	double bits_per_token; /* sum of log2 k */
	double rate_bits;      /* image: a pixel; sound: a second of a channel;
	                     rows: a row */
	char fingerprint[17];  /* 16 hex digits: a hash of the tensors */
};

/*
 * name is a file, or what a model is called that is found in the folders of
 * VQ_MODEL_PATH, ../share/vqtools beside the program's folder, or share/vqtools
 * of the PREFIX that the library was built for, of /usr/local or /usr.
 * VQ_EMODEL, also for "-": standard input is the program's.
 */
int vq_model_open(const char *name, struct vq_model **m);
void vq_model_close(struct vq_model *m); /* NULL is allowed */

/* Have calls work with that many threads, 0: one a core; 1 when opened.  Of
 * calls at the same time one has them, the others use the thread they are
 * called in.  The answers have the same bits. */
int vq_model_threads(struct vq_model *m, size_t threads);

int vq_model_facts(const struct vq_model *m, struct vq_facts *facts);

/* Codes of a column; 0 if there is no such column. */
size_t vq_model_k(const struct vq_model *m, size_t column);

/* What the file says under a key ("type", "net", "about.licence"), until m is
 * closed; NULL if nothing. */
const char *vq_model_meta(const struct vq_model *m, const char *key);

/*
 * Tokens of rows (n, 1), of an image (height, width), of a sound (frames,
 * channels); 0 where there are none or too many to count.
 */
size_t vq_model_tokens(const struct vq_model *m, size_t n, size_t across);

/* ---- to codes and back ----
 *
 * codes is [tokens, columns]: all that the model has, or those of its first
 * stages (VQ_ESHAPE otherwise).
 */

/* x is [n, dim]; dim must be the model's.  Rows whose squares floats do not
 * hold, of numbers from about 1e18 on, get codes, but not the nearest. */
int vq_encode_rows(const struct vq_model *m, const float *x, size_t n,
	size_t dim, uint32_t *codes, size_t columns);
int vq_decode_rows(const struct vq_model *m, const uint32_t *codes,
	size_t columns, size_t n, size_t dim, float *x);

/* pixels is [height, width, channels]: gray, gray and alpha, RGB, or RGBA, made
 * what the model has; tokens are [ceil(height / p), ceil(width / p)]. */
int vq_encode_image(const struct vq_model *m, const unsigned char *pixels,
	size_t width, size_t height, size_t channels, uint32_t *codes,
	size_t columns);
int vq_decode_image(const struct vq_model *m, const uint32_t *codes,
	size_t columns, size_t width, size_t height, size_t channels,
	unsigned char *pixels);

/* frames is [n, channels], -1 to 1, at the model's rate; tokens are
 * [ceil(n / patch), channels]. */
int vq_encode_sound(const struct vq_model *m, const float *frames, size_t n,
	size_t channels, uint32_t *codes, size_t columns);
int vq_decode_sound(const struct vq_model *m, const uint32_t *codes,
	size_t columns, size_t n, size_t channels, float *frames);

/* ---- the nearest code of any table ---- */

struct vq_book;

/* code is [k, d], finite; copied and prepared.  VQ_EVALUE if one is longer than
 * 2^62, about 4.6e18: floats do not hold such squares. */
int vq_book_open(const float *code, size_t k, size_t d, struct vq_book **b);
void vq_book_close(struct vq_book *b); /* NULL is allowed */

/* As vq_model_threads(). */
int vq_book_threads(struct vq_book *b, size_t threads);

/*
 * x is [n, d], of the same lengths as codes may have; index [n] takes the
 * nearest code, the lowest of equal ones, and distance, if not NULL, its
 * squared Euclidean distance, summed in double.
 *
 * Floats compare the codes, so one may win that is farther than the nearest:
 * by a squared distance of at most (d + 2) 2^-22 (|x - m|^2 + |c - m|^2), where
 * m is the mean of the table, or of all but a few codes that lie far from the
 * rest, and c the longer of the two codes, less m.  So where the codes are in
 * several crowds, each over 1e3 times smaller than their distances from each
 * other, the answer within a crowd may be any.
 */
int vq_book_nearest(const struct vq_book *b, const float *x, size_t n, size_t d,
	uint32_t *index, float *distance);

/* ---- how codes are used ---- */

struct vq_use;

#define VQ_ALL SIZE_MAX /* all columns together */

/* Figures are NaN where there are no tokens; vq-stats(1) says what they mean. */
struct vq_usage {
	uint64_t tokens;
	size_t codes, used, dead;
	double utilization, expected_utilization;
	double entropy_bits, perplexity;
	double bits_per_token;
};

/* k is [columns], each up to 2^24. */
int vq_use_open(const size_t *k, size_t columns, struct vq_use **u);
void vq_use_close(struct vq_use *u); /* NULL is allowed */

/* codes is [n, columns]; with VQ_ECODE none is counted. */
int vq_use_add(struct vq_use *u, const uint32_t *codes, size_t n);

/* column, or VQ_ALL: sums over columns, as in vq-stats(1). */
int vq_use_get(const struct vq_use *u, size_t column, struct vq_usage *usage);

#ifdef __cplusplus
}
#endif

#endif

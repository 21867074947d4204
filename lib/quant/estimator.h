/*
 * estimator.h - gradients through the choice of a code.
 *
 * The quantizer's input is z, the code (or sum of codes) is q; what comes out
 * is, forward, always q.  Backward, with what sg() holds still:
 *
 *     ste       out = z + sg(q - z)                  (arXiv 1308.3432)
 *     rotation  out = sg(|q| / |z| R) z, R the rotation from z to q in their
 *               plane (Fifty et al. 2024, arXiv 2410.06424, equation 4):
 *               R = I - 2 r r^T + 2 q^ z^^T,  q^ = q / |q|,  z^ = z / |z|,
 *               r = (q^ + z^) / |q^ + z^|
 *     diveq     out = z + |q - z| sg(u),  u = (q - z) / |q - z|
 *               (DiVeQ, arXiv 2509.26469; the paper draws u with noise of a
 *               small sigma about this direction: here sigma is 0, so that
 *               what is decoded is q)
 *
 * diveq has a gradient by q, so that codes learn from the reconstruction; the
 * others have none.  Where a direction does not exist (z or q is zero, or they
 * are opposite, for rotation; z is q, for diveq) a row is as for ste.
 */
#ifndef QUANT_ESTIMATOR_H
#define QUANT_ESTIMATOR_H

#include <stddef.h>

enum estimator { ESTIMATOR_STE, ESTIMATOR_ROTATION, ESTIMATOR_DIVEQ };

/* For the option table, and its way back and forth. */
#define ESTIMATOR_NAMES "ste|rotation|diveq"
enum estimator estimator_find(const char *name); /* one of these */
const char *estimator_name(enum estimator how);

/*
 * Shapes: all [n, d].  g is the gradient by out, and becomes that by z in
 * place.  dq takes the gradient by q; it is written for ESTIMATOR_DIVEQ alone
 * and may be NULL for others.
 */
void estimator_back(enum estimator how, const float *z, const float *q,
	size_t n, size_t d, float *g, float *dq);

#endif

/*
 * basis_bridge.h - codes that learn from each other while they are trained,
 * after VQBridge (Chang et al. 2025, arXiv 2509.10140): compress, process,
 * recover.
 *
 *     t_i = E flat(C of block i) + e        compress: a block becomes a token
 *     t   = transformer layer(t)            process: all tokens attend to all
 *     Q   = C W^T + b + R norm(t_i) + r     recover: R gives all codes of block i
 *
 * A block is 64 codes; fewer below 1,024 codes, more above 65,536, so that
 * there are 16 to 1,024 blocks.  The last one may be filled up with zeros.
 * Tokens have 128 numbers and 4 heads.  R = 0 at the classical start, uniform in
 * +-0.1/sqrt(128) at the random one; without a bias r is left out as b is.
 *
 * These layers learn at a hundredth of the codebook's rate.  From a random start
 * at 1e-2 (photographs, k = 4,096, 600 steps of 4,096) 3,703 codes were alive on
 * held-back tokens; at a tenth of that rate 912, at the same rate 657, and 3,308
 * with the linear basis.
 *
 * In training only: the model stores the codebook, and none of this is needed
 * to encode, to decode or to go on training.  The gradient of C is dense.
 */
#ifndef QUANT_BASIS_BRIDGE_H
#define QUANT_BASIS_BRIDGE_H

#include "quant/basis.h"

extern const struct basis basis_bridge;

#endif

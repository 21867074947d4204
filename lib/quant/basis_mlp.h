/*
 * basis_mlp.h - codes of a linear layer and a network beside it:
 *
 *     Q = C W^T + b + gelu(C V^T + a) U^T         V [4 d, d], a [4 d], U [d, 4 d]
 *
 * Rows beside those of basis_linear.h: embedding_mlp.fc1.weight (V), .fc1.bias
 * (a) and .fc2.weight (U).  U = 0 at the classical start; at the random one all
 * are drawn as linear layers are, uniform in +-1/sqrt(inputs).  This is the
 * plain MLP that VQBridge is compared with (Chang et al. 2025, arXiv
 * 2509.10140).  Only rows of C that won have a gradient.
 */
#ifndef QUANT_BASIS_MLP_H
#define QUANT_BASIS_MLP_H

#include "quant/basis.h"

extern const struct basis basis_mlp;

#endif

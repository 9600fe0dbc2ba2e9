/* SPDX-License-Identifier: MIT */
/* tile.h of emu16 - few tiles, since nothing fits registers here: what counts is the walk (kernels/tile.inc: W<n>). */
#define GEMM_VECTORS  2
#define GEMM_TILES(X) W2(X, 1) W1(X, 2) W1(X, 3)
#define OUTER_ROWS    3
#define LSTM_TILES(X) W1(X, 1) W1(X, 2)
#define GRU_TILES(X)  W2(X, 1) W1(X, 2)
#define RNN_TILES(X)  W2(X, 1) W2(X, 2) W1(X, 3)

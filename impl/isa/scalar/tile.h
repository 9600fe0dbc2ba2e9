/* SPDX-License-Identifier: MIT */
/* tile.h of scalar and scalar_fma - what fits 16 registers of one lane (kernels/tile.inc says what W<n> means). */
#define GEMM_VECTORS  4
#define GEMM_TILES(X) W3(X, 1) W1(X, 2) W1(X, 3)
#define OUTER_ROWS    3
#define LSTM_TILES(X) W3(X, 1) W1(X, 2) W1(X, 3)
#define GRU_TILES(X)  W4(X, 1) W1(X, 2) W1(X, 3) W1(X, 4)
#define RNN_TILES(X)  W8(X, 1) W4(X, 2) W4(X, 3)

/* SPDX-License-Identifier: MIT */
/* tile.h of scalar and scalar_fma - what fits 16 registers of one lane (kernels/tile.inc says what W<n> means).
 * Without a fused operation the product takes one of them. */
#define GEMM_VECTORS 4
#ifdef GM_SCALAR_FUSED
#define GEMM_TILES(X) W3(X, 1) W1(X, 2) W1(X, 3)
#define OUTER_ROWS    3
#define LSTM_TILES(X) W3(X, 1) W1(X, 2) W1(X, 3)
#define GRU_TILES(X)  W4(X, 1) W1(X, 2) W1(X, 3) W1(X, 4)
#define RNN_TILES(X)  W8(X, 1) W4(X, 2) W4(X, 3)
#else
#define GEMM_TILES(X) W3(X, 1) W1(X, 2)
#define OUTER_ROWS    2
#define LSTM_TILES(X) W3(X, 1) W1(X, 2)
#define GRU_TILES(X)  W4(X, 1) W1(X, 2) W1(X, 3)
#define RNN_TILES(X)  W8(X, 1) W4(X, 2) W3(X, 3)
#endif
